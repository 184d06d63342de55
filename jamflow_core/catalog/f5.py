"""F5-TTS checkpoints as the audio stream: known by their keys, measured by their shapes.

Read are .safetensors and .pt files of the official trainer (moving average first), pruned and fine-tuned ones, in v1
and
v0, any size. Not in the weights, and so read from elsewhere: the vocabulary (a vocab.txt beside the file) and
whether a file is v0 (see `is_v0`).
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from ..clock import MEL_RATE
from ..config import JamFlowConfig, JointConfig, StreamConfig, TextConfig
from ..errors import JamFlowError
from ..meta_init import meta_init
from ..model.jamflow import JamFlow
from ..model.quick import quicken
from ..text.f5_tokens import read_vocabulary
from .safe import load_state

# What the official trainer and its descendants put before the keys of the network, the moving average before the rest.
_PREFIXES = (
    "ema_model_state_dict.ema_model.transformer.",
    "ema_model.transformer.",
    "model_state_dict.transformer.",
    "transformer.",
    "",
)
_MARK = "transformer_blocks.0.attn_norm.linear.weight"


def network_prefix(keys) -> str | None:
    """What stands before the keys of an F5-TTS network; None if the keys are not those of one."""
    keys = set(keys)
    return next((prefix for prefix in _PREFIXES if prefix + _MARK in keys), None)


def is_v0(path: Path, keys) -> bool:
    """Whether a file is of F5-TTS v0, whose shapes are those of v1 but whose attention has positions in one head only.

    The name decides ("v0" or "v1" in the file's or its folder's); else the buffers and names that only the first
    release had.
    """
    name = f"{path.parent.name}/{path.name}".lower()
    for version in ("v0", "v1"):
        if version in name:
            return version == "v0"
    old_names = ("f5tts_base", "f5tts_small", "model_1200000")
    return any("mel_spec." in key for key in keys) or any(old in name for old in old_names)


def find_vocabulary(path: Path) -> Path:
    """The vocabulary of a checkpoint: a .txt of the same name, or vocab.txt beside it. JamFlowError if there is
    none.
    """
    places = (path.with_suffix(".txt"), path.parent / "vocab.txt")
    for place in places:
        if place.is_file():
            return place
    raise JamFlowError(
        f"Put the vocab.txt of this F5-TTS model beside it: there is neither {places[0].name} nor vocab.txt by {path}."
    )


def load_f5(path: str | Path, ops=nn, dtype: torch.dtype = torch.float32) -> JamFlow:
    """An F5-TTS checkpoint as a JamFlow without a face, built of the layers of `ops`, on the CPU, in eval mode.

    Weights that are `dtype` already stay mapped to the file.

    JamFlowError: not an F5-TTS file, a relative of another architecture, no or another vocabulary.
    """
    path = Path(path)
    state = load_state(path, "an F5-TTS checkpoint")
    old = is_v0(path, state)
    prefix = network_prefix(state)
    if prefix is None:
        raise JamFlowError(f"Choose another file: {path} is not an F5-TTS checkpoint.")
    network = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
    config = config_of(network, read_vocabulary(find_vocabulary(path)), old)
    network.pop("rotary_embed.inv_freq", None)
    with meta_init():
        model = JamFlow(config, ops)
    try:
        model.audio.load_state_dict({key: value.to(dtype) for key, value in network.items()}, assign=True)
    except RuntimeError as error:
        lines = " ".join(str(error).split("\n", 2)[1].split()) if "\n" in str(error) else str(error)
        raise JamFlowError(
            f"Choose another file: {path} is related to F5-TTS but built differently ({lines[:200]})."
        ) from error
    return quicken(model.eval().requires_grad_(False))


def config_of(network: dict[str, Tensor], symbols: tuple[str, ...], old: bool) -> JamFlowConfig:
    """The configuration that the shapes of a network imply (keys without prefix). JamFlowError if they contradict
    it.
    """
    try:
        rows, text_dim = network["text_embed.text_embed.weight"].shape
        dim, width = network["input_embed.proj.weight"].shape
        inner = network["transformer_blocks.0.attn.to_q.weight"].shape[0]
        hidden = network["transformer_blocks.0.ff.ff.0.0.weight"].shape[0]
        _, group_width, kernel = network["input_embed.conv_pos_embed.conv1d.0.weight"].shape
        expansion = network["text_embed.text_blocks.0.pwconv1.weight"].shape[0]
        head_dim = 2 * len(network["rotary_embed.inv_freq"])
    except (KeyError, ValueError) as error:
        raise JamFlowError(
            f"Choose another checkpoint: no F5-TTS network has other shapes or lacks {error}."
        ) from error
    if len(symbols) + 1 != rows:
        raise JamFlowError(
            f"Give the model its own vocab.txt: it knows {rows - 1} symbols, the file lists {len(symbols)}."
        )
    audio = StreamConfig(
        channels=(width - text_dim) // 2,
        rate=float(MEL_RATE),
        dim=dim,
        depth=_count(network, "transformer_blocks."),
        heads=inner // head_dim,
        head_dim=head_dim,
        ff_mult=hidden // dim,
        conv_kernel=kernel,
        conv_groups=dim // group_width,
        rotary_heads=1 if old else None,
    )
    text = TextConfig(
        vocab=rows - 1,
        dim=text_dim,
        conv_layers=_count(network, "text_embed.text_blocks."),
        conv_mult=expansion // text_dim,
        stretch="pad",
        mask_padding=not old,
        symbols=symbols,
    )
    return JamFlowConfig(audio, None, text, JointConfig())


def _count(network: dict[str, Tensor], prefix: str) -> int:
    """Number of layers `prefix`0., `prefix`1., ..."""
    return 1 + max(int(key[len(prefix) :].split(".")[0]) for key in network if key.startswith(prefix))
