"""Low-rank adapters (LoRA, arXiv 2106.09685): what a network learns of one voice, in a hundredth of its weights.

A matrix W becomes W + up @ down; a vector (bias) becomes b + difference. Adapters are data, so they are saved, scaled
and
summed: two voices at half strength are the sum of both.
"""

import copy
import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor, nn

SMALLEST = 64  # a matrix with a narrower side is left as it is


@dataclass(frozen=True)
class Adapter:
    """Changes by the name of the weight: (down [rank, in], up [out, rank]) of a matrix, (difference [n],) of a vector.

    base: `fingerprint` of the network that it was learned on.
    """

    parts: dict[str, tuple[Tensor, ...]]
    base: str = ""

    def change(self, name: str) -> Tensor:
        """What is added to the weight `name`."""
        part = self.parts[name]
        return part[1] @ part[0] if len(part) == 2 else part[0]

    def scaled(self, strength: float) -> "Adapter":
        """The same with every change multiplied by `strength`."""
        return Adapter({name: (*part[:-1], strength * part[-1]) for name, part in self.parts.items()}, self.base)

    def __add__(self, other: "Adapter") -> "Adapter":
        """The sum of both changes; ranks add up."""
        parts = dict(self.parts)
        for name, part in other.parts.items():
            own = parts.get(name)
            if own is None:
                parts[name] = part
            elif len(part) == 2:
                parts[name] = (torch.cat((own[0], part[0])), torch.cat((own[1], part[1]), dim=1))
            else:
                parts[name] = (own[0] + part[0],)
        return Adapter(parts, self.base)

    def detached(self) -> "Adapter":
        """A copy that no longer learns."""
        return Adapter({name: tuple(t.detach().clone() for t in part) for name, part in self.parts.items()}, self.base)

    def tensors(self) -> list[Tensor]:
        return [tensor for part in self.parts.values() for tensor in part]


def fresh_adapter(net: nn.Module, names, rank: int, seed: int = 0) -> Adapter:
    """An adapter that changes nothing yet, for the weights `names` of `net`: down is random, up and differences are
    0.
    """
    rng = torch.Generator().manual_seed(seed)
    weights = dict(net.named_parameters())
    parts: dict[str, tuple[Tensor, ...]] = {}
    for name in names:
        weight = weights[name]
        if weight.ndim == 1:
            parts[name] = (torch.zeros(weight.shape),)
        elif weight.ndim == 2 and min(weight.shape) >= SMALLEST:
            down = torch.randn(rank, weight.shape[1], generator=rng) / weight.shape[1] ** 0.5
            parts[name] = (down, torch.zeros(weight.shape[0], rank))
    return Adapter(parts, fingerprint(net))


def fingerprint(net: nn.Module) -> str:
    """What tells a network's weights from others': a hash of the first matrix of its first block."""
    weight = next(weight for name, weight in net.named_parameters() if name.endswith("to_q.weight"))
    return hashlib.sha256(weight.detach().cpu().to(torch.bfloat16).view(torch.int16).numpy().tobytes()).hexdigest()[:16]


def adapted(net: nn.Module, adapter: Adapter) -> nn.Module:
    """A copy of `net` with the adapter's changes; all other weights are shared with `net`."""
    shared = {id(tensor): tensor for tensor in (*net.parameters(), *net.buffers())}
    twin = copy.deepcopy(net, shared)
    for name in adapter.parts:
        owner = twin.get_submodule(name.rpartition(".")[0])
        attribute = name.rpartition(".")[2]
        weight = getattr(owner, attribute)
        change = adapter.change(name).to(weight.device, torch.float32)
        setattr(owner, attribute, nn.Parameter((weight.float() + change).to(weight.dtype), requires_grad=False))
    return twin
