"""What an edit paints: which words of a recording are said anew, which lips move anew, and how long it takes.

Which words: those in given spans of time, or, with the transcript of the recording, those that the new text changes.
"""

from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from ...align.changes import Change, Comparison, compare, repaint
from ...audio.loudness import normalise
from ...audio.mel import log_mel
from ...clock import CELL, GRID, HOP, MEL_RATE, Span, joined
from ...errors import JamFlowError
from ...models import Models
from ...text.parse import parse
from ...text.timed import TimedText
from ..align import align_mel
from ..durations import fill_durations

_RATE = float(MEL_RATE)
# Mel frames that are painted on either side of words that change, so that their neighbours lead into them: at least,
# and at most.
PAD, FARTHEST = 3, 8
# Mel frames around a join in which the recording's level should be even.
EVEN = 3
# New words may be said this much faster than predicted, if that saves a whole grid cell.
HURRY = 0.9
# New words may take this many times the time of lips that are kept.
LOST = 2.0
# What is left of a stretch that loses its words, in mel frames at least.
SHORTEST = 2 * PAD


@dataclass(frozen=True)
class Request:
    """What is asked for. text: the whole new text of the recording. was: what it says now (with durations, if they are
    known); then the words that differ are said anew, and what the spans cover besides. Without it the spans say all:
    the words around them are aligned with the recording, what lies in them is ignored. face: spans in which the lips
    move anew (None: wherever words are said anew); words said anew outside of them follow the lips that are there, in
    the time that they have.
    """

    text: str | TimedText
    spans: tuple[Span, ...] = ()
    was: str | TimedText | None = None
    face: tuple[Span, ...] | None = None


@dataclass(frozen=True)
class Patch:
    """Mel frames [start, end) of the recording, in whose place `frames` new ones are painted from `place` on.

    lips: do the lips move anew as well? Otherwise they are kept, the speech follows them, and its length stays.
    """

    start: int
    end: int
    place: int
    frames: int
    lips: bool = True

    @property
    def new_end(self) -> int:
        return self.place + self.frames


@dataclass(frozen=True)
class Plan:
    """An edit on the clock: `patches` in order; `text` (if it is known) times the result, `frames` mel frames long.

    lips: motion frames [first, last) of the result where only the lips move anew, in order, none in a patch.
    """

    patches: tuple[Patch, ...]
    text: TimedText | None
    frames: int
    lips: tuple[tuple[int, int], ...] = ()


def plan_edit(models: Models, mel: Tensor, asked: Request, cell: int = GRID) -> Plan:
    """Find what of the new text is to be said anew, and how long it takes at the recording's pace.

    mel: log mel [frames, 100] of the recording. Lengths change by whole cells of `cell` mel frames; GRID (0.16 s) lets
    a face keep its own clock.
    """
    timed = parse(asked.text) if isinstance(asked.text, str) else asked.text
    _check_inside(len(mel), asked.spans + (asked.face or ()))
    if asked.was is None:
        heard, changes = _by_span(models, mel, timed, asked.spans)
        edges = [_frames_of(change, len(mel)) for change in changes]
    else:
        heard, changes = _by_transcript(models, mel, timed, asked.spans, asked.was)
        edges = [_edges(mel, change) for change in changes]
    said, durations = _durations(models, timed, heard, changes)
    patches = []
    for change, edge in zip(changes, edges):
        symbols = slice(change.first, change.last)
        patch, seconds = _patch(change, edge, said[symbols].sum(), asked.face, cell)
        shift = sum(before.frames - (before.end - before.start) for before in patches)
        patches.append(replace(patch, place=patch.start + shift))
        durations[symbols] = said[symbols] * (seconds / said[symbols].sum())
    frames = len(mel) + sum(patch.frames - (patch.end - patch.start) for patch in patches)
    plan = Plan(tuple(patches), replace(timed, durations=durations), frames)
    return replace(plan, lips=_lips_alone(plan, asked.face or ()))


def plan_lips(mel: Tensor, face: tuple[Span, ...], text: TimedText | None = None) -> Plan:
    """Only the lips move anew, in the spans `face`. text: what the recording (log mel [frames, 100]) says, timed, if it
    is known."""
    _check_inside(len(mel), face)
    plan = Plan((), text, len(mel))
    return replace(plan, lips=_lips_alone(plan, face))


def _check_inside(frames: int, spans: tuple[Span, ...]) -> None:
    length = frames / _RATE
    for span in spans:
        if span.end > length + 0.01:
            raise JamFlowError(
                f"Give spans inside the clip: {span.start:.2f}:{span.end:.2f} is not, it ends at {length:.2f} s."
            )


def _by_span(models: Models, mel: Tensor, timed: TimedText, spans) -> tuple[Comparison, tuple[Change, ...]]:
    """The text laid on the recording around the spans, whose old sound is not listened to."""
    if not spans:
        raise JamFlowError("Give a span to say anew, or the old transcript of the recording.")
    spans = joined(spans)
    ends = np.cumsum(models.aligners.audio.align(mel, timed.symbols, unknown=spans))
    heard = Comparison(np.append(0.0, ends[:-1]), ends, ())
    for span in spans:
        if not repaint(heard, (span,)):
            raise JamFlowError(
                f"Span {span.start:.2f}:{span.end:.2f} holds none of the new text's sounds: widen the span."
            )
    return heard, repaint(heard, spans)


