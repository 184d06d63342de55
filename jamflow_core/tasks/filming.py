"""Frames and sound -> a video file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from ..clock import SAMPLE_RATE
from ..media.sound import Recording
from ..media.video import VideoWriter
from ..media.video_reader import read_video


@dataclass(frozen=True)
class Sound:
    """What is heard: samples [n] or [channels, n] in -1..1 from the first frame on, at `rate` Hz."""

    samples: object
    rate: int = SAMPLE_RATE


def sound_of(recording: Recording) -> Sound:
    """A recording's own samples; more than two channels are mixed to two."""
    samples = recording.samples if len(recording.samples) <= 2 else recording.mixed("stereo")
    return Sound(samples, recording.rate)


def write_film(
    path: str | Path,
    frames: Iterable[np.ndarray],
    fps: float,
    sound: Sound,
    progress: Callable[[int], None] = lambda written: None,
) -> None:
    """Write frames (uint8 RGB) as they are made, with sound. progress: told how many frames are written."""
    frames = iter(frames)
    first = next(frames)
    with VideoWriter(path, fps, (first.shape[1], first.shape[0]), sound.samples, sound.rate) as video:
        for number, frame in enumerate(chain([first], frames), 1):
            video.write(frame)
            progress(number)


def sound_over(video: str | Path, sound: Sound, path: str | Path) -> None:
    """A video's own pictures with another sound."""
    source = read_video(video, with_audio=False)
    write_film(path, source.frames, source.fps, sound)
