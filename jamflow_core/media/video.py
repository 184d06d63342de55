"""Video files written frame by frame (H.264 + AAC in MP4) through PyAV; memory does not grow with length.

`read_video` is the other direction.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import numpy as np

from ..atomic import whole_file
from ..clock import SAMPLE_RATE
from ..errors import JamFlowError
from .container import load_av, url
from .soundtrack import Soundtrack
from .video_reader import read_video

__all__ = ["VideoWriter", "read_video"]

QUALITY = 18  # x264 constant rate factor: visually lossless
PRESET = "veryfast"
WAITING = 8  # frames that may wait for the encoder
BT709 = 1  # the colour space's number in H.264 and in FFmpeg


class VideoWriter:
    """Writes an MP4 file: a context manager whose `write` takes one frame at a time.

    path: where the finished file goes. It is written under another name beside it and takes its place only when the
    block ends without an error; otherwise it is deleted.
    fps: frames per second. size: width and height of the frames; an odd side is padded by repeating its last row or
    column, as H.264 wants even ones.
    wave: sound from the clip's start: a Recording, samples -1..1 [n] (mono) or [channels, n], or an iterator of such
    chunks; None for a silent video. Sound that outlasts the frames is kept.
    A thread of its own encodes, while the next frames are made; what goes wrong there is raised by a later `write` or
    at the end. Raises JamFlowError if the file cannot be written, at once or when the disk is full.
    """

    def __init__(self, path: str | Path, fps: float, size: tuple[int, int], wave=None, sample_rate: int = SAMPLE_RATE):
        av = load_av()
        self.path = Path(path)
        self._size = size
        self._fps = Fraction(fps).limit_denominator(1001)
        self._frames = 0
        self._encoder, self._waiting = ThreadPoolExecutor(1, "encoder"), deque[Future]()
        self._failed = False
        self._place = whole_file(self.path)
        part = self._place.__enter__()
        try:
            self._container = av.open(url(part), "w", format="mp4", options={"movflags": "+faststart"})
            self._add_streams(wave, sample_rate)
        except BaseException:
            self.discard()
            raise

    def _add_streams(self, wave, sample_rate: int) -> None:
        options = {"preset": PRESET, "crf": str(QUALITY)}
        self._video = self._container.add_stream("libx264", rate=self._fps, options=options)
        self._video.width, self._video.height = (side + side % 2 for side in self._size)
        self._video.pix_fmt = "yuv420p"
        codec = self._video.codec_context
        codec.colorspace = codec.color_primaries = codec.color_trc = BT709
        codec.color_range = load_av().video.reformatter.ColorRange.MPEG
        self._to_yuv = load_av().video.reformatter.VideoReformatter()
        self._sound = None if wave is None else Soundtrack(self._container, wave, sample_rate)

    def write(self, frame: np.ndarray) -> None:
        """Append one frame, uint8 RGB [height, width, 3]."""
        width, height = self._size
        if frame.shape != (height, width, 3) or frame.dtype != np.uint8:
            raise ValueError(f"a frame must be uint8 [{height}, {width}, 3], not {frame.dtype} {list(frame.shape)}")
        if width % 2 or height % 2:
            frame = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        picture = load_av().VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")  # a copy
        picture.pts = self._frames
        picture.time_base = 1 / self._fps
        self._frames += 1
        self._waiting.append(self._encoder.submit(self._encode, picture, float(self._frames / self._fps)))
        self._wait(WAITING)

    def _encode(self, picture, end: float) -> None:
        """One frame, and the sound until its end in seconds. After a failure nothing more may reach the container:
        FFmpeg would write into what it has given up."""
        if self._failed:
            return
        try:
            picture = self._to_yuv.reformat(picture, format="yuv420p", dst_colorspace=BT709)
            self._container.mux(self._video.encode(picture))
            if self._sound:
                self._sound.write_until(end)
        except BaseException:
            self._failed = True
            raise

    def _wait(self, left: int) -> None:
        """Until at most so many frames wait; raises what went wrong with the others."""
        while len(self._waiting) > left:
            with self._told():
                self._waiting.popleft().result()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the encoder and of the disk as those that the user can mend."""
        try:
            yield
        except (load_av().FFmpegError, OSError) as error:
            self._failed = True
            raise JamFlowError(f"Cannot write {self.path}: {error.strerror or error}.") from error

    def close(self) -> None:
        """Finish the file and move it to its place; ValueError if it has no frames."""
        if not self._frames:
            raise ValueError("a video needs at least one frame")
        self._wait(0)
        self._encoder.shutdown()
        with self._told():
            self._container.mux(self._video.encode(None))
            if self._sound:
                self._sound.finish()
            self._container.close()
        self._place.__exit__(None, None, None)

    def discard(self) -> None:
        """Give up: delete what was written."""
        self._failed = True
        self._encoder.shutdown(cancel_futures=True)
        with suppress(Exception):  # what cannot be finished is deleted all the same
            self._container.close()
        self._container = self._video = self._sound = None  # closes the file, which Windows wants before it is deleted
        with suppress(_GivenUp):
            self._place.__exit__(_GivenUp, _GivenUp(), None)

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(self, error_type, error, trace) -> None:
        if error_type is not None:
            self.discard()
            return
        try:
            self.close()
        except BaseException:
            self.discard()
            raise


class _GivenUp(Exception):
    """Ends the writing of a file that nobody wants any more."""
