"""The mel spectrogram of F5-TTS and Vocos, in plain torch (torchaudio is no longer part of every ComfyUI).

Source: F5-TTS `mel_spec_type="vocos"`: torchaudio MelSpectrogram(24000, n_fft=1024, win=1024, hop=256, n_mels=100,
power=1, center, norm=None, HTK) and log(clamp(1e-5)). Vocos' own extractor clamps at 1e-7: do not mix the two.
"""

import math

import torch

from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError

N_FFT = 1024
N_MELS = 100
LOG_FLOOR = 1e-5


def mel_corners(n_mels: int = N_MELS, sample_rate: int = SAMPLE_RATE) -> torch.Tensor:
    """Where the triangular HTK filters begin, peak and end, in Hz, float32 [n_mels + 2]: filter i peaks at corner i +
    1.
    """
    top = 2595.0 * math.log10(1.0 + sample_rate / 2 / 700.0)
    return 700.0 * (10.0 ** (torch.linspace(0.0, top, n_mels + 2) / 2595.0) - 1.0)


def mel_filterbank(n_mels: int = N_MELS, n_fft: int = N_FFT, sample_rate: int = SAMPLE_RATE) -> torch.Tensor:
    """Triangular HTK filters without area normalisation, float32 [n_fft // 2 + 1, n_mels]."""
    corners = mel_corners(n_mels, sample_rate)
    bins = torch.linspace(0, sample_rate // 2, n_fft // 2 + 1)
    slopes = corners[None, :] - bins[:, None]
    widths = corners[1:] - corners[:-1]
    rising = -slopes[:, :-2] / widths[:-1]
    falling = slopes[:, 2:] / widths[1:]
    return torch.minimum(rising, falling).clamp(min=0.0)


def log_mel(wave: torch.Tensor) -> torch.Tensor:
    """Wave [..., samples] (24 kHz, float) -> log mel [..., samples // 256 + 1, 100], natural log, floor ln(1e-5).

    JamFlowError for less than half a window of sound, which cannot be mirrored at its ends.
    """
    if wave.shape[-1] <= N_FFT // 2:
        raise JamFlowError(
            f"Give a longer clip: it has {wave.shape[-1]} samples at {SAMPLE_RATE} Hz, {N_FFT // 2 + 1} are the least."
        )
    flat = wave.reshape(-1, wave.shape[-1]).float()
    window = torch.hann_window(N_FFT, device=wave.device)
    spectrum = torch.stft(flat, N_FFT, HOP, N_FFT, window, center=True, pad_mode="reflect", return_complex=True).abs()
    mel = spectrum.transpose(1, 2) @ mel_filterbank().to(wave.device)
    return mel.clamp(min=LOG_FLOOR).log().reshape(*wave.shape[:-1], -1, N_MELS)
