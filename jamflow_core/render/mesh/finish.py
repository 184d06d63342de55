"""How sharp and how grainy a picture is, so that what is painted into it is as sharp and as grainy."""

from dataclasses import dataclass

import numpy as np

from ...face.topology import LIP_OUTER
from ...media.picture import load_cv2
from .rig import Rig
from .warp import Box, box_around

REBLUR = 1.5  # pixels
EDGES = 97  # percentile of the gradient from which pixels are edges
OWN = 0.7  # pixels of blur that the painted layers have anyway
SOFTEST = 0.03  # mouth widths
MOST_GRAIN = 6.0  # grey levels, standard deviation
_SKIN = (50, 280, 199, 151, 205, 425)  # cheeks, chin, forehead


@dataclass(frozen=True)
class Finish:
    """softness: pixels (standard deviation) that painted edges are to be blurred by; grain: float32 [k,k,3] around 0,
    grey levels, to be tiled."""

    softness: float
    grain: np.ndarray

    def grain_of(self, box: Box) -> np.ndarray:
        """Grain for the pixels of a box; the same pixel of the picture always has the same."""
        side = len(self.grain)
        rows, columns = (np.abs((np.arange(a, b) % (2 * side)) - side + 0.5).astype(int) for a, b in
                         ((box.y0, box.y1), (box.x0, box.x1)))  # fmt: skip
        return self.grain[np.minimum(rows, side - 1)[:, None], np.minimum(columns, side - 1)]


def finish_of(image: np.ndarray, rig: Rig) -> Finish:
    """Measure a picture (uint8 RGB) around the mouth of its face."""
    whole = Box(0, 0, image.shape[1], image.shape[0])
    box = box_around(rig.rest[LIP_OUTER], int(0.6 * rig.width), whole)
    softness = min(float(np.sqrt(max(blur_of(image[box.slices]) ** 2 - OWN**2, 0))), SOFTEST * rig.width)
    return Finish(softness, _grain(image, rig))


def blur_of(image: np.ndarray) -> float:
    """The blur of a picture's sharpest edges, in pixels (standard deviation), by blurring once more: the sharper an
    edge was, the more of its gradient it loses (Zhuo & Sim 2011)."""
    cv2 = load_cv2()
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    before, after = (np.hypot(cv2.Sobel(part, cv2.CV_32F, 1, 0), cv2.Sobel(part, cv2.CV_32F, 0, 1))
                     for part in (grey, cv2.GaussianBlur(grey, (0, 0), REBLUR)))  # fmt: skip
    crest = before >= 0.999 * cv2.dilate(before, np.ones((3, 3)))  # beside it, the formula does not hold
    edges = crest & (after >= max(np.percentile(after, EDGES), 0.5))  # what is still an edge: not the grain of a canvas
    if not edges.any():
        return 0.0
    ratio = float(np.median(before[edges] / np.maximum(after[edges], 1e-3)))
    return REBLUR / np.sqrt(max(ratio**2 - 1, 0.04))


def _grain(image: np.ndarray, rig: Rig) -> np.ndarray:
    """What the calmest patch of skin has of grain."""
    cv2 = load_cv2()
    half = int(np.clip(0.09 * rig.unit, 4, 32))
    best, calmest = np.zeros((1, 1, 3), np.float32), np.inf
    for x, y in np.round(rig.rest[list(_SKIN)]).astype(int):
        patch = image[max(y - half, 0) : y + half, max(x - half, 0) : x + half].astype(np.float32)
        if patch.shape[:2] != (2 * half, 2 * half):
            continue
        grain = (patch - cv2.GaussianBlur(patch, (0, 0), 1.5))[2:-2, 2:-2]
        if grain.std() < calmest:
            best, calmest = grain, float(grain.std())
    return best * min(1.0, MOST_GRAIN / max(calmest, 1e-6)) if np.isfinite(calmest) else best
