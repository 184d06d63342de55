"""The canvases of a stretch of speech behind its prompt, and what is read off them again.

Both jobs that speak use these: in `speak` the face is painted with the sound, in `dub` it is given.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ..audio.timbre import coloured
from ..clock import CELL, GRID
from ..flow.conditions import Segment, normalised, restored, text_features
from ..flow.sampler import Canvas
from ..models import Models
from ..text.timed import TimedText
from .voice import Voice

# The longest stretch painted at once, in mel frames: the length of the windows in training.
WINDOW = 720
# The longest stretch of speech behind its prompt. More than a window, so that a sentence of six seconds is said in one
# piece: two halves are less well understood and cost more (benchmarks/README.md).
SPOKEN = 960
# Frames of the stretch before that the next stretch of a face sees.
OVERLAP = 120


# The rest of the face (motion/rest.py) from one motion frame on, for so many: (start, count) -> float32 [count, 45].
Rest = Callable[[int, int], Tensor]


def speech_canvas(models: Models, text: TimedText | None, frames: int, voice: Voice) -> Canvas:
    """`frames` mel frames to be painted behind the voice's prompt, which say the timed text, or whatever the lips
    allow."""
    config, prompt = models.flow.config, len(voice.mel)
    given = torch.zeros(prompt + frames, config.audio.channels)
    given[:prompt] = normalised(voice.mel, config.mel)
    features = text_features(models.flow, [Segment(prompt, voice.text), Segment(frames, text)])
    painted = torch.arange(prompt + frames) >= prompt
    return Canvas(given, painted, features, torch.zeros_like(features), speaker_of(models, voice))


def speaker_of(models: Models, voice: Voice) -> Tensor | None:
    """The vector of who speaks [size]; None for a model that knows voices by their prompts alone."""
    encoder = models.flow.voice
    if encoder is None or voice.stranger is None:
        return speaker_of_mel(models, voice.mel if voice.heard is None else voice.heard)
    return encoder.draw(voice.stranger)


@torch.inference_mode()
def speaker_of_mel(models: Models, mel: Tensor) -> Tensor | None:
    """The vector of who speaks in a log mel [frames, 100], frames at least 1; see `speaker_of`."""
    encoder = models.flow.voice
    if encoder is None:
        return None
    flow = models.flow
    return encoder(normalised(mel, flow.config.mel).to(flow.compute_device, flow.compute_dtype)[None])[0]


@torch.inference_mode()
def cleaned(models: Models, mel: Tensor) -> Tensor:
    """A recording's log mel [frames, 100] as a good microphone in a dead room would have had it, where the model
    knows."""
    cleaner = models.flow.cleaner
    if cleaner is None:
        return mel
    return cleaner(mel.to(models.flow.compute_device, models.flow.compute_dtype)[None])[0].float().cpu()


def empty_face(models: Models, frames: int, rest: Tensor | None = None) -> Canvas:
    """The mouth over so many mel frames, all of it to be painted; rest: of the face, over its last frames [m, 45]."""
    count = frames // GRID * CELL
    mouth = torch.zeros(count, models.flow.config.motion.channels)
    return Canvas(mouth, torch.ones(count, dtype=torch.bool), rest=rest_over(models, rest, count))


def rest_over(models: Models, rest: Tensor | None, count: int) -> Tensor | None:
    """The rest of a face [m, 45] over `count` motion frames that end with it; before, its first frame is held."""
    if rest is None or not models.flow.config.motion.rest:
        return None
    return torch.cat((rest[:1].expand(max(0, count - len(rest)), -1), rest))[:count]


def canvases_of(
    models: Models, text: TimedText, frames: int, voice: Voice, face: bool, rest: Tensor | None = None
) -> tuple[Canvas, Canvas | None]:
    """The canvases of new speech of `frames` mel frames behind the voice's prompt; face: with one of the mouth."""
    mouth = empty_face(models, len(voice.mel) + frames, rest) if face else None
    return speech_canvas(models, text, frames, voice), mouth


def heard_canvas(models: Models, mel: Tensor, text: TimedText | None) -> Canvas:
    """Speech (log mel [frames, 100]) that is given whole, and the timed text that it says, if it is known."""
    config = models.flow.config
    nothing = torch.zeros(len(mel), dtype=torch.bool)
    return Canvas(normalised(mel, config.mel), nothing, text_features(models.flow, [Segment(len(mel), text)]))


def mel_of(models: Models, painted: Tensor, voice: Voice) -> Tensor:
    """What stands behind the prompt, as log mel [frames, 100], in the colour of the recording that is imitated."""
    mel = restored(painted[len(voice.mel) :].float().cpu(), models.flow.config.mel)
    return mel if voice.heard is None else coloured(mel, voice.heard)


def mouth_of_canvas(models: Models, painted: Tensor) -> Tensor:
    """A painted mouth [m, 18], in its own units."""
    return restored(painted.float().cpu(), models.flow.config.mouth)
