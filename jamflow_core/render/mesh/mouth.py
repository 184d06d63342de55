"""What is behind the lips: cavity, tongue, teeth; painted into the opening of a posed mouth.

Upper teeth are fixed to the skull and lower teeth to the lower lip, so they cannot slide. Where the portrait already
shows an open mouth, its own teeth are reused.
"""

from dataclasses import replace

import numpy as np

from ...face.geometry import fixed_point, smoothstep, spline
from ...face.topology import LIP_INNER, LOWER_LIP_MID, MOUTH_LEFT, MOUTH_RIGHT, UPPER_LIP_MID
from ...media.picture import load_cv2
from .colours import MouthColours, polygon_mask
from .rig import JAW, PUCKER, WIDE, Rig
from .teeth import LOWER, UPPER, Layer, draw_arch
from .warp import Box, box_around

CLOSED = 0.35  # pixels of opening that show nothing
EDGE_SAMPLES = 4  # oversampling of the opening's outline


class MouthInterior:
    """Paints the opening of posed mouths of one rig. `photo`: the mouth's inside that the portrait shows, if any."""

    def __init__(self, rig: Rig, colours: MouthColours, photo: Layer | None = None):
        self.rig, self.colours, self._photo = rig, colours, photo
        closed = rig.pose(-rig.neutral)[[UPPER_LIP_MID, LOWER_LIP_MID]]
        self._origin = closed.mean(0)  # where the closed lips meet: teeth are placed from there
        self._upper = draw_arch(UPPER, rig, self._origin, colours)
        self._lower = draw_arch(LOWER, rig, self._origin, colours)
        self._photo_width = float(np.linalg.norm(rig.rest[MOUTH_LEFT] - rig.rest[MOUTH_RIGHT]))

    def paint(self, canvas: np.ndarray, points: np.ndarray, state: np.ndarray) -> Box | None:
        """Draw the inside of the mouth of a pose [n,2] into the canvas; `state` [6] is relative to the portrait.
        Returns what was drawn over, or None when the lips are closed."""
        rig = self.rig
        gap = rig.gap(points)
        if gap < CLOSED or (rig.open and np.abs(points[LIP_INNER] - rig.rest[LIP_INNER]).max() < 0.02):
            return None
        outline = spline(points[LIP_INNER], 5)
        box = box_around(outline, 2, Box(0, 0, canvas.shape[1], canvas.shape[0]))
        if box is None:
            return None
        opening = self._opening(outline, box)
        inside = self._layers(points, state, gap, opening, box)
        shown = opening[..., None]
        under = canvas[box.slices].astype(np.float32)
        canvas[box.slices] = np.clip(under * (1 - shown) + inside * shown + 0.5, 0, 255).astype(np.uint8)
        return box

    def _opening(self, outline: np.ndarray, box: Box) -> np.ndarray:
        """Coverage 0..1 of the pixels of the box by the opening, a hair tighter than the lips."""
        cv2 = load_cv2()
        width, height = box.x1 - box.x0, box.y1 - box.y0
        fine = np.zeros((height * EDGE_SAMPLES, width * EDGE_SAMPLES), np.uint8)
        polygon = (outline - [box.x0, box.y0] + 0.5) * EDGE_SAMPLES - 0.5
        cv2.fillPoly(fine, [fixed_point(polygon)], 255, cv2.LINE_8, 4)
        fine = cv2.erode(fine, np.ones((2, 2), np.uint8))
        return cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255

    def _layers(self, points, state, gap, opening, box) -> np.ndarray:
        """The inside of the mouth, float32 RGB for the pixels of the box, from the back to the front."""
        rig, width = self.rig, self.rig.width
        along = np.array([rig.down[1], -rig.down[0]], np.float32)
        upper, lower = points[UPPER_LIP_MID], points[LOWER_LIP_MID]
        mouth = float(np.linalg.norm(points[MOUTH_LEFT] - points[MOUTH_RIGHT]))
        across = _projection(box, upper, along)
        depth = _projection(box, upper, rig.down)
        pucker = float(np.clip(state[PUCKER], 0, 1.2))

        picture = self.colours.cavity * (0.55 + 0.75 * np.clip(depth / max(gap, 1), 0, 1))[..., None]
        picture = self._tongue(picture, lower, along, mouth, gap, box)
        shade, corners = self._shade(opening, gap, across, mouth)
        picture *= ((0.35 + 0.65 * shade) * corners)[..., None]
        on_teeth = ((0.58 + 0.42 * shade) * corners)[..., None]

        jaw = float(np.clip(state[JAW] + rig.neutral[JAW], 0, 1))
        showing = (0.002 + 0.022 * jaw + 0.05 * np.clip(state[WIDE], 0, 1)) * width * (1 - 0.8 * min(pucker, 1))
        colour, alpha = self._lower.cut(box, lower - rig.down * showing - self._origin)
        picture = picture * (1 - alpha[..., None]) + colour * 0.85 * on_teeth
        hidden = -rig.down * 0.075 * pucker * width  # protruding lips hide the upper teeth
        colour, alpha = self._upper.cut(box, hidden)
        picture = picture * (1 - alpha[..., None]) + colour * (1 - 0.45 * min(pucker, 1)) * on_teeth
        if self._photo is not None:  # stretched a little with the mouth, so that no gap opens at the corners
            stretch = float(np.clip(mouth / self._photo_width, 0.92, 1.18))
            colour, alpha = self._photo.cut(box, stretch=stretch, about=self._origin[0])
            picture = picture * (1 - alpha[..., None]) + colour
        return picture

    def _tongue(self, picture, lower, along, mouth, gap, box) -> np.ndarray:
        """A soft bulge that rests on the lower teeth and shows once the mouth is open."""
        rig = self.rig
        centre = lower - rig.down * 0.02 * rig.width
        half_width, half_height = max(0.34 * mouth, 1), max(0.30 * gap + 0.03 * rig.width, 1)
        radius = (_projection(box, centre, along) / half_width) ** 2 + (
            _projection(box, centre, rig.down) / half_height
        ) ** 2
        there = smoothstep(0, 1, (1.3 - radius) / 0.9) * np.clip((gap / rig.width - 0.05) / 0.15, 0, 1) * 0.9
        light = 1.12 - 0.35 * np.clip(radius, 0, 1)
        return picture * (1 - there[..., None]) + self.colours.tongue * (light * there)[..., None]

    def _shade(self, opening, gap, across, mouth) -> tuple[np.ndarray, np.ndarray]:
        """Ambient occlusion by the lips, and the darker corners of the mouth; both 0..1."""
        cv2 = load_cv2()
        softness = max(0.016 * self.rig.width + 0.11 * gap, 0.7)
        border = int(3 * softness) + 1
        padded = cv2.copyMakeBorder(opening, border, border, border, border, cv2.BORDER_CONSTANT)
        blurred = cv2.GaussianBlur(padded, (0, 0), softness)[border:-border, border:-border]
        from_middle = np.abs(across) / max(0.5 * mouth, 1)
        return np.clip((blurred - 0.25) / 0.6, 0, 1), 1 - 0.5 * np.clip((from_middle - 0.5) / 0.5, 0, 1) ** 1.5


