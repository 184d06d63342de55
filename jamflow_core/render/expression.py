"""What the rest of the face does while the lips speak: blinks, brows, gaze, head and smile, from sliders, curves or a
clip.

It composes with generated lips: the mouth's motion comes from the model, a smile is laid over it, and all else is here.
"""

import re
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from ..clock import MOTION_FPS
from ..errors import JamFlowError
from ..face.extract import FaceMotion
from ..motion.rest import smiling
from .idle import idle_gaze, idle_motion, loudness
from .limits import CURVES

_POINT = re.compile(r"([-+]?[\d.]+)\s*[:=]\s*([-+]?[\d.]+)")


@dataclass(frozen=True)
class Curve:
    """A value over time: points (seconds, value) with smooth passages between them, held before and behind."""

    points: tuple[tuple[float, float], ...] = ((0.0, 0.0),)

    def at(self, seconds: np.ndarray) -> np.ndarray:
        """Values at these moments, float64 [n]."""
        times, values = np.array(self.points).T
        if len(times) == 1:
            return np.full(len(seconds), values[0])
        after = np.clip(np.searchsorted(times, seconds, side="right"), 1, len(times) - 1)
        gap = np.maximum(times[after] - times[after - 1], 1e-6)
        part = np.clip((seconds - times[after - 1]) / gap, 0, 1)
        part = part * part * (3 - 2 * part)
        return values[after - 1] + part * (values[after] - values[after - 1])

    @property
    def flat(self) -> bool:
        """Always 0."""
        return not any(value for _, value in self.points)


def curve(written: str | float, name: str = "curve") -> Curve:
    """ "0.3", or "0:0, 1.5:0.8, 3:0" (seconds:value) -> Curve. JamFlowError if it is neither, or out of its range."""
    limit = CURVES.get(name, 1.0)
    parts = [
        part.strip() for part in re.split(r"[,;\s]+", re.sub(r"\s*[:=]\s*", ":", str(written).strip())) if part.strip()
    ]
    try:
        if len(parts) == 1 and ":" not in parts[0]:
            points = ((0.0, float(parts[0])),)
        else:
            points = tuple((float(found[1]), float(found[2])) for found in map(_POINT.fullmatch, parts))
    except (ValueError, TypeError):
        points = ()
    if not points:
        raise JamFlowError(
            f"Write {name} as a number, or as seconds:value like 0:0, 1.5:0.8, 3:0, not {str(written)[:40]!r}."
        )
    if [time for time, _ in points] != sorted({time for time, _ in points}) or points[0][0] < 0:
        raise JamFlowError(f"Put the moments of {name} in order, each once and from 0 on: {str(written)[:40]!r}.")
    if any(not abs(value) <= limit for _, value in points):
        raise JamFlowError(f"Keep {name} between {-limit:g} and {limit:g}: {str(written)[:40]!r}.")
    return Curve(points)


def curves(written: str) -> dict[str, Curve]:
    """Lines such as `smile: 0:0 1:0.6` -> curves by name. JamFlowError names the line that is none."""
    found = {}
    for line in filter(str.strip, written.splitlines()):
        name, colon, points = line.partition(":")
        name = name.strip().lower().replace(" ", "_")
        if not colon or name not in CURVES:
            raise JamFlowError(
                f"Begin each curve with one of {', '.join(CURVES)} and a colon: {line.strip()[:40]!r} does not."
            )
        found[name] = curve(points, name)
    return found


