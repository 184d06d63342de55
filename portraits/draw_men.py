"""Draws `drawing_man.jpg` and `drawing_elder.jpg` with the curves of draw_portrait.py: `python portraits/draw_men.py
[FOLDER]`.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from draw_portrait import BACK_LIGHT, SHADE, SKIN, Canvas, body, eye, face, finish, mirrored, mouth, nose, oval, soften

FACE = mirrored(
    [
        (0.5, 0.13),
        (0.59, 0.15),
        (0.66, 0.24),
        (0.68, 0.36),
        (0.675, 0.48),
        (0.662, 0.565),
        (0.62, 0.645),
        (0.555, 0.692),
        (0.5, 0.698),
    ]
)
# By file: background, hair dark and light, grey of the beard, how dense it is.
MEN = {
    "drawing_man.jpg": ((96, 112, 138), (34, 28, 28), (74, 58, 50), (92, 70, 62), 0.34),
    "drawing_elder.jpg": ((128, 112, 92), (128, 124, 122), (206, 202, 198), (190, 184, 178), 0.8),
}


def draw(back, dark, light, beard, dense) -> np.ndarray:
    c = Canvas(back)
    c.shape(oval(0.36, 0.3, 0.34, 0.36), BACK_LIGHT, 0.13, 0.45)
    for side in (-1, 1):
        c.shape(oval(0.5 + side * 0.178, 0.405, 0.022, 0.055, side * -0.12), SKIN)
        c.shape(oval(0.5 + side * 0.18, 0.41, 0.011, 0.034, side * -0.12), SHADE, 0.005, 0.6)
    neck = mirrored([(0.605, 0.55), (0.61, 0.7), (0.63, 0.8), (0.5, 0.88)])
    c.shape(neck, SKIN)
    c.shape(oval(0.5, 0.69, 0.13, 0.07), SHADE, 0.02, 0.8, within=c.mask(neck))
    body(c)
    face(c, FACE, blush=0.12)
    whiskers(c, beard, dense)
    for side in (-1, 1):
        eye(c, side)
        brow = [
            (0.03, 0.325),
            (0.07, 0.304),
            (0.115, 0.302),
            (0.158, 0.326),
            (0.115, 0.32),
            (0.07, 0.325),
            (0.032, 0.338),
        ]
        c.shape([(0.5 + side * x, y) for x, y in brow], dark, 0.002, 0.95)
    nose(c)
    mouth(c)
    lips = oval(0.5, 0.568, 0.075, 0.032)
    c.shape(lips, SKIN, 0.012, 0.35)
    hair(c, dark, light)
    return finish(c.pixels)


def whiskers(c: Canvas, colour, dense: float) -> None:
    """The shade of a beard: below the cheeks, around the mouth."""
    low = mirrored([(0.5, 0.522), (0.57, 0.518), (0.62, 0.5), (0.69, 0.43), (0.69, 0.6), (0.6, 0.72), (0.5, 0.73)])
    c.lay(c.mask(low, 0.016) * c.mask(FACE, 0.002) * (1 - c.mask(oval(0.5, 0.568, 0.072, 0.03), 0.008)), colour, dense)


def hair(c: Canvas, dark, light) -> None:
    """Short, brushed to the side."""
    outline = [
        (0.5, 0.07),
        (0.61, 0.082),
        (0.69, 0.16),
        (0.702, 0.3),
        (0.692, 0.39),
        (0.674, 0.37),
        (0.664, 0.28),
        (0.61, 0.2),
        (0.5, 0.185),
        (0.41, 0.195),
        (0.345, 0.265),
        (0.328, 0.37),
        (0.308, 0.39),
        (0.297, 0.3),
        (0.31, 0.16),
        (0.39, 0.082),
    ]
    c.lay(np.roll(c.mask(outline, 0.012), int(0.012 * len(c.pixels)), 0) * soften(c.mask(FACE), 0), SHADE, 0.6)
    c.shape(outline, dark)
    inside, rng = c.mask(outline, 0.0006), np.random.default_rng(3)
    for _ in range(80):
        x, lift = rng.uniform(0.3, 0.68), 0.02 * rng.standard_normal()
        c.stroke([(x, 0.21), (x + 0.03, 0.13 + lift), (x + 0.1, 0.085 + lift)], light, 0.004, 0.4, within=inside)
    for side in (-1, 1):
        for _ in range(30):
            x = 0.5 + side * rng.uniform(0.165, 0.2)
            c.stroke([(x, 0.2), (x + side * 0.004, 0.28), (x, 0.38)], light, 0.003, 0.4, within=inside)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, colours in MEN.items():
        cv2.imwrite(str(folder / name), draw(*colours)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
