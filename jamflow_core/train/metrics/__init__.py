"""What a sample is measured by: words, phonemes, voice, quality, onsets and lips.

Every metric takes plain waves (float32 numpy or torch, mono, 24 kHz) or motion, wherever they come from: the teacher
that sets the mark, or the model. Recognisers that are not ours are optional packages, imported when first used.
"""

from importlib import import_module

import torch

from ...align.heard import edit_distance
from ...audio.resample import resample
from ...clock import SAMPLE_RATE
from ...errors import JamFlowError

__all__ = ["at_16k", "edit_distance", "need"]


def need(package: str, install: str):
    """Import an optional evaluator; JamFlowError says what to install."""
    try:
        return import_module(package)
    except ImportError as error:
        raise JamFlowError(f"Install the evaluators: `pip install {install}` ({error}).") from error


def at_16k(wave):
    """Wave [samples] at 24 kHz -> float32 numpy [samples * 2 / 3] at 16 kHz, kept in -1..1."""
    return resample(torch.as_tensor(wave, dtype=torch.float32), SAMPLE_RATE, 16000).clamp(-1, 1).numpy()
