"""Forms of the model's functions that torch's float32 kernels for the CPU are quick at; the same values to rounding.

Torch computes tanh and mish there four times slower than exp, rotates pairs fastest as complex numbers, and copies what
it convolves into another order. `quicken` puts these forms into a model from outside; the model knows nothing of them.
"""

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import Attention
from .embed import ConvPositionEmbedding
from .jamflow import JamFlow
from .rotary import rotate


def quicken(model: JamFlow) -> JamFlow:
    """The model itself, its functions in quick forms where those are better; keys and values of weights stay."""
    for module in model.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.Mish):
                setattr(module, name, Mish())
            elif isinstance(child, nn.GELU) and child.approximate == "tanh":
                setattr(module, name, TanhGELU())
        if isinstance(module, Attention):
            module.rotate = rotate_pairs
        if isinstance(module, ConvPositionEmbedding):
            for layer in module.conv1d:
                if isinstance(layer, nn.Conv1d):
                    layer.forward = partial(convolve_channels_last, layer, layer.forward)
    return model


def quick(x: Tensor) -> bool:
    """Whether these forms are better for x: they are not with gradients, nor for a compiler that fuses loops."""
    plain = x.device.type == "cpu" and x.dtype == torch.float32
    return plain and not torch.is_grad_enabled() and not torch.compiler.is_compiling()


class TanhGELU(nn.Module):
    """GELU in its tanh approximation: 0.5 x (1 + tanh u) = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3)."""

    SLOPE = 2 * math.sqrt(2 / math.pi)

    def forward(self, x: Tensor) -> Tensor:
        if not quick(x):
            return F.gelu(x, approximate="tanh")
        inner = torch.addcmul(x.new_tensor(self.SLOPE), x, x, value=0.044715 * self.SLOPE)
        return inner.mul_(x).sigmoid_().mul_(x)


class Mish(nn.Module):
    """x tanh(log(1 + e)) = x n / (n + 2), e = exp(x), n = e (e + 2)."""

    LINEAR = 20.0  # from here on the factor is 1 in float32

    def forward(self, x: Tensor) -> Tensor:
        if not quick(x):
            return F.mish(x)
        e = x.clamp(max=self.LINEAR).exp_()
        n = e.add(2.0).mul_(e)
        return torch.mul(x, n).div_(n.add_(2.0))


def rotate_pairs(x: Tensor, table: Tensor) -> Tensor:
    """As rotary.rotate: interleaved pairs of x turned as complex numbers."""
    if not quick(x):
        return rotate(x, table)
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * torch.complex(*table)).flatten(-2)


def convolve_channels_last(layer: nn.Conv1d, plain, x: Tensor) -> Tensor:
    """The convolution of x [B, dim, N], which lies in memory as [B, N, dim], in that order; plain: the layer's."""
    if not quick(x) or layer.weight.shape[1] % 8:  # channels last is faster in whole vectors of 8
        return plain(x)
    weight, bias = layer.weight.to(x)[:, :, None], layer.bias.to(x)
    return F.conv2d(x[:, :, None], weight, bias, padding=(0, layer.padding[0]), groups=layer.groups).squeeze(2)
