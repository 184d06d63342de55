"""Vocos for 24 kHz, 100-bin mels: our safetensors, those of others, and the public pytorch_model.bin.

A file of ours carries its config in the safetensors header; of a file without one the numbers are read off the shapes.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn

from ..atomic import whole_file
from ..audio.mel import N_FFT, N_MELS
from ..audio.vocoder import Vocoder, VocoderConfig
from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError
from .door import Stored

EMBEDDED = Path(__file__).parent.parent / "weights" / "jamflow-tiny-vocoder.safetensors"
MOST_ROUNDS = 1000  # of phase refinement
# What the weights' shapes do not say, and this pack's mels need.
_SOUND = {"sample_rate": SAMPLE_RATE, "hop_length": HOP, "n_mels": N_MELS, "n_fft": N_FFT, "padding": "center"}


def recognise(keys: set[str], header: dict[str, str]) -> bool:
    """Whether tensors with these names are a Vocos."""
    return {"backbone.embed.weight", "head.out.weight"} <= keys


def load_vocoder(
    path: str | Path | None = None, device: str | torch.device = "cpu", ops=nn, dtype: torch.dtype = torch.float32
) -> Vocoder:
    """A Vocos in the official key layout (None = the embedded model), of the layers of `ops`, in eval mode.

    Its backbone keeps its weights in `dtype`, the head in float32, in which it computes.
    A config.yaml beside it is checked. JamFlowError: missing, damaged, or a Vocos for other sound.
    """
    path = Path(path or EMBEDDED)
    stored = Stored.read(path, "a Vocos for 24 kHz, 100-bin mels")
    _check_yaml(path.with_name("config.yaml"))
    config = stored.config(VocoderConfig) if "config" in stored.header else _config_of(stored)
    layers = stored.layers("backbone.convnext.")
    stored.check(config.num_layers == layers, f"its configuration has {config.num_layers} layers, the file {layers}")
    stored.check(config.refine <= MOST_ROUNDS, f"refine is {config.refine}")
    vocoder = stored.build(lambda: Vocoder(config, ops))
    weights = {key: value for key, value in stored.tensors.items() if key.startswith(("backbone.", "head."))}
    stored.fill(vocoder, weights, dtype)
    vocoder.head.load_state_dict({key: value.float() for key, value in stored.below("head.").items()}, assign=True)
    return vocoder.to(device)


def _config_of(stored: Stored) -> VocoderConfig:
    """The config that the shapes imply."""
    try:
        dim = stored.tensors["backbone.embed.weight"].shape[0]
        intermediate = stored.tensors["backbone.convnext.0.pwconv1.weight"].shape[0]
    except LookupError as error:
        raise stored.refused(f"it lacks {error}") from error
    return VocoderConfig(dim, intermediate, stored.layers("backbone.convnext."))


def _check_yaml(path: Path) -> None:
    """JamFlowError if the config.yaml of a Vocos asks for other sound than 24 kHz mels of 100 bins."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # none is there
        return
    if "vocos." not in text:  # of something else in this folder
        return
    for line in text.splitlines():
        said = re.fullmatch(r"\s*(\w+)\s*:\s*(\w+)\s*", line)
        if said and said[1] in _SOUND and said[2] != str(_SOUND[said[1]]):
            raise JamFlowError(f"Choose another vocoder: {path} says {said[1]} {said[2]}, expected {_SOUND[said[1]]}.")


def save_vocoder(vocoder: Vocoder, path: str | Path, dtype: torch.dtype = torch.float32) -> None:
    """Write the weights as `dtype` in the official key layout, with the config as JSON in the header."""
    from safetensors.torch import save_file

    weights = {key: value.detach().cpu().to(dtype) for key, value in vocoder.named_parameters()}
    weights |= {key: value.cpu() for key, value in vocoder.named_buffers()}  # the STFT window stays exact
    with whole_file(path) as part:
        save_file(weights, part, metadata={"config": json.dumps(asdict(vocoder.config)), "format": "pt"})
