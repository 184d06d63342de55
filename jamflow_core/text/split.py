"""Long texts in pieces that the model can speak at one go.

The pieces are cut from the phonemes, not from the writing, so every word keeps the reading that its sentence gave it,
and "Dr." or "3.5" has no full stop left to be mistaken for an end. Cuts fall at pauses and the ends of sentences where
they can, else after commas, else between words, never inside one; the pieces are about equally long.
"""

from bisect import bisect_left
from itertools import pairwise

import numpy as np

from ..tokens import SILENCE
from .timed import TimedText, Word

SYMBOLS_PER_SECOND = 15.0
# Kinds of cuts; what one costs, a piece being worth 1; the silence on either side, None = what the duration head finds.
_SENTENCE, _CLAUSE, _PHRASE, _WORD = "sentence", "clause", "phrase", "word"
_COST = {_SENTENCE: 0.0, _CLAUSE: 0.5, _PHRASE: 1.5, _WORD: 2.5}
_GAP = {_SENTENCE: None, _CLAUSE: 0.05, _PHRASE: 0.025, _WORD: 0.025}
_SHORT = 1.0  # what a piece of no length costs on top


def estimate(text: TimedText) -> np.ndarray:
    """Seconds a symbol, float64 [n]: known durations, elsewhere 1 / SYMBOLS_PER_SECOND."""
    if text.durations is None:
        return np.full(len(text), 1 / SYMBOLS_PER_SECOND)
    return np.where(np.isnan(text.durations), 1 / SYMBOLS_PER_SECOND, text.durations)


def split(text: TimedText, seconds: float = 12.0, pause: float = np.inf) -> list[TimedText]:
    """Pieces of about `seconds` at most (a single longer word stays whole, and of a pause at most `pause` seconds
    count), in order; joined by `+` they say the same.

    Each begins and ends with a silence. At a cut in a sentence both are short and fixed; a `[pause]` is shared by its
    two sides; at a sentence's end they are left to the duration head.
    """
    kinds = _cuts(text)
    places = _written_places(text)
    lengths = estimate(text)
    silent = np.array(text.symbols) == SILENCE
    lengths[silent] = np.minimum(lengths[silent], pause)
    edges = _best_edges([0, *sorted(kinds), len(text) - 1], kinds, np.cumsum(lengths), seconds)
    return [_piece(text, begin, end, kinds, places) for begin, end in pairwise(edges)]


def _best_edges(edges: list[int], kinds: dict[int, str], ends: np.ndarray, seconds: float) -> list[int]:
    """The cheapest way from the first edge to the last: few pieces, good cuts, none much shorter than the limit."""
    cost, came_from = [0.0], [0]
    for here in range(1, len(edges)):
        options = []
        for before in range(here - 1, -1, -1):
            length = ends[edges[here]] - ends[edges[before]]
            if length > seconds and before < here - 1:
                break
            options.append((cost[before] + 1 + _SHORT * max(0.0, 1 - length / seconds) ** 2, before))
        cheapest, before = min(options)
        cost.append(cheapest + (_COST[kinds[edges[here]]] if edges[here] in kinds else 0))
        came_from.append(before)
    chosen = [len(edges) - 1]
    while chosen[-1]:
        chosen.append(came_from[chosen[-1]])
    return [edges[index] for index in reversed(chosen)]


def _cuts(text: TimedText) -> dict[int, str]:
    """Where the text may be cut: index of a space or an inner silence -> what kind of place it is."""
    inside = {index for word in text.words for index in range(word.first, word.last)}
    begins = {word.first: word.text for word in text.words}
    cuts = {}
    for index in range(1, len(text) - 1):
        symbol, before = text.symbols[index], text.symbols[index - 1]
        if symbol == SILENCE:
            cuts[index] = _SENTENCE
        elif symbol == " " and index not in inside:
            next_word = begins.get(index + 1, "")
            if before in ".?!":  # in “Why?” he asked, no sentence ends
                cuts[index] = _CLAUSE if next_word[:1].islower() else _SENTENCE
            elif before == ",":
                cuts[index] = _CLAUSE
            else:
                cuts[index] = _PHRASE if next_word.lower() in text.language.openers else _WORD
    return cuts


def _piece(text: TimedText, begin: int, end: int, kinds: dict[int, str], places: list[tuple[int, int]]) -> TimedText:
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
    words = tuple(
        Word(word.text, word.first - begin, word.last - begin) for word in text.words if begin < word.first < end
    )
    start, stop = (places[bisect_left(places, (edge, 0))][1] for edge in (begin, end))
    known_ones = None if np.isnan(durations).all() else durations
    return TimedText(text.text[start:stop].strip(), symbols, known_ones, fixed, words, text.language)


def _written_places(text: TimedText) -> list[tuple[int, int]]:
    """(first symbol of a word, where its writing with an opening quote or bracket begins), and those of the end."""
    places, position = [], 0
    for word in text.words:
        found = text.text.index(word.text, position)
        opening = len(text.text[:found]) - len(text.text[position:found].rstrip(text.language.opening)) - position
        places.append((word.first, found - opening if places else 0))
        position = found + len(word.text)
    return [*places, (len(text), len(text.text))]
