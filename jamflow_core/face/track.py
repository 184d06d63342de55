"""The face through a video."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ..errors import JamFlowError
from .finder import Face, FaceFinder, face_finder


@dataclass(frozen=True)
class FaceTrack:
    """Landmarks of one face in every frame of a video.

    points: float32 [n,478,3] in pixels; where the face was not seen they are those of the last frame that showed it (of
    the first one that will, before that). missing: the numbers of those frames.
    """

    points: np.ndarray
    missing: list[int]

    def __len__(self) -> int:
        return len(self.points)


def track_face(frames: Iterable[np.ndarray], finder: FaceFinder | None = None, index: int = 0,
               progress: Callable[[int], None] | None = None) -> FaceTrack:  # fmt: skip
    """Follow one face through frames (uint8 RGB), one in memory at a time.

    index: which face of the first frame that shows one. progress: called with the number of frames done. Raises
    JamFlowError if no frame shows a face.
    """
    finder = finder or face_finder()
    landmarks, missing, face = [], [], None
    for number, frame in enumerate(frames):
        seen = finder.track(frame, face.region) if face else None
        seen = seen or _look(finder, frame, index if face is None else 0, thorough=number == 0)
        if seen is None:
            missing.append(number)
        face = seen or face
        landmarks.append(None if face is None else face.points.astype(np.float32))
        if progress:
            progress(number + 1)
    if face is None:
        raise JamFlowError(
            "Choose a video that shows a face from the front in most frames: no face is found in this one"
        )
    first = next(points for points in landmarks if points is not None)
    return FaceTrack(np.array([first if points is None else points for points in landmarks]), missing)


def _look(finder: FaceFinder, frame: np.ndarray, index: int, thorough: bool) -> Face | None:
    try:
        return finder.find(frame, index, thorough)
    except JamFlowError:
        return None
