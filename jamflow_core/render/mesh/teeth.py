"""A dental arch: drawn once unrolled, laid round in 3D and seen from the head's pose."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...face.geometry import smoothstep
from ...media.picture import load_cv2
from .colours import MouthColours
from .rig import Rig
from .warp import Box

REACH = (0.75, 0.6)  # half size of the drawing, in mouth widths
FINENESS = 2.0  # pixels of the unrolled drawing to one of the picture
STEPS = 1.2  # drawings are kept in sizes this far apart
CONTACT = 0.009  # mouth widths of shade on either side of where two teeth touch


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
    canines: float  # how much longer they are; the teeth beside the middle ones are that much shorter


UPPER = Arch((0.150, 0.115, 0.125, 0.11, 0.11, 0.13), 0.072, 0.185, 0.62, -1, 0.024, 1.0, 0.010)
LOWER = Arch((0.092, 0.100, 0.115, 0.11, 0.11, 0.13), 0.0, 0.16, 0.58, 1, -0.012, 0.88, 0.0)
ABOVE = 0.25  # mouth widths of gum that are drawn beyond the teeth


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
    """Teeth and gum as the rig's head shows them, around `origin`: the point where the closed lips meet."""
    cv2 = load_cv2()
    corner = np.floor(origin - np.array(REACH) * rig.width).astype(int)
    size = (2 * np.ceil(np.array(REACH) * rig.width)).astype(int) + 2
    x = (np.arange(size[0]) + corner[0] - origin[0]) / rig.width
    y = ((np.arange(size[1]) + corner[1] - origin[1]) / rig.width)[:, None]
    turn, height = on_arch(arch, rig.rotation, x, y)
    scale = STEPS ** math.ceil(math.log(max(FINENESS * rig.width, 1), STEPS))
    drawing = _unrolled(arch, scale)
    beside = np.isnan(turn)
    turn[beside], height[beside] = 2 * np.pi, 0.0  # not on the drawing
    place = np.dstack([(turn * arch.radius + sum(arch.widths)) * scale, (height - _top(arch)) * scale]).astype(
        np.float32
    )
    shade, gum, alpha = cv2.split(cv2.remap(drawing, place - 0.5, None, cv2.INTER_LINEAR))
    away = np.cos(turn).astype(np.float32)
    light = shade * (0.5 + 0.5 * np.clip(away, 0, 1) ** 1.5) * arch.brightness
    gum = (gum / np.maximum(alpha, 1e-3))[..., None]
    colour = light[..., None] * (colours.teeth * (1 - gum) + 0.8 * colours.gums * gum)
    return Layer((colour * alpha[..., None]).astype(np.float32), alpha, (int(corner[0]), int(corner[1])))


def on_arch(arch: Arch, rotation: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels at x [w], y [h,1] from the arch's front (mouth widths) -> the angle on it and the height [h,w] that are
    seen there; the angle is NaN beside it. Across the arch's own vertical only the angle counts, which a table turns
    back."""
    right, down, back = rotation[:2].T
    length = np.linalg.norm(down)
    across = np.array([down[1], -down[0]]) / length
    across *= np.sign(across @ right)
    angles = np.linspace(-1, 1, 181) * sum(arch.widths) / arch.radius
    reach = arch.radius * np.sin(angles), arch.radius * (1 - np.cos(angles)) + 0.06
    seen = reach[0] * (across @ right) + reach[1] * (across @ back)
    facing = np.gradient(seen) > 1e-4  # the far side turns away from some angle on
    first = 90 - int(np.argmin(facing[90::-1])) + 1 if not facing[:91].all() else 0
    last = 90 + int(np.argmin(facing[90:])) if not facing[90:].all() else len(angles)
    part = slice(first, last)
    angle = np.interp(x * across[0] + y * across[1], seen[part], angles[part], np.nan, np.nan)
    at_x, at_z = arch.radius * np.sin(angle), arch.radius * (1 - np.cos(angle)) + 0.06
    height = (x * down[0] + y * down[1]) / length - at_x * (down @ right) / length - at_z * (down @ back) / length
    return angle, height / length


def _top(arch: Arch) -> float:
    """Where the unrolled drawing begins, in mouth widths below the lips' meeting."""
    return arch.edge - (arch.height + ABOVE if arch.growth < 0 else 0.06)


@lru_cache(maxsize=16)
def _unrolled(arch: Arch, scale: float) -> np.ndarray:
    """The arch, flat: float32 [h,w,3] of shade, gum and alpha (the first two premultiplied by nothing, gum by
    alpha).
    """
    half = sum(arch.widths)
    x = (np.arange(int(2 * half * scale)) + 0.5) / scale - half
    y = (np.arange(int((arch.height + ABOVE + 0.06) * scale)) + 0.5)[:, None] / scale + _top(arch)
    borders = np.cumsum((0, *arch.widths))
    borders = np.r_[-borders[:0:-1], borders]
    tooth = np.clip(np.searchsorted(borders, x) - 1, 0, len(borders) - 2)
    left, right = borders[tooth], borders[tooth + 1]
    place = np.maximum(len(arch.widths) - 1 - tooth, tooth - len(arch.widths))  # 0: front tooth
    u = 2 * (x - left) / (right - left) - 1  # -1..1 across the tooth
    beside = np.minimum(x - left, right - x)

    edge = arch.edge + arch.growth * arch.curve * (x / half) ** 2
    edge = edge - arch.growth * arch.canines * ((place == 2) * 1.0 - (place == 1) * 1.0)
    bevel = np.clip((np.abs(u) - 0.5) / 0.5, 0, 1)
    edge = edge + arch.growth * (right - left) * (0.10 * bevel**2.5 + 0.012 * np.abs(u))
    above = arch.growth * (y - edge)  # from the cutting edge towards the gum
    height = arch.height * (1 - 0.1 * np.minimum(place, 3)) * (1 - 0.16 * u**2)
    pixel = 1.2 / scale
    alpha = smoothstep(-pixel, pixel, above)
    gum = smoothstep(-0.012, 0.012, above - height)

    contact = np.exp(-((beside / CONTACT) ** 2)) * (0.26 - 0.12 * np.clip(above / height, 0, 1))
    body = (
        1
        - 0.07 * u**4
        - 0.10 * smoothstep(0.65, 1.05, above / height)
        - 0.05 * (1 - smoothstep(0, 0.25, above / height))
    )
    body = body * (1 - 0.025 * (place % 2)) * (1 - contact)
    shade = body * (1 - gum) + gum * (1 - 0.12 * np.abs(u) ** 2)
    drawing = np.dstack(np.broadcast_arrays(shade, gum * alpha, alpha)).astype(np.float32)
    return load_cv2().GaussianBlur(drawing, (0, 0), 0.8)
