"""MeshPortrait: a still picture whose face can be posed."""

import numpy as np

from ...errors import JamFlowError
from ...face.finder import FaceFinder
from ...face.topology import load_topology
from ...media.picture import to_rgb
from ...motion.basis import STATES
from .colours import mouth_colours
from .crop import HeadCrop
from .eyes import Eyeballs
from .mouth import MouthInterior, photographed
from .rig import SURE_EYES, build_rig, fit_to_mouth
from .sway import Head, Sway
from .warp import MeshWarp, union_of


class MeshPortrait:
    """Poses the face of one picture, without a neural renderer.

    image: uint8 RGB [h,w,3] (grey and alpha are converted). mouth_box: x0, y0, x1, y1 of the mouth in pixels, instead
    of looking for a face. face: which face, the largest and surest is 0. finder: the face models, if loaded already.
    Raises JamFlowError if no face is found, or the box is not in the picture. `warning` is None or meant for the user.
    """

    def __init__(self, image: np.ndarray, mouth_box: tuple[float, float, float, float] | None = None, face: int = 0,
                 finder: FaceFinder | None = None):  # fmt: skip
        self.image = to_rgb(image)
        topology = load_topology()
        if mouth_box is not None:
            points = fit_to_mouth(checked_box(mouth_box, self.image), topology)
            self.face, self.warning = None, None
        else:
            self.face = (finder or FaceFinder()).find(self.image, face)
            points, self.warning = self.face.points[:468], self.face.warning
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
        self._mouth = MouthInterior(self.rig, colours, photo)
        self._sway = None  # built at the first head motion

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self.image.shape[1], self.image.shape[0]

    @property
    def marks(self) -> list[np.ndarray]:
        """What tells this portrait from another one of the same picture: where its face is."""
        return [self.rig.rest]

    def frame(self, state, blink=0.0, head=(0.0, 0.0, 0.0, 0.0, 0.0), smile: float = 0.0, brow: float = 0.0,
              gaze: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:  # fmt: skip
        """One picture, uint8 RGB of the portrait's size.

        state [5]: jaw, wide, pucker, press (0..1) and shift, as in motion/basis.py; all 0 is the relaxed closed
        mouth. blink: closing of the lids 0..1, one number or (image left, image right). head: yaw, pitch, roll in
        degrees, x, y in eye distances. smile: -1..1. brow: 1 raised, -1 lowered. gaze: -1..1 to the picture's right and
        down. Where the eyes of a picture are doubtful (many drawings) blink and gaze do nothing.
        """
        if np.shape(state) != (5,):
            raise JamFlowError(f"Give a state of 5 numbers ({', '.join(STATES)}), not the shape {np.shape(state)}")
        blink, gaze = tuple(np.broadcast_to(np.clip(blink, 0, 1), 2)), tuple(np.clip(gaze, -1, 1))
        relative = self.rig.relative(state, float(np.clip(smile, -1, 1)), float(np.clip(brow, -1, 1)))
        points = self.rig.pose(relative, blink)
        crop = self._crop.picture.copy()
        drawn = [self._warp.paint(crop, points)]
        if self._eyeballs and (max(blink) > 0.01 or any(gaze) or brow):
            drawn.append(self._eyeballs.paint(crop, points, gaze))
        drawn.append(self._mouth.paint(crop, points, relative))
        frame = self._crop.paste(crop, union_of(drawn))
        if any(head):
            self._sway = self._sway or Sway(self._crop.full_size(self.rig), self._crop.size)
            region = self._crop.box.slices
            frame[region] = self._sway.apply(frame[region], Head(*head))
        return frame


def checked_box(mouth_box, image: np.ndarray) -> tuple[float, float, float, float]:
    """A mouth's place that lies in the picture and can be seen; JamFlowError for another."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = (float(v) for v in mouth_box)
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise JamFlowError(
            f"Give mouth_box=x0,y0,x1,y1 inside the picture ({width}x{height}), not {x0:g},{y0:g},{x1:g},{y1:g}"
        )
    if x1 - x0 < 4:
        raise JamFlowError(f"Give a wider mouth_box: {x1 - x0:g} pixels are too few to show a mouth")
    return x0, y0, x1, y1
