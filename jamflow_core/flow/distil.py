"""A model's own grids of few steps, distilled from fine runs of its sampler.

One Euler step from moment i to moment j of a fine run misses it by x_i + (t_j - t_i) v_i - x_j. All these misses of a
run are known once it is done, and dynamic programming finds the grid of any number of steps whose misses sum up to
least (after Watson et al., arXiv 2106.03802).
"""

from itertools import pairwise

import torch
from torch import Tensor

from ..model.jamflow import JamFlow
from .sampler import Canvas, Run, Settings


@torch.inference_mode()
def misses(model: JamFlow, audio: Canvas, motion: Canvas | None, settings: Settings) -> tuple[Tensor, Tensor]:
    """Times [K + 1] of a fine run, and the miss of every step between two of them [K + 1, K + 1], inf backwards.

    settings.steps = K. A miss is the root mean square over the painted frames, in the model's normalised units, the
    streams' summed.
    """
    canvases = {"audio": audio} | ({} if motion is None else {"motion": motion})
    run = Run(model, canvases, settings)
    times, x = run.grid, run.begin()
    path, slopes = [x], []
    for call, (t, after) in enumerate(pairwise(times)):
        slopes.append(run.velocity(x, call))
        x = run.advance(x, slopes[-1], t, after)
        path.append(x)
    found = torch.full((len(times), len(times)), torch.inf)
    for i, (start, slope) in enumerate(zip(path, slopes)):
        for j in range(i + 1, len(times)):
            step = float(times[j] - times[i])
            gaps = {name: start[name] + step * slope[name] - path[j][name] for name in run.painted}
            painted = {name: gap[run.painted[name].path.generate[:, 0]] for name, gap in gaps.items()}
            found[i, j] = sum(gap.square().mean().sqrt() for gap in painted.values())
    return torch.tensor(times), found


def best_grid(times: Tensor, found: Tensor, steps: int) -> tuple[float, ...]:
    """The grid of so many steps among `times` [K + 1] that misses least in sum; found: of `misses`."""
    sums, before = found[0], []
    for _ in range(steps - 1):
        sums, last = (sums[:, None] + found).min(dim=0)
        before.append(last)
    path = [len(times) - 1]
    for last in reversed(before):
        path.append(int(last[path[-1]]))
    return tuple(round(float(times[at]), 5) for at in (0, *reversed(path)))
