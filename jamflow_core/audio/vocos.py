"""The network of Vocos (Siuzdak 2023, arXiv 2306.00814) with its official parameter names, in plain torch.

The `vocos` package needs torchaudio, which ComfyUI no longer installs and which has to match the installed torch to the
letter; these few layers do not.
"""

import torch
from torch import Tensor, nn


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution, LayerNorm, expansion, GELU, projection, layer scale; residual. [B, dim, frames] ->
    same.
    """

    def __init__(self, dim: int, hidden: int, scale: float, ops=nn):
        super().__init__()
        self.dwconv = ops.Conv1d(dim, dim, 7, padding=3, groups=dim)
        self.norm = ops.LayerNorm(dim, eps=1e-6)
        self.pwconv1 = ops.Linear(dim, hidden)
        self.act = nn.GELU()
        self.pwconv2 = ops.Linear(hidden, dim)
        self.gamma = nn.Parameter(torch.full((dim,), scale))

    def forward(self, x: Tensor) -> Tensor:
        h = self.pwconv2(self.act(self.pwconv1(self.norm(self.dwconv(x).transpose(1, 2)))))
        return x + (self.gamma.to(h) * h).transpose(1, 2)


class VocosBackbone(nn.Module):
    """Mel [B, channels, frames] -> features [B, frames, dim]."""

    def __init__(self, channels: int, dim: int, hidden: int, layers: int, ops=nn):
        super().__init__()
        self.embed = ops.Conv1d(channels, dim, 7, padding=3)
        self.norm = ops.LayerNorm(dim, eps=1e-6)
        self.convnext = nn.ModuleList([ConvNeXtBlock(dim, hidden, 1 / layers, ops) for _ in range(layers)])
        self.final_layer_norm = ops.LayerNorm(dim, eps=1e-6)

    def initialise(self) -> None:
        """Weights to start training from."""
        for layer in self.modules():
            if isinstance(layer, (nn.Conv1d, nn.Linear)):
                nn.init.trunc_normal_(layer.weight, std=0.02)
                nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.embed(x).transpose(1, 2)).transpose(1, 2)
        for block in self.convnext:
            x = block(x)
        return self.final_layer_norm(x.transpose(1, 2))


class _Window(nn.Module):
    """Holds the window under the name that official files give it."""

    def __init__(self, n_fft: int):
        super().__init__()
        # On the CPU even where the weights are on the meta device: computing it on the meta device would load torch's compiler.
        self.register_buffer("window", torch.hann_window(n_fft, device="cpu"))


class ISTFTHead(nn.Module):
    """Features [B, frames, dim] -> wave [B, (frames - 1) * hop] by way of a spectrum's log magnitude and phase."""

    LOUDEST = 1e2  # of a magnitude, against overflow

    def __init__(self, dim: int, n_fft: int, hop: int, ops=nn):
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        self.out = ops.Linear(dim, n_fft + 2)
        self.istft = _Window(n_fft)

    def forward(self, x: Tensor) -> Tensor:
        magnitude, phase = self.out(x).transpose(1, 2).float().chunk(2, dim=1)
        magnitude = magnitude.exp().clip(max=self.LOUDEST)
        spectrum = torch.complex(magnitude * phase.cos(), magnitude * phase.sin())
        return torch.istft(spectrum, self.n_fft, self.hop, window=self.istft.window.float(), center=True)
