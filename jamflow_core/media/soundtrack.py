"""The sound of a clip on its way into an MP4 container, in step with the frames."""

from collections.abc import Iterator

import numpy as np

from .container import load_av
from .sound import Recording, layout_of

BITS = 128_000  # a second, of up to two channels; more have as many for each two
BLOCK = 1024  # samples of one AAC frame
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)  # of MPEG-4 AAC
LAYOUTS = ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1(wide)")  # of the encoder


class Soundtrack:
    """An AAC stream in `container`, fed from `wave`: a Recording, samples -1..1 [n] or [channels, n], or an iterator
    of such chunks.

    `rate` and `layout` (FFmpeg's name; None: the usual one of so many channels) are those of the samples; a Recording
    knows its own. Rates that AAC does not have are resampled to 48 kHz, layouts that it does not have are mixed to two
    channels.
    """

    def __init__(self, container, wave, rate: int, layout: str | None = None):
        if isinstance(wave, Recording):
            wave, rate, layout = wave.samples, wave.rate, wave.layout
        self._container, self._rate = container, rate
        self._chunks = _chunks(wave)
        self._pending = next(self._chunks, np.zeros((1, 0), np.float32))
        self._given = 0  # samples
        channels = len(self._pending)
        self._layout = layout_of(channels) if layout is None or "channels" in layout else layout
        coded_layout = self._layout.replace("(side)", "")
        coded_layout = coded_layout if coded_layout in LAYOUTS else "stereo"
        coded_rate = rate if rate in RATES else 48000
        self._stream = container.add_stream("aac", rate=coded_rate, layout=coded_layout)
        self._stream.bit_rate = BITS * max(channels, 2) // 2
        self._resampler = load_av().AudioResampler(
            format="fltp", layout=coded_layout, rate=coded_rate, frame_size=BLOCK
        )

    def write_until(self, seconds: float) -> None:
        """Encode what is heard before this moment."""
        due = int(seconds * self._rate)
        while self._given < due and self._refill():
            self._encode(due - self._given)

    def finish(self) -> None:
        """Encode the rest and flush."""
        while self._refill():
            self._encode(self._pending.shape[1])
        for block in self._resampler.resample(None) if self._given else ():
            self._container.mux(self._stream.encode(block))
        self._container.mux(self._stream.encode(None))

    def _refill(self) -> bool:
        """Make sure that samples are pending; False at the end."""
        while self._pending.shape[1] == 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._pending = chunk
        return True

    def _encode(self, count: int) -> None:
        now, self._pending = np.split(self._pending, [min(count, self._pending.shape[1])], axis=1)
        packed = np.ascontiguousarray(now.T).reshape(1, -1)
        frame = load_av().AudioFrame.from_ndarray(packed, format="flt", layout=self._layout)
        frame.sample_rate = self._rate
        frame.pts = self._given
        self._given += now.shape[1]
        for block in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(block))


def _chunks(wave) -> Iterator[np.ndarray]:
    """Chunks as float32 [channels, n], within -1..1."""
    for chunk in wave if hasattr(wave, "__next__") else [wave]:
        yield np.clip(np.atleast_2d(np.asarray(chunk, np.float32)), -1, 1)
