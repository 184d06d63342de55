"""Light discriminators for the vocoder: what tells real speech from decoded speech, affordable on one CPU core.

After HiFi-GAN's multi-period (Kong et al. 2020) and DAC's complex multi-resolution spectrogram discriminators (Kumar et
al. 2023), with a sixth of their channels. `fmap` are the activations that feature matching compares.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

SLOPE = 0.1


def _conv(inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int] = (1, 1)) -> nn.Module:
    return weight_norm(nn.Conv2d(inputs, outputs, kernel, stride, padding=(kernel[0] // 2, kernel[1] // 2)))


class _Stack(nn.Module):
    """Convolutions over an image made of the wave: wave [batch, samples] -> (scores, fmap)."""

    def __init__(self, *convs: nn.Module):
        super().__init__()
        self.convs = nn.ModuleList(convs)

    def image(self, wave: torch.Tensor) -> torch.Tensor:
        """Wave [batch, samples] -> [batch, channels, height, width]."""
        raise NotImplementedError

    def forward(self, wave: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        x = self.image(wave).contiguous(memory_format=torch.channels_last)
        fmap = []
        for conv in self.convs[:-1]:
            x = F.leaky_relu(conv(x), SLOPE)
            fmap.append(x)
        return self.convs[-1](x), fmap


class SpectrogramDiscriminator(_Stack):
    """Looks at the complex STFT (magnitudes under a square root), four neighbouring bins folded into channels."""

    FOLD = 4
    FLOOR = 1e-2  # power below which the square root of the magnitude turns linear: keeps its gradient finite

    def __init__(self, n_fft: int):
        super().__init__(
            _conv(2 * self.FOLD, 16, (3, 3)),
            _conv(16, 32, (3, 5), (1, 2)),
            _conv(32, 32, (3, 5), (1, 2)),
            _conv(32, 32, (3, 3)),
            _conv(32, 1, (3, 3)),
        )
        self.n_fft = n_fft
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def image(self, wave: torch.Tensor) -> torch.Tensor:
        spectrum = torch.stft(wave, self.n_fft, self.n_fft // 4, self.n_fft, self.window, return_complex=True)
        parts = torch.view_as_real(spectrum[:, :-1])
        parts = parts * (parts.square().sum(-1, keepdim=True) + self.FLOOR) ** -0.25
        return parts.unflatten(1, (-1, self.FOLD)).permute(0, 4, 2, 3, 1).flatten(1, 2)


class PeriodDiscriminator(_Stack):
    """Looks at every `period`-th sample: the wave folded into columns, five neighbours in a column made channels.

    That is HiFi-GAN's first convolution (one channel, kernel 5, stride 3) cut in two: several times faster on a CPU.
    """

    TAPS, STRIDE = 5, 3
    CHANNELS = (16, 32, 64, 128)

    def __init__(self, period: int):
        last = self.CHANNELS[-1]
        super().__init__(
            _conv(self.TAPS, self.CHANNELS[0], (1, 1)),
            *(_conv(a, b, (5, 1), (3, 1)) for a, b in zip(self.CHANNELS, self.CHANNELS[1:])),
            _conv(last, last, (5, 1)),
            _conv(last, 1, (3, 1)),
        )
        self.period = period

    def image(self, wave: torch.Tensor) -> torch.Tensor:
        half = self.TAPS // 2 * self.period
        wave = F.pad(wave[:, None], (half, half - wave.shape[-1] % -self.period), mode="reflect")[:, 0]
        return wave.unflatten(-1, (-1, self.period)).unfold(1, self.TAPS, self.STRIDE).permute(0, 3, 1, 2)


class Discriminators(nn.Module):
    """Both families. A step draws a few of each, which costs a fraction and has the same expected gradient."""

    def __init__(self, n_ffts: tuple[int, ...] = (512, 1024, 2048), periods: tuple[int, ...] = (2, 3, 5, 7, 11)):
        super().__init__()
        self.spectra = nn.ModuleList(SpectrogramDiscriminator(n_fft) for n_fft in n_ffts)
        self.periods = nn.ModuleList(PeriodDiscriminator(period) for period in periods)

    def draw(self, generator: torch.Generator, spectra: int = 1, periods: int = 2) -> list[_Stack]:
        """A random choice of `spectra` + `periods` different discriminators."""
        chosen = []
        for family, count in ((self.spectra, spectra), (self.periods, periods)):
            order = torch.randperm(len(family), generator=generator)[:count]
            chosen += [family[int(index)] for index in order]
        return chosen
