"""The diffusion-transformer block of F5-TTS (AdaLN-Zero), split before and after attention so that streams can join.

Module and parameter names are those of the official F5-TTS state dict.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import StreamConfig
from .quick import TanhGELU
from .rotary import apply_rotary


def modulate(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Parameter-free LayerNorm (eps 1e-6), then x * (1 + scale) + shift; x [B, N, dim], scale and shift [B or 1, 1,
    dim].

    Computed in x's format, returned in that of the modulation: the residual stream is float32 whatever the products
    are.
    """
    narrow, scale, shift = scale.dtype, scale.to(x), shift.to(x)
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
        return self.linear(F.silu(t)).unflatten(-1, (self.parts, -1))


class Attention(nn.Module):
    """Projections of one stream; the attention itself is in attention.py. heads * head_dim may differ from dim."""

    def __init__(self, dim: int, heads: int, head_dim: int, rotary_heads: int | None = None, ops=nn):
        super().__init__()
        inner = heads * head_dim
        self.heads, self.rotary_heads = heads, rotary_heads
        self.to_q = ops.Linear(dim, inner)
        self.to_k = ops.Linear(dim, inner)
        self.to_v = ops.Linear(dim, inner)
        self.to_out = nn.ModuleList([ops.Linear(inner, dim)])

    def project(self, x: Tensor, rotary: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, N, dim] -> rotated q, rotated k and v, each [B, heads, N, head_dim]."""
        q, k, v = (to(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for to in (self.to_q, self.to_k, self.to_v))
        return apply_rotary(q, rotary, self.rotary_heads), apply_rotary(k, rotary, self.rotary_heads), v

    def merge(self, attended: Tensor) -> Tensor:
        """[B, heads, N, head_dim] -> [B, N, dim]."""
        return self.to_out[0](attended.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Linear, GELU (tanh), Linear."""

    def __init__(self, dim: int, mult: int, ops=nn):
        super().__init__()
        self.ff = nn.Sequential(
            nn.Sequential(ops.Linear(dim, dim * mult), TanhGELU()),
            nn.Identity(),
            ops.Linear(dim * mult, dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.ff(x)


class DiTBlock(nn.Module):
    """AdaLN-Zero block; modulation order (shift, scale, gate) of attention, then of the feed-forward."""

    def __init__(self, config: StreamConfig, ops=nn):
        super().__init__()
        self.attn_norm = AdaLayerNorm(config.dim, 6, ops)
        self.attn = Attention(config.dim, config.heads, config.head_dim, config.rotary_heads, ops)
        self.ff = FeedForward(config.dim, config.ff_mult, ops)

    def pre_attention(self, x: Tensor, modulation: Tensor, rotary: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, N, dim], modulation [B, 6, dim] -> q, k, v."""
        shift, scale = modulation[:, 0:1], modulation[:, 1:2]
        return self.attn.project(modulate(x, scale, shift), rotary)

    def post_attention(self, x: Tensor, attended: Tensor, modulation: Tensor, mask: Tensor | None = None) -> Tensor:
        """Gated residuals of attention and feed-forward; padding gets nothing from attention."""
        out = self.attn.merge(attended)
        if mask is not None:
            out = out.masked_fill(~mask[..., None], 0.0)
        x = torch.addcmul(x, modulation[:, 2:3], out)
        return torch.addcmul(x, modulation[:, 5:6], self.ff(modulate(x, modulation[:, 4:5], modulation[:, 3:4])))
