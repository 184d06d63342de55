"""Characters without times: F5-TTS, by the rules of its official driver (SWivid/F5-TTS, infer/utils_infer.py).

The model goes on from a reference whose words are known: reference and new text are one text, their mels one mel. How
long the new part is, is guessed from the bytes of both texts; long texts are spoken in chunks that are cross-faded.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...audio.f5_reference import f5_reference
from ...audio.mel import LOG_FLOOR, log_mel
from ...audio.silence import check_sound
from ...clock import HOP, MOTION_FPS, SAMPLE_RATE, mel_frames, motion_frames, motion_frames_of_mel
from ...errors import JamFlowError
from ...flow.conditions import normalised, restored
from ...flow.sampler import Canvas, Settings
from ...models import Models
from ...motion.space import exp_of
from ...text.f5_tokens import Vocabulary, f5_tokens
from ...text.languages import DEFAULT
from ...text.languages.language import Language
from ...text.markup import read
from ...text.parse import check_text
from ...text.timed import TimedText
from ..animate import lips_of
from ..clip import Clip
from ..run import AS_USUAL, Run
from ..settings import DEFAULTS
from ..voice import Said, Voice

OFFICIAL = Settings(steps=32, text_guidance=2.0, reference_guidance=2.0, anchored=False)
CROSS_FADE = 0.15
# Reference and speech of one chunk together stay below this many seconds.
LONGEST_CHUNK = 22.0
LONGEST_FRAMES = 65536
# Texts of fewer bytes are spoken slowly, or they would be swallowed.
SHORT_BYTES, SHORT_SPEED = 10, 0.3
_ENDS = re.compile(r"(?<=[;:,.!?])\s+|(?<=[；：，。！？])")


class Characters:
    """See FrontEnd."""

    def usual(self, job: str) -> Settings:
        return OFFICIAL if job == "speak" else DEFAULTS[job]

    def require_times(self, job: str) -> None:
        raise JamFlowError(f"Choose a JAM-Flow model to {job}: F5-TTS weights only speak new text.")

    def read(self, text: str, language: Language = DEFAULT, check: Callable[[], None] | None = None) -> TimedText:
        return written(check_text(text))

    def shown(self, text: TimedText) -> str:
        return "".join(f5_tokens(text.text)).strip()

    def voice(self, models: Models, wave: Tensor, rate: int, said: Said, name: str) -> Voice:
        return replace(reference(wave, rate, said.text, name), language=said.language)

    def plan(self, models: Models, text: str | TimedText, voice: Voice, speed: float) -> list[TimedText]:
        return [written(text) if isinstance(text, str) else text]

    def speak(self, models: Models, parts: list[TimedText], voice: Voice, run: Run, speed: float, face: bool) -> Clip:
        return speak(models, " ".join(part.text for part in parts), voice, speed=speed, face=face, run=run)


@dataclass(frozen=True)
class Reference(Voice):
    """A voice for F5-TTS: mel [P + 1, 100] and the words it says. gain: what brings speech back to its loudness.

    seconds: length of the reference as the driver counts it.
    """

    gain: float = 1.0
    seconds: float = 0.0

    @property
    def frames(self) -> int:
        """P: the mel frames that whole hops fill; speech starts at frame P, one before the reference ends."""
        return len(self.mel) - 1


def reference(wave: Tensor, rate: int, transcript: str | None, name: str = "recording") -> Reference:
    """A recording [samples] or [channels, samples] and what it says. JamFlowError: silence, or no transcript."""
    if not (transcript or "").strip():
        raise JamFlowError(
            "Write what the voice says (its transcript): F5-TTS imitates a voice by going on from its words."
        )
    mono, gain = f5_reference(check_sound(wave), rate)
    return Reference(name, log_mel(mono), written(ended(transcript)), gain=gain, seconds=len(mono) / SAMPLE_RATE)


def of_voice(voice: Voice) -> Reference:
    """Any voice as a reference: a preset's words are known too."""
    if isinstance(voice, Reference):
        return voice
    if voice.text is None:
        raise JamFlowError(f'Give the transcript of the voice "{voice.name}": F5-TTS goes on from its words.')
    text = written(ended(voice.text.text))
    return Reference(voice.name, voice.mel, text, voice.language, seconds=(len(voice.mel) - 1) * HOP / SAMPLE_RATE)


