"""From noise to speech and face: a guided walk along the inpainting path.

All that does not depend on x is computed once a run: the static part of the input, the modulations of all steps, rotary
tables, and the keys and values of a stream that is given whole.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..audio.postfilter import deepen_valleys
from ..model.cache import BlockCache
from ..model.jamflow import JamFlow
from ..model.joint import Memory, StreamInput
from ..progress import Progress, share
from .conditions import normalised, restored
from .guidance import GUIDED, Branch, Guidance, branches_of
from .path import Canvas, InpaintingPath, noise
from .schedule import host_grid
from .settings import Settings
from .solver import SOLVERS, State

# How far from the end the second pass begins.
POLISH = 0.5
# Seeds of a first and a second pass that never meet, however many parts a text has.
_SECOND_NOISE = 1 << 40


class Cancelled(Exception):
    """The run was stopped by its `cancelled` check."""


@torch.inference_mode()
def sample(
    model: JamFlow,
    audio: Canvas | None,
    motion: Canvas | None,
    settings: Settings = Settings(),
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Tensor | None, Tensor | None]:
    """Paint the canvases of one run: (mel [N, 100] or None, mouth [M, 18] or None), normalised, given parts exact.

    progress gets {"audio": ..., "motion": ...}, the current guess of the result, after every step.
    Runs are never batched with each other, so a seed gives the same bits whatever else is asked for.
    """
    canvases = {name: canvas for name, canvas in (("audio", audio), ("motion", motion)) if canvas is not None}
    total = settings.steps + settings.polish
    run = Run(model, canvases, settings)
    first = share(progress, 0, total / settings.steps)
    made = run.solve(first, cancelled)
    if settings.polish and run.painted:
        sketches = {name: replace(canvas, given=made[name]) for name, canvas in canvases.items()}
        again = replace(settings, steps=settings.polish, strength=POLISH, seed=settings.seed + _SECOND_NOISE)
        run = Run(model, sketches, again)
        second = share(progress, settings.steps / settings.polish, total / settings.polish)
        made = run.solve(second, cancelled)
    if settings.clarity and "audio" in run.painted:
        clear = deepen_valleys(restored(made["audio"], model.config.mel), settings.clarity)
        made["audio"] = run.painted["audio"].path.result(normalised(clear, model.config.mel))
    return made.get("audio"), made.get("motion")


@dataclass(frozen=True)
class Painted:
    """A stream on its way: its path, and what the network is told in every branch and at every moment.

    static [branches, N, dim]; modulations: a block each [branches or 1, moments, 6, dim].
    """

    path: InpaintingPath
    static: Tensor
    modulations: list[Tensor]
    rotary: Tensor

    def at(self, x: Tensor, branches: int, call: int) -> StreamInput:
        """The stream at x [N, channels] and the `call`-th moment, in the first `branches`."""
        modulation = [layer[:branches, call] for layer in self.modulations]
        return StreamInput(x.to(self.static.dtype)[None], self.static[:branches], modulation, self.rotary)


class Run:
    """One pass over the grid: what does not depend on x, computed once, and the walk. (distil.py walks by itself.)"""

    def __init__(self, model: JamFlow, canvases: dict[str, Canvas], settings: Settings):
        self.model, self.settings = model, settings
        self.device, self.dtype = model.compute_device, model.compute_dtype
        self.solver = SOLVERS[settings.method]
        self.grid = host_grid(
            settings.steps, settings.sway, settings.schedule, model.config.schedules, settings.strength
        )
        self.moments = self.solver.moments(self.grid)
        branches = branches_of(*self._scales(canvases))
        self.guidance = Guidance(branches, settings.guidance_every, settings.guidance_until)
        self.known = {name: canvas.known(self.device) for name, canvas in canvases.items()}
        self.memories = {n: self._remember(n, canvas, len(branches)) for n, canvas in canvases.items() if canvas.whole}
        self.painted = {n: self._prepare(n, canvas, branches) for n, canvas in canvases.items() if not canvas.whole}
        self.cache = BlockCache(model) if settings.cache_every > 1 else None

    def _scales(self, canvases: dict[str, Canvas]) -> tuple[float, float]:
        """Guidance by the text and by the reference, where there is one to be guided by."""
        guided = [canvases[name] for name in GUIDED if name in canvases and not canvases[name].whole]
        has_text = any(canvas.text is not None for canvas in guided)
        has_reference = any(canvas.voice is not None or canvas.shows for canvas in guided)
        return self.settings.text_guidance * has_text, self.settings.reference_guidance * has_reference

    def _remember(self, name: str, canvas: Canvas, branches: int) -> Memory:
        """What a stream that is given whole shows, the same in every branch."""
        dit, known = getattr(self.model, name), self.known[name].to(self.dtype)[None]
        text = None if canvas.text is None else canvas.text.to(self.device, self.dtype)[None]
        given = StreamInput(
            x=known,
            static=dit.input_embed.static(known, text, None if canvas.rest is None else self._rest(canvas)[None]),
            modulation=dit.modulations(torch.ones(1, device=self.device)),
            rotary=self.model.rotary(name, known.shape[1], self.device),
        )
        memory = self.model.remember(name, given)
        return Memory([(k.expand(branches, -1, -1, -1), v.expand(branches, -1, -1, -1)) for k, v in memory.keys_values])

    def _prepare(self, name: str, canvas: Canvas, branches: tuple[Branch, ...]) -> Painted:
        known = self.known[name]
        start = self.settings.temperature * noise(name, len(known), known.shape[1], self.settings.seed).to(self.device)
        sketch = canvas.given.to(self.device, torch.float32)
        generate = canvas.generate.to(self.device)[:, None]
        return Painted(
            path=InpaintingPath(start, sketch, known, generate, self.settings.anchored),
            static=torch.stack([self._static(name, canvas, branch) for branch in branches]),
            modulations=self._modulations(name, canvas, branches),
            rotary=self.model.rotary(name, len(known), self.device),
        )

    def _modulations(self, name: str, canvas: Canvas, branches: tuple[Branch, ...]) -> list[Tensor]:
        """Of all moments in every branch; one for all where no voice tells them apart."""
        dit, moments = getattr(self.model, name), torch.tensor(self.moments, device=self.device)
        if canvas.voice is None or self.model.voice is None:
            return [layer[None] for layer in dit.modulations(moments)]
        voice = self.model.voice.to_time(canvas.voice.to(self.device, self.dtype))
        found = [dit.modulations(moments, voice if branch.reference else None) for branch in branches]
        return [torch.stack(layers) for layers in zip(*found)]

    def _static(self, name: str, canvas: Canvas, branch: Branch) -> Tensor:
        """What the network is told of a stream in one branch [N, dim]."""
        known = self.known[name].to(self.dtype)
        text = canvas.text if branch.text else canvas.null_text
        text = None if text is None else text.to(self.device, self.dtype)
        return getattr(self.model, name).input_embed.static(
            known if branch.reference else torch.zeros_like(known), text, self._rest(canvas)
        )

    def _rest(self, canvas: Canvas) -> Tensor | None:
        return None if canvas.rest is None else canvas.rest.to(self.device, self.dtype)

    def begin(self) -> State:
        """x at the first moment of the grid."""
        return {name: stream.path.begin(self.grid[0]) for name, stream in self.painted.items()}

    def velocity(self, x: State, call: int) -> State:
        """Guided velocity of the painted streams at the `call`-th moment."""
        t = float(self.moments[call])
        branches = self.guidance.asked(call, t)
        streams = {name: memory.first(branches) for name, memory in self.memories.items()}
        streams |= {name: stream.at(x[name], branches, call) for name, stream in self.painted.items()}
        audio, motion = streams.get("audio"), streams.get("motion")
        if self.cache is None:
            found = self.model(audio, motion)
        else:
            found = self.cache(audio, motion, rest=call % self.settings.cache_every > 0)
        velocities = {name: v.float() for name, v in zip(("audio", "motion"), found) if v is not None}
        return self.guidance.combine(velocities, call, t)

    def advance(self, x: State, v: State, t: np.float32, after: np.float32) -> State:
        """x at `after`."""
        return {name: stream.path.advance(x[name], v[name], t, after) for name, stream in self.painted.items()}

    def solve(self, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> State:
        """Walk the grid to its end; the result of every stream, given parts exact."""
        x, steps = self.begin(), len(self.grid) - 1
        for step in range(steps if self.painted else 0):
            if cancelled is not None and cancelled():
                raise Cancelled(f"stopped before step {step + 1} of {steps}")
            t, after = self.grid[step], self.grid[step + 1]
            v = self.solver.slope(self, x, self.grid, step)
            x = self.advance(x, v, t, after)
            if progress is not None:
                progress((step + 1) / steps, {name: x[name] + float(1 - after) * v[name] for name in x})
        return self.known | {name: stream.path.result(x[name]) for name, stream in self.painted.items()}
