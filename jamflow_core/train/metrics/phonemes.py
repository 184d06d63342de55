"""Phoneme error: what a frame classifier that learnt from the teacher's real audio hears, against what was to be
said.
"""

import torch

from ...align.aligner import AudioAligner, class_of, phones_of
from ...audio.mel import log_mel
from . import edit_distance


def phoneme_errors(recogniser: AudioAligner, wave, symbols) -> tuple[int, int]:
    """(errors, phones in `symbols`): add both up over clips before dividing. wave: [samples] at 24 kHz.

    Stress, punctuation and silence are not counted.
    """
    heard = recogniser.recognise(log_mel(torch.as_tensor(wave)))
    expected = [class_of(phone) for phone in phones_of(symbols)]
    return edit_distance(expected, heard), len(expected)
