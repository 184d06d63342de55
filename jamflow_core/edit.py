"""Say some words of a recording anew: the spans between what is kept are painted, everything else stays as it is.

Which words: those in given spans of time, or, with the transcript of the recording, those that the new text changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .audio.loudness import normalise
from .audio.mel import log_mel
from .clock import HOP, MEL_RATE, Span
from .errors import JamFlowError
from .flow.conditions import Segment, normalised, restored, text_features
from .flow.sampler import Canvas, Settings, sample
from .motion.space import exp_of, mouth_of
from .tasks import CELL, DEFAULTS, WINDOW, Clip, Progress, portion, require_phonemes
from .text.changes import Change, Comparison, compare, merge, repaint
from .text.phonemes import parse
from .text.timed import TimedText
from .voices import GRID
from .weights.bundle import Models

_RATE = float(MEL_RATE)
# Samples inside a painted span over which old and new sound are blended at either end.
FADE = 480
# Mel frames that are painted on either side of words that change, so that their neighbours lead into them.
PAD = 3
# New words may be said this much faster than predicted, if that saves a whole grid cell.
HURRY = 0.9
# What is left of a stretch that loses its words, in mel frames at least.
SHORTEST = 2 * PAD


@dataclass(frozen=True)
class Patch:
    """Mel frames [start, end) of the recording, in whose place `frames` new ones are painted from `place` on."""

    start: int
    end: int
    place: int
    frames: int

    @property
    def new_end(self) -> int:
        return self.place + self.frames


@dataclass(frozen=True)
class Plan:
    """An edit on the clock: `patches` in order; `text` times the result, `frames` mel frames long."""

    patches: tuple[Patch, ...]
    text: TimedText
    frames: int


def plan_edit(
    models: Models,
    mel: Tensor,
    text: str | TimedText,
    spans: tuple[Span, ...] = (),
    was: str | TimedText | None = None,
    cell: int = GRID,
) -> Plan:
    """Find what of the new text is to be said anew, and how long it takes at the recording's pace.

    mel: log mel [frames, 100] of the recording. was: what it says (with durations, if they are known); then the words
    that differ are said anew, and what the spans cover besides. Without it one span is needed: the words around it are
    aligned with the recording, what lies in it is ignored. Lengths change by whole cells of `cell` mel frames; GRID
    (0.16 s) lets a face keep its own clock.
    """
    timed = parse(text) if isinstance(text, str) else text
    length = len(mel) / _RATE
    for span in spans:
        if span.end > length + 0.01:
            raise JamFlowError(f"Give spans inside the clip: {span.start:.2f}:{span.end:.2f} is not, it ends at {length:.2f} s.")
    if was is None:
        heard, changes = _by_span(models, mel, timed, spans)
        pad = 0
    else:
        heard, changes = _by_transcript(models, mel, timed, spans, was)
        pad = PAD
    return _laid_out(models, len(mel), timed, heard, changes, pad, cell)


def _by_span(models: Models, mel: Tensor, timed: TimedText, spans) -> tuple[Comparison, tuple[Change, ...]]:
    """The text laid on the recording around one span, whose old sound is not listened to."""
    if len(spans) != 1:
        raise JamFlowError(f"Give one span to say anew, or the old transcript of the recording: there are {len(spans)} spans.")
    (span,) = spans
    ends = np.cumsum(models.aligners.audio.align(mel, timed.symbols, unknown=span))
    heard = Comparison(np.append(0.0, ends[:-1]), ends, ())
    changes = repaint(heard, spans)
    if not changes:
        raise JamFlowError(f"Span {span.start:.2f}:{span.end:.2f} holds none of the new text's sounds: widen the span.")
    return heard, changes


def _by_transcript(models: Models, mel: Tensor, timed: TimedText, spans, was) -> tuple[Comparison, tuple[Change, ...]]:
    """The text compared with what the recording says."""
    old = transcript(models, mel, was)
    heard = compare(old, timed)
    for change in heard.changes:
        reach = PAD / _RATE
        if spans and not any(span.start - reach <= change.end and change.start <= span.end + reach for span in spans):
            raise JamFlowError(
                f"Mask {change.start:.2f}:{change.end:.2f} s as well, or leave its words as they were: the text changes there."
            )
    changes = repaint(heard, spans, PAD / _RATE)
    if not changes:
        raise JamFlowError("Change a word of the text: it says what the recording says.")
    return heard, changes


def transcript(models: Models, mel: Tensor, said: str | TimedText) -> TimedText:
    """What a recording (log mel [frames, 100]) says, with the times of its words."""
    said = parse(said) if isinstance(said, str) else said
    return said if said.timed else replace(said, durations=models.aligners.audio.align(mel, said.symbols))


def spans_of(changes, seconds: float) -> tuple[Span, ...]:
    """The spans of time that changes paint, in a recording of this length."""
    reach = PAD / _RATE
    return tuple(Span(max(0.0, change.start - reach), min(seconds, change.end + reach)) for change in changes)


def _laid_out(models, frames: int, timed: TimedText, heard: Comparison, changes, pad: int, cell: int) -> Plan:
    """Durations for what is said anew, and the frames that it takes."""
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
    for change in changes:
        symbols = slice(change.first, change.last)
        start, end = max(0, round(change.start * _RATE) - pad), min(frames, round(change.end * _RATE) + pad)
        old, wanted = (change.end - change.start) * _RATE, said[symbols].sum() * _RATE
        more = int(np.ceil((HURRY * wanted - old) / cell)) * cell
        while end - start + more < SHORTEST or old + more < 1:
            more += cell
        durations[symbols] = said[symbols] * ((old + more) / _RATE / said[symbols].sum())
        patches.append(Patch(start, end, start + shift, end - start + more))
        shift += more
    return Plan(tuple(patches), replace(timed, durations=durations), frames + shift)


def edit(
    models: Models,
    wave: Tensor,
    text: str | TimedText,
    spans: Span | tuple[Span, ...] = (),
    motion: Tensor | None = None,
    *,
    was: str | TimedText | None = None,
    settings: Settings = DEFAULTS["edit"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """A recording [samples] (24 kHz mono) and its whole new text -> the recording with the changed words said anew.

    spans and was: see `plan_edit`. motion [m, 21, 3] at 25 fps is edited along. Outside the painted frames mel, motion
    and wave are bit-identical; inside, 20 ms at either end are a blend of old and new sound.
    """
    require_phonemes(models, "edit")
    spans = (spans,) if isinstance(spans, Span) else tuple(spans)
    plan = plan_edit(models, as_heard(wave)[0], text, spans, was, 1 if motion is None else GRID)
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
    """Carry out a plan (made with cells of GRID, if there is a motion). Without a vocoder in `models` there is no wave."""
    config = models.flow.config
    mel, gain = as_heard(wave)
    new = rearranged(mel, plan)
    features = text_features(models.flow, [Segment(plan.frames, plan.text)])
    face = None if motion is None else _Face(plan, motion)
    sounds = []
    groups = _windows(plan)
    for index, (patches, low, high) in enumerate(groups):
        inside = torch.arange(low, high)
        anew = sum((inside >= patch.place) & (inside < patch.new_end) for patch in patches).bool()
        text_here = features[low:high]
        audio = Canvas(normalised(new[low:high], config.mel), anew, text_here, torch.zeros_like(text_here))
        seen = None if face is None else face.canvas(config, patches, low, high)
        seeded = replace(settings, seed=settings.seed + index)
        painted, mouth = sample(models.flow, audio, seen, seeded, portion(progress, index, len(groups)), cancelled)
        new[low:high][anew] = restored(painted.float().cpu(), config.mel)[anew]
        if face is not None:
            face.take(restored(mouth.float().cpu(), config.mouth), low, patches)
        if models.vocoder is not None:
            sounds.append((low, models.vocoder.decode(new[low:high]).float().cpu() / gain))
    sound = splice(wave, _Sound(sounds, [patches for patches, _, _ in groups]), plan) if sounds else None
    return Clip(sound, new, None if face is None else face.exp, plan.text)


def rearranged(mel: Tensor, plan: Plan) -> Tensor:
    """The recording's mel [frames, 100] on the new clock, with zeros where it is to be painted."""
    parts, at = [], 0
    for patch in plan.patches:
        parts += [mel[at : patch.start], mel.new_zeros(patch.frames, mel.shape[1])]
        at = patch.end
    return torch.cat([*parts, mel[at:]])


