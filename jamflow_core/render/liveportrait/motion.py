"""Network M: a picture of a face -> its pose, expression and canonical keypoints.

Source: KwaiVGI/LivePortrait, motion_extractor: ConvNeXt V2 tiny (arXiv 2301.00808) with seven linear heads. Keep it in
float32: lips move by about 5e-3, and bfloat16 is off by as much.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BINS = 66  # of an angle, three degrees each
KEYPOINTS = 21
EPS = 1e-6
_HEADS = {"kp": 3 * KEYPOINTS, "scale": 1, "pitch": BINS, "yaw": BINS, "roll": BINS, "t": 3, "exp": 3 * KEYPOINTS}


class MotionExtractor(nn.Module):
    """Picture [B, 3, 256, 256] in 0..1 -> dict of kp [B, 63], scale [B, 1], pitch, yaw, roll [B, 66], t [B, 3], exp [B,
    63].
    """

    def __init__(self, depths=(3, 3, 9, 3), dims=(96, 192, 384, 768)):
        super().__init__()
        self.detector = ConvNeXt(depths, dims)

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        return self.detector(picture)


class ConvNeXt(nn.Module):
    """Stages of blocks with a shrinking layer before each; activations are [B, H, W, C] throughout."""

    def __init__(self, depths, dims):
        super().__init__()
        stem = nn.Sequential(nn.Conv2d(3, dims[0], 4, stride=4), nn.LayerNorm(dims[0], EPS))
        shrink = (
            nn.Sequential(nn.LayerNorm(before, EPS), nn.Conv2d(before, after, 2, stride=2))
            for before, after in zip(dims, dims[1:])
        )
        self.downsample_layers = nn.ModuleList([stem, *shrink])
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(dim) for _ in range(depth))) for depth, dim in zip(depths, dims)
        )
        self.norm = nn.LayerNorm(dims[-1], EPS)
        for name, size in _HEADS.items():
            setattr(self, f"fc_{name}", nn.Linear(dims[-1], size))

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        x = picture.movedim(1, -1)
        for shrink, stage in zip(self.downsample_layers, self.stages):
            for layer in shrink:
                x = _spatial(layer, x) if isinstance(layer, nn.Conv2d) else layer(x)
            x = stage(x)
        x = self.norm(x.mean((1, 2)))
        return {name: getattr(self, f"fc_{name}")(x) for name in _HEADS}


class Block(nn.Module):
    """Depthwise 7x7, then a perceptron on each pixel with a response norm inside; [B, H, W, C] -> the same."""

    def __init__(self, dim: int):
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, EPS)
        self.pwconv1 = nn.Linear(dim, 4 * dim)
        self.grn = ResponseNorm(4 * dim)
        self.pwconv2 = nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.gelu(self.pwconv1(self.norm(_spatial(self.dwconv, x))))
        return x + self.pwconv2(self.grn(hidden))


class ResponseNorm(nn.Module):
    """Global response normalisation: every channel is scaled by its share of the energy of the picture."""

    def __init__(self, dim: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, 1, dim))
        self.beta = nn.Parameter(torch.zeros(1, 1, 1, dim))

    def forward(self, x: Tensor) -> Tensor:
        energy = torch.linalg.vector_norm(x, dim=(1, 2), keepdim=True)
        share = energy / (energy.mean(-1, keepdim=True) + EPS)
        return torch.addcmul(self.beta, x, torch.addcmul(torch.ones_like(share), share, self.gamma))


def _spatial(conv: nn.Conv2d, x: Tensor) -> Tensor:
    """A 2-D convolution of [B, H, W, C], channels-last in memory."""
    return conv(x.movedim(-1, 1)).movedim(1, -1)
