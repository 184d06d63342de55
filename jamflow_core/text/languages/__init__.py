"""The languages that texts are read in: each a folder here, and one line below."""

from ...errors import JamFlowError
from . import english
from .language import Language

LANGUAGES: dict[str, Language] = {}


def register(*languages: Language) -> None:
    """Make languages known by their codes (the last to come wins)."""
    LANGUAGES.update((language.code, language) for language in languages)


register(english.AMERICAN, english.BRITISH)
DEFAULT = english.AMERICAN


def find(name: str) -> Language:
    """The language of a code ("en-gb") or an accent ("british"). JamFlowError lists those there are."""
    for language in LANGUAGES.values():
        if name in (language.code, language.accent):
            return language
    known = ", ".join(f"{known.code} ({known.name}, {known.accent})" for known in LANGUAGES.values())
    raise JamFlowError(f'Unknown language "{name}": choose one of {known}.')
