"""One clock for every stream: seconds <-> frames, exactly, in one place.

Mel frames run at 24000/256 = 93.75 a second, motion frames at 25, so 15 mel frames and 4 motion frames are the
same 0.16 s. A position on the rotary clock is seconds x MEL_RATE for every stream (see model/rotary.py).
"""

from dataclasses import dataclass
from fractions import Fraction

SAMPLE_RATE = 24000
HOP = 256
MEL_RATE = Fraction(SAMPLE_RATE, HOP)
MOTION_FPS = 25
# So many mel frames (GRID) and so many motion frames (CELL) are one cell of the grid on which both clocks meet: 0.16 s.
GRID, CELL = 15, 4


def mel_frames(seconds: float) -> int:
    """Number of mel frames that a duration in seconds fills, rounded to the nearest."""
    return int(round(seconds * float(MEL_RATE)))


def motion_frames(seconds: float) -> int:
    """Number of motion frames (25 fps) that a duration in seconds fills, rounded to the nearest."""
    return int(round(seconds * MOTION_FPS))


def motion_frames_of_mel(frames: int) -> int:
    """Motion frames that cover `frames` mel frames (rounded up, so that the face never ends before the voice)."""
    return -(-frames * MOTION_FPS * HOP // SAMPLE_RATE)


@dataclass(frozen=True)
class Span:
    """A stretch of time in seconds, `start` included, `end` excluded."""

    start: float
    end: float

    def __post_init__(self):
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span runs from a start >= 0 to a later end, not {self.start}:{self.end}")

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def mel(self) -> slice:
        """The mel frames whose centre lies in the span."""
        return slice(mel_frames(self.start), mel_frames(self.end))

    def motion(self) -> slice:
        """The motion frames whose centre lies in the span."""
        return slice(motion_frames(self.start), motion_frames(self.end))


def joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Spans in order of time, overlapping or touching ones made one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
