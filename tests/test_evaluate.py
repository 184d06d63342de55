from pathlib import Path

import numpy as np
import pytest
import torch

from jamflow_core.errors import JamFlowError
from jamflow_core.flow.sampler import Settings
from jamflow_core.models import LoadedModels
from jamflow_core.tasks import voices
from jamflow_core.train import evaluate
from jamflow_core.train.metrics import at_16k, edit_distance, need
from jamflow_core.train.metrics.lips import lip_figures
from jamflow_core.train.metrics.onsets import onset_errors
from jamflow_core.train.metrics.words import spoken_words
from jamflow_core.train.scores import Bar, bars, summarise, table
from jamflow_core.train.visemes import teacher_motion

SYMBOLS = ("<sil>", *"ðə bˈOt sˈAld ət nˈun ænd mˈɛt mˌi", "<sil>")
DURATIONS = np.array([0.2, *[0.08] * (len(SYMBOLS) - 2), 0.3])


def test_edit_distance():
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("", "abc") == 3 and edit_distance("abc", "") == 3 and edit_distance("abc", "abc") == 0


def test_words_are_compared_without_punctuation():
    said = "The words 'new' and \"world\" don't collocate!"
    assert spoken_words(said) == spoken_words("the words new and world don't collocate")
    assert len(spoken_words(said)) == 8  # "do not"


def test_resampling_for_the_recognisers_keeps_a_tone():
    time = np.arange(24000) / 24000
    tone = at_16k(0.5 * np.sin(2 * np.pi * 440 * time))
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    assert tone.shape == (16000,) and np.abs(tone - expected)[200:-200].max() < 2e-3


def test_missing_evaluator_says_what_to_install():
    with pytest.raises(JamFlowError, match="pip install nothing-there"):
        need("nothing_there", "nothing-there")


def test_onsets_count_phones_only():
    late = DURATIONS.copy()
    late[0] += 0.05
    late[-1] -= 0.05
    errors = onset_errors(SYMBOLS, DURATIONS, late)
    assert len(errors) == sum(symbol not in (" ", "ˈ", "ˌ", "<sil>") for symbol in SYMBOLS)
    assert np.allclose(errors, 0.05)


def test_lips_of_the_teacher_are_perfect_and_late_ones_are_found():
    motion = teacher_motion(SYMBOLS, DURATIONS)
    figures = lip_figures(motion, SYMBOLS, DURATIONS)
    assert figures["jaw"] > 0.98 and abs(figures["lag"]) < 10 and figures["closed"] == figures["closures"] == 3
    late = lip_figures(np.roll(motion, 2, axis=0), SYMBOLS, DURATIONS)
    assert abs(late["lag"] - 80) < 15 and late["jaw"] < figures["jaw"]
    open_mouth = lip_figures(motion + motion.max(0), SYMBOLS, DURATIONS)
    assert open_mouth["closed"] < open_mouth["closures"]


def _row(voice, errors, teacher_errors, onset):
    return {
        "id": "0",
        "voice": voice,
        "teacher": {"phone_errors": teacher_errors, "phones": 100, "onsets": [10.0], "dnsmos": 3.2},
        "speak": {"phone_errors": errors, "phones": 100, "dnsmos": 2.9},
        "dub": {"dub": [onset, onset], "motion_only": [50.0], "timing_only": [50.0], "neither": [100.0]},
    }


def test_figures_are_pooled_and_judged_by_the_worst_voice():
    rows = [_row("a", 10, 10, 40.0), _row("b", 30, 10, 40.0)]
    overall = summarise(rows)
    assert overall["speak"]["phoneme_error"] == 20 and overall["dub"]["dub"] == 40
    marks = {
        mark.name.split(",")[0].split(" beyond")[0]: mark
        for mark in bars(overall, {r["voice"]: summarise([r]) for r in rows})
    }
    phonemes = marks["phoneme error"]
    assert "(b)" in phonemes.name and phonemes.value == 15 and not phonemes.met
    assert marks["dubbing: median onset error"].met and marks["dubbing: onset error relative to no motion"].met
    assert "DNSMOS" in table({"all": overall})


