"""Networks S: small perceptrons on keypoints that fit the shoulders together, and open or close eyes and lips.

Source: KwaiVGI/LivePortrait, stitching_retargeting_network. All keypoints are [n, 21, 3].
"""

import torch
from torch import Tensor, nn

from .motion import KEYPOINTS

_FLAT = 3 * KEYPOINTS


class Retargeting(nn.Module):
    """`stitch` makes the border of the crop stay where it is; `eyes` and `lips` give keypoint shifts for an opening."""

    def __init__(self):
        super().__init__()
        self.stitching = _perceptron(2 * _FLAT, 128, 128, 64, _FLAT + 2)
        self.lip = _perceptron(_FLAT + 2, 128, 128, 64, _FLAT)
        self.eye = _perceptron(_FLAT + 3, 256, 256, 128, 128, 64, _FLAT)

    def stitch(self, source: Tensor, driving: Tensor) -> Tensor:
        """Keypoints `driving`, moved so that what they make fits into the source."""
        delta = self.stitching(_joined(source, driving.flatten(1)))
        moved = driving + delta[:, :_FLAT].unflatten(1, (KEYPOINTS, 3))
        moved[..., :2] += delta[:, None, _FLAT:]
        return moved

    def eyes(self, source: Tensor, now: Tensor, wanted: Tensor) -> Tensor:
        """Shift for an opening of both eyes: `now` [n or 1, 2] in the source, `wanted` [n, 1]
        (render/liveportrait/crop.py).
        """
        return self.eye(_joined(source, now, wanted)).unflatten(1, (KEYPOINTS, 3))

    def lips(self, source: Tensor, now: Tensor, wanted: Tensor) -> Tensor:
        """Shift for an opening of the lips: `now` [n or 1, 1], `wanted` [n, 1]."""
        return self.lip(_joined(source, now, wanted)).unflatten(1, (KEYPOINTS, 3))


def _perceptron(*sizes: int) -> nn.Sequential:
    layers = [layer for before, after in zip(sizes, sizes[1:]) for layer in (nn.Linear(before, after), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def _joined(source: Tensor, *rest: Tensor) -> Tensor:
    """All as one row a frame; what is the same for every frame is repeated."""
    parts = (source.flatten(1), *rest)
    count = max(map(len, parts))
    return torch.cat([part.expand(count, -1) for part in parts], 1)
