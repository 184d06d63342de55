"""From clips of one voice to what a training window holds of it: sound, words and a face, of a speaker who may be
somebody else.

The window's clips lie end to end. A drawn `Throat` makes another speaker of them, `degrade` another recording; where
nothing is drawn, the prepared mels are taken as they are.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..audio.mel import log_mel
from ..clock import HOP, MEL_RATE
from .corpus import Clip
from .degrade import degrade
from .throat import Throat, resampled

_RATE = float(MEL_RATE)
_MARGIN = 4  # frames of sound around a window, so that its first and last frame hear their surroundings


@dataclass(frozen=True)
class Variety:
    """Chances that a window's speaker is moved, that it is heard degraded, and that its face smiles."""

    throat: float = 0.6
    degraded: float = 0.5
    smile: float = 0.12


@dataclass(frozen=True)
class Stretch:
    """Clips laid end to end: wave float32 [frames * 256], symbols, their true seconds, frames of every clip."""

    wave: Tensor
    tokens: np.ndarray
    seconds: np.ndarray
    lengths: tuple[int, ...]

    @property
    def frames(self) -> int:
        return sum(self.lengths)


def lay(clips: list[Clip], ratios: list[float]) -> Stretch:
    """Clips, each played `ratio` times as fast, cut to whole frames."""
    waves, seconds, lengths = [], [], []
    for clip, ratio in zip(clips, ratios):
        wave = torch.from_numpy(clip.wave[: len(clip.mel) * HOP].astype(np.float32) / 32767)
        wave = resampled(wave, ratio)
        frames = len(wave) // HOP
        waves.append(wave[: frames * HOP])
        lengths.append(frames)
        seconds.append(clip.durations * (frames / _RATE / clip.durations.sum()))
    tokens = np.concatenate([clip.tokens for clip in clips])
    return Stretch(torch.cat(waves), tokens, np.concatenate(seconds), tuple(lengths))


def mel_of(wave: Tensor, start: int, frames: int, throat: Throat) -> Tensor:
    """Log mel [frames, 100] of a wave from frame `start` on, as this throat would have said it."""
    first = start - _MARGIN
    wanted = frames + 2 * _MARGIN
    piece = wave[max(0, first) * HOP : (first + wanted) * HOP]
    piece = torch.nn.functional.pad(piece, (max(0, -first) * HOP, 0))
    piece = torch.nn.functional.pad(piece, (0, max(0, wanted * HOP - len(piece))))
    return throat.mel(log_mel(piece)[_MARGIN : _MARGIN + frames])


def heard(
    wave: Tensor, start: int, frames: int, throat: Throat, rng: np.random.Generator, babble: Tensor | None
) -> Tensor:
    """The same as a poor recording gives it."""
    first = max(0, start - 40)  # a room remembers
    poor = degrade(wave[first * HOP : (start + frames + _MARGIN) * HOP], rng, babble)
    return mel_of(poor, start - first, frames, throat)
