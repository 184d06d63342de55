"""Say some words of a recording anew, or move its lips anew: some spans are painted, everything else stays as it is.

Which words: those in given spans of time, or, with the transcript of the recording, those that the new text changes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..align.changes import Change, Comparison, compare, repaint
from ..audio.loudness import normalise
from ..audio.mel import log_mel
from ..clock import HOP, MEL_RATE, MOTION_FPS, SAMPLE_RATE, Span, joined
from ..errors import JamFlowError
from ..flow.conditions import Segment, normalised, restored, text_features
from ..flow.sampler import Canvas, Settings, sample
from ..models import Models
from ..motion.space import MOUTH, exp_of, mouth_of
from ..text.parse import parse
from ..text.timed import TimedText
from .pauses import hushed
from .speak import CELL, DEFAULTS, OVERLAP, WINDOW, Clip, Progress, portion, require_phonemes
from .voices import GRID

_RATE = float(MEL_RATE)
# Samples inside a painted span over which old and new sound are blended at either end; where new sound meets a pause of
# the
# recording it dies away over LONG ones.
FADE, LONG = 480, 1920
PAUSE = 0.1  # of the new sound's level: what is below it is a pause
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
# Seconds by which a motion may be shorter or longer than its recording.
APART = 0.5


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


def plan_edit(
    models: Models,
    mel: Tensor,
    text: str | TimedText,
    spans: tuple[Span, ...] = (),
    was: str | TimedText | None = None,
    cell: int = GRID,
    face: tuple[Span, ...] | None = None,
) -> Plan:
    """Find what of the new text is to be said anew, and how long it takes at the recording's pace.

    mel: log mel [frames, 100] of the recording. was: what it says (with durations, if they are known); then the words
    that differ are said anew, and what the spans cover besides. Without it the spans say all: the words around them are
    aligned with the recording, what lies in them is ignored. Lengths change by whole cells of `cell` mel frames; GRID
    (0.16 s) lets a face keep its own clock.
    face: spans in which the lips move anew (None: wherever words are said anew). Words said anew outside of them follow
    the lips that are there, in the time that they have.
    """
    timed = parse(text) if isinstance(text, str) else text
    _check_inside(len(mel), spans + (face or ()))
    if was is None:
        heard, changes = _by_span(models, mel, timed, spans)
        padded = False
    else:
        heard, changes = _by_transcript(models, mel, timed, spans, was)
        padded = True
    edges = [_edges(mel, change) if padded else _frames_of(change, len(mel)) for change in changes]
    plan = _laid_out(models, len(mel), timed, heard, changes, edges, cell, face)
    return replace(plan, lips=_lips_alone(plan, face or ()))


def plan_lips(mel: Tensor, face: tuple[Span, ...], text: TimedText | None = None) -> Plan:
    """Only the lips move anew, in the spans `face`. text: what the recording (log mel [frames, 100]) says, timed, if it
    is known.
    """
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
    old = transcript(models, mel, was)
    heard = compare(old, timed)
    for change in heard.changes:
        reach = FARTHEST / _RATE
        if spans and not any(span.start - reach <= change.end and change.start <= span.end + reach for span in spans):
            raise JamFlowError(
                f"Mask {change.start:.2f}:{change.end:.2f} s as well, or leave its words as they were: the text changes there."
            )
    changes = repaint(heard, spans, FARTHEST / _RATE)
    if not changes:
        raise JamFlowError("Change a word of the text: it says what the recording says.")
    return heard, changes


def transcript(models: Models, mel: Tensor, said: str | TimedText) -> TimedText:
    """What a recording (log mel [frames, 100]) says, with the times of its words."""
    said = parse(said) if isinstance(said, str) else said
    return said if said.timed else replace(said, durations=models.aligners.audio.align(mel, said.symbols))


def spans_of(changes, mel: Tensor) -> tuple[Span, ...]:
    """The spans of time that changes paint in a recording (log mel [frames, 100])."""
    return tuple(Span(start / _RATE, end / _RATE) for start, end in (_edges(mel, change) for change in changes))


def _edges(mel: Tensor, change: Change) -> tuple[int, int]:
    """The mel frames [start, end) that are painted for a change: out to where the recording's level is most even, so
    that
    a join falls neither on the burst of a consonant nor on the onset of a vowel."""
    level = mel.double().exp().sum(1).log().numpy()
    # [frames + 1], at boundaries
    jump = np.abs(np.diff(np.maximum(level, level.max() - 10), prepend=level[:1], append=level[-1:]))
    start, end = round(change.start * _RATE), round(change.end * _RATE)

    def best(edge: int, way: int) -> int:
        places = [edge + way * far for far in range(PAD, FARTHEST + 1)]
        if min(places) <= EVEN or max(places) >= len(mel) - EVEN:
            return int(np.clip(places[0], 0, len(mel)))
        return min(places, key=lambda place: jump[place - EVEN : place + EVEN + 1].max())

    return best(start, -1), best(end, 1)


def _frames_of(change: Change, frames: int) -> tuple[int, int]:
    return max(0, round(change.start * _RATE)), min(frames, round(change.end * _RATE))


def _laid_out(models, frames: int, timed: TimedText, heard: Comparison, changes, edges, cell: int, face) -> Plan:
    """Durations for what is said anew, and the frames that it takes; `edges`: what is painted for each change, mel
    frames.
    """
    durations = heard.ends - heard.begins
    kept = ~np.isnan(durations)
    for change in changes:
        kept[change.first : change.last] = False
    durations = np.where(kept, durations, 0.0)
    head = models.durations
    place = (torch.from_numpy(part).to(head.out.weight.device) for part in (timed.tokens().numpy(), durations, kept))
    said = head.predict(*place).cpu().numpy()
    if timed.fixed.any():  # a pause that the text asks for
        said[timed.fixed & ~kept] = timed.durations[timed.fixed & ~kept]
    patches, shift = [], 0
    for change, (start, end) in zip(changes, edges):
        symbols = slice(change.first, change.last)
        old, wanted = (change.end - change.start) * _RATE, said[symbols].sum() * _RATE
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
        else:
            more = 0
        durations[symbols] = said[symbols] * ((old + more) / _RATE / said[symbols].sum())
        patches.append(Patch(start, end, start + shift, end - start + more, lips))
        shift += more
    return Plan(tuple(patches), replace(timed, durations=durations), frames + shift)


def _lips_alone(plan: Plan, face: tuple[Span, ...]) -> tuple[tuple[int, int], ...]:
    """The motion frames of the result that the spans `face` (of the recording) cover outside of the patches' own
    lips.
    """

    def moved(frame: float, late: bool) -> float:
        """A mel frame of the recording on the new clock; one in a patch goes to its end (`late`) or its begin."""
        shift = 0
        for patch in plan.patches:
            if frame >= patch.end:
                shift = patch.new_end - patch.end
            elif frame > patch.start and patch.lips:
                return patch.new_end if late else patch.place
        return frame + shift

    taken = [_lips_of(patch) for patch in plan.patches if patch.lips]
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


def _lips_of(patch: Patch) -> tuple[int, int]:
    """Motion frames [first, last) of a patch on the new clock."""
    return int(np.floor(patch.place * CELL / GRID)), int(np.ceil(patch.new_end * CELL / GRID))


def edit(
    models: Models,
    wave: Tensor,
    text: str | TimedText,
    spans: Span | tuple[Span, ...] = (),
    motion: Tensor | None = None,
    *,
    was: str | TimedText | None = None,
    face: tuple[Span, ...] | None = None,
    settings: Settings = DEFAULTS["edit"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """A recording [samples] (24 kHz mono) and its whole new text -> the recording with the changed words said anew.

    spans, was and face: see `plan_edit`. motion [m, 21, 3] at 25 fps is edited along. Outside the painted frames mel,
    motion
    and wave are bit-identical; inside, 20 ms at either end are a blend of old and new sound.
    """
    require_phonemes(models, "edit")
    spans = (spans,) if isinstance(spans, Span) else tuple(spans)
    cell, face = (1, None) if motion is None else (GRID, face)
    plan = plan_edit(models, as_heard(wave)[0], text, spans, was, cell, face)
    return paint(models, wave, plan, motion, settings=settings, progress=progress, cancelled=cancelled)


def move_lips(
    models: Models,
    wave: Tensor,
    motion: Tensor,
    face: tuple[Span, ...],
    text: TimedText | None = None,
    *,
    settings: Settings = DEFAULTS["animate"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """A recording [samples] and its motion [m, 21, 3] -> the same with the lips made anew in the spans `face`; nothing
    else moves.

    text: what the recording says, timed; it helps where the recording is unclear.
    """
    plan = plan_lips(as_heard(wave)[0], face, text)
    return paint(models, wave, plan, motion, settings=settings, progress=progress, cancelled=cancelled)


def as_heard(wave: Tensor) -> tuple[Tensor, float]:
    """A recording [samples] -> its log mel [frames, 100] at the usual level, and the gain that took it there."""
    level, gain = normalise(wave)
    return log_mel(level)[: len(wave) // HOP], gain


def paint(
    models: Models,
    wave: Tensor,
    plan: Plan,
    motion: Tensor | None = None,
    *,
    settings: Settings = DEFAULTS["edit"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """Carry out a plan (made with cells of GRID, if there is a motion). Without a vocoder in `models` there is no wave.

    JamFlowError for a motion that is not as long as the recording.
    """
    flow = models.flow if plan.patches else models.lips.flow
    config = flow.config
    motion = None if motion is None else _as_long(motion, len(wave) / SAMPLE_RATE)
    mel, gain = as_heard(wave)
    new = rearranged(mel, plan)
    features = (
        None if plan.text is None or config.use_characters else text_features(flow, [Segment(plan.frames, plan.text)])
    )
    if features is None:
        features = torch.zeros(plan.frames, config.text.dim)
    face = None if motion is None else _Face(plan, motion)
    sounds = []
    groups = _windows(plan, face is not None)
    for index, (places, low, high) in enumerate(groups):
        inside = torch.arange(low, high)
        patches = [place.patch for place in places if place.patch]
        anew = torch.zeros(high - low, dtype=torch.bool)
        for patch in patches:
            anew |= (inside >= patch.place) & (inside < patch.new_end)
        text_here = features[low:high]
        audio = Canvas(normalised(new[low:high], config.mel), anew, text_here, torch.zeros_like(text_here))
        to_come = [place for group, _, _ in groups[index:] for place in group]
        seen = None if face is None else face.canvas(config, to_come, low, high)
        seeded = replace(settings, seed=settings.seed + index)
        painted, mouth = sample(flow, audio, seen, seeded, portion(progress, index, len(groups)), cancelled)
        new[low:high][anew] = restored(painted.float().cpu(), config.mel)[anew]
        if patches and plan.text is not None:
            new[low:high][anew] = hushed(new, plan.text)[low:high][anew]
        if face is not None:
            face.take(restored(mouth.float().cpu(), config.mouth), low, places)
        if models.vocoder is not None and patches:
            sounds.append((patches, low, models.vocoder.decode_whole(new[low:high]).float().cpu() / gain))
    sound = None if models.vocoder is None else splice(wave, _Sound(sounds), plan)
    return Clip(sound, new, None if face is None else face.exp, plan.text)


def _as_long(motion: Tensor, seconds: float) -> Tensor:
    """Motion [m, 21, 3] that lasts as long as the recording, or longer; its last face is held for what is missing."""
    if abs(len(motion) / MOTION_FPS - seconds) > APART:
        raise JamFlowError(
            f"Give the motion of this recording: it lasts {len(motion) / MOTION_FPS:.2f} s, the recording {seconds:.2f} s."
        )
    missing = max(0, math.ceil(seconds * MOTION_FPS) - len(motion))
    return torch.cat((motion, motion[-1:].expand(missing, -1, -1)))


def rearranged(mel: Tensor, plan: Plan) -> Tensor:
    """The recording's mel [frames, 100] on the new clock, with zeros where it is to be painted."""
    parts, at = [], 0
    for patch in plan.patches:
        parts += [mel[at : patch.start], mel.new_zeros(patch.frames, mel.shape[1])]
        at = patch.end
    return torch.cat([*parts, mel[at:]])


