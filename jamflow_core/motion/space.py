"""LivePortrait's expression keypoints, and the mouth's part of them.

`exp` is [..., 21, 3]: the displacement of 21 implicit keypoints from the speaker's closed neutral mouth, in image axes
(x right, y down). LivePortrait's region "lip" is six of them; the model makes those and leaves the rest at zero.
Works on numpy arrays and torch tensors alike. Source: LivePortrait, arXiv 2407.03168, and its official code.
"""

import numpy as np

KEYPOINTS = 21
MOUTH = (6, 12, 14, 17, 19, 20)
MOUTH_CHANNELS = 3 * len(MOUTH)


def mouth_of(exp):
    """The mouth of an expression: [..., 21, 3] -> [..., 18]."""
    return exp[..., list(MOUTH), :].reshape(*exp.shape[:-2], MOUTH_CHANNELS)


def exp_of(mouth):
    """The expression with this mouth and all else neutral: [..., 18] -> [..., 21, 3]."""
    shape = (*mouth.shape[:-1], KEYPOINTS, 3)
    exp = mouth.new_zeros(shape) if hasattr(mouth, "new_zeros") else np.zeros(shape, mouth.dtype)
    exp[..., list(MOUTH), :] = mouth.reshape(*mouth.shape[:-1], len(MOUTH), 3)
    return exp
