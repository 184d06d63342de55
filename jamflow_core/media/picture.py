"""Pictures from files, as RGB."""

import os
import warnings
from pathlib import Path

import numpy as np

from ..errors import JamFlowError

MAX_PIXELS = 64_000_000
MIN_SIDE = 32
LONGEST_SIDE = 1920  # pixels of a portrait's video, unless another size is asked for
BACKDROP = 128  # grey behind transparent pixels: neither white nor black borders bleed into hair


def load_cv2():
    """OpenCV, or a JamFlowError that says how to install it."""
    try:
        import cv2
    except ImportError as error:
        raise JamFlowError("Install OpenCV to read and render pictures: pip install opencv-python-headless") from error
    return cv2


def read_image(path: str | Path) -> np.ndarray:
    """Read a picture file as uint8 RGB [height, width, 3].

    EXIF orientation is applied, 16-bit and grey pictures are converted, transparency is laid over mid grey.
    Raises JamFlowError for a missing, unreadable, tiny or huge (over 64 megapixels) picture, by its header.
    """
    cv2 = load_cv2()
    path = Path(path)
    if not os.path.isfile(path):
        raise JamFlowError(f"Choose an existing picture: no file {path}")
    orientation = _orientation(path)
    try:
        data = np.fromfile(path, np.uint8)  # imread cannot open non-ASCII names on Windows
        pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        if pixels is not None and not _has_alpha(pixels):
            pixels = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except (cv2.error, OSError) as error:
        raise JamFlowError(f"Choose another picture: {path} cannot be decoded") from error
    if pixels is None:
        raise JamFlowError(f"Choose a JPEG, PNG or WebP picture: {path} is not one, or it is damaged")
    pixels = _UPRIGHT.get(orientation, lambda seen: seen)(pixels)
    return to_rgb(pixels[..., [2, 1, 0, 3]] if _has_alpha(pixels) else pixels[..., ::-1], str(path))


def fitted(pixels: np.ndarray, longest: int) -> tuple[np.ndarray, float]:
    """A picture [h, w, 3] whose longest side has at most so many pixels (0: any), with even sides where it is made
    smaller, and the factor."""
    factor = longest / max(pixels.shape[:2])
    if not longest or factor >= 1:
        return pixels, 1.0
    height, width = (max(2 * round(side * factor / 2), MIN_SIDE) for side in pixels.shape[:2])
    return load_cv2().resize(pixels, (width, height), interpolation=load_cv2().INTER_AREA), factor


# EXIF orientation -> how the pixels get upright.
_UPRIGHT = {
    2: lambda seen: seen[:, ::-1],
    3: lambda seen: seen[::-1, ::-1],
    4: lambda seen: seen[::-1],
    5: lambda seen: seen.swapaxes(0, 1),
    6: lambda seen: np.rot90(seen, -1),
    7: lambda seen: np.rot90(seen, 2).swapaxes(0, 1),
    8: lambda seen: np.rot90(seen),
}


def _orientation(path: Path) -> int:
    """The EXIF orientation, from the header alone; the size that the header says is checked before anything is
    decoded.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels: they are counted here
            with Image.open(path) as header:
                _check_size(*header.size, str(path))
                told = header.format != "PNG" or "exif" in header.info  # else Pillow would look behind the pixels
                return header.getexif().get(0x0112, 1) if told else 1
    except JamFlowError:
        raise
    except Image.DecompressionBombError as error:
        raise JamFlowError(f"Use a smaller picture: {path} has too many pixels, at most 64 million are read") from error
    except Exception as error:  # a damaged header can fail in any way
        raise JamFlowError(f"Choose a JPEG, PNG or WebP picture: {path} is not one, or it is damaged") from error


def _check_size(width: int, height: int, name: str) -> None:
    if min(height, width) < MIN_SIDE:
        raise JamFlowError(f"Use a larger picture: {name} is only {width}x{height} pixels")
    if height * width > MAX_PIXELS:
        raise JamFlowError(
            f"Use a smaller picture: {name} has {height * width / 1e6:.0f} megapixels, at most 64 are read"
        )


def to_rgb(pixels: np.ndarray, name: str = "the picture") -> np.ndarray:
    """Grey, RGB or RGBA pixels of any depth -> uint8 RGB [height, width, 3], contiguous; checks the size.

    Floating-point pixels are taken as 0..1. Raises JamFlowError for another shape or size.
    """
    pixels = np.asarray(pixels)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4):
        raise JamFlowError(f"Give a picture [height, width, 1-4]: {name} has the shape {tuple(pixels.shape)}")
    _check_size(pixels.shape[1], pixels.shape[0], name)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    elif pixels.dtype != np.uint8:
        pixels = (np.clip(np.nan_to_num(pixels), 0, 1) * 255 + 0.5).astype(np.uint8)
    if pixels.shape[2] in (2, 4):
        alpha = pixels[..., -1:].astype(np.float32) / 255
        pixels = (pixels[..., :-1] * alpha + BACKDROP * (1 - alpha) + 0.5).astype(np.uint8)
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, 2)
    return np.ascontiguousarray(pixels)


def matte_of(pixels: np.ndarray) -> np.ndarray | None:
    """Opacity uint8 [h,w] of a picture [h,w,1-4] of any depth; None where nothing is transparent."""
    pixels = np.asarray(pixels)
    if pixels.ndim != 3 or pixels.shape[2] not in (2, 4):
        return None
    alpha = to_rgb(pixels[..., -1])[..., 0]
    return None if alpha.min() == 255 else alpha


def _has_alpha(pixels: np.ndarray) -> bool:
    return pixels.ndim == 3 and pixels.shape[2] == 4
