"""Forms of the model's functions that torch's kernels for the CPU are quick at; the same values to rounding.

Float32: torch computes tanh and mish four times slower than exp, rotates pairs fastest as complex numbers, and copies
what it convolves into another order. Bfloat16: torch reorders the weight of a product at every call, and its GELU takes
a fifth of the time of the product before it; oneDNN, which computes both, takes the weight in its own order and the
GELU with it. `quicken` puts these forms into a model from outside; the model knows nothing of them.
"""

import math
from functools import cache, partial
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.weak import WeakTensorKeyDictionary

from .blocks import Attention, FeedForward
from .embed import ConvPositionEmbedding
from .rotary import rotate

Net = TypeVar("Net", bound=nn.Module)


def quicken(model: Net) -> Net:
    """The model itself, its functions in quick forms where those are better; keys and values of weights stay."""
    for module in model.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.Mish):
                setattr(module, name, Mish())
            elif isinstance(child, nn.GELU) and child.approximate == "tanh":
                setattr(module, name, TanhGELU())
        if isinstance(module, Attention):
            module.rotate = rotate_pairs
            for layer in (module.to_q, module.to_k, module.to_v, module.to_out[0]):
                layer.forward = partial(multiply, layer, layer.forward)
        if isinstance(module, FeedForward):
            module.forward = partial(feed_forward, module, module.forward)
        if isinstance(module, ConvPositionEmbedding):
            for layer in module.conv1d:
                if isinstance(layer, nn.Conv1d):
                    layer.forward = partial(convolve_channels_last, layer, layer.forward)
    return model


def quick(x: Tensor, *formats: torch.dtype) -> bool:
    """Whether forms for these formats (float32 alone unless others are named) are better for x: they are not with
    gradients, nor for a compiler that fuses loops."""
    ours = x.device.type == "cpu" and x.dtype in (formats or (torch.float32,))
    return ours and not torch.is_grad_enabled() and not torch.compiler.is_compiling()


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
    if not quick(x, torch.float32, torch.bfloat16):
        return rotate(x, table)
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * torch.complex(*table)).flatten(-2).type_as(x)


def convolve_channels_last(layer: nn.Conv1d, plain, x: Tensor) -> Tensor:
    """The convolution of x [B, dim, N], which lies in memory as [B, N, dim], in that order; plain: the layer's."""
    if not quick(x) or layer.weight.shape[1] % 8:  # channels last is faster in whole vectors of 8
        return plain(x)
    weight, bias = layer.weight.to(x)[:, :, None], layer.bias.to(x)
    return F.conv2d(x[:, :, None], weight, bias, padding=(0, layer.padding[0]), groups=layer.groups).squeeze(2)


# Weights [out, in] in oneDNN's order, with the version of the weight that they are of.
_packed = WeakTensorKeyDictionary()
_ROWS = 1024  # of inputs, for which that order is chosen; any others work
_PLAIN, _GELU = ("none", [], ""), ("gelu", [], "tanh")


def packs(layer: nn.Linear, x: Tensor) -> bool:
    """Whether there is such a kernel for a layer and its input: torch's own layers, or a host's that only computes."""
    ours = (
        quick(x, torch.bfloat16) and layer.weight.dtype == x.dtype and not getattr(layer, "comfy_cast_weights", False)
    )
    return ours and _has_kernels()


@cache
def _has_kernels() -> bool:
    names = ("_is_mkldnn_bf16_supported", "_reorder_linear_weight", "_linear_pointwise")
    there = torch.backends.mkldnn.is_available() and all(hasattr(torch.ops.mkldnn, name) for name in names)
    return there and torch.ops.mkldnn._is_mkldnn_bf16_supported()


def multiply_packed(layer: nn.Linear, x: Tensor, after: tuple = _PLAIN) -> Tensor:
    """The layer's product with its weight in oneDNN's order, of which a copy is kept as long as the weight lives."""
    weight = layer.weight
    version = 0 if weight.is_inference() else weight._version
    kept = _packed.get(weight)
    if kept is None or kept[0] != version:
        kept = _packed[weight] = version, torch.ops.mkldnn._reorder_linear_weight(weight.detach(), _ROWS)
    return torch.ops.mkldnn._linear_pointwise(x, kept[1], layer.bias, *after)


def multiply(layer: nn.Linear, plain, x: Tensor) -> Tensor:
    """A linear layer; `plain`: its own form."""
    return multiply_packed(layer, x) if packs(layer, x) else plain(x)


def feed_forward(net: FeedForward, plain, x: Tensor) -> Tensor:
    """FeedForward with the GELU inside the first product; `plain`: its own form."""
    (first, _), _, second = net.ff
    if not packs(first, x):
        return plain(x)
    return multiply_packed(second, multiply_packed(first, x, _GELU))
