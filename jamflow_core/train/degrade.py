"""What recordings suffer: rooms, noise, narrow bands, clipping and thrifty codecs, drawn at random for training.

Every function takes and returns a wave [samples] at 24 kHz, float32, and keeps its time.
"""

import math

import numpy as np
import torch
from torch import Tensor

from ..audio.loudness import SPEECH_RMS
from ..clock import SAMPLE_RATE
from .throat import quick_size

_CHANCES = {"room": 0.35, "noise": 0.65, "band": 0.35, "clip": 0.12, "codec": 0.12}
_TILTS = {"white": 0.0, "pink": 0.5, "brown": 1.0}  # power of 1 / f that the amplitudes fall with


def degrade(wave: Tensor, rng: np.random.Generator, babble: Tensor | None = None) -> Tensor:
    """Some of all that, in the order in which it happens to speech; babble: other people's speech, as long or
    longer.
    """
    chosen = [name for name, chance in _CHANCES.items() if rng.random() < chance]
    chosen = chosen or [str(rng.choice(list(_CHANCES)))]
    if "room" in chosen:
        wave = room(wave, rng, seconds=float(rng.uniform(0.12, 0.7)), wet=float(rng.uniform(0.15, 0.9)))
    if "noise" in chosen:
        kind = str(rng.choice([*_TILTS, "hum", *(["babble"] if babble is not None else [])]))
        sound = babble[: len(wave)] if kind == "babble" else noise(len(wave), kind, rng)
        wave = mixed(wave, sound, decibels=float(rng.uniform(3, 32)))
    if "band" in chosen:
        telephone = rng.random() < 0.45
        low, high = (300.0, 3400.0) if telephone else (float(rng.choice([20, 80, 150])), float(rng.uniform(3000, 8000)))
        wave = band(wave, low, high)
    if "clip" in chosen:
        limit = float(rng.uniform(0.15, 0.6)) * wave.abs().max()
        wave = wave.clamp(-limit, limit)
    if "codec" in chosen:
        wave = codec(wave, floor=float(rng.uniform(0.01, 0.08)))
    return wave


def noise(samples: int, kind: str, rng: np.random.Generator) -> Tensor:
    """Steady noise of unit RMS: white, pink or brown, or the hum of the mains with its overtones."""
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    if kind == "hum":
        time = torch.arange(samples) / SAMPLE_RATE
        mains = float(rng.choice([50, 60]))
        tones = [float(rng.uniform(0, 1)) / n * torch.sin(2 * math.pi * n * mains * time) for n in range(1, 9)]
        sound = sum(tones) + 0.02 * torch.randn(samples, generator=generator)
    else:
        size = quick_size(samples)
        spectrum = torch.fft.rfft(torch.randn(size, generator=generator))
        bins = torch.arange(len(spectrum)).clamp(min=max(1, size * 40 // SAMPLE_RATE))
        sound = torch.fft.irfft(spectrum / bins.float() ** _TILTS[kind], n=size)[:samples]
    return sound / sound.square().mean().sqrt().clamp(min=1e-9)


def mixed(wave: Tensor, sound: Tensor, decibels: float) -> Tensor:
    """The wave with a sound so many decibels below it (RMS of all, pauses included)."""
    level = wave.square().mean().sqrt().clamp(min=0.1 * SPEECH_RMS)
    return wave + sound * (level / sound.square().mean().sqrt().clamp(min=1e-9) * 10 ** (-decibels / 20))


def room(wave: Tensor, rng: np.random.Generator, seconds: float, wet: float) -> Tensor:
    """Convolved with a random room: direct sound and a tail of noise that falls by 60 dB in `seconds`, at `wet` of its
    energy.
    """
    length = int(seconds * SAMPLE_RATE)
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    tail = torch.randn(length, generator=generator) * 10 ** (-3 * torch.arange(length) / length)
    gap = int(rng.uniform(0.002, 0.02) * SAMPLE_RATE)
    tail[:gap] = 0
    tail *= wet / tail.square().sum().sqrt().clamp(min=1e-9)
    tail[0] = 1.0
    size = quick_size(len(wave) + length)
    heard = torch.fft.irfft(torch.fft.rfft(wave, n=size) * torch.fft.rfft(tail, n=size), n=size)[: len(wave)]
    return heard * (wave.square().mean() / heard.square().mean().clamp(min=1e-12)).sqrt()


def band(wave: Tensor, low: float, high: float) -> Tensor:
    """Only what lies between two frequencies in Hz, with edges of a sixth of an octave."""
    size = quick_size(len(wave))
    spectrum = torch.fft.rfft(wave, n=size)
    hertz = torch.linspace(0, SAMPLE_RATE / 2, len(spectrum)).clamp(min=1)
    edge = lambda ratio: torch.sigmoid(30 * torch.log2(ratio))  # noqa: E731
    return torch.fft.irfft(spectrum * edge(hertz / low) * edge(high / hertz), n=size)[: len(wave)]


def codec(wave: Tensor, floor: float) -> Tensor:
    """What a thrifty codec leaves: in every moment only the partials above `floor` of the loudest."""
    window = torch.hann_window(1024)
    spectrum = torch.stft(wave, 1024, 256, window=window, return_complex=True)
    size = spectrum.abs()
    return torch.istft(
        spectrum * (size >= floor * size.amax(0, keepdim=True)), 1024, 256, window=window, length=len(wave)
    )
