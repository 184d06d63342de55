"""How to sample."""

from dataclasses import dataclass

from ..config import SCHEDULES
from .solver import SOLVERS


@dataclass(frozen=True)
class Settings:
    """How to sample.

    steps of `method` (a name of solver.SOLVERS), at the moments that sway and schedule say (schedule.py).
    text_guidance, reference_guidance: scales of guidance.py, as F5's cfg; 0 = off.
    guidance_every: ask the branches of the guidance at every n-th moment only, and push as they last said between them.
    guidance_until: from this moment of the flow (0..1) on, no guidance.
    temperature: size of the noise at the start; less than 1 gives a plainer, clearer delivery.
    anchored: keep the noised given frames on their known path (False = F5's official code, which lets them drift and
    restores them at the end).
    strength: 1 paints from noise; less begins that far from the end, with what the canvas holds under so much noise.
    cache_every: run the later blocks at every n-th moment only, and add what they last added between (model/cache.py).
    polish: steps of a second pass over the result, at strength POLISH; it mends what the first left blurred (Restart
    sampling, arXiv 2306.14878).
    clarity: how much deeper the painted mel's valleys between harmonics become at the end (audio/postfilter.py).

    guidance_every, guidance_until and cache_every are approximations that save time; what they cost is measured in
    benchmarks/README.md.
    """

    steps: int = 12
    method: str = "euler"
    text_guidance: float = 1.0
    reference_guidance: float = 1.0
    temperature: float = 1.0
    sway: float = -1.0
    schedule: str = "pruned"
    anchored: bool = True
    strength: float = 1.0
    guidance_every: int = 1
    guidance_until: float = 1.0
    cache_every: int = 1
    polish: int = 0
    clarity: float = 0.0
    seed: int = 0

    def __post_init__(self):
        if not 0 < self.strength <= 1:
            raise ValueError(f"strength must be above 0 and at most 1, not {self.strength}")
        for name in ("guidance_every", "cache_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}, not {self.schedule}")
        if self.method not in SOLVERS:
            raise ValueError(f"method must be one of {', '.join(SOLVERS)}, not {self.method}")
