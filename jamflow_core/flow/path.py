"""The inpainting path: given frames lie on the line from their noise to themselves, painted ones go with the flow.

x_t = (1 - t) noise + t data, as in the training objective.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Canvas:
    """One stream of one run, in the model's normalised units.

    given: [N, channels]; generate: bool [N], True where the model paints (there `given` counts only as the sketch that
    Settings.strength < 1 starts from).
    text, null_text: features [N, text_dim] of the audio stream; None for motion. voice: the vector of who speaks [size]
    (audio), rest: the other keypoints of the face [N, 45] (motion); None where nothing is told.
    """

    given: Tensor
    generate: Tensor
    text: Tensor | None = None
    null_text: Tensor | None = None
    voice: Tensor | None = None
    rest: Tensor | None = None

    @cached_property
    def whole(self) -> bool:
        """Nothing to generate: the stream is a condition only."""
        return not bool(self.generate.any())

    @cached_property
    def shows(self) -> bool:
        """Something of it is given."""
        return not bool(self.generate.all())

    def known(self, device: torch.device) -> Tensor:
        """What is given, zeros where the model paints, float32 [N, channels]."""
        hidden = self.generate.to(device)[:, None]
        return self.given.to(device, torch.float32).masked_fill(hidden, 0.0)


def noise(stream: str, frames: int, channels: int, seed: int) -> Tensor:
    """Start of the flow, float32 [frames, channels] on the CPU: the same for every device, batch and other stream.

    Torch fills in blocks of 16 numbers; whole blocks make the first frames the same for every length.
    """
    generator = torch.Generator().manual_seed((seed * 2 + (stream == "motion")) % 2**63)
    return torch.randn(-(-frames // 16) * 16, channels, generator=generator)[:frames]


@dataclass(frozen=True)
class InpaintingPath:
    """The way of one painted stream, float32 [N, channels]; generate: bool [N, 1].

    noise: where it begins. sketch: all that the canvas holds. known: what of it is given. anchored: whether given
    frames are held on their line.
    """

    noise: Tensor
    sketch: Tensor
    known: Tensor
    generate: Tensor
    anchored: bool = True

    def begin(self, t: np.float32) -> Tensor:
        """x at the first moment: noise, or on the way the sketch under so much noise."""
        return torch.lerp(self.noise, self.sketch, float(t)) if t > 0 else self.noise

    def advance(self, x: Tensor, v: Tensor, t: np.float32, after: np.float32) -> Tensor:
        """x at `after`, going with the velocity v from t on."""
        moved = x + float(after - t) * v
        if not self.anchored:
            return moved
        return torch.where(self.generate, moved, torch.lerp(self.noise, self.known, float(after)))

    def result(self, x: Tensor) -> Tensor:
        """What is painted, given frames exact."""
        return torch.where(self.generate, x, self.known)