def written(text: str) -> TimedText:
    """A text of which only the writing is known."""
    return TimedText(text, (), None, torch.zeros(0, dtype=torch.bool).numpy(), ())


def ended(transcript: str) -> str:
    """A transcript that ends as a sentence: ". " or the CJK full stop."""
    if transcript.endswith((". ", "。")):
        return transcript
    return transcript + (" " if transcript.endswith(".") else ". ")


def size(text: str) -> int:
    """Length of a text as the rules count it: bytes of UTF-8."""
    return len(text.encode("utf-8"))


def spaced(text: str) -> str:
    """With a space behind, unless the last sign is of a script that writes none."""
    return text + " " if size(text[-1]) == 1 else text


def chunk_limit(voice: Reference, speed: float) -> int:
    """Bytes of text that fit into one chunk behind the reference."""
    return int(size(voice.text.text) / voice.seconds * (LONGEST_CHUNK - voice.seconds) * speed)


def chunks(text: str, limit: int) -> list[str]:
    """Whole clauses of a text, packed into chunks of at most `limit` bytes; a longer clause is a chunk of its own."""
    packed = [""]
    for clause in filter(None, _ENDS.split(text)):
        if packed[-1] and size(packed[-1]) + size(clause) > limit:
            packed.append("")
        packed[-1] += spaced(clause)
    return [chunk.strip() for chunk in packed if chunk.strip()]


def total_frames(voice: Reference, said: str, text: str, tokens: int, speed: float) -> int:
    """Mel frames of reference and new text. said: the reference's words as the model reads them; tokens: of both
    texts."""
    pace = SHORT_SPEED if size(text) < SHORT_BYTES else speed
    wanted = voice.frames + int(voice.frames / size(said) * size(text) / pace)
    return min(max(wanted, tokens + 1, len(voice.mel) + 1), LONGEST_FRAMES)


def speak(
    models: Models, text: str, voice: Voice, *, speed: float = 1.0, face: bool = True, run: Run = AS_USUAL
) -> Clip:
    """Text -> speech, and the face that says it: from the model's own motion stream, or else from `models.lips`.

    Markup pauses are kept; pronunciations in slashes are not for a model that reads letters. The reference is never
    anchored (see Settings): the official sampler does not. Without a vocoder the chunks are joined as mels.
    JamFlowError: nothing to say.
    """
    voice, run = of_voice(voice), run.by(OFFICIAL)
    run = replace(run, settings=replace(run.settings, anchored=False))
    before, plan = _plan(text, voice, speed)
    stretches = [
        _stretch(models, chunk, voice, run.part(index, len(plan)), speed, face) for index, (chunk, _) in enumerate(plan)
    ]
    mels, mouths = (list(parts) for parts in zip(*stretches))
    pauses = [pause for _, pause in plan]
    starts, after = _starts([(len(mel) - 1) * HOP for mel in mels], pauses, before), pauses[-1]
    mel = overlay(mels, [round(start / HOP) for start in starts], math.log(LOG_FLOOR), mel_frames(after))
    motion = None
    if face and mouths[0] is not None:
        places = [round(start * MOTION_FPS / SAMPLE_RATE) for start in starts]
        motion = exp_of(overlay(mouths, places, 0.0, motion_frames(after)))
    elif face:
        seeded = replace(DEFAULTS["animate"], seed=run.settings.seed)
        motion = exp_of(lips_of(models.lips, mel, None, Run(seeded, cancelled=run.cancelled)))
    wave = None if models.vocoder is None else _sound(models.vocoder, mels, starts, pauses, len(mel)) * voice.gain
    return Clip(wave, (mel + math.log(voice.gain)).clamp(min=math.log(LOG_FLOOR)), motion, None)


