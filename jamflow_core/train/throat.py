"""Another speaker out of a recorded one: pitch, throat and colour moved by a random amount, the same for a whole clip.

`ratio` plays the clip faster or slower, which moves the harmonics and the formants together and exactly; `throat` moves
the formants alone, along the mel axis, under harmonics that stay; `colour` is a smooth equalisation.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..audio.mel import LOG_FLOOR, N_MELS, mel_corners

# Cosines along the mel axis that hold an envelope and not yet harmonics (those of 200 Hz lie ten bins apart).
_ENVELOPE = 13
_DECIBEL = np.log(10) / 20


@dataclass(frozen=True)
class Throat:
    """ratio: pitch and formants together, throat: formants alone (1 = as recorded); colour: decibels at equal steps of
    mel.
    """

    ratio: float = 1.0
    throat: float = 1.0
    colour: tuple[float, ...] = ()

    @staticmethod
    def draw(rng: np.random.Generator) -> "Throat":
        """A speaker who could be: pitch within a third, a throat within a seventh, a microphone within some
        decibels.
        """
        ratio = float(np.exp(np.clip(rng.normal(0, 0.11), -0.22, 0.26)))
        throat = float(np.exp(np.clip(rng.normal(0, 0.06), -0.14, 0.14)))
        return Throat(ratio, throat, tuple(rng.normal(0, 3.0, 7).round(2).tolist()))

    def mel(self, mel: Tensor) -> Tensor:
        """Log mel [..., 100] with these formants and this colour; silence stays silent."""
        if self.throat != 1:
            mel = mel @ envelope_moved(round(self.throat, 3)).T
        if self.colour:
            steps = np.linspace(0, len(self.colour) - 1, N_MELS)
            gain = np.interp(steps, np.arange(len(self.colour)), self.colour) * _DECIBEL
            mel = mel + torch.from_numpy(gain).to(mel)
        return mel.clamp(min=float(np.log(LOG_FLOOR)))


def resampled(wave: Tensor, ratio: float) -> Tensor:
    """Wave [samples] played `ratio` times as fast (within two percent): about [samples / ratio].

    Above the old limit of its band it holds nothing.
    """
    if ratio == 1:
        return wave
    size = quick_size(len(wave))
    count = quick_size(round(size / ratio))
    spectrum = torch.fft.rfft(wave, n=size)
    kept = torch.zeros(count // 2 + 1, dtype=spectrum.dtype)
    both = min(len(kept), len(spectrum))
    kept[:both] = spectrum[:both]
    return torch.fft.irfft(kept, n=count)[: len(wave) * count // size] * (count / size)


@lru_cache(maxsize=4096)
def quick_size(samples: int) -> int:
    """The next size that a Fourier transform is quick at: 64 x 2^a 3^b 5^c."""
    units = -(-samples // 64)
    while True:
        rest = units
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return 64 * units
        units += 1


@lru_cache(maxsize=512)
def moved(factor: float) -> Tensor:
    """The matrix [100, 100] that moves a log mel, harmonics and all, by `factor` in frequency; blurs them a little."""
    hertz = mel_corners()[1:-1].double().numpy()
    source = np.interp(hertz / factor, hertz, np.arange(N_MELS))
    low = np.clip(source.astype(int), 0, N_MELS - 2)
    warp = np.zeros((N_MELS, N_MELS))
    warp[np.arange(N_MELS), low] = 1 - (source - low)
    warp[np.arange(N_MELS), low + 1] += source - low
    return torch.from_numpy(warp).float()


@lru_cache(maxsize=512)
def envelope_moved(factor: float) -> Tensor:
    """The matrix [100, 100] that moves a log mel's envelope by `factor` in frequency and leaves its harmonics."""
    waves = np.cos(np.pi * np.outer(np.arange(N_MELS) + 0.5, np.arange(_ENVELOPE)) / N_MELS)
    smooth = torch.from_numpy((waves / (waves**2).sum(0)) @ waves.T).float()
    return torch.eye(N_MELS) - smooth + moved(factor) @ smooth
