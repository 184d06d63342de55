"""Text for the audio stream: ConvNeXt V2 blocks over the symbols, then stretched over the mel frames.

F5-TTS v1 pads the symbols with fillers up to the audio length ("pad"). With "durations" the blocks see the symbols
only, each frame takes the symbol that sounds there, and two facts about time are added: how long the symbol lasts and
how far into it the frame lies.
"""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ..config import TextConfig
from ..placed import Placed


class GRN(nn.Module):
    """Global response normalisation over time (ConvNeXt V2)."""

    def __init__(self, dim: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, dim))
        self.beta = nn.Parameter(torch.zeros(1, 1, dim))

    def forward(self, x: Tensor) -> Tensor:
        energy = x.norm(p=2, dim=1, keepdim=True)
        return self.gamma * (x * (energy / (energy.mean(dim=-1, keepdim=True) + 1e-6))) + self.beta + x


class ConvNeXtV2Block(nn.Module):
    """Depthwise convolution, LayerNorm, expansion, GELU, GRN, projection; residual."""

    def __init__(self, dim: int, hidden: int, ops=nn):
        super().__init__()
        self.dwconv = ops.Conv1d(dim, dim, 7, padding=3, groups=dim)
        self.norm = ops.LayerNorm(dim, eps=1e-6)
        self.pwconv1 = ops.Linear(dim, hidden)
        self.grn = GRN(hidden)
        self.pwconv2 = ops.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        h = rearrange(self.dwconv(rearrange(x, "b n d -> b d n")), "b d n -> b n d")
        return x + self.pwconv2(self.grn(F.gelu(self.pwconv1(self.norm(h)))))


def sinusoids(length: int, dim: int, device=None) -> Tensor:
    """Absolute positions, [cos | sin], float32 [length, dim]."""
    frequencies = 10000.0 ** -(torch.arange(0, dim, 2, device=device).float()[: dim // 2] / dim)
    angles = torch.arange(length, device=device).float()[:, None] * frequencies[None, :]
    return torch.cat((angles.cos(), angles.sin()), dim=-1)


class TextEmbedding(Placed):
    """Symbol ids -> text features [B, frames, dim]."""

    def __init__(self, config: TextConfig, ops=nn):
        super().__init__()
        self.config = config
        # "pad" keeps F5's convention: ids are shifted by one and row 0 is the filler.
        self.text_embed = ops.Embedding(config.vocab + (config.stretch == "pad"), config.dim)
        hidden = config.dim * config.conv_mult
        self.text_blocks = nn.Sequential(*(ConvNeXtV2Block(config.dim, hidden, ops) for _ in range(config.conv_layers)))
        if config.stretch == "durations":
            self.duration = ops.Linear(1, config.dim)
            self.phase = ops.Linear(2, config.dim)

    def forward(self, ids: Tensor, frames: int, drop: bool | Tensor = False) -> Tensor:
        """ "pad": ids [B, n] (vocabulary indices, -1 = none) -> [B, frames, dim]; `drop` (or bool [B, 1]): the null
        text.
        """
        ids = F.pad(ids[:, :frames] + 1, (0, max(0, frames - ids.shape[1])))
        hidden = (ids == 0)[..., None] & self.config.mask_padding
        x = self.text_embed(ids.masked_fill(torch.as_tensor(drop, device=ids.device), 0)).to(self.compute_dtype)
        x = (x + sinusoids(frames, self.config.dim, ids.device).to(x.dtype)).masked_fill(hidden, 0.0)
        for block in self.text_blocks:
            x = block(x).masked_fill(hidden, 0.0)
        return x

    def stretch(self, ids: Tensor, durations: Tensor, clock: Tensor) -> Tensor:
        """ "durations": ids [B, n] (0 = padding), durations [B, n] seconds, clock [B, frames] -> [B, frames, dim].

        clock: index of the symbol that sounds in the frame plus the fraction of it that has passed; -1 = no text, which
        gives zeros.
        """
        hidden = (ids == 0)[..., None]
        length = torch.log(durations[..., None] + 0.01).to(self.compute_dtype)
        x = (self.text_embed(ids).to(self.compute_dtype) + self.duration(length)).masked_fill(hidden, 0.0)
        for block in self.text_blocks:
            x = block(x).masked_fill(hidden, 0.0)
        index = clock.clamp(min=0).long()
        passed = (clock - index).unsqueeze(-1)
        sounding = x.gather(1, index[..., None].expand(-1, -1, x.shape[-1]))
        phase = self.phase(torch.cat((passed, 1 - passed), dim=-1).to(x.dtype))
        return (sounding + phase) * (clock >= 0).unsqueeze(-1).to(x.dtype)
