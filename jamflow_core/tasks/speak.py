"""The jobs: speak, animate, dub, edit. The command line and the nodes both call these.

Each is a choice of masks on the same two canvases (see flow/sampler.py), cut into stretches that the model can hold,
so that cost grows linearly and nothing limits the length.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..audio.mel import LOG_FLOOR, log_mel
from ..clock import HOP, MEL_RATE, MOTION_FPS, SAMPLE_RATE, motion_frames_of_mel
from ..errors import JamFlowError
from ..flow.conditions import Segment, normalised, restored, text_features
from ..flow.sampler import Canvas, Settings, sample
from ..models import Models
from ..motion.space import exp_of, mouth_of
from ..text.languages import DEFAULT
from ..text.languages.language import Language
from ..text.parse import parse
from ..text.split import split
from ..text.timed import TimedText
from .pauses import REST, hushed, with_rests, without_rests
from .voices import GRID, Voice

# Motion frames of one grid cell (GRID mel frames).
CELL = 4
# The longest stretch painted at once, in mel frames: the length of the windows in training.
WINDOW = 720
# The longest stretch of speech behind its prompt. More than a window, so that a sentence of six seconds is said in one
# piece:
# two halves are less well understood and cost more (benchmarks/README.md).
SPOKEN = 960
# Frames of the stretch before that the next stretch of a face sees.
OVERLAP = 120

# What each job samples with unless told otherwise; found on held-out sentences (benchmarks/README.md).
_SPEECH = Settings(
    steps=10, polish=4, text_guidance=1.7, reference_guidance=1.7, guidance_every=2, temperature=0.3, clarity=1.5
)
DEFAULTS = {
    "speak": _SPEECH,
    "animate": Settings(steps=8, temperature=0.2),
    "dub": replace(_SPEECH, steps=16),
    "edit": replace(_SPEECH, steps=16),
}

Progress = Callable[[float, dict[str, Tensor]], None]


@dataclass(frozen=True)
class Clip:
    """A result. wave [samples] 24 kHz or None; mel log [frames, 100]; motion exp [m, 21, 3] at 25 fps or None; text as
    it sounds.
    """

    wave: Tensor | None
    mel: Tensor
    motion: Tensor | None
    text: TimedText | None


def require_phonemes(models: Models, job: str) -> None:
    """JamFlowError for weights that know letters and no times: they cannot put a sound where it belongs."""
    if models.flow.config.use_characters:
        raise JamFlowError(f"Choose a JAM-Flow model to {job}: F5-TTS weights only speak new text.")


def predict_durations(models: Models, text: TimedText, voice: Voice | None = None, speed: float = 1.0) -> TimedText:
    """`text` with durations at the pace of `voice`; pauses and other fixed durations stay as given."""
    prompt = None if voice is None else voice.text
    before = 0 if prompt is None else len(prompt)
    seconds = np.zeros(before + len(text))
    known = np.zeros(before + len(text), bool)
    tokens = text.tokens()
    if prompt is not None:
        tokens = torch.cat((prompt.tokens(), tokens))
        seconds[:before], known[:before] = prompt.durations, True
    if text.fixed.any():
        seconds[before:][text.fixed], known[before:][text.fixed] = text.durations[text.fixed], True
    device = models.durations.out.weight.device
    place = [torch.from_numpy(part).to(device) for part in (tokens.numpy(), seconds, known)]
    said = models.durations.predict(*place)[before:].cpu().numpy()
    return text.with_durations(said / speed)


def fill_grid(text: TimedText, frames: int | None = None) -> tuple[TimedText, int]:
    """Lengthen the last silence to a whole number of grid cells (or to `frames` mel frames): (text, mel frames)."""
    if frames is None:
        frames = max(1, -(-int(np.ceil(text.seconds * float(MEL_RATE))) // GRID)) * GRID
    durations = text.durations.copy()
    durations[-1] = max(0.01, durations[-1] + frames / float(MEL_RATE) - durations.sum())
    return replace(text, durations=durations), frames


def portion(progress: Progress | None, part: int, parts: int):
    """The sampler's progress as a fraction of the whole job."""
    if progress is None:
        return None
    return lambda done, total, guess: progress((part + done / total) / parts, guess)


