"""Clips made from the shipped portraits whose faces are at known places: cuts, flashes, fades, pans, dancers."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from jamflow_core.face.finder import face_finder
from jamflow_core.face.topology import EYE_CORNERS, LIP_OUTER
from jamflow_core.media.picture import read_image

PORTRAITS = Path(__file__).parent.parent / "portraits"
SIZE = (640, 360)


@dataclass(frozen=True)
class Person:
    """A portrait whose face is known: `points` [478,2] in its own pixels."""

    picture: np.ndarray
    points: np.ndarray

    @staticmethod
    def of(name: str) -> "Person":
        picture = read_image(PORTRAITS / f"{name}.jpg")
        return Person(picture, face_finder().find(picture).points[:, :2])

    @property
    def eyes(self) -> float:
        """Distance of the outer eye corners."""
        return float(np.linalg.norm(self.points[EYE_CORNERS[0]] - self.points[EYE_CORNERS[1]]))


@dataclass(frozen=True)
class Shown:
    """A frame, and where its mouth is: centre [2] and distance of the eyes in pixels; None: no face is to be seen."""

    frame: np.ndarray
    mouth: np.ndarray | None = None
    eyes: float = 1.0


def backdrop(seed: int = 0, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A textured wall, uint8 RGB."""
    rng = np.random.default_rng(seed)
    width, height = size
    coarse = rng.uniform(60, 190, (height // 40 + 1, width // 40 + 1, 3)).astype(np.float32)
    wall = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    wall += rng.normal(0, 6, wall.shape)
    return np.clip(wall, 0, 255).astype(np.uint8)


def placed(
    person: Person, wall: np.ndarray, x: float, y: float, eyes: float, turn: float = 0.0, smear: float = 0.0
) -> Shown:
    """The portrait on a wall, its mouth at x, y, its eyes `eyes` pixels apart, turned by degrees; smear: pixels of
    motion blur to the side."""
    mouth = person.points[LIP_OUTER].mean(0)
    matrix = cv2.getRotationMatrix2D(tuple(map(float, mouth)), -turn, eyes / person.eyes)
    matrix[:, 2] += [x - mouth[0], y - mouth[1]]
    size = wall.shape[1::-1]
    scale = eyes / person.eyes
    picture = cv2.GaussianBlur(person.picture, (0, 0), max(0.01, 0.4 / scale)) if scale < 1 else person.picture
    height, width = picture.shape[:2]
    veil = np.zeros((height, width), np.float32)
    middle = person.points[:468].mean(0)
    cv2.ellipse(veil, tuple(map(int, middle)), (int(1.35 * person.eyes), int(1.9 * person.eyes)), 0, 0, 360, 1.0, -1)
    veil = cv2.GaussianBlur(veil, (0, 0), 0.12 * person.eyes)
    alpha = cv2.warpAffine(veil, matrix, size, flags=cv2.INTER_LINEAR)[..., None]
    laid = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    frame = wall * (1 - alpha) + laid * alpha
    if smear >= 1:
        frame = cv2.blur(frame, (int(smear) | 1, 1))
    return Shown(np.clip(frame + 0.5, 0, 255).astype(np.uint8), np.array([x, y]), eyes)


def blank(level: int, size: tuple[int, int] = SIZE) -> Shown:
    """A frame of one grey."""
    return Shown(np.full((size[1], size[0], 3), level, np.uint8))


def mixed(one: Shown, other: Shown, part: float, visible: bool = True) -> Shown:
    """A frame between two; the mouth is that of the nearer one that has one, if it is to be seen."""
    frame = np.clip(one.frame * (1 - part) + other.frame * part + 0.5, 0, 255).astype(np.uint8)
    near = one if other.mouth is None or one.mouth is not None and part < 0.5 else other
    return Shown(frame, near.mouth if visible else None, near.eyes)


def errors(clip: list[Shown], points: np.ndarray, missing) -> np.ndarray:
    """How far the mouths of landmarks [n,478,2+] are from the true ones, in eye distances; NaN where no face is seen or
    shown."""
    found = points[:, LIP_OUTER, :2].mean(1)
    gone = set(missing)
    return np.array(
        [
            np.nan if shown.mouth is None or index in gone else np.linalg.norm(found[index] - shown.mouth) / shown.eyes
            for index, shown in enumerate(clip)
        ]
    )
