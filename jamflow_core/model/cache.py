"""Blocks that rest: an approximation that saves most of a step (after DeepCache, arXiv 2312.00858)."""

from dataclasses import dataclass, field

from torch import Tensor


@dataclass
class BlockCache:
    """What the later blocks of each stream added to its hidden state when they last ran, [B, N, dim] by column of the
    call.

    reuse: let them rest in the next call and add that again; the first quarter of the blocks always runs.
    """

    reuse: bool = False
    added: dict[int, Tensor] = field(default_factory=dict)

    FRESH = 4  # one block in so many is never skipped

    def holds(self, branches: int) -> bool:
        """Whether it can stand in for a call of so many branches."""
        return bool(self.added) and all(len(part) >= branches for part in self.added.values())
