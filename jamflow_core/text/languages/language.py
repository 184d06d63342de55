"""What the pack must know of a language to read its texts."""

from collections.abc import Callable
from dataclasses import dataclass

from ..aligned import Aligned

Span = tuple[int, int]
# A token's phonemes and the characters of the original that they stand for; a " " belongs to none.
Sounds = list[tuple[str, Span | None]]


@dataclass(frozen=True)
class Language:
    """One language in one accent. A new one is a folder beside `english` and a line in `languages/__init__.py`.

    code, accent: both name it, as "en-gb" and "british" (what voices.json says of a voice). normalise: rewrites
    numbers,
    signs and short forms as words, in place. g2p: the rewritten text and, by their places in the original, the readings
    that the artist gave -> sounds. voice: the shipped voice that speaks it best. openers: words that a phrase begins
    with,
    in small letters: a good place to cut a long text. opening, closing: marks around a word that do not belong to it.
    stand_in: a common noun that is put where a reading is given, so that its neighbours are read well.
    """

    code: str
    name: str
    accent: str
    normalise: Callable[[Aligned], None]
    g2p: Callable[[Aligned, dict[Span, str]], Sounds]
    voice: str
    openers: frozenset[str] = frozenset()
    opening: str = "([{\"“‘'«¿¡"
    closing: str = ".,;:!?'‘’*_-–|\\/¿¡"
    stand_in: str = "thing"
