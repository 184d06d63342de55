"""Long texts in pieces that the model can speak at one go.

The pieces are cut from the phonemes, not from the writing, so every word keeps the reading that its sentence gave it,
and "Dr." or "3.5" has no full stop left to be mistaken for an end. A cut falls at a pause or the end of a sentence if
there is one, else after a comma, else between two words, never inside one.
"""

from bisect import bisect_left

import numpy as np

from .timed import TimedText, Word
from .tokens import SILENCE

SYMBOLS_PER_SECOND = 15.0
# How good a place is to cut; and the silence on either side of the cut, None = what the duration head finds natural.
_SENTENCE, _CLAUSE, _WORD = 3, 2, 1
_GAP = {_SENTENCE: None, _CLAUSE: 0.05, _WORD: 0.025}


def estimate(text: TimedText) -> np.ndarray:
    """Seconds a symbol, float64 [n]: known durations, elsewhere 1 / SYMBOLS_PER_SECOND."""
    if text.durations is None:
        return np.full(len(text), 1 / SYMBOLS_PER_SECOND)
    return np.where(np.isnan(text.durations), 1 / SYMBOLS_PER_SECOND, text.durations)


def split(text: TimedText, seconds: float = 12.0) -> list[TimedText]:
    """Pieces of about `seconds` at most (a single longer word stays whole), in order; joined by `+` they say the same.

    Each begins and ends with a silence. At a cut in a sentence both are short and fixed; a `[pause]` is shared by its
    two sides; at a sentence's end they are left to the duration head.
    """
    ends = np.concatenate([[0.0], np.cumsum(estimate(text))])
    kinds = _cuts(text)
    cuts = sorted(kinds)
    chosen = [0]
    while ends[-1] - ends[chosen[-1]] > seconds:
        begin = chosen[-1]
        ahead = cuts[bisect_left(cuts, begin + 1) :]
        if not ahead:
            break
        fitting = ahead[: next((n for n, cut in enumerate(ahead) if ends[cut] - ends[begin] > seconds), len(ahead))]
        # A comma is worth a shorter piece only if a third of the limit is left of it.
        worth = {cut: kinds[cut] if kinds[cut] != _CLAUSE or ends[cut] - ends[begin] > seconds / 3 else _WORD for cut in fitting}
        chosen.append(max(fitting, key=lambda cut: (worth[cut], cut)) if fitting else ahead[0])
    places = _written_places(text)
    edges = [*chosen, len(text) - 1]
    return [_piece(text, begin, end, kinds, places) for begin, end in zip(edges, edges[1:])]


def _cuts(text: TimedText) -> dict[int, int]:
    """Where the text may be cut: index of a space or an inner silence -> how good a place it is."""
    inside = {index for word in text.words for index in range(word.first, word.last)}
    lower = {word.first for word in text.words if word.text[0].islower()}  # "Why?" he asked: no sentence ends there
    cuts = {}
    for index in range(1, len(text) - 1):
        symbol, before = text.symbols[index], text.symbols[index - 1]
        if symbol == SILENCE:
            cuts[index] = _SENTENCE
        elif symbol == " " and index not in inside:
            if before in ".?!":
                cuts[index] = _CLAUSE if index + 1 in lower else _SENTENCE
            else:
                cuts[index] = _CLAUSE if before == "," else _WORD
    return cuts


def _piece(text: TimedText, begin: int, end: int, kinds: dict[int, int], places: list[tuple[int, int]]) -> TimedText:
    """The symbols between the cuts (or outer silences) at `begin` and `end`, both turned into silences."""
    symbols = (SILENCE, *text.symbols[begin + 1 : end], SILENCE)
    known = np.full(len(text), np.nan) if text.durations is None else text.durations
    durations, fixed = known[begin : end + 1].copy(), text.fixed[begin : end + 1].copy()
    for side, cut in ((0, begin), (-1, end)):
        if cut in kinds and text.symbols[cut] == SILENCE:
            durations[side] /= 2
        elif cut in kinds:
            gap = _GAP[kinds[cut]]
            durations[side], fixed[side] = (np.nan, False) if gap is None else (gap, True)
    words = tuple(Word(word.text, word.first - begin, word.last - begin) for word in text.words if begin < word.first < end)
    start, stop = (places[bisect_left(places, (edge, 0))][1] for edge in (begin, end))
    return TimedText(text.text[start:stop].strip(), symbols, None if np.isnan(durations).all() else durations, fixed, words)


def _written_places(text: TimedText) -> list[tuple[int, int]]:
    """(first symbol of a word, where its writing begins, an opening quote or bracket included), and those of the end."""
    places, position = [], 0
    for word in text.words:
        found = text.text.index(word.text, position)
        opening = len(text.text[:found]) - len(text.text[position:found].rstrip("([{\"“‘'«¿¡")) - position
        places.append((word.first, found - opening if places else 0))
        position = found + len(word.text)
    return [*places, (len(text), len(text.text))]
