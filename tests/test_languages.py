"""Languages: a new one is one folder and one line."""

import re
from dataclasses import replace

import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.tasks.voices import preset
from jamflow_core.text import languages
from jamflow_core.text.languages.language import Language, Sound
from jamflow_core.text.parse import parse
from jamflow_core.text.split import split

# A toy of one rule: letters are phonemes, "2" is "du", and phrases begin with "e".
LETTERS = str.maketrans({"c": "k", "x": "k", "é": "e"})


def normalise(source):
    source.sub(re.compile("2"), "du")


def g2p(source, overrides):
    sounds = []
    for match in re.finditer(r"\w+|[^\w\s]|\s+", source.text):
        span = source.span(*match.span())
        spoken = overrides.get(span, match[0].lower().translate(LETTERS))
        sounds.append(Sound(" ") if match[0].isspace() else Sound(spoken, span, match[0]))
    return sounds


TOY = Language("toy", "Toy", "toyish", normalise, g2p, "heart", frozenset({"e"}), stand_in="tin")


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(languages, "LANGUAGES", dict(languages.LANGUAGES))
    languages.register(TOY)
    return languages.find("toyish")


def test_a_toy_language_is_one_line(toy):
    text = parse("Mi havas 2 domo/dˈomɔ/, e unu kato. [pause 1s] Bona!", toy)
    assert (
        "".join(symbol if len(symbol) == 1 else "|" for symbol in text.symbols)
        == "|mi havas du dˈomɔ, e unu kato.|bona!|"
    )
    assert [word.text for word in text.words] == ["Mi", "havas", "2", "domo", "e", "unu", "kato", "Bona"]
    assert text.language is toy and all(part.language is toy for part in split(text, 1.0))


def test_languages_are_found_by_code_and_accent(toy):
    assert languages.find("british") is languages.find("en-gb") is languages.LANGUAGES["en-gb"]
    assert languages.find("toy") is toy
    with pytest.raises(JamFlowError, match='Unknown language "klingon".*en-us.*toyish'):
        languages.find("klingon")


def test_voices_speak_their_language(toy):
    assert preset("emma").language.accent == "british" and preset("heart").language is languages.DEFAULT
    for language in languages.LANGUAGES.values():
        assert preset(language.voice)
    assert replace(preset("heart"), language=toy).language.name == "Toy"
