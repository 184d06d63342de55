"""Networks without values, for weights that a file brings."""

from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode


class _Unfilled(TorchFunctionMode):
    """Leaves out the values to start training from: there is nothing to fill, but torch loads its compiler (two
    seconds) to reckon on the meta device."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == "torch.nn.init" or func in _FILLS:
            return args[0] if args else kwargs["tensor"]
        return torch.empty(args[0]) if func is torch.hann_window else func(*args, **kwargs)


# What constructors do to the values of a tensor, with numbers; its shape stays.
_FILLS = tuple(
    getattr(torch.Tensor, name) for name in ("normal_", "uniform_", "erfinv_", "clamp_", "mul_", "add_", "mul")
)


@contextmanager
def meta_init():
    """Modules built inside have shapes only, on the meta device; fill them by load_state_dict(..., assign=True)."""
    with torch.device("meta"), _Unfilled():
        yield
