"""Voices to imitate: the presets that ship with the pack, and any recording."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from ..audio.mel import log_mel
from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError
from ..text.languages import DEFAULT, find
from ..text.languages.language import Language
from ..text.timed import TimedText
from ..tokens import SILENCE

if TYPE_CHECKING:
    from ..models import Models

PRESETS = Path(__file__).parents[1] / "weights" / "voices"
# Prompts end on a multiple of 15 mel frames (4 motion frames), so that what follows starts on both grids.
GRID = 15
PROMPT_SECONDS = 3.5


@dataclass(frozen=True)
class Voice:
    """A prompt: log mel [frames, 100] and, where known, the timed text that it says. language: of new text."""

    name: str
    mel: Tensor
    text: TimedText | None
    language: Language = DEFAULT


def preset_names() -> list[str]:
    """Names of the voices that ship with the pack."""
    return sorted(json.loads((PRESETS / "voices.json").read_text(encoding="utf-8")))


def preset_gender(name: str) -> str | None:
    """ "female" or "male" for a shipped voice; None for any other."""
    book = json.loads((PRESETS / "voices.json").read_text(encoding="utf-8"))
    return book.get(name, {}).get("gender")


def preset(name: str) -> Voice:
    """A shipped voice by name."""
    from ..audio.resample import to_mono_24k
    from ..media.sound import load_audio
    from ..text.parse import parse

    book = json.loads((PRESETS / "voices.json").read_text(encoding="utf-8"))
    if name not in book:
        raise JamFlowError(f'Unknown voice "{name}": choose one of {", ".join(sorted(book))}, or give an audio file.')
    entry = book[name]
    wave, rate = load_audio(PRESETS / entry["file"])
    language = find(entry["accent"])
    text = parse(entry["text"], language)
    if list(text.symbols) != entry["symbols"]:  # another version of the G2P: the corpus' own reading counts
        text = TimedText(
            entry["text"], tuple(entry["symbols"]), None, np.zeros(len(entry["symbols"]), bool), (), language
        )
    return _prompt(name, to_mono_24k(wave, rate), text.with_durations(entry["durations"]), language)


def from_recording(
    models: "Models", wave: Tensor, rate: int, transcript: str | None = None, name: str = "recording"
) -> Voice:
    """A voice from a recording [channels, samples]; with its transcript, the words are aligned and help the imitation.

    Only the first PROMPT_SECONDS are used: a longer prompt slows every run and makes no voice more alike. F5-TTS
    weights get
    the recording as their own driver prepares it, and need the transcript.
    """
    if models.flow.config.use_characters:
        from .f5 import reference

        return reference(wave, rate, transcript, name)
    from ..audio.reference import prepare_reference
    from ..text.parse import parse

    if not (transcript or "").strip():
        return _prompt(name, prepare_reference(wave, rate, PROMPT_SECONDS), None)
    mono = prepare_reference(wave, rate, max_seconds=None)
    text = parse(transcript)
    text = text.with_durations(models.aligners.audio.align(log_mel(mono)[: len(mono) // HOP], text.symbols))
    text = _first_words(text, PROMPT_SECONDS)
    return _prompt(name, mono[: round(text.seconds * SAMPLE_RATE)], text)


def _first_words(text: TimedText, seconds: float) -> TimedText:
    """The beginning of a timed text: as many whole words as fit (one at least)."""
    ends = [(word, end) for word, (_, _, end) in zip(text.words, text.word_spans())]
    if text.seconds <= seconds or not ends:
        return text
    last = max((word for word, end in ends if end <= seconds), key=lambda word: word.last, default=ends[0][0]).last
    kept = [word for word in text.words if word.last <= last]
    symbols = (*text.symbols[:last], SILENCE)
    written = " ".join(word.text for word in kept)
    durations = np.append(text.durations[:last], 0.02)
    return TimedText(written, symbols, durations, np.zeros(last + 1, bool), tuple(kept), text.language)


def _prompt(name: str, wave: Tensor, text: TimedText | None, language: Language = DEFAULT) -> Voice:
    """Cut to the grid; what the text loses or gains in length is its last silence."""
    frames = len(wave) // HOP // GRID * GRID
    if frames < 3 * GRID:
        raise JamFlowError(f'Give at least half a second of speech: the voice "{name}" is shorter.')
    if text is not None:
        durations = text.durations.copy()
        durations[-1] = max(0.01, durations[-1] + frames * HOP / SAMPLE_RATE - durations.sum())
        text = replace(text, durations=durations)
    return Voice(name, log_mel(wave)[:frames], text, language)
