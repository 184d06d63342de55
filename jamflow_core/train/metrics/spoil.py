"""Recordings as people bring them: noise, an echo, a telephone, another pitch. For evaluation only, always the same.

(What training hears is drawn anew each time, by train/degrade.py.)
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ...audio.resample import resample
from ...clock import SAMPLE_RATE

TELEPHONE = (300.0, 3400.0)  # Hz
ECHO_SECONDS, ECHO_DECAY, ECHO_LEVEL = 0.4, 0.12, 0.5


@dataclass(frozen=True)
class Spoiled:
    """wave [samples] at 24 kHz; slower: how much longer it lasts than the clean one."""

    wave: Tensor
    slower: float = 1.0


def noise(wave: Tensor, decibels: float) -> Tensor:
    """White noise, `decibels` below the speech."""
    sound = torch.randn(len(wave), generator=torch.Generator().manual_seed(0))
    level = wave.square().mean().sqrt() * 10 ** (-decibels / 20)
    return wave + level * sound


def echo(wave: Tensor) -> Tensor:
    """A hard room: the sound, and its reflections dying away."""
    count = round(ECHO_SECONDS * SAMPLE_RATE)
    fading = torch.exp(-torch.arange(count) / (ECHO_DECAY * SAMPLE_RATE))
    room = torch.randn(count, generator=torch.Generator().manual_seed(1)) * fading
    room *= ECHO_LEVEL / room.square().sum().sqrt()
    room[0] = 1.0
    size = len(wave) + count
    return torch.fft.irfft(torch.fft.rfft(wave, size) * torch.fft.rfft(room, size), size)[: len(wave)]


def telephone(wave: Tensor) -> Tensor:
    """Only the band of a telephone."""
    spectrum = torch.fft.rfft(wave)
    hertz = torch.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE)
    return torch.fft.irfft(spectrum * ((hertz > TELEPHONE[0]) & (hertz < TELEPHONE[1])), len(wave))


def pitched(wave: Tensor, factor: float) -> Spoiled:
    """Pitch and throat moved by `factor`, as a tape that runs faster or slower."""
    rate = round(SAMPLE_RATE / factor)
    return Spoiled(resample(wave, SAMPLE_RATE, rate), rate / SAMPLE_RATE)


SPOILED = {
    "noise 20 dB": lambda wave: Spoiled(noise(wave, 20)),
    "noise 10 dB": lambda wave: Spoiled(noise(wave, 10)),
    "echo": lambda wave: Spoiled(echo(wave)),
    "telephone": lambda wave: Spoiled(telephone(wave)),
    "15 % up": lambda wave: pitched(wave, 1.15),
    "15 % down": lambda wave: pitched(wave, 0.85),
}
