"""What an aligner hears in a recording, against what it is said to say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from ..clock import MEL_RATE
from .aligner import AudioAligner, class_of, phones_of


def edit_distance(reference, hypothesis) -> int:
    """Fewest insertions, deletions and substitutions that turn one sequence into the other (Levenshtein)."""
    row = list(range(len(hypothesis) + 1))
    for i, expected in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, found in enumerate(hypothesis, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (expected != found))
    return row[-1]


def phone_errors(aligner: AudioAligner, mel: Tensor, symbols) -> tuple[int, int]:
    """(errors, phones in `symbols`) of what is heard in a log mel [frames, 100]; stress, punctuation and silence do not
    count."""
    expected = [class_of(phone) for phone in phones_of(symbols)]
    return edit_distance(expected, aligner.recognise(mel)), len(expected)


def clearness(aligner: AudioAligner, mel: Tensor, symbols: Sequence[str], durations: np.ndarray) -> np.ndarray:
    """How well every symbol is heard at its time in a log mel [frames, 100], float [n]: the mean over its frames of its
    log-probability less that of the best symbol there (0 = it is the best; NaN for what has no sound)."""
    scores = aligner.symbol_scores(mel)
    columns, spoken = aligner.columns(symbols), set(phones_of(symbols))
    ends = np.round(np.cumsum(durations) * float(MEL_RATE)).astype(int).clip(max=len(scores))
    best, heard, begin = scores[:, :-1].max(1), np.full(len(symbols), np.nan), 0
    for index, (symbol, end) in enumerate(zip(symbols, ends)):
        if symbol in spoken and end > begin:
            heard[index] = (scores[begin:end, columns[index]] - best[begin:end]).mean()
        begin = end
    return heard


@dataclass(frozen=True)
class Heard:
    """errors of `phones` phones, as recognised; words: how clear each word is at its time (see `clearness`)."""

    errors: int
    phones: int
    words: tuple[tuple[str, float], ...]
