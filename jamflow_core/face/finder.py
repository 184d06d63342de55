"""Find a face: BlazeFace detector and 478-point attention mesh on onnxruntime.

The models come from the mediapipe 0.10.21 wheel (see models/NOTICE). Points are in pixels of the picture they were
found in, z in the same unit, negative towards the camera.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from ..errors import JamFlowError
from ..media.picture import load_cv2
from .topology import EYE_CORNERS, EYES, LIPS, MODELS, load_topology

DETECTED = 0.5  # detector score that counts as a candidate
PRESENT = 0.9  # face presence of the mesh in the first pass; below it there is no face (coffee cups score 0.59)
TRACKED = 0.5  # presence that a face known from the frame before must keep
LIPS_SURE, LIPS_WEAK = 0.025, 0.05  # spread of the lip points under jittered crops, in eye distances
MESH_SIZE = 192
LANDMARKS = 478

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

# Crops around the face whose answers are compared: shift x, shift y (in crop sizes), scale, turn (radians).
_JITTER = [(0, 0, 1, 0), (0.03, 0, 1, 0), (-0.03, 0, 1, 0), (0, 0.03, 0.94, 0), (0, -0.03, 1.08, 0), (0, 0, 1, 0.06),
           (0, 0, 1, -0.06)]  # fmt: skip
_MIRRORED = 3  # so many of them are repeated on the mirrored picture


class Region(NamedTuple):
    """A square of the picture that a model looks at: centre and size in pixels, turn in radians."""

    x: float
    y: float
    size: float
    angle: float


class Detection(NamedTuple):
    """A face candidate: score 0..1, box (x0, y0, x1, y1) and six key points [6,2] in pixels."""

    score: float
    box: np.ndarray
    keypoints: np.ndarray

    @property
    def area(self) -> float:
        return float(max(self.box[2] - self.box[0], 1) * max(self.box[3] - self.box[1], 1))

    @property
    def region(self) -> Region:
        across = self.keypoints[1] - self.keypoints[0]
        centre = (self.box[:2] + self.box[2:]) / 2
        size = 1.5 * max(self.box[2] - self.box[0], self.box[3] - self.box[1])
        return Region(centre[0], centre[1], size, math.atan2(across[1], across[0]))


@dataclass(frozen=True)
class Face:
    """A face that was found: `points` float64 [478,3] in pixels, `presence` 0..1, and how far the lip and eye points
    scatter when the crop is jittered, in eye distances (a confidence: people have under 0.012)."""

    points: np.ndarray
    presence: float
    lip_spread: float = 0.0
    eye_spread: float = 0.0

    @property
    def region(self) -> Region:
        return region_of(self.points)

    @property
    def warning(self) -> str | None:
        """What to tell the user if the fit is doubtful, else None."""
        if self.lip_spread <= LIPS_SURE:
            return None
        return "The face is hard to read; if the mouth moves in the wrong place, give mouth_box=x0,y0,x1,y1"


@cache
def face_finder() -> "FaceFinder":
    """The face models, loaded once for all who look for faces."""
    return FaceFinder()


class FaceFinder:
    """The face models, loaded once. `threads` is the number of CPU threads for each inference: they are so small that
    a second one gains little, and costs much where other work wants the cores."""

    def __init__(self, threads: int = 1):
        self._short = _session("blazeface_short", threads)
        self._full = _session("blazeface_full", threads)
        self._mesh = _session("facemesh_attention", threads)
        self._mirror = load_topology().mirror

    def find(self, image: np.ndarray, index: int = 0, thorough: bool = True) -> Face:
        """The face number `index` of a uint8 RGB picture, largest and surest first.

        thorough: look for small and turned faces too, where the quick search finds none (up to 0.3 s). Raises
        JamFlowError when there is no such face, and tells how to give the mouth by hand.
        """
        detections = self.detect(image, thorough)
        faces = (self._confirm(image, detection) for detection in detections)
        found = [face for face, _ in zip((face for face in faces if face is not None), range(index + 1))]
        if not found:
            raise JamFlowError("Give mouth_box=x0,y0,x1,y1 (the mouth's corners in pixels): no face found")
        if len(found) <= index:
            raise JamFlowError(
                f"Choose face 0 to {len(found) - 1}: the picture has {len(found)} face(s), not {index + 1}"
            )
        return found[index]

    def track(self, image: np.ndarray, region: Region) -> Face | None:
        """The face of the next video frame, looked for where the last one was; None if it is not there."""
        points, presence = self.mesh(image, region)
        return Face(points, presence) if presence >= TRACKED else None

    def detect(self, image: np.ndarray, thorough: bool = True) -> list[Detection]:
        """Face candidates, best first; tries the whole picture, then tiles for small faces, then turned pictures."""
        found = self._detect(image, self._short) or self._detect(image, self._full)
        if thorough:
            found = found or self._detect_tiles(image) or self._detect_turned(image)
        return sorted(found, key=lambda d: -d.score * math.sqrt(d.area))

    def mesh(self, image: np.ndarray, region: Region) -> tuple[np.ndarray, float]:
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
        outputs = self._mesh.run(None, {"input": _planes(crop.astype(np.float32) / 255)})
        points = np.zeros((LANDMARKS, 3))
        points[:468] = outputs[0].reshape(468, 3)
        for index, refined in zip(_REFINED, outputs[1:6]):
            points[index, :2] = refined.reshape(-1, 2)
        points[:, :2] = points[:, :2] @ to_image[:, :2].T + to_image[:, 2]
        points[:, 2] *= scale
        return points, float(_sigmoid(outputs[6].ravel()[0]))

    def _confirm(self, image: np.ndarray, detection: Detection) -> Face | None:
        """Fit the mesh to a detection and decide whether it is a face: presence alone passes cups and upside-down
        faces, so the points must also agree under jittered crops. A face that does not may be standing on its head."""
        candidates = []
        for angle in (detection.region.angle, detection.region.angle + math.pi):
            points, presence = self.mesh(image, detection.region._replace(angle=angle))
            if presence < PRESENT:
                continue
            points, _ = self.mesh(image, region_of(points))
            candidates.append(self._average(image, region_of(points), presence))
            if candidates[-1].lip_spread <= LIPS_SURE:
                break
        best = min(candidates, key=lambda face: face.lip_spread, default=None)
        return best if best is not None and best.lip_spread <= LIPS_WEAK else None

    def _average(self, image: np.ndarray, region: Region, presence: float) -> Face:
        """Mean mesh over jittered crops and the mirrored picture: steadier lips and lids, and their spread."""
        meshes = [self.mesh(image, _shifted(region, jitter, 1))[0] for jitter in _JITTER]
        flipped = np.ascontiguousarray(image[:, ::-1])
        last = image.shape[1] - 1
        for jitter in _JITTER[:_MIRRORED]:
            mirrored = self.mesh(
                flipped, _shifted(region._replace(x=last - region.x, angle=-region.angle), jitter, -1)
            )[0]
            points = meshes[0].copy()  # the irises have no mirror index; they keep the first answer
            points[:468] = mirrored[self._mirror]
            points[:468, 0] = last - points[:468, 0]
            meshes.append(points)
        stack = np.array(meshes)
        mean, deviation = stack.mean(0), np.linalg.norm(stack[:, :, :2].std(0), axis=1)
        unit = np.linalg.norm(mean[EYE_CORNERS[0]] - mean[EYE_CORNERS[1]])
        lids = [v for eye in EYES for v in eye.upper + eye.lower]
        return Face(mean, presence, float(deviation[LIPS].mean() / unit), float(deviation[lids].mean() / unit))

    def _detect(self, image: np.ndarray, session, threshold: float = DETECTED) -> list[Detection]:
        cv2 = load_cv2()
        size = session.get_inputs()[0].shape[2]
        anchors = _anchors(size)
        height, width = image.shape[:2]
        scale = size / max(height, width)
        h, w = max(1, round(height * scale)), max(1, round(width * scale))
        top, left = (size - h) // 2, (size - w) // 2
        canvas = np.zeros((size, size, 3), np.float32)
        shrunk = cv2.resize(image, (w, h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        canvas[top : top + h, left : left + w] = shrunk.astype(np.float32) / 127.5 - 1
        boxes, logits = session.run(None, {"input": _planes(canvas)})
        scores = _sigmoid(logits[0, :, 0])
        keep = scores > threshold
        if not keep.any():
            return []
        raw, anchors, scores = boxes[0][keep], anchors[keep], scores[keep]
        centre, extent = raw[:, :2] / size + anchors, raw[:, 2:4] / size
        corners = np.hstack([centre - extent / 2, centre + extent / 2])
        keypoints = raw[:, 4:].reshape(-1, 6, 2) / size + anchors[:, None]

        def to_pixels(p):
            return (p * size - [left, top]) / scale

        merged = _merge(scores, corners, keypoints)
        return [Detection(s, to_pixels(b.reshape(2, 2)).ravel(), to_pixels(k)) for s, b, k in merged]

    def _detect_tiles(self, image: np.ndarray) -> list[Detection]:
        height, width = image.shape[:2]
        for fraction in (0.6, 0.4):
            side = int(max(height, width) * fraction)
            found = []
            for y in np.unique(np.linspace(0, max(height - side, 0), 3).astype(int)):
                for x in np.unique(np.linspace(0, max(width - side, 0), 3).astype(int)):
                    for d in self._detect(image[y : y + side, x : x + side], self._short):
                        found.append(Detection(d.score, d.box + [x, y, x, y], d.keypoints + [x, y]))
            if found:  # neighbouring tiles see the same face
                scores, boxes, keypoints = (np.array(part) for part in zip(*found))
                return [Detection(*merged) for merged in _merge(scores, boxes, keypoints)]
        return []

    def _detect_turned(self, image: np.ndarray) -> list[Detection]:
        cv2 = load_cv2()
        height, width = image.shape[:2]
        shrink = 0.8  # so that little is cut off at the corners
        for degrees in (35, -35, 80, -80, 180):
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, shrink)
            back = cv2.invertAffineTransform(turn)
            found = []
            for d in self._detect(cv2.warpAffine(image, turn, (width, height)), self._short, threshold=0.6):
                centre = back[:, :2] @ (d.box[:2] + d.box[2:]) / 2 + back[:, 2]
                half = (d.box[2:] - d.box[:2]) / 2 / shrink
                keypoints = d.keypoints @ back[:, :2].T + back[:, 2]
                found.append(Detection(d.score, np.hstack([centre - half, centre + half]), keypoints))
            if found:
                return found
        return []


def region_of(points: np.ndarray) -> Region:
    """The region in which to look for a face whose landmarks [478,3] are known."""
    across = points[EYE_CORNERS[1], :2] - points[EYE_CORNERS[0], :2]
    low, high = points[:468, :2].min(0), points[:468, :2].max(0)
    centre = (low + high) / 2
    return Region(centre[0], centre[1], 1.5 * float((high - low).max()), math.atan2(across[1], across[0]))


def _session(name: str, threads: int):
    try:
        import onnxruntime
    except ImportError as error:
        raise JamFlowError("Install onnxruntime to find faces: pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(MODELS / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])


def _anchors(size: int) -> np.ndarray:
    """Anchor centres of the detector, 0..1: 48x48 for the full range (192), 2 at 16x16 and 6 at 8x8 for the short."""
    grids = [(48, 1)] if size == 192 else [(16, 2), (8, 6)]
    rows = []
    for side, repeat in grids:
        ticks = (np.arange(side) + 0.5) / side
        x, y = np.meshgrid(ticks, ticks)
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), repeat, 0))
    return np.concatenate(rows)


def _merge(scores: np.ndarray, boxes: np.ndarray, keypoints: np.ndarray, overlap: float = 0.3):
    """Weighted non-maximum suppression: overlapping candidates become their mean, weighted by score."""
    order = np.argsort(-scores)
    while len(order):
        best = boxes[order[0]]
        sides = np.minimum(best[2:], boxes[order, 2:]) - np.maximum(best[:2], boxes[order, :2])
        shared = np.prod(np.clip(sides, 0, None), 1)
        areas = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
        together = shared / (areas[order] + areas[order[0]] - shared + 1e-9) > overlap
        together[0] = True
        group = order[together]
        weights = scores[group] / scores[group].sum()
        yield float(scores[order[0]]), weights @ boxes[group], np.tensordot(weights, keypoints[group], 1)
        order = order[~together]


def _shifted(region: Region, jitter: tuple, side: int) -> Region:
    dx, dy, scale, turn = jitter
    return Region(
        region.x + side * dx * region.size, region.y + dy * region.size, region.size * scale, region.angle + turn
    )


def _planes(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None])


def _sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -80, 80)))
