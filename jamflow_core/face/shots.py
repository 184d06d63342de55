"""Where a shot ends: a cut, or anything else behind which the picture or the face has jumped."""

import numpy as np

from ..media.picture import load_cv2
from .geometry import align
from .topology import EYE_CORNERS, STABLE

GLANCE = (32, 18)  # width and height at which pictures are compared
PICTURE_JUMP = 14.0  # grey levels of mean difference: a dancer close by comes to 12, a cut to 20-130
EMPTY = 1.0  # grey levels of deviation of a picture that shows nothing
# How far a face goes from frame to frame, in eye distances: beyond FAR it is another place whatever the picture says;
# where the picture has jumped, beyond NEAR.
NEAR, FAR = 0.5, 2.5
GROWN = 1.2  # change of size, where the picture has jumped, that makes it another shot
# Misfit of the points that expression does not move, in eye distances: people differ by 0.02 to 0.06, frames of one by
# less than 0.02.
OTHER_PERSON = 0.025


def glance(frame: np.ndarray) -> np.ndarray:
    """A frame (uint8 RGB) as far as jumps are told by it, float32."""
    cv2 = load_cv2()
    return cv2.resize(frame, GLANCE, interpolation=cv2.INTER_AREA).astype(np.float32)


def shows_something(seen: np.ndarray) -> bool:
    """Whether a glance is more than an empty picture: black, white, or another single colour."""
    return float(seen.std((0, 1)).max()) > EMPTY


def jumped(before: np.ndarray | None, now: np.ndarray) -> bool:
    """Whether the picture is another one, by two glances."""
    return before is not None and float(np.abs(now - before).mean()) > PICTURE_JUMP


def same_shot(before: np.ndarray, now: np.ndarray, picture_jumped: bool, frames: int = 1) -> bool:
    """Whether a face (landmarks [478,3]) is the one of `frames` before, going on: near enough, and if the picture has
    jumped (a flash, or a cut), the same in size and shape too."""
    size, size_before = eyes_apart(now), eyes_apart(before)
    moved = np.linalg.norm(now[STABLE, :2].mean(0) - before[STABLE, :2].mean(0)) / max(size, size_before)
    if not picture_jumped:
        return bool(moved < FAR * min(frames, 2))
    return bool(
        moved < NEAR and max(size / size_before, size_before / size) < GROWN and misfit(before, now) < OTHER_PERSON
    )


def eyes_apart(points: np.ndarray) -> float:
    """Distance of the outer eye corners of landmarks, in pixels."""
    left, right = EYE_CORNERS
    return max(float(np.linalg.norm(points[left, :2] - points[right, :2])), 1e-3)


def misfit(before: np.ndarray, now: np.ndarray) -> float:
    """How badly one face fits on the other, by the points that expression hardly moves, in eye distances."""
    a, b = before[STABLE].astype(np.float64), now[STABLE].astype(np.float64)
    return float(np.sqrt(((align(a, b).apply(a) - b) ** 2).sum(1).mean())) / eyes_apart(now)
