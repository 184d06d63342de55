"""Phoneme error: what a frame classifier that learnt from the teacher's real audio hears, against what was to be
said.
"""

import torch

from ...align.aligner import AudioAligner
from ...align.heard import phone_errors
from ...audio.mel import log_mel


def phoneme_errors(recogniser: AudioAligner, wave, symbols) -> tuple[int, int]:
    """(errors, phones in `symbols`): add both up over clips before dividing. wave: [samples] at 24 kHz.

    Stress, punctuation and silence are not counted.
    """
    return phone_errors(recogniser, log_mel(torch.as_tensor(wave)), symbols)
