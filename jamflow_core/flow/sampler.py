"""From noise to speech and face: the ODE of the flow, with inpainting and classifier-free guidance.

All that does not depend on x is computed once a run: text features and the static part of the input, the modulations of
all
steps, rotary tables, and the keys and values of a stream that is given whole.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..audio.postfilter import deepen_valleys
from ..config import SCHEDULES
from ..model.cache import BlockCache
from ..model.jamflow import JamFlow, Memory, StreamInput
from .conditions import normalised, restored
from .schedule import time_grid


class Cancelled(Exception):
    """The run was stopped by its `cancelled` check."""


@dataclass(frozen=True)
class Canvas:
    """One stream of one run, in the model's normalised units.

    given: [N, channels]; generate: bool [N], True where the model paints (there `given` counts only as the sketch that
    Settings.strength < 1 starts from).
    text, null_text: features [N, text_dim] of the audio stream; None for motion.
    """

    given: Tensor
    generate: Tensor
    text: Tensor | None = None
    null_text: Tensor | None = None

    @property
    def whole(self) -> bool:
        """Nothing to generate: the stream is a condition only."""
        return not bool(self.generate.any())


@dataclass(frozen=True)
class Settings:
    """How to sample.

    steps of `method` ("euler" or "midpoint", which asks twice a step); text_guidance and reference_guidance as F5's
    cfg: 0 =
    off; v = v_all + text * (v_all - v_without_text) + reference * (v_without_text - v_without_both).
    temperature: size of the noise at the start; less than 1 gives a plainer, clearer delivery. sway, schedule: see
    schedule.py.
    anchored: keep the noised given frames on their known path (False = F5's official code,
    which lets them drift and restores them at the end).
    strength: 1 paints from noise; less begins that far from the end, with what the canvas holds under so much noise.
    guidance_every: ask the branches of the guidance at every n-th moment only, and push as they last said between
    them. guidance_until: from this moment of the flow (0..1) on, no guidance. cache_every: run the later blocks at
    every n-th
    moment only, and add what they last added between them (model/cache.py). All three are approximations that save
    time; what
    they cost is measured in benchmarks/README.md.
    polish: steps of a second pass over the result, at strength POLISH; it mends what the first left blurred (Restart
    sampling,
    arXiv 2306.14878).
    clarity: how much deeper the painted mel's valleys between harmonics become at the end (audio/postfilter.py), 0 =
    not at all.
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
        if self.method not in ("euler", "midpoint"):
            raise ValueError(f'method must be "euler" or "midpoint", not "{self.method}"')


# How far from the end the second pass begins.
POLISH = 0.5

Progress = Callable[[int, int, dict[str, Tensor]], None]