@dataclass(frozen=True)
class Expression:
    """The face around the lips.

    curves: any of CURVES; smile, brow (1 raised, -1 lowered), gaze_x and gaze_y (the picture's right and down) and lids
    (1 shut) in -1..1, the head's yaw, pitch and roll in degrees. blink: how often, 1 = every 2 to 6 seconds. sway: size
    of the head's slow motion. glances: size of small eye movements. nods: size of the head's accents on loud syllables.
    driving: a clip whose blinks, brows, gaze and head take the place of the seeded ones, `driven` of their size (the
    curves are added to them); shorter clips run forth and back.
    """

    curves: dict[str, Curve] = field(default_factory=dict)
    blink: float = 1.0
    sway: float = 1.0
    glances: float = 0.0
    nods: float = 0.0
    driving: FaceMotion | None = None
    driven: float = 1.0

    def by_hand(self) -> "Expression":
        """The curves alone: what is laid over a face that something else moves; nothing blinks or sways twice."""
        return replace(self, blink=0.0, sway=0.0, glances=0.0, nods=0.0, driving=None)

    def fingerprint(self) -> tuple:
        """All that decides the tracks, for comparisons."""
        clip = self.driving
        parts = () if clip is None else tuple(part.tobytes() for part in (clip.blink, clip.head, clip.brow, clip.gaze))
        lines = tuple(sorted((name, line.points) for name, line in self.curves.items()))
        return lines, self.blink, self.sway, self.glances, self.nods, self.driven, parts

    def rest(self, start: int, frames: int) -> Tensor:
        """What the model is told of the face beside the mouth (motion/rest.py), from a motion frame on [frames, 45]."""
        smile = self.curves.get("smile", Curve())
        return torch.from_numpy(smiling(smile.at((start + np.arange(frames)) / MOTION_FPS)))

    def tracks(self, frames: int, seed: int, fps: float = MOTION_FPS, wave=None) -> dict[str, np.ndarray]:
        """What `MeshPortrait.frame` takes, a row a frame: blink [n, 2], head [n, 5], smile [n], brow [n], gaze [n, 2].

        wave: the speech [samples] at 24 kHz, for the nods. What does nothing is left out.
        """
        seconds = np.arange(frames) / fps
        value = {name: line.at(seconds) for name, line in self.curves.items()}
        if self.driving is None:
            energy = None if wave is None or not self.nods else self.nods * loudness(wave, frames, fps)
            lids, head = idle_motion(frames, seed, fps, self.blink, self.sway, energy)
            blink = np.repeat(lids[:, None], 2, 1)
            gaze, brow = self.glances * idle_gaze(frames, seed, fps), np.zeros(frames)
        else:
            blink, head, brow, gaze = self._from_clip(seconds)
        zero = np.zeros(frames)
        head = head + np.stack([value.get(name, zero) for name in ("yaw", "pitch", "roll")] + [zero, zero], 1)
        tracks = {
            "blink": np.maximum(blink, value.get("lids", zero)[:, None]),
            "head": head,
            "smile": value.get("smile", zero),
            "brow": brow + value.get("brow", zero),
            "gaze": gaze + np.stack([value.get("gaze_x", zero), value.get("gaze_y", zero)], 1),
        }
        reach = np.array([CURVES["yaw"], CURVES["pitch"], CURVES["roll"], 1, 1])  # as far as the mesh turns well
        limits = {"blink": (0, 1), "head": (-reach, reach)}
        bounded = {
            name: np.clip(track, *limits.get(name, (-1, 1))).astype(np.float32) for name, track in tracks.items()
        }
        return {name: track for name, track in bounded.items() if track.any()}

    def _from_clip(self, seconds: np.ndarray) -> tuple[np.ndarray, ...]:
        """Blink, head, brow and gaze of the driving clip at these moments."""
        clip = self.driving
        last = len(clip.head) - 1
        place = seconds * MOTION_FPS
        if last > 0:
            place = last - np.abs(last - place % (2 * last))  # forth and back

        def at(values):
            values = np.asarray(values, np.float64).reshape(last + 1, -1)
            return np.stack([np.interp(place, np.arange(last + 1), column) for column in values.T], 1)

        return (
            self.driven * at(clip.blink),
            self.driven * at(clip.head),
            self.driven * at(clip.brow)[:, 0],
            self.driven * at(clip.gaze),
        )


NEUTRAL = Expression()
STILL = Expression(blink=0.0, sway=0.0)
