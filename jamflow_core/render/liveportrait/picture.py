"""A picture whose face LivePortrait moves."""

from collections.abc import Iterator
from itertools import repeat

import numpy as np
import torch
from torch import Tensor

from ...face.finder import Which, face_finder
from ...face.topology import FACE_OVAL, load_topology
from ...media.picture import matte_of, to_rgb
from ...motion.files import Motion
from ..mesh.rig import fit_to_mouth
from ..renderer import MouthBox, checked_box, opaque
from .crop import PasteBack, cut, face_box, square, to_crop
from .drive import drive, speak
from .expression import laid_over
from .measure import described, eye_distance, pixels_of, tensor_of
from .painting import Painting
from .template import TemplateMotion


class LivePortraitPicture:
    """A `Portrait` of LivePortrait's; face and mouth_box as in `Renderer.pose`. Frames have the picture's size and only
    a square around the head differs; without paste_back they are that square."""

    def __init__(self, painting: Painting, image: np.ndarray, face: Which = 0, mouth_box: MouthBox | None = None):
        self.image, self._matte = to_rgb(image), matte_of(image)
        self.warning = None
        if mouth_box is None:
            found = face_finder().find(self.image, face)
            landmarks, self.warning = found.points, found.warning
        else:
            landmarks = fit_to_mouth(checked_box(mouth_box, self.image), load_topology())
        self.painting, self.networks = painting, painting.networks
        self.oval = np.asarray(landmarks)[FACE_OVAL, :2]
        box = face_box(landmarks)
        self._matrix = matrix = to_crop(box)
        crop = tensor_of([cut(self.image, matrix)])
        self.source = described(self.networks.faces(crop), landmarks[None])
        self._eye_distance = eye_distance(landmarks, box)
        self._ready = self.networks.source(crop, self.source.faces.points())
        self.still = self.image if painting.paste_back else square(self.image, matrix)
        self._paste = PasteBack(matrix, self.image.shape) if painting.paste_back else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self.still.shape[1], self.still.shape[0]

    @property
    def marks(self) -> list:
        """What tells this portrait from another one of the same picture: where its face is, and some weights of each
        network."""
        parts = ("appearance", "motion", "warping", "generator", "retargeting")
        return [self._matrix, *(next(getattr(self.networks, part).parameters()) for part in parts)]

    def frames(self, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
        """Frames (uint8 RGB), one for each of the motion's, made a batch at a time.

        A TemplateMotion moves the whole face, of any other one only the lips count; where there is a driving template
        that moves all but them, and a shorter one goes back and forth. tracks: see `laid_over`; added to what moves the
        face, else to the picture's own pose.
        """
        net, options, driving = self.networks.retargeting, self.painting.options, self.painting.driving
        laid = laid_over(tracks, len(motion.exp), self._eye_distance, self.networks.device)
        if driving is None and isinstance(motion, TemplateMotion):
            template = motion.template.to(self.networks.device)
            return self._painted(drive(net, self.source, template, options, laid=laid)[1])
        exp = torch.as_tensor(np.asarray(motion.exp, np.float32), device=self.networks.device)
        if driving is not None:
            template = driving.template.at(motion.fps).lasting(len(exp)).to(self.networks.device)
            return self._painted(drive(net, self.source, template, options, exp, laid)[1])
        return self._painted(speak(net, self.source, exp, options, laid)[1])

    def mattes(self, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
        """See `Portrait.mattes`: the picture's own; the networks know no outline."""
        if self._matte is None or not self.painting.paste_back:
            return opaque(self, motion)
        return repeat(self._matte, len(motion.exp))

    def _painted(self, points: Tensor) -> Iterator[np.ndarray]:
        for some in points.split(self.painting.together):
            for painted in pixels_of(self.networks.paint(self._ready, some)):
                yield self._paste(painted, self.image) if self._paste else painted
