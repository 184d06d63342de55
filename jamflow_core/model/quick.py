"""Element-wise functions in the forms that torch's float32 kernels for the CPU are quick at; the same values to
rounding.

Torch computes tanh and mish there four times slower than exp, and rotates pairs fastest as complex numbers.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def quick(x: Tensor) -> bool:
    """Whether these forms are the better ones for x: they are not with gradients, nor for a compiler that fuses
    loops.
    """
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


def turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Interleaved pairs of x [..., N, 2 d] turned by angles [N, d], as complex numbers."""
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * torch.complex(cos, sin)).flatten(-2)
