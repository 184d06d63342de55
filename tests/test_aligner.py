"""Alignment: the dynamic programmes against brute force, the embedded networks on speech of known durations."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest
import torch

from jamflow_core.align.aligner import (
    AlignerConfig,
    AudioAligner,
    FrameClassifier,
    LipAligner,
    class_of,
    lip_features,
    phones_of,
)
from jamflow_core.align.viterbi import recognise, segment
from jamflow_core.catalog.aligners import load_aligner, save_aligner
from jamflow_core.clock import Span
from jamflow_core.errors import JamFlowError
from jamflow_core.motion.space import exp_of, mouth_of
from jamflow_core.train.aligner import Frames, distort_lips, fit, frame_labels, learn_scale, word_boundaries
from jamflow_core.train.visemes import teacher_motion

SYMBOLS = ["<sil>", *"bˈɑb mˈAd ə pˈI", "<sil>"]
SECONDS = np.array([0.3, 0.1, 0.05, 0.15, 0.1, 0.075, 0.1, 0.05, 0.15, 0.1, 0.05, 0.075, 0.05, 0.1, 0.05, 0.2, 0.3])


def brute_force(scores, lengths):
    """The best division by trying them all."""
    frames, n = scores.shape
    best, found = -np.inf, None
    for cuts in combinations(range(1, frames), n - 1):
        edges = np.array([0, *cuts, frames])
        spans = np.diff(edges)
        value = sum(scores[a:b, k].sum() for k, (a, b) in enumerate(pairwise(edges)))
        value += sum(lengths[k, min(span, lengths.shape[1]) - 1] for k, span in enumerate(spans))
        if value > best:
            best, found = value, spans
    return found


@pytest.mark.parametrize("seed", range(8))
def test_segment_equals_brute_force(seed):
    rng = np.random.default_rng(seed)
    scores, lengths = rng.normal(size=(12, 4)), rng.normal(size=(4, 3))
    lengths[1, 0] = -np.inf
    assert segment(scores, lengths).tolist() == brute_force(scores, lengths).tolist()


def test_segment_with_a_window_that_holds_the_answer():
    rng = np.random.default_rng(0)
    scores, lengths = rng.normal(size=(200, 20)), np.zeros((20, 2))
    free = segment(scores, lengths)
    ends = np.cumsum(free)
    assert segment(scores, lengths, 3, ends + rng.integers(-3, 4, 20)).tolist() == free.tolist()
    held = np.cumsum(segment(scores, lengths, 2, np.linspace(10, 200, 20)))
    assert np.abs(held[:-1] - np.linspace(10, 200, 20)[:-1]).max() <= 2


def test_segment_says_when_the_text_is_too_long():
    with pytest.raises(JamFlowError, match="cannot fit"):
        segment(np.zeros((3, 4)), np.zeros((4, 2)))
    lengths = np.zeros((2, 3))
    lengths[:, :2] = -np.inf
    with pytest.raises(JamFlowError, match="cannot fit"):
        segment(np.zeros((5, 2)), lengths)


@pytest.mark.parametrize("least", [2, 3])
def test_recognise_equals_brute_force(least):
    rng = np.random.default_rng(least)
    scores, transitions = rng.normal(size=(8, 3)), rng.normal(size=(3, 3))
    best, found = -np.inf, None
    for count in range(1, 8 // least + 1):
        for spans in (np.diff([0, *cuts, 8]) for cuts in combinations(range(1, 8), count - 1)):
            if spans.min() < least:
                continue
            for text in product(range(3), repeat=count):
                value = scores[np.arange(8), np.repeat(text, spans)].sum()
                value += sum(transitions[a, b] for a, b in pairwise(text))
                if value > best:
                    best, found = value, list(text)
    assert recognise(scores, transitions, least) == found


def test_classes_and_phones():
    assert class_of("—") == " " and class_of("?") == "." and class_of("ə") == "ə"
    assert phones_of(["<sil>", *"ðə, fˈɔːɹ!", "<sil>"]) == list("ðəfɔɹ")


def test_word_boundaries_are_starts_and_ends():
    spans = word_boundaries(["<sil>", "ˈ", "A", " ", "b", ".", "<sil>"], np.arange(1.0, 8.0))
    assert spans.tolist() == [[1, 6], [10, 15]]


def test_lips_on_the_fine_grid_are_linear_and_keep_the_clock():
    fine = lip_features(torch.arange(5.0)[:, None])
    assert fine[:17, 0].tolist() == pytest.approx([i / 4 for i in range(17)])
    assert len(fine) == 20 and fine[-1] == 4


def test_lips_follow_the_motion_when_the_prior_is_wrong():
    exp = teacher_motion(SYMBOLS, SECONDS)
    prior = 1.15 * SECONDS * np.random.default_rng(1).lognormal(0, 0.4, len(SECONDS))
    found = load_aligner().lips.align(exp, SYMBOLS, prior)
    assert found.sum() == pytest.approx(len(exp) / 25)
    scaled = prior * found.sum() / prior.sum()
    error, guess = (np.abs(np.cumsum(d) - np.cumsum(SECONDS))[:-1] for d in (found, scaled))
    assert np.median(error) <= 0.03 and np.median(error) < np.median(guess)


def test_lips_find_a_pause_that_the_prior_does_not_know():
    seconds = SECONDS.copy()
    seconds[5] = 1.0
    found = load_aligner().lips.align(teacher_motion(SYMBOLS, seconds), SYMBOLS, SECONDS)
    assert found[5] > 0.7


def test_audio_alignment_fills_the_clip_and_refuses_too_long_a_text():
    audio, mel = load_aligner().audio, torch.randn(90, 100)
    found = audio.align(mel, SYMBOLS)
    assert found.sum() == pytest.approx(90 * 256 / 24000) and (found > 0).all()
    with pytest.raises(JamFlowError, match="Shorten the text"):
        audio.align(mel[:10], SYMBOLS)


def test_boundaries_lie_where_the_class_changes():
    """A network that reads its class off the features must put boundaries within half a frame of the truth."""
    net = FrameClassifier(AlignerConfig(3, (" ", ".", "<sil>"), 93.75, dim=8))
    aligner = AudioAligner(net)
    labels = frame_labels(np.array([2, 0, 1]), np.array([0.1, 0.2, 0.15]), 42, 93.75)
    scores = torch.nn.functional.one_hot(labels, 3).numpy() * 9.0
    spans = segment(scores[:, [2, 0, 1]], np.zeros((3, 2)))
    assert np.cumsum(aligner._seconds(spans))[:-1] == pytest.approx([0.1, 0.3], abs=0.0054)


def test_file_round_trip_and_foreign_files(tmp_path):
    nets = [FrameClassifier(AlignerConfig(inputs, (" ", ".", "<sil>", "a"), 100, dim=8)).eval() for inputs in (100, 18)]
    save_aligner(tmp_path / "a.safetensors", *nets)
    back = load_aligner(tmp_path / "a.safetensors")
    assert isinstance(back.lips, LipAligner) and back.audio.net.config == nets[0].config
    x = torch.randn(1, 20, 100)
    assert torch.allclose(back.audio.net(x), nets[0](x), atol=0.02)
    with pytest.raises(JamFlowError, match="No file.*aligners"):
        load_aligner(tmp_path / "none.safetensors")
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(1)}, str(tmp_path / "b.safetensors"))
    with pytest.raises(JamFlowError, match="no sound file of aligners"):
        load_aligner(tmp_path / "b.safetensors")


def test_mouth_of_round_trip_matches_the_aligner_input():
    mouth = torch.randn(4, 18)
    assert torch.equal(mouth_of(exp_of(mouth)), mouth)


def test_the_stretch_that_is_not_heard_holds_the_symbols_that_the_rest_does_not(monkeypatch):
    """Frames say a (1 s), b (1 s), c (1 s); b is hidden, and the new text has five symbols in its place."""
    net = FrameClassifier(AlignerConfig(3, (" ", ".", "<sil>", "a", "b", "c"), 93.75, dim=8))
    net.log_seconds[:] = torch.tensor([-2.5, 0.3])
    aligner = AudioAligner(net)
    labels = frame_labels(np.array([3, 4, 5]), np.ones(3), 281, 93.75)
    scores = torch.nn.functional.one_hot(labels, 6).float().numpy() * 9.0 - 9.0
    monkeypatch.setattr(aligner, "frame_scores", lambda features: scores)
    found = aligner.align(torch.zeros(281, 100), [*"a", "x", *" x", "x", "x", "c"], unknown=(Span(1.0, 2.0),))
    ends = np.cumsum(found)
    assert ends[0] == pytest.approx(1.0, abs=0.02) and ends[-2] == pytest.approx(2.0, abs=0.02)
    assert found[1:-1] == pytest.approx(np.full(5, 0.2), abs=0.01)


def test_training_learns_and_survives_a_channel_that_never_moves():
    torch.manual_seed(0)
    labels = torch.randint(3, (60,)).repeat_interleave(20)
    features = torch.cat([torch.nn.functional.one_hot(labels, 3) + 0.1 * torch.randn(1200, 3), torch.zeros(1200, 1)], 1)
    net = FrameClassifier(AlignerConfig(4, (" ", ".", "<sil>"), 100, dim=16))
    data = Frames(features, labels)
    learn_scale(net, data)
    fit(net, data, distort_lips, 40, seed=0, report=lambda line: None)
    with torch.no_grad():
        assert (net(features[None]).argmax(-1)[0] == labels).float().mean() > 0.9


def test_segment_reads_the_columns_of_the_symbols():
    rng = np.random.default_rng(3)
    scores, columns = rng.normal(size=(30, 5)), np.array([4, 0, 0, 2])
    lengths = rng.normal(size=(4, 3))
    assert segment(scores, lengths, columns=columns).tolist() == segment(scores[:, columns], lengths).tolist()
