"""The cleaner: the mel of a poor recording -> the mel that a good one would have had.

A small convolutional network beside the flow, which was taught on clean speech: what it hears (a voice to imitate, a
recording to follow) comes without its noise, its room and its narrow band. Clean speech passes nearly unchanged.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from ..audio.mel import N_MELS
from ..config import CleanerConfig

# Log mels in the units of the network: (mel - MEAN) / STD, about those of speech.
MEAN, STD = -5.0, 3.0


class CleaningBlock(nn.Module):
    """ConvNeXt with a view of the whole recording: its mean shifts the expansion. Residual; x [B, N, dim]."""

    def __init__(self, dim: int, dilation: int, ops=nn):
        super().__init__()
        self.depthwise = ops.Conv1d(dim, dim, 7, padding=3 * dilation, dilation=dilation, groups=dim)
        self.norm = ops.LayerNorm(dim)
        self.expand = ops.Linear(dim, 2 * dim)
        self.whole = ops.Linear(dim, 2 * dim)
        self.project = ops.Linear(2 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(self.depthwise(x.transpose(1, 2)).transpose(1, 2))
        return x + self.project(F.gelu(self.expand(h) + self.whole(h.mean(1, keepdim=True))))


class Cleaner(nn.Module):
    """Log mel [B, N, 100] -> log mel [B, N, 100]."""

    def __init__(self, config: CleanerConfig = CleanerConfig(), ops=nn):
        super().__init__()
        self.enter = ops.Conv1d(N_MELS, config.dim, 5, padding=2)
        self.blocks = nn.ModuleList([CleaningBlock(config.dim, dilation, ops) for dilation in config.dilations])
        self.change = ops.Linear(config.dim, N_MELS)

    def initialise(self) -> None:
        """It changes nothing at first."""
        nn.init.zeros_(self.change.weight)
        nn.init.zeros_(self.change.bias)

    def forward(self, mel: Tensor) -> Tensor:
        x = self.enter(((mel - MEAN) / STD).transpose(1, 2)).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return mel + STD * self.change(x)
