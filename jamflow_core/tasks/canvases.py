"""The canvases of a stretch of speech behind its prompt, and what is read off them again.

Both jobs that speak use these: in `speak` the face is painted with the sound, in `dub` it is given.
"""

import torch
from torch import Tensor

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


def speech_canvas(models: Models, text: TimedText, frames: int, voice: Voice) -> Canvas:
    """`frames` mel frames to be painted behind the voice's prompt, which say the timed text."""
    config, prompt = models.flow.config, len(voice.mel)
    given = torch.zeros(prompt + frames, config.audio.channels)
    given[:prompt] = normalised(voice.mel, config.mel)
    features = text_features(models.flow, [Segment(prompt, voice.text), Segment(frames, text)])
    return Canvas(given, torch.arange(prompt + frames) >= prompt, features, torch.zeros_like(features))


def empty_face(models: Models, frames: int) -> Canvas:
    """The mouth over so many mel frames, all of it to be painted."""
    count = frames // GRID * CELL
    return Canvas(torch.zeros(count, models.flow.config.motion.channels), torch.ones(count, dtype=torch.bool))


def canvases_of(models: Models, text: TimedText, frames: int, voice: Voice, face: bool) -> tuple[Canvas, Canvas | None]:
    """The canvases of new speech of `frames` mel frames behind the voice's prompt; face: with one of the mouth."""
    return speech_canvas(models, text, frames, voice), empty_face(models, len(voice.mel) + frames) if face else None


def heard_canvas(models: Models, mel: Tensor, text: TimedText | None) -> Canvas:
    """Speech (log mel [frames, 100]) that is given whole, and the timed text that it says, if it is known."""
    config = models.flow.config
    nothing = torch.zeros(len(mel), dtype=torch.bool)
    return Canvas(normalised(mel, config.mel), nothing, text_features(models.flow, [Segment(len(mel), text)]))


def mel_of(models: Models, painted: Tensor, voice: Voice) -> Tensor:
    """What stands behind the prompt, as log mel [frames, 100]."""
    return restored(painted[len(voice.mel) :].float().cpu(), models.flow.config.mel)


def mouth_of_canvas(models: Models, painted: Tensor) -> Tensor:
    """A painted mouth [m, 18], in its own units."""
    return restored(painted.float().cpu(), models.flow.config.mouth)
