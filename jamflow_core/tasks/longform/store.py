"""Finished chunks in a folder, each in a file under the hash of everything that decides it.

Whoever asks for a chunk again, after an interruption or with another line changed, gets the file. Waves are kept as the
16-bit samples that a WAV holds, so that a chunk from the disk and one just made are the same. Several scripts may share
a
folder: each lists its chunks in a file of its own there, and only what is in no list is deleted.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
import torch

from ...atomic import whole_file
from ...clock import MOTION_FPS, SAMPLE_RATE
from ...errors import JamFlowError
from ...motion.space import KEYPOINTS
from ...text.timed import TimedText, Word
from ..voice import Voice

FRAME = SAMPLE_RATE // MOTION_FPS  # samples of a motion frame
VERSION = "3"  # of what the code makes of the same text and weights: 3 has calm lips

_ROWS = 1 << 16


def digest(*parts) -> str:
    """Hash of numbers, texts, bytes, None, arrays, tensors and tuples or lists of these."""
    state = hashlib.sha256(VERSION.encode())

    def take(part) -> None:
        if isinstance(part, torch.Tensor):
            part = part.detach().cpu()
            part = (part.float() if part.dtype == torch.bfloat16 else part).numpy()
        if isinstance(part, np.ndarray):
            state.update(f"{part.dtype}{part.shape}".encode())
            rows = part.reshape(1) if part.ndim == 0 else part
            for start in range(0, len(rows), _ROWS):  # a few at a time: long silences are not held
                state.update(np.ascontiguousarray(rows[start : start + _ROWS]).data)
        elif isinstance(part, (tuple, list)):
            state.update(f"[{len(part)}".encode())
            for item in part:
                take(item)
        else:
            state.update(f"{type(part).__name__}:{part!r};".encode())

    take(list(parts))
    return state.hexdigest()[:32]


def digest_of_net(net: torch.nn.Module) -> str:
    """Hash of a network's weights and their format."""
    return digest(*((name, str(value.dtype), value) for name, value in net.state_dict().items()))


def digest_of_text(text: TimedText | str | None) -> str:
    if text is None or isinstance(text, str):
        return digest(text)
    return digest(text.text, list(text.symbols), text.durations)


def digest_of_voice(voice: Voice) -> str:
    """Hash of all that decides how a voice sounds; its name does not."""
    learned = voice.adapter and (voice.adapter.base, [(name, list(part)) for name, part in voice.adapter.parts.items()])
    return digest(voice.mel, digest_of_text(voice.text), voice.language.code, voice.heard, voice.stranger, learned)


@dataclass(frozen=True)
class Chunk:
    """wave int16 [samples] at 24 kHz, a whole number of motion frames; exp float32 [frames, 21, 3] at 25 fps; text,
    timed.
    """

    wave: np.ndarray
    exp: np.ndarray
    text: TimedText | None


@final
class Store:
    """Chunks by key in one folder (made when the first is asked for). owner: who asks, among those that share the
    folder.

    In a `with` block the owner's list is this run's alone: JamFlowError if another run is at work under the same name,
    as each would delete what the other needs.
    """

    def __init__(self, folder: str | Path, owner: str = "script"):
        self.folder = Path(folder)
        self.list = self.folder / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', owner)}.keys"
        self.claimed: set[str] = set()
        self.found = self.made = 0

    def __enter__(self) -> "Store":
        from filelock import FileLock, Timeout

        self._make_folder()
        self._lock = FileLock(self.list.with_suffix(".lock"), timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise JamFlowError(
                f"Wait for the other run, or name another output: {self.folder} is in use by one of the same name."
            ) from None
        except (OSError, NotImplementedError):  # a file system without locks
            pass
        return self

    def __exit__(self, *_) -> None:
        self._lock.release()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """For a moment nobody else claims or deletes in the folder."""
        from filelock import FileLock

        lock = FileLock(self.folder / "folder.lock")
        with suppress(OSError, NotImplementedError):
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JamFlowError(f"Cannot write {self.folder}: {error.strerror or error}.") from error

    def path(self, key: str, ending: str = "safetensors") -> Path:
        return self.folder / f"{key}.{ending}"

    def chunk(self, key: str, make: Callable[[], Chunk]) -> None:
        """Make sure that the chunk is there."""
        if self.claim(self.path(key)):
            self.found += 1
            return
        self.write(key, make())
        self.made += 1

    def claim(self, path: Path) -> bool:
        """Put a file of the folder on the owner's list before it is made, so that it outlives an interruption; is it
        there already?"""
        self._make_folder()
        with self._alone():
            if path.stem not in self.claimed:
                self.claimed.add(path.stem)
                try:
                    with open(self.list, "a", encoding="ascii") as file:
                        file.write(f"{path.stem}\n")
                except OSError as error:
                    raise JamFlowError(f"Cannot write {self.list}: {error.strerror or error}.") from error
            return path.exists()

    def write(self, key: str, chunk: Chunk) -> None:
        from safetensors.numpy import save

        with whole_file(self.path(key)) as part:
            part.write_bytes(save({"wave": chunk.wave, "exp": chunk.exp}, {"text": _to_json(chunk.text)}))

    def read(self, key: str) -> Chunk:
        """JamFlowError for a file that is damaged."""
        from safetensors import SafetensorError, safe_open

        path = self.path(key)
        try:
            with safe_open(path, framework="numpy") as file:
                wave, exp = file.get_tensor("wave"), file.get_tensor("exp")
                chunk = Chunk(wave, exp, _from_json((file.metadata() or {})["text"]))
            if wave.dtype != np.int16 or wave.shape != (len(exp) * FRAME,) or exp.shape != (len(exp), KEYPOINTS, 3):
                raise ValueError("wave and motion do not fit")
            if exp.dtype != np.float32 or not np.isfinite(exp).all():
                raise ValueError("the motion is none")
            return chunk
        except (SafetensorError, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise JamFlowError(f"Delete {path} and run again: it is damaged.") from error

    def keep_only(self, keys) -> None:
        """Delete the chunks that no owner asks for any more; the owner of this store asks for these alone."""
        self.claimed = set(keys)
        with self._alone():
            with whole_file(self.list) as part:
                part.write_text("".join(f"{key}\n" for key in sorted(self.claimed)), encoding="ascii")
            lists = [listed.read_text(encoding="ascii", errors="replace") for listed in self.folder.glob("*.keys")]
            wanted = {key for listed in lists for key in listed.split()}
            for path in self.folder.glob("*"):
                if path.suffix in (".safetensors", ".mp4") and len(path.stem) == 32 and path.stem not in wanted:
                    with suppress(OSError):  # one that stays is no harm
                        path.unlink()


def _to_json(text: TimedText | None) -> str:
    if text is None:
        return "null"
    words = [(word.text, word.first, word.last) for word in text.words]
    parts = {"text": text.text, "symbols": text.symbols, "durations": text.durations.tolist(), "words": words}
    return json.dumps(parts, ensure_ascii=False)


def _from_json(written: str) -> TimedText | None:
    parts = json.loads(written)
    if parts is None:
        return None
    symbols, durations = tuple(parts["symbols"]), np.array(parts["durations"], float)
    words = tuple(Word(str(text), int(first), int(last)) for text, first, last in parts["words"])
    if durations.shape != (len(symbols),) or not (np.isfinite(durations).all() and (durations >= 0).all()):
        raise ValueError("the times are none")
    if any(not 0 <= word.first < word.last <= len(symbols) for word in words):
        raise ValueError("the words are not in the text")
    return TimedText(str(parts["text"]), symbols, durations, np.zeros(len(symbols), bool), words)
