"""Durations as they are heard.

Text-to-speech graphs give the phoneme before a pause the time of the pause: of the 0.45 s that Kokoro grants the last
phoneme of a sentence, 0.1 s is heard. Words, lips and edits want the sound.
"""

from collections.abc import Sequence

import numpy as np

from ..clock import SAMPLE_RATE
from ..motion.frames import runs
from ..motion.visemes import GAP, MARK, SILENT, viseme_of

_STEP = 120  # samples between loudness readings: 5 ms
_QUIET_DB = -40.0  # below the loudest moment of the clip
_SHORTEST_PAUSE = 0.08
_SHORTEST_PHONEME = 0.04


def heard(symbols: Sequence[str], durations: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Move the unheard tail of every phoneme before a pause into the pause: seconds [n] -> seconds [n], same sum.

    wave: float [samples] of the clip; `durations` must already be in step with it.
    """
    durations = np.array(durations, np.float64)
    starts = np.concatenate([[0.0], np.cumsum(durations)])
    quiet = _loudness(wave) < _QUIET_DB
    kinds = [viseme_of(symbol) for symbol in symbols]
    for last in range(len(symbols) - 1):
        if kinds[last] == SILENT or kinds[last + 1] != SILENT:
            continue
        after = last + 1
        while after < len(symbols) and kinds[after] in (SILENT, GAP, MARK):
            after += 1
        begins, length = _longest_run(quiet[_reading(starts[last]) : _reading(starts[after])])
        if length * _STEP < _SHORTEST_PAUSE * SAMPLE_RATE:
            continue
        unheard = durations[last] - max(begins * _STEP / SAMPLE_RATE, _SHORTEST_PHONEME)
        if unheard > 0:
            durations[last] -= unheard
            durations[last + 1] += unheard
    return durations


def _reading(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE / _STEP)


def _loudness(wave: np.ndarray) -> np.ndarray:
    """Power in dB relative to the loudest moment, every `_STEP` samples over 10 ms."""
    power = np.convolve(np.square(wave, dtype=np.float64), np.ones(2 * _STEP) / (2 * _STEP), "same")[::_STEP]
    return 10 * np.log10((power + 1e-12) / (power.max() + 1e-12))


def _longest_run(flags: np.ndarray) -> tuple[int, int]:
    """(start, length) of the longest run of True."""
    start, end = max(runs(flags), key=lambda run: run[1] - run[0], default=(0, 0))
    return start, end - start
