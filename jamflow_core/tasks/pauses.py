"""Pauses longer than the corpus has. There the model babbles, so it paints short ones only: what is longer is put in,
and what it paints between sentences and at both ends is made as quiet as its quietest frame."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ..align.aligner import class_of
from ..clock import CELL, GRID, MEL_RATE
from ..motion.frames import runs
from ..text.timed import TimedText
from ..tokens import SILENCE

_RATE = float(MEL_RATE)
# Seconds of a pause that are painted between sentences.
REST = 0.4
# Seconds of silence that are painted before the first sound, and that are left of a silence beside a full stop at
# least.
LEAD, LEAST = 0.1, 0.04
# A silence behind speech of so many seconds at most needs nothing.
USUAL = 0.32
# Sound may begin this much before its time, and die away this long behind it, in seconds.
EARLY, LATE = 0.1, 0.25


def _runs(text: TimedText) -> list[tuple[int, int]]:
    """[first, last) of the symbols without sound that stand together, in order."""
    silent = np.array([class_of(symbol) in (" ", ".", SILENCE) for symbol in text.symbols])
    return runs(silent)


def without_rests(text: TimedText) -> tuple[TimedText, dict[int, int]]:
    """The text with its long pauses cut to about REST seconds (LEAD before the first sound), full stops included; and
    where they were: mel frame of the shorter text -> mel frames taken there, both on the grid."""
    durations, taken = text.durations.copy(), {}
    for first, last in _runs(text):
        silences = [index for index in range(first, last) if text.symbols[index] == SILENCE]
        if not silences or (first and durations[silences[-1]] <= USUAL):
            continue
        index, inside = silences[-1], first > 0 and last < len(text)
        more = durations[index] - (LEAST if first else LEAD)
        if inside:
            more = min(more, durations[first:last].sum() - REST)
        frames = max(0, int(more * _RATE + 1e-6) // GRID * GRID)
        if not frames:
            continue
        durations[index] -= frames / _RATE
        begin, end = durations[:first].sum() * _RATE, durations[:last].sum() * _RATE
        place = (begin + end) / 2 if inside else end if first else 0
        taken[round(place / GRID) * GRID] = frames
    return replace(text, durations=durations), taken


def hushed(mel: Tensor, text: TimedText) -> Tensor:
    """Log mel [frames, 100] of a timed text -> the same with the middle of its silences as quiet as their quietest
    frame."""
    mel, starts = mel.clone(), text.starts() * _RATE
    for first, last in _runs(text):
        begin = 0 if first == 0 else int(starts[first] + LATE * _RATE)
        end = len(mel) if last == len(text) else int(starts[last] - EARLY * _RATE)
        if begin < end:
            mel[begin:end] = mel[begin + int(mel[begin:end].mean(1).argmin())].clone()
    return mel


def with_rests(mel: Tensor, mouth: Tensor | None, rests: dict[int, int]) -> tuple[Tensor, list[Tensor] | None]:
    """Hushed speech [frames, 100] with its pauses put back (see `without_rests`), and the mouth [m, 18] in parts with
    rest between them."""
    mels, mouths, at = [], [], 0
    for place, frames in [*rests.items(), (len(mel), 0)]:
        mels += [mel[at:place], mel[min(place, len(mel) - 1)].expand(frames, -1)]
        if mouth is not None:
            edge = slice(at // GRID * CELL, place // GRID * CELL)
            mouths += [mouth[edge], mouth.new_zeros(frames // GRID * CELL, mouth.shape[1])]
        at = place
    return torch.cat(mels), None if mouth is None else [part for part in mouths if len(part)]
