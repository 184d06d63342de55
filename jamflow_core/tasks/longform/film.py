"""A timeline and portraits -> a video, frame by frame. Every chunk's pictures are a segment that is kept in the store,
so an interrupted film goes on where it stopped; in the end the segments are joined without coding them anew."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...atomic import whole_file
from ...clock import MOTION_FPS, SAMPLE_RATE
from ...media.container import load_av, url
from ...media.soundtrack import Soundtrack
from ...media.video import VideoWriter
from ...progress import Progress
from ...render.expression import NEUTRAL, Expression
from ...render.renderer import Portrait
from ...render.scene import Scene
from ...render.stage import Stage
from .store import digest
from .timeline import Timeline

PAINTED = "2"  # of how the code paints faces: segments of other numbers are painted anew; 2 has lit mouths and tongues


def film(
    timeline: Timeline,
    stage: Stage | Scene,
    path: str | Path,
    *,
    seed: int = 0,
    expressions: dict[str, Expression] | None = None,
    look: str = "",
    progress: Progress | None = None,
) -> list[str]:
    """Write the video (.mp4) of a timeline; returns the keys of its segments in the store.

    expressions: by speaker (default: blinks and head motion). look: a hash of all that decides the pictures besides the
    timeline: portraits and expressions (`look_of`). progress: gets the last frame.
    """
    store, total, done = timeline.store, timeline.frames, 0
    rests = _rests(timeline, stage, seed, expressions or {})
    segments = []
    for first, turns, key in _segments(timeline, (look, seed, list(stage.portraits), list(stage.size), stage.together)):
        segment = store.path(key, "mp4")
        frames = sum(len(exp) for _, exp in turns)
        segments.append((key, frames))
        if not store.claim(segment):
            with VideoWriter(segment, MOTION_FPS, stage.size) as writer:
                for number, picture in enumerate(_pictures(stage, turns, rests, first)):
                    writer.write(picture)
                    if progress:
                        progress((done + number + 1) / total, picture)
        done += frames
    _join([(store.path(key, "mp4"), frames) for key, frames in segments], timeline.waves(), path)
    return [key for key, _ in segments]


def look_of(portraits: dict[str, Portrait], written: str) -> str:
    """Hash of portraits (their pictures, and what paints them) and of how the rest was written (expressions,
    options).
    """
    return digest(
        *((name, type(portrait).__name__, portrait.image, portrait.marks) for name, portrait in portraits.items()),
        written,
    )


def _segments(timeline: Timeline, how) -> Iterator[tuple[int, list, str]]:
    """(first frame, its (speaker, exp) turns, key) of each chunk with the silence before it, and of that behind the
    last."""
    at, turns = 0, []
    for placed, who, exp in timeline.motions():
        turns.append((who, exp))
        if who is None and placed is not None:
            continue
        spoken = placed and placed.key
        yield at, turns, digest("film", PAINTED, how, spoken, at, [(name, part) for name, part in turns])
        at, turns = at + sum(len(part) for _, part in turns), []


def _rests(timeline: Timeline, stage: Stage | Scene, seed: int, expressions: dict[str, Expression]) -> dict[str, dict]:
    """Tracks of every portrait's face around the lips, for the whole film: a few numbers a frame."""
    return {
        name: expressions.get(name, NEUTRAL).tracks(timeline.frames, seed + index)
        | {"tongue": timeline.tongue_of(name)}
        for index, name in enumerate(stage.portraits)
    }


def _pictures(stage: Stage | Scene, turns, rests, first: int) -> Iterator[np.ndarray]:
    frame = first
    for who, exp in turns:
        for face in exp:
            now = {name: {part: track[frame] for part, track in tracks.items()} for name, tracks in rests.items()}
            yield stage.frame(who, face, now)
            frame += 1


def _join(segments: list[tuple[Path, int]], waves: Iterator[np.ndarray], path: str | Path) -> None:
    """Segments one after the other, their packets untouched, with the sound."""
    av = load_av()
    with whole_file(path) as part, av.open(url(part), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        with av.open(url(segments[0][0])) as first:
            video = out.add_stream_from_template(first.streams.video[0])
        sound = Soundtrack(out, waves, SAMPLE_RATE)
        frames = 0
        for segment, count in segments:
            with av.open(url(segment)) as source:
                stream = source.streams.video[0]
                shift = round(frames / MOTION_FPS / stream.time_base)
                for packet in source.demux(stream):
                    if packet.dts is None:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = video
                    out.mux(packet)
            frames += count
            sound.write_until(frames / MOTION_FPS)
        sound.finish()
