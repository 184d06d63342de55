"""Helpers for what has a value a frame: stretches of frames, and values between them."""

import numpy as np


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Stretches [start, end) of True in bool [n]."""
    edges = np.flatnonzero(np.diff(np.r_[0, np.asarray(flags).astype(int), 0]))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def between(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Values [n, ...] at positions [m] in frames, linear between two of them and held beyond both ends: float64 [m,
    ...]."""
    values, last = np.asarray(values), len(values) - 1
    positions = np.clip(positions, 0, last)
    before = np.floor(positions).astype(int)
    after = np.minimum(before + 1, last)
    part = (positions - before).reshape(-1, *[1] * (values.ndim - 1))
    return values[before] * (1 - part) + values[after] * part


def resampled(values: np.ndarray, fps: float, to: float) -> np.ndarray:
    """Values [n, ...] at `fps` -> at the rate `to`, for as long: float64 [m, ...]."""
    count = max(round(len(values) / fps * to), 1)
    return between(values, np.arange(count) * (fps / to))
