"""Colours for what the picture does not show, taken from what it shows: teeth of a grey photo stay grey."""

import math
from dataclasses import dataclass

import numpy as np

from ...face.geometry import fixed_point
from ...face.topology import FACE_OVAL, LIP_INNER, LIP_OUTER
from ...media.picture import load_cv2
from .rig import Rig

_SKIN_SPOTS = (205, 425, 50, 280, 199, 151, 9)  # cheeks, chin, forehead
_BESIDE = (205, 425, 207, 427, 204, 424, 210, 430)  # skin beside and below the mouth, left and right


DARKEST = 30.0  # lightness of skin below which it is the light that is missing


@dataclass(frozen=True)
class MouthColours:
    """RGB 0..255, each float32 [3]; `cavity` is the dark at the back, `throat` what light reaches just behind the lips.
    slope: how much brighter, relatively, the face gets over a mouth's width to the picture's right."""

    teeth: np.ndarray
    gums: np.ndarray
    cavity: np.ndarray
    throat: np.ndarray
    tongue: np.ndarray
    slope: float

    def lighting(self, across: np.ndarray) -> np.ndarray:
        """Brightness of teeth `across` mouth widths to the right of the middle, around 1."""
        return np.clip(1 + self.slope * across, 0.6, 1.25)


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
    faded = min(1.0, float(skin[0]) / DARKEST)  # a picture that fades to black takes its teeth along
    depth = faded * float(np.clip(skin[0] / 65, 0.45, 1.15))
    yellow = skin[2] * 0.55 + 0.35 * max(0.0, skin[2] - 22) + 2.5 * chroma
    return MouthColours(
        teeth=_rgb(faded * np.clip(skin[0] * 0.70 + 26, 36, 88), skin[1] * 0.2, yellow),
        gums=_rgb(faded * max(lip[0] * 0.92, 22), lip[1], lip[2] * 0.75),
        cavity=_shadow(image, rig, _rgb(8.5 * depth, 10 * chroma, 5 * chroma)),
        throat=_rgb(18 * depth, 0.55 * lip[1] + 8 * chroma, 0.6 * lip[2] + 2 * chroma),
        tongue=_rgb(32 * depth, 0.3 * lip[1] + 16 * chroma, 0.15 * lip[2] + 6 * chroma),
        slope=_slope(image, rig),
    )


def _shadow(image: np.ndarray, rig: Rig, usual: np.ndarray) -> np.ndarray:
    """The dark of a mouth in this picture: between what is usual and the deepest shadows of the face (nostrils,
    lids).
    """
    coarse = image[::3, ::3]
    pixels = coarse[polygon_mask(rig.rest[FACE_OVAL] / 3, coarse.shape) > 128].astype(np.float32)
    if len(pixels) < 50:
        return usual
    light = pixels.mean(1)
    deepest = pixels[light <= np.percentile(light, 1.5)].mean(0)
    return 0.7 * usual + 0.3 * np.minimum(deepest, 2.5 * usual + 8)


def _slope(image: np.ndarray, rig: Rig) -> float:
    """How the light falls across the mouth: from the skin beside its corners and below it."""
    reach = max(1, round(0.05 * rig.unit))
    x, y = np.clip(np.round(rig.rest[list(_BESIDE)]).astype(int), 0, np.array(image.shape[1::-1]) - 1).T
    patches = (image[max(v - reach, 0) : v + reach + 1, max(u - reach, 0) : u + reach + 1] for u, v in zip(x, y))
    light = np.array([patch.mean() for patch in patches])
    away = (rig.rest[list(_BESIDE)] - rig.rest[13]) @ np.array([rig.down[1], -rig.down[0]]) / rig.width
    fit = np.polyfit(away, light / max(light.mean(), 1), 1)[0]
    return float(np.clip(fit, -0.6, 0.6))


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
