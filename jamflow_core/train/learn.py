"""Learning one voice: half a minute of recordings and a low-rank adapter of the audio stream (model/adapter.py).

A prompt of some seconds can only say so much of a voice. Here the audio stream learns the recordings themselves, by the
same objective as ever (flow/objective.py); their words are given, or heard (train/transcribe.py). A recording that is
held out tells when the others are learned by heart; now and then a sentence is said that nobody recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..audio.mel import log_mel
from ..audio.reference import prepare_reference
from ..catalog.precision import fast_dtype
from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError
from ..flow.objective import SPEECH, FlowMatching
from ..model.adapter import Adapter, fresh_adapter
from ..tasks.speak import speak
from ..tasks.voice import Voice
from ..tasks.voices import from_recording
from .data import Windows
from .metrics.phonemes import phoneme_errors
from .transcribe import Transcriber

SHORTEST, LONGEST = 7.5, 600.0  # seconds of recordings
SAMPLE = "The ship left the harbor early in the morning."  # what the learned voice is listened to by
LEARNS = ("audio.transformer_blocks.", "audio.input_embed.", "audio.norm_out.")
FEW = 4  # of so many clips one is held out
HELD_OUT_ROUNDS = 4


@dataclass(frozen=True)
class Plan:
    """How to learn. rank: of the adapter; steps of `batch` windows of `window` mel frames; lr: at the start, it falls
    to 0.

    check: steps between two listenings. The default takes about two minutes of two cores.
    """

    rank: int = 16
    steps: int = 160
    batch: int = 4
    window: int = 360
    lr: float = 3e-3
    check: int = 40
    seed: int = 0


@dataclass(frozen=True)
class Clip:
    """A recording ready to be learned, as train/corpus.py's: int16 wave [samples], mel float16 [frames, 100], ids [n],
    seconds each [n]."""

    wave: np.ndarray
    mel: np.ndarray
    tokens: np.ndarray
    durations: np.ndarray
    text: str


@dataclass(frozen=True)
class Report:
    """How learning stands: `step` of `steps`, the `loss` of that step; with a listening also `sample`
    (wave [samples], 24 kHz) and `misheard` (share of its phones that the aligner hears otherwise)."""

    step: int
    steps: int
    loss: float
    sample: Tensor | None = None
    misheard: float | None = None


class Recordings:
    """Clips of one voice in the shape of train/corpus.py's Cache; all of them are learned."""

    held_back = 0

    def __init__(self, clips: list[Clip]):
        self._clips = clips
        self.clips = [{"voice": "learned"} for _ in clips]

    def __len__(self) -> int:
        return len(self._clips)

    def __getitem__(self, index: int) -> Clip:
        return self._clips[index]


