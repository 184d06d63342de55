"""Which of MediaPipe's 468 face vertices is what, and the canonical face they belong to.

"Image left" is the viewer's left, where an upright face has its right eye. Closed outlines run clockwise on the
picture, from the image-left corner over the upper side. Source: MediaPipe canonical face model (Apache-2.0).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

MODELS = Path(__file__).parent / "models"

# Lips: four rings of 20 vertices, from the skin's edge to the opening.
LIP_OUTER = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146]
LIP_RING_OUT = [76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 307, 320, 404, 315, 16, 85, 180, 90, 77]
LIP_RING_IN = [62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96]
LIP_INNER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95]
LIPS = LIP_OUTER + LIP_RING_OUT + LIP_RING_IN + LIP_INNER
UPPER_SEAM = LIP_INNER[1:10]  # inner edge of the upper lip, image left to right, corners excluded
LOWER_SEAM = LIP_INNER[:10:-1]  # the vertices below them
MOUTH_LEFT, MOUTH_RIGHT = 78, 308  # inner corners
UPPER_LIP_MID, LOWER_LIP_MID = 13, 14
CHIN, FOREHEAD, NOSE_BRIDGE, NOSE_BASE = 152, 10, 168, 2


@dataclass(frozen=True)
class Eye:
    """Vertices around one eye, each list from corner to corner (`upper`, `lower`: the lid edges, same length)."""

    upper: list[int]
    lower: list[int]
    above: list[int]  # next ring above the upper lid
    brow_side: list[int]  # the ring above that
    below: list[int]  # next ring below the lower lid

    @property
    def outline(self) -> list[int]:
        return self.upper + self.lower[-2:0:-1]


EYE_LEFT = Eye(
    upper=[33, 246, 161, 160, 159, 158, 157, 173, 133],
    lower=[33, 7, 163, 144, 145, 153, 154, 155, 133],
    above=[247, 30, 29, 27, 28, 56, 190],
    brow_side=[113, 225, 224, 223, 222, 221, 189],
    below=[25, 110, 24, 23, 22, 26, 112],
)
EYE_RIGHT = Eye(
    upper=[263, 466, 388, 387, 386, 385, 384, 398, 362],
    lower=[263, 249, 390, 373, 374, 380, 381, 382, 362],
    above=[467, 260, 259, 257, 258, 286, 414],
    brow_side=[342, 445, 444, 443, 442, 441, 413],
    below=[255, 339, 254, 253, 252, 256, 341],
)
EYES = (EYE_LEFT, EYE_RIGHT)
EYE_CORNERS = (33, 263)  # outer corners; their distance (IOD) is the unit of face size

BROWS = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46, 300, 293, 334, 296, 336, 285, 295, 282, 283, 276]
IRIS_CENTRES = (468, 473)  # of the 478 landmarks, image left and right; four rim points follow each

FACE_OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
             152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]  # fmt: skip
# Vertices that expression hardly moves: temples, forehead, bridge of the nose, eye corners.
STABLE = [33, 133, 263, 362, 168, 6, 197, 195, 10, 151, 9, 8, 127, 356, 234, 454, 54, 284, 103, 332, 67, 297, 109, 338,
          21, 251, 143, 372, 193, 417, 122, 351, 55, 285]  # fmt: skip


@dataclass(frozen=True)
class FaceTopology:
    """The canonical face: vertices [468,3] (x right, y down, z away from the camera), triangles [898,3], and how a
    mouth moves it: `basis` [6,468,3] in mouth widths per unit of jaw, wide, pucker, press, smile, shift; `mirror`
    [468] is the vertex on the other side."""

    vertices: np.ndarray
    triangles: np.ndarray
    basis: np.ndarray
    mirror: np.ndarray

    @property
    def iod(self) -> float:
        """Distance of the outer eye corners, in the units of `vertices`."""
        left, right = EYE_CORNERS
        return float(np.linalg.norm(self.vertices[left] - self.vertices[right]))

    def triangles_within(self, outline: list[int]) -> np.ndarray:
        """bool [898]: triangles whose three corners lie on `outline` (the fill of a mouth or an eye)."""
        return np.isin(self.triangles, outline).all(1)


def load_topology() -> FaceTopology:
    """Read the canonical face and the mouth basis that ship with the package."""
    with np.load(MODELS / "canonical.npz") as canonical, np.load(MODELS / "mouth_basis.npz") as mouth:
        return FaceTopology(
            vertices=canonical["v"].astype(np.float64) * [1, -1, -1],
            triangles=canonical["f"].astype(np.int64),
            basis=mouth["B"].astype(np.float64),
            mirror=mouth["mir"].astype(np.int64),
        )