def speak(
    models: Models,
    text: str | TimedText | list[TimedText],
    voice: Voice,
    *,
    speed: float = 1.0,
    face: bool = True,
    settings: Settings = DEFAULTS["speak"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """Text -> speech and face. Long text is split at sentences; every part imitates the same prompt.

    A TimedText (or a list of them, one a part) with durations is spoken with exactly these. F5-TTS weights read the
    writing
    and time it themselves (see f5.py).
    """
    if models.flow.config.use_characters:
        from .f5 import speak as spell

        written = (
            text
            if isinstance(text, str)
            else " ".join(part.text for part in (text if isinstance(text, list) else [text]))
        )
        return spell(
            models, written, voice, speed=speed, face=face, settings=settings, progress=progress, cancelled=cancelled
        )
    parts = plan_speech(models, text, voice, speed)
    mels, mouths, said = [], [], []
    for index, part in enumerate(parts):
        part, frames = fill_grid(part)
        short, rests = without_rests(part)
        frames -= sum(rests.values())
        seeded = replace(settings, seed=settings.seed + index)
        mel, mouth = _speak_part(
            models, short, frames, voice, face, seeded, portion(progress, index, len(parts)), cancelled
        )
        mel, mouth = with_rests(hushed(mel, short), mouth, rests, CELL)
        mels.append(mel)
        mouths += mouth or []
        said.append(part)
    motion = exp_of(_joined(mouths)) if face else None
    return _clip(models, torch.cat(mels), motion, _chain(said))


def plan_speech(models: Models, text, voice: Voice, speed: float = 1.0) -> list[TimedText]:
    """Timed parts of a text, each short enough for one stretch behind the prompt at this speed."""
    if isinstance(text, list):
        return text
    if isinstance(text, TimedText) and text.timed:
        return [text]
    timed = parse(text, voice.language) if isinstance(text, str) else text
    room = (SPOKEN - len(voice.mel)) / float(MEL_RATE)
    return [predict_durations(models, part, voice, speed) for part in split(timed, max(2.5, room * speed), REST)]


def _speak_part(models, part, frames, voice, face, settings, progress, cancelled):
    """One stretch: (log mel [frames, 100], mouth [m, 18] or None)."""
    config, prompt = models.flow.config, len(voice.mel)
    mel, mouth = sample(models.flow, *canvases_of(models, part, frames, voice, face), settings, progress, cancelled)
    mel = restored(mel[prompt:].float().cpu(), config.mel)
    return mel, None if mouth is None else restored(mouth[prompt // GRID * CELL :].float().cpu(), config.mouth)


def canvases_of(models: Models, part: TimedText, frames: int, voice: Voice, face: bool) -> tuple[Canvas, Canvas | None]:
    """The canvases of a stretch of `frames` mel frames behind the voice's prompt; face: with one of the mouth."""
    config, prompt = models.flow.config, len(voice.mel)
    total = prompt + frames
    given = torch.zeros(total, config.audio.channels)
    given[:prompt] = normalised(voice.mel, config.mel)
    text = text_features(models.flow, [Segment(prompt, voice.text), Segment(frames, part)])
    audio = Canvas(given, torch.arange(total) >= prompt, text, torch.zeros_like(text))
    motion = None
    if face:
        count = total // GRID * CELL
        motion = Canvas(torch.zeros(count, config.motion.channels), torch.ones(count, dtype=torch.bool))
    return audio, motion


def animate(
    models: Models,
    wave: Tensor,
    text: TimedText | None = None,
    *,
    settings: Settings = DEFAULTS["animate"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """Speech [samples] -> the face that says it. A timed text (see `align`) helps where the recording is unclear."""
    frames = max(1, -(-len(wave) // (HOP * GRID))) * GRID
    padded = torch.nn.functional.pad(wave, (0, frames * HOP - len(wave)))
    mel = log_mel(padded)[:frames]
    mouth = lips_of(models.lips, mel, text, settings, progress, cancelled)
    return Clip(wave, mel, exp_of(mouth[: -(-len(wave) * MOTION_FPS // SAMPLE_RATE)]), text)


def lips_of(models: Models, mel: Tensor, text: TimedText | None, settings: Settings, progress, cancelled) -> Tensor:
    """Log mel [frames, 100] of speech -> mouth [m, 18] at 25 fps that covers it."""
    config, wanted = models.flow.config, len(mel)
    frames = -(-wanted // GRID) * GRID
    mel = torch.nn.functional.pad(mel, (0, 0, 0, frames - wanted), value=math.log(LOG_FLOOR))
    audio = normalised(mel, config.mel)
    features = None if text is None or config.use_characters else text_features(models.flow, [Segment(frames, text)])
    stretches = list(_stretches(frames))
    mouth = torch.zeros(frames // GRID * CELL, config.motion.channels)
    for index, (start, end, known) in enumerate(stretches):
        first, last, behind = (edge // GRID * CELL for edge in (start, end, known))
        heard = Canvas(
            audio[start:end],
            torch.zeros(end - start, dtype=torch.bool),
            None if features is None else features[start:end],
        )
        if heard.text is None:
            heard = replace(heard, text=torch.zeros(end - start, config.text.dim))
        seen = Canvas(mouth[first:last], torch.arange(last - first) >= behind)
        seeded = replace(settings, seed=settings.seed + index)
        _, painted = sample(models.flow, heard, seen, seeded, portion(progress, index, len(stretches)), cancelled)
        mouth[first:last] = painted.float().cpu()
    return restored(mouth, config.mouth)[: motion_frames_of_mel(wanted)]


def _stretches(frames: int):
    """(start, end, frames already known) of stretches that cover `frames` and overlap by OVERLAP."""
    start, known = 0, 0
    while True:
        end = min(frames, start + WINDOW)
        yield start, end, known
        if end == frames:
            return
        start, known = end - OVERLAP, OVERLAP


def align(models: Models, wave: Tensor, text: str | TimedText, language: Language = DEFAULT) -> TimedText:
    """The text with the times at which a recording [samples] says it."""
    timed = parse(text, language) if isinstance(text, str) else text
    mel = log_mel(wave)[: max(1, len(wave) // HOP)]
    return replace(timed, durations=models.aligners.audio.align(mel, timed.symbols))


def dub(
    models: Models,
    text: str | TimedText,
    motion: Tensor,
    voice: Voice,
    *,
    settings: Settings = DEFAULTS["dub"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Clip:
    """Text and lips [m, 21, 3] (25 fps) -> speech on the lips' own timing, in the voice of the prompt.

    The text is first laid on the lips by viseme alignment; the model, which sees the motion, does the fine timing.
    """
    from .fit import fit_of

    require_phonemes(models, "dub")
    config = models.flow.config
    timed = text
    if not (isinstance(text, TimedText) and text.timed):
        timed = parse(text, voice.language) if isinstance(text, str) else text
        timed = predict_durations(models, timed, voice)
        fit = fit_of(models, timed, motion, voice)
        if fit.lost:
            advice = fit.advice()
            raise JamFlowError(f"{advice[0].upper()}{advice[1:]}.")
        timed = replace(timed, durations=models.aligners.lips.align(motion, timed.symbols, timed.durations))
    frames = -(-len(motion) // CELL) * GRID
    timed, frames = fill_grid(timed, frames)
    lips = motion.new_zeros(frames // GRID * CELL, *motion.shape[1:])
    lips[: len(motion)] = motion
    prompt = len(voice.mel)
    # The model was taught with a face for the whole clip, so the prompt gets one as well.
    before = mouth_of(_prompt_face(models, voice, settings, cancelled))
    mouth = normalised(torch.cat((before, mouth_of(lips).float())), config.mouth)
    total = prompt + frames
    given = torch.zeros(total, config.audio.channels)
    given[:prompt] = normalised(voice.mel, config.mel)
    features = text_features(models.flow, [Segment(prompt, voice.text), Segment(frames, timed)])
    audio = Canvas(given, torch.arange(total) >= prompt, features, torch.zeros_like(features))
    seen = Canvas(mouth, torch.zeros(len(mouth), dtype=torch.bool))
    mel, _ = sample(models.flow, audio, seen, settings, portion(progress, 0, 1), cancelled)
    mel = hushed(restored(mel[prompt:].float().cpu(), config.mel), timed)
    return _clip(models, mel, motion, timed)


def _prompt_face(models: Models, voice: Voice, settings: Settings, cancelled) -> Tensor:
    """Motion [m, 21, 3] of a voice prompt, painted from its mel."""
    config = models.flow.config
    frames = len(voice.mel)
    features = text_features(models.flow, [Segment(frames, voice.text)])
    if features is None:
        features = torch.zeros(frames, config.text.dim)
    heard = Canvas(normalised(voice.mel, config.mel), torch.zeros(frames, dtype=torch.bool), features)
    count = frames // GRID * CELL
    seen = Canvas(torch.zeros(count, config.motion.channels), torch.ones(count, dtype=torch.bool))
    _, mouth = sample(models.flow, heard, seen, settings, None, cancelled)
    return exp_of(restored(mouth.float().cpu(), config.mouth))


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


def _clip(models: Models, mel: Tensor, motion: Tensor | None, text: TimedText | None) -> Clip:
    """Decode (unless there is no vocoder); the wave is as long as its mel frames on the clock."""
    if models.vocoder is None:
        return Clip(None, mel, motion, text)
    return Clip(models.vocoder.decode_whole(mel).float().cpu(), mel, motion, text)
