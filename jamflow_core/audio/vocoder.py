"""Log mel -> wave: Vocos (Siuzdak 2023, arXiv 2306.00814), the network of the vocos package.

Keys are those of the public checkpoint (`backbone.*`, `head.*`), so `vocos-mel-24khz` and the embedded small model are
the same class with other numbers. Files: catalog/vocos.py.
"""

from dataclasses import dataclass

import torch
from einops import rearrange
from torch import nn

from ..clock import HOP
from ..errors import JamFlowError
from ..placed import Placed
from .mel import N_FFT, N_MELS
from .packages import vocos
from .phase import refine


@dataclass(frozen=True)
class VocoderConfig:
    """Widths of a Vocos, and the rounds of phase refinement (see phase.py) that its training asks for when decoding.

    The defaults are `jamflow-tiny`'s; the public vocos-mel-24khz has 512, 1536, 8.
    """

    dim: int = 384
    intermediate_dim: int = 1024
    num_layers: int = 6
    refine: int = 0


class Vocoder(Placed):
    """Vocos backbone and inverse-STFT head for F5-style mels (24 kHz, n_fft 1024, hop 256, log of a clamp at 1e-5).

    JamFlowError where vocos or torchaudio is not installed.
    """

    def __init__(self, config: VocoderConfig = VocoderConfig(), ops=nn):
        super().__init__()
        backbone, head = vocos()
        self.config = config
        self.backbone = backbone(N_MELS, config.dim, config.intermediate_dim, config.num_layers)
        self.head = head(config.dim, N_FFT, HOP, padding="center")
        if ops is not nn:
            use_layers_of(ops, self)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        """Log mel [batch, frames, 100] -> wave [batch, (frames - 1) * 256], differentiable; the head in float32."""
        return self.head(self.backbone(rearrange(mel, "b n c -> b c n")).float())

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


def use_layers_of(ops, net: nn.Module) -> None:
    """Put layers of `ops` (ComfyUI's, which cast weights as they run) in place of torch's, without their values."""
    for name, child in net.named_children():
        if isinstance(child, nn.Linear):
            setattr(net, name, ops.Linear(child.in_features, child.out_features))
        elif isinstance(child, nn.Conv1d):
            sizes = (child.in_channels, child.out_channels, child.kernel_size)
            setattr(net, name, ops.Conv1d(*sizes, padding=child.padding, groups=child.groups))
        elif isinstance(child, nn.LayerNorm):
            setattr(net, name, ops.LayerNorm(child.normalized_shape, eps=child.eps))
        else:
            use_layers_of(ops, child)