def _plan(text: str, voice: Reference, speed: float) -> tuple[float, list[tuple[str, float]]]:
    """The pause before the first chunk, and the chunks of a text, each with the pause behind it (seconds)."""
    before, passages = read(text)
    plan = []
    for passage in passages:
        plan += [(chunk, 0.0) for chunk in chunks(passage.written, chunk_limit(voice, speed))]
        plan[-1] = (plan[-1][0], passage.pause)
    if not plan:
        raise JamFlowError("Write something to say: the text is empty.")
    return before, plan


def _sound(vocoder, mels: list[Tensor], starts: list[int], pauses: list[float], frames: int) -> Tensor:
    """The chunks' waves, cross-faded; as long as `frames` mel frames. What no cross-fade follows sounds to the end of
    its last frame, half a frame longer than the official driver's."""
    ends = [pause > 0 for pause in pauses[:-1]] + [True]
    parts = [(vocoder.decode_whole if last else vocoder.decode)(part).float().cpu() for part, last in zip(mels, ends)]
    wave = overlay(parts, starts, 0.0)
    return torch.nn.functional.pad(
        wave, (0, frames * HOP - len(wave))
    )  # mel frames start at whole hops, chunks anywhere


def _starts(lengths: list[int], pauses: list[float], before: float) -> list[int]:
    """First sample of every chunk: cross-faded with the one before, or after the pause behind that."""
    starts = [round(before * SAMPLE_RATE)]
    for length, following, pause in zip(lengths, lengths[1:], pauses):
        fade = min(int(CROSS_FADE * SAMPLE_RATE), length, following)
        starts.append(starts[-1] + length + (round(pause * SAMPLE_RATE) if pause else -fade))
    return starts


def overlay(parts: list[Tensor], starts: list[int], fill: float, after: int = 0) -> Tensor:
    """Parts [n, ...] from their starts on: a linear cross-fade where two overlap, `fill` where there is none and
    `after` them."""
    whole = parts[0].new_full((starts[-1] + len(parts[-1]) + after, *parts[0].shape[1:]), fill)
    end = 0
    for part, start in zip(parts, starts):
        shared = max(0, min(end - start, len(part)))
        ramp = torch.linspace(0, 1, shared).view(-1, *[1] * (part.ndim - 1))
        mixed = whole[start : start + shared] * (1 - ramp) + part[:shared] * ramp
        end = start + len(part)
        whole[start:end] = torch.cat((mixed, part[shared:]))
    return whole


def _stretch(
    models: Models, text: str, voice: Reference, run: Run, speed: float, face: bool
) -> tuple[Tensor, Tensor | None]:
    """One chunk: log mel [frames, 100] from frame P on, mouth [m, 18] or None if the model has none."""
    flow, config = models.flow, models.flow.config
    said = spaced(voice.text.text)
    ids = Vocabulary(config.text.symbols).encode(f5_tokens(said + text))
    total = total_frames(voice, said, text, len(ids), speed)
    given = torch.zeros(total, config.audio.channels)
    given[: len(voice.mel)] = normalised(voice.mel, config.mel)
    embed = flow.audio.text_embed
    ids = ids[None].to(flow.compute_device)
    with torch.inference_mode():
        features, silent = (embed(ids, total, drop)[0] for drop in (False, True))
    audio = Canvas(given, torch.arange(total) >= len(voice.mel), features, silent)
    motion = None
    if face and config.motion is not None:
        count = motion_frames_of_mel(total)
        motion = Canvas(torch.zeros(count, config.motion.channels), torch.ones(count, dtype=torch.bool))
    mel, mouth = run.sample(flow, audio, motion)
    mel = restored(mel[voice.frames :].float().cpu(), config.mel)
    first = round(voice.frames * HOP * MOTION_FPS / SAMPLE_RATE)
    return mel, None if mouth is None else restored(mouth[first:].float().cpu(), config.mouth)
