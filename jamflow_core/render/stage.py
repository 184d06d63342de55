"""Several portraits in one picture: side by side, or only the one who speaks."""

import numpy as np

from ..errors import JamFlowError
from ..media.picture import load_cv2
from ..motion.basis import exp_to_state
from . import LAYOUTS
from .liveportrait import LivePortraitRenderer

TALLEST = 720  # pixels of a row of portraits
PAPER = 16  # grey of the bars around a portrait of another shape


class Stage:
    """portraits: by speaker, of either renderer."""

    def __init__(self, portraits: dict[str, object], layout: str = LAYOUTS[0]):
        if layout not in LAYOUTS:
            raise JamFlowError(f"Choose a layout of {' or '.join(LAYOUTS)}, not {layout}.")
        self.portraits, self.together = portraits, layout == LAYOUTS[0] and len(portraits) > 1
        sizes = {name: portrait.size for name, portrait in portraits.items()}
        if self.together:
            height = _even(min(TALLEST, *(size[1] for size in sizes.values())))
            self.places = {name: (_even(width * height / tall), height) for name, (width, tall) in sizes.items()}
            self.size = sum(width for width, _ in self.places.values()), height
        else:
            self.size = tuple(_even(side) for side in next(iter(sizes.values())))
            self.places = {name: _fitted(size, self.size) for name, size in sizes.items()}

    def frame(self, speaker: str | None, exp: np.ndarray, rests: dict[str, dict]) -> np.ndarray:
        """uint8 RGB: the speaker's lips as in `exp` [21, 3], the others' closed. rests: by name, what else their faces
        do.

        Where only the speaker is shown and nobody of the portraits speaks, it is the one who is named first.
        """
        if not self.together:
            name = speaker if speaker in self.portraits else next(iter(self.portraits))
            return self._laid(self._posed(name, exp if name == speaker else np.zeros_like(exp), rests), name)
        shown = [
            self._resized(self._posed(name, exp if name == speaker else np.zeros_like(exp), rests), self.places[name])
            for name in self.portraits
        ]
        return np.concatenate(shown, axis=1)

    def _posed(self, name: str, exp: np.ndarray, rests: dict[str, dict]) -> np.ndarray:
        portrait, rest = self.portraits[name], rests.get(name, {})
        if isinstance(portrait, LivePortraitRenderer):
            return next(portrait.frames(exp[None], **{part: np.asarray(value)[None] for part, value in rest.items()}))
        return portrait.frame(exp_to_state(exp), **rest)

    def _laid(self, picture: np.ndarray, name: str) -> np.ndarray:
        """A portrait in the middle of the picture."""
        width, height = self.places[name]
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
