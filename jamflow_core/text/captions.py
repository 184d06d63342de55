"""What subtitles of films hold beside speech: [door opens], (SIRENS WAIL), DOCTOR:, ♪. It is shown, not spoken."""

import re
from collections.abc import Collection

from .words import word_set

_SOUNDS = word_set(
    "music applause laughter silence static thunder gunshot gunshots gunfire explosion screams singing inaudible "
    "indistinct chatter cheers sobs sirens siren wind rain footsteps beep beeps crowd"
)
_BRACKETS = re.compile(r"\[\s*([^\[\]]{0,200}?)\s*\](?!\()")
_PARENTHESES = re.compile(r"[(（]([^()（）]{1,200})[)）]")
_NAME = re.compile(
    r"^(\s*(?:[-–—]\s*)?)(?:>{1,3}\s*)?[A-Z][A-Z0-9 .,'’&#/-]{0,38}[A-Z0-9.)]\s*[:：](?=\s|$)", re.MULTILINE
)
_CHEVRONS = re.compile(r"^(\s*(?:[-–—]\s*)?)>{2,3}\s*", re.MULTILINE)
_NOTES = re.compile(r"[♪♫♬♩]")


def spoken(cue: str, speakers: Collection[str] | None = None) -> str:
    """The text of a subtitle without what is not spoken; the [names] of `speakers` and pauses stay.

    speakers None: any name may stand in brackets; several words, or the word for a sound, are none.
    """
    known = None if speakers is None else {name.lower() for name in speakers}
    cue = _BRACKETS.sub(lambda found: found[0] if _is_tag(found[1], known) else " ", cue)
    cue = _PARENTHESES.sub(lambda found: " " if _is_sound(found[1], found[0] == cue.strip(" -–—\n")) else found[0], cue)
    return _NOTES.sub(" ", _CHEVRONS.sub(r"\1", _NAME.sub(r"\1", cue)))


def _is_tag(inside: str, known: set[str] | None) -> bool:
    word = inside.lower()
    if re.match(r"pause\b", word) or known is not None and word in known:
        return True
    if known is not None or " " in word or not word[:1].isalpha():
        return False
    return word not in _SOUNDS and not (inside.islower() and re.search(r"(?:ing|[^s]s|ed)$", word))


def _is_sound(inside: str, alone: bool) -> bool:
    """(SIRENS WAIL), or in small letters where nothing else stands in the subtitle."""
    return alone or inside.upper() == inside and any(sign.isalpha() for sign in inside) and len(inside) > 2
