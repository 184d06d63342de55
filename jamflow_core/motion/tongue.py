"""The tip of the tongue, from the symbols that are said and their times.

Lips alone do not tell: t, d, n and l look like any half-open mouth, and the keypoints of motion know nothing of the
tongue. So it moves only where the text with its times is known.
"""

from collections.abc import Sequence

import numpy as np

from ..clock import MOTION_FPS
from .visemes import viseme_of

RAISED, BETWEEN = range(2)  # columns of a track: the tip behind the upper teeth; the tip between the teeth
_PLACES = {"td": (1.0, 0.0), "th": (0.35, 1.0)}  # by viseme; all others leave the tongue where it lies
_RISE, _FALL = 0.06, 0.07  # seconds
_SHORTEST = 1.1 / MOTION_FPS  # a contact shows in one frame at least


def tongue_track(symbols: Sequence[str], durations: np.ndarray, frames: int, fps: float = MOTION_FPS) -> np.ndarray:
    """Symbols of the alphabet and their seconds [n] -> float32 [frames, 2], 0..1: raised, between the teeth.

    Frame i is at i / fps seconds. Symbols outside the alphabet (letters of another script) leave the tongue alone."""
    ends = np.cumsum(durations)
    track, moments = np.zeros((frames, 2), np.float32), np.arange(frames) / fps
    for symbol, start, end in zip(symbols, ends - durations, ends, strict=True):
        place = _place(symbol)
        if place is None:
            continue
        middle, half = (start + end) / 2, max(end - start, _SHORTEST) / 2
        early = np.clip((moments - (middle - half - _RISE)) / _RISE, 0, 1)
        late = np.clip(((middle + half + _FALL) - moments) / _FALL, 0, 1)
        there = np.minimum(early, late)
        there = there * there * (3 - 2 * there)
        track = np.maximum(track, there[:, None].astype(np.float32) * np.float32(place))
    return track


def _place(symbol: str) -> tuple[float, float] | None:
    try:
        return _PLACES.get(viseme_of(symbol))
    except KeyError:
        return None
