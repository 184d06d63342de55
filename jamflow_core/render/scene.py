"""Several people in one picture: each face moves in its own part of it, everything else stays as it is, bit for bit."""

import numpy as np

from ..errors import JamFlowError
from ..face.geometry import smoothstep
from .renderer import Portrait, one_frame

SOFT = 0.25  # of a face's size: how softly one face's part of the picture ends where another's begins


class Scene:
    """portraits: by speaker, each another face of one and the same picture, of any renderer (a Stage's likeness).

    A face's part of the picture ends half-way to the next one; what is painted with it (LivePortrait's square) counts
    less and less towards that line.
    """

    together = True

    def __init__(self, portraits: dict[str, Portrait]):
        self.portraits = portraits
        self.still = next(iter(portraits.values())).still
        for name, portrait in portraits.items():
            if portrait.still.shape != self.still.shape or (portrait.still != self.still).any():
                raise JamFlowError(f"Everyone in one picture needs that picture: {name} has another one.")
        height, width = self.still.shape[:2]
        self._over = (-height % 2, -width % 2)  # a video has even sides
        self.size = width + self._over[1], height + self._over[0]
        self._shares = {name: self._share(name) for name in portraits}

    def frame(self, speaker: str | None, exp: np.ndarray, faces: dict[str, dict]) -> np.ndarray:
        """uint8 RGB: the speaker's lips as in `exp` [21, 3], the others' as in the picture. faces: by name, what else
        they do, a row of each track (render/renderer.py). Heads keep their place: what is behind them belongs to all.
        """
        picture = self.still.copy()
        for name, portrait in self.portraits.items():
            row = {track: value for track, value in faces.get(name, {}).items() if track != "head"}
            if name != speaker and not any(np.any(part) for part in row.values()):
                continue  # at rest: as in the picture
            self._add(picture, name, one_frame(portrait, exp if name == speaker else np.zeros_like(exp), row))
        return np.pad(picture, ((0, self._over[0]), (0, self._over[1]), (0, 0)), mode="edge")

    def _add(self, picture: np.ndarray, name: str, alone: np.ndarray) -> None:
        """What one of them moves (`alone`: the picture with that face posed), into the picture."""
        moved = (alone != self.still).any(axis=2)
        high, wide = np.flatnonzero(moved.any(1)), np.flatnonzero(moved.any(0))
        if not len(high):
            return
        part = slice(high[0], high[-1] + 1), slice(wide[0], wide[-1] + 1)
        share = self._shares[name][part][..., None]
        before, after, still = (image[part].astype(np.float32) for image in (picture, alone, self.still))
        picture[part] = np.clip(before + share * (after - still) + 0.5, 0, 255).astype(np.uint8)

    def _share(self, name: str) -> np.ndarray:
        """How much of a pixel belongs to this face, float32 [h,w]: 1 around it, 0 from half-way to any other one on."""
        height, width = self.still.shape[:2]
        share = np.ones((height, width), np.float32)
        own = self.portraits[name]
        x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
        for other in (portrait for who, portrait in self.portraits.items() if who != name):
            here, there, size, far = own.oval.mean(0), other.oval.mean(0), _size(own), _size(other)
            middle = (here * far + there * size) / (size + far)
            towards = (here - there) / np.linalg.norm(here - there)
            inside = (x - middle[0]) * towards[0] + (y - middle[1]) * towards[1]
            share *= smoothstep(0, SOFT * size, inside).astype(np.float32)
        return share


def _size(portrait: Portrait) -> float:
    """Length of the longer side of a face, in pixels."""
    return float(np.ptp(portrait.oval, axis=0).max())