def gather(models, recordings, transcripts: list[str] | None, transcriber: Transcriber | None = None) -> list[Clip]:
    """Recordings (wave [samples] or [channels, samples], rate) -> clips with timed text.

    transcripts: one each, or None: heard by `transcriber` (None: the best that is installed).
    JamFlowError: too little speech, a transcript that does not fit its recording.
    """
    if transcripts is not None and len(transcripts) != len(recordings):
        raise JamFlowError(
            f"Give a transcript for each recording: {len(recordings)} recordings, {len(transcripts)} texts."
        )
    transcriber = transcriber or Transcriber(models)
    clips = []
    for index, (wave, rate) in enumerate(recordings):
        mono = prepare_reference(wave, rate, max_seconds=None)
        text = transcriber.timed(mono, None if transcripts is None else transcripts[index])
        mel = log_mel(mono)[: len(mono) // HOP].numpy().astype(np.float16)
        wave = (mono.clamp(-1, 1) * 32767).round().numpy().astype(np.int16)
        clips.append(Clip(wave, mel, text.tokens().numpy(), np.asarray(text.durations), text.text))
    seconds = sum(len(clip.mel) for clip in clips) * HOP / SAMPLE_RATE
    if not SHORTEST <= seconds <= LONGEST:
        raise JamFlowError(
            f"Give {SHORTEST:g} s to {LONGEST / 60:.0f} min of one voice, best a minute: "
            f"these recordings hold {seconds:.1f} s."
        )
    return clips


def learn_voice(models, recordings, transcripts, name: str, plan: Plan = Plan(), report=lambda report: None) -> Voice:
    """Recordings [(wave [channels, samples], rate)] of one person -> a voice that `models` speak in.

    transcripts: one each, or None. See `learn`.
    """
    clips = gather(models, recordings, transcripts)
    text = clips[0].text if transcripts is None else transcripts[0]
    wave, rate = recordings[0]
    prompt = from_recording(models, wave, rate, text, name)
    return replace(prompt, adapter=learn(models, clips, prompt, plan, report))


def learn(
    models,
    clips: list[Clip],
    prompt: Voice,
    plan: Plan = Plan(),
    report: Callable[[Report], None] = lambda report: None,
) -> Adapter:
    """The adapter with which `models` speak like `clips`. prompt: a voice of the same speaker, for the listenings.

    Of several clips the last is held out: the state is kept that says it best. What `report` raises stops the run.
    """
    with torch.inference_mode(False), torch.enable_grad():  # ComfyUI runs its nodes without gradients
        return _learn(models, clips, prompt, plan, report)


def _learn(models, clips: list[Clip], prompt: Voice, plan: Plan, report: Callable[[Report], None]) -> Adapter:
    flow = models.flow
    # Copies, as weights that were loaded without gradients cannot take part in them.
    weights = {name: tensor.clone() for name, tensor in (*flow.named_parameters(), *flow.named_buffers())}
    adapter = fresh_adapter(flow, [name for name in weights if name.startswith(LEARNS)], plan.rank, plan.seed)
    learned = [tensor.requires_grad_() for tensor in adapter.tensors()]
    parts = (clips[:-1], clips[-1:]) if len(clips) >= FEW else (clips, [])
    windows, held_out = (_windows(flow, part, plan) if part else None for part in parts)
    objective, device = FlowMatching(flow), flow.compute_device
    narrow = fast_dtype(device) == torch.bfloat16
    optimiser = torch.optim.AdamW(learned, plan.lr, betas=(0.9, 0.98), weight_decay=0.0)

    def loss_of(part: Windows, step: int) -> Tensor:
        batch = part.batch(plan.batch, plan.seed, step, motion=False)
        rng = torch.Generator().manual_seed(plan.seed * 1_000_003 + step)
        changed = {f"model.{name}": weight for name, weight in weights.items()}
        changed |= {f"model.{name}": weights[name].float() + adapter.change(name) for name in adapter.parts}
        with torch.autocast(device.type, torch.bfloat16, enabled=narrow):
            return torch.func.functional_call(objective, changed, (batch, SPEECH, rng))["loss"]

    best, kept, loss = float("inf"), adapter.detached(), float("nan")
    for step in range(plan.steps + 1):
        if step % plan.check == 0 or step == plan.steps:
            state, error = adapter.detached(), -float(step)
            if held_out is not None:
                with torch.no_grad():  # always the same windows under the same noise
                    error = float(np.mean([loss_of(held_out, again).item() for again in range(HELD_OUT_ROUNDS)]))
            if error < best:
                best, kept = error, state
            report(Report(step, plan.steps, loss, *listen(models, state, prompt)))
        if step == plan.steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = plan.lr * min(1.0, (step + 1) / 10) * (1 - step / plan.steps)
        value = loss_of(windows, step)
        value.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        loss = value.item()
        report(Report(step + 1, plan.steps, loss))
    return kept


def _windows(flow, clips: list[Clip], plan: Plan) -> Windows:
    return Windows(Recordings(clips), flow.config.mel, None, plan.window)


def listen(models, adapter: Adapter, prompt: Voice) -> tuple[Tensor, float]:
    """SAMPLE in the learned voice: wave [samples], share of its phones that the aligner hears otherwise."""
    clip = speak(models, SAMPLE, replace(prompt, adapter=adapter), face=False)
    wrong, count = phoneme_errors(models.aligners.audio, clip.wave, clip.text.symbols)
    return clip.wave, wrong / count
