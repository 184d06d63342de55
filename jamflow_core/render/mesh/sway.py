"""Slight head motion by one smooth warp of the picture.

Rigid inside the head, fading to nothing at the shoulders and the picture's border; the mesh's depth gives parallax.
Meant for a few degrees: |yaw|, |pitch| <= 6, |roll| <= 3.
"""

import math
from typing import NamedTuple

import numpy as np

from ...face.geometry import smoothstep
from ...face.topology import CHIN, FACE_OVAL, FOREHEAD, NOSE_BASE, NOSE_BRIDGE
from ...media.picture import load_cv2
from .rig import Rig

GRID = 64


class Head(NamedTuple):
    """Head motion from the portrait's own pose: degrees (yaw > 0 to the picture's right, pitch > 0 down, roll > 0
    clockwise), and a shift in eye distances."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    x: float = 0.0
    y: float = 0.0


class Sway:
    """Moves the head in pictures of one size (w, h) whose face is `rig`."""

    def __init__(self, rig: Rig, size: tuple[int, int]):
        width, height = size
        ticks = (np.arange(GRID) + 0.5) / GRID
        x, y = np.meshgrid(ticks * width - 0.5, ticks * height - 0.5)
        points, oval = rig.rest[:468], rig.points[FACE_OVAL, 2]
        chin, top = points[CHIN], points[FOREHEAD]
        head = float(np.linalg.norm(chin - top))
        centre = (points[NOSE_BRIDGE] + points[NOSE_BASE]) / 2
        neck = chin + 0.22 * (chin - top)

        weight = 1 - smoothstep(0.42, 1.0, np.hypot((x - centre[0]) / (1.55 * head), (y - centre[1]) / (1.65 * head)))
        weight *= 1 - smoothstep(-0.12, 0.75, (y - chin[1]) / head)
        weight *= smoothstep(0, 0.10, np.minimum(x, width - 1 - x) / width) * smoothstep(0, 0.08, y / height)
        depth = rig.points[:, 2] - np.median(oval)  # splat the mesh's depth; the background lies at 0
        squared = (x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2
        kernel = np.exp(-np.minimum(squared / (2 * (0.07 * head) ** 2), 50))
        self._depth = weight * (kernel * depth).sum(-1) / (kernel.sum(-1) + 0.05)
        self._weight, self._x, self._y = weight, weight * (x - neck[0]), weight * (y - neck[1])
        self._unit, self._size = rig.unit, size
        self._pixels = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)

    def apply(self, picture: np.ndarray, head: Head) -> np.ndarray:
        """The picture [h,w,3] with its head moved."""
        cv2 = load_cv2()
        yaw, pitch, roll = (math.sin(math.radians(a)) for a in head[:3])
        x = self._weight * head.x * self._unit - self._y * roll - self._depth * yaw
        y = self._weight * head.y * self._unit + self._x * roll - self._depth * pitch
        field = cv2.resize(np.dstack([x, y]).astype(np.float32), self._size, interpolation=cv2.INTER_CUBIC)
        source = self._pixels - field
        return cv2.remap(picture, source, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
