"""The face detectors: BlazeFace for near and for far faces, on whole pictures, tiles and turned pictures.

They come from the mediapipe 0.10.21 wheel (see models/NOTICE).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..media.picture import load_cv2
from .landmarks import Region, planes, session, sigmoid

DETECTED = 0.5  # score that counts as a candidate
TILES = (0.6, 0.4, 0.25)  # of the longer side


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


class Detector:
    """The two models, loaded. threads: CPU threads for each inference."""

    def __init__(self, threads: int):
        self._short, self._full = session("blazeface_short", threads), session("blazeface_full", threads)

    def looks(self, image: np.ndarray, thorough: bool = True) -> Iterator[list[Detection]]:
        """Face candidates of a uint8 RGB picture, look by look, the best of each first: the whole picture for near and
        for far faces; thorough: then tiles for small ones, then turned pictures (up to 0.5 s)."""
        looks = [lambda: self._detect(image, self._short), lambda: self._detect(image, self._full)]
        if thorough:
            looks += [lambda fraction=fraction: self._tiles(image, fraction) for fraction in TILES]
            looks += [lambda: self._turned(image)]
        for look in looks:
            yield sorted(look(), key=lambda d: -d.score * math.sqrt(d.area))

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
        boxes, logits = session.run(None, {"input": planes(canvas)})
        scores = sigmoid(logits[0, :, 0])
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

    def _tiles(self, image: np.ndarray, fraction: float) -> list[Detection]:
        """Faces in overlapping squares of this share of the longer side; neighbouring ones see the same face."""
        height, width = image.shape[:2]
        side = int(max(height, width) * fraction)
        count = max(2, math.ceil(1.5 / fraction) - 1)
        found = []
        for y in np.unique(np.linspace(0, max(height - side, 0), count).astype(int)):
            for x in np.unique(np.linspace(0, max(width - side, 0), count).astype(int)):
                for d in self._detect(image[y : y + side, x : x + side], self._full):
                    found.append(Detection(d.score, d.box + [x, y, x, y], d.keypoints + [x, y]))
        if not found:
            return []
        scores, boxes, keypoints = (np.array(part) for part in zip(*found))
        return [Detection(*merged) for merged in _merge(scores, boxes, keypoints)]

    def _turned(self, image: np.ndarray) -> list[Detection]:
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
