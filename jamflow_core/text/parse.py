"""A text with markup -> phoneme symbols with the written words they belong to, in any language of `languages`."""

import re
from bisect import bisect_left, bisect_right

import numpy as np

from ..errors import JamFlowError
from ..tokens import SILENCE, SYMBOLS
from .aligned import Aligned
from .languages import DEFAULT
from .languages.language import Language
from .markup import Passage, read
from .timed import TimedText, Word

_PUNCTUATION = ",.!?"  # the weaker first
# The teacher speech has these four marks only; the others are read as the nearest of them.
_SAME_AS = str.maketrans({";": ",", ":": ",", "—": ",", "(": ",", ")": ",", "…": ".", '"': None, "“": None, "”": None})
_SPEAKABLE = frozenset(SYMBOLS[2:])
_MARKS = frozenset(" " + _PUNCTUATION)
_WORD = re.compile(r"(?:[^\s.—…\"“”()\[\]{}«»]|\.(?<!\.\.)(?!\.))+")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.){2,}")


def check_text(text: str, limit: int | None = None) -> str:
    """The text itself; JamFlowError when it is empty or longer than `limit` characters."""
    if not text.strip():
        raise JamFlowError("Write what is to be said: the text is empty.")
    if limit is not None and len(text) > limit:
        raise JamFlowError(
            f"Shorten the text: it has {len(text):,} characters, and at most {limit:,} are read at once."
        )
    return text


def parse(text: str, language: Language = DEFAULT) -> TimedText:
    """A text with markup (see markup.py) -> TimedText; only pauses have durations yet.

    JamFlowError: nothing to say, letters that the language does not have, a malformed pause or override, a missing
    package.
    """
    before, passages = read(check_text(text))
    symbols, words, pauses = [SILENCE], [], {0: before}
    for passage in passages:
        spoken, spans = _sounds(passage, language)
        if not spoken:
            pauses[len(symbols) - 1] += passage.pause
            continue
        offset = len(symbols)
        words += [Word(word.text, offset + word.first, offset + word.last) for word in spans]
        symbols += [*spoken, SILENCE]
        pauses[len(symbols) - 1] = passage.pause
    if len(symbols) == 1:
        raise JamFlowError(f"Write some {language.name} words: the text holds nothing to say.")
    durations = np.full(len(symbols), np.nan)
    for index, seconds in pauses.items():
        if seconds:
            durations[index] = seconds
    fixed = ~np.isnan(durations)
    written = " ".join(passage.written for passage in passages)
    return TimedText(written, tuple(symbols), durations if fixed.any() else None, fixed, tuple(words), language)


def _sounds(passage: Passage, language: Language) -> tuple[str, list[Word]]:
    """Phonemes of a passage, and its words with their places in them."""
    source = Aligned(passage.written)
    for start, end, _ in reversed(passage.overrides):
        source.replace(start, end, language.stand_in)
    language.normalise(source)
    written = _written_words(passage, language)
    starts, ends = [start for start, _ in written], [end for _, end in written]
    symbols = []  # (symbol, the written words that it reads: first and last index, or None)
    for sounds, span in language.g2p(source, {(start, end): phonemes for start, end, phonemes in passage.overrides}):
        owner = None
        if span is not None:
            first, after = bisect_right(ends, span[0]), bisect_left(starts, span[1])
            owner = (first, after - 1) if first < after else None
        symbols += [(symbol, owner) for symbol in sounds.translate(_SAME_AS) if symbol in _SPEAKABLE]
    symbols = _tidy(symbols)
    groups = []  # [first written word, last written word, first symbol, last symbol + 1]
    for index, (symbol, owner) in enumerate(symbols):
        if owner is None or symbol in _MARKS:
            continue
        if groups and owner[0] <= groups[-1][1]:
            groups[-1][1] = max(groups[-1][1], owner[1])
            groups[-1][3] = index + 1
        else:
            groups.append([*owner, index, index + 1])
    words = [Word(passage.written[written[a][0] : written[b][1]], first, last) for a, b, first, last in groups]
    return "".join(symbol for symbol, _ in symbols), words


def _tidy(symbols: list) -> list:
    """No mark or space at the start, no doubled ones within: of several marks the strongest, but "..." whole."""
    tidy = []
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
