"""English words -> phonemes by hibari's port of misaki (hibari-tts on PyPI).

A dictionary, a part-of-speech tagger and a small net for unknown words, all offline: the readings that the teacher
voices
were trained on.
"""

from functools import lru_cache

from ....errors import JamFlowError
from ...aligned import Aligned
from ..language import Sounds, Span


def g2p(source: Aligned, overrides: dict[Span, str], british: bool) -> Sounds:
    """See Language.g2p. JamFlowError: hibari-tts is missing."""
    reader = _reader(british)
    tokens = reader.tokenize(source.text)
    for token, span in zip(tokens, _places(source, tokens)):
        if span in overrides:
            token.phonemes, token.rating = overrides[span], 5
    tokens = reader.phonemize_tokens(tokens)
    sounds: Sounds = []
    for token, span in zip(tokens, _places(source, tokens)):
        sounds.append((token.phonemes or "", span))
        if token.whitespace:
            sounds.append((" ", None))
    return sounds


@lru_cache
def _reader(british: bool):
    try:
        from hibari.g2p import G2P
    except ImportError as error:
        raise JamFlowError("Install hibari-tts to read text: pip install hibari-tts") from error
    return G2P(british=british)


def _places(source: Aligned, tokens: list) -> list[Span]:
    """Where in the writing each token stands; the tokens' characters are those of the text, some left out."""
    places, position = [], 0
    for token in tokens:
        found = []
        for character in token.text:
            found.append(source.text.index(character, position))
            position = found[-1] + 1
        places.append(source.span(found[0], position))
    return places
