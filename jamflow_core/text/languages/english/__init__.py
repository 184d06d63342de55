"""English in two accents: dates, vowels and the dictionary differ."""

from functools import partial

from ..language import Language
from .g2p import g2p
from .normalise import normalise

# A phrase begins with these.
_OPENERS = frozenset(
    "and or but nor so yet that which who whom whose what when where why how if because while although though "
    "unless until since as than with without for of in on at to from by into over under about after before "
    "between through".split()
)


def _english(code: str, accent: str, voice: str) -> Language:
    british = accent == "british"
    return Language(
        code, "English", accent, partial(normalise, british=british), partial(g2p, british=british), voice, _OPENERS
    )


AMERICAN = _english("en-us", "american", "heart")
BRITISH = _english("en-gb", "british", "emma")
