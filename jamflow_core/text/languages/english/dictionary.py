"""Which words are English, by hibari's lexicon: asked for ALL CAPS and for words written together."""

from functools import lru_cache

from ...words import word_set

_LONGEST = 24
_SHORT_WORDS = word_set("a i am an as at be by do go he hi if in is it me my no of oh ok on or so to up us we")


def _reader():
    from .g2p import reader

    return reader(False)


@lru_cache(maxsize=20_000)
def known(word: str) -> bool:
    """Whether a word in small letters is in the dictionary, also with -s, -ed, -ing."""
    lexicon = _reader().lexicon
    if len(word) < 3:
        return word in _SHORT_WORDS
    stem = next((word.removesuffix(end) for end in ("'s", "s'") if word.endswith(end)), word)
    return any(form in lexicon.golds.d or form in lexicon.silvers.d for form in (stem, stem.capitalize())) or any(
        rule(stem, "NN", None, None)[0] for rule in (lexicon.stem_s, lexicon.stem_ed, lexicon.stem_ing)
    )


def acronym(word: str) -> bool:
    """Whether a word in capitals has a reading of its own in the dictionary (FBI, NASA), and is none in small
    letters.
    """
    golds = _reader().lexicon.golds.d
    return isinstance(golds.get(word), str) and word.lower() not in golds


def segmented(joined: str) -> list[str]:
    """The words that were written together, as few, common and long as can be; itself where there are none."""
    if known(joined) or not 6 <= len(joined) <= 60:
        return [joined]
    common = _reader().tagger.vocab
    # (cost, -sum of squared lengths, words) of the cheapest way to each place
    best: list[tuple[int, int, list[str]] | None] = [(0, 0, []), *[None] * len(joined)]
    for end in range(1, len(joined) + 1):
        for start in range(max(0, end - _LONGEST), end):
            word, so_far = joined[start:end], best[start]
            if so_far is None or not known(word):
                continue
            way = (so_far[0] + (1 if word in common else 2), so_far[1] - len(word) ** 2, [*so_far[2], word])
            best[end] = min(way, best[end] or way)
    return best[-1][2] if best[-1] else [joined]
