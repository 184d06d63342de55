"""What the trainers know of their data and of the machine: normalisers, products a frame, products a second."""

import time

import numpy as np
import torch

from ..config import JamFlowConfig, Normaliser
from ..motion.space import mouth_of
from ..tokens import decode
from .corpus import Cache
from .visemes import teacher_motion


def mel_statistics(cache: Cache, clips: int = 400) -> Normaliser:
    """Mean and standard deviation per mel channel, over clips spread through the corpus."""
    rows = np.linspace(0, len(cache) - 1, min(clips, len(cache))).astype(int)
    mel = np.concatenate([cache[int(i)].mel for i in rows]).astype(np.float64)
    return Normaliser(tuple(mel.mean(0).round(5).tolist()), tuple(mel.std(0).round(5).tolist()))


def mouth_statistics(cache: Cache, clips: int = 400, floor: float = 1e-3) -> Normaliser:
    """The same for the teacher's mouth; channels that never move (LivePortrait's 6, 12 and 14z) get `floor`."""
    rows = np.linspace(0, len(cache) - 1, min(clips, len(cache))).astype(int)
    rng = np.random.default_rng(0)
    mouths = [mouth_of(teacher_motion(decode(cache[int(i)].tokens), cache[int(i)].durations, rng)) for i in rows]
    mouth = np.concatenate(mouths).astype(np.float64)
    return Normaliser(tuple(mouth.mean(0).round(6).tolist()), tuple(mouth.std(0).clip(floor).round(6).tolist()))


def matmul_peak(size: int = 1024) -> float:
    """FLOP/s of one large float32 matrix product on this machine, the yardstick printed beside the training speed."""
    a = torch.randn(size, size)
    a @ a
    start, rounds = time.perf_counter(), 0
    while time.perf_counter() - start < 0.3:
        a @ a
        rounds += 1
    return rounds * 2 * size**3 / (time.perf_counter() - start)


def flops_per_frame(config: JamFlowConfig, window: int) -> float:
    """Forward and backward FLOPs per mel frame of the audio stream's products (6 x weights + attention)."""
    s = config.audio
    inner = s.heads * s.head_dim
    weights = s.depth * (4 * s.dim * inner + 2 * s.dim * s.dim * s.ff_mult)
    convolutions = 2 * s.conv_kernel * s.dim * s.dim // s.conv_groups
    return 6 * (weights + convolutions) + 12 * s.depth * window * inner
