"""Mouth states and the linear basis that carries them to LivePortrait's keypoints.

A state is five numbers: `jaw` (opening between the lips; 1 = 0.6 of the neutral mouth's width), `wide` (1 = 30 %
wider), `pucker` (1 = 45 % narrower, lips forward), `press` (closed lips pressed together) and `shift` (sideways; 1 = a
tenth of the width). All are 0 for the closed neutral mouth and only `shift` may be negative.
"""

from itertools import combinations

import numpy as np

from .space import KEYPOINTS

STATES = ("jaw", "wide", "pucker", "press", "shift")
JAW, WIDE, PUCKER, PRESS, SHIFT = range(5)

# The eleven coordinates of the lips that move at all: (keypoint, axis).
_LIVE = ((14, 0), (14, 1), (17, 0), (17, 1), (17, 2), (19, 0), (19, 1), (19, 2), (20, 0), (20, 1), (20, 2))
_KEYPOINT, _AXIS = np.array(_LIVE).T

# exp per unit of state, in thousandths. Regression of LivePortrait's example templates (MIT) on the mouth shapes
# tracked in the videos they were made from; `press`, which those recordings barely contain, is set by hand.
_BASIS = 1e-3 * np.array(
    [
        # 14x      14y    17x     17y     17z    19x      19y     19z    20x      20y     20z
        [0.000, 11.685, 0.000, -7.864, -7.017, 0.000, 78.460, 5.672, 0.000, -16.274, 2.058],
        [0.000, -21.459, 0.000, 1.433, 4.178, 0.000, -21.558, -1.004, 0.000, -18.289, -6.208],
        [0.000, 10.811, 0.000, 0.877, -1.222, 0.000, 33.180, 6.736, 0.000, 22.780, 16.625],
        [0.000, 5.000, 0.000, 0.000, -1.000, 0.000, -16.000, -4.000, 0.000, 0.000, 2.500],
        [-0.364, 0.000, -0.807, 0.000, 0.000, 9.937, 0.000, 0.000, 8.406, 0.000, 0.000],
    ]
)
# How far a coordinate is trusted when the basis is inverted: noisy ones less, the upper lip more.
_WEIGHT = np.array([0.3, 1, 0.5, 1, 1, 0.5, 1, 0.7, 0.7, 1.5, 1.5])


def _active_sets() -> list[tuple[int, ...]]:
    """The sets of states that may be above zero together: lips cannot be pressed and apart at once."""
    free = (JAW, WIDE, PUCKER, PRESS)
    sets = [chosen for size in range(len(free) + 1) for chosen in combinations(free, size)]
    return [chosen for chosen in sets if not {JAW, PRESS} <= set(chosen)]


def state_to_exp(state) -> np.ndarray:
    """States [..., 5] -> expression deltas float32 [..., 21, 3]."""
    moved = np.asarray(state, np.float64) @ _BASIS
    exp = np.zeros((*moved.shape[:-1], KEYPOINTS, 3), np.float32)
    exp[..., _KEYPOINT, _AXIS] = moved
    return exp


def exp_to_state(exp) -> np.ndarray:
    """Expression deltas [..., 21, 3] -> states float32 [..., 5], by weighted non-negative least squares.

    With so few unknowns every active set is solved outright, for all frames at once, and the best feasible one is kept
    (Lawson & Hanson 1974, without the search). Exact for what `state_to_exp` made of a state that is not jaw and press
    at once.
    """
    exp = np.asarray(exp, np.float64)
    shape = exp.shape[:-2]
    moved = exp[..., _KEYPOINT, _AXIS].reshape(-1, len(_LIVE))
    state = np.zeros((len(moved), len(STATES)))
    sideways = _BASIS[SHIFT]
    state[:, SHIFT] = 0.45 * moved[:, 5] / sideways[5] + 0.55 * moved[:, 8] / sideways[8]

    target, basis = moved * _WEIGHT, _BASIS * _WEIGHT
    best = np.full(len(moved), np.inf)
    for chosen in map(list, _active_sets()):
        amount = target @ np.linalg.pinv(basis[chosen])
        error = np.square(target - amount @ basis[chosen]).sum(axis=1)
        better = (amount >= 0).all(axis=1) & (error < best - 1e-15)
        best[better] = error[better]
        state[better, :SHIFT] = 0
        state[np.ix_(better, chosen)] = amount[better]
    return state.reshape(*shape, len(STATES)).astype(np.float32)
