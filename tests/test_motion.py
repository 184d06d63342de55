"""Keypoint space, basis, files, smoothing and measures of motion."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from jamflow_core.errors import JamFlowError
from jamflow_core.motion.basis import JAW, PRESS, SHIFT, exp_to_state, state_to_exp
from jamflow_core.motion.files import Motion, load_motion, save_motion
from jamflow_core.motion.measure import agreement, closures, lip_onsets
from jamflow_core.motion.smooth import smooth
from jamflow_core.motion.space import MOUTH, exp_of, mouth_of


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def random_states(rng, frames=200):
    state = rng.uniform(0, 1, (frames, 5)).astype(np.float32)
    state[:, SHIFT] -= 0.5
    state[rng.random(frames) < 0.5, JAW] = 0
    state[state[:, JAW] > 0, PRESS] = 0
    return state


def test_mouth_and_back(rng):
    exp = np.zeros((3, 4, 21, 3), np.float32)
    exp[..., MOUTH, :] = rng.standard_normal((3, 4, 6, 3))
    assert mouth_of(exp).shape == (3, 4, 18)
    np.testing.assert_array_equal(exp_of(mouth_of(exp)), exp)
    as_torch = torch.from_numpy(exp)
    assert torch.equal(exp_of(mouth_of(as_torch)), as_torch)


def test_basis_is_undone_exactly(rng):
    state = random_states(rng)
    np.testing.assert_allclose(exp_to_state(state_to_exp(state)), state, atol=2e-4)


def test_basis_keeps_leading_shape():
    assert state_to_exp(np.zeros((2, 3, 5))).shape == (2, 3, 21, 3)
    assert exp_to_state(np.zeros((2, 3, 21, 3))).shape == (2, 3, 5)


def test_jaw_lowers_the_lower_lip():
    exp = state_to_exp([1, 0, 0, 0, 0])
    assert exp[19, 1] == pytest.approx(0.07846)  # y grows downwards
    assert exp[20, 1] < 0  # the upper lip rises


def test_inversion_is_the_non_negative_least_squares_optimum(rng):
    from scipy import optimize

    exp = np.zeros((100, 21, 3))
    exp[:, [14, 17, 19, 20]] = 0.02 * rng.standard_normal((100, 4, 3))
    state = exp_to_state(exp)
    assert (state[:, :SHIFT] >= 0).all()
    assert not ((state[:, JAW] > 0) & (state[:, PRESS] > 0)).any()

    live = ((14, 1), (17, 1), (17, 2), (19, 1), (19, 2), (20, 1), (20, 2))
    weight = np.array([1, 1, 1, 1, 0.7, 1.5, 1.5])
    rows = state_to_exp(np.eye(5)[:4])
    basis = np.stack([rows[:, k, a] for k, a in live], 1) * weight
    for given, found in zip(exp, state):
        target = np.array([given[k, a] for k, a in live]) * weight
        best = min(optimize.nnls(basis[chosen].T, target)[1] for chosen in ([0, 1, 2], [1, 2, 3]))
        assert np.linalg.norm(target - found[:4] @ basis) == pytest.approx(best, abs=1e-6)


def test_motion_file_round_trip(tmp_path, rng):
    exp = rng.standard_normal((9, 21, 3)).astype(np.float32)
    save_motion(tmp_path / "a.safetensors", exp, 30000 / 1001)
    motion = load_motion(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(motion.exp, exp)
    assert motion.fps == 30000 / 1001
    assert os.listdir(tmp_path) == ["a.safetensors"]


def wrong_files(folder: Path):
    good = np.zeros((4, 21, 3), np.float32)
    nan = good.copy()
    nan[1, 2, 0] = np.nan
    for name, tensors, metadata in (
        ("no tensor `exp`", {"motion": good}, {"fps": "25"}),
        ("must be [frames, 21, 3]", {"exp": np.zeros((4, 63), np.float32)}, {"fps": "25"}),
        ("must be float32", {"exp": good.astype(np.int32)}, {"fps": "25"}),
        ("not finite", {"exp": nan}, {"fps": "25"}),
        ("not a number", {"exp": good}, None),
        ("not a number", {"exp": good}, {"fps": "fast"}),
        ("not between", {"exp": good}, {"fps": "0"}),
        ("not between", {"exp": good}, {"fps": "nan"}),
    ):
        path = folder / "wrong.safetensors"
        save_file(tensors, path, metadata=metadata)
        yield name, path
    path.write_text("hello, this is text")
    yield "cannot be read", path
    yield "No motion file", folder / "missing.safetensors"
    yield "No motion file", folder


def test_wrong_motion_files_are_named(tmp_path):
    for words, path in wrong_files(tmp_path):
        with pytest.raises(JamFlowError) as caught:
            load_motion(path)
        assert words in str(caught.value) and "\n" not in str(caught.value)


def test_failed_save_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.safetensors"
    save_motion(path, np.zeros((2, 21, 3)), 25)
    with pytest.raises(JamFlowError, match="not finite"):
        save_motion(path, np.full((2, 21, 3), np.inf), 25)
    assert len(load_motion(path).exp) == 2
    with pytest.raises(JamFlowError, match="Cannot write"):
        save_motion(path / "a.safetensors", np.zeros((2, 21, 3)), 25)
    assert os.listdir(tmp_path) == ["a.safetensors"]


@pytest.mark.parametrize("source, target", [(30, 25), (24, 25), (25, 60), (29.97, 25)])
def test_resampling_keeps_time(source, target):
    time = np.arange(round(2 * source)) / source
    exp = np.zeros((len(time), 21, 3), np.float32)
    exp[:, 19, 1] = time
    motion = Motion(exp, source).at(target)
    assert abs(motion.seconds - len(time) / source) <= 0.5 / target
    moments = np.arange(len(motion.exp)) / target
    np.testing.assert_allclose(motion.exp[:, 19, 1], np.minimum(moments, time[-1]), atol=1e-5)


def test_resampling_a_single_frame_holds_it():
    motion = Motion(np.ones((1, 21, 3), np.float32), 1).at(25)
    assert motion.exp.shape == (25, 21, 3) and (motion.exp == 1).all()


def test_smoothing_is_the_posterior_mean(rng):
    """The smoother must equal the closed-form Gaussian posterior of a random walk."""
    process, noise, frames = 1e-2, 3e-2, 12
    measured = rng.standard_normal((frames, 2, 3))
    precision = np.eye(frames) / noise
    precision[0, 0] += 1.0  # the start's variance is 1, its mean the first measurement
    for i in range(frames - 1):
        precision[i : i + 2, i : i + 2] += np.array([[1, -1], [-1, 1]]) / process
    pull = measured.reshape(frames, -1) / noise
    pull[0] += measured[0].ravel()
    expected = np.linalg.solve(precision, pull).reshape(measured.shape)
    np.testing.assert_allclose(smooth(measured, process, noise), expected, atol=1e-9)


def test_smoothing_removes_noise_and_keeps_type(rng):
    clean = np.sin(np.arange(100) / 10).astype(np.float32)[:, None]
    noisy = clean + 0.1 * rng.standard_normal(clean.shape).astype(np.float32)
    result = smooth(noisy, process=1e-2, noise=1e-2)
    assert result.dtype == np.float32
    assert np.abs(result - clean).mean() < 0.7 * np.abs(noisy - clean).mean()
    assert smooth(noisy[:0]).shape == (0, 1)


@pytest.mark.parametrize("lag", [-0.08, 0.0, 0.05])
def test_agreement_finds_the_lag(rng, lag):
    time = np.arange(200) / 25
    waves = [(rng.uniform(0.5, 3), rng.uniform(0, 6)) for _ in range(6)]
    track = lambda t: sum(np.sin(2 * np.pi * f * t + p) for f, p in waves)
    found = agreement(track(time), 0.5 * track(time - lag))
    assert found.lag_ms == pytest.approx(1000 * lag, abs=6)
    assert found.best > 0.98
    assert found.correlation <= found.best


def test_agreement_of_a_still_face_is_not_a_number():
    assert np.isnan(agreement(np.sin(np.arange(50.0)), np.zeros(50)).correlation)


def test_closures_count_only_shut_lips():
    symbols, durations = ["<sil>", "a", "p", "a", "b", "<sil>"], np.array([0.2, 0.2, 0.08, 0.2, 0.08, 0.2])
    state = np.full((24, 5), 0.5)
    assert closures(state, symbols, durations) == (0, 2)
    state[11, JAW] = 0.02  # 0.44 s: inside the p
    assert closures(state, symbols, durations) == (1, 2)
    state[16, JAW] = 0.0  # 0.64 s: one frame before the b
    assert closures(state, symbols, durations) == (2, 2)
    assert closures(state[:14], symbols, durations) == (1, 1)


def test_lip_onsets_lie_between_frames():
    state = np.zeros((20, 5))
    state[5:10, JAW] = 0.12
    state[15:, JAW] = 0.6
    np.testing.assert_allclose(lip_onsets(state), [(4 + 0.5) / 25, (14 + 0.1) / 25])
