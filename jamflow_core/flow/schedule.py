"""Moments of the flow at which the velocity is asked for.

"even" steps, all alike. "pruned": empirically pruned step sampling (EPSS) of F5-TTS drops late steps that change
little. "distilled": the model's own grids of few steps (distil.py). The first two are bent by sway sampling (F5-TTS),
which moves steps towards the noise, t' = t + s (cos(pi t / 2) - 1 + t).
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

# Steps -> grid in thirty-seconds.
PRUNED: dict[int, tuple[int, ...]] = {
    5: (0, 2, 4, 8, 16, 32),
    6: (0, 2, 4, 6, 8, 16, 32),
    7: (0, 2, 4, 6, 8, 16, 24, 32),
    10: (0, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32),
    12: (0, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32),
    16: (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32),
}


@lru_cache(maxsize=64)
def host_grid(
    steps: int, sway: float, schedule: str, distilled: tuple[tuple[float, ...], ...], strength: float = 1.0
) -> np.ndarray:
    """The times of a run, numpy float32 [steps + 1], read-only: numbers of the host, for which no GPU has to be waited
    for.

    strength: of the way that is gone; below 1 it begins on the way.
    """
    # Grids are distilled from whole runs; one that begins on the way has another path.
    grid = time_grid(steps, sway, schedule if strength == 1 else "pruned", distilled)
    times = (1 - strength * (1 - grid) if strength < 1 else grid).numpy()
    times.flags.writeable = False
    return times


def time_grid(
    steps: int, sway: float = -1.0, schedule: str = "pruned", distilled: tuple[tuple[float, ...], ...] = ()
) -> Tensor:
    """Increasing times from 0 to 1, float32 [steps + 1].

    distilled: the grids that the model has; where none has so many steps, "distilled" is "pruned", and "pruned" is
    "even".
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    own = {len(grid) - 1: grid for grid in distilled}
    if schedule == "distilled" and steps in own:
        return torch.tensor(own[steps], dtype=torch.float32)
    if schedule != "even" and steps in PRUNED:
        t = torch.tensor(PRUNED[steps], dtype=torch.float32) / 32
    else:
        t = torch.linspace(0, 1, steps + 1)
    return t + sway * (torch.cos(torch.pi / 2 * t) - 1 + t)
