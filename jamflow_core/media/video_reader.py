"""Video files read frame by frame through PyAV."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import JamFlowError


class Sound(NamedTuple):
    """`samples` float32 [channels, n] in -1..1, from the moment of the first frame, and their `rate` in Hz."""

    samples: np.ndarray
    rate: int


class Video(NamedTuple):
    """`fps`, an iterator of `frames` (uint8 RGB [h,w,3], upright, evenly timed), and the sound or None."""

    fps: float
    frames: Iterator[np.ndarray]
    audio: Sound | None


def load_av():
    """PyAV, or a JamFlowError that says how to install it."""
    try:
        import av
    except ImportError as error:
        raise JamFlowError("Install PyAV to read and write video: pip install av") from error
    return av


def read_video(path: str | Path, fps: float | None = None, with_audio: bool = True) -> Video:
    """Open a video for reading.

    Frames are decoded when asked for. They come at an even rate: that of the file, or `fps`; frames of an uneven
    (phone, screen) recording are repeated or left out to keep time. Rotation marks are applied.
    Raises JamFlowError for a file that is missing, no video, or broken.
    """
    path = Path(path)
    if not path.is_file():
        raise JamFlowError(f"Choose an existing video: no file {path}")
    with _open(path) as container:
        stream = container.streams.video[0]
        fps = float(fps or stream.average_rate or stream.base_rate or 25)
        start = float(stream.start_time * stream.time_base) if stream.start_time is not None else 0.0
        has_sound = with_audio and len(container.streams.audio) > 0
    return Video(fps, _frames(path, fps), _sound(path, start) if has_sound else None)


def _open(path: Path):
    av = load_av()
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        raise JamFlowError(f"Choose a video file: {path} cannot be read as one") from error
    if not container.streams.video:
        container.close()
        raise JamFlowError(f"Choose a video file: {path} has no picture")
    return container


def _frames(path: Path, fps: float) -> Iterator[np.ndarray]:
    """Frame n is the last one that is shown by (n + 1/2) / fps seconds after the first."""
    av = load_av()
    latest, start, count = None, None, 0
    with _open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        try:
            for frame in container.decode(stream):
                time = frame.time if frame.time is not None else count / fps
                start = time if start is None else start
                while latest is not None and (count + 0.5) / fps <= time - start:
                    yield latest
                    count += 1
                latest = _upright(frame)
                until = time - start + (float(frame.duration * frame.time_base) if frame.duration else 1 / fps)
        except av.FFmpegError as error:
            raise JamFlowError(f"Choose another video: {path} is broken after {count / fps:.1f} s") from error
    if latest is None:
        raise JamFlowError(f"Choose another video: {path} has no frames")
    while (count + 0.5) / fps <= until or count == 0:
        yield latest
        count += 1


def _upright(frame) -> np.ndarray:
    pixels = frame.to_ndarray(format="rgb24")
    return np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90)) if frame.rotation else pixels


def _sound(path: Path, start: float) -> Sound:
    """The whole first sound stream, cut or padded so that it starts at `start` seconds of the file's clock."""
    av = load_av()
    with _open(path) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp")
        blocks, first = [], None
        try:
            for frame in container.decode(stream):
                first = frame.time if first is None and frame.time is not None else first
                blocks += [block.to_ndarray() for block in resampler.resample(frame)]
        except av.FFmpegError as error:
            raise JamFlowError(f"Choose another video: the sound of {path} is broken") from error
        samples = np.concatenate(blocks, 1) if blocks else np.zeros((1, 0), np.float32)
        lead = round(((first or 0.0) - start) * stream.rate)
        samples = np.pad(samples, ((0, 0), (lead, 0))) if lead > 0 else samples[:, -lead:]
        return Sound(samples.astype(np.float32), stream.rate)
