"""Speech of a given length: the words are said faster or slower, the pauses that the artist wrote stay."""

from dataclasses import replace
from math import ceil

from ..clock import GRID, MEL_RATE, MOTION_FPS, SAMPLE_RATE
from ..errors import JamFlowError
from ..models import Models
from ..text.timed import TimedText
from .clip import Clip
from .front_ends import front_end
from .voice import Voice

# How many times the voice's own pace at least and at most: beyond that nobody speaks so.
SLOWEST, FASTEST = 0.5, 2.0
_CELL = GRID / float(MEL_RATE)  # seconds


def lasting(models: Models, text: str | TimedText, voice: Voice, seconds: float) -> list[TimedText]:
    """A text in timed parts that last `seconds` together in this voice; all but the last fill whole cells of the grid.

    JamFlowError: it cannot be said in that time, or the model knows no times.
    """
    front = front_end(models)
    front.require_times("speak for a given time")
    # Where a text is cut depends on its pace.
    parts = front.plan(models, text, voice, _pace(front.plan(models, text, voice, 1.0), seconds))
    pace, left, timed = _pace(parts, seconds), seconds, []
    for part in parts[:-1]:
        length = max(1, round(_fixed(part) / _CELL + (part.seconds - _fixed(part)) / pace / _CELL)) * _CELL - 1e-6
        timed.append(_of_length(part, length))
        left -= length
    return [*timed, _of_length(parts[-1], left)]


def _fixed(part: TimedText) -> float:
    """Seconds of the pauses that are given."""
    return float(part.durations[part.fixed].sum())


def _of_length(part: TimedText, seconds: float) -> TimedText:
    fixed = _fixed(part)
    return part.with_durations(part.durations * (max(0.05, seconds - fixed) / (part.seconds - fixed)))


def _pace(parts: list[TimedText], seconds: float) -> float:
    """How many times faster than planned the words of parts must be to last `seconds`."""
    fixed = sum(map(_fixed, parts))
    moving = sum(part.seconds for part in parts) - fixed
    least, most = fixed + moving / FASTEST, fixed + moving / SLOWEST
    if not least <= seconds <= most:
        raise JamFlowError(
            f"Choose between {least:.1f} and {most:.1f} seconds for this text: in this voice it takes about "
            f"{fixed + moving:.1f} s."
        )
    return moving / (seconds - fixed)


def cut_to(clip: Clip, seconds: float) -> Clip:
    """A clip without the silence that fills its last grid cell: as long as that to the sample."""
    wave = None if clip.wave is None else clip.wave[: round(seconds * SAMPLE_RATE)]
    return replace(clip, wave=wave, motion=None if clip.motion is None else clip.motion[: ceil(seconds * MOTION_FPS)])
