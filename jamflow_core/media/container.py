"""Sound and video files opened for reading, and what can be decoded of them.

A file is opened by its path alone: a colon in its name is no protocol, nothing is fetched from elsewhere, and marks in
another encoding than UTF-8 are read with what replaces them.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import JamFlowError

# What FFmpeg also opens: lists of other files, and text drawn as a picture.
_NO_MEDIA = {"hls", "dash", "concat", "sdp", "rtsp", "tty", "bin", "xbin", "idf", "adf", "lavfi"}
_FAILURES = 50  # reads in a row that may fail before the rest of a file is given up
_log = logging.getLogger("jamflow")


def load_av():
    """PyAV, or a JamFlowError that says how to install it."""
    try:
        import av
    except ImportError as error:
        raise JamFlowError("Install PyAV to read and write sound and video: pip install av") from error
    return av


def url(path: str | os.PathLike) -> str:
    """A path as FFmpeg takes it for a path, whatever is in it."""
    return f"file:{os.path.abspath(path)}"


def open_media(path: str | os.PathLike, kind: str = "sound or video"):
    """An input container of PyAV, to be used in a `with`. kind: what is wanted, for the messages.

    JamFlowError: no such file, an empty one, none that can be read.
    """
    av, path = load_av(), Path(path)
    if not os.path.isfile(path):
        raise JamFlowError(f"Choose an existing file of {kind}: there is no file {path}.")
    if not os.path.getsize(path):
        raise JamFlowError(f"Choose another file of {kind}: {path} is empty.")
    try:
        container = av.open(url(path), metadata_errors="replace", options={"protocol_whitelist": "file"})
    except (av.FFmpegError, OSError, ValueError) as error:
        why = f" ({error.strerror})" if isinstance(error, PermissionError) else ""
        raise JamFlowError(f"Choose a file of {kind}: {path} cannot be read as one, or it is damaged{why}.") from error
    if _NO_MEDIA & set(container.format.name.split(",")):
        container.close()
        raise JamFlowError(f"Choose a file of {kind}: {path} is a list of others, or text.")
    return container


def streams_of(container, kind: str) -> list:
    """Streams of a kind ("audio", "video") that can be decoded; of pictures those that move, not the cover of a
    recording.
    """
    return [one for one in getattr(container.streams, kind) if one.codec_context is not None and not still(one)]


def still(stream) -> bool:
    """Whether a stream of pictures is only the cover of a recording."""
    return bool(stream.disposition & load_av().stream.Disposition.attached_pic)


def decoded(path: str | os.PathLike, container, stream) -> Iterator:
    """Frames of a stream. What cannot be decoded is left out, and told by a warning.

    JamFlowError: more of it is damaged than whole.
    """
    av = load_av()
    good = bad = 0
    for packet in _packets(av, container, stream):
        try:
            frames = [] if packet is None else packet.decode()
        except av.FFmpegError:
            packet = None
        if packet is None:
            bad += 1
            continue
        for frame in frames:
            good += 1
            yield frame
    if bad > good:
        raise JamFlowError(f"Choose another file: {path} is damaged, or no {stream.type} file.")
    if bad:
        _log.warning("%s is damaged: %d piece(s) of its %s left out.", path, bad, stream.type)


def _packets(av, container, stream) -> Iterator:
    """Packets of a stream; None for each that cannot be read."""
    failed = 0
    while failed < _FAILURES:
        try:
            for packet in container.demux(stream):
                failed = 0
                yield packet
            return
        except av.FFmpegError:
            failed += 1
            yield None
    yield from _flush(av, stream)


def _flush(av, stream) -> Iterator:
    """The empty packet that makes a decoder give what it holds back."""
    packet = av.Packet()
    packet.stream = stream
    yield packet
