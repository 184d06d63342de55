"""When phonemes begin in a recording, against the times at which they were to begin."""

import numpy as np
import torch

from ...align.aligner import AudioAligner, phones_of
from ...audio.mel import log_mel
from ...clock import HOP


def heard_durations(aligner: AudioAligner, wave, symbols) -> np.ndarray:
    """Seconds per symbol [n] in a recording [samples] at 24 kHz, by forced alignment."""
    wave = torch.as_tensor(wave)
    return aligner.align(log_mel(wave)[: max(1, len(wave) // HOP)], symbols)


def onset_errors(symbols, expected: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Absolute differences in seconds of the onsets of the phones (not of stress, punctuation or silence).

    expected, found: seconds per symbol [n].
    """
    difference = np.abs(_starts(expected) - _starts(found))
    return difference[[bool(phones_of([symbol])) for symbol in symbols]]


def _starts(durations: np.ndarray) -> np.ndarray:
    return np.cumsum(durations) - durations
