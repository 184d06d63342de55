"""Draws `drawing.jpg`, a portrait made of curves and soft shades: `python portraits/draw_portrait.py [OUT]`.

Needs numpy and OpenCV. Coordinates are in units of the picture's side; everything is drawn large and scaled down.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

SIDE, OVERSAMPLE = 512, 2
N = SIDE * OVERSAMPLE

SKIN, SHADE, BLUSH, LIGHT = (238, 196, 168), (196, 128, 104), (226, 128, 112), (255, 226, 202)
HAIR, HAIR_DARK, HAIR_LIGHT = (92, 46, 34), (52, 24, 22), (150, 84, 56)
LIP, LIP_DARK, LINE = (196, 92, 88), (138, 52, 56), (96, 48, 44)
SHIRT, SHIRT_DARK, BACK, BACK_LIGHT = (38, 74, 92), (22, 46, 62), (86, 124, 122), (206, 214, 186)


def curve(points, closed=True, samples=24):
    """Catmull-Rom curve through points."""
    p = np.asarray(points, float)
    p = np.vstack([p[-1], p, p[:2]]) if closed else np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, samples, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(parts)


def mirrored(points):
    """The right half of a symmetrical outline, from top to bottom, completed on the left."""
    right = [tuple(p) for p in points]
    return right + [(1 - x, y) for x, y in right[::-1] if abs(x - 0.5) > 1e-6]


class Canvas:
    """A picture that is painted with soft-edged shapes."""

    def __init__(self, colour):
        self.pixels = np.full((N, N, 3), colour, np.float32)

    def mask(self, outline, blur=0.0, closed=True):
        mask = np.zeros((N, N), np.float32)
        polygon = np.round(curve(outline, closed) * N * 16).astype(np.int32)
        cv2.fillPoly(mask, [polygon], 1.0, cv2.LINE_AA, 4)
        return soften(mask, blur)

    def lay(self, mask, colour, strength=1.0):
        self.pixels += (np.asarray(colour, np.float32) - self.pixels) * (mask * strength)[..., None]

    def shape(self, outline, colour, blur=0.0, strength=1.0, within=None):
        mask = self.mask(outline, blur)
        self.lay(mask if within is None else mask * within, colour, strength)

    def stroke(self, points, colour, width, strength=1.0, blur=0.0008, taper=True, within=None):
        line = curve(points, closed=False)[:, :2]
        mask = np.zeros((N, N), np.float32)
        for k, (a, b) in enumerate(zip(line, line[1:])):
            t = k / max(len(line) - 2, 1)
            thick = width * (np.sin(np.pi * t) ** 0.6 if taper else 1)
            ends = [tuple(np.round(p * N * 16).astype(int).tolist()) for p in (a, b)]
            cv2.line(mask, *ends, 1.0, max(1, round(thick * N)), cv2.LINE_AA, 4)
        mask = soften(mask, blur)
        self.lay(mask if within is None else mask * within, colour, strength)


def soften(mask, blur):
    return cv2.GaussianBlur(mask, (0, 0), blur * N) if blur > 0 else mask


def oval(x, y, rx, ry, turn=0.0, count=12):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    px, py = rx * np.cos(angle), ry * np.sin(angle)
    return np.stack([x + px * np.cos(turn) - py * np.sin(turn), y + px * np.sin(turn) + py * np.cos(turn)], 1)


FACE = mirrored([(0.5, 0.15), (0.585, 0.175), (0.65, 0.26), (0.672, 0.36), (0.664, 0.46), (0.64, 0.545), (0.59, 0.625),
                 (0.54, 0.668), (0.5, 0.678)])  # fmt: skip


def draw() -> np.ndarray:
    c = Canvas(BACK)
    c.shape(oval(0.36, 0.3, 0.34, 0.36), BACK_LIGHT, 0.13, 0.75)
    back_hair(c)
    body(c)
    face(c)
    for side in (-1, 1):
        eye(c, side)
    nose(c)
    mouth(c)
    hair(c)
    return finish(c.pixels)


def back_hair(c):
    outline = mirrored([(0.5, 0.075), (0.62, 0.095), (0.71, 0.19), (0.738, 0.34), (0.73, 0.5), (0.752, 0.64),
                        (0.70, 0.735),
                        (0.6, 0.75), (0.5, 0.74)])  # fmt: skip
    c.shape(outline, HAIR_DARK)
    inside = c.mask(outline)
    rng = np.random.default_rng(4)
    for x in np.r_[np.linspace(0.255, 0.345, 26), np.linspace(0.655, 0.745, 26)]:
        sway = 0.02 * rng.standard_normal(4)
        c.stroke([(x * 0.8 + 0.1, 0.2), (x + sway[0], 0.4), (x + sway[1], 0.56), (x + sway[2], 0.74)],
                 HAIR_LIGHT if rng.random() < 0.4 else HAIR, 0.004, 0.4, within=inside)  # fmt: skip


def body(c):
    neck = mirrored([(0.565, 0.56), (0.567, 0.7), (0.58, 0.76), (0.6, 0.82), (0.5, 0.92)])
    c.shape(neck, SKIN)
    c.shape(oval(0.5, 0.655, 0.12, 0.085), SHADE, 0.022, 0.85, within=c.mask(neck))
    shirt = [(0.415, 0.765), (0.27, 0.815), (0.1, 0.89), (0.02, 1.05), (0.98, 1.05), (0.9, 0.89), (0.73, 0.815),
             (0.585, 0.765),
             (0.555, 0.83), (0.5, 0.865), (0.445, 0.83)]  # fmt: skip
    c.shape(shirt, SHIRT)
    inside = c.mask(shirt)
    c.shape(oval(0.78, 1.0, 0.2, 0.2), SHIRT_DARK, 0.05, 0.8, within=inside)
    c.stroke(
        [(0.415, 0.765), (0.445, 0.83), (0.5, 0.865), (0.555, 0.83), (0.585, 0.765)],
        SHIRT_DARK,
        0.012,
        0.8,
        within=inside,
    )
    c.stroke([(0.3, 0.83), (0.27, 0.92), (0.28, 1.0)], SHIRT_DARK, 0.012, 0.6, 0.004)
    c.stroke([(0.7, 0.83), (0.735, 0.92), (0.72, 1.0)], SHIRT_DARK, 0.014, 0.7, 0.004)


def face(c, outline=FACE, blush=0.37):
    c.shape(outline, SKIN)
    inside = c.mask(outline, 0.001)
    c.lay(inside * soften(1 - c.mask(outline), 0.03), SHADE, 0.9)  # the form turns away at its edge
    c.shape(oval(0.645, 0.47, 0.06, 0.2), SHADE, 0.03, 0.5, within=inside)  # the side away from the light
    c.shape(oval(0.395, 0.475, 0.055, 0.04), BLUSH, 0.022, blush - 0.03, within=inside)
    c.shape(oval(0.605, 0.475, 0.055, 0.04), BLUSH, 0.022, blush + 0.03, within=inside)
    c.shape(oval(0.46, 0.265, 0.09, 0.05), LIGHT, 0.03, 0.6, within=inside)
    c.shape(oval(0.4, 0.435, 0.04, 0.022, -0.2), LIGHT, 0.014, 0.55, within=inside)
    c.shape(oval(0.487, 0.647, 0.028, 0.016), LIGHT, 0.009, 0.55, within=inside)
    c.shape(oval(0.5, 0.612, 0.04, 0.008), SHADE, 0.008, 0.4, within=inside)  # under the lower lip


def eye(c, side):
    def at(x, y):
        return 0.5 + side * x, y

    white = [at(0.045, 0.384), at(0.064, 0.366), at(0.088, 0.361), at(0.112, 0.367), at(0.132, 0.379), at(0.111, 0.391),
             at(0.088, 0.3955), at(0.064, 0.393)]  # fmt: skip
    c.shape(oval(*at(0.088, 0.366), 0.06, 0.034), SHADE, 0.014, 0.42)
    c.shape(white, (240, 234, 228))
    inside = c.mask(white, 0.0006)
    x, y = at(0.088, 0.377)
    c.shape(oval(x, y, 0.0195, 0.0195), (70, 44, 30), 0.0008, within=inside)
    c.shape(oval(x, y + 0.004, 0.0145, 0.0125), (140, 92, 52), 0.003, 0.8, within=inside)
    c.shape(oval(x, y, 0.0088, 0.0088), (20, 12, 12), 0.0006, within=inside)
    c.shape(oval(x, 0.362, 0.05, 0.008), (110, 84, 80), 0.004, 0.6, within=inside)  # the lid's shadow
    c.shape(oval(x - 0.007, y - 0.008, 0.0045, 0.0045), (255, 255, 255), 0.0006)
    c.stroke(
        [at(0.043, 0.386), at(0.064, 0.366), at(0.088, 0.3605), at(0.112, 0.366), at(0.137, 0.377)],
        (42, 20, 20),
        0.0085,
    )
    c.stroke([at(0.056, 0.3925), at(0.088, 0.397), at(0.125, 0.385)], LINE, 0.003, 0.55)
    c.stroke([at(0.05, 0.363), at(0.075, 0.3465), at(0.1, 0.346), at(0.132, 0.361)], LINE, 0.0035, 0.65)
    brow = [
        at(0.037, 0.319),
        at(0.07, 0.302),
        at(0.11, 0.301),
        at(0.15, 0.322),
        at(0.11, 0.311),
        at(0.07, 0.314),
        at(0.04, 0.330),
    ]
    c.shape(brow, HAIR_DARK, 0.002, 0.85)


def nose(c):
    c.shape([(0.512, 0.36), (0.53, 0.44), (0.538, 0.482), (0.522, 0.49), (0.512, 0.44)], SHADE, 0.008, 0.45)
    c.shape(
        [(0.492, 0.33), (0.502, 0.33), (0.506, 0.44), (0.505, 0.468), (0.49, 0.468), (0.49, 0.42)], LIGHT, 0.006, 0.6
    )
    c.shape(oval(0.497, 0.471, 0.013, 0.01), LIGHT, 0.004, 0.75)
    c.shape(oval(0.5, 0.503, 0.034, 0.008), SHADE, 0.006, 0.6)
    for side in (-1, 1):
        c.shape(oval(0.5 + side * 0.0185, 0.4955, 0.0085, 0.0042, side * 0.3), (96, 40, 38), 0.0014, 0.85)
        c.stroke(
            [(0.5 + side * 0.032, 0.468), (0.5 + side * 0.041, 0.482), (0.5 + side * 0.034, 0.496)], SHADE, 0.004, 0.8
        )


def mouth(c):
    for side in (-1, 1):
        c.shape(oval(0.5 + side * 0.071, 0.568, 0.011, 0.009), SHADE, 0.005, 0.55)
    c.shape(oval(0.5, 0.525, 0.008, 0.016), SHADE, 0.004, 0.4)
    upper = [(0.429, 0.5625), (0.462, 0.553), (0.487, 0.5445), (0.5, 0.5485), (0.513, 0.5445), (0.538, 0.553),
             (0.571, 0.5625),
             (0.54, 0.5665), (0.515, 0.5645), (0.5, 0.567), (0.485, 0.5645), (0.46, 0.5665)]  # fmt: skip
    lower = [(0.429, 0.5625), (0.46, 0.5665), (0.485, 0.5645), (0.5, 0.567), (0.515, 0.5645), (0.54, 0.5665),
             (0.571, 0.5625),
             (0.545, 0.583), (0.52, 0.593), (0.5, 0.595), (0.48, 0.593), (0.455, 0.583)]  # fmt: skip
    c.shape(lower, LIP, 0.0012)
    c.shape(upper, tuple(0.78 * np.array(LIP)), 0.0012)
    c.shape(oval(0.494, 0.5805, 0.024, 0.0055), (240, 170, 158), 0.004, 0.6, within=c.mask(lower))
    c.stroke([(0.426, 0.5605), (0.46, 0.5668), (0.485, 0.565), (0.5, 0.5672), (0.515, 0.565), (0.54, 0.5668),
              (0.574, 0.5605)],
             LIP_DARK, 0.0052)  # fmt: skip


def hair(c):
    fringe = [(0.5, 0.083), (0.6, 0.1), (0.69, 0.19), (0.712, 0.33), (0.69, 0.46), (0.668, 0.4), (0.655, 0.31),
              (0.6, 0.235),
              (0.53, 0.175), (0.47, 0.245), (0.385, 0.29), (0.345, 0.35), (0.33, 0.44), (0.31, 0.47), (0.285, 0.36),
              (0.3, 0.2),
              (0.39, 0.105)]  # fmt: skip
    shadow = np.roll(c.mask(fringe, 0.012), int(0.012 * N), 0) * c.mask(FACE)
    c.lay(shadow, SHADE, 0.7)
    c.shape(fringe, HAIR)
    inside = c.mask(fringe, 0.0006)
    rng = np.random.default_rng(7)
    for k in range(70):
        t, tone = rng.random(), rng.random()
        colour = HAIR_LIGHT if tone > 0.66 else HAIR_DARK if tone < 0.4 else HAIR
        if k % 2:
            line = [
                (0.53 - 0.02 * t, 0.12),
                (0.42 - 0.06 * t, 0.16 + 0.06 * t),
                (0.335 - 0.03 * t, 0.27 + 0.03 * t),
                (0.315 - 0.02 * t, 0.45),
            ]
        else:
            line = [
                (0.53, 0.12),
                (0.61 + 0.05 * t, 0.17 + 0.03 * t),
                (0.668 + 0.025 * t, 0.29),
                (0.685 + 0.015 * t, 0.44),
            ]
        c.stroke(line, colour, 0.004, 0.5, within=inside)
    c.stroke([(0.36, 0.19), (0.42, 0.145), (0.49, 0.125)], (190, 124, 86), 0.02, 0.5, 0.008, within=inside)
    c.stroke([(0.57, 0.135), (0.63, 0.175), (0.672, 0.24)], (170, 104, 74), 0.018, 0.4, 0.008, within=inside)


def finish(pixels) -> np.ndarray:
    """Scale down and add a little paper grain."""
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    grain = cv2.GaussianBlur(np.random.default_rng(1).standard_normal((SIDE, SIDE, 1)).astype(np.float32), (0, 0), 0.8)
    return np.clip(small + 5 * grain[..., None] + 0.5, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    out = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("drawing.jpg")
    cv2.imwrite(str(out), draw()[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
