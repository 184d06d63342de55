"""Chunks on one timeline, as streams of sound, motion and subtitles.

The timeline counts motion frames (1/25 s = 960 samples).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...clock import MOTION_FPS
from ...motion.space import KEYPOINTS
from ...motion.tongue import tongue_track
from ...text.srt import Subtitle, subtitles_of
from .store import FRAME, Chunk, Store

PIECE = 10 * MOTION_FPS  # frames of silence that are held at once
FADE = 120  # samples at either end of a chunk, which is silent there
BEND = 2  # motion frames on either side of a join that run straight


@dataclass(frozen=True)
class Placed:
    """A chunk on the timeline: motion frames [first, first + frames) of it are [skip, skip + frames) of the chunk, the
    rest of which is silent. written: what it says."""

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
    lines that had to be spoken faster; rest: frames of silence behind the last chunk; again: chunks that
    were said more than once, as a word was lost."""

    store: Store
    chunks: tuple[Placed, ...]
    late: float = 0.0
    rushed: int = 0
    rest: int = 0
    again: int = 0

    @property
    def frames(self) -> int:
        return self.chunks[-1].end + self.rest

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
            yield from _silence(placed.first - at)
            yield _cut(self.store.read(placed.key), placed)[0]
            at = placed.end
        yield from _silence(self.rest)

    def motions(self) -> Iterator[tuple[Placed | None, str | None, np.ndarray]]:
        """The motion from begin to end: (chunk, who speaks or None, exp float32 [n, 21, 3]); a silence before a chunk
        comes first, under the same chunk, one behind the last under none."""
        at, before = 0, None
        for index, placed in enumerate(self.chunks):
            exp = _cut(self.store.read(placed.key), placed)[1]
            after = self.chunks[index + 1] if index + 1 < len(self.chunks) else None
            if placed.first > at:
                yield placed, None, _at_rest(placed.first - at)
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
        if self.rest:
            yield None, None, _at_rest(self.rest)

    def motion_of(self, speaker: str) -> Iterator[np.ndarray]:
        """The motion of one of them: at rest while others speak."""
        for _, who, exp in self.motions():
            shown = exp if who == speaker else _at_rest(len(exp))
            yield from (shown[start : start + PIECE] for start in range(0, len(shown), PIECE))

    def tongue_of(self, speaker: str) -> np.ndarray:
        """What the tongue of one of them does from begin to end (motion/tongue.py), float32 [frames, 2]."""
        track = np.zeros((self.frames, 2), np.float32)
        for placed in self.chunks:
            text = self.store.read(placed.key).text if placed.speaker == speaker else None
            if text is not None and text.timed:
                said = tongue_track(text.symbols, text.durations, placed.skip + placed.frames)
                track[placed.first : placed.end] = said[placed.skip :]
        return track

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
    faded."""
    wave = chunk.wave[placed.skip * FRAME : (placed.skip + placed.frames) * FRAME].astype(np.float32) / 32768
    rise = np.linspace(0, 1, FADE, dtype=np.float32)
    if placed.skip:
        wave[:FADE] *= rise
    if placed.skip + placed.frames < len(chunk.exp):
        wave[-FADE:] *= rise[::-1]
    return wave, chunk.exp[placed.skip : placed.skip + placed.frames].copy()


def _silence(frames: int) -> Iterator[np.ndarray]:
    """So many motion frames of silence, a piece at a time."""
    for start in range(0, frames, PIECE):
        yield np.zeros(min(PIECE, frames - start) * FRAME, np.float32)


def _at_rest(frames: int) -> np.ndarray:
    """So many faces at rest, which take no room."""
    return np.broadcast_to(np.float32(0), (frames, KEYPOINTS, 3))


def _line(start: np.ndarray, end: np.ndarray, count: int) -> np.ndarray:
    """`count` faces between two, evenly."""
    part = (np.arange(1, count + 1) / (count + 1))[:, None, None].astype(np.float32)
    return start * (1 - part) + end * part
