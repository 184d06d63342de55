"""The mel is the one that F5-TTS and Vocos were trained on, and keeps the clock."""

import pytest
import torch
from torchaudio import transforms

from jamflow_core.audio.mel import LOG_FLOOR, N_MELS, log_mel, mel_corners, mel_filterbank
from jamflow_core.clock import HOP, SAMPLE_RATE
from jamflow_core.errors import JamFlowError


@pytest.fixture
def wave():
    """A sweep with noise and a silent stretch, [2, samples]."""
    seconds = torch.arange(SAMPLE_RATE) / SAMPLE_RATE
    sweep = 0.3 * torch.sin(2 * torch.pi * (100 + 3000 * seconds) * seconds)
    noise = 0.05 * torch.randn(2, SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    return torch.cat([sweep + noise, torch.zeros(2, 4000)], dim=1)


def test_parity_with_torchaudio(wave):
    official = transforms.MelSpectrogram(SAMPLE_RATE, n_fft=1024, hop_length=256, n_mels=100, power=1, center=True)
    expected = official(wave).clamp(min=1e-5).log().transpose(1, 2)
    assert torch.equal(log_mel(wave), expected)
    assert torch.equal(mel_filterbank(), official.mel_scale.fb)


def test_losses_can_be_trained_through_it(wave):
    """Also when the first mel of the process was made for inference."""
    log_mel_of = log_mel.__globals__["_mel"]
    log_mel_of.cache_clear()
    with torch.inference_mode():
        log_mel(wave)
    wave.requires_grad_()
    log_mel(wave).mean().backward()
    assert bool(wave.grad.abs().sum() > 0)


def test_shape_and_floor(wave):
    mel = log_mel(wave[0])
    assert mel.shape == (wave.shape[-1] // HOP + 1, N_MELS)
    assert torch.allclose(mel[-3:], torch.tensor(LOG_FLOOR).log())


def test_batch_does_not_matter(wave):
    assert torch.allclose(log_mel(wave)[1], log_mel(wave[1]), atol=1e-5)


def test_clips_shorter_than_half_a_window_are_refused():
    assert log_mel(torch.zeros(513)).shape == (3, N_MELS)
    with pytest.raises(JamFlowError, match="Give a longer clip"):
        log_mel(torch.zeros(512))


@pytest.mark.parametrize("bins", (100, 80, 20))
def test_filters_peak_at_their_corners(bins):
    bank = mel_filterbank(bins, 4096)
    peaks = bank.argmax(0) * SAMPLE_RATE / 4096
    assert (peaks - mel_corners(bins)[1:-1]).abs().max() < SAMPLE_RATE / 4096