def test_a_bar_can_be_missed_from_either_side():
    assert Bar("x", 1, 2, True).met and not Bar("x", 3, 2, True).met
    assert Bar("x", 3, 2, False).met and not Bar("x", 1, 2, False).met
    assert str(Bar("x", 3, 2, True)).startswith("MISSED")


def test_unknown_section_is_named(tmp_path):
    with pytest.raises(JamFlowError, match="sing"):
        evaluate.main(["--held-out", str(tmp_path), "--what", "speak,sing"])


def test_every_section_runs_on_a_real_recording(tmp_path):
    voice = voices.preset("heart")
    wave = evaluate._preset_wave("heart")
    recording = evaluate.Recording("0", "heart", wave, voice.text)
    settings = {task: Settings(steps=2) for task in evaluate.JOBS}
    evaluation = evaluate.Evaluation(LoadedModels(), evaluate.WHAT, ("phonemes",), settings)
    row = evaluation.row(recording)
    overall = summarise([row])
    assert overall["teacher"]["phoneme_error"] < 60 and overall["teacher"]["onsets"] < 60
    assert {mark.name.split(":")[0] for mark in bars(overall, {"heart": overall})} >= {"audio -> motion", "dubbing"}


def test_recognisers_tell_speech_from_noise():
    """A real recording is understood, rated better than noise, and most like itself."""
    from jamflow_core.train.metrics.phones import PhoneRecogniser, phone_errors
    from jamflow_core.train.metrics.quality import dnsmos
    from jamflow_core.train.metrics.voice import VoiceEncoder, similarity
    from jamflow_core.train.metrics.words import WordRecogniser, word_errors

    heart, george = (evaluate._preset_wave(name) for name in ("heart", "george"))
    noise = 0.1 * torch.randn(len(heart), generator=torch.Generator().manual_seed(0))
    recognise, encode = WordRecogniser(), VoiceEncoder()
    text = voices.preset("heart").text.text
    errors, words = word_errors(recognise, heart, text)
    assert errors < words / 2 < word_errors(recognise, noise, text)[0]
    wrong, phones = phone_errors(PhoneRecogniser(), heart, voices.preset("heart").text.symbols)
    assert wrong < phones / 4
    assert dnsmos(heart)["ovrl"] > dnsmos(noise)["ovrl"] + 0.5
    first, second = encode(heart[: len(heart) // 2]), encode(heart[len(heart) // 2 :])
    assert similarity(first, second) > similarity(first, encode(george)) + 0.1


def test_words_are_compared_in_one_spelling():
    from jamflow_core.train.metrics.words import spoken_words

    assert spoken_words("Ten percent, colour!") == spoken_words("10% color")


def test_spoiled_recordings_are_as_bad_as_they_say():
    from jamflow_core.train.metrics.spoil import SPOILED

    wave = evaluate._preset_wave("heart")
    for decibels in (20, 10):
        noise = SPOILED[f"noise {decibels} dB"](wave).wave - wave
        assert 10 * torch.log10(wave.square().mean() / noise.square().mean()) == pytest.approx(decibels, abs=0.2)
    spectrum = torch.fft.rfft(SPOILED["telephone"](wave).wave).abs()
    hertz = torch.fft.rfftfreq(len(wave), 1 / 24000)
    assert spectrum[(hertz < 250) | (hertz > 3500)].max() < 1e-3 * spectrum.max()
    assert len(SPOILED["15 % up"](wave).wave) == pytest.approx(len(wave) / 1.15, rel=0.01)


def test_every_preset_has_its_recording():
    for name in voices.preset_names():
        assert Path(next(voices.PRESETS.glob(f"{name}.*"))).stat().st_size > 0
