"""Lines and voices -> chunks on one timeline.

Without times of their own, lines follow each other; with them (subtitles) a line's first sound falls on its time, if
the line before is over: the silences around both give way. A line that is too long for its place is spoken faster, up
to HURRY; what is too long even then makes the next one late.
"""

import zlib
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from ...audio.silence import frame_levels, is_sound
from ...clock import MOTION_FPS, SAMPLE_RATE
from ...errors import JamFlowError
from ...flow.sampler import Settings
from ...models import Models
from ...progress import share
from ...text.markup import plain
from ...text.timed import TimedText
from ..clip import Clip
from ..front_ends import front_end
from ..run import AS_USUAL, Run
from ..speak import speak
from ..takes import takes_of
from ..voice import Voice
from .lines import Line, speakers_of
from .store import FRAME, Chunk, Store, digest, digest_of_net, digest_of_text, digest_of_voice
from .timeline import FADE, Placed, Timeline

HURRY = 1.35
# How often a chunk is said again, at most, where a word of it is lost; and how far apart the seeds of its takes are.
AGAIN, FAR = 2, 1 << 32
NEAR = 0.1  # seconds within which a chunk begins and ends where its text says
KEPT = 0.08  # seconds behind the last sound of a chunk that never give way to the next


def produce(
    models: Models,
    lines: list[Line],
    cast: dict[str, Voice],
    store: Store,
    *,
    speed: float = 1.0,
    face: bool = True,
    run: Run = AS_USUAL,
) -> Timeline:
    """Speak all lines, chunk by chunk into the store; chunks that are there already are not made again.

    cast: a voice for every speaker. The seed of a chunk follows from what is said, so that changing a line leaves the
    takes of all others. JamFlowError before anything is spoken: a speaker without a voice, a line that cannot be read
    (and which).
    """
    missing = [name for name in speakers_of(lines) if name not in cast]
    if missing:
        raise JamFlowError(f"Give a voice to {', '.join(missing)}: the voices here are {', '.join(cast) or 'none'}.")
    run = run.by(front_end(models).usual("speak"))
    takes = Takes(models, store, run.settings, speed, face)
    texts = [_read(models, line, number, cast[line.speaker], run) for number, line in enumerate(lines, 1)]
    belt, rushed = _Belt(), 0
    for index, (line, text) in enumerate(zip(lines, texts)):
        voice, following = cast[line.speaker], lines[index + 1 : index + 2]
        until = following[0].start if following and following[0].start is not None else line.end
        begin = None if line.start is None else max(belt.free / MOTION_FPS, line.start)
        parts, hurried = _parts(models, text, voice, speed, begin, until)
        rushed += hurried
        belt.wait(line.wait)
        for number, part in enumerate(parts):
            own = _share(run, (index, len(lines)), (number, len(parts)))
            key = takes.make(part, voice, own)
            start = line.start if number == 0 else None
            belt.lay(key, line.speaker, store.read(key), start, part)
            if own.progress:
                own.progress(1.0, {})
        belt.wait(line.after)
    rest = belt.at - belt.placed[-1].end
    return Timeline(store, tuple(belt.placed), belt.late, rushed, rest, takes.again)


def _share(run: Run, line: tuple[int, int], part: tuple[int, int]) -> Run:
    """The run of one part of one line, each given as (which, of how many): its progress is told as that of the
    whole."""
    whole = share(run.progress, line[0], line[1])
    return replace(run, progress=share(whole, part[0], part[1]))


class Takes:
    """Chunks of speech in a store, each under the hash of all that decides it."""

    def __init__(self, models: Models, store: Store, settings: Settings, speed: float, face: bool):
        self.models, self.store, self.speed, self.face = models, store, speed, face
        self.seed, self.common = settings.seed, _common(models, settings, face)
        self.said: dict[str, int] = {}  # how often the same was said already
        self.again = 0  # chunks that were said more than once, as a word was lost

    def make(self, part: TimedText, voice: Voice, run: Run) -> str:
        """The key of a part's next take in this voice, which is in the store then."""
        sound = digest(self.common, digest_of_voice(voice), digest_of_text(part), 1.0 if part.timed else self.speed)
        take = self.said[sound] = self.said.get(sound, -1) + 1
        seed = (self.seed + zlib.crc32(f"{sound}{take}".encode())) % 2**31

        def say(seed: int) -> Clip:
            seeded = replace(run, settings=replace(run.settings, seed=seed))
            return speak(self.models, [part], voice, speed=self.speed, face=self.face, run=seeded)

        def speech() -> Chunk:
            takes = takes_of(self.models, say, (seed + number * FAR for number in range(1 + AGAIN)), until_whole=True)
            self.again += len(takes) > 1
            return _chunk(takes[0].clip)

        key = digest(sound, seed)
        self.store.chunk(key, speech)
        return key