def _windows(plan: Plan) -> list[tuple[list[Patch], int, int]]:
    """Patches that are painted together, and the stretch [low, high) of the new clock that the model sees then."""
    groups: list[list[Patch]] = []
    for patch in plan.patches:
        if groups and patch.new_end - groups[-1][0].place <= WINDOW - 8 * GRID:
            groups[-1].append(patch)
        else:
            groups.append([patch])
    windows = []
    for index, group in enumerate(groups):
        first, last = group[0].place, group[-1].new_end
        # What is not yet painted must not be seen.
        limit = groups[index + 1][0].place if index + 1 < len(groups) else plan.frames
        low = max(0, min(first - (WINDOW - (last - first)) // 2, plan.frames - WINDOW)) // GRID * GRID
        windows.append((group, low, min(limit, low + max(WINDOW, last - low + GRID))))
    return windows


class _Sound:
    """New sound of several windows of the new clock: `sound[a:b]` for samples inside one patch's window."""

    def __init__(self, windows: list[tuple[int, Tensor]], groups: list[list[Patch]]):
        self.windows = [(low, wave, group[0].place, group[-1].new_end) for (low, wave), group in zip(windows, groups)]

    def __getitem__(self, place: slice) -> Tensor:
        low, wave = next((low, wave) for low, wave, _, end in self.windows if place.start < end * HOP)
        return wave[place.start - low * HOP : place.stop - low * HOP]


def splice(wave: Tensor, sound, plan: Plan) -> Tensor:
    """Old wave outside the patches, new sound inside; `sound[a:b]` are samples a..b of the new clip (a wave will do)."""
    parts, at = [], 0
    for patch in plan.patches:
        fresh = sound[patch.place * HOP : patch.new_end * HOP].clone()
        if len(fresh) < patch.frames * HOP:  # the vocoder leaves out half of the last frame
            fresh = torch.nn.functional.pad(fresh, (0, patch.frames * HOP - len(fresh)))
        fade = min(FADE, len(fresh) // 2, (patch.end - patch.start) * HOP // 2)
        rise = torch.linspace(0, 1, fade)
        start, end = patch.start * HOP, patch.end * HOP
        if start > 0:
            fresh[:fade] = blend(wave[start : start + fade], fresh[:fade], rise)
        if end + HOP < len(wave):
            fresh[-fade:] = blend(wave[end - fade : end], fresh[-fade:], 1 - rise)
        parts += [wave[at:start], fresh]
        at = end
    return torch.cat([*parts, wave[at:]])


def blend(old: Tensor, new: Tensor, share: Tensor) -> Tensor:
    """From old to new sound [n] with `share` [n] of the new: as loud in the middle as at the ends, however alike they are."""
    power = (old.square().mean() * new.square().mean()).sqrt()
    likeness = ((old * new).mean() / power).clamp(0, 1) if power > 1e-12 else power.new_zeros(())
    size = (share.square() + (1 - share).square() + 2 * share * (1 - share) * likeness).sqrt()
    return (share * new + (1 - share) * old) / size


class _Face:
    """The motion of an edit on the new clock, `exp` [m, 21, 3]; what is painted begins as the face at rest."""

    def __init__(self, plan: Plan, motion: Tensor):
        per = CELL / GRID
        parts, at, done, shift = [], 0, 0, 0
        self.places = {}
        for patch in plan.patches:
            start, end = max(done, int(np.floor(patch.place * per))), int(np.ceil(patch.new_end * per))
            shift += (patch.frames - (patch.end - patch.start)) // GRID * CELL
            parts += [motion[at : at + start - done], motion.new_zeros(end - start, *motion.shape[1:])]
            at, done = max(0, end - shift), end
            self.places[patch] = (start, end)
        self.exp = torch.cat([*parts, motion[at:]])

    def canvas(self, config, patches: list[Patch], low: int, high: int) -> Canvas:
        first, last = low // GRID * CELL, -(-high * CELL // GRID)
        mouth = torch.zeros(last - first, config.motion.channels)
        known = mouth_of(self.exp).float()[first:last]
        mouth[: len(known)] = normalised(known, config.mouth)
        at = torch.arange(first, last)
        anew = at >= len(self.exp)
        for patch, (start, end) in self.places.items():
            if patch.place >= patches[0].place:  # earlier ones are painted already
                anew |= (at >= start) & (at < end)
        return Canvas(mouth, anew)

    def take(self, mouth: Tensor, low: int, patches: list[Patch]) -> None:
        """Keep what was painted in these patches; `mouth` [m, 18] begins at mel frame `low`."""
        first = low // GRID * CELL
        for patch in patches:
            start, end = self.places[patch]
            end = min(end, first + len(mouth))
            self.exp[start:end] = exp_of(mouth[start - first : end - first])