@dataclass(frozen=True)
class _Place:
    """A stretch [start, end) of the new clock, in mel frames, that is painted at once: speech (`patch`), lips (motion
    frames) or both.
    """

    start: int
    end: int
    patch: Patch | None
    lips: tuple[int, int] | None


def _places(plan: Plan, face: bool) -> list[_Place]:
    """All that a plan paints, in order; lips alone in pieces that fit into a window."""
    places = [
        _Place(patch.place, patch.new_end, patch, _lips_of(patch) if patch.lips else None) for patch in plan.patches
    ]
    piece = (WINDOW - 2 * OVERLAP) // GRID * CELL
    for first, last in plan.lips if face else ():
        for start in range(first, last, piece):
            end = min(last, start + piece)
            places.append(_Place(start * GRID // CELL, min(plan.frames, -(-end * GRID // CELL)), None, (start, end)))
    return sorted(places, key=lambda place: place.start)


def _windows(plan: Plan, face: bool) -> list[tuple[list[_Place], int, int]]:
    """Places that are painted together, and the stretch [low, high) of the new clock that the model sees then."""
    groups: list[list[_Place]] = []
    for place in _places(plan, face):
        if groups and place.end - groups[-1][0].start <= WINDOW - 8 * GRID:
            groups[-1].append(place)
        else:
            groups.append([place])
    windows = []
    for index, group in enumerate(groups):
        first, last = group[0].start, max(place.end for place in group)
        # What is not yet painted must not be seen.
        limit = groups[index + 1][0].start if index + 1 < len(groups) else plan.frames
        low = max(0, min(first - (WINDOW - (last - first)) // 2, plan.frames - WINDOW)) // GRID * GRID
        windows.append((group, low, max(last, min(limit, low + max(WINDOW, last - low + GRID)))))
    return windows


class _Sound:
    """New sound of several windows of the new clock: `sound[a:b]` for samples inside one patch's window."""

    def __init__(self, windows: list[tuple[list[Patch], int, Tensor]]):
        self.windows = windows

    def __getitem__(self, place: slice) -> Tensor:
        low, wave = next((low, wave) for patches, low, wave in self.windows if place.start < patches[-1].new_end * HOP)
        return wave[place.start - low * HOP : place.stop - low * HOP]


def splice(wave: Tensor, sound, plan: Plan) -> Tensor:
    """Old wave outside the patches, new sound inside; `sound[a:b]` are samples a..b of the new clip (a wave will
    do).
    """
    parts, at = [], 0
    for patch in plan.patches:
        fresh = sound[patch.place * HOP : patch.new_end * HOP].clone()
        start, end = patch.start * HOP, patch.end * HOP
        most = min(len(fresh), end - start) // 2
        if start > 0:
            fade = _fade(wave[start : start + most], fresh, most)
            fresh[:fade] = blend(wave[start : start + fade], fresh[:fade], _rise(fade))
        if end + HOP < len(wave):
            fade = _fade(wave[end - most : end].flip(0), fresh.flip(0), most)
            fresh[-fade:] = blend(wave[end - fade : end], fresh[-fade:], _rise(fade).flip(0))
        parts += [wave[at:start], fresh]
        at = end
    return torch.cat([*parts, wave[at:]])


def _fade(old: Tensor, new: Tensor, most: int) -> int:
    """Samples over which to go from old to new sound, both from the join inwards."""
    quiet = old[:LONG].square().mean().sqrt() < PAUSE * new[:FADE].square().mean().sqrt()
    return min(LONG if quiet else FADE, most)


def _rise(fade: int) -> Tensor:
    """Shares [fade] of what comes in: evenly, or by 60 dB where it comes out of a pause."""
    rise = torch.linspace(0, 1, fade)
    return rise if fade <= FADE else 10 ** (3 * rise - 3)


def blend(old: Tensor, new: Tensor, share: Tensor) -> Tensor:
    """From old to new sound [n] with `share` [n] of the new: as loud in the middle as at the ends, however alike they
    are.
    """
    power = (old.square().mean() * new.square().mean()).sqrt()
    likeness = ((old * new).mean() / power).clamp(0, 1) if power > 1e-12 else power.new_zeros(())
    size = (share.square() + (1 - share).square() + 2 * share * (1 - share) * likeness).sqrt()
    return (share * new + (1 - share) * old) / size


class _Face:
    """The motion of an edit on the new clock, `exp` [m, 21, 3]; lips that go with new speech begin as the face at
    rest.
    """

    def __init__(self, plan: Plan, motion: Tensor):
        parts, at, done, shift = [], 0, 0, 0
        for patch in (patch for patch in plan.patches if patch.lips):
            start, end = _lips_of(patch)
            start = max(done, start)
            shift += (patch.frames - (patch.end - patch.start)) // GRID * CELL
            parts += [motion[at : at + start - done], motion.new_zeros(end - start, *motion.shape[1:])]
            at, done = max(0, end - shift), end
        self.exp = torch.cat([*parts, motion[at:]])

    def canvas(self, config, to_come: list[_Place], low: int, high: int) -> Canvas:
        """What is seen in mel frames [low, high); `to_come` is not painted yet."""
        first, last = low // GRID * CELL, -(-high * CELL // GRID)
        mouth = torch.zeros(last - first, config.motion.channels)
        known = mouth_of(self.exp).float()[first:last]
        mouth[: len(known)] = normalised(known, config.mouth)
        at = torch.arange(first, last)
        anew = at >= len(self.exp)
        for start, end in (place.lips for place in to_come if place.lips):
            anew |= (at >= start) & (at < end)
        return Canvas(mouth, anew)

    def take(self, mouth: Tensor, low: int, places: list[_Place]) -> None:
        """Keep what was painted in these places; `mouth` [m, 18] begins at mel frame `low`."""
        first = low // GRID * CELL
        for start, end in (place.lips for place in places if place.lips):
            end = min(end, first + len(mouth), len(self.exp))
            self.exp[start:end, list(MOUTH)] = exp_of(mouth[start - first : end - first])[:, list(MOUTH)]
