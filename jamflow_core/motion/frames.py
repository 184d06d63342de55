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


def positions(frames: int, fps: float, to: float, shots: np.ndarray | None = None) -> np.ndarray:
    """Where frames at the rate `to` lie between `frames` at `fps`, in these: float64 [m]. shots: int [frames]; no
    position is between two of them."""
    last = frames - 1
    found = np.minimum(np.arange(max(round(frames / fps * to), 1)) * (fps / to), last)
    if shots is None:
        return found
    shots = np.asarray(shots)
    across = shots[np.floor(found).astype(int)] != shots[np.ceil(found).astype(int)]
    return np.where(across, np.round(found), found)


def resampled(values: np.ndarray, fps: float, to: float, shots: np.ndarray | None = None) -> np.ndarray:
    """Values [n, ...] at `fps` -> at the rate `to`, for as long: float64 [m, ...]."""
    return between(values, positions(len(values), fps, to, shots))
