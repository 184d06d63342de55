"""The transparent parts of a portrait, moved as its face is."""

import numpy as np

from .crop import HeadCrop
from .rig import Rig
from .sway import Head, Sway
from .warp import MeshWarp


class Matte:
    """Opacity uint8 [h,w] of a picture whose face has landmarks `points` [468,3] and, in its head's crop, `rig`."""

    def __init__(self, matte: np.ndarray, points: np.ndarray, rig: Rig):
        self._crop = HeadCrop(np.repeat(matte[..., None], 3, 2), points)
        self._warp = MeshWarp(self._crop.picture, rig)
        self._sway = Sway(self._crop.full_size(rig), self._crop.size)

    def pose(self, points: np.ndarray, head: Head) -> np.ndarray:
        """The opacity with the rig's vertices at `points` [n,2] and the head moved."""
        crop = self._crop.picture.copy()
        moved = self._crop.paste(crop, self._warp.paint(crop, points))
        if any(head):
            region = self._crop.box.slices
            moved[region] = self._sway.apply(moved[region], head)
        return np.ascontiguousarray(moved[..., 0])
