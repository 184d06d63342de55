"""A dental arch, drawn once in 3D and seen from the head's pose."""

import math
from dataclasses import dataclass

import numpy as np

from ..image import _cv2
from .colours import MouthColours
from .geometry import fixed_point
from .rig import Rig

OVERSAMPLE = 4


@dataclass(frozen=True)
class Arch:
    """One row of teeth. Lengths are in mouth widths; widths run from the middle outwards on both sides."""

    widths: tuple[float, ...]
    height: float
    radius: float  # of the arch, seen from above
    growth: float  # -1: teeth stand above their edge (upper jaw), +1: below it
    curve: float  # the edge rises this much towards the back
    brightness: float
    has_canines: bool


UPPER = Arch((0.150, 0.115, 0.125, 0.11, 0.11, 0.13), 0.185, 0.62, -1, 0.020, 1.0, True)
LOWER = Arch((0.092, 0.100, 0.115, 0.11, 0.11, 0.13), 0.16, 0.58, 1, -0.012, 0.9, False)


class Layer:
    """A picture with transparency: `colour` float32 [h,w,3] (premultiplied, 0..255) and `alpha` float32 [h,w]."""

    def __init__(self, colour: np.ndarray, alpha: np.ndarray):
        self.colour, self.alpha = colour, alpha

    def cut(self, x: float, y: float, size: tuple[int, int], stretch: float = 1.0, centre: float = 0.0):
        """The part of `size` (w, h) whose corner lies at x, y, stretched sideways about `centre` -> colour, alpha."""
        cv2 = _cv2()
        matrix = np.array([[1 / stretch, 0, centre + (x - centre) / stretch], [0, 1, y]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(self.colour, matrix, size, flags=flags), cv2.warpAffine(self.alpha, matrix, size, flags=flags)


def draw_arch(arch: Arch, edge: float, rig: Rig, origin: np.ndarray, corner: np.ndarray, size: tuple[int, int],
              colours: MouthColours) -> Layer:  # fmt: skip
    """Draw teeth and gum for a picture window at `corner` of `size` (w, h), anti-aliased.

    `edge` is how far below `origin` (a point of the picture) the teeth end, in mouth widths.
    """
    cv2 = _cv2()
    window = (size[1] * OVERSAMPLE, size[0] * OVERSAMPLE)
    colour, alpha = np.zeros((*window, 3), np.float32), np.zeros(window, np.float32)

    def draw(outline, shade):
        offsets = np.array([_on_arch(arch, x, y) for x, y in outline]) * rig.width
        pixels = origin + (offsets @ rig.rotation.T)[:, :2] - corner
        polygon = fixed_point((pixels + 0.5) * OVERSAMPLE - 0.5)
        cv2.fillPoly(colour, [polygon], [float(c) for c in shade], cv2.LINE_AA, 4)
        cv2.fillPoly(alpha, [polygon], 1.0, cv2.LINE_AA, 4)

    borders = np.cumsum((0, *arch.widths))
    borders = np.r_[-borders[:0:-1], borders]
    sweep = np.linspace(borders[0], borders[-1], 25)
    near, far = edge + arch.growth * arch.height * 0.9, edge + arch.growth * (arch.height + 0.35)
    draw([(x, near) for x in sweep] + [(x, far) for x in sweep[::-1]], colours.gums * 0.8)
    for number, (left, right) in enumerate(zip(borders, borders[1:])):
        place = max(len(arch.widths) - 1 - number, number - len(arch.widths))  # 0: front tooth
        turn = math.cos((left + right) / 2 / arch.radius)
        shade = (0.6 + 0.4 * turn**1.5) * arch.brightness * (1 - 0.02 * (place % 2))
        draw(_tooth(arch, left, right, place, edge, borders[-1]), colours.teeth * shade)

    blur = 0.45 * OVERSAMPLE
    colour, alpha = cv2.GaussianBlur(colour * alpha[..., None], (0, 0), blur), cv2.GaussianBlur(alpha, (0, 0), blur)
    return Layer(*(cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (colour, alpha)))


def _tooth(arch: Arch, left: float, right: float, place: int, edge: float, half: float) -> list[tuple[float, float]]:
    """Outline of one tooth on the unrolled arch: a rounded cutting edge, an arched gum line."""
    middle, grow = (left + right) / 2, arch.growth
    edge += grow * arch.curve * (middle / half) ** 2
    if arch.has_canines:
        edge -= grow * {2: 0.012, 1: -0.012}.get(place, 0.0)
    height = arch.height * (1 - 0.1 * min(place, 3))
    left, right = left + 0.03 * (right - left), right - 0.03 * (right - left)
    rounding = 0.22 * (right - left)
    outline = []
    for t in np.linspace(0, 1, 9):
        bevel = max(0.0, abs(t - 0.5) * 2 - 0.55) / 0.45
        rise = rounding * (0.30 * bevel**2 + 0.03 * abs(t - 0.5))
        outline.append((left + (right - left) * t, edge + grow * rise))
    for t in np.linspace(1, 0, 7):
        outline.append((left + (right - left) * t, edge + grow * height * (1 - 0.18 * (2 * t - 1) ** 2)))
    return outline


def _on_arch(arch: Arch, along: float, y: float) -> list[float]:
    """Unrolled arch -> canonical axes (x right, y down, z away from the camera)."""
    angle = along / arch.radius
    return [arch.radius * math.sin(angle), y, arch.radius * (1 - math.cos(angle)) + 0.06]
