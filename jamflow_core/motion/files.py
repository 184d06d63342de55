"""Motion files: safetensors with the tensor `exp` float32 [frames, 21, 3] and the metadata `fps`."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..atomic import whole_file
from ..errors import JamFlowError
from .frames import resampled
from .space import KEYPOINTS

_FPS_RANGE = (1.0, 240.0)
LARGEST = 100.0  # of a keypoint's delta; a wide open mouth is near 1


@dataclass(frozen=True)
class Motion:
    """`exp` float32 [frames, 21, 3]; frame i is the face at i / fps seconds and stays until the next one."""

    exp: np.ndarray
    fps: float

    @property
    def seconds(self) -> float:
        return len(self.exp) / self.fps

    def at(self, fps: float) -> "Motion":
        """The same motion at another rate, by linear interpolation; behind the last frame its face is held."""
        if fps == self.fps:
            return self
        return Motion(resampled(self.exp, self.fps, fps).astype(np.float32), fps)


def save_motion(path: str | os.PathLike, exp: np.ndarray, fps: float) -> None:
    """Write a motion file, whole or not at all. JamFlowError where the motion or the place is no good."""
    from safetensors.numpy import save

    motion = Motion(_checked(np.asarray(exp), "The motion"), _checked_fps(fps, "The motion"))
    with whole_file(path) as part:
        part.write_bytes(save({"exp": motion.exp}, metadata={"fps": str(motion.fps)}))


def stream_motion(path: str | os.PathLike, pieces: Iterable[np.ndarray], frames: int, fps: float) -> None:
    """The same from pieces [n, 21, 3] of `frames` frames together, one in memory at a time."""
    shape = [frames, KEYPOINTS, 3]
    tensor = {"dtype": "F32", "shape": shape, "data_offsets": [0, 4 * frames * KEYPOINTS * 3]}
    header = json.dumps({"__metadata__": {"fps": str(_checked_fps(fps, "The motion"))}, "exp": tensor}).encode()
    header += b" " * (-len(header) % 8)
    with whole_file(path) as part, open(part, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for piece in pieces:
            file.write(np.ascontiguousarray(piece, "<f4").tobytes())


def load_motion(path: str | os.PathLike) -> Motion:
    """Read a motion file; JamFlowError says what is wrong with it."""
    from safetensors import SafetensorError, safe_open

    if not os.path.isfile(path):
        raise JamFlowError(f"No motion file at {path}.")
    name = f"{path} is not a motion file"
    try:
        with safe_open(path, framework="numpy") as file:
            if "exp" not in file.keys():
                raise JamFlowError(f"{name}: it has no tensor `exp`.")
            stored = file.get_slice("exp")
            if stored.get_dtype() not in ("F64", "F32", "F16"):
                raise JamFlowError(f"{name}: `exp` must be float32, not {stored.get_dtype()}.")
            exp, fps = stored[:], (file.metadata() or {}).get("fps")
    except (SafetensorError, OSError) as error:
        raise JamFlowError(f"{name}: it cannot be read as safetensors.") from error
    return Motion(_checked(exp, name), _checked_fps(fps, name))


def _checked(exp: np.ndarray, name: str) -> np.ndarray:
    if exp.ndim != 3 or exp.shape[1:] != (KEYPOINTS, 3) or not len(exp):
        raise JamFlowError(f"{name}: `exp` must be [frames, {KEYPOINTS}, 3], not {list(exp.shape)}.")
    with np.errstate(over="ignore"):  # beyond float32 is infinite, and that is refused
        exp = np.ascontiguousarray(exp, np.float32)
    if not (np.abs(exp) <= LARGEST).all():  # NaN neither
        raise JamFlowError(f"{name}: `exp` holds numbers that are not finite, or beyond {LARGEST:g}.")
    return exp


def _checked_fps(fps, name: str) -> float:
    low, high = _FPS_RANGE
    try:
        rate = float(fps)
    except (TypeError, ValueError):
        raise JamFlowError(f"{name}: its frame rate `fps` is {fps!r}, not a number.") from None
    if not low <= rate <= high:
        raise JamFlowError(f"{name}: its frame rate `fps` is {rate:g}, not between {low:g} and {high:g}.")
    return rate
