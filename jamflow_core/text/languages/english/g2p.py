"""English words -> phonemes by hibari's port of misaki (hibari-tts on PyPI).

A dictionary, a part-of-speech tagger and a small net for unknown words, all offline: the readings that the teacher
voices were trained on. Names of our own list and the senses of homographs are set before it reads the rest.
"""

import copy
import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from ....errors import JamFlowError
from ....parts import parts_of
from ...aligned import Aligned
from ..language import Sound, Span
from .homographs import choose_senses
from .names import name_readings
from .rules import LARGEST

_NUMBER = re.compile(r"-?\.?\d(?:[\d.,]*\d)?(?:st|nd|rd|th|s|'s|ed|'d|ing)?\b|\d+")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SIGNS = {"&": "and", "@": "at", "+": "plus", "%": "percent"}
_LETTERS = re.compile(r"(?:[A-Z]\.)+[A-Z]?\.?$")


def g2p(source: Aligned, overrides: dict[Span, str], british: bool) -> list[Sound]:
    """See Language.g2p. JamFlowError: hibari-tts is missing."""
    hibari = reader(british)
    tokens = hibari.tokenize(source.text)
    places = _places(source.text, tokens)
    for token, place in zip(tokens, places):
        if (span := source.span(*place)) in overrides:
            token.phonemes, token.rating = overrides[span], 5
    name_readings(source, tokens, places, british)
    choose_senses(tokens, british)
    _possessives(tokens, hibari.lexicon)
    tokens, numbers = _phonemized(hibari, tokens)
    sounds = []
    for token, place in zip(tokens, _places(source.text, tokens)):
        spoken = f" {token.alias} " if token.alias else _spoken(token.text, numbers)  # B2B is B to B
        sounds.append(Sound(token.phonemes or "", source.span(*place), spoken))
        if token.whitespace:
            sounds.append(Sound(" "))
    return sounds


@lru_cache
def reader(british: bool):
    """hibari's reader of an accent."""
    g2p, _ = _hibari()
    return g2p.G2P(oov=lambda word: _unknown_words(british)(word), british=british)


@lru_cache
def _unknown_words(british: bool):
    """hibari's net for words that its dictionary does not hold, loaded when the first of them is met."""
    g2p, oov = _hibari()
    return oov.OOV(str(Path(g2p.ASSETS) / ("oov_gb.onnx" if british else "oov.onnx")))


@lru_cache
def _hibari():
    """Its modules g2p and g2p.oov; the package's __init__ would load its voices and a Fourier transform besides."""
    try:
        return parts_of("hibari", "g2p", "g2p.oov")
    except ImportError as error:
        raise JamFlowError("Install hibari-tts to read text: pip install hibari-tts") from error


def _possessives(tokens: list, lexicon) -> None:
    """The 's of a word that was given its reading belongs to it."""
    for token, behind in pairwise(tokens):
        if token.phonemes and not token.whitespace and behind.text in ("'s", "'") and behind.phonemes is None:
            behind.phonemes = "" if behind.text == "'" else lexicon._s(token.phonemes)[len(token.phonemes) :]
            behind.rating = 5


def _phonemized(hibari, tokens: list) -> tuple[list, dict[str, str]]:
    """The tokens with phonemes, and the words of the numbers in them."""
    numbers: dict[str, str] = {}
    lexicon = copy.copy(hibari.lexicon)

    def get_number(word, currency, is_head):
        heard: list[str] = []
        noting = copy.copy(hibari.lexicon)
        noting.lookup = lambda said, *how: (heard.append(said), type(noting).lookup(noting, said, *how))[1]
        if max(map(len, re.findall(r"\d+", word.replace(",", "")))) <= LARGEST:
            reading = noting.get_number(word, currency, is_head)
        else:
            reading = " ".join(noting.lookup(_DIGITS[int(n)], None, None, None)[0] for n in word if n.isdigit()), 3
        numbers[word] = " ".join(filter(None, heard))
        return reading

    lexicon.get_number = get_number
    listening = copy.copy(hibari)
    listening.lexicon = lexicon
    return listening.phonemize_tokens(tokens), numbers


def _spoken(written: str, numbers: dict[str, str]) -> str:
    """A token as words: numbers in words, letters apart."""
    if written in _SIGNS:
        return _SIGNS[written]
    if _LETTERS.match(written):
        return " ".join(written.replace(".", " ").split())

    def in_words(found: re.Match) -> str:
        words = numbers.get(found[0]) or numbers.get(found[0].lstrip("-"))
        if words is None:
            return found[0]
        if not found[0].endswith("s"):
            return f" {words} "
        return f" {words[:-1]}ies " if words.endswith("y") else f" {words}s "  # the 1990s

    return " ".join(_NUMBER.sub(in_words, written).split())


def _places(text: str, tokens: list) -> list[Span]:
    """Where in the text each token stands; the tokens' characters are those of the text, some left out."""
    places, position = [], 0
    for token in tokens:
        found = []
        for character in token.text:
            found.append(text.index(character, position))
            position = found[-1] + 1
        places.append((found[0], position))
    return places
