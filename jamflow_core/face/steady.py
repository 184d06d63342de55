"""A tracked face without tremble and without short gaps."""

import numpy as np

from ..motion.frames import runs
from .topology import EYE_CORNERS
from .track import FaceTrack

TREMBLE = 0.02  # eye distances: what a landmark departs from its neighbours in time by more than this is motion
GONE = 5  # frames; a face missing for longer is gone and nothing is painted, a shorter gap is bridged


def steady(track: FaceTrack) -> tuple[np.ndarray, np.ndarray]:
    """Landmarks smoothed over three frames where they tremble (not where the face moves), short gaps bridged in a
    straight line; and which frames have lost the face for good, bool [n]."""
    points = track.points.astype(np.float64)
    lost = np.zeros(len(points), bool)
    lost[track.missing] = True
    gone = np.zeros_like(lost)
    for start, end in runs(lost):
        if start == 0 or end == len(points) or end - start > GONE:
            gone[start:end] = True
            continue
        part = (np.arange(start, end) - start + 1) / (end - start + 1)
        points[start:end] = points[start - 1] + part[:, None, None] * (points[end] - points[start - 1])
    correction = np.zeros_like(points)
    correction[1:-1] = (points[:-2] - 2 * points[1:-1] + points[2:]) / 4
    eyes = np.linalg.norm(points[:, EYE_CORNERS[0]] - points[:, EYE_CORNERS[1]], axis=1)
    size = np.linalg.norm(correction, axis=2) / eyes[:, None]
    return points + correction * np.exp(-((size / TREMBLE) ** 2))[..., None], gone
