"""The trainer of JAM-Flow: `python -m jamflow_core train flow --cache DIR --out DIR --stage audio|1|2 ...`.

Stages: "audio" trains the Audio-DiT alone (it stands in for F5-TTS weights), "1" the Motion-DiT and all joint layers
with the
audio stream frozen, "2" both. A checkpoint holds weights, average, optimiser and step; batches and noise are functions
of
(seed, step), so a resumed run continues exactly.

On a CPU that other work shares, two processes of one thread (`--peer`, each with a seed of its own) waste less than one
of
two threads, which wait for each other at every product: they train apart and average their weights now and then (local
SGD).
"""

import argparse
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from ..catalog.f5 import load_f5
from ..config import CleanerConfig, JamFlowConfig, VoiceConfig, base, tiny
from ..errors import JamFlowError
from ..flow.objective import STAGES, FlowMatching
from ..model.jamflow import JamFlow
from ..models import load_flow
from ..motion.rest import REST_CHANNELS
from .corpus import Cache
from .data import Windows
from .optimise import Average, Peer, optimiser, rate
from .statistics import flops_per_frame, matmul_peak, mel_statistics, mouth_statistics
from .stretch import Variety

# Stages that hear other speakers and poorer recordings than the corpus holds.
VARIED = ("people", "face")


def with_joint(config: JamFlowConfig, options: argparse.Namespace) -> JamFlowConfig:
    """The config with the options' changes to the joint attention (for the ablation)."""
    joint = config.joint
    if options.independent:
        joint = replace(joint, layers=(), audio_sees=(), motion_sees=())
    if options.band is not None:
        joint = replace(joint, band=options.band if options.band > 0 else None)
    if options.unaligned:
        joint = replace(joint, aligned=False)
    return replace(config, joint=joint)


def start_from(path: str) -> dict:
    """A checkpoint of the stage before, or an exported model (.safetensors) as one, to train it further."""
    if not path.endswith(".safetensors"):
        return torch.load(path, map_location="cpu", weights_only=True)
    flow = load_flow(path)[0]
    weights = dict(flow.named_parameters())
    return {"config": flow.config.to_json(), "stage": "exported", "model": flow.state_dict(), "average": weights}


