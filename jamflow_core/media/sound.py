"""Sound files: any format that FFmpeg reads, video included, as it was recorded; written as WAV, whole or not at
all.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..atomic import whole_file
from ..clock import SAMPLE_RATE
from ..errors import JamFlowError
from .container import decoded, load_av, open_media, streams_of, url

RATES = (4000, 768_000)  # Hz, of what is read
MOST_VALUES = 1 << 31  # samples x channels that are read: 8 GB
GAP = 0.02  # seconds of the file's clock without sound that are filled with silence; less is rounding of its stamps
LONGEST_GAP = 3600.0
_BLOCK = 1 << 16

# Sample format -> (PCM codec, format of the frames that it takes, its dtype, what 1.0 is there).
FORMATS = {
    "u8": ("pcm_u8", "u8", np.uint8, 128.0),
    "s16": ("pcm_s16le", "s16", np.int16, 32768.0),
    "s24": ("pcm_s24le", "s32", np.int32, 8388608.0),
    "s32": ("pcm_s32le", "s32", np.int32, 2147483648.0),
    "f32": ("pcm_f32le", "flt", np.float32, 1.0),
    "f64": ("pcm_f64le", "dbl", np.float64, 1.0),
}
_WIDE = ("s32", "f64")  # what float32 does not hold exactly


@dataclass(frozen=True)
class Recording:
    """`samples` float32 [channels, n], 1.0 at full scale (float64 where float32 would round), at `rate` Hz; `layout` is
    FFmpeg's name of the channels ("mono", "stereo", "5.1(side)", "6 channels" for unknown ones); `form` a key of
    FORMATS: how the file stores them, "s16" for what is compressed with loss.
    """

    samples: np.ndarray
    rate: int
    layout: str
    form: str

    def mixed(self, layout: str = "mono") -> np.ndarray:
        """The channels as those of another layout, [channels, n]: the centre keeps its level in "mono", 3 dB less on
        each side in "stereo". Channels of unknown places stay as they are."""
        if layout == self.layout or "channels" in self.layout:
            return self.samples
        mixer = _Converter(layout, self.rate)
        blocks = np.split(self.samples, range(_BLOCK, self.samples.shape[1], _BLOCK), axis=1)
        return np.concatenate([mixer.array(block, self.layout, self.rate) for block in blocks], 1)


def read_sound(path: str | os.PathLike, start: float | None = None) -> Recording:
    """The first sound track of a file, with its own rate, channels and format; gaps in its clock are silence.

    start: second of the file's clock at which the samples begin (None: where its picture does, if it has one; else the
    track itself). What is damaged is left out with a warning.
    JamFlowError: no such file, not a media file, no sound track, one that is empty, too long or mostly damaged.
    """
    path = Path(path)
    with open_media(path, "sound") as container:
        stream = next(iter(streams_of(container, "audio")), None)
        if stream is None:
            raise JamFlowError(f"Give a file with sound: {path} has no sound track that can be read.")
        _check_rate(stream.rate, path)
        start = _start_of_picture(container) if start is None else start
        form = _form(stream)
        parts, layout, rate, first = _decode(path, container, stream, "dbl" if form in _WIDE else "flt")
    if not parts:
        raise JamFlowError(f"Give a file with sound: the track of {path} is empty.")
    samples = np.concatenate(parts, axis=1)
    lead = 0 if start is None or first is None else round((first - start) * rate)
    if abs(lead) > LONGEST_GAP * rate:
        raise JamFlowError(f"Save {path} anew: picture and sound lie {abs(lead) / rate:.0f} s apart.")
    samples = np.pad(samples, ((0, 0), (lead, 0))) if lead > 0 else samples[:, -lead:]
    return Recording(samples, rate, layout, form)


def load_audio(path: str | os.PathLike) -> tuple[Tensor, int]:
    """What a model hears of a file: float32 [1 or 2 channels, samples] and the sample rate in Hz.

    More channels (5.1) are mixed to one in which a voice in the centre keeps its level. JamFlowError as in
    `read_sound`.
    """
    found = read_sound(path)
    return torch.from_numpy(heard(found)), found.rate


def heard(found: Recording) -> np.ndarray:
    """What a model hears of a recording: float32 [1 or 2 channels, samples]."""
    samples = found.samples if len(found.samples) <= 2 else found.mixed("mono")
    return samples.astype(np.float32, copy=False)


def save_wav(path: str | os.PathLike, wave: Tensor, sample_rate: int = SAMPLE_RATE, form: str = "s16") -> None:
    """Write float samples [samples] or [channels, samples], 1.0 at full scale, as PCM of a `form` of FORMATS; beyond
    full scale only floats are kept.

    The file appears under its name only when it is complete. JamFlowError: nothing to write, NaN or infinity, a place
    that cannot be written.
    """
    path = Path(path)
    samples = np.atleast_2d(wave.detach().cpu().numpy() if isinstance(wave, Tensor) else wave)
    if samples.size == 0:
        raise JamFlowError(f"Nothing to write to {path}: the sound is empty.")
    if not np.isfinite(samples).all():
        raise JamFlowError(f"Not written to {path}: the sound has samples that are not numbers.")
    stream_wav(path, [samples], sample_rate, layout_of(len(samples)), form)


def stream_wav(
    path: str | os.PathLike, pieces: Iterable, sample_rate: int = SAMPLE_RATE, layout: str = "mono", form: str = "s16"
) -> None:
    """The same from float pieces [samples] or [channels, samples], one in memory at a time."""
    codec, frames, _, _ = FORMATS[form]
    av, given = load_av(), 0
    with whole_file(path) as part, av.open(url(part), "w", format="wav", options=_WAV) as out:
        stream = out.add_stream(codec, rate=sample_rate, layout=layout)
        for piece in pieces:
            piece = _stored(np.atleast_2d(piece), form)
            for start in range(0, piece.shape[1], _BLOCK):
                packed = np.ascontiguousarray(piece[:, start : start + _BLOCK].T).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(packed, format=frames, layout=layout)
                frame.sample_rate, frame.pts = sample_rate, given
                given += frame.samples
                out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


_WAV = {"fflags": "+bitexact", "rf64": "auto"}  # no writer's name in the file; more than 4 GB are RF64


def _stored(samples: np.ndarray, form: str) -> np.ndarray:
    """Samples as the numbers of a form, scaled as decoders scale back, so that reading and writing again changes no
    bit.
    """
    _, _, dtype, full = FORMATS[form]
    if full == 1.0:
        return samples.astype(dtype)
    numbers = np.round(samples * np.float64(full) if form in _WIDE else samples * full).clip(-full, full - 1)
    return {"u8": lambda: numbers + 128, "s24": lambda: numbers * 256}.get(form, lambda: numbers)().astype(dtype)


def layout_of(channels: int) -> str:
    """The usual places of so many channels."""
    usual = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
    if channels not in usual:
        raise JamFlowError(f"Write at most 8 channels: this sound has {channels}.")
    return usual[channels]


def _form(stream) -> str:
    """How a track stores its samples."""
    name, frames = stream.codec_context.name, getattr(stream.codec_context.format, "name", "").removesuffix("p")
    if name.startswith("pcm_") and name[4:7] in FORMATS:
        return name[4:7]
    if name == "pcm_u8":
        return "u8"
    kept = frames if name.startswith("pcm_f") or name in ("flac", "alac", "tta", "wavpack", "ape") else "s16"
    return {"s16": "s16", "s32": "s24", "flt": "f32", "dbl": "f64"}.get(kept, "s16")


def _start_of_picture(container) -> float | None:
    """Second at which a video's picture begins; None where there is none."""
    starts = (stream.start_time * stream.time_base for stream in streams_of(container, "video") if stream.start_time)
    return next(map(float, starts), 0.0 if streams_of(container, "video") else None)


