"""Loudness of speech: its RMS while somebody speaks, so that pauses do not count."""

import math

from torch import Tensor

from .silence import check_sound, frame_levels, is_sound

# Median over the teacher clips, whose voices lie between 0.07 and 0.16.
SPEECH_RMS = 0.105
_PEAK = 0.99


def speech_rms(wave: Tensor) -> float:
    """RMS of the 10 ms frames of a wave [samples] (24 kHz) that hold sound."""
    levels = frame_levels(wave)
    return math.sqrt(float((levels[is_sound(levels)] ** 2).mean()))


def normalise(wave: Tensor, rms: float = SPEECH_RMS) -> tuple[Tensor, float]:
    """(wave [samples] x gain, gain): speech at `rms`, or as near as its peak allows without clipping. Divide by gain to
    undo.

    JamFlowError: empty, silent or broken sound.
    """
    check_sound(wave)
    gain = min(rms / speech_rms(wave), _PEAK / float(wave.abs().max()))
    return wave * gain, gain
