"""The mel spectrogram of F5-TTS and Vocos, by torchaudio.

Source: F5-TTS `mel_spec_type="vocos"`: torchaudio MelSpectrogram(24000, n_fft=1024, win=1024, hop=256, n_mels=100,
power=1, center, norm=None, HTK) and log(clamp(1e-5)). Vocos' own extractor clamps at 1e-7: do not mix the two.
"""

import math
from functools import lru_cache

import torch
from einops import rearrange
from torch import nn

from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError
from .packages import torchaudio

N_FFT = 1024
N_MELS = 100
LOG_FLOOR = 1e-5


def mel_corners(n_mels: int = N_MELS, sample_rate: int = SAMPLE_RATE) -> torch.Tensor:
    """Where the HTK triangles begin, peak and end: Hz, float32 [n_mels + 2]; filter i peaks at the next corner."""
    top = 2595.0 * math.log10(1.0 + sample_rate / 2 / 700.0)
    return 700.0 * (10.0 ** (torch.linspace(0.0, top, n_mels + 2) / 2595.0) - 1.0)


@lru_cache(maxsize=16)
def mel_filterbank(n_mels: int = N_MELS, n_fft: int = N_FFT, sample_rate: int = SAMPLE_RATE) -> torch.Tensor:
    """Triangular HTK filters without area normalisation, float32 [n_fft // 2 + 1, n_mels]; not to be written to."""
    with torch.inference_mode(False):  # they may be trained through later
        return torchaudio().functional.melscale_fbanks(n_fft // 2 + 1, 0.0, sample_rate / 2, n_mels, sample_rate)


def log_mel(wave: torch.Tensor) -> torch.Tensor:
    """Wave [..., samples] (24 kHz, float) -> log mel [..., samples // 256 + 1, 100], natural log, floor ln(1e-5).

    JamFlowError for less than half a window of sound, which cannot be mirrored at its ends.
    """
    if wave.shape[-1] <= N_FFT // 2:
        raise JamFlowError(
            f"Give a longer clip: it has {wave.shape[-1]} samples at {SAMPLE_RATE} Hz, {N_FFT // 2 + 1} are the least."
        )
    return rearrange(_mel(wave.device)(wave.float()), "... c n -> ... n c").clamp(min=LOG_FLOOR).log()


@lru_cache(maxsize=4)
def _mel(device: torch.device) -> nn.Module:
    with torch.inference_mode(False):  # its window and filters may be trained through later
        return (
            torchaudio()
            .transforms.MelSpectrogram(SAMPLE_RATE, N_FFT, hop_length=HOP, n_mels=N_MELS, power=1)
            .to(device)
        )