@dataclass
class _Belt:
    """Chunks laid one after the other. at: the first motion frame that is free; spare: frames of silence before it that
    may give way to the next chunk; late: see Timeline."""

    at: int = 0
    spare: int = 0
    late: float = 0.0

    def __post_init__(self):
        self.placed: list[Placed] = []

    @property
    def free(self) -> int:
        """The first frame that speech may have."""
        return self.at - self.spare

    def wait(self, seconds: float) -> None:
        """Leave a silence that does not give way."""
        if seconds:
            self.at, self.spare = self.at + round(seconds * MOTION_FPS), 0

    def lay(self, key: str, speaker: str, chunk: Chunk, start: float | None, text: TimedText) -> None:
        """Put a chunk behind the others; start: when its first sound is wanted, in seconds (None = at once)."""
        skip, (lead, tail) = 0, _heard_silences(chunk)
        if start is not None:
            wanted = round((start - lead) * MOTION_FPS)
            over = max(0, self.at - wanted)
            gives = min(over, self.spare)
            if gives:
                self.placed[-1] = replace(self.placed[-1], frames=self.placed[-1].frames - gives)
            skip = min(over - gives, int(lead * MOTION_FPS))
            self.late = max(self.late, (over - gives - skip) / MOTION_FPS)
            self.at = max(self.at - gives, wanted)
        frames = len(chunk.exp) - skip
        self.placed.append(Placed(key, speaker, self.at, frames, skip, text.text if text.timed else plain(text.text)))
        self.at, self.spare = self.at + frames, max(0, int((tail - KEPT) * MOTION_FPS))


def _common(models: Models, settings: Settings, face: bool) -> str:
    """Hash of what decides every chunk."""
    nets = [digest_of_net(net) for net in (models.flow, models.vocoder)]
    if face and models.lips is not models:
        nets.append(digest_of_net(models.lips.flow))
    choices = {name: value for name, value in asdict(settings).items() if name != "seed"}
    return digest(torch.__version__, nets, list(choices.items()), face)


def _read(models: Models, line: Line, number: int, voice: Voice, run: Run) -> TimedText:
    """What a line says, as the model reads it. JamFlowError names the line."""
    try:
        return front_end(models).read(line.text, voice.language, run.check)
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
    (F5-TTS)."""
    sound = is_sound(frame_levels(torch.from_numpy(chunk.wave).float())).nonzero()[:, 0].tolist() or [0]
    heard = (sound[0] + 0.5) / 100, len(chunk.wave) / SAMPLE_RATE - (sound[-1] + 0.5) / 100
    if chunk.text is None or not chunk.text.words:
        return heard
    return tuple(min(max(length, told - NEAR), told + NEAR) for length, told in zip(heard, _silences(chunk.text)))


def _parts(
    models: Models, text: TimedText, voice: Voice, speed: float, begin: float | None, until: float | None
) -> tuple[list, bool]:
    """A line in stretches; and whether it was hurried, from `begin`, to be over by `until` (None: no hurry).

    What has no times of its own is not hurried: the model decides how long it takes.
    """
    parts = front_end(models).plan(models, text, voice, speed)
    if begin is None or until is None or not parts[0].timed:
        return parts, False
    # What counts is from the first sound to the last: the silences at both ends give way.
    total = sum(part.seconds for part in parts) - _silences(parts[0])[0] - _silences(parts[-1])[1]
    faster = min(HURRY, total / max(0.1, until - begin - KEPT))
    if faster <= 1.0:
        return parts, False
    return [part.with_durations(part.durations / faster) for part in parts], True


def _chunk(clip: Clip) -> Chunk:
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
