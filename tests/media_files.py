"""Small media files of every kind that people bring, made where they are tested."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def tone(seconds: float, rate: int, hertz: float = 440.0, level: float = 0.3) -> np.ndarray:
    """float32 [samples]."""
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write_sound(path: Path, wave: np.ndarray, codec: str, rate: int, layout: str = "mono", metadata=None) -> Path:
    """float [channels, samples] through an encoder of FFmpeg; the name's ending is the container."""
    with av.open(f"file:{path}", "w", metadata_encoding="latin1") as out:
        out.metadata.update(metadata or {})
        stream = out.add_stream(codec, rate=rate, layout=layout)
        context = stream.codec_context
        resampler = av.AudioResampler(context.format.name, layout, rate, frame_size=context.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(np.atleast_2d(wave).T, np.float32).reshape(1, -1), format="flt", layout=layout
        )
        frame.sample_rate, frame.pts = rate, 0
        for block in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    return path


def write_video(path: Path, frames, times, options: dict | None = None, **of_stream) -> Path:
    """uint8 or uint16 RGB [h, w, 3] at `times` in milliseconds, H.264 without loss of note. options: `codec`,
    `pix_fmt`, `rate`, `audio` (tone beside it); of_stream: attributes of the codec's context, such as `color_trc`."""
    options = {"codec": "libx264", "pix_fmt": "yuv420p", "rate": 1000, **(options or {})}
    with av.open(f"file:{path}", "w") as out:
        first = frames[0]
        quality = {"crf": "4"} if options["codec"] == "libx264" else {}
        stream = out.add_stream(options["codec"], rate=options["rate"], options=quality)
        stream.height, stream.width, stream.pix_fmt = *first.shape[:2], options["pix_fmt"]
        stream.codec_context.time_base = Fraction(1, 1000)
        for name, value in of_stream.items():
            setattr(stream.codec_context, name, value)
        for pixels, time in zip(frames, times, strict=True):
            shape = "rgb48le" if pixels.dtype == np.uint16 else "rgb24"
            frame = av.VideoFrame.from_ndarray(pixels, format=shape)
            frame = frame.reformat(format=options["pix_fmt"], dst_colorspace=options.get("matrix"))
            frame.pts, frame.time_base = time, stream.codec_context.time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def damaged(path: Path, at: float, length: int = 300, seed: int = 1) -> Path:
    """A copy of a file with noise somewhere in it (at: 0..1)."""
    data = bytearray(path.read_bytes())
    place = int(len(data) * at)
    data[place : place + length] = np.random.default_rng(seed).bytes(length)
    copy = path.with_name(f"bad_{path.name}")
    copy.write_bytes(data)
    return copy
