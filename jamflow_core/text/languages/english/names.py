"""The shipped pronunciation list: names and foreign words that hibari's dictionary does not know (names.tsv)."""

from functools import lru_cache
from pathlib import Path

from ...aligned import Aligned
from ...lexicon import Lexicon, parse_lexicon
from ..language import Span
from .accents import in_accent


@lru_cache
def _shipped() -> tuple[Lexicon, frozenset[str]]:
    """The list, and those of its names (in small letters) that are words of their own without their capital."""
    text = Path(__file__).with_name("names.tsv").read_text(encoding="utf-8")
    names = (line.partition("\t")[0] for line in text.splitlines() if line[:1] != "#")
    return parse_lexicon(text), frozenset(name.lower() for name in names if name != name.lower())


def name_readings(source: Aligned, tokens: list, places: list[Span], british: bool) -> None:
    """Give hibari's tokens of listed names their readings; names that are said as fewer words become one token.

    places: where each token stands in `source.text`. Both lists are changed in place.
    """
    lexicon, capitalised = _shipped()
    for start, end, reading, _ in reversed(lexicon.find(source.text)):
        written = source.text[start:end]
        inside = [index for index, (first, last) in enumerate(places) if start <= first and last <= end]
        if written.lower() in capitalised and written[0].islower() or not inside:
            continue
        if any(tokens[index].phonemes is not None for index in inside):
            continue
        first, last = inside[0], inside[-1] + 1
        spoken = in_accent(reading, british)
        if len(spoken.split()) == len(written.split()) > 1:
            begins = [index for index in inside if index == first or tokens[index - 1].whitespace]
            for index in inside:
                tokens[index].phonemes, tokens[index].rating = "", 5
            for index, part in zip(begins, spoken.split()):
                tokens[index].phonemes = part
        else:
            whole = tokens[first]
            whole.text, whole.whitespace = written, tokens[last - 1].whitespace
            whole.phonemes, whole.rating = spoken, 5
            tokens[first:last] = [whole]
            places[first:last] = [(start, end)]
