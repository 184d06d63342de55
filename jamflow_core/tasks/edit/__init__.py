"""Say some words of a recording anew, or move its lips anew: some spans are painted, everything else stays as it is.

plan.py     which words, which lips, and how long they take
paint.py    the model paints them, window by window
splice.py   the new sound goes into the old
"""

from torch import Tensor

from ...clock import GRID, Span
from ...models import Models
from ...text.timed import TimedText
from ..clip import Clip
from ..front_ends import front_end
from ..run import AS_USUAL, Run
from .paint import paint, rearranged
from .plan import Patch, Plan, Request, as_heard, plan_edit, plan_lips, spans_of
from .splice import Original, splice

__all__ = ["Original", "Patch", "Plan", "Request", "as_heard", "edit", "move_lips", "paint", "plan_edit", "plan_lips"]
__all__ += ["rearranged", "spans_of", "splice"]


def edit(
    models: Models,
    wave: Tensor,
    asked: Request,
    motion: Tensor | None = None,
    *,
    run: Run = AS_USUAL,
    original: Original | None = None,
) -> Clip:
    """A recording [samples] (24 kHz mono) and its whole new text -> the recording with the changed words said anew.

    motion [m, 21, 3] at 25 fps is edited along. Outside the painted frames mel, motion and wave are bit-identical;
    inside, 20 ms at either end are a blend of old and new sound. original: the recording as it is stored, at its own
    rate and in its channels; then the clip's wave is like it, [channels, samples], and `wave` is what the model hears
    of it.
    """
    front_end(models).require_times("edit")
    if motion is None:
        asked = Request(asked.text, asked.spans, asked.was)
    plan = plan_edit(models, as_heard(wave)[0], asked, 1 if motion is None else GRID)
    return paint(models, wave, plan, motion, run=run, original=original)


def move_lips(
    models: Models,
    wave: Tensor,
    motion: Tensor,
    face: tuple[Span, ...],
    text: TimedText | None = None,
    *,
    run: Run = AS_USUAL,
) -> Clip:
    """A recording [samples] and its motion [m, 21, 3] -> the same with the lips made anew in the spans `face`; nothing
    else moves.

    text: what the recording says, timed; it helps where the recording is unclear.
    """
    return paint(models, wave, plan_lips(as_heard(wave)[0], face, text), motion, run=run)