class Trainer:
    """One stage of training; see the module's text."""

    def __init__(self, options: argparse.Namespace):
        try:
            from accelerate import Accelerator
            from accelerate.utils import DistributedDataParallelKwargs
        except ImportError as error:
            raise JamFlowError("Install accelerate to train the flow: pip install accelerate") from error

        self.options = options
        # Every task leaves another part of the network out.
        uneven = DistributedDataParallelKwargs(find_unused_parameters=True)
        precision = "bf16" if options.bf16 else "no"
        self.accelerator = Accelerator(cpu=options.cpu, mixed_precision=precision, kwargs_handlers=[uneven])
        self.out = Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        cache = Cache(*options.cache)
        checkpoint = self.latest()
        if checkpoint is None and options.init:
            checkpoint = start_from(options.init)
        f5 = load_f5(options.init_f5) if checkpoint is None and options.init_f5 else None
        if f5 is not None:
            self.config = base(f5.config.audio, f5.config.text)
        else:
            self.config = JamFlowConfig.from_json(checkpoint["config"]) if checkpoint else self.fresh_config(cache)
        self.config = with_joint(self.config, options)
        self.added = options.stage == "people" and self.config.voice is None
        if self.added:  # zero-initialised: the weights say at first what they said before
            motion = replace(self.config.motion, rest=REST_CHANNELS)
            self.config = replace(self.config, motion=motion, voice=VoiceConfig())
        if options.cleaner:
            self.config = replace(self.config, cleaner=CleanerConfig())
        if self.config.mouth is None:
            self.config = replace(self.config, mouth=mouth_statistics(cache))
        torch.manual_seed(options.seed)
        model = JamFlow(self.config)
        model.initialise()
        if f5 is not None:
            model.audio.load_state_dict(f5.audio.state_dict())
        symbols = self.config.text.symbols
        variety = Variety() if options.stage in VARIED else None
        self.windows = Windows(
            cache, self.config.mel, self.config.mouth, options.window, symbols=symbols, variety=variety
        )
        self.stage, self.step, self.frames = options.stage, 0, 0
        if checkpoint:
            model.load_state_dict(checkpoint["model"], strict=not (self.added or options.cleaner))
        if options.cleaner:
            model.cleaner.load_state_dict(load_file(options.cleaner))
        if options.voice:
            model.voice.load_state_dict(load_file(options.voice))
        self.freeze(model)
        if options.compile:
            for block in (*model.audio.transformer_blocks, *model.motion.transformer_blocks):
                block.pre_attention = torch.compile(block.pre_attention)
                block.post_attention = torch.compile(block.post_attention)
        self.average = Average(model, options.ema)
        self.peer = Peer(model, self.out, Path(options.peer)) if options.peer else None
        self.objective = FlowMatching(model)
        self.objective, self.optimiser = self.accelerator.prepare(self.objective, optimiser(model, options.lr))
        if checkpoint:
            self.average.values.update(checkpoint["average"])
            if checkpoint["stage"] == self.stage and not options.restart:
                self.step, self.frames = checkpoint["step"], checkpoint["frames"]
                self.optimiser.load_state_dict(checkpoint["optimiser"])

    def fresh_config(self, cache: Cache) -> JamFlowConfig:
        return replace(tiny(), mel=mel_statistics(cache), mouth=mouth_statistics(cache))

    def freeze(self, model: JamFlow) -> None:
        model.audio.requires_grad_(self.stage not in ("1", "face"))
        model.motion.requires_grad_(self.stage != "audio")
        if model.voice is not None:  # who speaks is learned beforehand (voice_vector.py); here, what to do with it
            model.voice.requires_grad_(False)
            model.voice.to_time.requires_grad_(True)
        if model.cleaner is not None:  # learned by itself (cleaner.py)
            model.cleaner.requires_grad_(False)

    @property
    def model(self) -> JamFlow:
        return self.accelerator.unwrap_model(self.objective).model

    def latest(self) -> dict | None:
        path = self.out / "checkpoint.pt"
        return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None

    def save(self) -> None:
        """Write the checkpoint beside its place, then move it there: an interrupted save leaves the old one whole.

        All processes hold the same; the first one writes.
        """
        if not self.accelerator.is_main_process:
            return
        state = {
            "config": self.config.to_json(),
            "stage": self.stage,
            "step": self.step,
            "frames": self.frames,
            "model": self.model.state_dict(),
            "average": self.average.values,
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, self.out / "checkpoint.part")
        os.replace(self.out / "checkpoint.part", self.out / "checkpoint.pt")

    def tasks(self, step: int):
        """The task of a step, drawn by its share."""
        tasks, shares = zip(*STAGES[self.stage])
        return tasks[np.random.default_rng((self.options.seed, step, 1)).choice(len(tasks), p=shares)]

    def losses(self, step: int) -> dict:
        o = self.options
        task = self.tasks(step)
        seed = o.seed + 1000 * self.accelerator.process_index
        batch = self.windows.batch(o.batch, seed, step, task.wrong_durations, motion=task.motion != "absent")
        rng = torch.Generator().manual_seed(seed * 1_000_003 + step)
        losses = self.objective(batch, task, rng)
        return {"task": task.name, **losses}

    def run(self) -> None:
        o = self.options
        begin = seen = time.perf_counter()
        log, since, peak = {}, 0, matmul_peak()
        with open(self.out / "log.jsonl", "a", encoding="utf-8") as book:
            while (o.steps is None or self.step < o.steps) and time.perf_counter() - begin < o.minutes * 60:
                passed = (time.perf_counter() - begin) / (o.minutes * 60) if o.anneal else 0.0
                factor = rate(self.step, o.warmup, o.cooldown_from, o.steps, passed)
                losses = self.losses(self.step)
                self.accelerator.backward(losses["loss"])
                self.accelerator.clip_grad_norm_(self.objective.parameters(), 1.0)
                for group in self.optimiser.param_groups:
                    group["lr"] = o.lr * factor
                self.optimiser.step()
                self.optimiser.zero_grad()
                self.average.update(self.model, self.step)
                self.step += 1
                if self.peer and self.step % o.peer_every == 0:
                    self.peer.meet()
                self.frames += o.batch * o.window * self.accelerator.num_processes
                since += o.batch * o.window
                for name in ("audio", "motion"):
                    if name in losses:
                        log.setdefault(f"{losses['task']}/{name}", []).append(losses[name].item())
                if self.step % o.report == 0 and self.accelerator.is_main_process:
                    now = time.perf_counter()
                    speed = since * self.accelerator.num_processes / (now - seen)
                    achieved = speed * flops_per_frame(self.config, o.window)
                    entry = {key: round(float(np.mean(values)), 4) for key, values in log.items()}
                    entry |= {"step": self.step, "frames_per_s": round(speed), "gflops": round(achieved / 1e9)}
                    entry |= {"peak_gflops": round(peak / 1e9), "minutes": round((now - begin) / 60, 1)}
                    print(json.dumps(entry), flush=True)
                    book.write(json.dumps(entry) + "\n")
                    book.flush()
                    log, since, seen = {}, 0, now
                if self.step % o.save_every == 0:
                    self.save()
        self.save()


