"""What a job makes."""

from dataclasses import dataclass

from torch import Tensor

from ..models import Models
from ..text.timed import TimedText


@dataclass(frozen=True)
class Clip:
    """A result. wave [samples] 24 kHz or None; mel log [frames, 100]; motion exp [m, 21, 3] at 25 fps or None; text as
    it sounds."""

    wave: Tensor | None
    mel: Tensor
    motion: Tensor | None
    text: TimedText | None


def decoded(models: Models, mel: Tensor, motion: Tensor | None, text: TimedText | None) -> Clip:
    """A clip whose wave is as long as its mel frames on the clock; there is none where the models have no vocoder."""
    wave = None if models.vocoder is None else models.vocoder.decode_whole(mel).float().cpu()
    return Clip(wave, mel, motion, text)
