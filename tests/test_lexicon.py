"""Pronunciation lists, respellings, SSML and HTML, and what is told of a reading."""

import subprocess
import sys

import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.text.languages import DEFAULT
from jamflow_core.text.languages.english.respelling import respelled
from jamflow_core.text.lexicon import parse_lexicon, read_lexicon
from jamflow_core.text.markup import read
from jamflow_core.text.parse import parse

LIST = "# names\nNguyen\t/wˈɪn/\nSQL = sequel\nJoaquin Phoenix\twah-KEEN FEE-niks\nC++  see plus\ntomato /təˈmeɪtoʊ/\n"


def phonemes(text, language=DEFAULT):
    return "".join(parse(text, language).symbols[1:-1])


def test_lists_are_read_before_all_rules():
    language = DEFAULT.with_lexicon(parse_lexicon(LIST))
    said = parse("Nguyen's SQL-based C++ (tomato) is Joaquin Phoenix's.", language)
    words = {word.text: "".join(said.symbols[word.first : word.last]) for word in said.words}
    assert words["Nguyen's"] == "wˈɪnz" and words["Joaquin Phoenix's"] == "wɑkˈin fˈinɪksᵻz"
    assert words["tomato"] == "təmˈAtO"
    assert words["SQL-based"] == phonemes("sequel-based") and words["C++"] == phonemes("see plus")
    assert said.spoken == "Nguyen's sequel-based see plus, tomato, is Joaquin Phoenix's."


def test_lists_of_files(tmp_path):
    path = tmp_path / "words.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").encode())
    assert len(read_lexicon(path).readings) == 5
    for text, message in (("Nguyen\n", "line 1"), ("a\t/ʘ/", "Line 1"), ("# x\n\nword\t\n", "line 3")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(JamFlowError, match=message):
            read_lexicon(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JamFlowError, match="UTF-8"):
        read_lexicon(path)


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("wah-KEEN", "wɑkˈin"),
        ("shih-VAWN", "ʃɪvˈɔn"),
        ("yoh-SEM-ih-tee", "jOsˈɛmɪti"),
        ("GUR-tuh", "ɡˈɜɹtə"),
        ("kuh-THOO-loo", "kəθˈulu"),
        ("sequel", None),
        ("well-known", None),
        ("e-MAIL 2", None),
    ],
)
def test_respellings(reading, said):
    assert respelled(reading) == said


@pytest.mark.parametrize(
    ("text", "written", "pause"),
    [
        ('Hi<break time="1s"/>there', ["Hi", "there"], 1.0),
        ('Hi<break time="250ms"/>there', ["Hi", "there"], 0.25),
        ("Hi <break strength='strong'/> there", ["Hi", "there"], 0.75),
        ("<p>Hi</p><p>there</p>", ["Hi", "there"], 0.4),
        ("<speak>Hi <emphasis level='strong'>there</emphasis></speak>", ["Hi there"], 0),
        ("<!-- no --><script>var a;</script>Hi <?xml x?>there", ["Hi  there"], 0),
        ("<sub alias='World Wide Web'>WWW</sub> &amp; Tom&#39;s", ["World Wide Web & Tom's"], 0),
        ("<say-as interpret-as='characters'>abc</say-as>", ["a b c"], 0),
        ("a < b and c > d, <name>, <3", ["a < b and c > d, <name>, <3"], 0),
        ("AT&T &copy &notathing;", ["AT&T &copy &notathing;"], 0),
    ],
)
def test_ssml_and_html(text, written, pause):
    _, passages = read(text)
    assert [passage.written for passage in passages] == written and passages[0].pause == pause


def test_what_is_left_out_is_told():
    notes = []
    assert parse("你好 world, Привет и hello and λόγος.", report=notes.append).spoken == "world, hello and."
    assert [note.split(" is ")[0] for note in notes] == ["“你好”", "“Привет и”", "“λόγος”"]
    notes.clear()
    parse("Guten Tag, ich bin der Peter und das ist nicht gut.", report=notes.append)
    assert notes == ["This looks like German, and is read by the rules of English."]
    for text in ("We take vitamin A and grade A beef.", "Die Hard was on.", "El Niño and Les Misérables", "Hello 😀"):
        notes.clear()
        parse(text, report=notes.append)
        assert notes == [], text


def test_words_as_they_are_said():
    assert parse("It costs $5.20 on 3/14/2023: B2B, F-16s & the 1990s.").spoken == (
        "It costs five dollars and twenty cents on March fourteenth, twenty twenty three: "
        "B to B, F sixteens and the nineteen nineties."
    )


def test_the_command_tells_words_phonemes_and_notes(tmp_path):
    (tmp_path / "words.tsv").write_text("Bob\trobert\n", encoding="utf-8")
    command = [sys.executable, "-m", "jamflow_core", "read", "Bob has 5 kg 你好.", "--lexicon", tmp_path / "words.tsv"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines() == ["robert has five kilograms.", phonemes("robert has five kilograms.")]
    assert "你好" in done.stderr and len(done.stderr.strip().splitlines()) == 1
