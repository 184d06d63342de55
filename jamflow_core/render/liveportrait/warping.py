"""Network W: the volume of the source, its keypoints and new ones -> the moved feature map.

Source: KwaiVGI/LivePortrait, warping_network and dense_motion, computed otherwise but to the same sums:
- the motion of one keypoint is a constant shift, so the 22 trilinear samplings are three small matrices each, and so
  are the heat maps (a Gaussian is a product of three);
- the 7x7x7 convolution of the masks is one 2-D convolution over depth as batch, then seven shifted sums;
- the deformation is the identity plus the mean shift;
- what depends only on the source is computed once (`Source`).
The official code lays its grid from corner to corner but samples as if pixels had area (align_corners false); the
weights were trained so, and so it is here.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .appearance import ConvReLU
from .motion import KEYPOINTS

VARIANCE = 0.01  # of the heat maps
SLOPE = 0.01  # of the leaky ReLU


class Source(NamedTuple):
    """One picture ready to be moved, or a batch of B: `volume` [B, C, D, H, W], `keypoints` [B, 21, 3], `compressed`
    [B, c, D, H, W] and `still`, the same sampled at rest."""

    volume: Tensor
    keypoints: Tensor
    compressed: Tensor
    still: Tensor


class WarpingNetwork(nn.Module):
    """`source` once a picture, then `forward` for every new set of keypoints [B, 21, 3] -> [B, 4 width, H, W]."""

    def __init__(self, width: int = 64, most: int = 512, channels: int = 32, depth: int = 16, compress: int = 4,
                 hourglass=(32, 1024, 5)):  # fmt: skip
        super().__init__()
        self.dense_motion_network = DenseMotion(channels, depth, compress, *hourglass)
        self.third = nn.Module()
        self.third.conv = nn.Conv2d(most, 4 * width, 3, padding=1)
        self.fourth = nn.Conv2d(4 * width, 4 * width, 1)

    def source(self, volume: Tensor, keypoints: Tensor) -> Source:
        """What the network needs to know of the source; volume [B, C, D, H, W] of F, keypoints [B, 21, 3]."""
        return Source(volume, keypoints, *self.dense_motion_network.compressed(volume))

    def forward(self, source: Source, keypoints: Tensor) -> Tensor:
        grid, occlusion = self.dense_motion_network(source, keypoints)
        volume = source.volume.expand(len(keypoints), *source.volume.shape[1:])
        moved = F.grid_sample(volume, grid, align_corners=False).flatten(1, 2)
        moved = F.leaky_relu(self.third.conv(moved.to(self.fourth.weight.dtype)), SLOPE)
        return self.fourth(moved) * occlusion


class DenseMotion(nn.Module):
    """Which keypoint each voxel follows -> sampling grid float32 [B, D, H, W, 3] and occlusion [B, 1, H, W]."""

    def __init__(self, channels: int, depth: int, compress: int, width: int, most: int, levels: int):
        super().__init__()
        self.hourglass = Hourglass((KEYPOINTS + 1) * (compress + 1), width, most, levels)
        features = self.hourglass.features
        self.mask = nn.Conv3d(features, KEYPOINTS + 1, 7, padding=3)
        self.compress = nn.Conv3d(channels, compress, 1)
        self.occlusion = nn.Conv2d(features * depth, 1, 7, padding=3)

    def compressed(self, volume: Tensor) -> tuple[Tensor, Tensor]:
        """A few channels of the volume, and what the sampling at rest makes of them."""
        few = F.relu(self.compress(volume.to(self.compress.weight.dtype))).float()
        return few, _shifted(few, few.new_zeros(len(few), 1, 3))[:, 0]

    def forward(self, source: Source, keypoints: Tensor) -> tuple[Tensor, Tensor]:
        shift = source.keypoints - keypoints  # from where a voxel near a keypoint takes its content
        size = source.volume.shape[2:]
        moved = source.still.new_empty(len(shift), KEYPOINTS + 1, 1 + source.still.shape[1], *size)
        moved[:, 0, 0] = 0
        moved[:, 0, 1:] = source.still
        moved[:, 1:, 0] = _heat(keypoints, size) - _heat(source.keypoints, size)
        moved[:, 1:, 1:] = _shifted(source.compressed, shift)

        features = self.hourglass(moved.flatten(1, 2).to(self.compress.weight.dtype))
        mask = self._mask(features).float().softmax(1)
        grid = torch.einsum("bkdhw,bkx->bdhwx", mask[:, 1:], shift) + _identity(size, shift)
        return grid, torch.sigmoid(self.occlusion(features.flatten(1, 2)))

    def _mask(self, features: Tensor) -> Tensor:
        """The 3-D convolution `mask` of [B, C, D, H, W], a slice of depth at a time."""
        weight = self.mask.weight  # [22, C, 7, 7, 7]
        taps, reach = weight.shape[2], self.mask.padding[0]
        planes = features.transpose(1, 2).flatten(0, 1)
        made = F.conv2d(planes, weight.movedim(2, 0).flatten(0, 1), padding=reach)
        made = made.unflatten(0, (-1, features.shape[2])).unflatten(2, (taps, -1))  # [B, D, 7, 22, H, W]
        made = F.pad(made, (0, 0, 0, 0, 0, 0, 0, 0, reach, reach))
        depth = features.shape[2]
        total = sum(made[:, tap : tap + depth, tap] for tap in range(taps))
        return total.transpose(1, 2) + self.mask.bias[:, None, None, None]


class Hourglass(nn.Module):
    """3-D U-Net that halves height and width, not depth; its output joins the input: `features` channels."""

    def __init__(self, channels: int, width: int, most: int, levels: int):
        super().__init__()
        widths = [min(most, width * 2**level) for level in range(levels + 1)]
        down = zip([channels, *widths[1:]], widths[1:])
        up = [
            (widths[level + 1] * (1 if level == levels - 1 else 2), widths[level]) for level in reversed(range(levels))
        ]
        self.features = width + channels
        self.encoder, self.decoder = nn.Module(), nn.Module()
        self.encoder.down_blocks = nn.ModuleList(_block(*pair) for pair in down)
        self.decoder.up_blocks = nn.ModuleList(_block(*pair) for pair in up)
        self.decoder.conv = nn.Conv3d(self.features, self.features, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for block in self.encoder.down_blocks:
            kept.append(x)
            x = _each_slice(F.avg_pool2d, block(x), kernel_size=2)
        for block in self.decoder.up_blocks:
            x = block(_each_slice(F.interpolate, x, scale_factor=2))
            x = torch.cat((x, kept.pop()), 1)
        return F.relu_(self.decoder.conv(x))


def _block(before: int, after: int) -> ConvReLU:
    return ConvReLU(nn.Conv3d(before, after, 3, padding=1))


def _each_slice(function, x: Tensor, **options) -> Tensor:
    """A 2-D function on every slice of depth (the 3-D ones have no bfloat16 kernel on CPUs)."""
    return function(x.flatten(1, 2), **options).unflatten(1, x.shape[1:3])


def _ticks(size: int, like: Tensor) -> Tensor:
    """Positions of a grid from corner to corner, -1..1."""
    return torch.arange(size, device=like.device, dtype=like.dtype) * (2 / (size - 1)) - 1


def _identity(size, like: Tensor) -> Tensor:
    """Grid [D, H, W, 3] of (x, y, z)."""
    z, y, x = torch.meshgrid(*(_ticks(n, like) for n in size), indexing="ij")
    return torch.stack((x, y, z), -1)


def _heat(keypoints: Tensor, size) -> Tensor:
    """Gaussians around keypoints [B, 21, 3] -> [B, 21, D, H, W]."""
    z, y, x = (
        torch.exp((_ticks(n, keypoints) - keypoints[..., axis, None]) ** 2 * (-0.5 / VARIANCE))
        for n, axis in zip(size, (2, 1, 0))
    )
    return z[..., :, None, None] * y[..., None, :, None] * x[..., None, None, :]


def _shifted(volume: Tensor, shift: Tensor) -> Tensor:
    """The volume [1 or B, c, D, H, W] sampled at identity + shift [B, K, 3], zeros outside -> [B, K, c, D, H, W]."""
    z, y, x = (_taps(n, shift[..., axis]) for n, axis in zip(volume.shape[2:], (2, 1, 0)))
    volume = volume.expand(len(shift), *volume.shape[1:])
    across = torch.einsum("bczyx,bkix->bkczyi", volume, x)
    down = torch.einsum("bkczyi,bkjy->bkczji", across, y)
    return torch.einsum("bkczji,bkdz->bkcdji", down, z)


def _taps(size: int, shift: Tensor) -> Tensor:
    """Linear interpolation along one axis: shift [B, K] -> weights [B, K, new, old] (two a row at most)."""
    place = ((_ticks(size, shift) + shift[..., None] + 1) * size - 1) / 2
    old = torch.arange(size, device=shift.device, dtype=shift.dtype)
    return F.relu(1 - (place[..., None] - old).abs())
