"""Colours for what the picture does not show, taken from what it shows: teeth of a grey photo stay grey."""

import math
from dataclasses import dataclass

import numpy as np

from ...face.geometry import fixed_point
from ...face.topology import LIP_INNER, LIP_OUTER
from ...media.picture import load_cv2
from .rig import Rig

_SKIN_SPOTS = (205, 425, 50, 280, 199, 151, 9)  # cheeks, chin, forehead


@dataclass(frozen=True)
class MouthColours:
    """RGB 0..255, each float32 [3]."""

    teeth: np.ndarray
    gums: np.ndarray
    cavity: np.ndarray
    tongue: np.ndarray


def mouth_colours(image: np.ndarray, rig: Rig) -> MouthColours:
    """Guess the colours inside the mouth from the medians of skin and lips (CIE L*a*b*)."""
    cv2 = load_cv2()
    spots = np.zeros(image.shape[:2], np.uint8)
    for v in _SKIN_SPOTS:
        cv2.circle(spots, np.round(rig.rest[v]).astype(int).tolist(), max(2, int(0.05 * rig.unit)), 255, -1)
    lips = polygon_mask(rig.rest[LIP_OUTER], image.shape) > 128
    lips &= polygon_mask(rig.rest[LIP_INNER], image.shape) < 10
    skin = _median_lab(image[spots > 0], otherwise=np.array([65, 12, 14.0]))
    lip = _median_lab(image[lips], otherwise=skin)

    chroma = min(1.0, max(math.hypot(*skin[1:]), math.hypot(*lip[1:])) / 18)
    depth = float(np.clip(skin[0] / 65, 0.45, 1.15))
    yellow = skin[2] * 0.55 + 0.35 * max(0.0, skin[2] - 22) + 2.5 * chroma
    return MouthColours(
        teeth=_rgb(np.clip(skin[0] * 0.68 + 24, 34, 86), skin[1] * 0.2, yellow),
        gums=_rgb(max(lip[0] * 0.92, 22), lip[1], lip[2] * 0.75),
        cavity=_rgb(8.5 * depth, 10 * chroma, 5 * chroma),
        tongue=_rgb(33 * depth, 21 * chroma, 9 * chroma),
    )


def polygon_mask(points: np.ndarray, shape: tuple) -> np.ndarray:
    """uint8 [h,w], 255 inside the polygon [n,2], anti-aliased."""
    cv2 = load_cv2()
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [fixed_point(points)], 255, cv2.LINE_AA, 4)
    return mask


def _median_lab(pixels: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Median of RGB pixels [n,3] in L*a*b*; `otherwise` if there are none."""
    if not len(pixels):
        return otherwise
    lab = load_cv2().cvtColor(pixels[None].astype(np.float32) / 255, load_cv2().COLOR_RGB2LAB)
    return np.median(lab[0], 0)


def _rgb(lightness: float, a: float, b: float) -> np.ndarray:
    lab = np.array([[[lightness, a, b]]], np.float32)
    return load_cv2().cvtColor(lab, load_cv2().COLOR_LAB2RGB)[0, 0] * 255
