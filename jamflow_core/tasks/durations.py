"""How long the sounds of a text last, at the pace of a voice."""

from dataclasses import replace

import numpy as np
import torch

from ..clock import GRID, MEL_RATE
from ..models import Models
from ..text.timed import TimedText
from .voice import Voice

_RATE = float(MEL_RATE)


def predict_durations(models: Models, text: TimedText, voice: Voice | None = None, speed: float = 1.0) -> TimedText:
    """`text` with durations at the pace of `voice`; pauses and other fixed durations stay as given."""
    prompt = None if voice is None else voice.text
    before = 0 if prompt is None else len(prompt)
    seconds = np.zeros(before + len(text))
    known = np.zeros(before + len(text), bool)
    tokens = text.tokens()
    if prompt is not None:
        tokens = torch.cat((prompt.tokens(), tokens))
        seconds[:before], known[:before] = prompt.durations, True
    if text.fixed.any():
        seconds[before:][text.fixed], known[before:][text.fixed] = text.durations[text.fixed], True
    return text.with_durations(fill_durations(models, tokens.numpy(), seconds, known)[before:] / speed)


def fill_durations(models: Models, tokens: np.ndarray, seconds: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Symbol ids [n] and the durations that are known -> seconds of every symbol, float [n]."""
    return models.durations.predict(*map(torch.from_numpy, (tokens, seconds, known))).numpy()


def fill_grid(text: TimedText, frames: int | None = None) -> tuple[TimedText, int]:
    """Lengthen the last silence to a whole number of grid cells (or to `frames` mel frames): (text, mel frames)."""
    if frames is None:
        frames = max(1, -(-int(np.ceil(text.seconds * _RATE)) // GRID)) * GRID
    durations = text.durations.copy()
    durations[-1] = max(0.01, durations[-1] + frames / _RATE - durations.sum())
    return replace(text, durations=durations), frames
