"""What an artist may write into a text beside words: `[pause 0.5s]`, `word/phonemes/` and blank lines (a pause too).

SSML and HTML are turned into that first (see tags.py).

An override is told from an ordinary slash ("and/or", "1/2", a URL) by what it holds: only symbols of the alphabet,
among them a stress mark or a phoneme that spelling does not have.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from ..errors import JamFlowError
from ..tokens import SYMBOLS
from .tags import without_tags

LONGEST_PAUSE = 60.0
_BARE_PAUSE = 0.5
_PARAGRAPH_PAUSE = 0.4
_BREAK = re.compile(r"\[\s*pause\b[^\[\]]*\]|\n[^\S\n]*\n\s*", re.IGNORECASE)
_LENGTH = re.compile(r"\[\s*pause[\s:=]*(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|sec|seconds?)?\s*\]", re.IGNORECASE)
_OVERRIDE = re.compile(r"(?<![/:.])/([^/\n]+)/(?![\w/])")
_WORD_BEFORE = re.compile(r"\w[^\s\"“”()\[\]/—…]*$")
_LONGEST_WORD = 80
_ALPHABET = frozenset(symbol for symbol in SYMBOLS if len(symbol) == 1)
# These also occur in spelling ("façade", "smørrebrød"), so they prove nothing.
_TELLTALE = frozenset(symbol for symbol in _ALPHABET if ord(symbol) > 127 and symbol not in "çøœ—…“”")


@dataclass(frozen=True)
class Passage:
    """Text between two pauses: `written` without markup, its overrides (start, end, phonemes), the pause after, s."""

    written: str
    overrides: tuple[tuple[int, int, str], ...]
    pause: float


def read(text: str) -> tuple[float, list[Passage]]:
    """Text with markup -> (pause before it in seconds; its passages, none of them empty)."""
    text = unicodedata.normalize("NFC", without_tags(text)).strip()
    before, passages = 0.0, []
    pauses = [_pause(found) for found in _BREAK.findall(text)] + [0.0]
    for part, pause in zip(_BREAK.split(text), pauses):
        if part.strip():
            passages.append(Passage(*_overrides(part.strip()), pause))
        elif passages:
            passages[-1] = replace(passages[-1], pause=passages[-1].pause + pause)
        else:
            before += pause
    return before, passages


def at_long_pauses(text: str, seconds: float) -> tuple[list[tuple[float, str]], float]:
    """A text with markup, cut where pauses of `seconds` or more stand: (pause before, the text up to the next one) of
    each stretch, and the pause behind the last."""
    stretches, waited, tags = [(0.0, "")], 0.0, ""
    for part, tag in zip(_BREAK.split(text), [*_BREAK.findall(text), ""]):
        if part.strip():
            if waited >= seconds:
                stretches.append((waited, part))
            else:
                before, written = stretches[-1]
                stretches[-1] = before, written + tags + part
            waited, tags = 0.0, ""
        waited, tags = waited + (_pause(tag) if tag else 0.0), tags + tag
    before, written = stretches[-1]
    if waited < seconds:
        stretches[-1] = before, written + tags
    found = [(before, written.strip()) for before, written in stretches if written.strip()]
    return found, waited if waited >= seconds else 0.0


def plain(text: str) -> str:
    """The text without its markup, on one line."""
    return " ".join(" ".join(passage.written.split()) for passage in read(text)[1])


def _pause(tag: str) -> float:
    if not tag.startswith("["):
        return _PARAGRAPH_PAUSE
    if tag[1:-1].strip().lower() == "pause":
        return _BARE_PAUSE
    length, shown = _LENGTH.fullmatch(tag), " ".join(tag[:60].split())
    if length is None:
        raise JamFlowError(f"Write pauses as [pause 0.5s] or [pause 500ms], not {shown}.")
    seconds = float(length[1]) / (1000 if (length[2] or "").lower() == "ms" else 1)
    if not 0 < seconds <= LONGEST_PAUSE:
        raise JamFlowError(
            f"{shown} is out of range: a pause lasts more than 0 and at most {LONGEST_PAUSE:.0f} seconds."
        )
    return seconds


def _overrides(text: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    written, found, done = "", [], 0
    for match in _OVERRIDE.finditer(text):
        phonemes = match[1].strip()
        if not _TELLTALE.intersection(phonemes):
            continue
        written += text[done : match.start()]
        word = _WORD_BEFORE.search(written, max(0, len(written) - _LONGEST_WORD))
        strange = sorted(set(phonemes) - _ALPHABET)
        if strange and (word is None or "ˈ" in phonemes or "ˌ" in phonemes):
            raise JamFlowError(f"/{phonemes[:60]}/ has {' '.join(strange[:9])}, which no phoneme is written with here.")
        if strange:  # most likely spelling: "his/fiancée/her"
            written += match[0]
        else:
            start = word.start() if word else len(written)
            written += "" if word else phonemes
            found.append((start, len(written), phonemes))
        done = match.end()
    return written + text[done:], tuple(found)
