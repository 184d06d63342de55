"""Options of the models, and of how they are sampled."""

from argparse import ArgumentParser
from dataclasses import dataclass, replace
from pathlib import Path

from ..config import SCHEDULES
from ..errors import JamFlowError

PRECISIONS = {"auto": None, "fp32": "float32", "bf16": "bfloat16"}


def add_places(parser: ArgumentParser) -> None:
    """Where files are looked for."""
    parser.add_argument(
        "--models",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a models folder of ComfyUI to look for files in",
    )


def add_sampling(parser: ArgumentParser) -> None:
    """The options of a command that samples."""
    add = parser.add_argument
    add("--seed", type=int, default=0)
    add("--steps", type=int, default=None, help="steps of the sampler (default: the task's own)")
    add("--model", help="a JAM-Flow model, an F5-TTS checkpoint, or f5: look for one (default: the embedded model)")
    add(
        "--vocoder",
        help="a Vocos for 24 kHz mels, .safetensors or .bin, or vocos: look for one (default: the embedded one)",
    )
    add(
        "--guidance-every",
        type=int,
        metavar="N",
        help="compute guidance at every Nth step only (default: 2, which saves a quarter of the sampler's time; "
        "1 is exact; F5-TTS: 1)",
    )
    add(
        "--cache-every",
        type=int,
        default=1,
        metavar="N",
        help="run the later blocks at every Nth step only (default: 1, exact; 2 saves a fifth of the time and "
        "costs clearness)",
    )
    add(
        "--schedule",
        choices=SCHEDULES,
        default=None,
        help="where the steps lie: by the model's own grids, by F5-TTS's pruned ones, or evenly (default: "
        "pruned; distilled is the better one for drafts of 4 to 8 steps)",
    )
    add(
        "--compile",
        action="store_true",
        help="compile the networks first (takes a minute; for GPUs and large models; needs triton, or a C++ "
        "compiler on a CPU)",
    )
    add(
        "--precision",
        choices=tuple(PRECISIONS),
        default="auto",
        help="number format of large weights (default: what the machine is fast in)",
    )
    add_places(parser)


@dataclass(frozen=True)
class Places:
    """Where files are looked for."""

    models: list[str]

    def roots(self) -> list[Path]:
        from ..catalog.places import default_roots

        return [*map(Path, self.models), *default_roots()]


@dataclass(frozen=True)
class Sampling:
    """What add_sampling asks for."""

    seed: int
    steps: int | None
    model: str | None
    vocoder: str | None
    guidance_every: int | None
    cache_every: int
    schedule: str | None
    compile: bool
    precision: str
    places: Places

    def reads(self) -> dict[str, str | None]:
        return {"--model": self.model, "--vocoder": self.vocoder}

    def dtype(self):
        """The number format that was asked for; None: what suits."""
        import torch

        name = PRECISIONS[self.precision]
        return name and getattr(torch, name)

    def load(self):
        """The models; JamFlowError where there is none."""
        from ..catalog.recognise import Kind
        from ..models import LoadedModels

        flow = self._looked_for(self.model, "f5", Kind.F5)
        vocoder = self._looked_for(self.vocoder, "vocos", Kind.VOCOS)
        return LoadedModels(flow, vocoder, dtype=self.dtype(), compiled=self.compile)

    def settings(self, usual):
        """A job's own settings with what was asked for. JamFlowError: out of range."""
        if self.seed < 0:
            raise JamFlowError(f"--seed must be 0 or more, not {self.seed}.")
        steps = usual.steps if self.steps is None else self.steps
        if not 1 <= steps <= 200:
            raise JamFlowError(f"--steps must be between 1 and 200, not {steps}.")
        every = min(usual.guidance_every, steps) if self.guidance_every is None else self.guidance_every
        if not 1 <= every <= steps:
            raise JamFlowError(f"--guidance-every must be between 1 and the {steps} steps, not {every}.")
        if not 1 <= self.cache_every <= steps:
            raise JamFlowError(f"--cache-every must be between 1 and the {steps} steps, not {self.cache_every}.")
        chosen = {"guidance_every": every, "cache_every": self.cache_every, "schedule": self.schedule or usual.schedule}
        return replace(usual, steps=steps, seed=self.seed, **chosen)

    def run(self, models, job: str, tell=None):
        """How a job ("speak", "animate", "dub", "edit") is carried out; tell: a progress bar's."""
        from ..tasks.front_ends import front_end
        from ..tasks.run import Run

        return Run(self.settings(front_end(models).usual(job)), tell)

    def _looked_for(self, given: str | None, word: str, kind):
        """A file that was given, or the one that `word` asks to look for."""
        from ..catalog.places import find_weights, missing

        if given != word:
            return given
        found = find_weights(kind, self.places.roots())
        if found is None:
            raise JamFlowError(f"Give the path of {kind.value}, or {missing(kind, self.places.roots())}.")
        return found
