"""Sample rate conversion: torchaudio's windowed sinc, or FFmpeg's where torchaudio would need a filter too large.

Torchaudio keeps a filter a phase, each as long as all phases together: 44100 to 44101 Hz would take 8 GB.
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from ..clock import SAMPLE_RATE
from ..errors import JamFlowError
from .packages import torchaudio

_LARGEST = 1 << 22  # values in the filters of all phases
_BLOCK = 1 << 16  # samples that FFmpeg gets at a time
# Of the loudest channel's power, left in the mean of all: less is a lost voice. Two unlike channels leave half of it, a
# voice in one of two a quarter, in one of six (a recorder's tracks) a 36th.
_CANCELLED = 0.1


def resample(wave: Tensor, rate: int, new_rate: int) -> Tensor:
    """float32 [..., samples] at `rate` Hz -> [..., ceil(samples * new_rate / rate)] at `new_rate` Hz."""
    if rate <= 0 or new_rate <= 0:
        raise ValueError(f"sample rates are positive, not {rate} and {new_rate}")
    if rate == new_rate or wave.shape[-1] == 0:
        return wave
    common = math.gcd(rate, new_rate)
    if rate * new_rate // common**2 > _LARGEST:
        return _by_ffmpeg(wave, rate, new_rate)
    return _sinc(rate, new_rate, wave.device)(wave)


@lru_cache(maxsize=8)
def _sinc(rate: int, new_rate: int, device: torch.device) -> nn.Module:
    """Six zero crossings, Hann window, roll-off 0.99, its filters computed in float64."""
    with torch.inference_mode(False):
        return torchaudio().transforms.Resample(rate, new_rate, dtype=torch.float64).to(device, torch.float32)


def _by_ffmpeg(wave: Tensor, rate: int, new_rate: int) -> Tensor:
    """The same by PyAV's resampler, channel by channel. JamFlowError where PyAV is missing."""
    try:
        import av
    except ImportError as error:
        raise JamFlowError(f"Install PyAV to convert {rate} to {new_rate} Hz: pip install av") from error
    length = -(-wave.shape[-1] * new_rate // rate)
    channels = []
    for channel in wave.detach().cpu().float().reshape(-1, wave.shape[-1]).numpy():
        converter, parts = av.AudioResampler("flt", "mono", new_rate), []
        for start in range(0, len(channel), _BLOCK):
            block = np.ascontiguousarray(channel[None, start : start + _BLOCK])
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
            frame.sample_rate = rate
            parts += converter.resample(frame)
        made = np.concatenate([part.to_ndarray()[0] for part in (*parts, *converter.resample(None))])[:length]
        channels.append(np.pad(made, (0, length - len(made))))
    return torch.from_numpy(np.stack(channels)).to(wave).reshape(*wave.shape[:-1], length)


def to_mono(wave: Tensor) -> Tensor:
    """float [samples] or [channels, samples] -> [samples]: the mean of the channels, or the loudest of them where they
    cancel each other out (a microphone wired the wrong way round) or hide it (one voice, many tracks)."""
    if wave.ndim == 1:
        return wave
    mean, powers = wave.mean(0), wave.square().mean(1)
    return wave[powers.argmax()] if mean.square().mean() < _CANCELLED * powers.max() else mean


def to_mono_24k(wave: Tensor, rate: int) -> Tensor:
    """float [samples] or [channels, samples] at `rate` Hz -> float32 [samples] at 24 kHz, mono."""
    return resample(to_mono(wave.float()), rate, SAMPLE_RATE)
