"""Carry out a plan: paint its patches and lips, window by window, and leave everything else as it is."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ...clock import CELL, GRID, MOTION_FPS, SAMPLE_RATE
from ...errors import JamFlowError
from ...flow.conditions import Segment, normalised, restored, text_features
from ...flow.sampler import Canvas
from ...models import Models
from ...motion.space import MOUTH, exp_of, mouth_of
from ..canvases import OVERLAP, WINDOW, speaker_of_mel
from ..clip import Clip
from ..pauses import hushed
from ..run import AS_USUAL, Run
from ..settings import DEFAULTS
from .plan import Patch, Plan, as_heard, lips_of_patch
from .splice import Original, Sounds, splice

# Seconds by which a motion may be shorter or longer than its recording.
APART = 0.5


def paint(
    models: Models,
    wave: Tensor,
    plan: Plan,
    motion: Tensor | None = None,
    *,
    run: Run = AS_USUAL,
    original: Original | None = None,
) -> Clip:
    """Carry out a plan (made with cells of GRID, if there is a motion). Without a vocoder in `models` there is no wave.

    original: the recording as it is stored; then the clip's wave is that with the new sound in it, [channels, samples].

    JamFlowError for a motion that is not as long as the recording.
    """
    flow = models.flow if plan.patches else models.lips.flow
    config, run = flow.config, run.by(DEFAULTS["edit" if plan.patches else "animate"])
    motion = None if motion is None else _as_long(motion, len(wave) / SAMPLE_RATE)
    mel, gain = as_heard(wave)
    new = rearranged(mel, plan)
    features = text_features(flow, [Segment(plan.frames, plan.text)])
    speaker = speaker_of_mel(models, mel) if plan.patches else None
    face = None if motion is None else _Face(plan, motion)
    sounds = []
    groups = _windows(plan, face is not None)
    for index, (places, low, high) in enumerate(groups):
        patches = [place.patch for place in places if place.patch]
        anew = _painted(patches, low, high)
        audio = Canvas(
            normalised(new[low:high], config.mel),
            anew,
            features[low:high],
            torch.zeros_like(features[low:high]),
            speaker,
        )
        to_come = [place for group, _, _ in groups[index:] for place in group]
        seen = None if face is None else face.canvas(config, to_come, low, high)
        painted, mouth = run.part(index, len(groups)).sample(flow, audio, seen)
        new[low:high][anew] = restored(painted.float().cpu(), config.mel)[anew]
        if patches and plan.text is not None:
            new[low:high][anew] = hushed(new, plan.text)[low:high][anew]
        if face is not None:
            face.take(restored(mouth.float().cpu(), config.mouth), low, places)
        if models.vocoder is not None and patches:
            sounds.append((patches, low, models.vocoder.decode_whole(new[low:high]).float().cpu() / gain))
    spliced = None if models.vocoder is None else _spliced(wave, original, Sounds(sounds), plan)
    return Clip(spliced, new, None if face is None else face.exp, plan.text)


def _spliced(wave: Tensor, original: Original | None, sounds: Sounds, plan: Plan) -> Tensor:
    if original is None:
        return splice(wave, sounds, plan)
    return splice(original.samples, sounds.like(original), plan, original.rate)


def _painted(patches: list[Patch], low: int, high: int) -> Tensor:
    """Which of the mel frames [low, high) of the new clock are painted, bool."""
    inside, anew = torch.arange(low, high), torch.zeros(high - low, dtype=torch.bool)
    for patch in patches:
        anew |= (inside >= patch.place) & (inside < patch.new_end)
    return anew


def _as_long(motion: Tensor, seconds: float) -> Tensor:
    """Motion [m, 21, 3] that lasts as long as the recording, or longer; its last face is held for what is missing."""
    if abs(len(motion) / MOTION_FPS - seconds) > APART:
        raise JamFlowError(
            f"Give the motion of this recording: it lasts {len(motion) / MOTION_FPS:.2f} s, "
            f"the recording {seconds:.2f} s."
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
    frames) or both."""

    start: int
    end: int
    patch: Patch | None
    lips: tuple[int, int] | None


def _places(plan: Plan, face: bool) -> list[_Place]:
    """All that a plan paints, in order; lips alone in pieces that fit into a window."""
    places = [
        _Place(patch.place, patch.new_end, patch, lips_of_patch(patch) if patch.lips else None)
        for patch in plan.patches
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


class _Face:
    """The motion of an edit on the new clock, `exp` [m, 21, 3]; lips that go with new speech begin as the face at
    rest."""

    def __init__(self, plan: Plan, motion: Tensor):
        parts, at, done, shift = [], 0, 0, 0
        for patch in (patch for patch in plan.patches if patch.lips):
            start, end = lips_of_patch(patch)
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
