"""Several takes of a text, listened to by the pack's own aligner: the best first, and once more where a word is
lost."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ..align.heard import phone_errors
from ..models import Models
from .clip import Clip

# A word whose sounds are so much less likely at their time than others there (mean log-probability) is lost. Words that
# are understood lie above -3.5.
LOST = -4.5


@dataclass(frozen=True)
class Hearing:
    """How a clip sounds to the aligner. wrong: share of its phones heard otherwise, 0..1 and more; lost: words that are
    not heard where they should be; weakest: mean clearness of the least clear word (see AudioAligner.clearness), 0 is
    best."""

    wrong: float = 0.0
    lost: tuple[str, ...] = ()
    weakest: float = 0.0

    @property
    def order(self) -> tuple[int, float]:
        """Smaller is better. Of the measures tried only the weakest word chose better than chance
        (benchmarks/README.md).
        """
        return len(self.lost), -self.weakest


def listen(models: Models, clip: Clip) -> Hearing | None:
    """How a clip with a timed text sounds; None for one without (F5-TTS does not say when words sound)."""
    if clip.text is None or not clip.text.timed or not clip.text.words:
        return None
    aligner, text = models.aligners.audio, clip.text
    errors, phones = phone_errors(aligner, clip.mel, text.symbols)
    heard = aligner.clearness(clip.mel, text.symbols, text.durations)
    words = [float(np.nan_to_num(_mean(heard[word.first : word.last]))) for word in text.words]
    lost = tuple(word.text for word, clear in zip(text.words, words) if clear < LOST)
    return Hearing(errors / max(1, phones), lost, min(words))


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


@dataclass(frozen=True)
class Take:
    """seed: what it was made with; hearing: None where it cannot be listened to."""

    seed: int
    clip: Clip
    hearing: Hearing | None


def takes_of(models: Models, say: Callable[[int], Clip], seeds: Iterable[int], until_whole: bool = False) -> list[Take]:
    """What `say` makes of each seed, the best take first; takes that cannot be told apart stay in order.

    until_whole: stop at the first take in which no word is lost, or that cannot be listened to.
    """
    takes = []
    for seed in seeds:
        clip = say(seed)
        takes.append(Take(seed, clip, listen(models, clip)))
        if until_whole and not (takes[-1].hearing and takes[-1].hearing.lost):
            break
    return sorted(takes, key=lambda take: (0, 0.0) if take.hearing is None else take.hearing.order)
