"""Motion templates: what a face does through a video, as LivePortrait's keypoints. Files: catalog/templates.py."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ...motion.files import Motion
from ...motion.frames import resampled
from .keypoints import LIPS, Faces

CLOSED = 0.03  # opening of lips that count as closed (the official threshold of lip normalisation)
NEVER_CLOSED = 0.15  # a clip whose smallest openings stay above this does not show the closed mouth
CLOSEST = 0.15  # share of the frames that the closed mouth is taken from

# The mean expression of people with a closed mouth, in millionths. Source: KwaiVGI/LivePortrait, lip_array.
_USUAL = (
    (-95, 242, -40),
    (209, 468, 13),
    (-125, 325, 4),
    (120, -457, 54),
    (-265, -75, -16),
    (-33, -183, -3),
    (0, 0, 2),
    (-541, 2633, 7),
    (-12, 5, 10),
    (1, 5, -409),
    (167, -20, -89),
    (-15, 83, 6),
    (0, 3, 2),
    (-66, -68, -3),
    (-833, -1796, -3),
    (7, 37, -2),
    (-5, 7, -10),
    (-637, -1166, 56),
    (283, -15, 11),
    (-4, -15091, -2549),
    (222, 5628, 2726),
)
# Opening of the lips per unit of expression: regression on the openings that official templates carry (R2 0.92).
_OPENING = {(19, 1): 5.20, (20, 1): -6.78, (14, 1): 1.83, (20, 2): 1.38}


@dataclass(frozen=True)
class Template:
    """n faces at `fps`; `eyes` [n,2] and `lips` [n,1] are how far they are open (crop.py), if known. `missing`: numbers
    of the frames without a face, in which the last one was held. `shots` [n]: numbers of the shots (face/track.py), if
    it was read in a video."""

    faces: Faces
    fps: float
    eyes: Tensor | None = None
    lips: Tensor | None = None
    missing: tuple[int, ...] = ()
    shots: Tensor | None = None

    def __len__(self) -> int:
        return len(self.faces)

    def __getitem__(self, index: slice | list[int] | Tensor) -> "Template":
        return self._each(lambda value: value[index])

    def to(self, device) -> "Template":
        return self._each(lambda value: value.to(device))

    def _each(self, function) -> "Template":
        parts = {name: getattr(self, name) for name in ("eyes", "lips", "shots")}
        parts = {name: None if value is None else function(value) for name, value in parts.items()}
        return replace(self, faces=self.faces.each(function), **parts)

    def each_shot(self) -> list[Tensor]:
        """Numbers of the frames of each shot."""
        if self.shots is None:
            return [torch.arange(len(self), device=self.faces.exp.device)]
        return [(self.shots == shot).nonzero()[:, 0] for shot in self.shots.unique()]

    def closed_mouth(self) -> Tensor:
        """The person's closed neutral expression [21,3], or if there are several shots that of each frame's [n,21,3]:
        the expression with the lips closest together. If they never close, the lips are those of people on average."""
        shots = self.each_shot()
        if len(shots) == 1:
            return self._closed(shots[0])
        mouth = torch.empty_like(self.faces.exp)
        for rows in shots:
            mouth[rows] = self._closed(rows)
        return mouth

    def _closed(self, rows: Tensor) -> Tensor:
        exp = self.faces.exp[rows]
        opening = _opening(exp) if self.lips is None else self.lips[rows, 0]
        closest = opening.argsort()[: max(1, round(CLOSEST * len(opening)))]
        mouth = exp[closest].mean(0)
        if self.lips is not None and opening[closest].mean() > NEVER_CLOSED:
            mouth[list(LIPS)] = usual_mouth(exp)[list(LIPS)]
        return mouth

    def motion(self) -> "TemplateMotion":
        """The expression as deltas from the closed mouth, as the model takes it, with the template itself."""
        return TemplateMotion((self.faces.exp - self.closed_mouth()).float().cpu().numpy(), self.fps, self)

    def at(self, fps: float) -> "Template":
        """The same faces at another rate, by linear interpolation; behind the last one it is held."""
        if fps == self.fps:
            return self

        shots = None if self.shots is None else self.shots.cpu().numpy()
        found = self._each(lambda v: torch.from_numpy(resampled(v.cpu().numpy(), self.fps, fps, shots)).to(v))
        u, _, v = torch.linalg.svd(found.faces.rotation)  # the rotation next to a mean of two
        return replace(found, fps=fps, faces=replace(found.faces, rotation=u @ v))

    def held(self, more: int) -> "Template":
        """The last face `more` frames longer."""
        return self[[*range(len(self)), *[-1] * more]] if more else self

    def lasting(self, frames: int) -> "Template":
        """As many frames: cut, or back and forth, so that a short one moves on without a jump."""
        turn = torch.arange(frames) % max(1, 2 * (len(self) - 1))
        return self[torch.minimum(turn, 2 * (len(self) - 1) - turn).clamp(min=0)]


@dataclass(frozen=True)
class TemplateMotion(Motion):
    """A motion of which the whole face is known, not the lips alone."""

    template: Template | None = None

    def at(self, fps: float) -> "TemplateMotion":
        """The same motion, lips and template, at another rate."""
        if fps == self.fps:
            return self
        shots = None if self.template.shots is None else self.template.shots.cpu().numpy()
        exp = resampled(self.exp, self.fps, fps, shots).astype(np.float32)
        return TemplateMotion(exp, fps, self.template.at(fps))


def usual_mouth(like: Tensor) -> Tensor:
    """Mean expression [21,3] of people with a closed mouth."""
    return like.new_tensor(_USUAL) * 1e-6


def _opening(exp: Tensor) -> Tensor:
    """Opening of the lips [n], up to a constant of the person, from the expression [n,21,3]."""
    return sum(weight * exp[:, point, axis] for (point, axis), weight in _OPENING.items())
