"""The head's part of the picture at a size good to work in, and the way back.

Between 288 and 1280 pixels the crop is the picture's own pixels: nothing is resampled. Larger heads are worked on
smaller and only what changed is pasted back, so that the rest keeps its sharpness; small ones are enlarged, so that
teeth have pixels to live in.
"""

import dataclasses

import numpy as np

from ...media.picture import load_cv2
from .rig import Rig
from .warp import Box

HEAD_ROOM, HEAD_RISE = 2.0, 0.09  # crop side in face sizes; moved up by this much of it for the hair
SMALLEST, LARGEST = 288, 1280  # pixels; sides between them are worked on as they are
REDUCED = 1024  # what a larger side is reduced to
UNCHANGED = 2  # grey levels
FEATHER = 8  # working pixels


class HeadCrop:
    """Crop of `image` around the face with these points [468,3]. `picture` is the crop at working size."""

    def __init__(self, image: np.ndarray, points: np.ndarray):
        self.image = image
        self.box = _around_head(points, image.shape)
        width, height = self.size
        side = max(width, height)
        self.scale = SMALLEST / side if side < SMALLEST else REDUCED / side if side > LARGEST else 1
        part = image[self.box.slices]
        if self.scale == 1:
            self.picture = part.copy()
        else:
            size = max(1, round(width * self.scale)), max(1, round(height * self.scale))
            self.picture = _resize(part, size)
        self._ratio = np.array([self.picture.shape[1] / width, self.picture.shape[0] / height])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the crop in the full picture."""
        return self.box.x1 - self.box.x0, self.box.y1 - self.box.y0

    def to_crop(self, points: np.ndarray) -> np.ndarray:
        """Points [n,3] of the full picture in working pixels."""
        points = points.astype(np.float64)
        points[:, :2] = (points[:, :2] - self.box[:2] + 0.5) * self._ratio - 0.5
        points[:, 2] *= self.scale
        return points

    def full_size(self, rig: Rig) -> Rig:
        """The rig in pixels of the full picture's crop, for motion of the whole head."""
        if self.scale == 1:
            return rig
        points = rig.points.copy()
        points[:, :2] = (points[:, :2] + 0.5) / self._ratio - 0.5
        points[:, 2] /= self.scale
        return dataclasses.replace(
            rig, rest=(rig.rest + 0.5) / self._ratio - 0.5, points=points, unit=rig.unit / self.scale
        )

    def paste(self, crop: np.ndarray, changed: Box | None) -> np.ndarray:
        """A copy of the full picture with the changed part of a crop in it."""
        frame = self.image.copy()
        if changed is None:
            return frame
        if self.scale == 1:
            frame[self.box.slices][changed.slices] = crop[changed.slices]
            return frame
        return self._paste_resampled(frame, crop, changed)

    def _paste_resampled(self, frame: np.ndarray, crop: np.ndarray, changed: Box) -> np.ndarray:
        cv2 = load_cv2()
        change = cv2.absdiff(crop[changed.slices], self.picture[changed.slices])
        change = cv2.threshold(np.maximum.reduce(cv2.split(change)), UNCHANGED, 255, cv2.THRESH_BINARY)[1]
        x, y, width, height = cv2.boundingRect(change)
        if not width:
            return frame
        x, y = x + changed.x0, y + changed.y0
        bottom, right = crop.shape[:2]
        part = Box(
            max(0, x - FEATHER), max(0, y - FEATHER), min(right, x + width + FEATHER), min(bottom, y + height + FEATHER)
        )
        weight = np.zeros((bottom, right), np.uint8)
        weight[changed.slices] = change
        weight = cv2.dilate(weight[part.slices], np.ones((9, 9), np.uint8))
        weight = cv2.GaussianBlur(weight, (0, 0), FEATHER / 4)
        new = crop[part.slices]
        if self.scale > 1:  # low-pass before it shrinks, or edges alias
            new = cv2.GaussianBlur(new, (0, 0), 0.5 * np.sqrt(self.scale**2 - 1))

        corners = np.array([part[:2], part[2:]]) / self._ratio
        low, high = np.floor(corners[0]).astype(int), np.minimum(np.ceil(corners[1]).astype(int), self.size)
        shift = (low + 0.5) * self._ratio - 0.5 - part[:2]
        matrix = np.array([[self._ratio[0], 0, shift[0]], [0, self._ratio[1], shift[1]]])
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        flags = cv2.WARP_INVERSE_MAP
        weight = (
            cv2.warpAffine(weight, matrix, size, flags=cv2.INTER_LINEAR | flags)[..., None].astype(np.float32) / 255
        )
        new = cv2.warpAffine(new, matrix, size, flags=cv2.INTER_CUBIC | flags, borderMode=cv2.BORDER_REPLICATE)
        region = frame[self.box.slices][low[1] : high[1], low[0] : high[0]]
        region[:] = (region * (1 - weight) + new * weight + 0.5).astype(np.uint8)
        return frame


def _around_head(points: np.ndarray, shape: tuple) -> Box:
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    side = HEAD_ROOM * (high - low).max()
    x, y = (low + high) / 2 - [0, HEAD_RISE * side]
    height, width = shape[:2]
    half = side / 2
    return Box(
        max(0, int(x - half)), max(0, int(y - half)), min(width, int(x + half) + 1), min(height, int(y + half) + 1)
    )


def _resize(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    cv2 = load_cv2()
    smaller = size[0] < picture.shape[1]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
