"""Does a text fit a clip's lips? What it takes at the voice's own pace, against how long the lips move."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from ..clock import MOTION_FPS
from ..models import Models
from ..motion.basis import exp_to_state
from ..text.parse import parse
from ..text.timed import TimedText
from .durations import predict_durations
from .voice import Voice

# Of the voice's own pace. Natural clips of a voice lie in 0.74 to 1.07, those of other speakers in 0.55 to 1.35, 95 %
# of them in 0.60 to 1.24 (benchmarks/fit.py): outside of the first two speech is hurried or dragging; beyond the last
# nobody can follow it.
SLOW, FAST, LOST = 0.6, 1.35, 2.0
MOVING = 0.06  # a state of the mouth (motion/basis.py) that is not rest


@dataclass(frozen=True)
class Fit:
    """needed: seconds from the first to the last sound at the voice's own pace; room: seconds for which the lips
    move."""

    needed: float
    room: float
    words: int

    @property
    def pace(self) -> float:
        """How many times faster than by itself the voice has to speak."""
        return self.needed / max(self.room, 0.04)

    @property
    def lost(self) -> bool:
        return self.pace > LOST

    def advice(self) -> str | None:
        """By how much the text is too long or too short, and what to do; None if it fits."""
        if self.room == 0:
            return "re-lip the clip, or choose another: its lips do not move"
        lengths = f"the text takes {self.needed:.1f} s at this voice's pace, the lips move for {self.room:.1f} s"
        if self.pace > FAST:
            spare = max(1, round(self.words * (1 - self.room * FAST / self.needed)))
            return (
                f"shorten the text by about {spare} word{'s' * (spare > 1)}, or re-lip the clip: {lengths}, "
                f"{self.needed - self.room:.1f} s too little"
            )
        if self.pace < SLOW:
            return f"lengthen the text, or re-lip the clip: {lengths}, {self.room - self.needed:.1f} s too long"
        return None


def fit_of(models: Models, text: str | TimedText, motion: Tensor, voice: Voice) -> Fit:
    """How a text fits lips [m, 21, 3] at 25 fps."""
    timed = parse(text, voice.language) if isinstance(text, str) else text
    if not timed.timed:
        timed = predict_durations(models, timed, voice)
    starts = timed.starts()
    # The silence of a full stop at the end needs no lips.
    first, last = (timed.words[0].first, timed.words[-1].last) if timed.words else (1, len(timed) - 1)
    return Fit(float(starts[last] - starts[first]), lip_seconds(motion), len(timed.words))


def lip_seconds(motion: Tensor) -> float:
    """From the first to the last movement of the lips, seconds; 0 where they rest throughout."""
    moving = np.flatnonzero(np.abs(exp_to_state(np.asarray(motion))).max(1) > MOVING)
    return 0.0 if not len(moving) else float(moving[-1] + 1 - moving[0]) / MOTION_FPS
