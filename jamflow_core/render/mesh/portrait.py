"""MeshPortrait: a still picture whose face can be posed."""

from collections.abc import Iterator

import numpy as np

from ...errors import JamFlowError
from ...face.finder import FaceFinder, Which, face_finder
from ...face.topology import FACE_OVAL, load_topology
from ...media.picture import matte_of, to_rgb
from ...motion.basis import STATES, exp_to_state
from ...motion.files import Motion
from ..renderer import MouthBox, checked_box, opaque
from .colours import mouth_colours
from .crop import HeadCrop
from .eyes import Eyeballs
from .finish import finish_of
from .matte import Matte
from .mouth import MouthInterior, photographed
from .rig import SURE_EYES, build_rig, fit_to_mouth
from .row import Row
from .sway import Sway
from .warp import MeshWarp, union_of


class MeshPortrait:
    """Poses the face of one picture, without a neural renderer.

    A `Portrait`; image, mouth_box and face as in `Renderer.pose`. finder: other face models than the shared ones.
    """

    def __init__(self, image: np.ndarray, mouth_box: MouthBox | None = None, face: Which = 0,
                 finder: FaceFinder | None = None):  # fmt: skip
        self.image, matte = to_rgb(image), matte_of(image)
        self.still = self.image
        topology = load_topology()
        if mouth_box is not None:
            points = fit_to_mouth(checked_box(mouth_box, self.image), topology)
            self.face, self.warning = None, None
        else:
            self.face = (finder or face_finder()).find(self.image, face)
            points, self.warning = self.face.points[:468], self.face.warning
        self.oval = points[FACE_OVAL, :2]
        self._crop = HeadCrop(self.image, points)
        spread = self.face.lip_spread if self.face else 0.0
        has_lids = self.face is not None and self.face.eye_spread <= SURE_EYES
        self.rig = build_rig(self._crop.to_crop(points), topology, self._crop.picture, spread, has_lids)
        self._warp = MeshWarp(self._crop.picture, self.rig)
        landmarks = self._crop.to_crop(self.face.points) if has_lids else None
        self._eyeballs = Eyeballs(self._crop.picture, self.rig, landmarks) if has_lids else None
        colours, photo = mouth_colours(self._crop.picture, self.rig), None
        if self.rig.open:
            photo, colours = photographed(self._crop.picture, self.rig, colours)
        self._mouth = MouthInterior(self.rig, colours, finish_of(self._crop.picture, self.rig), photo)
        self._sway: Sway | None = None  # built at the first head motion
        self._matte = None if matte is None else Matte(matte, points, self.rig)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self.image.shape[1], self.image.shape[0]

    @property
    def marks(self) -> list[np.ndarray]:
        """What tells this portrait from another one of the same picture: where its face is."""
        return [self.rig.rest]

    def frames(self, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
        """Frames (uint8 RGB, the portrait's size), one for each of the motion's, made one at a time. tracks: as `frame`
        takes them, a row a frame."""
        states = exp_to_state(motion.exp)
        for name, values in tracks.items():
            if len(values) < len(states):
                raise ValueError(f"{name} must be as long as exp: {len(states)} frames, not {len(values)}")
        for index, state in enumerate(states):
            yield self.frame(state, **{name: values[index] for name, values in tracks.items()})

    def mattes(self, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
        """See `Portrait.mattes`: the head's outline goes with the jaw and with the head."""
        if self._matte is None:
            yield from opaque(self, motion)
            return
        for index, state in enumerate(exp_to_state(motion.exp)):
            face = Row.of(**{name: values[index] for name, values in tracks.items()})
            points = self.rig.pose(self.rig.relative(state, face.smile, face.brow), face.blink)
            yield self._matte.pose(points, face.head)

    def frame(self, state, **row) -> np.ndarray:
        """One picture, uint8 RGB of the portrait's size.

        state [5]: jaw, wide, pucker, press (0..1) and shift, as in motion/basis.py; all 0 is the relaxed closed mouth.
        row: one of each track (`Tracks`). Where the eyes of a picture are doubtful (many drawings) blink and gaze do
        nothing.
        """
        if np.shape(state) != (5,):
            raise JamFlowError(f"Give a state of 5 numbers ({', '.join(STATES)}), not the shape {np.shape(state)}")
        face = Row.of(**row)
        relative = self.rig.relative(state, face.smile, face.brow)
        points = self.rig.pose(relative, face.blink)
        crop = self._crop.picture.copy()
        drawn = [self._warp.paint(crop, points)]
        if self._eyeballs and face.moves_eyes:
            drawn.append(self._eyeballs.paint(crop, points, face.gaze))
        drawn.append(self._mouth.paint(crop, points, relative, face.tongue))
        frame = self._crop.paste(crop, union_of(drawn))
        if any(face.head):
            self._sway = self._sway or Sway(self._crop.full_size(self.rig), self._crop.size)
            region = self._crop.box.slices
            frame[region] = self._sway.apply(frame[region], face.head)
        return frame
