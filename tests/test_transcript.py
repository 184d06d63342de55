"""Texts and recordings that belong together, and such that do not; how a text is read, from the command line."""

import json

import pytest
import torch

from jamflow_core.audio.resample import to_mono_24k
from jamflow_core.cli.main import main
from jamflow_core.errors import JamFlowError
from jamflow_core.media.sound import load_audio, save_wav
from jamflow_core.tasks import voices

BOOK = json.loads((voices.PRESETS / "voices.json").read_text(encoding="utf-8"))


def wave(name):
    return to_mono_24k(*load_audio(voices.PRESETS / BOOK[name]["file"]))


@pytest.mark.parametrize("name", sorted(BOOK))
def test_what_belongs_together_is_taken_without_a_word(models, name, caplog):
    voice = voices.from_recording(models, wave(name)[None], 24000, BOOK[name]["text"])
    assert voice.text.words and not caplog.records


def test_a_transcript_four_times_too_long_is_refused(models):
    text = " ".join(BOOK[name]["text"] for name in list(BOOK)[:4])
    with pytest.raises(JamFlowError, match="Give what this recording says, all of it: .* the text takes about"):
        voices.from_recording(models, wave("heart")[None], 24000, text)


def test_three_seconds_of_text_for_twenty_of_sound_are_refused(models):
    sound = torch.cat([wave(name) for name in sorted(BOOK)])
    with pytest.raises(JamFlowError, match="belong together"):
        voices.from_recording(models, sound[None], 24000, BOOK["heart"]["text"])


def test_another_text_of_the_same_length_is_told(models, caplog):
    voices.from_recording(models, wave("heart")[None], 24000, BOOK["george"]["text"])
    assert [record.getMessage() for record in caplog.records] == [
        "The transcript does not sound like its recording: check that they belong together."
    ]


def test_the_command_line_tells_it_once(tmp_path, capsys):
    save_wav(tmp_path / "a.wav", wave("heart"))
    command = ["speak", "Hi.", "--voice", str(tmp_path / "a.wav"), "--steps", "1", "--out", str(tmp_path / "b.wav")]
    assert main([*command, "--voice-text", BOOK["george"]["text"]]) == 0
    assert capsys.readouterr().err.count("jamflow: The transcript does not sound like its recording") == 1


def test_read_prints_words_and_phonemes(capsys, tmp_path):
    assert main(["read", "It costs $5. 日本語"]) == 0
    said = capsys.readouterr()
    words, phonemes = said.out.splitlines()
    assert words == "It costs five dollars." and "kˈɔsts fˈIv dˈɑləɹz" in phonemes
    assert said.err.strip() == "jamflow: “日本語” is left out: not in letters that can be read here."
    (tmp_path / "words.tsv").write_text("Nguyen\t/wˈɪn/\n", encoding="utf-8")
    assert main(["read", "Nguyen", "--lexicon", str(tmp_path / "words.tsv")]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "wˈɪn"
    assert main(["read", "the dance", "--accent", "british"]) == 0
    british = capsys.readouterr().out
    assert main(["read", "the dance"]) == 0 and capsys.readouterr().out != british
    for wrong in (
        ["read", " "],
        ["read", "Hi.", "--accent", "martian"],
        ["read", "Hi.", "--lexicon", str(tmp_path / "none")],
    ):
        assert main(wrong) == 2 and capsys.readouterr().err.startswith("jamflow: ")


def test_a_lexicon_counts_wherever_text_is_read(tmp_path):
    """In speech, in a script, in what a recording is said to say."""
    from jamflow_core.cli.reading import Reading

    (tmp_path / "words.tsv").write_text("glare\t/blˈɛɹ/\n", encoding="utf-8")
    reading = Reading(str(tmp_path / "words.tsv"))
    voice = reading.voice(voices.preset("george"))
    assert voice.language.accent == "british" and voice.language.lexicon.find("The glare") != []
    assert reading.language().lexicon.find("glare") != [] and reading.reads() == {
        "--lexicon": str(tmp_path / "words.tsv")
    }
    assert Reading(None).voice(voice) is voice
