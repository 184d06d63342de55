"""A voice to imitate: the prompt that every stretch of speech goes on from."""

from dataclasses import dataclass, replace

from torch import Tensor

from ..audio.mel import log_mel
from ..clock import GRID, HOP, SAMPLE_RATE
from ..errors import JamFlowError
from ..model.adapter import Adapter, fingerprint
from ..models import Models
from ..text.languages import DEFAULT
from ..text.languages.language import Language
from ..text.timed import TimedText


@dataclass(frozen=True)
class Voice:
    """A prompt: log mel [frames, 100] and, where known, the timed text that it says. language: of new text.

    adapter: what the model learned of this voice (train/learn.py), None for one that is only imitated. heard: more of
    the recording, log mel, for the vector that says who speaks; None = the prompt. stranger: the seed of somebody who
    was never there, whose prompt is empty.
    """

    name: str
    mel: Tensor
    text: TimedText | None
    language: Language = DEFAULT
    adapter: Adapter | None = None
    heard: Tensor | None = None
    stranger: int | None = None


def voiced(models: Models, voice: Voice) -> Models:
    """The models as they speak in this voice: with what they learned of it.

    JamFlowError for a voice that was learned on other weights.
    """
    if voice.adapter is None:
        return models
    if voice.adapter.base != fingerprint(models.flow):
        raise JamFlowError(f'Learn the voice "{voice.name}" again with this model: it was learned on other weights.')
    return models.adapted(voice.adapter)


@dataclass(frozen=True)
class Said:
    """What a recording says, "" where nobody knows, and its language, which is that of new text too."""

    text: str = ""
    language: Language = DEFAULT


def prompt(name: str, wave: Tensor, text: TimedText | None, language: Language = DEFAULT) -> Voice:
    """A voice of a wave [samples], cut to the grid, so that what follows starts on both clocks; what the text loses or
    gains in length is its last silence."""
    frames = len(wave) // HOP // GRID * GRID
    if frames < 3 * GRID:
        raise JamFlowError(f'Give at least half a second of speech: the voice "{name}" is shorter.')
    if text is not None:
        durations = text.durations.copy()
        durations[-1] = max(0.01, durations[-1] + frames * HOP / SAMPLE_RATE - durations.sum())
        text = replace(text, durations=durations)
    return Voice(name, log_mel(wave)[:frames], text, language)
