"""Network G: a feature map -> the picture.

Source: KwaiVGI/LivePortrait, spade_generator (SPADE, arXiv 1903.07291). When the weights are loaded the spectral norm
is folded from the stored vectors, and gamma and beta become one convolution whose bias carries the 1 of "1 + gamma".
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HIDDEN = 128
SLOPE = 0.2


class Generator(nn.Module):
    """Features [B, channels, S, S] (256 x 64 x 64) -> picture float32 [B, 3, 8 S, 8 S] in 0..1."""

    def __init__(self, channels: int = 256, last: int = 64):
        super().__init__()
        self.fc = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        for index in range(6):
            setattr(self, f"G_middle_{index}", SpadeBlock(2 * channels, 2 * channels, channels))
        self.up_0 = SpadeBlock(2 * channels, channels, channels)
        self.up_1 = SpadeBlock(channels, last, channels)
        self.conv_img = nn.Sequential(nn.Conv2d(last, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, features: Tensor) -> Tensor:
        features = features.to(self.fc.weight.dtype)
        x = self.fc(features)
        for index in range(6):
            x = getattr(self, f"G_middle_{index}")(x, features)
        for block in (self.up_0, self.up_1):
            x = block(F.interpolate(x, scale_factor=2), features)
        return torch.sigmoid(
            self.conv_img(F.leaky_relu_(x, SLOPE)).float()
        )  # bfloat16 has no more steps there than 8 bits


class SpadeBlock(nn.Module):
    """Two convolutions with spatially adaptive norms, and a shortcut that is learnt where the width changes."""

    def __init__(self, before: int, after: int, channels: int):
        super().__init__()
        middle = min(before, after)
        self.conv_0 = nn.Conv2d(before, middle, 3, padding=1)
        self.conv_1 = nn.Conv2d(middle, after, 3, padding=1)
        self.norm_0 = Spade(before, channels)
        self.norm_1 = Spade(middle, channels)
        if before != after:
            self.conv_s = nn.Conv2d(before, after, 1, bias=False)
            self.norm_s = Spade(before, channels)

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        if features.shape[-1] != x.shape[-1]:
            features = F.interpolate(features, size=x.shape[-2:])
        normed = F.instance_norm(x)
        if hasattr(self, "conv_s"):
            x = self.conv_s(self.norm_s(normed, features))
        hidden = self.conv_0(F.leaky_relu_(self.norm_0(normed, features), SLOPE))
        hidden = self.norm_1(F.instance_norm(hidden), features)
        return x + self.conv_1(F.leaky_relu_(hidden, SLOPE))


class Spade(nn.Module):
    """Normalised activations [B, C, H, W] scaled and shifted, pixel by pixel, as the features say."""

    def __init__(self, channels: int, features: int):
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Conv2d(features, HIDDEN, 3, padding=1), nn.ReLU(inplace=True))
        self.mlp = nn.Conv2d(HIDDEN, 2 * channels, 3, padding=1)

    def forward(self, normed: Tensor, features: Tensor) -> Tensor:
        scale, shift = self.mlp(self.mlp_shared(features)).chunk(2, 1)
        return torch.addcmul(shift, normed, scale)
