"""F5-TTS checkpoints as the audio stream: known by their keys, measured by their shapes.

Read are .safetensors and .pt files of the official trainer (moving average first), pruned and fine-tuned ones, in v1
and v0, any size. Not in the weights, and so read from elsewhere: the vocabulary (a vocab.txt beside the file) and
whether a file is v0 (see `is_v0`).
"""

from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from ..clock import MEL_RATE
from ..config import JamFlowConfig, JointConfig, StreamConfig, TextConfig
from ..errors import JamFlowError
from ..model.jamflow import JamFlow
from ..model.quick import quicken
from ..text.f5_tokens import read_vocabulary
from .door import Stored

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


def recognise(keys: set[str], header: dict[str, str]) -> bool:
    """Whether tensors with these names are an F5-TTS checkpoint."""
    return network_prefix(keys) is not None


def load_f5(path: str | Path, ops=nn, dtype: torch.dtype = torch.float32) -> JamFlow:
    """An F5-TTS checkpoint as a JamFlow without a face, built of the layers of `ops`, on the CPU, in eval mode.

    Weights that are `dtype` already stay mapped to the file.

    JamFlowError: not an F5-TTS file, a relative of another architecture, no or another vocabulary.
    """
    path = Path(path)
    stored = Stored.read(path, "an F5-TTS checkpoint")
    old = is_v0(path, stored.tensors)
    prefix = network_prefix(stored.tensors)
    if prefix is None:
        raise JamFlowError(f"Choose another file: {path} is not an F5-TTS checkpoint.")
    network = replace(stored, tensors=stored.below(prefix))
    config = config_of(network, read_vocabulary(find_vocabulary(path)), old)
    model = network.build(lambda: JamFlow(config, ops))
    weights = {key: value for key, value in network.tensors.items() if key != "rotary_embed.inv_freq"}
    network.fill(model.audio, weights, dtype)
    return quicken(model.eval().requires_grad_(False))


def config_of(network: Stored, symbols: tuple[str, ...], old: bool) -> JamFlowConfig:
    """The configuration that the shapes of a network imply (keys without prefix). JamFlowError if they contradict
    it.
    """
    tensors = network.tensors
    try:
        rows, text_dim = tensors["text_embed.text_embed.weight"].shape
        dim, width = tensors["input_embed.proj.weight"].shape
        inner = tensors["transformer_blocks.0.attn.to_q.weight"].shape[0]
        hidden = tensors["transformer_blocks.0.ff.ff.0.0.weight"].shape[0]
        _, group_width, kernel = tensors["input_embed.conv_pos_embed.conv1d.0.weight"].shape
        expansion = tensors["text_embed.text_blocks.0.pwconv1.weight"].shape[0]
        head_dim = 2 * len(tensors["rotary_embed.inv_freq"])
        heads, ff_mult, groups, conv_mult = inner // head_dim, hidden // dim, dim // group_width, expansion // text_dim
    except (LookupError, TypeError, ValueError, ZeroDivisionError) as error:
        raise network.refused(f"no F5-TTS network has other shapes or lacks {error}") from error
    if len(symbols) + 1 != rows:
        raise JamFlowError(
            f"Give the model its own vocab.txt: it knows {rows - 1} symbols, the file lists {len(symbols)}."
        )
    audio = StreamConfig(
        channels=(width - text_dim) // 2,
        rate=float(MEL_RATE),
        dim=dim,
        depth=network.layers("transformer_blocks."),
        heads=heads,
        head_dim=head_dim,
        ff_mult=ff_mult,
        conv_kernel=kernel,
        conv_groups=groups,
        rotary_heads=1 if old else None,
    )
    text = TextConfig(
        vocab=rows - 1,
        dim=text_dim,
        conv_layers=network.layers("text_embed.text_blocks."),
        conv_mult=conv_mult,
        stretch="pad",
        mask_padding=not old,
        symbols=symbols,
    )
    return JamFlowConfig(audio, None, text, JointConfig())
