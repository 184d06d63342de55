"""Eyeballs between moving lids: they stay where the portrait has them, or turn a little."""

import numpy as np

from ...face.geometry import smoothstep, spline
from ...face.topology import EYES, IRIS_CENTRES
from ...media.picture import load_cv2
from .colours import polygon_mask
from .rig import Rig
from .warp import Box, box_around

TURN = (0.17, 0.09)  # how far the iris moves for a gaze of 1, in eye widths
RIGID, STILL = 1.15, 2.5  # in iris radii: what moves with the iris, and where the white of the eye no longer does


class Eyeballs:
    """Paints what shows between the lids of one rig. `landmarks` [478,3] in pixels of the picture."""

    def __init__(self, picture: np.ndarray, rig: Rig, landmarks: np.ndarray):
        self._picture, self._whole = picture, Box(0, 0, picture.shape[1], picture.shape[0])
        self._irises = []
        for eye, centre in zip(EYES, IRIS_CENTRES):
            middle, rim = landmarks[centre, :2], landmarks[centre + 1 : centre + 5, :2]
            width = np.linalg.norm(rig.rest[eye.upper[0]] - rig.rest[eye.upper[-1]])
            self._irises.append((middle, np.linalg.norm(rim - middle, axis=1).mean(), width))

    def paint(self, canvas: np.ndarray, points: np.ndarray, gaze: tuple[float, float]) -> Box | None:
        """Draw both eyeballs inside the posed lids [n,2]; gaze -1..1 to the picture's right and down. Returns what
        was drawn over."""
        drawn = None
        for eye, iris in zip(EYES, self._irises):
            outline = spline(points[eye.outline], 4)
            box = box_around(outline, 1, self._whole)
            if box is None:
                continue
            shown = polygon_mask(outline - [box.x0, box.y0], (box.y1 - box.y0, box.x1 - box.x0))
            shown = (shown.astype(np.float32) / 255)[..., None]
            mixed = canvas[box.slices] * (1 - shown) + self._turned(box, *iris, gaze) * shown + 0.5
            canvas[box.slices] = mixed.astype(np.uint8)
            drawn = box.union(drawn)
        return drawn

    def _turned(self, box: Box, middle: np.ndarray, radius: float, width: float, gaze) -> np.ndarray:
        """The picture in the box with the iris moved and the white stretched around it."""
        if not any(gaze):
            return self._picture[box.slices]
        cv2 = load_cv2()
        shift = np.array(gaze) * TURN * width
        x, y = np.meshgrid(np.arange(box.x0, box.x1), np.arange(box.y0, box.y1))
        distance = np.hypot(x - middle[0] - shift[0], y - middle[1] - shift[1]) / max(radius, 1)
        share = 1 - smoothstep(RIGID, STILL, distance)
        source = np.dstack([x - share * shift[0], y - share * shift[1]]).astype(np.float32)
        return cv2.remap(self._picture, source, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
