"""Scripts with several speakers; subtitles."""

from itertools import pairwise

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.text.parse import parse
from jamflow_core.text.script import Turn, read_script
from jamflow_core.text.srt import Subtitle, format_srt, parse_srt, save_srt, subtitles_of


def test_script_turns_and_pauses():
    script = "[pause 1s] [Anna] Did you hear that?\n\n[bob] No. [pause 0.5s] Never.\n[pause 2s]\n[anna] Listen!"
    assert read_script(script) == [
        Turn("Anna", "[pause 1s] Did you hear that?"),
        Turn("bob", "No. [pause 0.5s] Never.\n[pause 2s]"),
        Turn("anna", "Listen!"),
    ]
    assert [turn.speaker for turn in read_script(script, speakers=["Anna", "Bob", "Eve"])] == ["Anna", "Bob", "Anna"]
    for turn in read_script(script):
        parse(turn.text)


def test_script_narrator():
    assert read_script("Once upon a time. [wolf] Hello!", narrator="me")[0] == Turn("me", "Once upon a time.")
    assert read_script("Only one voice.", narrator="me") == [Turn("me", "Only one voice.")]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("", "empty"),
        ("[pause 1s]", "empty"),
        ("Hello [anna] hi", "Who says"),
        ("[anna] [bob] hi", "nothing to say"),
        ("[a] [bob] hi", "nothing to say"),
        ("[anna] Ha [laughs] ha", "Unknown speaker"),
    ],
)
def test_script_refused(script, message):
    with pytest.raises(JamFlowError, match=message):
        read_script(script, speakers=["anna", "bob", "a"], narrator="a" if script.startswith("[a]") else None)


SRT = """\ufeff1
00:00:01,000 --> 00:00:02,500
<i>Hello</i>
there.

2
00:01:00.5 --> 01:00:00,250 X1:10
{\\an8}It is 5
"""


def test_srt_read():
    assert parse_srt(SRT.replace("\n", "\r\n")) == [
        Subtitle(1.0, 2.5, "Hello there."),
        Subtitle(60.5, 3600.25, "It is 5"),
    ]


def test_srt_round_trip():
    subtitles = [Subtitle(0.0, 1.25, "One."), Subtitle(59.9996, 61.0, "42"), Subtitle(36000.0, 36001.5, "Ten hours")]
    back = parse_srt(format_srt(subtitles))
    assert [s.text for s in back] == [s.text for s in subtitles]
    assert np.allclose([(s.start, s.end) for s in back], [(s.start, s.end) for s in subtitles], atol=5e-4)


def test_srt_of_real_life():
    """Out of order, overlapping, without a length, entities; a subtitle without text may have any times."""
    times = [
        "00:00:05,000 --> 00:00:06,000",
        "00:00:01,000 --> 00:00:02,000",
        "00:00:01,500 --> 00:00:01,500",
        "00:00:09,000 --> 00:00:03,000",
    ]
    texts = ["Salt &amp; pepper", "- First.\n\n- Yes!", "<font color=red>Over</font>", " "]
    written = "\r\n\r\n".join(
        f"{number}\r\n{time}\r\n{text}" for number, (time, text) in enumerate(zip(times, texts), 1)
    )
    assert parse_srt(written) == [
        Subtitle(1.0, 2.0, "- First. - Yes!"),
        Subtitle(1.5, 1.5, "Over"),
        Subtitle(5.0, 6.0, "Salt & pepper"),
    ]


def test_srt_files_appear_whole_or_not_at_all(tmp_path):
    save_srt(tmp_path / "new" / "a.srt", [Subtitle(0.0, 1.0, "Zoë")])
    assert parse_srt((tmp_path / "new" / "a.srt").read_text(encoding="utf-8"))[0].text == "Zoë"
    with pytest.raises(AttributeError):
        save_srt(tmp_path / "new" / "a.srt", [None])
    with pytest.raises(JamFlowError, match="Cannot write"):
        save_srt(tmp_path / "new" / "a.srt" / "b.srt", [])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.srt"]


@pytest.mark.parametrize(
    "text", ["", "no subtitles", "1\n00:00:02,000 --> 00:00:01,000\nHi\n", "1\n00:00:01,000 --> 00:00:02,000\n\n"]
)
def test_srt_refused(text):
    with pytest.raises(JamFlowError):
        parse_srt(text)


def test_subtitles_of_timed_text():
    text = parse("Dr. Smith paid $5.20 for it. Why did he do that? [pause 2s] Nobody knew, and nobody ever asked him.")
    text = text.with_durations(np.full(len(text), 0.07))
    subtitles = subtitles_of(text, 3.0)
    assert " ".join(subtitle.text for subtitle in subtitles) == text.text
    spans = text.word_spans()
    assert subtitles[0].start == spans[0][1] and subtitles[-1].end == spans[-1][2]
    assert all(a.end <= b.start for a, b in pairwise(subtitles))
    assert any(b.start - a.end > 2 for a, b in pairwise(subtitles))
