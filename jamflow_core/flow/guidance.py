"""Classifier-free guidance for two conditions, the text and the reference (what a stream is given of itself).

v = v_all + text * (v_all - v_without_text) + reference * (v_without_text - v_without_both)

Speech is guided, the face is not: it follows the speech that is painted beside it. Guided lips open half as wide again
as those painted for the same speech when it is given (jaw at most 1.08 against 0.72, without guidance 0.78), so that
calm sentences look shouted, and fit the phonemes less closely (correlation 0.974, without guidance 0.986).
"""

from dataclasses import dataclass

from torch import Tensor

from .solver import State

GUIDED = ("audio",)


@dataclass(frozen=True)
class Branch:
    """One of the velocities that guidance mixes: what the network is told in it, and its weight in the sum."""

    text: bool
    reference: bool
    weight: float


def branches_of(text: float, reference: float) -> tuple[Branch, ...]:
    """The branches that scales ask for (0 = off); the first is told all there is."""
    all_told = Branch(True, True, 1 + text)
    others = (Branch(False, True, reference - text), Branch(False, False, -reference))
    return all_told, *(branch for branch in others if branch.weight != 0.0)


class Guidance:
    """The branches of a run, asked at every n-th moment before `until`; between them the last push is repeated."""

    def __init__(self, branches: tuple[Branch, ...], every: int = 1, until: float = 1.0):
        self.branches, self.every, self.until = branches, every, until
        self.push: State = {}

    def asked(self, call: int, t: float) -> int:
        """How many of the branches the `call`-th moment needs, which is t."""
        return len(self.branches) if t < self.until and call % self.every == 0 else 1

    def combine(self, velocities: State, call: int, t: float) -> State:
        """Velocities [asked branches, N, channels] of each stream -> the guided ones [N, channels]."""
        if t >= self.until:
            return {name: v[0] for name, v in velocities.items()}
        if call % self.every == 0:
            guided = {name: self._sum(v) if name in GUIDED else v[0] for name, v in velocities.items()}
            self.push = {name: guided[name] - v[0] for name, v in velocities.items()}
            return guided
        return {name: v[0] + self.push[name] for name, v in velocities.items()}

    def _sum(self, v: Tensor) -> Tensor:
        weights = v.new_tensor([branch.weight for branch in self.branches])
        return (v * weights[:, None, None]).sum(0)
