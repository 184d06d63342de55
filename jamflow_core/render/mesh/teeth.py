"""A dental arch, drawn once in 3D and seen from the head's pose."""

import math
from dataclasses import dataclass

import numpy as np

from ...face.geometry import fixed_point
from ...media.picture import load_cv2
from .colours import MouthColours
from .rig import Rig
from .warp import Box

OVERSAMPLE = 4
REACH = (0.75, 0.6)  # half size of the drawing, in mouth widths


@dataclass(frozen=True)
class Arch:
    """One row of teeth. Lengths are in mouth widths; widths run from the middle outwards on both sides."""

    widths: tuple[float, ...]
    edge: float  # the teeth end this far below where the lips meet
    height: float
    radius: float  # of the arch, seen from above
    growth: float  # -1: teeth stand above their edge (upper jaw), +1: below it
    curve: float  # the edge rises this much towards the back
    brightness: float
    has_canines: bool


UPPER = Arch((0.150, 0.115, 0.125, 0.11, 0.11, 0.13), 0.068, 0.185, 0.62, -1, 0.020, 1.0, True)
LOWER = Arch((0.092, 0.100, 0.115, 0.11, 0.11, 0.13), 0.0, 0.16, 0.58, 1, -0.012, 0.9, False)


class Layer:
    """A picture with transparency that lies somewhere on a larger one.

    colour: float32 [h,w,3], 0..255, premultiplied; alpha: float32 [h,w]; corner: place of its first pixel.
    """

    def __init__(self, colour: np.ndarray, alpha: np.ndarray, corner: tuple[int, int]):
        self.colour, self.alpha, self.corner = colour, alpha, corner

    def cut(self, box: Box, shift: np.ndarray = (0.0, 0.0), stretch: float = 1.0, about: float = 0.0):
        """What lies in the box once the layer is moved by `shift` and stretched sideways about x = `about`
        -> colour [h,w,3], alpha [h,w]."""
        cv2 = load_cv2()
        size = (box.x1 - box.x0, box.y1 - box.y0)
        left = (box.x0 - shift[0] - about) / stretch + about - self.corner[0]
        matrix = np.array([[1 / stretch, 0, left], [0, 1, box.y0 - shift[1] - self.corner[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(self.colour, matrix, size, flags=flags), cv2.warpAffine(
            self.alpha, matrix, size, flags=flags
        )


def draw_arch(arch: Arch, rig: Rig, origin: np.ndarray, colours: MouthColours) -> Layer:
    """Draw teeth and gum, anti-aliased, around `origin`: the point of the picture where the closed lips meet."""
    cv2 = load_cv2()
    corner = np.floor(origin - np.array(REACH) * rig.width).astype(int)
    size = tuple((2 * np.ceil(np.array(REACH) * rig.width)).astype(int) + 2)
    window = (size[1] * OVERSAMPLE, size[0] * OVERSAMPLE)
    colour, alpha = np.zeros((*window, 3), np.float32), np.zeros(window, np.float32)

    def draw(outline, shade):
        offsets = np.array([_on_arch(arch, x, y) for x, y in outline]) * rig.width
        pixels = origin + (offsets @ rig.rotation.T)[:, :2] - corner
        polygon = fixed_point((pixels + 0.5) * OVERSAMPLE - 0.5)
        cv2.fillPoly(colour, [polygon], [float(c) for c in shade], cv2.LINE_AA, 4)
        cv2.fillPoly(alpha, [polygon], 1.0, cv2.LINE_AA, 4)

    edge = arch.edge
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
    colour, alpha = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (colour, alpha))
    return Layer(colour, alpha, (int(corner[0]), int(corner[1])))


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
