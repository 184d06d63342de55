"""The diffusion-transformer block of F5-TTS (AdaLN-Zero), split before and after attention so that streams can join.

Module and parameter names are those of the official F5-TTS state dict.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ..config import StreamConfig
from .attention import attend
from .rotary import rotate


class Modulation(NamedTuple):
    """What the timestep does to one half of a block: to what enters it, and to what leaves. Each [B or 1, 1, dim]."""

    shift: Tensor
    scale: Tensor
    gate: Tensor

    @classmethod
    def of_attention(cls, parts: Tensor) -> "Modulation":
        """The first half of a block's six vectors [B, 6, dim], in F5's order."""
        return cls(*parts[:, :3].split(1, dim=1))

    @classmethod
    def of_feed_forward(cls, parts: Tensor) -> "Modulation":
        """The second half of a block's six vectors [B, 6, dim]."""
        return cls(*parts[:, 3:].split(1, dim=1))


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Parameter-free LayerNorm (eps 1e-6), then x * (1 + scale) + shift; x [B, N, dim], the others [B or 1, 1, dim].

    Computed in x's format, returned in that of the modulation: the residual stream is float32, whatever the products.
    """
    narrow, shift, scale = scale.dtype, shift.to(x), scale.to(x)
    if scale.shape[0] == 1:  # the same for all: LayerNorm's own weight and bias, in one pass
        return F.layer_norm(x, x.shape[-1:], 1 + scale.flatten(), shift.flatten(), eps=1e-6).to(narrow)
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:], eps=1e-6), 1 + scale).to(narrow)


class AdaLayerNorm(nn.Module):
    """Timestep embedding [S, dim] -> `parts` modulation vectors [S, parts, dim]."""

    def __init__(self, dim: int, parts: int, ops=nn):
        super().__init__()
        self.parts = parts
        self.linear = ops.Linear(dim, parts * dim)

    def forward(self, t: Tensor) -> Tensor:
        return rearrange(self.linear(F.silu(t)), "s (parts d) -> s parts d", parts=self.parts)


class Attention(nn.Module):
    """Projections of one stream; the attention itself is in attention.py. heads * head_dim may differ from dim."""

    def __init__(self, dim: int, heads: int, head_dim: int, rotary_heads: int | None = None, ops=nn):
        super().__init__()
        inner = heads * head_dim
        self.heads, self.rotary_heads = heads, rotary_heads
        self.rotate = rotate
        self.to_q = ops.Linear(dim, inner)
        self.to_k = ops.Linear(dim, inner)
        self.to_v = ops.Linear(dim, inner)
        self.to_out = nn.ModuleList([ops.Linear(inner, dim)])

    def project(self, x: Tensor, rotary: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, N, dim] -> rotated q, rotated k and v, each [B, heads, N, head_dim]."""
        linears = (self.to_q, self.to_k, self.to_v)
        q, k, v = (rearrange(linear(x), "b n (h d) -> b h n d", h=self.heads) for linear in linears)
        return self.place(q, rotary), self.place(k, rotary), v

    def place(self, x: Tensor, rotary: Tensor) -> Tensor:
        """Rotate x [B, heads, N, head_dim] to its positions, or only the heads that know them."""
        if self.rotary_heads is None:
            return self.rotate(x, rotary)
        placed, others = x[:, : self.rotary_heads], x[:, self.rotary_heads :]
        return torch.cat((self.rotate(placed, rotary), others), dim=1)

    def merge(self, attended: Tensor) -> Tensor:
        """[B, heads, N, head_dim] -> [B, N, dim]."""
        return self.to_out[0](rearrange(attended, "b h n d -> b n (h d)"))


class FeedForward(nn.Module):
    """Linear, GELU (tanh), Linear."""

    def __init__(self, dim: int, mult: int, ops=nn):
        super().__init__()
        self.ff = nn.Sequential(
            nn.Sequential(ops.Linear(dim, dim * mult), nn.GELU(approximate="tanh")),
            nn.Identity(),
            ops.Linear(dim * mult, dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.ff(x)


class DiTBlock(nn.Module):
    """AdaLN-Zero block; modulation [B, 6, dim]: shift, scale and gate of the attention, then of the feed-forward."""

    def __init__(self, config: StreamConfig, ops=nn):
        super().__init__()
        self.attn_norm = AdaLayerNorm(config.dim, 6, ops)
        self.attn = Attention(config.dim, config.heads, config.head_dim, config.rotary_heads, ops)
        self.ff = FeedForward(config.dim, config.ff_mult, ops)
        self.reach = None if config.window is None else round(config.window * config.rate)

    def pre_attention(self, x: Tensor, modulation: Tensor, rotary: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, N, dim] -> q, k, v."""
        mod = Modulation.of_attention(modulation)
        return self.attn.project(modulate(x, mod.shift, mod.scale), rotary)

    def post_attention(self, x: Tensor, attended: Tensor, modulation: Tensor, mask: Tensor | None = None) -> Tensor:
        """Gated residuals of attention and feed-forward; padding gets nothing from attention."""
        out = self.attn.merge(attended)
        if mask is not None:
            out = out.masked_fill(~mask[..., None], 0.0)
        x = torch.addcmul(x, Modulation.of_attention(modulation).gate, out)
        mod = Modulation.of_feed_forward(modulation)
        return torch.addcmul(x, mod.gate, self.ff(modulate(x, mod.shift, mod.scale)))

    def forward(self, x: Tensor, modulation: Tensor, rotary: Tensor, mask: Tensor | None = None) -> Tensor:
        """The block of a stream that looks at itself only."""
        attended = attend(*self.pre_attention(x, modulation, rotary), mask, reach=self.reach)
        return self.post_attention(x, attended, modulation, mask)
