"""How texts are read: pairs of a text and its reading (data/readings.tsv), at least 95 % right in every class.

Readings are compared as they sound: weak vowels, stress and the word "and" are no difference.
"""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.text.aligned import Aligned
from jamflow_core.text.languages.english import AMERICAN, BRITISH
from jamflow_core.text.parse import parse

WEAK = str.maketrans(dict.fromkeys("ɪᵻɐʌʊɛɜᵊiæu", "ə") | {"T": "t"} | dict.fromkeys("ˈˌː"))
AND = ("ænd", "ənd", "ən")


def sounds(text):
    symbols = parse(text, report=lambda note: None).symbols
    words = re.split("[ ,.!?]+", "".join(symbol if len(symbol) == 1 else " " for symbol in symbols))
    heard = "".join(word for word in words if word.translate(str.maketrans("", "", "ˈˌ")) not in AND)
    return re.sub("ə+", "ə", heard.translate(WEAK))


def pairs():
    found = defaultdict(list)
    for line in (Path(__file__).parent / "data" / "readings.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, text, reading = line.split("\t")
            found[kind].append((text, reading.split("|")))
    return found


PAIRS = pairs()


def right(text, readings):
    try:
        heard = sounds(text)
    except JamFlowError:
        return False
    return heard in [sounds(reading) for reading in readings]


def test_there_are_enough_pairs():
    assert sum(map(len, PAIRS.values())) >= 400 and min(map(len, PAIRS.values())) >= 14


@pytest.mark.parametrize("kind", PAIRS)
def test_readings(kind):
    wrong = [text for text, readings in PAIRS[kind] if not right(text, readings)]
    assert len(wrong) <= 0.05 * len(PAIRS[kind]), wrong


@pytest.mark.parametrize("language", [AMERICAN, BRITISH])
def test_every_character_of_a_reading_knows_its_place(language):
    for text, _ in [pair for kind in PAIRS.values() for pair in kind]:
        source = Aligned(text)
        language.normalise(source)
        assert len(source.spans) == len(source.text), text
        assert all(0 <= start <= end <= len(text) for start, end in source.spans), text
        assert [start for start, _ in source.spans] == sorted(start for start, _ in source.spans), text
