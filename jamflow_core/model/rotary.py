"""Rotary positions on one clock: equal moment, equal angle, whatever the frame rate of the stream.

A position is seconds x 93.75 (the mel rate), so that audio frames have the integer positions of F5-TTS.
Source: RoPE as in F5-TTS (x-transformers): interleaved pairs (2i, 2i+1), base 10000, computed in float32.
"""

import torch
from torch import Tensor

from ..clock import MEL_RATE


def times(frames: int, rate: float, device=None) -> Tensor:
    """Moment of every frame in seconds, float32 [frames]: frame i stands at i / rate."""
    return torch.arange(frames, device=device, dtype=torch.float32) / rate


def rotary_table(positions: Tensor, head_dim: int, base: float = 10000.0) -> Tensor:
    """positions [N] -> (cos, sin) stacked, float32 [2, N, head_dim // 2]."""
    frequencies = base ** -(torch.arange(0, head_dim, 2, device=positions.device, dtype=torch.float32) / head_dim)
    angles = positions.float()[:, None] * frequencies[None, :]
    return torch.stack((angles.cos(), angles.sin()))


def clock_table(frames: int, rate: float, head_dim: int, aligned: bool = True, device=None) -> Tensor:
    """Rotary table of a stream of `frames` frames at `rate`; unaligned = the stream counts its own frames."""
    scale = float(MEL_RATE) / rate if aligned else 1.0
    return rotary_table(torch.arange(frames, device=device, dtype=torch.float32) * scale, head_dim)


def rotate(x: Tensor, table: Tensor) -> Tensor:
    """Rotate x [B, H, N, head_dim] by the table [2, N, head_dim // 2], in float32."""
    cos, sin = table
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    rotated = torch.stack((even * cos - odd * sin, odd * cos + even * sin), dim=-1)
    return rotated.flatten(-2).type_as(x)
