"""How a job is carried out: its settings, who watches it, and who may stop it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from ..flow.sampler import Cancelled, Canvas, Settings, sample
from ..model.jamflow import JamFlow
from ..progress import Progress, share


@dataclass(frozen=True)
class Run:
    """settings: of the sampler, seed included; None takes the job's own. progress: told of every step; cancelled: asked
    before every step, True stops the run with flow.sampler.Cancelled."""

    settings: Settings | None = None
    progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None

    def by(self, usual: Settings) -> "Run":
        """The same with the job's own settings, where nobody chose others."""
        return self if self.settings else replace(self, settings=usual)

    def part(self, index: int, parts: int) -> "Run":
        """One of several equal parts of the work, with a seed of its own."""
        seeded = replace(self.settings, seed=self.settings.seed + index)
        return Run(seeded, share(self.progress, index, parts), self.cancelled)

    def check(self) -> None:
        """Raise flow.sampler.Cancelled where the run is to stop."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("stopped")

    def sample(self, flow: JamFlow, audio: Canvas | None, motion: Canvas | None) -> tuple[Tensor | None, Tensor | None]:
        """Paint two canvases (see flow/sampler.py): (mel or None, mouth or None), normalised."""
        return sample(flow, audio, motion, self.settings, self.progress, self.cancelled)


AS_USUAL = Run()
