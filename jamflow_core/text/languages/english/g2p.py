"""English text -> phoneme symbols with the written words they belong to.

Grapheme to phoneme is hibari's port of misaki (hibari-tts on PyPI): a dictionary, a part-of-speech tagger and a small
net for unknown words, all offline, the readings that the teacher voices were trained on.
"""

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache

import numpy as np

from ....errors import JamFlowError
from ....tokens import SILENCE, SYMBOLS
from ...aligned import Aligned
from ...markup import Passage, read
from ...timed import TimedText, Word
from .normalise import normalise

_PUNCTUATION = ",.!?"  # the weaker first
# The teacher speech has these four marks only; the others are read as the nearest of them.
_SAME_AS = str.maketrans({";": ",", ":": ",", "—": ",", "(": ",", ")": ",", "…": ".", '"': None, "“": None, "”": None})
_SPEAKABLE = frozenset(SYMBOLS[2:])
_MARKS = frozenset(" " + _PUNCTUATION)
_STAND_IN = "thing"
_WORD = re.compile(r"(?:[^\s.—…\"“”()\[\]{}«»]|\.(?<!\.\.)(?!\.))+")
_EDGE = ".,;:!?'‘’*_-–|\\/¿¡"
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


def parse(text: str, british: bool = False) -> TimedText:
    """English text with markup (see markup.py) -> TimedText; only pauses have durations yet.

    JamFlowError: nothing to say, letters that are not Latin, a malformed pause or override, hibari-tts missing.
    """
    before, passages = read(check_text(text))
    symbols, words, pauses = [SILENCE], [], {0: before}
    for passage in passages:
        spoken, spans = _speak(passage, british)
        if not spoken:
            pauses[len(symbols) - 1] += passage.pause
            continue
        offset = len(symbols)
        words += [Word(word.text, offset + word.first, offset + word.last) for word in spans]
        symbols += [*spoken, SILENCE]
        pauses[len(symbols) - 1] = passage.pause
    if len(symbols) == 1:
        raise JamFlowError("Write some English words: the text holds nothing to say.")
    durations = np.full(len(symbols), np.nan)
    for index, seconds in pauses.items():
        if seconds:
            durations[index] = seconds
    fixed = ~np.isnan(durations)
    written = " ".join(passage.written for passage in passages)
    return TimedText(written, tuple(symbols), durations if fixed.any() else None, fixed, tuple(words))


@lru_cache
def _g2p(british: bool):
    try:
        from hibari.g2p import G2P
    except ImportError as error:
        raise JamFlowError("Install hibari-tts to read text: pip install hibari-tts") from error
    return G2P(british=british)


def _speak(passage: Passage, british: bool) -> tuple[str, list[Word]]:
    """Phonemes of a passage, and its words with their places in them."""
    source = Aligned(passage.written)
    for start, end, _ in reversed(passage.overrides):
        source.replace(start, end, _STAND_IN)
    normalise(source, british)
    overrides = {(start, end): phonemes for start, end, phonemes in passage.overrides}
    g2p = _g2p(british)
    tokens = g2p.tokenize(source.text)
    for token, span in zip(tokens, _places(source, tokens)):
        if span in overrides:
            token.phonemes, token.rating = overrides[span], 5
    written = _written_words(passage)
    starts, ends = [start for start, _ in written], [end for _, end in written]
    symbols = []  # (symbol, the written words that it reads: first and last index, or None)
    tokens = g2p.phonemize_tokens(tokens)
    for token, (start, end) in zip(tokens, _places(source, tokens)):
        first, after = bisect_right(ends, start), bisect_left(starts, end)
        owner = (first, after - 1) if first < after else None
        symbols += [(symbol, owner) for symbol in (token.phonemes or "").translate(_SAME_AS) if symbol in _SPEAKABLE]
        symbols += [(" ", None)] if token.whitespace else []
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


def _places(source: Aligned, tokens: list) -> list[tuple[int, int]]:
    """Where in the writing each token stands; the tokens' characters are those of the text, some left out."""
    places, position = [], 0
    for token in tokens:
        found = []
        for character in token.text:
            found.append(source.text.index(character, position))
            position = found[-1] + 1
        places.append(source.span(found[0], position))
    return places


def _written_words(passage: Passage) -> list[tuple[int, int]]:
    """(start, end) of the words as written: no spaces and no punctuation around them."""
    words = []
    for match in _WORD.finditer(passage.written):
        text = match[0]
        core = text.rstrip(_EDGE)
        if _INITIALS.fullmatch(core + ".") and text.startswith(core + "."):  # "p.m." keeps its full stop
            core += "."
        stripped = len(core) - len(core.lstrip(_EDGE.replace("-", "").replace(".", "")))
        if stripped < len(core):
            words.append((match.start() + stripped, match.start() + len(core)))
    for start, end, _ in passage.overrides:
        words = [word for word in words if word[1] <= start or end <= word[0]] + [(start, end)]
    return sorted(words)
