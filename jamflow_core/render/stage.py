"""Several portraits in one picture: side by side, or only the one who speaks."""

import numpy as np

from ..errors import JamFlowError
from ..media.picture import load_cv2
from . import LAYOUTS
from .renderer import Portrait, one_frame
from .scene import Scene

TALLEST = 720  # pixels of a row of portraits
PAPER = 16  # grey of the bars around a portrait of another shape


def staged(portraits: dict[str, Portrait], layout: str = LAYOUTS[0]) -> "Stage | Scene":
    """The portraits in one of LAYOUTS."""
    return Scene(portraits) if layout == LAYOUTS[2] else Stage(portraits, layout)


class Stage:
    """portraits: by speaker, of any renderer. layout: one of the first two of LAYOUTS."""

    def __init__(self, portraits: dict[str, Portrait], layout: str = LAYOUTS[0]):
        if layout not in LAYOUTS[:2]:
            raise JamFlowError(f"Choose a layout of {' or '.join(LAYOUTS)}, not {layout}.")
        self.portraits, self.together = portraits, layout == LAYOUTS[0] and len(portraits) > 1
        own = {name: portrait.size for name, portrait in portraits.items()}
        if self.together:
            height = _even(min(TALLEST, *(size[1] for size in own.values())))
            self.sizes = {name: (_even(width * height / tall), height) for name, (width, tall) in own.items()}
            self.size = sum(width for width, _ in self.sizes.values()), height
        else:
            self.size = tuple(_even(side) for side in next(iter(own.values())))
            self.sizes = {name: _fitted(size, self.size) for name, size in own.items()}

    def frame(self, speaker: str | None, exp: np.ndarray, faces: dict[str, dict]) -> np.ndarray:
        """uint8 RGB: the speaker's lips as in `exp` [21, 3], the others' closed. faces: by name, what else they do, a
        row of each track (render/renderer.py).

        Where only the speaker is shown and nobody of the portraits speaks, it is the one who is named first.
        """
        if not self.together:
            name = speaker if speaker in self.portraits else next(iter(self.portraits))
            return self._laid(self._posed(name, speaker, exp, faces), name)
        shown = [self._resized(self._posed(name, speaker, exp, faces), self.sizes[name]) for name in self.portraits]
        return np.concatenate(shown, axis=1)

    def _posed(self, name: str, speaker: str | None, exp: np.ndarray, faces: dict[str, dict]) -> np.ndarray:
        lips = exp if name == speaker else np.zeros_like(exp)
        return one_frame(self.portraits[name], lips, faces.get(name, {}))

    def _laid(self, picture: np.ndarray, name: str) -> np.ndarray:
        """A portrait in the middle of the picture."""
        width, height = self.sizes[name]
        picture = self._resized(picture, (width, height))
        if (width, height) == self.size:
            return picture
        whole = np.full((self.size[1], self.size[0], 3), PAPER, np.uint8)
        left, top = (self.size[0] - width) // 2, (self.size[1] - height) // 2
        whole[top : top + height, left : left + width] = picture
        return whole

    @staticmethod
    def _resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        if (picture.shape[1], picture.shape[0]) == size:
            return picture
        cv2 = load_cv2()
        return cv2.resize(
            picture, size, interpolation=cv2.INTER_AREA if size[1] < picture.shape[0] else cv2.INTER_CUBIC
        )


def _even(side: float) -> int:
    return max(2, int(round(side / 2)) * 2)


def _fitted(size: tuple[int, int], into: tuple[int, int]) -> tuple[int, int]:
    scale = min(into[0] / size[0], into[1] / size[1])
    return min(into[0], _even(size[0] * scale)), min(into[1], _even(size[1] * scale))
