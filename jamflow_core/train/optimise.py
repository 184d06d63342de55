"""Optimiser, moving average and learning-rate schedule of the trainer."""

import torch
from torch import nn


def optimiser(model: nn.Module, lr: float) -> torch.optim.Optimizer:
    """AdamW on everything that trains. (Muon was tried on this model: no gain per step, and a third more time.)"""
    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(trained, lr=lr, betas=(0.9, 0.98), weight_decay=0.01)


def rate(step: int, warmup: int, cooldown_start: int | None, steps: int | None) -> float:
    """Factor of the learning rate: linear warm-up, flat, then (when asked) linearly down to 2 % at `steps`."""
    factor = min(1.0, (step + 1) / warmup)
    if cooldown_start is not None and step >= cooldown_start:
        factor *= max(0.02, 1 - (step - cooldown_start) / max(1, steps - cooldown_start))
    return factor


class Average:
    """Exponential moving average of a model's parameters, started from their current values."""

    def __init__(self, model: nn.Module, decay: float = 0.999):
        self.decay = decay
        self.values = {name: p.detach().clone() for name, p in model.named_parameters()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        weight = 1 - min(self.decay, (1 + step) / (10 + step))
        for name, p in model.named_parameters():
            self.values[name].lerp_(p.detach(), weight)
