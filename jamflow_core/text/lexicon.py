"""A pronunciation list: words and how they are to be read.

One word or name a line, then a tab (or = or two spaces) and its reading: phonemes between slashes or in the alphabet
of tokens.py (IPA is
understood), or a respelling that is read in its place.

    Nguyen      /wˈɪn/
    SQL         sequel
    Joaquin     wah-KEEN
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..errors import JamFlowError
from .tags import ipa

LONGEST = 100_000  # lines
_MARKS = ".,;:!?…'’‘\"“”()[]{}«»¿¡*_—–-"
_PART = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BETWEEN = re.compile(r"\t+|\s*=\s+|\s{2,}|\s+(?=/)")
_TELLTALE = re.compile(r"[ˈˌəɚɛæɑɔɪʊʌɜʃʒθðŋɹɡʤʧᵊᵻ]")


@dataclass(frozen=True)
class Lexicon:
    """readings: word or name in small letters -> (reading, whether it is phonemes)."""

    readings: dict[str, tuple[str, bool]] = field(default_factory=dict, hash=False)

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """First words -> the numbers of words of the names that begin so, the longest first."""
        lengths: dict[str, set[int]] = {}
        for name in self.readings:
            words = name.split()
            lengths.setdefault(words[0], set()).add(len(words))
        return {first: sorted(numbers, reverse=True) for first, numbers in lengths.items()}

    def find(self, text: str) -> list[tuple[int, int, str, bool]]:
        """(start, end, reading, whether it is phonemes) of every listed word in a text, the longest names first."""
        chunks = [match.span() for match in re.finditer(r"\S+", text)] if self.readings else []
        found, done = [], 0
        for index, chunk in enumerate(chunks):
            for start, end in _words(text, *chunk):
                if start < done:
                    continue
                for length in self._lengths.get(text[start:end].lower(), ()):
                    last = self._last(text, chunks, index, length, (start, end))
                    if last is not None:
                        found.append((start, last[0], *last[1]))
                        done = last[0]
                        break
        return found

    def _last(self, text: str, chunks, index: int, length: int, first) -> tuple[int, tuple[str, bool]] | None:
        """(where it ends, its entry) of a name of `length` words that begins with the word `first` of a chunk."""
        if length == 1:
            return first[1], self.readings[text[slice(*first)].lower()]
        if index + length > len(chunks) or first[1] != chunks[index][1]:
            return None
        ahead = " ".join(text[slice(*chunk)] for chunk in chunks[index + 1 : index + length - 1])
        for _, end in _words(text, *chunks[index + length - 1]):
            last = text[chunks[index + length - 1][0] : end]
            entry = self.readings.get(" ".join(f"{text[slice(*first)]} {ahead} {last}".lower().split()))
            if entry:
                return end, entry
        return None


def _words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """What may be a listed word in a chunk without spaces: the whole, without marks at its edges, without 's, its
    parts.
    """
    chunk = text[start:end]
    core = chunk.strip(_MARKS)
    begin = start + chunk.index(core) if core else start
    whole = [(start, end), (start, start + len(chunk.rstrip(_MARKS))), (begin, end), (begin, begin + len(core))]
    stem = re.sub(r"['’][sS]?$", "", core)
    parts = [(start + part.start(), start + part.end()) for part in _PART.finditer(chunk)]
    return list(dict.fromkeys((a, b) for a, b in [*whole, (begin, begin + len(stem)), *parts] if a < b))


def parse_lexicon(text: str) -> Lexicon:
    """The list in a text; empty lines and lines that begin with # are comments. JamFlowError names a line that is
    wrong.
    """
    readings = {}
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > LONGEST:
        raise JamFlowError(
            f"Shorten the pronunciation list: it has {len(lines):,} lines, at most {LONGEST:,} are read."
        )
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, _, reading = map(str.strip, _BETWEEN.sub("\t", line.strip(), count=1).partition("\t"))
        if not (word and reading):
            raise JamFlowError(
                f"Write a word, a tab and its reading in line {number} of the pronunciation list: {line.strip()[:60]}."
            )
        readings[" ".join(word.lower().split())] = _reading(reading, number)
    return Lexicon(readings)


def read_lexicon(path: str | Path) -> Lexicon:
    """The list in a UTF-8 file. JamFlowError: it cannot be read, or a line is wrong."""
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise JamFlowError(f"The pronunciation list {path} cannot be read as UTF-8 text: {error}.") from error
    return parse_lexicon(text)


def _reading(written: str, number: int) -> tuple[str, bool]:
    """(reading, whether it is phonemes)."""
    bare = written.strip("/[]").strip()
    if not (written[0] in "/[" or _TELLTALE.search(written)):
        return written, False
    phonemes = ipa(bare)
    if phonemes is None:
        raise JamFlowError(
            f"Line {number} of the pronunciation list: /{bare[:60]}/ has signs that no phoneme is written with here."
        )
    return phonemes, True
