"""Sound files: any format that FFmpeg reads, video included; written as 16-bit WAV, whole or not at all."""

import os
import wave as riff
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..atomic import whole_file
from ..clock import SAMPLE_RATE
from ..errors import JamFlowError


def load_audio(path: str | os.PathLike) -> tuple[Tensor, int]:
    """The first sound track of a file: float32 [channels, samples] and its sample rate in Hz.

    JamFlowError: no such file, not a media file, no sound track, an empty or damaged one, PyAV missing.
    """
    try:
        import av
    except ImportError as error:
        raise JamFlowError("Reading audio needs PyAV: pip install av.") from error
    path = Path(path)
    if not path.is_file():
        raise JamFlowError(f"No audio file at {path}.")
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise JamFlowError(f"{path} has no sound track: give a file with sound.")
            parts, rate = _decode(av, container)
    except (av.error.FFmpegError, UnicodeDecodeError) as error:
        raise JamFlowError(
            f"{path} cannot be read as audio: it is no sound or video file, or it is damaged."
        ) from error
    except OSError as error:
        raise JamFlowError(f"{path} cannot be opened: {error.strerror}.") from error
    if not parts:
        raise JamFlowError(f"{path} holds no sound: its track is empty.")
    return torch.from_numpy(np.concatenate(parts, axis=1)), rate


def _decode(av, container) -> tuple[list[np.ndarray], int]:
    """Planar float parts [channels, samples] and their rate; a track that changes format follows its first frame."""
    parts, converter, rate = [], None, 0
    for frame in container.decode(audio=0):
        if converter is None:
            rate = frame.sample_rate
            converter = av.AudioResampler("fltp", frame.layout, rate)
        frame.pts = None  # a gap or a wrong time stamp must not stop the converter
        parts += [part.to_ndarray() for part in converter.resample(frame)]
    if converter is not None:
        parts += [part.to_ndarray() for part in converter.resample(None)]
    return parts, rate


def save_wav(path: str | os.PathLike, wave: Tensor, sample_rate: int = SAMPLE_RATE) -> None:
    """Write float samples [samples] or [channels, samples], -1..1 (beyond is clipped), as 16-bit PCM.

    The file appears under its name only when it is complete. JamFlowError: nothing to write, NaN or infinity, a place
    that cannot be written.
    """
    path = Path(path)
    samples = np.atleast_2d(wave.detach().cpu().float().numpy())
    if samples.size == 0:
        raise JamFlowError(f"Nothing to write to {path}: the sound is empty.")
    if not np.isfinite(samples).all():
        raise JamFlowError(f"Not written to {path}: the sound has samples that are not numbers.")
    stream_wav(path, [samples], sample_rate, len(samples))


def stream_wav(path: str | os.PathLike, pieces, sample_rate: int = SAMPLE_RATE, channels: int = 1) -> None:
    """The same from float pieces [samples] or [channels, samples], one in memory at a time."""
    with whole_file(path) as part, open(part, "wb") as file, riff.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(sample_rate)
        for piece in pieces:
            # Scaled as decoders scale back, so that reading and writing again changes no bit.
            pcm = np.round(np.atleast_2d(piece) * 32768).clip(-32768, 32767).astype("<i2")
            out.writeframes(pcm.T.tobytes())
