"""Which number format a device is fast in."""

import time
from functools import lru_cache

import torch

from ..config import StreamConfig
from ..model.blocks import DiTBlock
from ..model.quick import quicken
from ..model.rotary import clock_table

WORTH = 1.3  # bfloat16 rounds; take it for at least this gain
SMALL = 50_000_000
# The block that is timed: large enough to reach full speed, ten to forty milliseconds a run.
_STREAM = StreamConfig(channels=1, rate=93.75, dim=512, depth=1, heads=8)
_FRAMES = 384


def suited_dtype(device: str | torch.device, parameters: int) -> torch.dtype:
    """What weights of so many values are best kept in: small networks stay in float32, whatever the device."""
    return fast_dtype(device) if parameters > SMALL else torch.float32


def fast_dtype(device: str | torch.device = "cpu") -> torch.dtype:
    """bfloat16 where the device runs a block of the model faster in it, else float32.

    GPUs are known (NVIDIA since Ampere, AMD); a CPU is measured (about 0.2 s), as some emulate bfloat16 and others have
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
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for each other on a busy machine would be timed with it
    try:
        return torch.bfloat16 if _seconds(torch.float32) > WORTH * _seconds(torch.bfloat16) else torch.float32
    finally:
        torch.set_num_threads(threads)


@torch.no_grad()
def _seconds(dtype: torch.dtype) -> float:
    """Processor time of a block, the best of a few runs."""
    block = quicken(DiTBlock(_STREAM).to(dtype))
    x, modulation = torch.zeros(1, _FRAMES, _STREAM.dim), torch.zeros(1, 6, _STREAM.dim, dtype=dtype)
    table = clock_table(_FRAMES, _STREAM.rate, _STREAM.head_dim)
    times = []
    for _ in range(4):
        start = time.process_time()
        block(x, modulation, table)
        times.append(time.process_time() - start)
    return min(times)
