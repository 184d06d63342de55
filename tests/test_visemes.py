"""Teacher motion: what lips must do for the phonemes they go with."""

import numpy as np
import pytest

from jamflow_core.motion.basis import JAW, PRESS, PUCKER, SHIFT, WIDE, exp_to_state
from jamflow_core.motion.measure import CLOSED_JAW, closures
from jamflow_core.motion.visemes import CLOSED, SILENT, VISEMES, viseme_of
from jamflow_core.tokens import SYMBOLS
from jamflow_core.train import visemes
from jamflow_core.train.timing import heard
from jamflow_core.train.visemes import state_at, teacher_motion, teacher_state

_SENTENCE = "ðə flˈOʧɑɹt kəntˈAnd mˈɛni bˈɑksᵻz, mˌIz ɐ pˈup."


def spoken(phonemes, seconds=0.075, silence=0.3):
    """Symbols and durations with silence around."""
    symbols = ["<sil>", *phonemes, "<sil>"]
    return symbols, np.array([silence, *[seconds] * len(phonemes), silence])


def during(phonemes, index, seconds=0.075):
    """States in the middle of phoneme `index`."""
    symbols, durations = spoken(phonemes, seconds)
    middle = durations[: index + 1].sum() + durations[index + 1] / 2
    return state_at(np.array([middle]), symbols, durations)[0]


def test_every_symbol_has_a_viseme_and_every_viseme_a_shape():
    parts = {part for symbol in SYMBOLS for part in viseme_of(symbol).split(">")}
    assert {viseme_of(symbol) for symbol in SYMBOLS} == set(VISEMES)
    assert parts - {"mark"} == set(visemes._SHAPES)
    with pytest.raises(KeyError):
        viseme_of("#")


@pytest.mark.parametrize("start", np.arange(0, 0.04, 0.005))
@pytest.mark.parametrize("symbol", "pbm")
def test_closures_show_wherever_the_frames_fall(symbol, start):
    symbols = ["<sil>", "ɑ", symbol, "ɑ", "<sil>"]
    durations = np.array([0.2 + start, 0.15, 0.025, 0.15, 0.2])
    state = teacher_state(symbols, durations, np.random.default_rng(3))
    nearest = round((durations[:2].sum() + durations[2] / 2) * 25)
    assert state[nearest, JAW] < 1e-6
    assert state[nearest, PRESS] > 0.3
    assert state[:nearest, JAW].max() > 0.4 and state[nearest:, JAW].max() > 0.4


def test_shapes_of_consonants():
    assert during("ɑfɑ", 1)[JAW] == pytest.approx(0.07, abs=0.02)
    assert during("ɑfɑ", 1)[PRESS] == 0
    assert during("ɑkɑ", 1)[JAW] > 2 * during("ɑsɑ", 1)[JAW]
    for symbol in "wʃʒʧʤɹ":
        assert during(f"ə{symbol}ə", 1)[PUCKER] > 0.2, symbol
    for symbol in "sz":
        assert during(f"ə{symbol}ə", 1)[WIDE] > 0.15, symbol


def test_vowels_are_ordered_by_openness():
    jaw = [during(f"t{vowel}t", 1, 0.12)[JAW] for vowel in "ɑɛəu"]
    assert jaw == sorted(jaw, reverse=True) and jaw[0] > 0.5 and jaw[-1] < 0.25
    assert during("tit", 1)[WIDE] > 0.25 > during("tɑt", 1)[WIDE]
    assert during("tut", 1)[PUCKER] > 0.4


def test_diphthongs_glide():
    symbols, durations = spoken("tIt", 0.2)
    early, late = state_at(np.array([0.55, 0.68]), symbols, durations)
    assert early[JAW] > 1.5 * late[JAW] and late[WIDE] > 1.5 * early[WIDE]


def test_stress_opens_and_shortness_closes():
    symbols, durations = spoken("tˈɑt")
    assert teacher_state(symbols, durations)[:, JAW].max() > 1.1 * teacher_state(*spoken("tɑt", 0.1))[:, JAW].max()
    assert teacher_state(*spoken("tɑt", 0.15))[:, JAW].max() > 1.1 * teacher_state(*spoken("tɑt", 0.05))[:, JAW].max()


