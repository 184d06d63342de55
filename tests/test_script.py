"""Scripts with several speakers; subtitles."""

from itertools import pairwise

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.tasks.longform.lines import lines_of_srt
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


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ("00:00:01 --> 00:00:02", 1.0, 2.0),
        ("01:05 --> 02:10", 65.0, 130.0),
        ("00:00:01,000 -> 00:00:02,000", 1.0, 2.0),
        ("00:00:01,000 → 00:00:02,000", 1.0, 2.0),
        ("00:00:01,0500 --> 00:00:02,1234", 1.05, 2.1234),
        ("00 : 00 : 01 , 000 --> 00: 00:02,000", 1.0, 2.0),
        ("00:00:01，000 --> 00:00:02，500", 1.0, 2.5),
        ("00：00：01，000 --> 00：00：02，500", 1.0, 2.5),
        ("00:00:01.000 --> 00:00:02.000 align:start position:0%", 1.0, 2.0),
        ("0:00:01.000,0:00:02.000", 1.0, 2.0),
        ("00:00:01,000 - 00:00:02,000", 1.0, 2.0),
    ],
)
def test_srt_times_as_people_write_them(times, start, end):
    assert parse_srt(f"1\n{times}\nHi\n") == [Subtitle(start, end, "Hi")]


@pytest.mark.parametrize(
    "times",
    [
        "00:00:01,000 -->",
        "--> 00:00:02,000",
        "00:00:0x,000 --> 00:00:02,000",
        "1 --> 2",
        f"{'9' * 400}:00:01,000 --> 00:00:02,000",
        "500:00:01,000 --> 500:00:02,000",
        "00:00:02,000 --> 00:00:01,000",
    ],
)
def test_srt_times_that_cannot_be_read_are_named(times):
    with pytest.raises(JamFlowError, match="in line 6") as error:
        parse_srt(f"1\n00:00:00,000 --> 00:00:01,000\nHo\n\n2\n{times}\nHi\n")
    assert len(str(error.value)) < 250


def test_vtt_is_read():
    written = (
        "WEBVTT - a film\n\nNOTE\nnot this\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.000 "
        "align:start\n"
        "<v Anna>Hi <00:01.500><c.yellow>there</c>\n\nNOTE nor this\n\nthe end\n00:03.000 --> 00:04.000\nYes &amp; no\n"
    )
    assert parse_srt(written) == [Subtitle(1.0, 2.0, "Hi there"), Subtitle(3.0, 4.0, "Yes & no")]


@pytest.mark.parametrize(
    ("cue", "said"),
    [
        ("[door opens]", None),
        ("(SIRENS WAIL)", None),
        ("(door creaks)", None),
        ("♪ ♪", None),
        ("DOCTOR: Run!", "Run!"),
        ("- MAN 2: Hey.\n- MRS. LEE: No (really).", "- Hey. - No (really)."),
        (">> ANCHOR: Good evening.", "Good evening."),
        ("[laughs] Hello [pause 1s] there", "Hello [pause 1s] there"),
        ("[anna] Hi. [heart] Ho.", "[anna] Hi. [heart] Ho."),
        ("{\\an8}<i>It is 5</i> [MUSIC]\\Nnow", "It is 5 now"),
        ("It was 5: not 6", "It was 5: not 6"),
    ],
)
def test_what_films_note_beside_speech_is_not_spoken(cue, said):
    written = f"1\n00:00:01,000 --> 00:00:02,000\n{cue}\n\n2\n00:00:03,000 --> 00:00:04,000\nlast\n"
    assert [subtitle.text for subtitle in parse_srt(written)] == [*([said] if said else []), "last"]
    kept = [subtitle.text for subtitle in parse_srt(written, keep_captions=True)]
    assert len(kept) == 2 or cue == "♪ ♪"


def test_only_the_speakers_of_a_film_are_no_notes():
    cue = "1\n00:00:01,000 --> 00:00:02,000\n[Anna] Hi. [bell] Ho.\n"
    assert parse_srt(cue, speakers=["anna"])[0].text == "[Anna] Hi. Ho."
    assert [(line.speaker, line.text) for line in lines_of_srt(cue, ["anna"])] == [("anna", "Hi. Ho.")]
    with pytest.raises(JamFlowError, match=r"Unknown speaker \[bell\]"):
        lines_of_srt(cue, ["anna"], keep_captions=True)
