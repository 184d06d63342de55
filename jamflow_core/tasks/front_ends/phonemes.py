"""Phonemes with times: the audio stream is told which sound falls when, and for how long."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ...audio.mel import log_mel
from ...audio.reference import prepare_reference
from ...clock import CELL, GRID, HOP, MEL_RATE, SAMPLE_RATE
from ...models import Models
from ...motion.space import exp_of
from ...text.languages import DEFAULT
from ...text.languages.language import Language
from ...text.parse import parse
from ...text.split import split
from ...text.timed import TimedText
from ...tokens import SILENCE
from ..align import align_mel
from ..canvases import SPOKEN, Rest, canvases_of, cleaned, mel_of, mouth_of_canvas
from ..clip import Clip, decoded
from ..durations import fill_grid, predict_durations
from ..pauses import REST, hushed, with_rests, without_rests
from ..run import Run
from ..settings import DEFAULTS
from ..transcript import check_transcript
from ..voice import Said, Voice, prompt

# Only so much of a recording stands before what is said: a longer prompt slows every run and makes no voice more alike.
PROMPT_SECONDS = 3.5
# So much of it is listened to for who speaks, which costs next to nothing.
HEARD_SECONDS = 15.0


class Phonemes:
    """See FrontEnd."""

    def usual(self, job: str):
        return DEFAULTS[job]

    def require_times(self, job: str) -> None:
        pass

    def read(self, text: str, language: Language = DEFAULT, check: Callable[[], None] | None = None) -> TimedText:
        return parse(text, language, check)

    def shown(self, text: TimedText) -> str:
        return "".join(symbol if len(symbol) == 1 else " " for symbol in text.symbols).strip()

    def voice(self, models: Models, wave: Tensor, rate: int, said: Said, name: str) -> Voice:
        heard = prepare_reference(wave, rate, HEARD_SECONDS)
        heard = cleaned(models, log_mel(heard)[: len(heard) // HOP])
        if not said.text.strip():
            made = prompt(name, prepare_reference(wave, rate, PROMPT_SECONDS), None, said.language)
            return replace(made, mel=cleaned(models, made.mel), heard=heard)
        mono = prepare_reference(wave, rate, max_seconds=None)
        mel, text = log_mel(mono)[: len(mono) // HOP], self.read(said.text, said.language)
        check_transcript(models, mel, text)
        text = _first_words(align_mel(models, mel, text), PROMPT_SECONDS)
        made = prompt(name, mono[: round(text.seconds * SAMPLE_RATE)], text, said.language)
        return replace(made, mel=cleaned(models, made.mel), heard=heard)

    def plan(self, models: Models, text: str | TimedText, voice: Voice, speed: float) -> list[TimedText]:
        if isinstance(text, TimedText) and text.timed:
            return [text]
        said = self.read(text, voice.language) if isinstance(text, str) else text
        room = (SPOKEN - len(voice.mel)) / float(MEL_RATE)
        return [predict_durations(models, part, voice, speed) for part in split(said, max(2.5, room * speed), REST)]

    def speak(
        self, models: Models, parts: list[TimedText], voice: Voice, run: Run, speed: float, face: bool | Rest
    ) -> Clip:
        mels, mouths, said, spoken = [], [], [], 0
        for index, part in enumerate(parts):
            part, frames = fill_grid(part)
            short, rests = without_rests(part)
            frames -= sum(rests.values())
            rest = face(spoken, frames // GRID * CELL) if callable(face) else None
            canvases = canvases_of(models, short, frames, voice, bool(face), rest)
            mel, mouth = _stretch(models, canvases, voice, run.part(index, len(parts)))
            mel, mouth = with_rests(hushed(mel, short), mouth, rests)
            mels.append(mel)
            spoken += len(mel) // GRID * CELL
            mouths += mouth or []
            said.append(part)
        motion = exp_of(_joined(mouths)) if face else None
        return decoded(models, torch.cat(mels), motion, _chain(said))


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


def _stretch(models: Models, canvases, voice: Voice, run: Run) -> tuple[Tensor, Tensor | None]:
    """One stretch: (log mel [frames, 100], mouth [m, 18] or None)."""
    mel, mouth = run.sample(models.flow, *canvases)
    mouth = None if mouth is None else mouth_of_canvas(models, mouth[len(voice.mel) // GRID * CELL :])
    return mel_of(models, mel, voice), mouth


def _joined(mouths: list[Tensor], reach: int = 2) -> Tensor:
    """Mouths one after the other; the frames around each join, where both are at rest, run straight."""
    whole, at = torch.cat(mouths), 0
    for mouth in mouths[:-1]:
        at += len(mouth)
        low, high = max(0, at - reach), min(len(whole) - 1, at + reach - 1)
        steps = torch.linspace(0, 1, high - low + 1)[:, None]
        whole[low : high + 1] = torch.lerp(whole[low].clone(), whole[high].clone(), steps)
    return whole


def _chain(parts: list[TimedText]) -> TimedText:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole
