"""What the pack must know of a language to read its texts."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..aligned import Aligned
from ..lexicon import Lexicon

Span = tuple[int, int]


class Sound(NamedTuple):
    """One token as it is said: its phonemes, the characters of the original that it stands for, the words spoken.

    A space between tokens is " " without a place.
    """

    phonemes: str
    span: Span | None = None
    spoken: str = ""


@dataclass(frozen=True)
class Language:
    """One language in one accent. A new one is a folder beside `english` and a line in `languages/__init__.py`.

    code, accent: both name it, as "en-gb" and "british" (what voices.json says of a voice). normalise: rewrites
    numbers, signs and short forms as words, in place. g2p: the rewritten text and, by their places in the original, the
    readings that the artist gave -> sounds. voice: the shipped voice that speaks it best. openers: words that a phrase
    begins
    with, in small letters: a good place to cut a long text. opening, closing: marks around a word that do not belong to
    it. stand_in: a common noun that is put where a reading is given, so that its neighbours are read well. respelled:
    phonemes of a respelling by syllables ("wah-KEEN"), None where it is ordinary writing. lexicon: readings of the
    artist's own, which come before all others.
    """

    code: str
    name: str
    accent: str
    normalise: Callable[[Aligned], None]
    g2p: Callable[[Aligned, dict[Span, str]], list[Sound]]
    voice: str
    openers: frozenset[str] = frozenset()
    opening: str = "([{\"“‘'«¿¡"
    closing: str = ".,;:!?'‘’*_-–|\\/¿¡"
    stand_in: str = "thing"
    respelled: Callable[[str], str | None] = lambda reading: None
    lexicon: Lexicon = field(default_factory=Lexicon)

    def with_lexicon(self, lexicon: Lexicon) -> "Language":
        """The same language with readings of one's own."""
        return replace(self, lexicon=lexicon)
