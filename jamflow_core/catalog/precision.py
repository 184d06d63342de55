"""Which number format a device is fast in."""

import time
from functools import lru_cache

import torch

WORTH = 1.5  # bfloat16 rounds; take it for at least this gain
SMALL = 50_000_000
_SIZE = 768  # of the matrices that are timed: large enough to reach full speed, a few milliseconds each


def suited_dtype(device: str | torch.device, parameters: int) -> torch.dtype:
    """What weights of so many values are best kept in: small networks are not faster in bfloat16, whatever the
    device.
    """
    return fast_dtype(device) if parameters > SMALL else torch.float32


def fast_dtype(device: str | torch.device = "cpu") -> torch.dtype:
    """bfloat16 where the device multiplies matrices faster in it, else float32.

    GPUs are known (NVIDIA since Ampere, AMD); a CPU is measured (about 0.1 s), as some emulate bfloat16 and others have
    units for it.
    """
    return _fast(torch.device(device))


@lru_cache
def _fast(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        known = torch.version.hip or torch.cuda.get_device_capability(device)[0] >= 8
        return torch.bfloat16 if known else torch.float32
    if device.type != "cpu":
        return torch.float32
    return torch.bfloat16 if _seconds(torch.float32) > WORTH * _seconds(torch.bfloat16) else torch.float32


def _seconds(dtype: torch.dtype) -> float:
    """The best of a few products: what else runs on the machine only adds time."""
    square = torch.ones(_SIZE, _SIZE, dtype=dtype)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        square @ square
        times.append(time.perf_counter() - start)
    return min(times)
