"""Log mel -> wave: Vocos (Siuzdak 2023, arXiv 2306.00814).

Keys are those of the public checkpoint (`backbone.*`, `head.*`), so `vocos-mel-24khz` and the embedded small model are
the same class with other numbers. A file of ours carries its config in the safetensors header; for a file without one
the numbers are read off the weights' shapes.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from ..atomic import whole_file
from ..catalog.safe import load_state
from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError
from ..meta_init import meta_init
from ..placed import Placed
from .mel import N_FFT, N_MELS
from .phase import refine
from .vocos import ISTFTHead, VocosBackbone

EMBEDDED = Path(__file__).parent.parent / "weights" / "jamflow-tiny-vocoder.safetensors"


@dataclass(frozen=True)
class VocoderConfig:
    """Widths of a Vocos, and the rounds of phase refinement (see phase.py) that its training asks for when decoding.

    The defaults are `jamflow-tiny`'s; the public vocos-mel-24khz has 512, 1536, 8.
    """

    dim: int = 384
    intermediate_dim: int = 1024
    num_layers: int = 6
    refine: int = 0

    @classmethod
    def of(cls, weights: dict[str, torch.Tensor]) -> "VocoderConfig":
        """The config that the shapes of a state dict imply. Raises KeyError if it is not a Vocos."""
        dim = weights["backbone.embed.weight"].shape[0]
        intermediate = weights["backbone.convnext.0.pwconv1.weight"].shape[0]
        return cls(dim, intermediate, sum(key.endswith("dwconv.weight") for key in weights))


class Vocoder(Placed):
    """Vocos backbone and inverse-STFT head for F5-style mels (24 kHz, n_fft 1024, hop 256, log of a clamp at 1e-5)."""

    def __init__(self, config: VocoderConfig = VocoderConfig(), ops=nn):
        super().__init__()
        self.config = config
        self.backbone = VocosBackbone(N_MELS, config.dim, config.intermediate_dim, config.num_layers, ops)
        self.head = ISTFTHead(config.dim, N_FFT, HOP, ops)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        """Log mel [batch, frames, 100] -> wave [batch, (frames - 1) * 256], differentiable."""
        return self.head(self.backbone(mel.transpose(1, 2)))

    @torch.inference_mode()
    def decode(self, mel: torch.Tensor, rounds: int | None = None) -> torch.Tensor:
        """Log mel [frames, 100] or [batch, frames, 100] -> wave [(frames - 1) * 256] or [batch, ...], -1..1, float32.

        `rounds` of phase refinement; None = as many as the config says.
        """
        if mel.shape[-1] != N_MELS or mel.shape[-2] < 2:
            raise JamFlowError(f"Give the vocoder a mel of [2 or more frames, {N_MELS}], not {list(mel.shape)}.")
        batch = mel.reshape(-1, *mel.shape[-2:]).to(self.compute_device, torch.float32)
        wave = refine(self(batch.to(self.compute_dtype)), batch, self.config.refine if rounds is None else rounds)
        return wave.clamp(-1.0, 1.0).reshape(*mel.shape[:-2], -1)

    def decode_whole(self, mel: torch.Tensor) -> torch.Tensor:
        """Log mel [frames, 100] -> wave [frames * 256]: as long as the frames are on the clock.

        `decode` stops at the middle of the last frame; a frame more fills the clip with sound where zeros would cut it
        off.
        """
        return self.decode(torch.cat((mel, mel[-1:])))


def load_vocoder(
    path: str | Path | None = None, device: str | torch.device = "cpu", ops=nn, dtype: torch.dtype = torch.float32
) -> Vocoder:
    """A Vocos in the official key layout (None = the embedded model), of the layers of `ops`, in eval mode.

    Safetensors of ours or of others, or the public pytorch_model.bin; a config.yaml beside it is checked.
    """
    from safetensors import safe_open

    path = Path(path or EMBEDDED)
    if not path.is_file():
        raise JamFlowError(f"No vocoder at {path}.")
    state = load_state(path, "a Vocos for 24 kHz mels")
    weights = {
        key: value.float() if key.endswith("window") else value.to(dtype)
        for key, value in state.items()
        if key.startswith(("backbone.", "head."))
    }
    config = None
    if path.suffix == ".safetensors":
        with safe_open(str(path), "pt") as file:
            config = (file.metadata() or {}).get("config")
    _check_yaml(path.with_name("config.yaml"))
    try:
        with meta_init():
            vocoder = Vocoder(VocoderConfig(**json.loads(config)) if config else VocoderConfig.of(weights), ops)
        vocoder.load_state_dict(weights, assign=True)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise JamFlowError(f"Not a Vocos for 100-bin mels: {path} ({str(error).splitlines()[0]}).") from error
    return vocoder.eval().requires_grad_(False).to(device)


# What the weights' shapes do not say, and this pack's mels need.
_SOUND = {"sample_rate": SAMPLE_RATE, "hop_length": HOP, "n_mels": N_MELS, "n_fft": N_FFT, "padding": "center"}


def _check_yaml(path: Path) -> None:
    """JamFlowError if the config.yaml of a Vocos asks for other sound than 24 kHz mels of 100 bins."""
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    if "vocos." not in text:  # of something else in this folder
        return
    for key, value in re.findall(r"^\s*(\w+)\s*:\s*(\w+)\s*$", text, re.MULTILINE):
        if key in _SOUND and value != str(_SOUND[key]):
            raise JamFlowError(f"Choose another vocoder: {path} says {key} {value}, expected {_SOUND[key]}.")


def save_vocoder(vocoder: Vocoder, path: str | Path, dtype: torch.dtype = torch.float32) -> None:
    """Write the weights as `dtype` in the official key layout, with the config as JSON in the header."""
    from safetensors.torch import save_file

    weights = {key: value.detach().cpu().to(dtype) for key, value in vocoder.named_parameters()}
    weights |= {key: value.cpu() for key, value in vocoder.named_buffers()}  # the STFT window stays exact
    with whole_file(path) as part:
        save_file(weights, part, metadata={"config": json.dumps(asdict(vocoder.config)), "format": "pt"})
