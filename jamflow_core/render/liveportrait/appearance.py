"""Network F: a picture of a face -> a volume of its appearance.

Source: KwaiVGI/LivePortrait, appearance_feature_extractor (arXiv 2407.03168). Batch norms that follow a convolution are
folded into it when the weights are loaded (catalog/liveportrait.py); names are the official ones.
"""

import torch.nn.functional as F
from torch import Tensor, nn


class FeatureExtractor(nn.Module):
    """Picture [B, 3, S, S] in 0..1 (S = 256) -> volume [B, channels, depth, S/4, S/4]."""

    def __init__(self, width: int = 64, most: int = 512, channels: int = 32, depth: int = 16, blocks: int = 6):
        super().__init__()
        widths = [min(most, width * 2**level) for level in range(3)]
        self.shape = channels, depth
        self.first = ConvReLU(nn.Conv2d(3, width, 3, padding=1))
        self.down_blocks = nn.ModuleList(
            ConvReLU(nn.Conv2d(before, after, 3, padding=1)) for before, after in zip(widths, widths[1:])
        )
        self.second = nn.Conv2d(widths[-1], most, 1)
        self.resblocks_3d = nn.Sequential()
        for index in range(blocks):
            self.resblocks_3d.add_module(f"3dr{index}", ResidualBlock(channels))

    def forward(self, picture: Tensor) -> Tensor:
        x = self.first(picture)
        for block in self.down_blocks:
            x = F.avg_pool2d(block(x), 2)
        return self.resblocks_3d(self.second(x).unflatten(1, self.shape))


class ConvReLU(nn.Module):
    """A convolution (with its batch norm folded in) and ReLU."""

    def __init__(self, conv: nn.Module):
        super().__init__()
        self.conv = conv

    def forward(self, x: Tensor) -> Tensor:
        return F.relu_(self.conv(x))


class ResidualBlock(nn.Module):
    """Norm, ReLU, convolution, (folded norm,) ReLU, convolution, plus the input."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm1 = nn.BatchNorm3d(channels)
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu_(self.conv1(F.relu_(self.norm1(x)))))
