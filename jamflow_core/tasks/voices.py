"""Voices to imitate: the presets that ship with the pack, and any recording."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..audio.mel import N_MELS
from ..audio.resample import to_mono_24k
from ..errors import JamFlowError
from ..models import Models
from ..text.languages import DEFAULT, find
from ..text.languages.language import Language
from ..text.parse import parse
from ..text.timed import TimedText
from .front_ends import front_end
from .voice import Said, Voice, prompt

PRESETS = Path(__file__).parents[1] / "weights" / "voices"


def preset_names() -> list[str]:
    """Names of the voices that ship with the pack."""
    return sorted(json.loads((PRESETS / "voices.json").read_text(encoding="utf-8")))


def preset_gender(name: str) -> str | None:
    """ "female" or "male" for a shipped voice; None for any other."""
    book = json.loads((PRESETS / "voices.json").read_text(encoding="utf-8"))
    return book.get(name, {}).get("gender")


def preset(name: str) -> Voice:
    """A shipped voice by name."""
    from ..media.sound import load_audio

    book = json.loads((PRESETS / "voices.json").read_text(encoding="utf-8"))
    if name not in book:
        raise JamFlowError(f'Unknown voice "{name}": choose one of {", ".join(sorted(book))}, or give an audio file.')
    entry = book[name]
    wave, rate = load_audio(PRESETS / entry["file"])
    language = find(entry["accent"])
    text = parse(entry["text"], language)
    if list(text.symbols) != entry["symbols"]:  # another version of the G2P: the corpus' own reading counts
        known = tuple(entry["symbols"])
        text = TimedText(entry["text"], known, None, np.zeros(len(known), bool), (), language)
    return prompt(name, to_mono_24k(wave, rate), text.with_durations(entry["durations"]), language)


def stranger(models: Models, seed: int, language: Language = DEFAULT) -> Voice:
    """Somebody who was never there, the same for the same seed: speech without a voice to imitate.

    JamFlowError for a model that knows voices by their prompts alone.
    """
    if models.flow.voice is None:
        raise JamFlowError("Give a voice: a preset or a recording. This model invents none.")
    return Voice(f"stranger {seed}", torch.zeros(0, N_MELS), None, language, stranger=seed)


def from_recording(
    models: Models,
    wave: Tensor,
    rate: int,
    transcript: str | None = None,
    name: str = "recording",
    language: Language = DEFAULT,
) -> Voice:
    """A voice from a recording [channels, samples]; with its transcript, the words are aligned and help the imitation.

    Only its beginning is used. F5-TTS weights get the recording as their own driver prepares it, and need the
    transcript. JamFlowError: silence, or a transcript of something else.
    """
    return front_end(models).voice(models, wave, rate, Said(transcript or "", language), name)
