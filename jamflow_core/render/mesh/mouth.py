"""What is behind the lips: cavity, tongue, teeth, and the wet rim of the lips; painted into the opening of a posed
mouth.

Upper teeth are fixed to the skull and lower teeth to the lower lip, so they cannot slide. Where the portrait already
shows an open mouth, its own teeth are reused. What is painted is as sharp and as grainy as the picture (finish.py).
"""

from dataclasses import replace

import numpy as np

from ...face.geometry import fixed_point, smoothstep, spline
from ...face.topology import LIP_INNER, LOWER_LIP_MID, MOUTH_LEFT, MOUTH_RIGHT, UPPER_LIP_MID
from ...media.picture import load_cv2
from .colours import MouthColours, polygon_mask
from .finish import Finish
from .rig import JAW, PUCKER, WIDE, Rig
from .teeth import LOWER, UPPER, Layer, draw_arch
from .warp import Box, box_around

CLOSED = 0.35  # pixels of opening that show nothing
EDGE_SAMPLES = 4  # oversampling of the opening's outline
SEAM = 0.008  # mouth widths of each lip's edge that are dark with the closed mouth's line
RIM_UP, RIM_LOW = 0.026, 0.036  # mouth widths of wet lip that are seen inside the upper and the lower edge
RIM_SHADE_UP, RIM_SHADE_LOW = 0.7, 0.85  # of the lips' colour there: light comes from above
GRAINY = 110.0  # grey level from which grain is as strong as on the skin
OUT_OF_REACH = (0.16, 0.34)  # mouth widths of opening in which the tongue lets go of the teeth
BACK = 0.06  # mouth widths behind the edge where the light is gone