def _check_rate(rate: int, path: Path) -> None:
    low, high = RATES
    if not low <= rate <= high:
        raise JamFlowError(f"Choose another sound: {path} declares {rate} Hz, not {low} to {high}.")


def _decode(path: Path, container, stream, form: str):
    """(parts [channels, samples], layout, rate, second of the first one); a track that changes follows its first
    frame.
    """
    parts, converter, first, total = [], None, None, 0
    for frame in decoded(path, container, stream):
        _check_rate(frame.sample_rate, path)
        if converter is None:
            converter, first = _Converter(frame.layout.name, frame.sample_rate, form), frame.time
        gap = 0.0 if frame.time is None or first is None else frame.time - first - total / converter.rate
        if gap > LONGEST_GAP:
            raise JamFlowError(f"Save {path} anew: its clock jumps by {gap:.0f} s.")
        if gap > GAP:
            parts.append(np.zeros((converter.channels, round(gap * converter.rate)), parts[-1].dtype))
            total += parts[-1].shape[1]
        try:
            parts.append(converter.frame(frame))
        except load_av().FFmpegError as error:
            raise JamFlowError(f"Choose another sound: the channels of {path} are of no kind that is known.") from error
        total += parts[-1].shape[1]
        if total * converter.channels > MOST_VALUES:
            raise JamFlowError(f"Cut {path} into parts: it holds more than {total / converter.rate / 3600:.0f} h.")
    if converter is None:
        return [], "", 0, None
    return [*parts, converter.rest()], converter.layout, converter.rate, first


class _Converter:
    """Frames of any format, layout and rate -> arrays [channels, samples] of one."""

    def __init__(self, layout: str, rate: int, form: str = "flt"):
        self.layout, self.rate, self._form = (
            {"1 channels": "mono", "2 channels": "stereo"}.get(layout, layout),
            rate,
            form,
        )
        self.channels = load_av().AudioLayout(layout).nb_channels
        self._takes: tuple | None = None
        self._resampler: Any = None

    def frame(self, frame) -> np.ndarray:
        """One frame; a change of format begins a new conversion."""
        takes = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest = self.rest() if self._takes not in (None, takes) else None
        if self._resampler is None:
            self._takes, self._resampler = takes, load_av().AudioResampler(self._form, self.layout, self.rate)
        frame.pts = None  # a gap or a wrong time stamp must not stop the conversion
        made = self._arrays(self._resampler.resample(frame))
        return made if rest is None else np.concatenate([rest, made], 1)

    def rest(self) -> np.ndarray:
        """What is held back at the end."""
        made = self._arrays(self._resampler.resample(None))
        self._resampler = None
        return made

    def array(self, samples: np.ndarray, layout: str, rate: int) -> np.ndarray:
        """Samples [channels, n] of another layout."""
        packed = np.ascontiguousarray(samples.T, np.float32).reshape(1, -1)
        frame = load_av().AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate = rate
        return self.frame(frame)

    def _arrays(self, frames) -> np.ndarray:
        parts = [frame.to_ndarray().reshape(-1, self.channels).T for frame in frames]
        dtype = np.float64 if self._form == "dbl" else np.float32
        return np.concatenate(parts, 1) if parts else np.zeros((self.channels, 0), dtype)
