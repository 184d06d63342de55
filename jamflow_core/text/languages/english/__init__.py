"""English in two accents: dates, vowels and the dictionary differ."""

from functools import partial

from ...aligned import Aligned
from ...words import word_set
from ..language import Language, Sound, Span

# A phrase begins with these.
_OPENERS = word_set(
    "and or but nor so yet that which who whom whose what when where why how if because while although though unless "
    "until since as than with without for of in on at to from by into over under about after before between through"
)


def _normalise(source: Aligned, british: bool) -> None:
    from .normalise import normalise  # the patterns are compiled when first used

    normalise(source, british)


def _g2p(source: Aligned, overrides: dict[Span, str], british: bool) -> list[Sound]:
    from .g2p import g2p

    return g2p(source, overrides, british)


def _respelled(reading: str) -> str | None:
    from .respelling import respelled

    return respelled(reading)


def _english(code: str, accent: str, voice: str) -> Language:
    british = accent == "british"
    normalise, g2p = partial(_normalise, british=british), partial(_g2p, british=british)
    return Language(code, "English", accent, normalise, g2p, voice, _OPENERS, respelled=_respelled)


AMERICAN = _english("en-us", "american", "heart")
BRITISH = _english("en-gb", "british", "emma")
