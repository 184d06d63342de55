"""Find faces: candidates of the detectors, confirmed by the landmark model."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..errors import JamFlowError
from .detector import Detection, Detector
from .landmarks import Landmarks, Region, region_of
from .topology import EYE_CORNERS, EYES, LIPS, load_topology

PRESENT = 0.9  # face presence of the mesh in the first pass; below it there is no face (coffee cups score 0.59)
TRACKED = 0.5  # presence that a face known from the frame before must keep
LIPS_SURE, LIPS_WEAK = 0.025, 0.05  # spread of the lip points under jittered crops, in eye distances
SAME = 0.25  # candidates that differ by less than this share of their size, in place and size, are one
ON = 0.5  # a candidate nearer to the middle of a face than this share of its size is that face

# Crops around the face whose answers are compared: shift x, shift y (in crop sizes), scale, turn (radians).
_JITTER = [(0, 0, 1, 0), (0.03, 0, 1, 0), (-0.03, 0, 1, 0), (0, 0.03, 0.94, 0), (0, -0.03, 1.08, 0), (0, 0, 1, 0.06),
           (0, 0, 1, -0.06)]  # fmt: skip
_MIRRORED = 3  # so many of them are repeated on the mirrored picture


@dataclass(frozen=True)
class Face:
    """A face that was found: `points` float64 [478,3] in pixels, `presence` 0..1, and how far the lip and eye points
    scatter when the crop is jittered, in eye distances (a confidence: people have under 0.012)."""

    points: np.ndarray
    presence: float
    lip_spread: float = 0.0
    eye_spread: float = 0.0

    @property
    def region(self) -> Region:
        return region_of(self.points)

    @property
    def warning(self) -> str | None:
        """What to tell the user if the fit is doubtful, else None."""
        if self.lip_spread <= LIPS_SURE:
            return None
        return "The face is hard to read; if the mouth moves in the wrong place, give mouth_box=x0,y0,x1,y1"


# Which face is meant: its number as `FaceFinder.faces` counts them, or a mask [h,w] that lies over it.
Which = int | np.ndarray


@cache
def face_finder() -> "FaceFinder":
    """The face models, loaded once for all who look for faces."""
    return FaceFinder()


class FaceFinder:
    """The face models, loaded once. `threads` is the number of CPU threads for each inference: they are so small that
    a second one gains little, and costs much where other work wants the cores."""

    def __init__(self, threads: int = 1):
        self._detector, self.mesh = Detector(threads), Landmarks(threads)
        self._mirror = load_topology().mirror

    def find(self, image: np.ndarray, face: Which = 0, thorough: bool = True) -> Face:
        """The face of a uint8 RGB picture that is meant. Raises JamFlowError when there is no such face, and tells how
        to give the mouth by hand."""
        seen, found = [], None
        for found in self.faces(image, thorough):
            seen.append(found)
            if not isinstance(face, np.ndarray) and len(seen) > face:
                return found
        if not seen:
            raise JamFlowError("Give mouth_box=x0,y0,x1,y1 (the mouth's corners in pixels): no face found")
        count = f"{len(seen)} face{'s' * (len(seen) > 1)}"
        if isinstance(face, np.ndarray):
            found = under(seen, face)
            if found is None:
                raise JamFlowError(f"Lay the mask over a face: none of the picture's {count} lies under it.")
            return found
        which = "face=0" if len(seen) == 1 else f"face=0 to {len(seen) - 1}"
        raise JamFlowError(f"Choose {which}: the picture has {count}, not {face + 1}")

    def faces(self, image: np.ndarray, thorough: bool = True) -> Iterator[Face]:
        """The faces of a uint8 RGB picture, looked for as they are asked for: largest and surest first, and those that
        only a closer look shows behind the others.

        thorough: look for small and turned faces too. A candidate that is not confirmed hides nothing: looking goes on;
        one that is doubtful comes last.
        """
        looked, found, doubtful = [], [], []
        for look in self._detector.looks(image, thorough):
            for detection in look:
                region = detection.region
                if any(_same(region, other) for other in looked) or any(_on(region, face) for face in found):
                    continue
                looked.append(region)
                face = self._confirm(image, detection)
                if face is not None and not any(_on(face.region, other) for other in found):
                    found.append(face.region)
                    if face.warning is None:
                        yield face
                    else:
                        doubtful.append(face)
        yield from doubtful

    def follow(self, image: np.ndarray, region: Region) -> Face | None:
        """The face of the next video frame, looked for where the last one was; None if it is not there."""
        points, presence = self.mesh(image, region)
        if presence < TRACKED:
            return None
        there = region_of(points)
        if region.far_from(there):
            points, presence = self.mesh(image, there)
        return Face(points, presence) if presence >= TRACKED else None

    def near(self, image: np.ndarray, region: Region) -> Face | None:
        """The face nearest to where one was a frame ago; None if there is none in the whole picture."""
        for look in self._detector.looks(image, thorough=False):
            for detection in sorted(look, key=lambda d: math.dist(d.region[:2], region[:2])):
                points, presence = self.mesh(image, detection.region)
                if presence >= PRESENT:
                    points, presence = self.mesh(image, region_of(points))
                if presence >= PRESENT:
                    return Face(points, presence)
        return None

    def _confirm(self, image: np.ndarray, detection: Detection) -> Face | None:
        """Fit the mesh to a detection and decide whether it is a face: presence alone passes cups and upside-down
        faces, so the points must also agree under jittered crops. A face that does not may be standing on its head."""
        candidates = []
        for angle in (detection.region.angle, detection.region.angle + math.pi):
            points, presence = self.mesh(image, detection.region._replace(angle=angle))
            if presence < PRESENT:
                continue
            points, presence = self.mesh(image, region_of(points))
            if presence < PRESENT:  # where chance has put something like a face, a second look finds less of it
                continue
            candidates.append(self._average(image, region_of(points), presence))
            if candidates[-1].lip_spread <= LIPS_SURE:
                break
        best = min(candidates, key=lambda face: face.lip_spread, default=None)
        return best if best is not None and best.lip_spread <= LIPS_WEAK else None

    def _average(self, image: np.ndarray, region: Region, presence: float) -> Face:
        """Mean mesh over jittered crops and the mirrored picture: steadier lips and lids, and their spread."""
        meshes = [self.mesh(image, _shifted(region, jitter, 1))[0] for jitter in _JITTER]
        flipped = np.ascontiguousarray(image[:, ::-1])
        last = image.shape[1] - 1
        for jitter in _JITTER[:_MIRRORED]:
            mirrored = self.mesh(
                flipped, _shifted(region._replace(x=last - region.x, angle=-region.angle), jitter, -1)
            )[0]
            points = meshes[0].copy()  # the irises have no mirror index; they keep the first answer
            points[:468] = mirrored[self._mirror]
            points[:468, 0] = last - points[:468, 0]
            meshes.append(points)
        stack = np.array(meshes)
        mean, deviation = stack.mean(0), np.linalg.norm(stack[:, :, :2].std(0), axis=1)
        unit = np.linalg.norm(mean[EYE_CORNERS[0]] - mean[EYE_CORNERS[1]])
        lids = [v for eye in EYES for v in eye.upper + eye.lower]
        return Face(mean, presence, float(deviation[LIPS].mean() / unit), float(deviation[lids].mean() / unit))


def under(faces: list[Face], mask: np.ndarray) -> Face | None:
    """The face that lies under a mask [h,w] of the picture's size (bool, or 0..1), at least by half; None if none
    does.
    """
    height, width = mask.shape

    def covered(face: Face) -> float:
        x, y = np.round(face.points[:468, :2]).astype(int).T
        inside = (0 <= x) & (x < width) & (0 <= y) & (y < height)
        return float(np.where(inside, mask[y.clip(0, height - 1), x.clip(0, width - 1)], 0).mean())

    best = max(faces, key=covered, default=None)
    return best if best is not None and covered(best) >= 0.5 else None


def _same(one: Region, other: Region) -> bool:
    """Whether two candidates are one: a larger or smaller region at the same place is worth a look of its own."""
    near = math.dist(one[:2], other[:2]) < SAME * min(one.size, other.size)
    return near and abs(math.log(one.size / other.size)) < SAME


def _on(candidate: Region, face: Region) -> bool:
    """Whether a candidate lies on a face that is known already."""
    return math.dist(candidate[:2], face[:2]) < ON * face.size


def _shifted(region: Region, jitter: tuple, side: int) -> Region:
    dx, dy, scale, turn = jitter
    return Region(
        region.x + side * dx * region.size, region.y + dy * region.size, region.size * scale, region.angle + turn
    )
