"""The face through a video, frame by frame."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ..errors import JamFlowError
from .face import Face, FaceFinder


class Tracked(NamedTuple):
    """One frame of a video and its face; `held` when the face was not seen and the last one stands in for it, and
    None for `face` as long as none has been seen at all."""

    frame: np.ndarray
    face: Face | None
    held: bool


def track_faces(frames: Iterable[np.ndarray], finder: FaceFinder | None = None, index: int = 0) -> Iterator[Tracked]:
    """Follow one face through frames (uint8 RGB). `index`: which face of the first frame that has one."""
    finder = finder or FaceFinder()
    face = None
    for number, frame in enumerate(frames):
        seen = finder.track(frame, face.region) if face else None
        seen = seen or _look(finder, frame, index if face is None else 0, thorough=number == 0)
        face = seen or face
        yield Tracked(frame, face, held=seen is None)


def _look(finder: FaceFinder, frame: np.ndarray, index: int, thorough: bool) -> Face | None:
    try:
        return finder.find(frame, index, thorough)
    except JamFlowError:
        return None
