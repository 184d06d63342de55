"""Optimiser, moving average and learning-rate schedule of the trainer."""

import math

import torch
from torch import Tensor, nn


def orthogonalise(matrices: Tensor, steps: int = 5) -> Tensor:
    """Nearest semi-orthogonal matrices of a stack [k, rows, columns] by Newton-Schulz (Muon's quintic)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.transpose(1, 2) if tall else matrices
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = a * x + torch.baddbmm(gram, gram, gram, beta=b, alpha=c) @ x
    return x.transpose(1, 2) if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum orthogonalised by Newton-Schulz, for hidden matrices (K. Jordan, 2024).

    torch.optim.Muon iterates in bf16, which CPUs without AMX run five times slower than float32, and one matrix at a
    time; here equal shapes go through one batched product in float32. Steps are scaled to AdamW's size.
    """

    def __init__(self, params, lr: float = 1e-3, momentum: float = 0.95, weight_decay: float = 0.01):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    shapes.setdefault(p.shape, []).append(p)
            for shape, params in shapes.items():
                looks = []
                for p in params:
                    buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                    buffer.lerp_(p.grad, 1 - group["momentum"])
                    looks.append(p.grad.lerp(buffer, group["momentum"]))
                scale = 0.2 * math.sqrt(max(shape))
                for p, update in zip(params, orthogonalise(torch.stack(looks))):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-group["lr"] * scale)


def optimisers(model: nn.Module, lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for everything else that trains."""
    hidden, rest = [], []
    for name, p in model.named_parameters():
        if p.requires_grad:
            inside = p.ndim == 2 and "blocks" in name and "attn_norm" not in name
            (hidden if inside else rest).append(p)
    kinds = [Muon(hidden, lr=lr)] if hidden else []
    return [*kinds, torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=0.01)]


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
