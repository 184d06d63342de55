"""Frames and sound -> a video file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..media.video import VideoWriter
from ..media.video_reader import read_video


def write_film(
    path: str | Path,
    frames: Iterator[np.ndarray],
    fps: float,
    wave,
    *,
    count: int | None = None,
    progress: Callable[[float, dict], None] | None = None,
) -> None:
    """Write frames (uint8 RGB) as they are made, with a wave [samples] at 24 kHz; `count` of them, for the progress."""
    first = next(frames)
    with VideoWriter(path, fps, (first.shape[1], first.shape[0]), wave) as video:
        video.write(first)
        for number, frame in enumerate(frames, 2):
            video.write(frame)
            if progress and count:
                progress(number / count, {})


def sound_over(video: str | Path, wave, path: str | Path) -> None:
    """A video's own pictures with new speech [samples] at 24 kHz."""
    source = read_video(video, with_audio=False)
    write_film(path, iter(source.frames), source.fps, wave)
