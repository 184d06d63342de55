"""A text as the model reads it: phoneme symbols, how long each lasts, and which word of the writing each belongs to."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from ..tokens import encode
from .languages import DEFAULT
from .languages.language import Language


@dataclass(frozen=True)
class Word:
    """One word as written, and its symbols [first, last)."""

    text: str
    first: int
    last: int


@dataclass(frozen=True)
class TimedText:
    """`symbols` begin and end with one "<sil>"; `durations` are seconds a symbol, float64 [n].

    `durations` is None until anything is known; before the duration head has run, only the `fixed` ones (pauses given
    by the artist) are numbers and the others NaN. `words` are in order and never overlap; punctuation, spaces and
    silences belong to none. spoken: the words as they are said, where a text has just been read ("five dollars").
    """

    text: str
    symbols: tuple[str, ...]
    durations: np.ndarray | None
    fixed: np.ndarray
    words: tuple[Word, ...]
    language: Language = DEFAULT
    spoken: str = ""

    def __len__(self) -> int:
        return len(self.symbols)

    def tokens(self) -> torch.Tensor:
        """Symbol ids, int64 [n]."""
        return torch.tensor(encode(self.symbols), dtype=torch.long)

    @property
    def timed(self) -> bool:
        """Whether every symbol has a duration."""
        return self.durations is not None and not np.isnan(self.durations).any()

    @property
    def seconds(self) -> float:
        """Total length; ValueError before `with_durations`."""
        return float(self.starts()[-1])

    def starts(self) -> np.ndarray:
        """Where each symbol begins, and the end of the last: seconds, float64 [n + 1]."""
        if not self.timed:
            raise ValueError("the text has no durations yet: call with_durations first")
        return np.concatenate([[0.0], np.cumsum(self.durations)])

    def word_spans(self) -> list[tuple[str, float, float]]:
        """(word as written, start, end) in seconds."""
        starts = self.starts()
        return [(word.text, float(starts[word.first]), float(starts[word.last])) for word in self.words]

    def with_durations(self, durations) -> "TimedText":
        """The same text with `durations` (seconds, [n]) everywhere but on the fixed symbols."""
        durations = np.array(durations, dtype=np.float64)
        if durations.shape != (len(self),):
            raise ValueError(f"{len(self)} symbols need as many durations, not {durations.shape}")
        if self.fixed.any():
            durations[self.fixed] = self.durations[self.fixed]
        return replace(self, durations=durations)

    def __add__(self, other: "TimedText") -> "TimedText":
        """One after the other: the two silences that meet become one, as long as both together."""
        shift = len(self) - 1
        joint = self.fixed[-1] or other.fixed[0]
        durations = None
        if self.durations is not None or other.durations is not None:
            left, right = (part._known() for part in (self, other))
            # A pause that the artist fixed stands even while the silence it meets is not yet predicted.
            both = np.nansum([left[-1], right[0]]) if joint else left[-1] + right[0]
            durations = np.concatenate([left[:-1], [both], right[1:]])
        return TimedText(
            f"{self.text.rstrip()} {other.text.lstrip()}",
            self.symbols + other.symbols[1:],
            durations,
            np.concatenate([self.fixed[:-1], [joint], other.fixed[1:]]),
            self.words + tuple(Word(word.text, word.first + shift, word.last + shift) for word in other.words),
            self.language,
            f"{self.spoken} {other.spoken}".strip(),
        )

    def _known(self) -> np.ndarray:
        return np.full(len(self), np.nan) if self.durations is None else self.durations
