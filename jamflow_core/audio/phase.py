"""Phase refinement: what a briefly trained vocoder has not learned, iterated away.

Fast Griffin-Lim (Perraudin et al. 2013), but no magnitudes are assumed: a mel says less than a spectrogram, so every
round keeps the wave's own spectrum and scales it to the mel. From the vocoder's wave a few rounds are enough.
"""

import torch
from einops import rearrange

from ..clock import HOP
from .mel import N_FFT, mel_filterbank

MOMENTUM = 0.99


def refine(wave: torch.Tensor, mel: torch.Tensor, rounds: int) -> torch.Tensor:
    """Wave [batch, (frames - 1) * 256] nearer to its log mel [batch, frames, 100], after `rounds` of projection.

    Clips shorter than an STFT window come back as they are.
    """
    if wave.shape[-1] <= N_FFT // 2:
        return wave
    window = torch.hann_window(N_FFT, device=wave.device)
    filters = mel_filterbank().to(wave.device)
    spread = (filters / filters.sum(1, keepdim=True).clamp(min=1e-6)).T  # from mel bands back to bins, a weighted mean
    target, before = mel.exp(), None
    for _ in range(rounds):
        spectrum = torch.stft(wave, N_FFT, HOP, N_FFT, window, return_complex=True)
        ahead = spectrum if before is None else spectrum + MOMENTUM * (spectrum - before)
        size = rearrange(spectrum.abs(), "b c n -> b n c") + 1e-7
        size = size * (target / (size @ filters).clamp(min=1e-5) @ spread)
        wave = torch.istft(torch.polar(rearrange(size, "b n c -> b c n"), ahead.angle()), N_FFT, HOP, N_FFT, window)
        before = spectrum
    return wave
