"""Words of one spelling and two readings (data/homographs.txt), and the shipped list of names."""

import re
from pathlib import Path

from jamflow_core.text.languages.english import AMERICAN, BRITISH
from jamflow_core.text.languages.english.accents import in_accent
from jamflow_core.text.lexicon import read_lexicon
from jamflow_core.text.parse import parse
from jamflow_core.tokens import SYMBOLS

DATA = Path(__file__).parent / "data" / "homographs.txt"
LOOSE = str.maketrans(dict.fromkeys("ɪᵻᵊʊi", "ə") | {"T": "t"} | dict.fromkeys("ˈˌ"))
NAMES = Path(__file__).parents[1] / "jamflow_core" / "text" / "languages" / "english" / "names.tsv"


def alike(heard, wanted):
    """The same sounds, the first stress in the same half of the word."""
    halves = [reading.find("ˈ") < len(reading) / 2 for reading in (heard, wanted)]
    return heard.translate(LOOSE) == wanted.translate(LOOSE) and (len(heard) < 4 or halves[0] == halves[1])


def test_homographs_by_their_neighbours():
    count, wrong = 0, []
    for line in DATA.read_text(encoding="utf-8").splitlines()[1:]:
        said = parse(re.sub(r"\{(\w+)\|[^}]+\}", r"\1", line), report=lambda note: None)
        for word, wanted in re.findall(r"\{(\w+)\|([^}]+)\}", line):
            heard = ["".join(said.symbols[w.first : w.last]) for w in said.words if w.text == word]
            count += 1
            if not any(alike(reading, wanted) for reading in heard):
                wrong.append((line, heard))
    assert count > 300 and len(wrong) <= 0.02 * count, wrong


def test_shipped_names_are_said_as_listed():
    names = read_lexicon(NAMES).readings
    assert len(names) > 400
    for name, (reading, is_phonemes) in names.items():
        assert is_phonemes and set(reading) | set(in_accent(reading, True)) <= set(SYMBOLS), name
    for name in ("Nguyen", "Siobhan", "Goethe", "Yosemite", "Joaquin", "déjà vu", "Xi Jinping", "hors d'oeuvres"):
        for language, british in ((AMERICAN, False), (BRITISH, True)):
            said = "".join(parse(name, language).symbols[1:-1])
            assert said == in_accent(names[name.lower()][0], british), name


def test_names_keep_their_words_and_possessives():
    said = parse("Nguyen's friend met Xi Jinping in Des Moines, and a rhys.")
    words = {word.text: "".join(said.symbols[word.first : word.last]) for word in said.words}
    assert words["Nguyen's"] == "wˈɪnz" and words["Xi"] == "ʃˈi" and words["Des Moines"] == "dəmˈYn"
    assert words["rhys"] != "ɹˈis"  # no name without its capital