def _by_transcript(models: Models, mel: Tensor, timed: TimedText, spans, was) -> tuple[Comparison, tuple[Change, ...]]:
    """The text compared with what the recording says."""
    old = align_mel(models, mel, was)
    heard = compare(old, timed)
    for change in heard.changes:
        reach = FARTHEST / _RATE
        if spans and not any(span.start - reach <= change.end and change.start <= span.end + reach for span in spans):
            raise JamFlowError(
                f"Mask {change.start:.2f}:{change.end:.2f} s as well, or leave its words as they were: "
                "the text changes there."
            )
    changes = repaint(heard, spans, FARTHEST / _RATE)
    if not changes:
        raise JamFlowError("Change a word of the text: it says what the recording says.")
    return heard, changes


def spans_of(changes, mel: Tensor) -> tuple[Span, ...]:
    """The spans of time that changes paint in a recording (log mel [frames, 100])."""
    return tuple(Span(start / _RATE, end / _RATE) for start, end in (_edges(mel, change) for change in changes))


def _edges(mel: Tensor, change: Change) -> tuple[int, int]:
    """The mel frames [start, end) that are painted for a change: out to where the recording's level is most even, so
    that a join falls neither on the burst of a consonant nor on the onset of a vowel."""
    level = mel.double().exp().sum(1).log().numpy()
    jump = np.abs(
        np.diff(np.maximum(level, level.max() - 10), prepend=level[:1], append=level[-1:])
    )  # [frames + 1], at boundaries
    start, end = round(change.start * _RATE), round(change.end * _RATE)

    def best(edge: int, way: int) -> int:
        places = [edge + way * far for far in range(PAD, FARTHEST + 1)]
        if min(places) <= EVEN or max(places) >= len(mel) - EVEN:
            return int(np.clip(places[0], 0, len(mel)))
        return min(places, key=lambda place: jump[place - EVEN : place + EVEN + 1].max())

    return best(start, -1), best(end, 1)


def _frames_of(change: Change, frames: int) -> tuple[int, int]:
    return max(0, round(change.start * _RATE)), min(frames, round(change.end * _RATE))


def _durations(models: Models, timed: TimedText, heard: Comparison, changes) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of every symbol [n]: as predicted beside what is heard, and as heard (0 where it is said anew)."""
    durations = heard.ends - heard.begins
    kept = ~np.isnan(durations)
    for change in changes:
        kept[change.first : change.last] = False
    durations = np.where(kept, durations, 0.0)
    said = fill_durations(models, timed.tokens().numpy(), durations, kept)
    if timed.fixed.any():  # a pause that the text asks for
        said[timed.fixed & ~kept] = timed.durations[timed.fixed & ~kept]
    return said, durations


def _patch(change: Change, edge: tuple[int, int], seconds: float, face, cell: int) -> tuple[Patch, float]:
    """A patch over the mel frames `edge` for words that would take `seconds`, at its old place; and the seconds that
    they get."""
    (start, end), old, wanted, more = edge, (change.end - change.start) * _RATE, seconds * _RATE, 0
    lips = face is None or any(span.start * _RATE < end and start < span.end * _RATE for span in face)
    if lips:
        more = int(np.ceil((HURRY * wanted - old) / cell)) * cell
        while end - start + more < SHORTEST or old + more < 1:
            more += cell
    elif wanted > LOST * old:
        raise JamFlowError(
            f"Mask the lips as well at {change.start:.2f}:{change.end:.2f} s, or say less there: the new words take "
            f"{wanted / _RATE:.2f} s, the lips that are kept {old / _RATE:.2f} s."
        )
    return Patch(start, end, start, end - start + more, lips), (old + more) / _RATE


def _lips_alone(plan: Plan, face: tuple[Span, ...]) -> tuple[tuple[int, int], ...]:
    """The motion frames of the result that the spans `face` (of the recording) cover outside of the patches' own
    lips."""

    def moved(frame: float, late: bool) -> float:
        """A mel frame of the recording on the new clock; one in a patch goes to its end (`late`) or its begin."""
        shift = 0
        for patch in plan.patches:
            if frame >= patch.end:
                shift = patch.new_end - patch.end
            elif frame > patch.start and patch.lips:
                return patch.new_end if late else patch.place
        return frame + shift

    taken = [lips_of_patch(patch) for patch in plan.patches if patch.lips]
    free = []
    for span in joined(face):
        first, last = (
            moved(edge * _RATE, late) * CELL / GRID for edge, late in ((span.start, False), (span.end, True))
        )
        first, last = int(np.floor(first + 0.01)), int(np.ceil(min(last, plan.frames * CELL / GRID) - 0.01))
        for low, high in taken:
            if low < last and first < high:
                free.append((first, low))
                first = high
        free.append((first, last))
    # What is left of a span beside a patch by rounding is not worth painting.
    return tuple((first, last) for first, last in free if last - first > 1)


def lips_of_patch(patch: Patch) -> tuple[int, int]:
    """Motion frames [first, last) of a patch on the new clock."""
    return int(np.floor(patch.place * CELL / GRID)), int(np.ceil(patch.new_end * CELL / GRID))


def as_heard(wave: Tensor) -> tuple[Tensor, float]:
    """A recording [samples] -> its log mel [frames, 100] at the usual level, and the gain that took it there."""
    level, gain = normalise(wave)
    return log_mel(level)[: len(wave) // HOP], gain
