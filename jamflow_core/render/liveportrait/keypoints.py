"""Faces as LivePortrait's keypoints, and how the motion of one drives another.

Source: KwaiVGI/LivePortrait, live_portrait_pipeline. Keypoints are row vectors in image axes (x right, y down, z away),
-1..1 over the crop: x = scale (kp R + exp) + t.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from .motion import BINS

LIPS = (6, 12, 14, 17, 19, 20)
EYES = (11, 13, 15, 16, 18)
REGIONS = ("all", "exp", "pose", "lip", "eyes")


@dataclass(frozen=True)
class Faces:
    """n faces: `kp` [n,21,3] canonical keypoints (None in old templates), `exp` [n,21,3] expression, `rotation`
    [n,3,3], `t` [n,3], `scale` [n,1]."""

    kp: Tensor | None
    exp: Tensor
    rotation: Tensor
    t: Tensor
    scale: Tensor

    def __len__(self) -> int:
        return len(self.exp)

    def __getitem__(self, index) -> "Faces":
        """Some of the faces; `index` is a slice or a list."""
        return self.each(lambda value: value[index])

    def to(self, device) -> "Faces":
        return self.each(lambda value: value.to(device))

    def points(self) -> Tensor:
        """Keypoints [n,21,3] as the faces are."""
        return placed(self, self.rotation, self.exp, self.scale, self.t)

    def each(self, function) -> "Faces":
        """Every tensor as `function` makes it."""
        values = (getattr(self, field.name) for field in fields(self))
        return Faces(*(None if value is None else function(value) for value in values))

    @staticmethod
    def from_heads(heads: dict[str, Tensor]) -> "Faces":
        """From what network M says."""
        angles = (_degrees(heads[name]) for name in ("pitch", "yaw", "roll"))
        kp, exp = (heads[name].unflatten(1, (-1, 3)) for name in ("kp", "exp"))
        return Faces(kp, exp, rotation(*angles), heads["t"], heads["scale"])

    @staticmethod
    def joined(parts: list["Faces"]) -> "Faces":
        """All faces of a list, one after the other."""
        columns = ([getattr(part, field.name) for part in parts] for field in fields(Faces))
        return Faces(*(None if column[0] is None else torch.cat(column) for column in columns))


def placed(source: Faces, rotation: Tensor, exp: Tensor, scale: Tensor, t: Tensor) -> Tensor:
    """The source's keypoints [n,21,3] with another pose and expression; depth of `t` is ignored."""
    points = scale[..., None] * (source.kp @ rotation + exp)
    points[..., :2] += t[:, None, :2]
    return points


def rotation(pitch: Tensor, yaw: Tensor, roll: Tensor) -> Tensor:
    """Degrees [n] -> rotation [n,3,3] for row vectors: the nose goes down, to the picture's left, clockwise."""
    (cx, sx), (cy, sy), (cz, sz) = (
        (torch.cos(angle), torch.sin(angle)) for angle in map(torch.deg2rad, (pitch, yaw, roll))
    )
    zero, one = torch.zeros_like(cx), torch.ones_like(cx)

    def matrix(*entries):
        return torch.stack(entries, -1).unflatten(-1, (3, 3))

    about_x = matrix(one, zero, zero, zero, cx, -sx, zero, sx, cx)
    about_y = matrix(cy, zero, sy, zero, one, zero, -sy, zero, cy)
    about_z = matrix(cz, -sz, zero, sz, cz, zero, zero, zero, one)
    return (about_z @ about_y @ about_x).mT


def _degrees(bins: Tensor) -> Tensor:
    """Expected angle of BINS bins, three degrees each."""
    return bins.softmax(1) @ torch.arange(BINS, device=bins.device, dtype=bins.dtype) * 3 - 97.5
