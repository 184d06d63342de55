"""Video files read frame by frame: upright, with square pixels, in ordinary colours, evenly timed."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import JamFlowError
from .container import decoded, load_av, open_media, streams_of
from .hdr import HLG, PQ, to_sdr
from .picture import MAX_PIXELS
from .sound import Recording, read_sound

__all__ = ["Video", "load_av", "read_video"]

SLOWEST, FASTEST = 1.0, 120.0  # frames per second; others are repeated or left out
USUAL = 25.0  # of a file whose stamps say nothing
LONGEST_GAP = 3600.0  # seconds between two frames
_LOOKED_AT = 300  # packets whose stamps tell the rate
_TURNED_BACK = 0.2  # seconds by which a clock goes back where another clip was appended


class Video(NamedTuple):
    """`fps`, an iterator of `frames` (uint8 RGB [h,w,3], evenly timed), and the sound from the first frame on, or
    None.
    """

    fps: float
    frames: Iterator[np.ndarray]
    audio: Recording | None


def read_video(path: str | Path, fps: float | None = None, with_audio: bool = True) -> Video:
    """Open a video for reading.

    Frames are decoded when asked for. They come at an even rate: that of the file (1 to 120), or `fps`; frames of an
    uneven (phone, screen) recording are repeated or left out to keep time. Rotation marks are applied, pixels that are
    not square are stretched, HDR is brought to ordinary colours, all frames have the size of the first.
    Raises JamFlowError for a file that is missing, no video, or mostly broken; what else is broken is left out with a
    warning.
    """
    path = Path(path)
    with _open(path) as container:
        stream = _stream(container)
        start = float(stream.start_time * stream.time_base) if stream.start_time is not None else 0.0
        has_sound = with_audio and len(streams_of(container, "audio")) > 0
        fps = float(fps or _rate(container, stream))
    return Video(fps, _frames(path, fps), read_sound(path, start) if has_sound else None)


def _open(path: Path):
    container = open_media(path, "video")
    stream = _stream(container)
    if stream is None:
        container.close()
        raise JamFlowError(f"Choose a video file: {path} has no picture that can be read.")
    context = stream.codec_context
    if context.width * context.height > MAX_PIXELS:
        container.close()
        raise JamFlowError(f"Choose a smaller video: {path} has frames of {context.width} x {context.height}.")
    return container


def _stream(container):
    """The first stream of pictures that move."""
    return next(iter(streams_of(container, "video")), None)


def _rate(container, stream) -> float:
    """Frames per second: what the file says, or its stamps where that is nonsense; within the limits."""
    said = float(stream.average_rate or 0)
    if not SLOWEST <= said <= FASTEST:
        said = _rate_of_stamps(container, stream) or said or USUAL
    return min(max(said, SLOWEST), FASTEST)


def _rate_of_stamps(container, stream) -> float | None:
    """Of the first packets: one through the mean of the usual intervals; None where there are no two stamps."""
    av = load_av()
    try:
        packets = list(islice(container.demux(stream), _LOOKED_AT))
    except av.FFmpegError:
        return None
    stamps = sorted({packet.pts for packet in packets if packet.pts is not None})
    intervals = np.diff(stamps) * float(stream.time_base) if len(stamps) > 1 else np.zeros(0)
    usual = intervals[intervals <= 1.5 * np.median(intervals)] if len(intervals) else intervals
    return float(1 / usual.mean()) if len(usual) and usual.mean() > 0 else None


def _frames(path: Path, fps: float) -> Iterator[np.ndarray]:
    """Frame n is the last one that is shown by (n + 1/2) / fps seconds after the first."""
    latest, start, before, until, count = None, 0.0, 0.0, 0.0, 0
    with _open(path) as container:
        stream = _stream(container)
        picture = _Picture(stream.sample_aspect_ratio)
        stream.thread_type = "AUTO"
        for frame in decoded(path, container, stream):
            time = frame.time if frame.time is not None else start + count / fps
            start = time if latest is None else start
            if time - start < before - _TURNED_BACK:
                start = time - until
            elif time - start > before + LONGEST_GAP:
                raise JamFlowError(f"Save {path} anew: its clock jumps by {time - start - before:.0f} s.")
            while latest is not None and (count + 0.5) / fps <= time - start:
                yield picture.of(latest)
                count += 1
            latest, before = frame, time - start
            lasts = float((frame.duration or 0) * frame.time_base)
            until = before + (lasts if lasts >= 1 / FASTEST - 1e-3 else 1 / fps)
    if latest is None:
        raise JamFlowError(f"Choose another video: {path} has no frames")
    until = min(until, before + LONGEST_GAP)
    while (count + 0.5) / fps <= until or count == 0:
        yield picture.of(latest)
        count += 1


class _Picture:
    """Frames as arrays, all of the first one's size; a frame that is asked for again is not made again.

    aspect: width of a pixel by its height.
    """

    def __init__(self, aspect):
        self._last, self._pixels, self._size, self._aspect = None, None, None, float(aspect or 1)

    def of(self, frame) -> np.ndarray:
        """uint8 RGB [h, w, 3]."""
        if frame is not self._last:
            self._last, self._pixels = frame, self._upright(frame)
        return self._pixels

    def _upright(self, frame) -> np.ndarray:
        self._size = self._size or _square(frame.width, frame.height, self._aspect)
        width, height = self._size
        transfer = getattr(frame, "color_trc", None)
        if transfer in (PQ, HLG):
            deep = frame.reformat(width, height, format="rgb48le").to_ndarray()
            pixels = to_sdr(deep, int(transfer), int(frame.color_primaries))
        else:
            pixels = frame.to_ndarray(width=width, height=height, format="rgb24")
        return np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90)) if frame.rotation else pixels


def _square(width: int, height: int, aspect: float) -> tuple[int, int]:
    """Width and height with square pixels: the side that is squeezed grows. An aspect beyond 4 is a mistake in the
    file.
    """
    if not 0.25 <= aspect <= 4:
        return width, height
    return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))
