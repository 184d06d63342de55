"""The aligners' files: both networks in one safetensors file, their configurations in its header."""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from ..align.aligner import AlignerConfig, Aligners, AudioAligner, FrameClassifier, LipAligner
from ..atomic import whole_file
from ..tokens import SILENCE
from .door import Stored

EMBEDDED = Path(__file__).parent.parent / "weights" / "jamflow-tiny-aligner.safetensors"
NETS = ("audio", "lips")
_NEEDED = {" ", ".", SILENCE}  # classes that every text has
_WIDEST = 1000  # frames between the parts of a convolution


def recognise(keys: set[str], header: dict[str, str]) -> bool:
    """Whether a file with these tensors is one of `save_aligner`."""
    return {key.partition(".")[0] for key in keys} == set(NETS)


def save_aligner(path, audio: FrameClassifier, lips: FrameClassifier) -> None:
    """Write both networks to one safetensors file, half precision, their configurations in the header."""
    from safetensors.torch import save_file

    tensors, header = {}, {}
    for name, net in zip(NETS, (audio, lips)):
        tensors |= {f"{name}.{key}": value.half().contiguous() for key, value in net.state_dict().items()}
        header[name] = json.dumps(asdict(net.config), ensure_ascii=False)
    with whole_file(path) as part:
        save_file(tensors, str(part), header)


def load_aligner(path=None, device="cpu") -> Aligners:
    """Read the aligners (None: those of this package). JamFlowError if the file is missing, damaged or something
    else.
    """
    stored = Stored.read(path or EMBEDDED, "aligners")
    audio, lips = (_net(stored, name).to(device) for name in NETS)
    return Aligners(AudioAligner(audio), LipAligner(lips))


def _net(stored: Stored, name: str) -> FrameClassifier:
    config = stored.config(AlignerConfig, name)
    blocks = stored.layers(f"{name}.blocks.")
    stored.check(len(config.dilations) == blocks, f"{name} has {len(config.dilations)} dilations for {blocks} layers")
    stored.check(all(0 < step <= _WIDEST for step in config.dilations), f"{name} has a dilation out of range")
    stored.check(set(config.classes) >= _NEEDED, f"{name} has no class of its own for silence")
    stored.check(0 < config.rate <= 1000, f"{name}.rate is {config.rate:g}")
    tensors = stored.below(f"{name}.")
    spread = tensors.get("spread", torch.zeros(0)).float()
    stored.check(bool((spread > 0).all()), f"{name}.spread holds what is not above 0")
    tensors["spread"] = spread.clamp(max=torch.finfo(torch.float32).max)  # infinite where an input does not count
    return stored.fill(stored.build(lambda: FrameClassifier(config)), tensors, torch.float32)
