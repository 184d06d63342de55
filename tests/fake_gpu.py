"""A graphics card without one: torch's FakeTensorMode holds tensors that have a shape, a format and a device, but no
values.

It refuses devices that do not go together and values that are read from the card, for which everything would wait.
What it lets pass and a card does not is refused here: products of two formats, and float64 on an Apple card. (A torch
that is built without support for "mps" cannot index tensors of that name; "cuda" stands for it.)
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = "cuda"
_PRODUCTS = ("mm", "addmm", "bmm", "baddbmm", "matmul", "linear", "convolution", "conv", "scaled_dot_product",
"layer_norm",
             "batch_norm", "group_norm", "lerp", "grid_sampler")  # fmt: skip


class _Card(FakeTensorMode):
    """Refuses more than FakeTensorMode does. doubles: whether the card has float64."""

    def __init__(self, doubles: bool):
        super().__init__(allow_non_fake_inputs=True)
        self.doubles = doubles

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        args, kwargs = tree_map(self._hollow, (args, kwargs or {}))
        name = func.overloadpacket.__name__
        if any(product in name for product in _PRODUCTS):
            given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
            formats = {leaf.dtype for leaf in given if leaf.is_floating_point()}
            if len(formats) > 1:
                raise RuntimeError(f"{name} of {' and '.join(sorted(map(str, formats)))}")
        made = super().__torch_dispatch__(func, types, args, kwargs)
        for leaf in () if self.doubles else tree_leaves(made):
            if isinstance(leaf, torch.Tensor) and leaf.device.type == DEVICE and leaf.dtype == torch.float64:
                raise RuntimeError(f"{name} makes float64, which this card does not have")
        return made

    def _hollow(self, value):
        """Tensors of the host without their values as well; FakeTensorMode itself stumbles over them in inference
        mode.
        """
        if not isinstance(value, torch.Tensor) or isinstance(value, FakeTensor):
            return value
        with torch.inference_mode(False):
            return self.from_tensor(value)


@contextmanager
def fake_gpu(kind: str = "cuda") -> Iterator[None]:
    """Inside, tensors may be made on DEVICE on any machine. kind: "cuda", or "mps" for a card without float64."""
    with _Card(doubles=kind == "cuda"):
        yield


def moved(net: nn.Module, dtype: torch.dtype) -> nn.Module:
    """The network with its weights on the card, floating ones in `dtype`, as after `net.to(DEVICE, dtype)`."""
    for module in net.modules():
        for table in (module._parameters, module._buffers):
            for name, value in table.items():
                if value is None:
                    continue
                kind = dtype if value.is_floating_point() else value.dtype
                made = torch.empty(value.shape, dtype=kind, device=DEVICE)
                table[name] = nn.Parameter(made, requires_grad=False) if table is module._parameters else made
    return net.eval()
