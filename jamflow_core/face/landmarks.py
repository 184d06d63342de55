"""The landmark model: 478 points of a face in a square of the picture.

It comes from the mediapipe 0.10.21 wheel (see models/NOTICE) and runs on onnxruntime. Points are in pixels of the
picture they were found in, z in the same unit, negative towards the camera.
"""

import math
from typing import NamedTuple

import numpy as np

from ..errors import JamFlowError
from ..media.picture import load_cv2
from .topology import EYE_CORNERS, MODELS

MESH_SIZE = 192
LANDMARKS = 478
# A face this far out of the middle (in sizes of the region), larger or smaller (logarithm) or turned (radians) is worth
# a second look: landmarks of a first one are wrong by up to a tenth of the eyes' distance.
OFF_CENTRE, OFF_SIZE, OFF_UPRIGHT = 0.04, 0.08, 0.10

# Where the attention mesh's refined outputs go among the 478 points (MediaPipe's face_landmark_with_attention graph).
_LIP_OUTPUT = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
               78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
               76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408,
               62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407]  # fmt: skip
_LEFT_EYE_OUTPUT = [33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173,
                    130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190,
                    226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189,
                    35, 124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245,
                    156, 70, 63, 105, 66, 107, 55, 193]  # fmt: skip
_RIGHT_EYE_OUTPUT = [263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398,
                     359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414,
                     446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413,
                     265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465,
                     383, 300, 293, 334, 296, 336, 285, 417]  # fmt: skip
_REFINED = (_LIP_OUTPUT, _LEFT_EYE_OUTPUT, _RIGHT_EYE_OUTPUT, list(range(468, 473)), list(range(473, 478)))


class Region(NamedTuple):
    """A square of the picture that a model looks at: centre and size in pixels, turn in radians."""

    x: float
    y: float
    size: float
    angle: float

    def towards(self, other: "Region", part: float) -> "Region":
        """The region on the way to another one: 0 is here, 1 there."""
        turn = math.remainder(other.angle - self.angle, 2 * math.pi)
        x, y, size = (a + part * (b - a) for a, b in zip(self[:3], other[:3]))
        return Region(x, y, size, self.angle + part * turn)

    def far_from(self, other: "Region") -> bool:
        """Whether a face in the other region lies badly in this one: landmarks are surer in the middle and upright."""
        moved = math.hypot(other.x - self.x, other.y - self.y)
        grown = abs(math.log(other.size / self.size))
        turned = abs(math.remainder(other.angle - self.angle, 2 * math.pi))
        return moved > OFF_CENTRE * self.size or grown > OFF_SIZE or turned > OFF_UPRIGHT


class Landmarks:
    """The model, loaded. threads: CPU threads for each inference."""

    def __init__(self, threads: int):
        self._mesh = session("facemesh_attention", threads)

    def __call__(self, image: np.ndarray, region: Region) -> tuple[np.ndarray, float]:
        """One pass of the landmark model on a region: points float64 [478,3] in pixels, and presence 0..1."""
        cv2 = load_cv2()
        scale = region.size / MESH_SIZE
        cos, sin = math.cos(region.angle) * scale, math.sin(region.angle) * scale
        half = MESH_SIZE / 2
        to_image = np.array([[cos, -sin, region.x - (cos - sin) * half], [sin, cos, region.y - (sin + cos) * half]])
        source, matrix = image, to_image
        if scale > 1.6:  # shrink large faces first, or the sampling aliases
            source = cv2.resize(image, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
            matrix = to_image / scale
        crop = cv2.warpAffine(source, matrix, (MESH_SIZE, MESH_SIZE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                              borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        outputs = self._mesh.run(None, {"input": planes(crop.astype(np.float32) / 255)})
        points = np.zeros((LANDMARKS, 3))
        points[:468] = outputs[0].reshape(468, 3)
        for index, refined in zip(_REFINED, outputs[1:6]):
            points[index, :2] = refined.reshape(-1, 2)
        points[:, :2] = points[:, :2] @ to_image[:, :2].T + to_image[:, 2]
        points[:, 2] *= scale
        return points, float(sigmoid(outputs[6].ravel()[0]))


def region_of(points: np.ndarray) -> Region:
    """The region in which to look for a face whose landmarks [478,3] are known."""
    across = points[EYE_CORNERS[1], :2] - points[EYE_CORNERS[0], :2]
    low, high = points[:468, :2].min(0), points[:468, :2].max(0)
    centre = (low + high) / 2
    return Region(centre[0], centre[1], 1.5 * float((high - low).max()), math.atan2(across[1], across[0]))


def session(name: str, threads: int):
    try:
        import onnxruntime
    except ImportError as error:
        raise JamFlowError("Install onnxruntime to find faces: pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(MODELS / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])


def planes(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None])


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -80, 80)))
