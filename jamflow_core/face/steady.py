"""A tracked face without tremble."""

import numpy as np

from .topology import EYE_CORNERS
from .track import FaceTrack

TREMBLE = 0.02  # eye distances: what a landmark departs from its neighbours in time by more than this is motion


def steady(track: FaceTrack, tremble: float | None = TREMBLE) -> np.ndarray:
    """Landmarks float64 [n,478,3], smoothed over three frames of a shot that show the face, where they tremble; not
    where the face moves. tremble: eye distances, what is tremble at most; None: all of it is smoothed."""
    points = track.points.astype(np.float64)
    together = track.seen[1:] & track.seen[:-1] & (track.shots[1:] == track.shots[:-1])
    inside = np.flatnonzero(together[1:] & together[:-1]) + 1
    smooth = points.copy()
    smooth[inside] = (points[inside - 1] + 2 * points[inside] + points[inside + 1]) / 4
    if tremble is None:
        return smooth
    eyes = np.linalg.norm(points[:, EYE_CORNERS[0]] - points[:, EYE_CORNERS[1]], axis=1)
    size = np.linalg.norm(smooth - points, axis=2) / eyes[:, None]
    return points + (smooth - points) * np.exp(-((size / tremble) ** 2))[..., None]