def noise(stream: str, frames: int, channels: int, seed: int) -> Tensor:
    """Start of the flow, float32 [frames, channels] on the CPU: the same for every device, batch and other stream.

    Torch fills in blocks of 16 numbers; whole blocks make the first frames the same for every length.
    """
    generator = torch.Generator().manual_seed((seed * 2 + (stream == "motion")) % 2**63)
    return torch.randn(-(-frames // 16) * 16, channels, generator=generator)[:frames]


@torch.inference_mode()
def sample(
    model: JamFlow,
    audio: Canvas | None,
    motion: Canvas | None,
    settings: Settings = Settings(),
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Tensor | None, Tensor | None]:
    """Paint the canvases of one run; returns (mel [N, 100] or None, mouth [M, 18] or None), normalised, given parts
    exact.

    progress(done, total, {"audio": ..., "motion": ...}) gets the current guess of the result after every step.
    Runs are never batched with each other, so a seed gives the same bits whatever else is asked for.
    """
    canvases = {name: canvas for name, canvas in (("audio", audio), ("motion", motion)) if canvas is not None}
    total = settings.steps + settings.polish
    run = Run(model, canvases, settings)
    if run.painted:
        run.solve(_counted(progress, 0, total), cancelled)
        if settings.polish:
            sketches = {name: replace(canvas, given=run.result(name)) for name, canvas in canvases.items()}
            again = replace(settings, steps=settings.polish, strength=POLISH, seed=settings.seed + _SECOND_NOISE)
            run = Run(model, sketches, again)
            run.solve(_counted(progress, settings.steps, total), cancelled)
    made = {name: run.result(name) for name in canvases}
    if settings.clarity and "audio" in run.painted:
        clear = deepen_valleys(restored(made["audio"], model.config.mel), settings.clarity)
        made["audio"] = torch.where(run.parts["audio"]["generate"], normalised(clear, model.config.mel), made["audio"])
    return made.get("audio"), made.get("motion")


# Seeds of a first and a second pass that never meet, however many parts a text has.
_SECOND_NOISE = 1 << 40


def _counted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """The progress of one pass as a part of all."""
    return progress and (lambda done, _, guess: progress(before + done, total, guess))


class Run:
    """One pass over the grid: what does not depend on x, computed once, and x on its way. (distil.py and the benchmarks
    walk it themselves.)
    """

    def __init__(self, model: JamFlow, canvases: dict[str, Canvas], settings: Settings):
        self.model, self.canvases, self.settings = model, canvases, settings
        self.device, self.dtype = model.compute_device, model.compute_dtype
        self.painted = [name for name, canvas in canvases.items() if not canvas.whole]
        # Grids are distilled from whole runs; one that begins on the way has another path.
        schedule = settings.schedule if settings.strength == 1 else "pruned"
        self.grid = time_grid(settings.steps, settings.sway, schedule, model.config.schedules)
        if settings.strength < 1:
            self.grid = 1 - settings.strength * (1 - self.grid)
        self.asked = self._moments()
        self.weights, kinds = self._branches()
        self.parts = {name: self._prepare(name, kinds) for name in canvases}
        self.x = {name: self.begin(name) for name in self.painted}
        self.push = dict.fromkeys(self.painted, 0.0)  # what guidance last added to the velocity
        self.cache = BlockCache() if settings.cache_every > 1 else None

    def _moments(self) -> Tensor:
        """All times at which the velocity is asked for, in order."""
        if self.settings.method == "euler":
            return self.grid[:-1]
        return torch.stack((self.grid[:-1], (self.grid[:-1] + self.grid[1:]) / 2), dim=1).flatten()

    def _branches(self) -> tuple[list[float], list[tuple[bool, bool]]]:
        """Weights of the guidance branches, and for each (with text?, with reference?); the first knows all there
        is.
        """
        audio = self.canvases.get("audio")
        text = self.settings.text_guidance if audio is not None and audio.text is not None else 0.0
        has_reference = any(bool((~canvas.generate).any()) for canvas in self._partly())
        reference = self.settings.reference_guidance if has_reference else 0.0
        if "audio" not in self.painted:
            text = 0.0
        combined = {(True, True): 1 + text, (False, True): reference - text, (False, False): -reference}
        kept = {kind: weight for kind, weight in combined.items() if weight != 0.0}
        return list(kept.values()), list(kept)

    def _partly(self) -> list[Canvas]:
        return [self.canvases[name] for name in self.painted]

    def _prepare(self, name: str, kinds: list[tuple[bool, bool]]) -> dict:
        canvas, dit = self.canvases[name], getattr(self.model, name)
        place = dict(device=self.device, dtype=self.dtype)
        frames = canvas.given.shape[0]
        generate = canvas.generate.to(self.device)[:, None]
        known = canvas.given.to(self.device, torch.float32).masked_fill(generate, 0.0)
        rotary = self.model.rotary(name, frames, self.device)
        if canvas.whole:
            text = None if canvas.text is None else canvas.text.to(**place)[None]
            stream = StreamInput(
                x=known.to(self.dtype)[None],
                static=dit.input_embed.static(known.to(self.dtype)[None], text),
                modulation=dit.modulations(torch.ones(1, device=self.device)),
                rotary=rotary,
            )
            memory = self.model.remember(name, stream)
            wide = [(k.expand(len(kinds), -1, -1, -1), v.expand(len(kinds), -1, -1, -1)) for k, v in memory.keys_values]
            return {"memory": Memory(wide), "known": known}
        statics = []
        for with_text, with_reference in kinds:
            given = known.to(self.dtype) if with_reference else torch.zeros_like(known, dtype=self.dtype)
            text = canvas.text if with_text else canvas.null_text
            statics.append(dit.input_embed.static(given, None if text is None else text.to(**place)))
        return {
            "x0": self.start(name, frames, canvas.given.shape[1]),
            "known": known,
            "generate": generate,
            "static": torch.stack(statics),
            "modulations": dit.modulations(self.asked.to(self.device)),
            "rotary": rotary,
        }

    def begin(self, name: str) -> Tensor:
        """x at the first moment of the grid: noise, or the sketch under noise."""
        sketch = self.canvases[name].given.to(self.device, torch.float32)
        return torch.lerp(self.parts[name]["x0"], sketch, self.grid[0]) if self.grid[0] > 0 else self.parts[name]["x0"]

    def start(self, name: str, frames: int, channels: int) -> Tensor:
        return self.settings.temperature * noise(name, frames, channels, self.settings.seed).to(self.device)

    def solve(self, progress, cancelled) -> None:
        call = 0
        for step, (t, after) in enumerate(zip(self.grid[:-1], self.grid[1:])):
            if cancelled is not None and cancelled():
                raise Cancelled(f"stopped before step {step + 1} of {len(self.grid) - 1}")
            v, call = self.velocity(self.x, call), call + 1
            if self.settings.method == "midpoint":
                middle = (t + after) / 2
                v, call = self.velocity(self.advance(v, t, middle), call), call + 1
            self.x = self.advance(v, t, after)
            if progress is not None:
                progress(step + 1, len(self.grid) - 1, {n: self.x[n] + (1 - after) * v[n] for n in self.painted})

    def advance(self, v: dict[str, Tensor], t: Tensor, after: Tensor) -> dict[str, Tensor]:
        """x at `after`; given frames stay on the straight line from their noise to what they are."""
        moved = {}
        for name in self.painted:
            part, x = self.parts[name], self.x[name] + (after - t) * v[name]
            if self.settings.anchored:
                x = torch.where(part["generate"], x, torch.lerp(part["x0"], part["known"], after))
            moved[name] = x
        return moved

    def velocity(self, x: dict[str, Tensor], call: int) -> dict[str, Tensor]:
        """Guided velocity of the painted streams at the `call`-th asked moment."""
        guiding = float(self.asked[call]) < self.settings.guidance_until
        asking = guiding and call % self.settings.guidance_every == 0
        branches = len(self.weights) if asking else 1
        inputs = {}
        for name, part in self.parts.items():
            if "memory" in part:
                inputs[name] = part["memory"].first(branches)
                continue
            inputs[name] = StreamInput(
                x=x[name].to(self.dtype)[None],
                static=part["static"][:branches],
                modulation=[layer[call : call + 1] for layer in part["modulations"]],
                rotary=part["rotary"],
            )
        if self.cache is not None:
            self.cache.reuse = call % self.settings.cache_every > 0 and self.cache.holds(branches)
        out = self.model(inputs.get("audio"), inputs.get("motion"), self.cache)
        out = {name: v.float() for name, v in zip(("audio", "motion"), out) if v is not None}
        if asking:
            weights = torch.tensor(self.weights, device=self.device)[:, None, None]
            guided = {name: (v * weights).sum(0) for name, v in out.items()}
            self.push = {name: guided[name] - v[0] for name, v in out.items()}
            return guided
        return {name: v[0] + self.push[name] if guiding else v[0] for name, v in out.items()}

    def result(self, name: str) -> Tensor:
        part = self.parts[name]
        if "memory" in part:
            return part["known"]
        return torch.where(part["generate"], self.x[name], part["known"])
