"""What enters a stream: the timestep, and the projection of noised sample, given part and text."""

import math

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ..placed import Placed


class TimestepEmbedding(Placed):
    """t [S] in [0, 1] -> [S, dim]: sinusoids of 1000 t (256 wide, sin | cos), then an MLP. Source: F5-TTS."""

    def __init__(self, dim: int, ops=nn):
        super().__init__()
        self.time_mlp = nn.Sequential(ops.Linear(256, dim), nn.SiLU(), ops.Linear(dim, dim))

    def forward(self, t: Tensor) -> Tensor:
        frequencies = torch.exp(torch.arange(128, device=t.device).float() * -(math.log(10000) / 127))
        angles = 1000.0 * t.float()[:, None] * frequencies[None, :]
        return self.time_mlp(torch.cat((angles.sin(), angles.cos()), dim=-1).to(self.compute_dtype))


class ConvPositionEmbedding(nn.Module):
    """Two grouped convolutions with Mish; padding is zeroed before and after each."""

    def __init__(self, dim: int, kernel: int, groups: int, ops=nn):
        super().__init__()
        self.conv1d = nn.Sequential(
            ops.Conv1d(dim, dim, kernel, groups=groups, padding=kernel // 2),
            nn.Mish(),
            ops.Conv1d(dim, dim, kernel, groups=groups, padding=kernel // 2),
            nn.Mish(),
        )

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = rearrange(x, "b n d -> b d n")
        hidden = None if mask is None else ~mask[:, None, :]
        for layer in self.conv1d:
            if hidden is not None and isinstance(layer, nn.Conv1d):
                x = x.masked_fill(hidden, 0.0)
            x = layer(x)
        if hidden is not None:
            x = x.masked_fill(hidden, 0.0)
        return rearrange(x, "b d n -> b n d")


class InputEmbedding(nn.Module):
    """Linear over [x | given | text], plus convolutional positions.

    Only x changes while sampling, so the product is split: `static` holds the part of the given frames and the text.
    """

    def __init__(self, channels: int, text_dim: int, dim: int, kernel: int, groups: int, ops=nn, rest: int = 0):
        super().__init__()
        self.channels = channels
        self.proj = ops.Linear(2 * channels + text_dim, dim)
        self.conv_pos_embed = ConvPositionEmbedding(dim, kernel, groups, ops)
        if rest:
            self.rest = ops.Linear(rest, dim, bias=False)

    def static(self, given: Tensor, text: Tensor | None, rest: Tensor | None = None) -> Tensor:
        """given [B, N, channels], text [B, N, text_dim] or None, rest [B, N, rest] or None = neutral -> [B, N, dim]."""
        known = given if text is None else torch.cat((given, text), dim=-1)
        static = F.linear(known, self.proj.weight[:, self.channels :].to(known), self.proj.bias.to(known))
        return static if rest is None else static + self.rest(rest)

    def forward(self, x: Tensor, static: Tensor, mask: Tensor | None = None) -> Tensor:
        """x [B or 1, N, channels], static [B, N, dim] -> [B, N, dim], float32: sums of many layers need the digits."""
        h = F.linear(x, self.proj.weight[:, : self.channels].to(x)) + static.float()
        return self.conv_pos_embed(h.to(static), mask) + h
