"""What a renderer is: it poses pictures, gives videos new lips, and reads the motion of faces.

The embedded one (mesh/) and LivePortrait (liveportrait/) are here. A third one is a class with these methods and a line
in the table of catalog/renderers.py.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol

import numpy as np

from ..clock import MOTION_FPS
from ..errors import JamFlowError
from ..face.finder import Which
from ..media.picture import BACKDROP
from ..motion.files import Motion

# What a face does besides its lips, by name, a row a frame: blink [n] or [n,2] (0..1, image left and right), head [n,5]
# (yaw to the picture's right, pitch down, roll clockwise in degrees, x, y in eye distances), smile [n] (-1..1),
# brow [n] (1 raised, -1 lowered), gaze [n,2] (-1..1, to the picture's right and down), tongue [n,2] (0..1, its tip
# raised behind the upper teeth, and put between the teeth). What is left out stays as it is; a renderer that cannot
# show a track leaves it out.
Tracks = dict[str, np.ndarray]
# The same for so many frames at so many a second.
TracksOf = Callable[[int, float], Tracks]
Progress = Callable[[int], None]
MouthBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Footage:
    """A video: `frames` opens it anew at each call and gives its frames (uint8 RGB [h,w,3]), `fps` of them a second."""

    frames: Callable[[], Iterable[np.ndarray]]
    fps: float


@dataclass(frozen=True)
class Seen:
    """The motion that was read in a video, at the video's rate or at 25; `missing`: numbers of the video's frames
    without a face, where the last one was held."""

    motion: Motion
    missing: Sequence[int]


@dataclass(frozen=True)
class Film:
    """A video that is being painted: `pairs` (frame before, frame after; uint8 RGB), one at a time, `count` of them,
    `fps` a second; `missing`: numbers of the frames that are left as they are, because no face was found there."""

    pairs: Iterator[tuple[np.ndarray, np.ndarray]]
    count: int
    fps: float
    missing: Sequence[int]


class Portrait(Protocol):
    """A picture whose face can be posed. `image`: the picture, uint8 RGB; `still`: what its frames start from, of their
    size; `oval` [n,2]: outline of the face in it, in pixels; `warning`: None, or what to tell the user."""

    image: np.ndarray
    still: np.ndarray
    oval: np.ndarray
    warning: str | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every frame."""
        ...

    @property
    def marks(self) -> list:
        """Arrays and tensors that tell this portrait from another one of the same picture."""
        ...

    def frames(self, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
        """Frames (uint8 RGB) with the lips of the motion, one for each of its frames, made as they are asked for.
        tracks: see `Tracks`; ValueError if one of them has fewer frames."""
        ...

    def mattes(self, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
        """Opacity uint8 [h,w] of the same frames, where the picture came with transparent parts."""
        ...


class Renderer(Protocol):
    """What paints faces. `name`: what users call it. `readings`: how often a video is read before its first frame is
    painted; `Progress` counts the frames of all of them."""

    name: str
    readings: int

    def choose(self, **choices) -> "Renderer":
        """The renderer with its own choices; those of another one do not count. JamFlowError for what it cannot do."""
        ...

    def leads(self, motion: Motion) -> bool:
        """Whether head and eyes move with `motion` or by a choice, so that no seeded motion belongs on top of them."""
        ...

    def pose(self, image: np.ndarray, face: Which = 0, mouth_box: MouthBox | None = None) -> Portrait:
        """A picture (uint8 RGB; grey and alpha are converted) that can be posed. face: which one, the largest and
        surest is 0, or a mask [h,w] over it. mouth_box: x0, y0, x1, y1 of the mouth in pixels, instead of looking for a
        face. JamFlowError where there is none."""
        ...

    def relip(self, footage: Footage, motion: Motion, tracks: TracksOf, face: Which = 0, hold: bool = False,
              progress: Progress | None = None) -> Film:  # fmt: skip
        """A video with new lips, and what `tracks` adds to its face. hold: the last frame stays, and goes on speaking,
        while the motion outlasts the video. JamFlowError if no frame shows a face."""
        ...

    def read_motion(self, footage: Footage, face: Which = 0, progress: Progress | None = None) -> Seen:
        """The motion of a video's face. JamFlowError if no frame shows one."""
        ...


def checked_box(mouth_box: MouthBox, image: np.ndarray) -> tuple[float, float, float, float]:
    """A mouth's place that lies in the picture and can be seen; JamFlowError for another."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = (float(v) for v in mouth_box)
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise JamFlowError(
            f"Give mouth_box=x0,y0,x1,y1 inside the picture ({width}x{height}), not {x0:g},{y0:g},{x1:g},{y1:g}"
        )
    if x1 - x0 < 4:
        raise JamFlowError(f"Give a wider mouth_box: {x1 - x0:g} pixels are too few to show a mouth")
    return x0, y0, x1, y1


def held(frames: Iterable[np.ndarray], more: int) -> Iterator[np.ndarray]:
    """The frames, and the last one `more` times again."""
    frame = None
    for frame in frames:
        yield frame
    yield from repeat(frame, more)


def opaque(portrait: Portrait, motion: Motion) -> Iterator[np.ndarray]:
    """The mattes of a picture without transparent parts."""
    width, height = portrait.size
    yield from repeat(np.full((height, width), 255, np.uint8), len(motion.exp))


def with_alpha(portrait: Portrait, motion: Motion, **tracks: np.ndarray) -> Iterator[np.ndarray]:
    """Frames as uint8 RGBA [h,w,4], to be laid on any background: colours without the grey that lies behind transparent
    parts in `Portrait.frames`."""
    for frame, matte in zip(portrait.frames(motion, **tracks), portrait.mattes(motion, **tracks)):
        alpha = matte[..., None].astype(np.float32) / 255
        colour = (frame - BACKDROP * (1 - alpha)) / np.maximum(alpha, 1 / 255)
        yield np.dstack([np.clip(colour + 0.5, 0, 255).astype(np.uint8), matte])


def one_frame(portrait: Portrait, exp: np.ndarray, tracks: dict) -> np.ndarray:
    """A single frame: lips [21,3], and one row of each track."""
    rows = {name: np.asarray(row)[None] for name, row in tracks.items()}
    return next(iter(portrait.frames(Motion(exp[None], MOTION_FPS), **rows)))
