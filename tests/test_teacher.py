import json

import numpy as np
import pytest

from jamflow_core.clock import SAMPLE_RATE
from jamflow_core.errors import JamFlowError
from jamflow_core.train import teacher
from jamflow_core.train.corpus import DURATION_UNIT, Cache, prepare
from jamflow_core.train.sentences import read_sentences


def test_edges_are_cut_in_wave_and_durations_alike():
    durations = np.array([9, 2, 3, 8])
    wave = np.repeat(np.arange(4), durations * teacher.UNIT)
    kept_wave, kept = teacher.trim_edges(wave, durations)
    assert kept.tolist() == [6, 2, 3, 6]
    assert np.array_equal(kept_wave, np.repeat(np.arange(4), kept * teacher.UNIT))


def test_short_edges_stay():
    durations = np.array([1, 2, 1])
    wave = np.ones(4 * teacher.UNIT)
    kept_wave, kept = teacher.trim_edges(wave, durations)
    assert kept.tolist() == [1, 2, 1] and len(kept_wave) == len(wave)


def test_sentences_from_a_text_file(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text(
        "the cat sat down\ntoo short\nthe cat sat down\nZażółć gęślą jaźń teraz\nIs this a question?\n", "utf-8"
    )
    assert read_sentences(file) == ["The cat sat down.", "Is this a question?"]


def test_sentences_from_wordnet(tmp_path):
    (tmp_path / "data.adj").write_text('00 a 01 x 0 000 | a gloss; "his last words were kind"; "a heifer"  \n', "utf-8")
    assert read_sentences(tmp_path) == ["His last words were kind."]


def test_missing_sentences_are_named(tmp_path):
    with pytest.raises(JamFlowError, match="nowhere"):
        read_sentences(tmp_path / "nowhere")
    (tmp_path / "empty.txt").write_text("", "utf-8")
    with pytest.raises(JamFlowError, match="No sentence"):
        read_sentences(tmp_path / "empty.txt")


def test_kokoro_without_voices_says_where_they_are():
    with pytest.raises(JamFlowError, match="kokoro-js"):
        teacher.Kokoro(None)


def test_hibari_corpus_keeps_the_clock_and_continues(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("The boat sailed at noon.\nPlease bring me some water.\nWho opened the blue door?\n", "utf-8")
    command = ["--sentences", str(file), "--out", str(tmp_path / "corpus")]
    teacher.main([*command, "--limit", "2"])
    first = (tmp_path / "corpus" / "corpus.jsonl").read_text("utf-8")
    teacher.main(command)
    lines = (tmp_path / "corpus" / "corpus.jsonl").read_text("utf-8")
    assert lines.startswith(first) and len(lines.splitlines()) == 3

    for line in map(json.loads, lines.splitlines()):
        assert len(line["durations"]) == len(line["phonemes"]) + 2
        assert sum(line["durations"]) * teacher.UNIT == line["samples"]
        assert max(line["durations"][0], line["durations"][-1]) <= teacher.MAX_EDGE

    prepare(tmp_path / "corpus", tmp_path / "cache")
    clip = Cache(tmp_path / "cache")[2]
    assert abs(clip.durations.sum() - len(clip.wave) / SAMPLE_RATE) < 1e-6
    loudness = np.abs(clip.wave.astype(float)).reshape(-1, teacher.UNIT).max(axis=1)
    spoken_from = round(clip.durations[0] / DURATION_UNIT)
    assert loudness[: spoken_from - 1].max() < 0.1 * loudness[spoken_from:].max()


def test_unknown_voice_is_named(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("The boat sailed at noon.\n", "utf-8")
    with pytest.raises(JamFlowError, match="am_nobody"):
        teacher.main(["--sentences", str(file), "--voices", "am_nobody", "--out", str(tmp_path / "corpus")])