class MouthInterior:
    """Paints the opening of posed mouths of one rig. `photo`: the mouth's inside that the portrait shows, if any."""

    def __init__(self, rig: Rig, colours: MouthColours, finish: Finish, photo: Layer | None = None):
        self.rig, self.colours, self.finish, self._photo = rig, colours, finish, photo
        closed = rig.pose(-rig.neutral)[[UPPER_LIP_MID, LOWER_LIP_MID]]
        self._origin = closed.mean(0)  # where the closed lips meet: teeth are placed from there
        self._upper = draw_arch(UPPER, rig, self._origin, colours)
        self._lower = draw_arch(LOWER, rig, self._origin, colours)
        self._photo_width = float(np.linalg.norm(rig.rest[MOUTH_LEFT] - rig.rest[MOUTH_RIGHT]))

    def paint(
        self, canvas: np.ndarray, points: np.ndarray, state: np.ndarray, tongue: tuple[float, float] = (0.0, 0.0)
    ) -> Box | None:
        """Draw the inside of the mouth of a pose [n,2] into the canvas; `state` [7] is relative to the portrait.

        tongue: its tip raised behind the upper teeth (l, t, d, n), and put between the teeth (th), 0..1.
        Returns what was drawn over, or None when the lips are closed."""
        rig = self.rig
        gap = rig.gap(points)
        if gap < CLOSED or (rig.open and np.abs(points[LIP_INNER] - rig.rest[LIP_INNER]).max() < 0.02):
            return None
        outline = spline(points[LIP_INNER], 5)
        margin = 3 + int(np.ceil(0.05 * rig.width + 2 * self.finish.softness))
        box = box_around(outline, margin, Box(0, 0, canvas.shape[1], canvas.shape[0]))
        if box is None:
            return None
        opening = self._opening(outline, box)
        lips, behind = self._lips(canvas[box.slices].astype(np.float32), opening)
        inside = self._layers(_Pose(rig, box, points, state, gap, opening), lips, tongue)
        if self.finish.softness > 0.1:
            inside, opening = (_blurred(part, self.finish.softness) for part in (inside, opening))
        shown = opening[..., None]
        inside += self.finish.grain_of(box) * np.clip(inside.mean(2, keepdims=True) / GRAINY, 0.2, 0.8)
        canvas[box.slices] = np.clip(behind * (1 - shown) + inside * shown + 0.5, 0, 255).astype(np.uint8)
        return box

    def _opening(self, outline: np.ndarray, box: Box) -> np.ndarray:
        """Coverage 0..1 of the pixels of the box by the opening."""
        cv2 = load_cv2()
        width, height = box.x1 - box.x0, box.y1 - box.y0
        fine = np.zeros((height * EDGE_SAMPLES, width * EDGE_SAMPLES), np.uint8)
        polygon = (outline - [box.x0, box.y0] + 0.5) * EDGE_SAMPLES - 0.5
        cv2.fillPoly(fine, [fixed_point(polygon)], 255, cv2.LINE_8, 4)
        return cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255

    def _lips(self, canvas: np.ndarray, opening: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The lips' colours carried into the opening, and the picture with them in place of what it had there, both
        float32 [h,w,3] (normalised convolution of what lies outside, beyond the dark line of the closed mouth that both
        lips keep)."""
        cv2 = load_cv2()
        away = cv2.distanceTransform((opening < 0.02).astype(np.uint8), cv2.DIST_L2, 3)
        seam = 1.3 + SEAM * self.rig.width
        sure = smoothstep(seam - 0.7, seam + 0.7, away).astype(np.float32)
        reach = max(0.02 * self.rig.width, 1.0)
        weighted = canvas * sure[..., None]
        near = _blurred(weighted, reach) + 0.02 * _blurred(weighted, 4 * reach)
        lips = near / (_blurred(sure, reach) + 0.02 * _blurred(sure, 4 * reach) + 1e-6)[..., None]
        return lips, canvas * sure[..., None] + lips * (1 - sure[..., None])

    def _layers(self, pose: "_Pose", lips: np.ndarray, tongue: tuple[float, float]) -> np.ndarray:
        """The inside of the mouth, float32 RGB for the pixels of the box, from the back to the front."""
        rig, state, box = self.rig, pose.state, pose.box
        pucker = float(np.clip(state[PUCKER], 0, 1.2))
        lit = np.exp(-pose.depth / BACK) * (0.75 + 0.5 * np.clip(pose.fallen / max(pose.gap, 1), 0, 1))
        picture = self.colours.cavity + (self.colours.throat - self.colours.cavity) * lit[..., None]
        corners = pose.corners()
        picture = self._tongue(picture, pose, 0.0) * corners[..., None]

        jaw = float(np.clip(state[JAW] + rig.neutral[JAW], 0, 1))
        on_teeth = self.colours.lighting(pose.across / rig.width) * corners
        showing = (0.012 * jaw + 0.05 * np.clip(state[WIDE], 0, 1)) * rig.width * (1 - 0.8 * min(pucker, 1))
        colour, alpha = self._lower.cut(box, pose.lower - rig.down * showing - self._origin)
        picture = _over(picture, colour * (0.8 * on_teeth)[..., None], alpha)
        raised, between = np.asarray(tongue) * (1 - smoothstep(*OUT_OF_REACH, pose.gap / rig.width))
        if raised > 0.01:
            picture = self._tongue(picture, pose, float(raised))
        hidden = -rig.down * 0.05 * pucker * rig.width  # protruding lips hide the upper teeth
        colour, alpha = self._upper.cut(box, hidden)
        shadow = 0.8 + 0.2 * smoothstep(0.0, 0.06, pose.fallen / rig.width)  # of the upper lip
        shaded = 1 - 0.55 * _blurred(alpha, max(0.014 * rig.width, 0.5))  # what is behind them
        picture *= shaded[..., None]
        picture = _over(picture, colour * (on_teeth * shadow * (1 - 0.3 * min(pucker, 1)))[..., None], alpha)
        if between > 0.01:
            picture = self._tip(picture, pose, float(between))
        if self._photo is not None:  # stretched a little with the mouth, so that no gap opens at the corners
            stretch = float(np.clip(pose.mouth / self._photo_width, 0.92, 1.18))
            colour, alpha = self._photo.cut(box, 2 * hidden, stretch, self._origin[0])
            picture = _over(picture, colour * (1 - 0.22 * min(pucker, 1)), alpha)
        return self._rim(picture, pose, lips)

    def _rim(self, picture: np.ndarray, pose: "_Pose", lips: np.ndarray) -> np.ndarray:
        """The wet inner edge of the lips, in front of everything: it takes the hardness off the opening."""
        low = smoothstep(0.25, 0.75, pose.fallen / max(pose.gap, 1))
        width = (RIM_UP + (RIM_LOW - RIM_UP) * low) * min(1.0, 0.1 + pose.gap / (0.3 * self.rig.width))
        there = (1 - smoothstep(0.0, 1.0, pose.depth / width)) ** 1.5
        shade = RIM_SHADE_UP + (RIM_SHADE_LOW - RIM_SHADE_UP) * low
        shade = shade * (1 - 0.65 * np.clip(pose.depth / width, 0, 1))
        return picture * (1 - there[..., None]) + lips * (shade * there)[..., None]

    def _tongue(self, picture: np.ndarray, pose: "_Pose", raised: float) -> np.ndarray:
        """A soft bulge that rests on the lower teeth and shows once the mouth is open; raised, it reaches the upper
        ones.
        """
        rig, gap = self.rig, pose.gap
        lift = raised * max(gap - 0.04 * rig.width, 0)
        centre = pose.lower - rig.down * (0.02 * rig.width + 0.42 * lift)
        half_width = max((0.36 - 0.08 * raised) * pose.mouth, 1)
        half_height = max(0.34 * gap + 0.04 * rig.width + 0.34 * lift, 1)
        x, y = pose.from_point(centre)
        x, y = x / half_width, y / half_height
        radius = x**2 + y**2
        there = smoothstep(0, 1, (1.25 - radius) / 0.7) * max(np.clip((gap / rig.width - 0.04) / 0.12, 0, 1), raised)
        light = (
            0.62
            + 0.55 * np.clip(1 - radius, 0, 1)
            - 0.10 * np.exp(-((x / 0.10) ** 2)) * (1 - raised)
            + 0.12 * y * raised
        )
        light = light * (0.4 + 0.6 * smoothstep(0.0, 0.09, pose.depth))  # in the shade of the lips and teeth around it
        return picture * (1 - there[..., None]) + self.colours.tongue * (light * there)[..., None]

    def _tip(self, picture: np.ndarray, pose: "_Pose", forward: float) -> np.ndarray:
        """The tip of the tongue between the teeth, seen below the upper ones."""
        rig = self.rig
        x, y = pose.from_point(pose.lower - rig.down * (0.5 * pose.gap - 0.01 * rig.width))
        radius = (x / (0.24 * pose.mouth + 1)) ** 2 + (y / (0.42 * pose.gap + 0.012 * rig.width)) ** 2
        there = smoothstep(0, 1, (1.1 - radius) / 0.5) * forward
        light = 1.0 + 0.35 * np.clip(1 - radius, 0, 1)
        return picture * (1 - there[..., None]) + self.colours.tongue * (light * there)[..., None]


class _Pose:
    """One pose of a mouth, as its painter needs it."""

    def __init__(self, rig: Rig, box: Box, points: np.ndarray, state: np.ndarray, gap: float, opening: np.ndarray):
        self.box, self.state, self.gap, self.opening, self._down = box, state, gap, opening, rig.down
        self.upper, self.lower = points[UPPER_LIP_MID], points[LOWER_LIP_MID]
        self.left, self.right = points[MOUTH_LEFT], points[MOUTH_RIGHT]
        self.mouth = float(np.linalg.norm(self.left - self.right))
        self.across, self.fallen = self.from_point(self.upper)  # pixels beside the middle, below the upper lip
        self.depth = load_cv2().distanceTransform((opening > 0.5).astype(np.uint8), load_cv2().DIST_L2, 3) / rig.width

    def from_point(self, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far each pixel of the box lies from a point: along the mouth and downwards, float32 [h,w]."""
        along = np.array([self._down[1], -self._down[0]], np.float32)
        return _projection(self.box, origin, along), _projection(self.box, origin, self._down)

    def corners(self) -> np.ndarray:
        """1, and darker towards the corners of the mouth."""
        away, _ = self.from_point((self.left + self.right) / 2)
        return 1 - 0.45 * np.clip((np.abs(away) / max(0.5 * self.mouth, 1) - 0.45) / 0.55, 0, 1) ** 1.5


def _blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    return load_cv2().GaussianBlur(picture, (0, 0), sigma, borderType=load_cv2().BORDER_REPLICATE)


def _over(below: np.ndarray, colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """A premultiplied layer over what is there."""
    return below * (1 - alpha[..., None]) + colour


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
