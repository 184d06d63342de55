"""A text with markup -> phoneme symbols with the written words they belong to, in any language of `languages`."""

import logging
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from ..errors import JamFlowError
from ..tokens import SILENCE, SYMBOLS
from .aligned import Aligned
from .languages import DEFAULT
from .languages.guess import guess
from .languages.language import Language, Sound
from .markup import Passage, read
from .timed import TimedText, Word

_LOG = logging.getLogger(__name__)
_PUNCTUATION = ",.!?"  # the weaker first
# The teacher speech has these four marks only; the others are read as the nearest of them.
_SAME_AS = str.maketrans({";": ",", ":": ",", "—": ",", "(": ",", ")": ",", "…": ".", '"': None, "“": None, "”": None})
_SPEAKABLE = frozenset(SYMBOLS[2:])
_MARKS = frozenset(" " + _PUNCTUATION)
_WORD = re.compile(r"(?:[^\s.—…\"“”()\[\]{}«»]|\.(?<!\.\.)(?!\.))+")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.){2,}")
# Longer passages are read piece by piece, cut behind sentences, so that reading takes time in proportion to the text.
_LONGEST = 2000
_SENTENCE_END = re.compile(  # not behind "Dr." and its like
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})(?<!\b[A-Z][a-z]{3})[.!?][\"”’')\]]*\s+(?=[A-Z\"“‘(])"
)


def check_text(text: str, limit: int | None = None) -> str:
    """The text itself; JamFlowError when it is empty or longer than `limit` characters."""
    if not text.strip():
        raise JamFlowError("Write what is to be said: the text is empty.")
    if limit is not None and len(text) > limit:
        raise JamFlowError(
            f"Shorten the text: it has {len(text):,} characters, and at most {limit:,} are read at once."
        )
    return text


def parse(
    text: str,
    language: Language = DEFAULT,
    check: Callable[[], None] | None = None,
    report: Callable[[str], None] = _LOG.warning,
) -> TimedText:
    """A text with markup (see markup.py) -> TimedText; only pauses have durations yet.

    check is called before every stretch of some 2,000 characters and may raise, to cancel. report is told what is left
    out, and why. JamFlowError: nothing to say, a malformed pause or override, a missing package.
    """
    before, passages = read(check_text(text))
    symbols, words, pauses = [SILENCE], [], {0: before}
    spoken: list[str] = []
    notes: list[str] = []
    for passage in passages:
        said, joint = len(symbols), False
        for piece in _pieces(passage):
            if check is not None:
                check()
            sounds, owners, heard = _sounds(piece, language, notes)
            if not sounds:
                continue
            symbols += [" "] * joint
            words += [Word(word.text, len(symbols) + word.first, len(symbols) + word.last) for word in owners]
            symbols += sounds
            spoken.append(heard)
            joint = True
        if joint:
            symbols.append(SILENCE)
            pauses[len(symbols) - 1] = passage.pause
        else:
            pauses[said - 1] += passage.pause
    written = " ".join(passage.written for passage in passages)
    notes = [*_other_language(written, language), *dict.fromkeys(notes)]
    if len(symbols) == 1:
        why = f": {notes[0]}" if notes else ": the text holds nothing to say"
        raise JamFlowError(f"Write some {language.name} words{why}.")
    for note in notes:
        report(f"{note}.")
    durations = np.full(len(symbols), np.nan)
    for index, seconds in pauses.items():
        if seconds:
            durations[index] = seconds
    fixed = ~np.isnan(durations)
    known = durations if fixed.any() else None
    return TimedText(written, tuple(symbols), known, fixed, tuple(words), language, " ".join(spoken))


def _other_language(text: str, language: Language) -> Iterator[str]:
    likely = guess(text)
    if likely and likely != language.name:
        yield f"This looks like {likely}, and is read by the rules of {language.name}"


def _pieces(passage: Passage) -> Iterator[Passage]:
    """The passage, cut behind sentences (else between words, never in an override) where it is very long."""
    start, text, ahead = 0, passage.written, list(reversed(passage.overrides))
    while start < len(text):
        end = len(text)
        if end - start > _LONGEST:
            ends = [match.end() for match in _SENTENCE_END.finditer(text, start, start + _LONGEST)]
            end = ends[-1] if ends else text.rfind(" ", start + 1, start + _LONGEST) + 1 or start + _LONGEST
        inside = []
        while ahead and ahead[-1][0] < end:
            first, last, phonemes = ahead.pop()
            inside.append((first - start, last - start, phonemes))
            end = max(end, last)
        yield replace(passage, written=text[start:end], overrides=tuple(inside))
        start = end


