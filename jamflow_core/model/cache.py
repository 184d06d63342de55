"""Blocks that rest: an approximation that saves most of a step (after DeepCache, arXiv 2312.00858)."""

from collections.abc import Sequence

from torch import Tensor

from .jamflow import JamFlow
from .joint import Hidden, JointBlock, SoloBlock, Stream

# One block in so many of each stream never rests.
FRESH = 4


class BlockCache:
    """A JamFlow of which the later three quarters of the blocks may rest: what they last added is then added again."""

    def __init__(self, model: JamFlow):
        self.model = model
        fresh = _first_quarter(model)
        self.early, self.late = model.layers[:fresh], model.layers[fresh:]
        self.added: Hidden | None = None

    def __call__(self, audio: Stream, motion: Stream, rest: bool) -> tuple[Tensor | None, Tensor | None]:
        """As the model's forward. rest: let the later blocks rest, if they have run for so many examples before."""
        streams = (audio, motion)
        early = self._run(self.early, self.model.embed(streams), streams)
        if rest and self._fits(early):
            late = tuple(None if h is None else h + kept[: len(h)] for h, kept in zip(early, self.added))
        else:
            late = self._run(self.late, early, streams)
            self.added = tuple(None if h is None else h - before for h, before in zip(late, early))
        return self.model.velocities(late, streams)

    def _fits(self, early: Hidden) -> bool:
        pairs = zip(early, self.added or (None, None))
        return all(h is None or kept is not None and len(kept) >= len(h) for h, kept in pairs)

    @staticmethod
    def _run(layers: Sequence[SoloBlock | JointBlock], hidden: Hidden, streams) -> Hidden:
        for layer in layers:
            hidden = layer(hidden, streams)
        return hidden


def _first_quarter(model: JamFlow) -> int:
    """How many layers run until every stream has gone through a quarter of its blocks."""
    left = [0 if dit is None else -(-dit.config.depth // FRESH) for dit in (model.audio, model.motion)]
    for count, layer in enumerate(model.layers):
        if max(left) <= 0:
            return count
        for column in layer.columns:
            left[column] -= 1
    return len(model.layers)
