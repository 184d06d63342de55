"""Optimiser, averages and learning-rate schedule of the trainer."""

import os
from collections.abc import Iterable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


def optimiser(model: nn.Module, lr: float) -> torch.optim.Optimizer:
    """AdamW on everything that trains. (Muon was tried on this model: no gain per step, and a third more time.)"""
    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(trained, lr=lr, betas=(0.9, 0.98), weight_decay=0.01)


def rate(step: int, warmup: int, cooldown_start: int | None, steps: int | None, passed: float = 0.0) -> float:
    """Factor of the learning rate: linear warm-up, flat, then (when asked) linearly down to 2 % at `steps`.

    passed: share of the training time that is over, where the rate falls with the time.
    """
    factor = min(1.0, (step + 1) / warmup) * max(0.01, 1 - passed)
    if cooldown_start is not None and step >= cooldown_start:
        factor *= max(0.02, 1 - (step - cooldown_start) / max(1, steps - cooldown_start))
    return factor


def share_gradients(accelerator, parameters) -> None:
    """Give every process of an `accelerate` run the mean gradient, in one exchange; the same parameters must have one
    in each.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    if accelerator.num_processes == 1 or not gradients:
        return
    shared = accelerator.reduce(torch.cat([gradient.flatten() for gradient in gradients]), "mean")
    for gradient, part in zip(gradients, shared.split([gradient.numel() for gradient in gradients])):
        gradient.copy_(part.view_as(gradient))


@torch.no_grad()
def follow(averages: Iterable[Tensor], weights: Iterable[Tensor], decay: float) -> None:
    """A step of an exponential moving average: averages = decay * averages + (1 - decay) * weights, in place."""
    get_ema_multi_avg_fn(decay)(list(averages), list(weights), 1)


class Average:
    """Exponential moving average of a model's parameters, started from their current values."""

    def __init__(self, model: nn.Module, decay: float = 0.999):
        self.decay = decay
        self.values = {name: p.detach().clone() for name, p in model.named_parameters()}

    def update(self, model: nn.Module, step: int) -> None:
        follow(self.values.values(), model.parameters(), min(self.decay, (1 + step) / (10 + step)))


class Peer:
    """A second process that trains the same model on other batches: `meet` takes the mean of both weights.

    Each writes its weights into its own folder and reads what the other wrote last; nobody waits, so either may start
    later,
    be slower or stop.
    """

    FILE = "shared.safetensors"

    def __init__(self, model: nn.Module, own: Path, other: Path):
        self.weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self.own, self.other, self.seen = own / self.FILE, other / self.FILE, 0

    @torch.no_grad()
    def meet(self) -> None:
        """Show the weights; halve the distance to the peer's, unless they are the ones met last time."""
        part = self.own.with_suffix(".part")
        save_file({name: p.detach().contiguous() for name, p in self.weights.items()}, part)
        os.replace(part, self.own)
        if not self.other.exists() or self.other.stat().st_mtime_ns == self.seen:
            return
        self.seen = self.other.stat().st_mtime_ns
        for name, theirs in load_file(self.other).items():
            self.weights[name].lerp_(theirs.to(self.weights[name].device), 0.5)