def _sounds(passage: Passage, language: Language, notes: list[str]) -> tuple[list[str], list[Word], str]:
    """Symbols of a passage, its words with their places in them, and the words as they are spoken."""
    source = Aligned(passage.written)
    overrides = {(start, end): phonemes for start, end, phonemes in passage.overrides}
    changes = [(start, end, language.stand_in) for start, end in overrides]
    for start, end, reading, is_phonemes in language.lexicon.find(passage.written):
        if any(a < end and start < b for a, b in overrides):
            continue
        phonemes = reading if is_phonemes else language.respelled(reading)
        changes.append((start, end, language.stand_in if phonemes else reading))
        if phonemes:
            overrides[start, end] = phonemes
    for start, end, new in sorted(changes, reverse=True):
        source.replace(start, end, new)
    language.normalise(source)
    notes += source.notes
    written = _written_words(passage, language)
    starts, ends = [start for start, _ in written], [end for _, end in written]
    symbols = []  # (symbol, the written words that it reads: first and last index, or None)
    sounds = language.g2p(source, overrides)
    for sound in sounds:
        owner = None
        if sound.span is not None:
            first, after = bisect_right(ends, sound.span[0]), bisect_left(starts, sound.span[1])
            owner = (first, after - 1) if first < after else None
        symbols += [(symbol, owner) for symbol in sound.phonemes.translate(_SAME_AS) if symbol in _SPEAKABLE]
    symbols = _tidy(symbols)
    groups: list[list[int]] = []  # [first written word, last written word, first symbol, last symbol + 1]
    for index, (symbol, owner) in enumerate(symbols):
        if owner is None or symbol in _MARKS:
            continue
        if groups and owner[0] <= groups[-1][1]:
            groups[-1][1] = max(groups[-1][1], owner[1])
            groups[-1][3] = index + 1
        else:
            groups.append([*owner, index, index + 1])
    words = [Word(passage.written[written[a][0] : written[b][1]], first, last) for a, b, first, last in groups]
    return [symbol for symbol, _ in symbols], words, _spoken(sounds, passage, overrides)


def _spoken(sounds: list[Sound], passage: Passage, given) -> str:
    """The words of a passage on one line, as they are said; those with a reading of their own as they are written."""
    words = [
        passage.written[slice(*sound.span)] if sound.span and sound.span in given else sound.spoken for sound in sounds
    ]
    return " ".join("".join(word or " " for word in words).split())


def _tidy(symbols: list) -> list:
    """No mark or space at the start, no doubled ones within: of several marks the strongest, but "..." whole."""
    tidy: list[tuple] = []
    for symbol, owner in symbols:
        last = tidy[-1][0] if tidy else " "
        if symbol in _PUNCTUATION:
            if last == " " and tidy:
                last = tidy.pop() and tidy[-1][0]
            if last in _PUNCTUATION and not (symbol == last == "."):
                symbol = max(symbol, tidy.pop()[0], key=_PUNCTUATION.index)
            if not tidy:
                continue
        elif symbol == last == " ":
            continue
        elif last in ",!?" and symbol != " ":
            tidy.append((" ", None))
        tidy.append((symbol, owner))
    return tidy[:-1] if tidy and tidy[-1][0] == " " else tidy


def _written_words(passage: Passage, language: Language) -> list[tuple[int, int]]:
    """(start, end) of the words as written: no spaces and no punctuation around them."""
    words, before = [], language.closing.replace("-", "").replace(".", "")
    for match in _WORD.finditer(passage.written):
        text = match[0]
        core = text.rstrip(language.closing)
        if _INITIALS.fullmatch(core + ".") and text.startswith(core + "."):  # "p.m." keeps its full stop
            core += "."
        stripped = len(core) - len(core.lstrip(before))
        if stripped < len(core):
            words.append((match.start() + stripped, match.start() + len(core)))
    for start, end, _ in passage.overrides:
        words = [word for word in words if word[1] <= start or end <= word[0]] + [(start, end)]
    return sorted(words)
