"""The face through a video, shot by shot."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..errors import JamFlowError
from .finder import Face, FaceFinder, Which, face_finder, under
from .shots import glance, jumped, same_shot, shows_something

GAP = 5  # frames; one that shows no face is looked at again when the face comes back within so many


@dataclass(frozen=True)
class FaceTrack:
    """Landmarks of one face in every frame of a video.

    points: float32 [n,478,3] in pixels; where the face was not seen they are those of the last frame that showed it (of
    the first one that will, before that). missing: the numbers of those frames. shots: int [n], the number of the shot
    that a frame belongs to: frames of one follow each other, and nothing may be smoothed or compared across two.
    """

    points: np.ndarray
    missing: list[int]
    shots: np.ndarray

    def __len__(self) -> int:
        return len(self.points)

    @property
    def seen(self) -> np.ndarray:
        """bool [n]: frames that show the face."""
        seen = np.ones(len(self), bool)
        seen[self.missing] = False
        return seen

    def held(self, more: int) -> "FaceTrack":
        """The same with the last frame `more` times again."""
        count = len(self)
        gone = [*range(count, count + more)] if count - 1 in self.missing else []
        longer = (np.concatenate([part, np.repeat(part[-1:], more, 0)]) for part in (self.points, self.shots))
        points, shots = longer
        return FaceTrack(points, [*self.missing, *gone], shots)

    def each_shot(self) -> Iterator[np.ndarray]:
        """Numbers of the frames that show the face, shot by shot."""
        seen = self.seen
        for number in np.unique(self.shots[seen]):
            yield np.flatnonzero(seen & (self.shots == number))

    def measured(self, measure: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """What `measure` makes of the landmarks [m,478,3] of a whole shot, [m, ...], for each frame; in frames without
        a face it is that of the last one before, or of the first that shows one."""
        values = None
        for rows in self.each_shot():
            part = np.asarray(measure(self.points[rows]))
            values = np.zeros((len(self), *part.shape[1:]), part.dtype) if values is None else values
            values[rows] = part
        shown = np.flatnonzero(self.seen)
        return values[shown[np.maximum(np.searchsorted(shown, np.arange(len(self)), side="right") - 1, 0)]]


def track_face(frames: Iterable[np.ndarray], finder: FaceFinder | None = None, which: Which = 0,
               progress: Callable[[int], None] | None = None) -> FaceTrack:  # fmt: skip
    """Follow one face through frames (uint8 RGB), GAP + 1 of them in memory at a time.

    which: the face that is meant, in the first frame of each shot. progress: called with the number of frames done.
    Raises JamFlowError if no frame shows a face.
    """
    tracker = _Tracker(finder or face_finder(), which)
    for number, frame in enumerate(frames):
        tracker.take(frame)
        if progress:
            progress(number + 1)
    return tracker.track()


class _Tracker:
    """Takes the frames one after the other. `_gap`: the frames since the face was last seen, as far as they are worth
    another look."""

    def __init__(self, finder: FaceFinder, which: Which):
        self._finder, self._which = finder, which
        self._faces: list[Face | None] = []
        self._shots: list[int] = []
        self._last: Face | None = None
        self._since = 0  # frames without a face since the last one
        self._shot, self._jumped, self._glance = 0, False, None
        self._gap: list[np.ndarray] = []

    def take(self, frame: np.ndarray) -> None:
        """The next frame."""
        now = glance(frame)
        new = jumped(self._glance, now)
        thorough = not self._faces or new and not self._jumped
        self._jumped, self._glance = self._jumped or new, now
        face = self._face_of(frame, thorough) if shows_something(now) else None
        if face is None:
            self._since += 1
            if self._last is not None and self._since <= GAP:
                self._gap.append(frame)
        else:
            if self._last is not None and not self._goes_on(face):
                self._shot += 1
            elif self._gap:
                self._look_again(face)
            self._last, self._since, self._jumped = face, 0, False
            self._gap.clear()
        self._faces.append(face)
        self._shots.append(self._shot)

    def _goes_on(self, face: Face) -> bool:
        """Whether a face of the present frame is the last one, in the same shot."""
        known = self._since <= GAP
        return known and same_shot(self._last.points, face.points, self._jumped, 1 + self._since)

    def _face_of(self, frame: np.ndarray, thorough: bool) -> Face | None:
        """The face where it was in the frame before, else where one is near to that; after a jump of the picture, or a
        while without a face, one that is chosen anew."""
        if self._last is not None and self._since <= GAP:
            region = self._last.region
            face = None if self._jumped else self._finder.follow(frame, region)
            face = face or self._finder.near(frame, region)
            if face is not None and self._goes_on(face):
                return face
            if not self._jumped:
                return None
        faces = self._finder.faces(frame, thorough)
        if isinstance(self._which, np.ndarray):
            found = list(faces)
            meant = under(found, self._which)
            return meant if meant or self._last is None else next(iter(found), None)
        return next(reversed(list(islice(faces, self._which + 1))), None)  # or the last before it

    def _look_again(self, face: Face) -> None:
        """Frames of a short gap inside a shot, where the face must have been between its places on both sides."""
        for number, frame in enumerate(self._gap, 1):
            part = number / (len(self._gap) + 1)
            region = self._last.region.towards(face.region, part)
            self._faces[len(self._faces) - len(self._gap) + number - 1] = self._finder.follow(frame, region)

    def track(self) -> FaceTrack:
        """What was seen."""
        if self._last is None:
            raise JamFlowError(
                "Choose a video that shows a face from the front in most frames: no face is found in this one"
            )
        held = next(face for face in self._faces if face is not None)
        points, missing = [], []
        for number, face in enumerate(self._faces):
            if face is None:
                missing.append(number)
            held = face or held
            points.append(held.points.astype(np.float32))
        return FaceTrack(np.array(points), missing, np.array(self._shots))
