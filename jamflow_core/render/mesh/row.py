"""What a face does besides its lips in one frame."""

from dataclasses import dataclass

import numpy as np

from .sway import Head


@dataclass(frozen=True)
class Row:
    """One row of each track (render/renderer.py), in range; what is left out does nothing."""

    blink: tuple[float, float] = (0.0, 0.0)
    head: Head = Head()
    smile: float = 0.0
    brow: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    tongue: tuple[float, float] = (0.0, 0.0)

    @staticmethod
    def of(blink=0.0, head=Head(), smile=0.0, brow=0.0, gaze=(0.0, 0.0), tongue=(0.0, 0.0)) -> "Row":
        """Numbers and arrays as tracks have them; blink may be one for both eyes."""
        return Row(
            tuple(np.broadcast_to(np.clip(blink, 0, 1), 2)), Head(*head), float(np.clip(smile, -1, 1)),
            float(np.clip(brow, -1, 1)), tuple(np.clip(gaze, -1, 1)), tuple(tongue),
        )  # fmt: skip

    @property
    def moves_eyes(self) -> bool:
        """Whether the eyeballs are painted anew."""
        return max(self.blink) > 0.01 or any(self.gaze) or bool(self.brow)