def photographed(image: np.ndarray, rig: Rig, colours: MouthColours) -> tuple[Layer, MouthColours]:
    """The open mouth that a portrait shows, as a layer, and colours whose cavity leans to the darkest it shows.

    The layer is sharp towards the upper lip and a little tighter towards the lower one, which will move away."""
    cv2 = load_cv2()
    outline = spline(rig.rest[LIP_INNER], 6)
    box = box_around(outline, 4, Box(0, 0, image.shape[1], image.shape[0]))
    inside = polygon_mask(outline - [box.x0, box.y0], (box.y1 - box.y0, box.x1 - box.x0)).astype(np.float32) / 255
    tight = max(1, int(round(0.012 * rig.width)))
    depth = (np.arange(box.y0, box.y1) - rig.rest[UPPER_LIP_MID, 1])[:, None] / max(rig.gap(rig.rest), 1)
    lower = smoothstep(0.35, 0.7, depth)
    alpha = cv2.dilate(inside, np.ones((3, 3))) * (1 - lower) + cv2.erode(inside, np.ones((2 * tight + 1,) * 2)) * lower
    alpha = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), 0.8)
    picture = image[box.slices].astype(np.float32)
    layer = Layer(picture * alpha[..., None], alpha, (box.x0, box.y0))

    pixels = picture[inside > 0.9]
    if len(pixels) <= 20:
        return layer, colours
    grey = pixels.mean(1)
    darkest = np.minimum(pixels[grey <= np.percentile(grey, 12)].mean(0), colours.cavity * 2.2)
    return layer, replace(colours, cavity=(colours.cavity + darkest) / 2)


def _projection(box: Box, origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """How far each pixel of the box lies from the origin along a unit direction, float32 [h,w]."""
    x = np.arange(box.x0, box.x1, dtype=np.float32) - np.float32(origin[0])
    y = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - np.float32(origin[1])
    return x * np.float32(direction[0]) + y * np.float32(direction[1])
