"""Paint a posed mesh: which triangle covers each pixel, where that pixel came from, one remap.

Triangle numbers are drawn into an integer picture; each number looks up its affine map from the posed face back to
the portrait, whose points are handled as complex numbers x + iy. Pixels outside the moved triangles are not touched.
"""

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple

import numpy as np

from ...face.geometry import cross, fixed_point, twice_area
from ...media.picture import load_cv2
from .rig import Rig

MOVED = 0.05  # pixels; a triangle whose corners moved less is left alone
TORN = 4.0  # pixels of the picture between neighbours: an edge where skin lies over skin
SLIVER = 0.4  # double area in pixels below which a triangle is folded


class Box(NamedTuple):
    """A rectangle of pixels, ends excluded."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def union(self, other: "Box | None") -> "Box":
        if other is None:
            return self
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


def box_around(points: np.ndarray, margin: int, limits: Box) -> Box | None:
    """The rectangle that holds points [n,2] and a margin, cut to the limits; None if nothing is left."""
    low, high = np.floor(points.min(0)).astype(int) - margin, np.ceil(points.max(0)).astype(int) + margin + 1
    box = Box(max(low[0], limits.x0), max(low[1], limits.y0), min(high[0], limits.x1), min(high[1], limits.y1))
    return box if box.x0 < box.x1 and box.y0 < box.y1 else None


def union_of(boxes: Iterable[Box | None]) -> Box | None:
    """The rectangle around all boxes that there are."""
    return reduce(lambda joined, box: box.union(joined) if box else joined, boxes, None)


def as_complex(points: np.ndarray) -> np.ndarray:
    """Points [n,2] as x + iy."""
    return points[:, 0] + 1j * points[:, 1]


class MeshWarp:
    """Paints poses of one rig over one picture (uint8 RGB [h,w,3]). part: bool [t], only these triangles of the rig."""

    def __init__(self, image: np.ndarray, rig: Rig, part: np.ndarray | None = None):
        self.image = image
        self.rig = rig
        moving = (np.abs(rig.moves).max((0, 2)) + np.abs(rig.blinks).max((0, 2))) > 0.03
        facing = twice_area(rig.rest, rig.triangles)
        facing *= np.sign(np.median(facing))
        skin = moving[rig.triangles].any(1) & (facing > SLIVER) & ~rig.eye_fill & ~rig.mouth_fill  # what is seen of it
        skin = np.flatnonzero(skin if part is None else skin & part)
        skin = skin[np.argsort(-rig.depth[rig.triangles[skin]].mean(1), kind="stable")]
        order = np.concatenate([np.flatnonzero(rig.mouth_fill), skin])
        self._triangles = rig.triangles[order]  # the mouth's fill, then skin from far to near: each covers the last
        self._fill_count = int(rig.mouth_fill.sum())
        corners = rig.rest[self._triangles]
        a, b, c = (as_complex(corners[:, k]) for k in range(3))
        self._origin, self._sides, self._centre = a, (b - a, c - a), (a + b + c) / 3
        self._turn = np.sign(np.median(twice_area(rig.rest, rig.triangles)))

    def paint(self, canvas: np.ndarray, points: np.ndarray) -> Box | None:
        """Draw the pose with vertices [n,2] into the canvas; returns what was drawn over, or None at rest."""
        cv2 = load_cv2()
        moved = np.abs(points - self.rig.rest).max(1) > MOVED
        drawn = np.flatnonzero(moved[self._triangles].any(1))
        limits = Box(0, 0, canvas.shape[1], canvas.shape[0])
        box = box_around(points[self._triangles[drawn]].reshape(-1, 2), 1, limits) if len(drawn) else None
        if box is None:
            return None
        posed = points - [box.x0, box.y0]
        affine, folded = self._affine(posed)
        identity = np.array([[1], [1j], [complex(box.x0, box.y0)]], np.complex64)
        lookup = np.concatenate([identity, affine], 1)

        numbers = np.zeros((box.y1 - box.y0, box.x1 - box.x0), np.int32)
        corners = fixed_point(posed)[self._triangles]
        drawn = np.concatenate([drawn[folded[drawn]], drawn[~folded[drawn]]])  # good neighbours cover folded ones
        fill = drawn < self._fill_count
        for t in drawn[fill].tolist():
            cv2.fillConvexPoly(numbers, corners[t], t + 1, cv2.LINE_8, 4)
        for t in drawn[~fill].tolist():
            cv2.fillConvexPoly(numbers, corners[t], t + 1, cv2.LINE_8, 4)

        right, down, origin = (part[numbers] for part in lookup)
        source = right * np.arange(numbers.shape[1], dtype=np.float32)
        source += down * np.arange(numbers.shape[0], dtype=np.float32)[:, None]
        source += origin
        torn = _torn(source)
        source = source.view(np.float32).reshape(*numbers.shape, 2)
        painted = cv2.remap(self.image, source, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if torn.any():
            cv2.copyTo(cv2.GaussianBlur(painted, (0, 0), 0.8), torn, painted)
        canvas[box.slices] = painted
        return box

    def _affine(self, posed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Maps from the posed triangles to the portrait, and which triangles are folded, bool [t].

        A map is three complex numbers x + iy: the source's step for a pixel to the right, for one down, and its
        origin -> complex64 [3,t]. A folded triangle has no sensible map; it takes the colour of its centre."""
        a, b, c = (posed[self._triangles[:, k]] for k in range(3))
        e1, e2 = b - a, c - a
        area = cross(e1, e2)
        folded = area * self._turn < SLIVER
        area = np.where(folded, 1.0, area)
        f1, f2 = self._sides
        right = (f1 * e2[:, 1] - f2 * e1[:, 1]) / area
        down = (f2 * e1[:, 0] - f1 * e2[:, 0]) / area
        origin = self._origin - right * a[:, 0] - down * a[:, 1]
        affine = np.array([right, down, origin], np.complex64)
        affine[:2, folded], affine[2, folded] = 0, self._centre[folded]
        return affine, folded


def _torn(source: np.ndarray) -> np.ndarray:
    """Where neighbouring pixels of a map (complex [h,w]) come from far apart: skin slid over skin, whose edge is to be
    smoothed. uint8 [h,w]."""
    torn = np.zeros(source.shape, np.uint8)
    for change, sides in (
        (np.abs(np.diff(source, axis=0)), (torn[:-1], torn[1:])),
        (np.abs(np.diff(source, axis=1)), (torn[:, :-1], torn[:, 1:])),
    ):
        far = change > TORN
        for side in sides:
            side[far] = 1
    return torn
