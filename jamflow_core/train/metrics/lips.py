"""How well a mouth fits speech whose phonemes and durations are known."""

import numpy as np

from ...motion.basis import exp_to_state
from ...motion.measure import closures, jaw_agreement, width_agreement
from ..visemes import teacher_state


def lip_figures(exp, symbols, durations: np.ndarray) -> dict[str, float]:
    """Motion [frames, 21, 3] at 25 fps against the teacher's mouth for the same phonemes (seconds each [n]).

    `jaw`, `width`: correlations as they stand; `lag`: milliseconds by which the jaw is late (its best shift);
    `closed` of `closures`: p, b and m that reach a closed mouth.
    """
    state = exp_to_state(np.asarray(exp))
    teacher = teacher_state(symbols, durations)
    jaw = jaw_agreement(teacher, state)
    closed, count = closures(state, symbols, durations)
    width = width_agreement(teacher, state).correlation
    return {"jaw": jaw.correlation, "width": width, "lag": jaw.lag_ms, "closed": closed, "closures": count}
