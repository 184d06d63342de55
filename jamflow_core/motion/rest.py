"""The paper's e_rest: all keypoints of the face but the mouth's, which colour the voice; here what a smile does to
them.
"""

import numpy as np

from ..config import REST_CHANNELS
from .space import KEYPOINTS, MOUTH

OTHERS = tuple(point for point in range(KEYPOINTS) if point not in MOUTH)
# The model's unit: about a full smile's shift of the cheeks.
REST_UNIT = 0.0035
# Keypoints of cheeks and lower lids, which a smile lifts, and how far. Source: LivePortrait, its smile slider at 1.
SMILE_POINTS = (3, 7, 13, 16)
_LIFT = (-0.0035, -0.0035, -0.00275, -0.00275)


def rest_of(exp):
    """Expression [..., 21, 3] (numpy or torch) -> what the model is told of it beside the mouth, [..., 45]."""
    return exp[..., list(OTHERS), :].reshape(*exp.shape[:-2], REST_CHANNELS) / REST_UNIT


def smiling(amount) -> np.ndarray:
    """The rest of a face for smiles [m] of -1..1, float32 [m, 45]."""
    exp = np.zeros((len(amount), KEYPOINTS, 3), np.float32)
    exp[:, list(SMILE_POINTS), 1] = np.asarray(amount, np.float32)[:, None] * np.array(_LIFT, np.float32)
    return rest_of(exp)
