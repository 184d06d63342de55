"""Lines and voices -> chunks on one timeline.

The timeline counts motion frames (1/25 s = 960 samples). Without times of their own, lines follow each other; with them
(subtitles) a line's first sound falls on its time, if the line before is over: the silences around both give way. A
line
that is too long for its place is spoken faster, up to HURRY; what is too long even then makes the next one late.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from ...audio.silence import frame_levels, is_sound
from ...clock import MOTION_FPS, SAMPLE_RATE
from ...errors import JamFlowError
from ...flow.sampler import Settings
from ...models import Models
from ...text.languages import DEFAULT
from ...text.markup import plain
from ...text.parse import parse
from ...text.srt import Subtitle, subtitles_of
from ...text.timed import TimedText
from ..speak import DEFAULTS, plan_speech, speak
from ..voices import Voice
from .lines import Line, speakers_of
from .store import Chunk, Store, digest, digest_of_net, digest_of_text

FRAME = SAMPLE_RATE // MOTION_FPS
HURRY = 1.35
FADE = 120  # samples at either end of a chunk, which is silent there
BEND = 2  # motion frames on either side of a join that run straight
NEAR = 0.1  # seconds within which a chunk begins and ends where its text says
KEPT = 0.08  # seconds behind the last sound of a chunk that never give way to the next

Progress = Callable[[float, dict], None]


@dataclass(frozen=True)
class Placed:
    """A chunk on the timeline: motion frames [first, first + frames) of it are [skip, skip + frames) of the chunk, the
    rest of
    which is silent. written: what it says."""

    key: str
    speaker: str
    first: int
    frames: int
    skip: int = 0
    written: str = ""

    @property
    def end(self) -> int:
        return self.first + self.frames


@dataclass(frozen=True)
class Timeline:
    """Chunks in order, in a store. late: seconds by which subtitles' speech comes after its time, at worst; rushed:
    lines that
    had to be spoken faster."""

    store: Store
    chunks: tuple[Placed, ...]
    late: float = 0.0
    rushed: int = 0

    @property
    def frames(self) -> int:
        return self.chunks[-1].end

    @property
    def seconds(self) -> float:
        return self.frames / MOTION_FPS

    @property
    def speakers(self) -> list[str]:
        return list(dict.fromkeys(chunk.speaker for chunk in self.chunks))

    def waves(self) -> Iterator[np.ndarray]:
        """The sound from begin to end: float32 pieces in -1..1, 24 kHz."""
        at = 0
        for placed in self.chunks:
            if placed.first > at:
                yield np.zeros((placed.first - at) * FRAME, np.float32)
            yield _cut(self.store.read(placed.key), placed)[0]
            at = placed.end

    def motions(self) -> Iterator[tuple[Placed, str | None, np.ndarray]]:
        """The motion from begin to end: (chunk, who speaks or None, exp float32 [n, 21, 3]); a silence before a chunk
        comes
        first, under the same chunk."""
        at, before = 0, None
        for index, placed in enumerate(self.chunks):
            exp = _cut(self.store.read(placed.key), placed)[1]
            after = self.chunks[index + 1] if index + 1 < len(self.chunks) else None
            if placed.first > at:
                yield placed, None, np.zeros((placed.first - at, *exp.shape[1:]), np.float32)
                before = None
            if before is not None and before[0] == placed.speaker:
                exp[:BEND] = _line(before[1], exp[BEND], BEND)
            if after is not None and after.speaker == placed.speaker and after.first == placed.end:
                target = _cut(self.store.read(after.key), after)[1][BEND]
                whole = _line(exp[-BEND - 1], target, 2 * BEND)
                exp[-BEND:] = whole[:BEND]
                before = (placed.speaker, whole[BEND - 1])
            else:
                before = None
            yield placed, placed.speaker, exp
            at = placed.end

    def motion_of(self, speaker: str) -> Iterator[np.ndarray]:
        """The motion of one of them: at rest while others speak."""
        for _, who, exp in self.motions():
            yield exp if who == speaker else np.zeros_like(exp)

    def subtitles(self) -> list[Subtitle]:
        """What is said when; with several speakers each subtitle begins with a [name]."""
        several, found = len(self.speakers) > 1, []
        for placed in self.chunks:
            text = self.store.read(placed.key).text
            start = (placed.first - placed.skip) / MOTION_FPS
            untimed = Subtitle(0.0, placed.frames / MOTION_FPS, placed.written)  # F5-TTS does not say when words sound
            for part in [untimed] if text is None else subtitles_of(text):
                tag = f"[{placed.speaker}] " if several else ""
                found.append(Subtitle(start + part.start, start + part.end, tag + part.text))
        return found


def _cut(chunk: Chunk, placed: Placed) -> tuple[np.ndarray, np.ndarray]:
    """Sound float32 [samples] in -1..1 and motion [frames, 21, 3] of what the timeline shows of a chunk; cut ends are
    faded.
    """
    wave = chunk.wave[placed.skip * FRAME : (placed.skip + placed.frames) * FRAME].astype(np.float32) / 32768
    rise = np.linspace(0, 1, FADE, dtype=np.float32)
    if placed.skip:
        wave[:FADE] *= rise
    if placed.skip + placed.frames < len(chunk.exp):
        wave[-FADE:] *= rise[::-1]
    return wave, chunk.exp[placed.skip : placed.skip + placed.frames].copy()


def _line(start: np.ndarray, end: np.ndarray, count: int) -> np.ndarray:
    """`count` faces between two, evenly."""
    part = (np.arange(1, count + 1) / (count + 1))[:, None, None].astype(np.float32)
    return start * (1 - part) + end * part


def produce(
    models: Models,
    lines: list[Line],
    cast: dict[str, Voice],
    store: Store,
    *,
    speed: float = 1.0,
    face: bool = True,
    settings: Settings = DEFAULTS["speak"],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Timeline:
    """Speak all lines, chunk by chunk into the store; chunks that are there already are not made again.

    cast: a voice for every speaker. The seed of a chunk follows from what is said, so that changing a line leaves the
    takes
    of all others. JamFlowError before anything is spoken: a speaker without a voice, a line that cannot be read (and
    which).
    """
    missing = [name for name in speakers_of(lines) if name not in cast]
    if missing:
        raise JamFlowError(f"Give a voice to {', '.join(missing)}: the voices here are {', '.join(cast) or 'none'}.")
    common = _common(models, settings, face)
    # Whether it is the default language, not which one: as takes were hashed before there were several.
    foreign = {name: voice.language.code != DEFAULT.code for name, voice in cast.items()}
    voices = {name: digest(voice.mel, digest_of_text(voice.text), foreign[name]) for name, voice in cast.items()}
    texts = [_read(models, line, number, cast[line.speaker]) for number, line in enumerate(lines, 1)]
    placed: list[Placed] = []
    # spare: frames of silence at the end of the last chunk that may give way to the next.
    at, spare, late, rushed, heard = 0, 0, 0.0, 0, {}
    for index, (line, text) in enumerate(zip(lines, texts)):
        voice = cast[line.speaker]
        until = lines[index + 1].start if index + 1 < len(lines) and lines[index + 1].start is not None else line.end
        begin = None if line.start is None else max((at - spare) / MOTION_FPS, line.start)
        parts, hurried = _parts(models, text, voice, speed, begin, until)
        rushed += hurried
        for number, part in enumerate(parts):
            sound = digest(common, voices[line.speaker], digest_of_text(part), speed if isinstance(part, str) else 1.0)
            take = heard[sound] = heard.get(sound, -1) + 1
            seed = (settings.seed + zlib.crc32(f"{sound}{take}".encode())) % 2**31
            key = digest(sound, seed)

            def tell(done: float, guess: dict, share=number) -> None:
                if progress is not None:
                    progress((index + (share + done) / len(parts)) / len(lines), guess)

            def make(part=part, seed=seed) -> Chunk:
                given = [part] if isinstance(part, TimedText) else part
                seeded = replace(settings, seed=seed)
                clip = speak(
                    models, given, voice, speed=speed, face=face, settings=seeded, progress=tell, cancelled=cancelled
                )
                return _chunk(clip)

            store.chunk(key, make)
            chunk, skip = store.read(key), 0
            lead, tail = _heard_silences(chunk)
            if number == 0 and line.start is not None:
                wanted = round((line.start - lead) * MOTION_FPS)
                over = max(0, at - wanted)
                gives = min(over, spare)
                if gives:
                    placed[-1] = replace(placed[-1], frames=placed[-1].frames - gives)
                skip = min(over - gives, int(lead * MOTION_FPS))
                late = max(late, (over - gives - skip) / MOTION_FPS)
                at = max(at - gives, wanted)
            frames = len(chunk.exp) - skip
            placed.append(
                Placed(key, line.speaker, at, frames, skip, plain(part) if isinstance(part, str) else part.text)
            )
            at, spare = at + frames, max(0, int((tail - KEPT) * MOTION_FPS))
            tell(1.0, {})
    return Timeline(store, tuple(placed), late, rushed)


def _common(models: Models, settings: Settings, face: bool) -> str:
    """Hash of what decides every chunk."""
    nets = [digest_of_net(net) for net in (models.flow, models.vocoder)]
    if face and models.lips is not models:
        nets.append(digest_of_net(models.lips.flow))
    choices = {name: value for name, value in asdict(settings).items() if name != "seed"}
    return digest(torch.__version__, nets, list(choices.items()), face)


def _read(models, line: Line, number: int, voice: Voice) -> TimedText | str:
    """What a line says: its phonemes, or its writing where the weights are F5-TTS. JamFlowError names the line."""
    if models.flow.config.use_characters:
        return line.text
    try:
        return parse(line.text, voice.language)
    except JamFlowError as error:
        place = f"line {number}, [{line.speaker}]" if line.start is None else f"subtitle at {line.start:.2f} s"
        raise JamFlowError(f"{str(error).rstrip('.')} ({place}).") from error


def _silences(text: TimedText) -> tuple[float, float]:
    """Seconds before the first sound of a timed text and behind the last (a full stop is silent too)."""
    if not text.words:
        return 0.0, 0.0
    starts = text.starts()
    return float(starts[text.words[0].first]), float(starts[-1] - starts[text.words[-1].last])


def _heard_silences(chunk: Chunk) -> tuple[float, float]:
    """The same as they sound, to 10 ms: a consonant's burst may come before its time, and the text may have none
    (F5-TTS).
    """
    sound = is_sound(frame_levels(torch.from_numpy(chunk.wave).float())).nonzero()[:, 0].tolist() or [0]
    heard = (sound[0] + 0.5) / 100, len(chunk.wave) / SAMPLE_RATE - (sound[-1] + 0.5) / 100
    if chunk.text is None or not chunk.text.words:
        return heard
    return tuple(min(max(length, told - NEAR), told + NEAR) for length, told in zip(heard, _silences(chunk.text)))


def _parts(
    models, text: TimedText | str, voice: Voice, speed: float, begin: float | None, until: float | None
) -> tuple[list, bool]:
    """A line in stretches, timed; and whether it was hurried, from `begin`, to be over by `until` (None: no hurry).

    F5-TTS weights time it themselves.
    """
    if isinstance(text, str):
        return [text], False
    parts = plan_speech(models, text, voice, speed)
    if begin is None or until is None:
        return parts, False
    # What counts is from the first sound to the last: the silences at both ends give way.
    total = sum(part.seconds for part in parts) - _silences(parts[0])[0] - _silences(parts[-1])[1]
    faster = min(HURRY, total / max(0.1, until - begin - KEPT))
    if faster <= 1.0:
        return parts, False
    return [part.with_durations(part.durations / faster) for part in parts], True


def _chunk(clip) -> Chunk:
    """A clip as it is kept: whole motion frames, silent edges faded, 16 bits."""
    frames = -(-len(clip.wave) // FRAME)
    wave = torch.nn.functional.pad(clip.wave.float(), (0, frames * FRAME - len(clip.wave)))
    rise = torch.linspace(0, 1, FADE)
    wave[:FADE] *= rise
    wave[-FADE:] *= rise.flip(0)
    exp = np.zeros((frames, 21, 3), np.float32)
    if clip.motion is not None:
        exp[: len(clip.motion)] = clip.motion[:frames].float().numpy()
    pcm = np.round(wave.numpy() * 32768).clip(-32768, 32767).astype(np.int16)
    return Chunk(pcm, exp, clip.text)
