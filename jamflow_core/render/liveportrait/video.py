"""A video whose face LivePortrait moves, and the motion of the face in a driving video."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from ...face.finder import Which, face_finder
from ...face.steady import steady
from ...face.track import track_face
from ...motion.files import Motion
from ..renderer import Progress, held
from .crop import DRIVING_RISE, DRIVING_SCALE, PasteBack, cut, face_box, square, to_crop, upright
from .drive import drive, speak
from .expression import laid_over
from .measure import Frames, eye_distance, measured, pixels_of, tensor_of
from .networks import Networks
from .painting import Painting
from .template import Template, TemplateMotion


class LivePortraitVideo:
    """Poses the face of every frame of a video: dubbing.

    frames: opens the video anew at each call and gives its frames (uint8 RGB); they are read twice, one batch in memory
    at a time. face: which face of the first frame that shows one. least: so many frames at least, the last one held.
    progress: called with the number of frames done, of twice as many as the video has (found, then measured). Without
    paste_back frames are the square around the head. `gone`: bool [n], frames that have no face and are left as they
    are. JamFlowError if no frame shows a face.
    """

    def __init__(self, painting: Painting, frames: Frames, face: Which = 0, least: int = 0,
                 progress: Progress | None = None):  # fmt: skip
        self.painting, self.networks = painting, painting.networks
        track = track_face(frames(), face_finder(), face, progress)
        points = steady(track, tremble=None)  # whole crops follow the head: here lag is better than tremble
        boxes = [face_box(face) for face in points]
        matrices = [to_crop(box) for box in boxes]
        eyes = np.array([eye_distance(face, box) for face, box in zip(points, boxes)], np.float32)
        source = measured(self.networks, frames, matrices, replace(track, points=points), progress)
        more = max(0, least - len(track))
        self._frames = lambda: held(frames(), more)
        self._matrices = matrices + matrices[-1:] * more
        self._eye_distance, self.gone = (np.pad(values, (0, more), mode="edge") for values in (eyes, ~track.seen))
        self.source = source.held(more)

    def frames(self, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
        """Frames (uint8 RGB) for motion at the video's rate, as many as the video has: a longer one is cut, behind a
        shorter one the mouth stays closed; a template goes back and forth. What moves what is as in
        `LivePortraitPicture.frames`. tracks: a row for each of the video's frames, added to what its face does."""
        net, options, driving = self.networks.retargeting, self.painting.options, self.painting.driving
        count, device = len(self.source), self.networks.device
        laid = laid_over(tracks, count, self._eye_distance, device)
        if driving is None and isinstance(motion, TemplateMotion):
            template = motion.template.lasting(count).to(device)
            return self._painted(*drive(net, self.source, template, options, laid=laid))
        wanted = torch.zeros(count, 21, 3, device=device)
        known = torch.as_tensor(np.asarray(motion.exp, np.float32))[:count]
        wanted[: len(known)] = known.to(wanted)
        if driving is not None:
            template = driving.template.at(motion.fps).lasting(count).to(device)
            return self._painted(*drive(net, self.source, template, options, wanted, laid))
        return self._painted(*speak(net, self.source, wanted, options, laid))

    def stills(self) -> Iterator[np.ndarray]:
        """The video as it is, for comparison with `frames`."""
        if self.painting.paste_back:
            return self._frames()
        return (square(frame, matrix) for frame, matrix in zip(self._frames(), self._matrices))

    def _painted(self, still: Tensor, points: Tensor) -> Iterator[np.ndarray]:
        size = self.painting.together
        for frames, first in _batches(islice(self._frames(), len(points)), size):
            chosen = [index for index in range(first, first + len(frames)) if not self.gone[index]]
            squares = {}
            if chosen:
                crops = tensor_of([cut(frames[index - first], self._matrices[index]) for index in chosen])
                source = self.networks.source(crops, still[chosen])
                squares = dict(zip(chosen, pixels_of(self.networks.paint(source, points[chosen]))))
            for index, frame in enumerate(frames, first):
                yield self._laid_in(frame, squares.get(index), self._matrices[index])

    def _laid_in(self, frame: np.ndarray, painted: np.ndarray | None, matrix: np.ndarray) -> np.ndarray:
        """The frame with its painted square, or the square; None: with its own."""
        if self.painting.paste_back:
            return frame if painted is None else PasteBack(matrix, frame.shape)(painted, frame)
        return square(frame, matrix) if painted is None else painted


def extract_template(networks: Networks, frames: Frames, fps: float, face: Which = 0,
                     progress: Progress | None = None) -> Template:  # fmt: skip
    """The motion of the face in a driving video, by network M.

    frames, face and progress: as in LivePortraitVideo. Every frame is cut by the mean box of its shot. JamFlowError if
    no frame shows a face.
    """
    track = track_face(frames(), face_finder(), face, progress)
    boxes = [face_box(points, DRIVING_SCALE, DRIVING_RISE) for points in track.points]
    means = {
        shot: to_crop(upright([boxes[row] for row in np.flatnonzero(track.shots == shot)])) for shot in track.shots
    }
    matrices = [means[shot] for shot in track.shots]
    return replace(measured(networks, frames, matrices, track, progress, shrink="linear"), fps=fps)


def _batches(frames: Iterable[np.ndarray], size: int) -> Iterator[tuple[list[np.ndarray], int]]:
    """Frames in lists of `size`, and the number of the first."""
    frames, first = iter(frames), 0
    while some := list(islice(frames, size)):
        yield some, first
        first += len(some)
