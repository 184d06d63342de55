"""Training of the duration head: `python -m jamflow_core train durations --cache DIR --out FILE`. Minutes on one
core.
"""

import argparse

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from ..model.duration import SHORTEST, DurationHead
from .corpus import HOLD_OUT, Cache


def examples(cache: Cache, pool: dict[str, list[int]], size: int, rng: np.random.Generator) -> list[tuple]:
    """(tokens, seconds, known): a clip of the same voice as the known prompt, then a clip to predict whole or in
    part.
    """
    out = []
    for _ in range(size):
        voice = list(pool)[rng.integers(len(pool))]
        prompt, target = (cache[pool[voice][rng.integers(len(pool[voice]))]] for _ in range(2))
        unknown = np.ones(len(target.tokens), bool)
        if rng.random() < 0.3:
            first = rng.integers(len(unknown))
            unknown[:] = False
            unknown[first : first + 1 + rng.integers(len(unknown) // 2 + 1)] = True
        tokens, seconds, known = target.tokens, target.durations, ~unknown
        if rng.random() < 0.85:
            tokens = np.concatenate((prompt.tokens, tokens))
            seconds = np.concatenate((prompt.durations, seconds))
            known = np.concatenate((np.ones(len(prompt.tokens), bool), known))
        out.append((tokens, seconds, known))
    return out


def collate(rows: list[tuple]) -> tuple[Tensor, Tensor, Tensor]:
    longest = max(len(row[0]) for row in rows)
    kinds = (torch.int64, torch.float32, torch.bool)
    columns = [torch.zeros(len(rows), longest, dtype=kind) for kind in kinds]
    for index, row in enumerate(rows):
        for column, values in zip(columns, row):
            column[index, : len(values)] = torch.from_numpy(values)
    return tuple(columns)


def loss(head: DurationHead, tokens: Tensor, seconds: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """(mean absolute error of log seconds, mean relative error of the predicted total)."""
    asked = (tokens != 0) & ~known
    said = head(tokens, seconds, known)
    error = (said - seconds.clamp(min=SHORTEST).log()).abs()
    total, truth = ((value * asked).sum(1) for value in (said.exp(), seconds))
    return (error * asked).sum() / asked.sum(), ((total - truth).abs() / truth.clamp(min=0.1)).mean()


def main(argv) -> None:
    """Entry of `python -m jamflow_core train durations`."""
    parser = argparse.ArgumentParser("jamflow_core train durations")
    add = parser.add_argument
    add("--cache", required=True)
    add("--out", required=True)
    add("--steps", type=int, default=2500)
    add("--batch", type=int, default=32)
    add("--lr", type=float, default=1e-3)
    options = parser.parse_args(argv)
    cache, rng = Cache(options.cache), np.random.default_rng(0)
    pools = [{}, {}]
    for index, row in enumerate(cache.clips):
        pools[index >= len(cache) - HOLD_OUT].setdefault(row["voice"], []).append(index)
    torch.manual_seed(0)
    head = DurationHead()
    optimiser = torch.optim.AdamW(head.parameters(), lr=options.lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.lr, options.steps, pct_start=0.05)
    held = collate(examples(cache, pools[1], 64, np.random.default_rng(1)))
    for step in range(1, options.steps + 1):
        log_error, total_error = loss(head, *collate(examples(cache, pools[0], options.batch, rng)))
        (log_error + 0.5 * total_error).backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step % 100 == 0:
            with torch.no_grad():
                figures = [value.item() for value in loss(head, *held)]
            print(
                f"{step} train {log_error.item():.3f} held out: log {figures[0]:.3f} total {figures[1]:.3f}", flush=True
            )
    save_file({name: value.contiguous() for name, value in head.state_dict().items()}, options.out)
