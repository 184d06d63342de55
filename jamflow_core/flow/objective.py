"""The training objective: conditional flow matching with inpainting masks per modality (JAM-Flow, F5-TTS).

x_t = (1 - t) x0 + t x1, target x1 - x0; the model is told the given frames (zeros elsewhere) and the loss counts the
generated ones. Which frames are given decides the task, so one set of weights learns them all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ..audio.mel import mel_corners
from ..model.jamflow import JamFlow
from ..model.joint import StreamInput
from .conditions import normalised, restored


@dataclass(frozen=True)
class Task:
    """Share of the training steps, and what happens to each stream: "generate", "given" or "absent".

    wrong_durations: spread of the durations told (None = the usual mixture), see train/data.py.
    drop_text, drop_given, drop_voice: chance that an example loses its text, the given frames of a generated stream, or
    the voice vector (for guidance; nobody's voice is a random speaker's).
    """

    name: str
    share: float
    audio: str
    motion: str
    wrong_durations: float | None = None
    drop_text: float = 0.1
    drop_given: float = 0.1
    drop_voice: float = 0.15


SPEECH = Task("speech", 1.0, "generate", "absent")
BOTH = Task("both", 1.0, "generate", "generate")
ANIMATE = Task("animate", 1.0, "given", "generate", drop_text=0.5)
DUB = Task("dub", 1.0, "generate", "given", wrong_durations=0.6)
BABBLE = Task("babble", 1.0, "generate", "given", drop_text=1.0)

# The stated mixture. Stage 1 teaches the motion stream and its eyes on a frozen audio stream. Stage 2 tunes both; the
# voice learns slowest and costs least without a face, hence so much speech alone. "face" then polishes the lips on
# recordings, with the audio stream frozen again, which costs a third of a step of stage 2. "people" is stage 2 for all
# voices, with speech from lips alone (babble).
STAGES: dict[str, tuple[tuple[Task, float], ...]] = {
    "audio": ((SPEECH, 1.0),),
    "1": ((BOTH, 0.5), (ANIMATE, 0.5)),
    "face": ((BOTH, 0.25), (ANIMATE, 0.75)),
    "2": ((BOTH, 0.22), (ANIMATE, 0.08), (DUB, 0.3), (SPEECH, 0.4)),
    "people": ((BOTH, 0.1), (ANIMATE, 0.22), (DUB, 0.11), (BABBLE, 0.07), (SPEECH, 0.5)),
}


def draw_spans(size: int, frames: int, rng: torch.Generator) -> Tensor:
    """Frames to generate, bool [size, frames]: everything, all behind a prompt, or a span anywhere (60 to 100 %)."""
    length = ((0.6 + 0.4 * torch.rand(size, 1, generator=rng)) * frames).round()
    kind = torch.rand(size, 1, generator=rng)
    start = torch.where(
        kind < 0.6, frames - length, (torch.rand(size, 1, generator=rng) * (frames - length + 1)).floor()
    )
    short = kind > 0.9  # edits of a word or two
    length = torch.where(short, (length * 0.3).round(), length)
    at = torch.arange(frames)[None, :]
    return (at >= start) & (at < start + length)


# Share of the prompts whose words the model is not told: recordings seldom come with a transcript.
PROMPTS_UNTOLD = 0.5


def prompt_without_text(batch, spans: Tensor, untold: Tensor):
    """The batch with the words in front of the generated frames hidden where `untold` [B, 1]: only their sound is
    known.
    """
    index = torch.arange(spans.shape[1])[None, :]
    first = torch.where(spans, index, spans.shape[1]).amin(1, keepdim=True)  # all but the frames before are said
    before = (untold & (index < first)).to(batch.clock.device)
    symbol = batch.clock.gather(1, first.clamp(max=spans.shape[1] - 1).to(batch.clock.device)).long()
    gone = untold.to(symbol.device) & (torch.arange(batch.tokens.shape[1], device=symbol.device)[None, :] < symbol)
    return replace(batch, clock=batch.clock.masked_fill(before, -1.0), tokens=batch.tokens.masked_fill(gone, 0))


def as_heard(batch, given: bool, spans: Tensor, cleaned: Callable[[Tensor], Tensor]) -> Tensor:
    """The mel of an example: what is given, as the model hears it of a poor recording; what is said behind a prompt is
    clean, what is said anew inside of a recording is as poor as all of it."""
    inside = (~spans[:, -1:]).to(batch.mel.device)[..., None]
    heard = cleaned(batch.heard)
    if given:
        return heard
    spans = spans.to(batch.mel.device)[..., None]
    return torch.where(inside, batch.heard, torch.where(spans, batch.mel, heard))


# A voice's harmonics lie in its lowest mel bins (40 of 100); errors there are heard first, errors above hardly (a
# recording with painted bins above them scores as the recording itself). Up to which frequency, in Hz, and the weights
# of the squared error in these bins and above; 1 on the mean.
HARMONICS_BELOW, HARMONICS = 1540.0, (1.75, 0.5)


@dataclass(frozen=True)
class Told:
    """What a stream is told besides its own frames, None = nothing: features of the text [B, N, text_dim], the rest of
    the face [B, N, rest], and who speaks, as it is added to the timestep embedding [B, dim]."""

    text: Tensor | None = None
    rest: Tensor | None = None
    voice: Tensor | None = None


class FlowMatching(nn.Module):
    """The loss as a module, so that data-parallel wrappers see one forward.

    audio_weight / motion_weight: factors of the two mean squared errors.
    """

    def __init__(self, model: JamFlow, audio_weight: float = 1.0, motion_weight: float = 0.5):
        super().__init__()
        self.model, self.audio_weight, self.motion_weight = model, audio_weight, motion_weight
        peaks = mel_corners(model.config.audio.channels)[1:-1]
        self.register_buffer("mel_weights", torch.where(peaks < HARMONICS_BELOW, *HARMONICS), persistent=False)

    def forward(self, batch, task: Task, rng: torch.Generator) -> dict[str, Tensor]:
        """batch: train.data.Batch; rng: CPU generator. Returns {"loss", "audio", "motion"} (means over generated
        frames).
        """
        size, device = batch.mel.shape[0], batch.mel.device
        t = ((torch.arange(size) + torch.rand(size, generator=rng)) / size)[torch.randperm(size, generator=rng)]
        dropped = torch.rand(size, 2, generator=rng)
        no_text = (dropped[:, :1] < task.drop_text).to(device)
        no_given = dropped[:, 1:] < task.drop_given
        no_given |= dropped[:, :1] < 0.5 * task.drop_text * (task.audio == "generate")
        audio = motion = None
        spans = draw_spans(size, batch.mel.shape[1], rng)
        if batch.prompt is not None:
            behind = torch.arange(spans.shape[1])[None, :] >= batch.prompt[:, None]
            spans = torch.where(batch.prompt[:, None] >= 0, behind, spans)
        if task.audio != "absent":
            said = batch
            if task.audio == "generate" and batch.reference is not None:
                said = prompt_without_text(batch, spans, torch.rand(size, 1, generator=rng) < PROMPTS_UNTOLD)
            text = self._text(said, no_text)
            mel = batch.mel if batch.heard is None else as_heard(batch, task.audio == "given", spans, self._cleaned)
            voice = self._voice(batch, task, (no_text.cpu() & no_given)[:, 0], rng)
            audio = self._stream("audio", mel, task, spans | no_given, t, rng, Told(text=text, voice=voice))
        if task.motion != "absent":
            frames = batch.mouth.shape[1]
            mel_frame = (torch.arange(frames) * self.model.config.audio.rate / self.model.config.motion.rate).long()
            shared = spans[:, mel_frame.clamp(max=spans.shape[1] - 1)]
            alone = torch.rand(size, 1, generator=rng) < 0.5  # a voice prompt often comes without its face
            rest = batch.rest if self.model.config.motion.rest else None
            motion = self._stream("motion", batch.mouth, task, shared | alone | no_given, t, rng, Told(rest=rest))
        velocities = self.model(audio and audio[0], motion and motion[0])
        losses = {}
        for name, stream, velocity in zip(("audio", "motion"), (audio, motion), velocities):
            if velocity is not None:
                _, target, counted = stream
                error = (velocity.float() - target).square()
                error = (error * self.mel_weights if name == "audio" else error).mean(-1)
                losses[name] = (error * counted).sum() / counted.sum().clamp(min=1)
        losses["loss"] = sum(getattr(self, f"{name}_weight") * value for name, value in losses.items())
        return losses

    def _text(self, batch, no_text: Tensor) -> Tensor:
        """Text features [B, N, text_dim]; no_text: bool [B, 1]."""
        embed = self.model.audio.text_embed
        if self.model.config.use_characters:
            return embed(batch.tokens - 1, batch.mel.shape[1], drop=no_text)
        return embed.stretch(batch.tokens, batch.durations, torch.where(no_text, -1.0, batch.clock))

    def _cleaned(self, mel: Tensor) -> Tensor:
        """A normalised mel as the model's cleaner passes it on."""
        cleaner, statistics = self.model.cleaner, self.model.config.mel
        if cleaner is None:
            return mel
        with torch.no_grad():
            return normalised(cleaner(restored(mel, statistics)).float(), statistics)

    def _voice(self, batch, task: Task, nothing: Tensor, rng) -> Tensor | None:
        """What the speakers of a batch add to the timestep embedding [B, dim]; nothing: bool [B], who has no condition
        at all.
        """
        if self.model.voice is None or batch.reference is None or task.audio != "generate":
            return None
        unknown = (torch.rand(len(nothing), generator=rng) < task.drop_voice) | nothing
        vectors = self.model.voice(self._cleaned(batch.reference))
        return self.model.voice.to_time(vectors).masked_fill(unknown[:, None].to(vectors.device), 0.0)

    def _stream(self, name: str, x1: Tensor, task: Task, generate: Tensor, t: Tensor, rng: torch.Generator, told: Told):
        """(StreamInput, target, counted frames) of one stream; generate: bool [B, N], if the task generates it."""
        dit, role = getattr(self.model, name), getattr(task, name)
        if role == "given":
            generate, t = torch.zeros_like(generate), torch.ones_like(t)
        x0 = torch.randn(x1.shape, generator=rng).to(x1.device)
        generate, t = generate.to(x1.device), t.to(x1.device)
        x = torch.lerp(x0, x1, t[:, None, None])
        given = x1.masked_fill(generate[..., None], 0.0)
        stream = StreamInput(
            x=x,
            static=dit.input_embed.static(given, told.text, told.rest),
            modulation=dit.modulations(t, told.voice),
            rotary=self.model.rotary(name, x1.shape[1], x1.device),
            sees=role == "generate" and "absent" not in (task.audio, task.motion),
            wanted=role == "generate",
        )
        return stream, x1 - x0, generate
