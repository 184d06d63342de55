"""From texts, voices and lips to the canvases that the sampler paints."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..clock import MEL_RATE
from ..config import Normaliser
from ..model.jamflow import JamFlow
from ..text.timed import TimedText

_RATE = float(MEL_RATE)


def text_clock(durations: np.ndarray, frames: int) -> np.ndarray:
    """Seconds per symbol [n] -> for each mel frame the index of the sounding symbol plus the passed fraction, [frames].

    Frame i stands at i / 93.75 s; frames behind the last symbol stay on it.
    """
    ends = np.cumsum(durations)
    moments = np.arange(frames) / _RATE
    index = np.minimum(np.searchsorted(ends, moments + 1e-9, side="right"), len(ends) - 1)
    passed = (moments - (ends - durations)[index]) / np.maximum(durations[index], 1e-6)
    return index + np.clip(passed, 0.0, 0.999)


def normalised(x: Tensor, statistics: Normaliser | None) -> Tensor:
    """Data [..., channels] -> the model's units."""
    if statistics is None:
        return x
    return (x - x.new_tensor(statistics.mean)) / x.new_tensor(statistics.std)


def restored(x: Tensor, statistics: Normaliser | None) -> Tensor:
    """The model's units [..., channels] -> data."""
    if statistics is None:
        return x
    return x * x.new_tensor(statistics.std) + x.new_tensor(statistics.mean)


@dataclass(frozen=True)
class Segment:
    """A stretch of the timeline: `frames` mel frames, and the timed text that sounds there (None = not known)."""

    frames: int
    text: TimedText | None


@torch.inference_mode()
def text_features(model: JamFlow, segments: list[Segment]) -> Tensor:
    """Stretched text features of the whole timeline [frames, text_dim]; zeros where no text is known, and everywhere
    for a model that reads characters, which have no times."""
    tokens, durations, clocks, offset = [], [], [], 0
    for segment in segments:
        if segment.text is None:
            clocks.append(np.full(segment.frames, -1.0))
            continue
        tokens.append(segment.text.tokens())
        durations.append(segment.text.durations)
        clocks.append(offset + text_clock(segment.text.durations, segment.frames))
        offset += len(segment.text)
    if not tokens or model.config.use_characters:
        return torch.zeros(sum(segment.frames for segment in segments), model.config.text.dim)
    embedding = model.audio.text_embed
    device = model.compute_device
    clock = torch.from_numpy(np.concatenate(clocks)).float()[None].to(device)
    seconds = torch.from_numpy(np.concatenate(durations)).float()[None].to(device)
    return embedding.stretch(torch.cat(tokens)[None].to(device), seconds, clock)[0]
