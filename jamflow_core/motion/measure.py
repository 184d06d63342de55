"""How well lips keep time with speech: agreement of two tracks, closures of p, b and m, moments when the lips part.

All measures work on states [frames, 5] (motion/basis.py), frame i at i / fps seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..clock import MOTION_FPS
from .basis import JAW, PUCKER, WIDE
from .visemes import CLOSED, viseme_of

# A jaw below this is a closed mouth. Of the teacher's p, b and m all come to 0; of its phonemes with no closure or
# silence within 0.15 s (and other than f and v) 0.4 % fall below 0.06 and 8 % below 0.08. Tracked faces are noise below
# 0.05.
CLOSED_JAW = 0.06


@dataclass(frozen=True)
class Agreement:
    """`correlation` as the tracks stand, `best` at the best shift; `lag_ms` > 0: the second track comes later."""

    correlation: float
    best: float
    lag_ms: float


def agreement(reference: np.ndarray, other: np.ndarray, fps: float = MOTION_FPS, reach: float = 0.4) -> Agreement:
    """Compare two tracks [frames]; shifts up to `reach` seconds are tried, and the peak placed between frames.

    The longer track is cut. NaN where a track does not move or is too short to be shifted.
    """
    frames = min(len(reference), len(other))
    shifts = range(-round(reach * fps), round(reach * fps) + 1)
    if frames < 2 * len(shifts):
        shifts = range(-(frames // 4), frames // 4 + 1)
    score = np.array([_shifted_correlation(reference[:frames], other[:frames], shift) for shift in shifts])
    if np.isnan(score).all():
        return Agreement(float("nan"), float("nan"), float("nan"))
    peak = int(np.nanargmax(score))
    offset = 0.0
    if 0 < peak < len(score) - 1:
        left, middle, right = score[peak - 1 : peak + 2]
        offset = 0.5 * (left - right) / (left - 2 * middle + right)
    return Agreement(float(score[len(score) // 2]), float(score[peak]), 1000 * (shifts[peak] + offset) / fps)


def jaw_agreement(reference: np.ndarray, other: np.ndarray, fps: float = MOTION_FPS) -> Agreement:
    """`agreement` of the opening of the lips of two state tracks [frames, 5]."""
    return agreement(reference[:, JAW], other[:, JAW], fps)


def width_agreement(reference: np.ndarray, other: np.ndarray, fps: float = MOTION_FPS) -> Agreement:
    """`agreement` of the width of the mouth: spread one way, rounded the other."""
    return agreement(_width(reference), _width(other), fps)


def closures(
    state: np.ndarray, symbols: Sequence[str], durations: np.ndarray, fps: float = MOTION_FPS
) -> tuple[int, int]:
    """(closed, all) p, b and m: closed if the jaw goes below CLOSED_JAW within the phoneme or one frame of it.

    durations: seconds per symbol. Phonemes behind the end of the track do not count.
    """
    ends = np.cumsum(durations)
    time = np.arange(len(state)) / fps
    closed = total = 0
    for symbol, seconds, end in zip(symbols, durations, ends):
        if viseme_of(symbol) != CLOSED:
            continue
        near = (time >= end - seconds - 1 / fps) & (time <= end + 1 / fps)
        if near.any():
            total += 1
            closed += bool((state[near, JAW] < CLOSED_JAW).any())
    return closed, total


def lip_onsets(state: np.ndarray, fps: float = MOTION_FPS) -> np.ndarray:
    """Seconds at which the lips part (the jaw rises through CLOSED_JAW), placed between frames: float64 [n]."""
    jaw = np.asarray(state[:, JAW], np.float64)
    before = np.flatnonzero((jaw[:-1] < CLOSED_JAW) & (jaw[1:] >= CLOSED_JAW))
    return (before + (CLOSED_JAW - jaw[before]) / (jaw[before + 1] - jaw[before])) / fps


def _width(state: np.ndarray) -> np.ndarray:
    """Width of the mouth relative to neutral, by the definitions of the states."""
    return 0.30 * state[:, WIDE] - 0.45 * state[:, PUCKER]


def _shifted_correlation(reference: np.ndarray, other: np.ndarray, shift: int) -> float:
    """Correlation of reference[i] with other[i + shift] where both exist; NaN if either stands still."""
    first, second = max(-shift, 0), max(shift, 0)
    count = len(reference) - abs(shift)
    a, b = reference[first : first + count], other[second : second + count]
    if count < 2 or a.std() < 1e-9 or b.std() < 1e-9:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
