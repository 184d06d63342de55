"""Sample rate conversion in plain torch: windowed-sinc interpolation (J. O. Smith, "Digital Audio Resampling").

The filter is that of torchaudio.functional.resample by default: six zero crossings, Hann window, roll-off 0.99. Each of
the phases keeps only its own taps, so that any pair of rates is cheap, 44100 -> 44101 too. Filters are computed in
float64; torchaudio computes them in the wave's float32, up to 5e-5 off at common pairs of rates, 2e-3 at odd ones.
"""

import math

import torch
from torch import Tensor

from ..clock import SAMPLE_RATE

_CROSSINGS = 6
_ROLLOFF = 0.99
_BLOCK = 1 << 18  # output samples at a time: bounds the memory
_CANCELLED = (
    0.01  # of the channels' power is left in their mean: unlike channels leave 1 / channels of it, alike ones all
)


def resample(wave: Tensor, rate: int, new_rate: int) -> Tensor:
    """float [..., samples] at `rate` Hz -> [..., ceil(samples * new_rate / rate)] at `new_rate` Hz."""
    if rate <= 0 or new_rate <= 0:
        raise ValueError(f"sample rates are positive, not {rate} and {new_rate}")
    if rate == new_rate:
        return wave
    common = math.gcd(rate, new_rate)
    step, phases = rate // common, new_rate // common
    cutoff = min(1.0, phases / step) * _ROLLOFF
    reach = math.ceil(_CROSSINGS / cutoff)
    taps = torch.arange(-reach, reach + 2, dtype=torch.float64)
    late = torch.arange(phases, dtype=torch.float64) * step % phases / phases
    t = ((taps - late[:, None]) * cutoff).clamp(-_CROSSINGS, _CROSSINGS)
    window = torch.cos(t * (math.pi / 2 / _CROSSINGS)) ** 2
    kernels = (torch.sinc(t) * window * cutoff).to(wave.device, wave.dtype)  # [phases, taps]

    length = -(-wave.shape[-1] * phases // step)
    # A view [..., samples + 1, taps].
    windows = torch.nn.functional.pad(wave, (reach, reach + 2)).unfold(-1, len(taps), 1)
    blocks = []
    for start in range(0, length, _BLOCK):
        place = torch.arange(start, min(start + _BLOCK, length), device=wave.device)
        blocks.append((windows[..., place * step // phases, :] * kernels[place % phases]).sum(-1))
    return torch.cat(blocks, -1) if blocks else wave[..., :0]


def to_mono(wave: Tensor) -> Tensor:
    """float [samples] or [channels, samples] -> [samples]: the mean of the channels, or the loudest of them where they
    cancel
    each other out (a microphone wired the wrong way round)."""
    if wave.ndim == 1:
        return wave
    mean, powers = wave.mean(0), wave.square().mean(1)
    return wave[powers.argmax()] if mean.square().mean() < _CANCELLED * powers.mean() else mean


def to_mono_24k(wave: Tensor, rate: int) -> Tensor:
    """float [samples] or [channels, samples] at `rate` Hz -> float32 [samples] at 24 kHz, mono."""
    return resample(to_mono(wave.float()), rate, SAMPLE_RATE)
