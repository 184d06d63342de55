"""Voices to imitate: the presets that ship with the pack, and any recording."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from .audio.mel import log_mel
from .clock import SAMPLE_RATE
from .errors import JamFlowError
from .text.phonemes import parse
from .text.timed import TimedText
from .weights.bundle import Models

PRESETS = Path(__file__).parent / "weights" / "voices"
# Prompts end on a multiple of 15 mel frames (4 motion frames), so that what follows starts on both grids.
GRID = 15


@dataclass(frozen=True)
class Voice:
    """A prompt: log mel [frames, 100] and, where known, the timed text that it says. british: accent for new text."""

    name: str
    mel: Tensor
    text: TimedText | None
    british: bool = False


def preset_names() -> list[str]:
    """Names of the voices that ship with the pack."""
    return sorted(json.loads((PRESETS / "voices.json").read_text(encoding="utf-8")))


def preset(name: str) -> Voice:
    """A shipped voice by name."""
    from .audio.files import load_audio

    book = json.loads((PRESETS / "voices.json").read_text(encoding="utf-8"))
    if name not in book:
        raise JamFlowError(f'Unknown voice "{name}": choose one of {", ".join(sorted(book))}, or give an audio file.')
    entry = book[name]
    wave, rate = load_audio(PRESETS / entry["file"])
    british = entry["accent"] == "british"
    text = replace(parse(entry["text"], british), symbols=tuple(entry["symbols"]))
    return _prompt(name, wave.mean(0), text.with_durations(entry["durations"]), british)


def from_recording(models: Models, wave: Tensor, rate: int, transcript: str | None = None, name: str = "recording") -> Voice:
    """A voice from a recording [channels, samples]; with its transcript, the words are aligned and help the imitation."""
    from .audio.reference import prepare_reference

    mono = prepare_reference(wave, rate)
    mel = log_mel(mono)[: len(mono) // 256]
    text = None
    if transcript:
        text = parse(transcript)
        text = text.with_durations(models.aligners.audio.align(mel, text.symbols))
    return _prompt(name, mono, text, False)


def _prompt(name: str, wave: Tensor, text: TimedText | None, british: bool) -> Voice:
    """Cut to the grid; what the text loses or gains in length is its last silence."""
    mel = log_mel(wave)
    frames = (len(wave) // 256) // GRID * GRID
    if frames == 0:
        raise JamFlowError(f'The voice "{name}" is too short: give at least a second of speech.')
    if text is not None:
        durations = text.durations.copy()
        durations[-1] = max(0.01, durations[-1] + frames * 256 / SAMPLE_RATE - durations.sum())
        text = text.with_durations(durations)
    return Voice(name, mel[:frames], text, british)
