"""Say some words of a recording anew: the span between what is kept is painted, everything else stays as it is."""

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
from .tasks import CELL, DEFAULTS, WINDOW, Clip, Progress, require_phonemes
from .text.phonemes import parse
from .text.timed import TimedText
from .voices import GRID
from .weights.bundle import Models

_RATE = float(MEL_RATE)
# Where old and new sound meet they are blended over this many samples.
FADE = 480


@dataclass(frozen=True)
class Plan:
    """An edit on the clock: mel frames [start, end) of the recording become `frames` new ones; `text` times the result."""

    start: int
    end: int
    frames: int
    text: TimedText

    @property
    def new_end(self) -> int:
        return self.start + self.frames


def plan_edit(models: Models, mel: Tensor, text: str | TimedText, span: Span) -> Plan:
    """Find which words of the new text fall into the span, and how long they take at the recording's pace.

    mel: log mel [frames, 100] of the recording. The words before and after are aligned with it, what lies in the span
    is ignored. The length may change, by whole grid cells (0.16 s), so that a face keeps its own clock.
    """
    length = len(mel) / _RATE
    if span.end > length + 0.01:
        raise JamFlowError(f"Span {span.start:.2f}:{span.end:.2f} lies outside the clip: it ends at {length:.2f} s.")
    timed = parse(text) if isinstance(text, str) else text
    durations = models.aligners.audio.align(mel, timed.symbols, unknown=span)
    starts = np.concatenate(([0.0], np.cumsum(durations)))
    middles = (starts[:-1] + starts[1:]) / 2
    anew = (middles > span.start) & (middles < span.end)
    if not anew.any():
        raise JamFlowError(f"Span {span.start:.2f}:{span.end:.2f} holds none of the new text's sounds: widen the span.")
    first, last = np.flatnonzero(anew)[[0, -1]]
    anew[first : last + 1] = True
    start, end = min(span.start, starts[first]), max(span.end, starts[last + 1])
    head = models.durations
    place = (torch.from_numpy(part) for part in (timed.tokens().numpy(), durations, ~anew))
    said = head.predict(*(part.to(head.out.weight.device) for part in place)).cpu().numpy()
    start, end = int(round(start * _RATE)), min(len(mel), int(round(end * _RATE)))
    change = int(np.ceil((said[anew].sum() * _RATE - (end - start)) / GRID)) * GRID  # rather slow than swallowed
    frames = max(GRID // 3, end - start + change)
    durations = durations.copy()
    durations[anew] = said[anew] * (frames / _RATE / said[anew].sum())
    before, after = starts[first], starts[-1] - starts[last + 1]
    if first:
        durations[:first] *= (start / _RATE) / before
    if last + 1 < len(durations):
        durations[last + 1 :] *= ((len(mel) - end) / _RATE) / after
    return Plan(start, end, frames, replace(timed, durations=durations))


def edit(
    models: Models,
    wave: Tensor,
    text: str | TimedText,
    span: Span,
    motion: Tensor | None = None,
    *,
    settings: Settings = DEFAULTS["edit"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """A recording [samples] (24 kHz mono) and its whole new text -> the recording with the span said anew.

    motion [m, 21, 3] at 25 fps is edited along. Outside the painted frames mel and motion are bit-identical, the wave as
    well but for a blend of 20 ms on each side.
    """
    require_phonemes(models, "edit")
    config = models.flow.config
    level, gain = normalise(wave)
    mel = log_mel(level)[: len(wave) // HOP]
    plan = plan_edit(models, mel, text, span)
    new = torch.cat((mel[: plan.start], torch.zeros(plan.frames, mel.shape[1]), mel[plan.end :]))
    total = len(new)
    features = text_features(models.flow, [Segment(total, plan.text)])
    low = max(0, min(plan.start - (WINDOW - plan.frames) // 2, total - WINDOW)) // GRID * GRID
    high = min(total, low + max(WINDOW, plan.new_end - low + GRID))
    inside = torch.arange(low, high)
    audio = Canvas(
        normalised(new[low:high], config.mel),
        (inside >= plan.start) & (inside < plan.new_end),
        features[low:high],
        torch.zeros_like(features[low:high]),
    )
    face = None if motion is None else _Face(plan, motion, total)
    seen = None if face is None else face.canvas(config, low, high)
    portion = None if progress is None else lambda done, steps, guess: progress(done / steps, guess)
    painted, mouth = sample(models.flow, audio, seen, settings, portion, cancelled)
    new[plan.start : plan.new_end] = restored(painted.float().cpu(), config.mel)[plan.start - low : plan.new_end - low]
    exp = None if face is None else face.result(restored(mouth.float().cpu(), config.mouth), low)
    sound = models.vocoder.decode(new[low:high]).float().cpu() / gain
    return Clip(splice(wave, sound, plan, low), new, exp, plan.text)


def splice(wave: Tensor, sound: Tensor, plan: Plan, low: int) -> Tensor:
    """Old wave outside the span, new sound inside; `sound` starts at mel frame `low` of the new clip."""
    start, end, new_end = plan.start * HOP, plan.end * HOP, plan.new_end * HOP
    first, last = max(0, start - FADE), min(new_end + FADE, low * HOP + len(sound))
    fresh = sound[first - low * HOP : last - low * HOP].clone()
    rise = torch.linspace(0, 1, start - first)
    fresh[: start - first] = torch.lerp(wave[first:start], fresh[: start - first], rise)
    tail = min(last - new_end, len(wave) - end)
    fresh = fresh[: new_end - first + tail]
    if tail > 0:
        fall = torch.linspace(1, 0, tail)
        fresh[-tail:] = torch.lerp(wave[end : end + tail], fresh[-tail:], fall)
    return torch.cat((wave[:first], fresh, wave[end + max(tail, 0) :]))


class _Face:
    """The motion of an edit on the new clock."""

    def __init__(self, plan: Plan, motion: Tensor, total: int):
        per = CELL / GRID
        self.start = int(np.floor(plan.start * per))
        self.end = int(np.ceil(plan.new_end * per))
        shift = (plan.frames - (plan.end - plan.start)) // GRID * CELL
        kept = motion[max(0, self.end - shift) :]
        self.exp = torch.cat((motion[: self.start], motion.new_zeros(self.end - self.start, *motion.shape[1:]), kept))
        self.count = -(-total * CELL // GRID)

    def canvas(self, config, low: int, high: int) -> Canvas:
        first, last = low // GRID * CELL, -(-high * CELL // GRID)
        mouth = torch.zeros(last - first, config.motion.channels)
        known = mouth_of(self.exp).float()[first:last]
        mouth[: len(known)] = normalised(known, config.mouth)
        at = torch.arange(first, last)
        return Canvas(mouth, (at >= self.start) & (at < self.end) | (at >= len(self.exp)))

    def result(self, mouth: Tensor, low: int) -> Tensor:
        """The kept motion with the painted mouth in the span (the rest of the face there is at rest)."""
        first = low // GRID * CELL
        whole = self.exp.clone()
        whole[self.start : self.end] = exp_of(mouth[self.start - first : self.end - first])
        return whole
