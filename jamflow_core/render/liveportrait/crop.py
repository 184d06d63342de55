"""The square that LivePortrait looks at, cut out of a picture and put back.

Source: KwaiVGI/LivePortrait, crop.py and retargeting_utils.py. The box is laid around the landmarks that its 106- and
203-point models have (no forehead), here taken from the 478-point mesh of face/finder.py; its axis runs from the middle
of the eyes to the middle of the lips.
"""

from typing import NamedTuple

import numpy as np

from ...face.topology import EYE_LEFT, EYE_RIGHT, FACE_OVAL, LIPS, LOWER_LIP_MID, UPPER_LIP_MID
from ...media.picture import load_cv2
from .networks import CROP, PAINTED

SOURCE_SCALE, SOURCE_RISE = 2.3, -0.125
DRIVING_SCALE, DRIVING_RISE = 2.2, -0.1
FEATHER = 16  # pixels of the painted square that fade into the picture

_BROWS = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46, 300, 293, 334, 296, 336, 285, 295, 282, 283, 276]
_NOSE = [168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 48, 278]
_JAW = FACE_OVAL[7:30]  # from eye level on one side over the chin to the other
OUTLINE = _JAW + _BROWS + _NOSE + EYE_LEFT.outline + EYE_RIGHT.outline + LIPS
_MOUTH_CORNERS = (61, 291)


class Box(NamedTuple):
    """A turned square: `centre` [2] and `size` in pixels, `axis` [2] the unit vector from forehead to chin."""

    centre: np.ndarray
    size: float
    axis: np.ndarray


def face_box(points: np.ndarray, scale: float = SOURCE_SCALE, rise: float = SOURCE_RISE) -> Box:
    """The square around a face whose landmarks [478 or 468, 2 or 3] are known."""
    points = np.asarray(points, np.float64)[:, :2]
    eyes = np.mean([points[_middle(eye)].mean(0) for eye in (EYE_LEFT, EYE_RIGHT)], 0)
    return box_around(points[OUTLINE], eyes, points[list(_MOUTH_CORNERS)].mean(0), scale, rise)


def box_around(points: np.ndarray, eyes: np.ndarray, lips: np.ndarray, scale: float, rise: float) -> Box:
    """The smallest square around `points` [n,2] along the axis from `eyes` to `lips` [2], scaled, then moved along the
    axis by `rise` of its size."""
    down = lips - eyes
    length = np.linalg.norm(down)
    down = down / length if length > 1e-3 else np.array([0.0, 1.0])
    axes = np.stack([[down[1], -down[0]], down])
    turned = points @ axes.T
    low, high = turned.min(0), turned.max(0)
    size = float((high - low).max()) * scale
    return Box((low + high) / 2 @ axes + rise * size * down, size, down)


def upright(boxes: list[Box]) -> Box:
    """The mean of boxes, not turned: what a whole driving video is cropped to."""
    return Box(
        np.mean([box.centre for box in boxes], 0), float(np.mean([box.size for box in boxes])), np.array([0.0, 1.0])
    )


def to_crop(box: Box, pixels: int = PAINTED) -> np.ndarray:
    """Matrix float32 [2,3] from the picture to a crop of `pixels`."""
    scale, (sin, cos) = pixels / box.size, (-box.axis[0], box.axis[1])
    turn = scale * np.array([[cos, sin], [-sin, cos]])
    return np.hstack([turn, (pixels / 2 - turn @ box.centre)[:, None]]).astype(np.float32)


def cut(picture: np.ndarray, matrix: np.ndarray, shrink: str = "area") -> np.ndarray:
    """Crop uint8 [256,256,3]: sampled at 512 by `matrix`, then shrunk by "area" (sources) or "linear" (driving
    videos).
    """
    cv2 = load_cv2()
    large = square(picture, matrix)
    return cv2.resize(large, (CROP, CROP), interpolation=cv2.INTER_AREA if shrink == "area" else cv2.INTER_LINEAR)


def square(picture: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Crop uint8 [512,512,3] at the size that is painted."""
    return load_cv2().warpAffine(picture, matrix, (PAINTED, PAINTED), flags=load_cv2().INTER_LINEAR)


class PasteBack:
    """Lays painted squares back into a picture of the size of `shape`; `matrix` is that of the crop (`to_crop`)."""

    def __init__(self, matrix: np.ndarray, shape: tuple[int, ...]):
        cv2 = load_cv2()
        inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
        corners = (
            np.array([[0, 0], [PAINTED, 0], [0, PAINTED], [PAINTED, PAINTED]]) @ inverse[:2, :2].T + inverse[:2, 2]
        )
        low = np.clip(np.floor(corners.min(0)) - 1, 0, shape[1::-1]).astype(int)
        high = np.clip(np.ceil(corners.max(0)) + 2, 0, shape[1::-1]).astype(int)
        self._region = slice(low[1], high[1]), slice(low[0], high[0])
        self._size = tuple(int(side) for side in np.maximum(high - low, 1))
        self._matrix = inverse[:2].copy()
        self._matrix[:, 2] -= low
        mask = cv2.warpAffine(_mask(), self._matrix, self._size, flags=cv2.INTER_LINEAR)
        self._mask = (mask.astype(np.float32) / 255)[..., None]

    def __call__(self, painted: np.ndarray, picture: np.ndarray) -> np.ndarray:
        """A copy of the picture with the square (uint8 [512,512,3]) in it."""
        cv2 = load_cv2()
        frame = picture.copy()
        part = frame[self._region]
        if part.size:
            laid = cv2.warpAffine(painted, self._matrix, self._size, flags=cv2.INTER_LINEAR)
            part[:] = np.clip(self._mask * laid + (1 - self._mask) * part, 0, 255).astype(np.uint8)
        return frame


def _mask() -> np.ndarray:
    """Opacity uint8 [512,512] of the painted square: rounded corners, a linear fade of FEATHER pixels on every side."""
    place = np.arange(PAINTED)
    inward = np.maximum(FEATHER - np.minimum(place, PAINTED - place), 0) / FEATHER
    return (255 * np.clip(1 - np.hypot(inward[:, None], inward), 0, 1)).astype(np.uint8)


def lip_opening(points: np.ndarray) -> float:
    """Height between the lips by the width of the mouth."""
    return _ratio(points, (UPPER_LIP_MID, LOWER_LIP_MID), _MOUTH_CORNERS)


def eye_openings(points: np.ndarray) -> tuple[float, float]:
    """Height by width of the image-left and the image-right eye."""
    left, right = (_middle(eye) for eye in (EYE_LEFT, EYE_RIGHT))
    return tuple(_ratio(points, (eye[1], eye[3]), (eye[0], eye[2])) for eye in (left, right))


def _middle(eye) -> list[int]:
    """Outer corner, top, inner corner and bottom of an eye."""
    half = len(eye.upper) // 2
    return [eye.upper[0], eye.upper[half], eye.upper[-1], eye.lower[half]]


def _ratio(points: np.ndarray, across: tuple, along: tuple) -> float:
    height, width = (np.linalg.norm(points[a, :2] - points[b, :2]) for a, b in (across, along))
    return float(height / (width + 1e-6))
