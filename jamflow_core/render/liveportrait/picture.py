"""LivePortrait as a renderer: a picture or a video whose face is moved by generated lips or by a template."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from ...errors import JamFlowError
from ...face.finder import FaceFinder
from ...face.topology import EYE_CORNERS, load_topology
from ...face.track import FaceTrack, track_face
from ...media.picture import to_rgb
from ..relip import steady
from .crop import (
    DRIVING_RISE,
    DRIVING_SCALE,
    Box,
    PasteBack,
    cut,
    eye_openings,
    face_box,
    lip_opening,
    square,
    to_crop,
    upright,
)  # fmt: skip
from .drive import Laid, Options, drive, speak
from .expression import expression
from .keypoints import Faces
from .networks import Networks
from .template import Template

Progress = Callable[[int], None]
Frames = Callable[[], Iterable[np.ndarray]]


class LivePortraitRenderer:
    """Poses the face of one picture.

    networks: catalog/liveportrait.py. image: uint8 RGB [h,w,3] (grey and alpha are converted). mouth_box: x0, y0, x1,
    y1
    of the mouth in pixels, instead of looking for a face. face: which face, the largest and surest is 0. batch: frames
    painted together (default: 4 on a GPU, 1 on a CPU). Frames have the picture's size and only a square around the head
    differs; without paste_back they are that square. Raises JamFlowError if no face is found, or the box is not in the
    picture. `warning` is None or what to
    tell the user, `still` the picture that the frames start from.
    """

    def __init__(self, networks: Networks, image: np.ndarray, mouth_box: tuple[float, float, float, float] | None = None,
                 face: int = 0, finder: FaceFinder | None = None, batch: int | None = None,
                 paste_back: bool = True):  # fmt: skip
        self.image = to_rgb(image)
        self.warning = None
        if mouth_box is None:
            found = (finder or FaceFinder()).find(self.image, face)
            landmarks, self.warning = found.points, found.warning
        else:
            from ..mesh.portrait import checked_box
            from ..mesh.rig import fit_to_mouth

            landmarks = fit_to_mouth(checked_box(mouth_box, self.image), load_topology())
        self.networks, self._batch = networks, batch or _batch_of(networks)
        box = face_box(landmarks)
        self._matrix = matrix = to_crop(box)
        crop = tensor_of([cut(self.image, matrix)])
        self.source = _template(networks.faces(crop), landmarks[None])
        self._eye_distance = _eye_distance(landmarks, box)
        self._ready = networks.source(crop, self.source.faces.points())
        self.still = self.image if paste_back else square(self.image, matrix)
        self._paste = PasteBack(matrix, self.image.shape) if paste_back else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self.still.shape[1], self.still.shape[0]

    @property
    def marks(self) -> list:
        """What tells this portrait from another one of the same picture: where its face is, and some weights of each
        network.
        """
        nets = (
            self.networks.appearance,
            self.networks.motion,
            self.networks.warping,
            self.networks.generator,
            self.networks.retargeting,
        )
        return [self._matrix, *(next(net.parameters()) for net in nets)]

    def frames(self, exp: np.ndarray, blink: np.ndarray | None = None, head: np.ndarray | None = None,
               options: Options = Options(), driving: Template | None = None, smile: np.ndarray | None = None,
               brow: np.ndarray | None = None, gaze: np.ndarray | None = None) -> Iterator[np.ndarray]:  # fmt: skip
        """Frames (uint8 RGB) for expression deltas [n,21,3], made a batch at a time; only the lips of `exp` count.

        blink, head, smile, brow, gaze: see `laid_over`; all from the picture's own pose. driving: a template at the
        rate of
        `exp` that moves all but the lips, with these added to it; a shorter one goes back and forth.
        """
        rest = {"blink": blink, "head": head, "smile": smile, "brow": brow, "gaze": gaze}
        laid, exp = laid_over(rest, len(exp), self._eye_distance, self.networks.device), self._tensor(exp)
        if driving is not None:
            template = driving.lasting(len(exp)).to(self.networks.device)
            return self._painted(drive(self.networks.retargeting, self.source, template, options, exp, laid)[1])
        return self._painted(speak(self.networks.retargeting, self.source, exp, options, laid)[1])

    def frame(self, exp: np.ndarray, blink=0.0, head=(0.0, 0.0, 0.0, 0.0, 0.0)) -> np.ndarray:
        """One frame for deltas [21,3]; see `frames`."""
        lids = np.max(np.asarray(blink, np.float32))[None]
        return next(self.frames(np.asarray(exp)[None], lids, np.asarray(head, np.float32)[None]))

    def drive(self, template: Template, options: Options = Options(), **rest: np.ndarray) -> Iterator[np.ndarray]:
        """Frames (uint8 RGB) of the picture moved by a template, one for each of its frames. rest: added, as in
        `frames`.
        """
        driving = template.to(self.networks.device)
        laid = laid_over(rest, len(template), self._eye_distance, self.networks.device)
        return self._painted(drive(self.networks.retargeting, self.source, driving, options, laid=laid)[1])

    def _painted(self, points: Tensor) -> Iterator[np.ndarray]:
        for some in points.split(self._batch):
            for painted in pixels_of(self.networks.paint(self._ready, some)):
                yield self._paste(painted, self.image) if self._paste else painted

    def _tensor(self, value) -> Tensor:
        return torch.as_tensor(np.asarray(value, np.float32), device=self.networks.device)


class LivePortraitVideo:
    """Poses the face of every frame of a video: dubbing.

    frames: a function that opens the video anew at each call and gives its frames (uint8 RGB); they are read twice, one
    batch in memory at a time. face: which face of the first frame that shows one. progress: called with the number of
    frames done, of twice as many as the video has (found, then measured). Without paste_back frames are the square
    around
    the head. `gone`: bool [n], frames that have no face and are left as they are (short gaps are bridged). Raises
    JamFlowError if no frame shows a face.
    """

    def __init__(self, networks: Networks, frames: Frames, finder: FaceFinder | None = None, face: int = 0,
                 batch: int | None = None, progress: Progress | None = None, paste_back: bool = True):  # fmt: skip
        self.networks, self._frames, self._batch = networks, frames, batch or _batch_of(networks)
        self._paste_back = paste_back
        track = track_face(frames(), finder, face, progress)
        points, self.gone = steady(track)
        boxes = [face_box(face) for face in points]
        self._matrices = [to_crop(box) for box in boxes]
        self._eye_distance = np.array([_eye_distance(face, box) for face, box in zip(points, boxes)], np.float32)
        self.source = _measured(networks, frames, self._matrices, replace(track, points=points), "area", 25.0, progress)

    def frames(self, exp: np.ndarray, options: Options = Options(), driving: Template | None = None,
               **rest: np.ndarray) -> Iterator[np.ndarray]:  # fmt: skip
        """Frames with generated lips, deltas [n,21,3] at the video's rate. As many frames as the video has: a longer
        motion
        is cut, behind a shorter one the mouth stays closed. driving: a template at the same rate for all but the lips.
        rest: blink, head, smile, brow and gaze, a row for each of the video's frames (`laid_over`), added to what its
        face does."""
        wanted = torch.zeros(len(self.source), 21, 3, device=self.networks.device)
        known = torch.as_tensor(np.asarray(exp, np.float32))[: len(wanted)]
        wanted[: len(known)] = known.to(wanted)
        laid = self._laid(rest)
        if driving is not None:
            template = driving.lasting(len(wanted)).to(self.networks.device)
            return self._painted(*drive(self.networks.retargeting, self.source, template, options, wanted, laid))
        return self._painted(*speak(self.networks.retargeting, self.source, wanted, options, laid))

    def drive(self, template: Template, options: Options = Options(), **rest: np.ndarray) -> Iterator[np.ndarray]:
        """Frames moved by a template, until the shorter of both ends. rest: added, as in `frames`."""
        driving = template.to(self.networks.device)
        return self._painted(*drive(self.networks.retargeting, self.source, driving, options, laid=self._laid(rest)))

    def _laid(self, rest: dict[str, np.ndarray]) -> Laid:
        return laid_over(rest, len(self.source), self._eye_distance, self.networks.device)

    def _painted(self, rest: Tensor, points: Tensor) -> Iterator[np.ndarray]:
        for frames, first in _batches(islice(self._frames(), len(points)), self._batch):
            chosen = [index for index in range(first, first + len(frames)) if not self.gone[index]]
            squares = {}
            if chosen:
                crops = tensor_of([cut(frames[index - first], self._matrices[index]) for index in chosen])
                source = self.networks.source(crops, rest[chosen])
                squares = dict(zip(chosen, pixels_of(self.networks.paint(source, points[chosen]))))
            for index, frame in enumerate(frames, first):
                if not self._paste_back:
                    yield squares[index] if index in squares else square(frame, self._matrices[index])
                else:
                    yield (
                        PasteBack(self._matrices[index], frame.shape)(squares[index], frame)
                        if index in squares
                        else frame
                    )

    def stills(self) -> Iterator[np.ndarray]:
        """The video as it is, for comparison with `frames`."""
        if self._paste_back:
            return iter(self._frames())
        return (square(frame, matrix) for frame, matrix in zip(self._frames(), self._matrices))


def extract_template(networks: Networks, frames: Frames, fps: float, finder: FaceFinder | None = None, face: int = 0,
                     progress: Progress | None = None) -> Template:  # fmt: skip
    """The motion of the face in a driving video, by network M.

    frames and progress: as in LivePortraitVideo. Every frame is cut by the mean box of the clip. Raises JamFlowError if
    no
    frame shows a face.
    """
    track = track_face(frames(), finder, face, progress)
    matrix = to_crop(upright([face_box(points, DRIVING_SCALE, DRIVING_RISE) for points in track.points]))
    return _measured(networks, frames, [matrix] * len(track), track, "linear", fps, progress)


def laid_over(rest: dict[str, np.ndarray | None], frames: int, eye_distance, device) -> Laid:
    """Tracks of a face (render/expression.py), a row for each of `frames`, as LivePortrait's keypoints take them.

    blink: closing of the lids [n] or [n,2], 0..1. head [n,5]: yaw, pitch, roll in degrees (to the picture's right,
    down,
    clockwise), x, y in eye distances. smile, brow [n] and gaze [n,2]: see expression.py. eye_distance: in keypoint
    units, one
    for all frames or [n].
    """
    known = {
        name: torch.as_tensor(np.asarray(track, np.float32), device=device)
        for name, track in rest.items()
        if track is not None
    }
    if any(len(track) != frames for track in known.values()):
        raise ValueError(f"exp and {', '.join(known)} must be equally long: {frames} frames")
    blink, head = known.get("blink"), known.get("head")
    if blink is not None and blink.ndim == 2:
        blink = blink.amax(1)
    if head is not None:
        yaw, pitch, roll, x, y = head.T
        unit = torch.as_tensor(eye_distance, device=device)
        head = torch.stack((pitch, -yaw, roll, x * unit, y * unit), 1)
    return Laid(blink, head, expression(*(known.get(name) for name in ("smile", "brow", "gaze"))))


def tensor_of(crops: list[np.ndarray]) -> Tensor:
    """uint8 [n,h,w,3] -> float32 [n,3,h,w] in 0..1."""
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 255


def pixels_of(pictures: Tensor) -> np.ndarray:
    """Tensor [n,3,h,w] in 0..1 -> uint8 [n,h,w,3]; cut off, not rounded, as the official code does."""
    return (pictures.clamp(0, 1) * 255).to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def _measured(networks, frames: Frames, matrices, track: FaceTrack, shrink: str, fps: float,
              progress: Progress | None) -> Template:  # fmt: skip
    parts = []
    for number, (frame, matrix) in enumerate(zip(frames(), matrices), 1):
        parts.append(networks.faces(tensor_of([cut(frame, matrix, shrink)])))
        if progress:
            progress(len(track) + number)
    if len(parts) < len(track):
        raise JamFlowError(
            f"Open the video anew for every reading: the second one gave {len(parts)} of {len(track)} frames."
        )
    return _template(Faces.joined(parts), track.points, fps, tuple(track.missing))


def _template(faces: Faces, landmarks: np.ndarray, fps: float = 25.0, missing: tuple[int, ...] = ()) -> Template:
    """Faces with the openings of their eyes and lips."""

    def column(measure):
        return faces.exp.new_tensor(np.array([np.atleast_1d(measure(points)) for points in landmarks]))

    return Template(faces, fps, column(eye_openings), column(lip_opening), missing)


def _eye_distance(landmarks: np.ndarray, box: Box) -> float:
    """Distance of the outer eye corners in keypoint units (the crop is 2 wide)."""
    left, right = EYE_CORNERS
    return float(np.linalg.norm(landmarks[left, :2] - landmarks[right, :2])) * 2 / box.size


def _batch_of(networks: Networks) -> int:
    return 1 if networks.device.type == "cpu" else 4


def _batches(frames: Iterable[np.ndarray], size: int) -> Iterator[tuple[list[np.ndarray], int]]:
    """Frames in lists of `size`, and the number of the first."""
    frames, first = iter(frames), 0
    while some := list(islice(frames, size)):
        yield some, first
        first += len(some)