def test_rounding_leads_the_sound():
    symbols, durations = spoken("tttut", 0.1)
    time = np.arange(0, durations.sum(), 0.001)
    pucker = state_at(time, symbols, durations)[:, PUCKER]
    onset = time[np.argmax(pucker > pucker.max() / 2)]
    assert 0.02 < 0.6 - onset < 0.12


def test_silence_is_a_closed_neutral_mouth():
    symbols, durations = spoken("hɑ, ɑ.", 0.4)
    state = teacher_state(symbols, durations)
    assert np.abs(state[[0, -1]]).max() < 0.02
    comma = round((0.3 + 2 * 0.4 + 0.2) * 25)
    assert np.abs(state[comma]).max() < 0.05


def test_speed_of_the_lips_is_human():
    symbols, durations = spoken(_SENTENCE)
    time = np.arange(0, durations.sum(), 0.005)
    speed = np.abs(np.diff(state_at(time, symbols, durations), axis=0)) / 0.005
    assert np.percentile(speed[:, JAW], 98) < 12  # lips a third of a metre a second at the most
    assert speed[:, JAW].max() < 25


def test_every_closure_of_a_sentence_is_measured_as_closed():
    symbols, durations = spoken(_SENTENCE, 0.06)
    closed, total = closures(teacher_state(symbols, durations), symbols, durations)
    assert closed == total == sum(viseme_of(symbol) == CLOSED for symbol in symbols) == 5
    shifted = teacher_state(symbols, durations)[4:]
    assert closures(shifted, symbols, durations)[0] < total


def test_frames_windows_and_variation():
    symbols, durations = spoken(_SENTENCE, 0.061)
    whole = teacher_state(symbols, durations)
    assert whole.dtype == np.float32 and len(whole) == np.ceil(durations.sum() * 25)
    np.testing.assert_array_equal(whole, teacher_state(symbols, durations))
    np.testing.assert_allclose(teacher_state(symbols, durations, start=0.4, frames=20), whole[10:30], atol=1e-6)

    first, same, other = (teacher_state(symbols, durations, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 0.01
    scale = first[:, JAW].max() / whole[:, JAW].max()
    assert 0.8 < scale < 1.21 and np.abs(first[:, SHIFT]).max() < 0.4
    with pytest.raises(ValueError):
        teacher_state(symbols, durations[1:])


def test_keypoints_carry_the_states():
    symbols, durations = spoken(_SENTENCE)
    state, exp = teacher_state(symbols, durations), teacher_motion(symbols, durations)
    assert exp.shape == (len(state), 21, 3) and exp.dtype == np.float32
    back = exp_to_state(exp)
    assert np.corrcoef(back[:, JAW], state[:, JAW])[0, 1] > 0.999
    assert ((back[:, JAW] < CLOSED_JAW) == (state[:, JAW] < CLOSED_JAW)).mean() > 0.97


def test_unheard_tail_goes_to_the_pause():
    symbols = ["<sil>", "h", "i", ",", " ", "j", "u", ".", "<sil>"]
    durations = np.array([0.1, 0.1, 0.4, 0.1, 0.05, 0.1, 0.1, 0.05, 0.1])
    time = np.arange(int(durations.sum() * 24000)) / 24000
    loud = ((time > 0.1) & (time < 0.35)) | ((time > 0.75) & (time < 0.95))
    wave = np.where(loud, np.sin(2 * np.pi * 200 * time), 0).astype(np.float32)
    result = heard(symbols, durations, wave)
    assert result[2] == pytest.approx(0.15, abs=0.01)
    assert result[3] == pytest.approx(0.35, abs=0.01)
    assert result.sum() == pytest.approx(durations.sum())
    np.testing.assert_allclose(np.delete(result, [2, 3]), np.delete(durations, [2, 3]))
    np.testing.assert_array_equal(heard(symbols, durations, np.sin(2 * np.pi * 200 * time)), durations)
    assert viseme_of(symbols[3]) == SILENT
