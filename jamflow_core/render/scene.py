"""Several people in one picture: each face moves its own mouth and eyes, everything else stays as it is, bit for bit."""

import numpy as np

from ..errors import JamFlowError
from .renderer import Portrait, one_frame


class Scene:
    """portraits: by speaker, each another face of one and the same picture, of any renderer (a Stage's likeness)."""

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

    def frame(self, speaker: str | None, exp: np.ndarray, faces: dict[str, dict]) -> np.ndarray:
        """uint8 RGB: the speaker's lips as in `exp` [21, 3], the others' as in the picture. faces: by name, what else they
        do, a row of each track (render/renderer.py). Heads keep their place: what is behind them belongs to all.
        """
        picture = self.still.copy()
        for name, portrait in self.portraits.items():
            tracks = {track: row for track, row in faces.get(name, {}).items() if track != "head"}
            if name != speaker and not any(np.any(row) for row in tracks.values()):
                continue  # at rest: as in the picture
            frame = one_frame(portrait, exp if name == speaker else np.zeros_like(exp), tracks)
            moved = (frame != self.still).any(axis=2)
            picture[moved] = frame[moved]
        return np.pad(picture, ((0, self._over[0]), (0, self._over[1]), (0, 0)), mode="edge")