def arguments(argv) -> argparse.Namespace:
    parser = argparse.ArgumentParser("jamflow_core train flow", description="Train the flow model of JAM-Flow.")
    add = parser.add_argument
    add(
        "--cache",
        required=True,
        nargs="+",
        help="prepared corpora (train prepare); the last clips of the last are held out",
    )
    add("--out", required=True, help="folder for checkpoint.pt and log.jsonl")
    add("--stage", choices=tuple(STAGES), required=True)
    add("--init", help="checkpoint of the stage before, or an exported model (.safetensors)")
    add("--voice", help="network of the voice vector to start with (train voice-vector)")
    add("--cleaner", help="what cleans recordings before the streams hear them (train cleaner)")
    add("--init-f5", help="F5-TTS checkpoint: train jamflow-base, whose audio stream it is (skip stage audio)")
    add("--batch", type=int, default=6)
    add("--window", type=int, default=720, help="mel frames a window (a multiple of 15)")
    add("--lr", type=float, default=2e-3)
    add("--ema", type=float, default=0.999)
    add("--warmup", type=int, default=100)
    add("--independent", action="store_true", help="no joint attention")
    add("--band", type=float, help="half-width of the joint attention's band in seconds, 0 = none")
    add("--unaligned", action="store_true", help="each stream counts its own frames")
    add("--steps", type=int, help="stop at this step")
    add("--cooldown-from", type=int, help="lower the learning rate linearly from this step to --steps")
    add("--minutes", type=float, default=1e9, help="stop after so many minutes")
    add(
        "--anneal",
        action="store_true",
        help="lower the learning rate linearly to 1 %% over --minutes (does not resume)",
    )
    add("--peer", help="the --out folder of a second process that trains the same; give each a --seed of its own")
    add("--peer-every", type=int, default=25, help="average the weights with the peer's after so many steps")
    add("--seed", type=int, default=0)
    add("--report", type=int, default=20)
    add("--save-every", type=int, default=200)
    add("--threads", type=int, help="CPU threads")
    add("--restart", action="store_true", help="take the weights of the checkpoint but not its step and optimiser")
    add("--cpu", action="store_true")
    add("--compile", action="store_true", help="compile the blocks (a minute once, then about 8 % quicker)")
    add("--bf16", action="store_true", help="bf16 autocast: quicker only where the hardware has bf16 products")
    return parser.parse_args(argv)


def main(argv) -> None:
    """Entry of `python -m jamflow_core train flow`."""
    options = arguments(argv)
    if options.window % 15:
        raise JamFlowError(f"--window must be a multiple of 15 mel frames (0.16 s), not {options.window}.")
    if options.threads:
        torch.set_num_threads(options.threads)
    Trainer(options).run()
