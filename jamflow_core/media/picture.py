"""Pictures from files, as RGB."""

from pathlib import Path

import numpy as np

from ..errors import JamFlowError

MAX_PIXELS = 64_000_000
MIN_SIDE = 32
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
    Raises JamFlowError for a missing, unreadable, tiny or huge (over 64 megapixels) picture.
    """
    cv2 = load_cv2()
    path = Path(path)
    if not path.is_file():
        raise JamFlowError(f"Choose an existing picture: no file {path}")
    try:
        data = np.fromfile(path, np.uint8)  # imread cannot open non-ASCII names on Windows
    except OSError as error:
        raise JamFlowError(f"Cannot read the picture {path}: {error.strerror or error}") from error
    if data.size == 0:
        raise JamFlowError(f"Choose another picture: {path} is empty")
    try:
        pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        if pixels is not None and not _has_alpha(pixels):
            pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)  # this flag, unlike UNCHANGED, honours EXIF orientation
    except cv2.error as error:
        raise JamFlowError(f"Choose another picture: {path} cannot be decoded") from error
    if pixels is None:
        raise JamFlowError(f"Choose a JPEG, PNG or WebP picture: {path} is not one")
    return to_rgb(pixels[..., [2, 1, 0, 3]] if _has_alpha(pixels) else pixels[..., ::-1], str(path))


def to_rgb(pixels: np.ndarray, name: str = "the picture") -> np.ndarray:
    """Grey, RGB or RGBA pixels of any depth -> uint8 RGB [height, width, 3], contiguous; checks the size.

    Floating-point pixels are taken as 0..1. Raises JamFlowError for another shape or size.
    """
    pixels = np.asarray(pixels)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4):
        raise JamFlowError(f"Give a picture [height, width, 1-4]: {name} has the shape {tuple(pixels.shape)}")
    height, width = pixels.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise JamFlowError(f"Use a larger picture: {name} is only {width}x{height} pixels")
    if height * width > MAX_PIXELS:
        raise JamFlowError(
            f"Use a smaller picture: {name} has {height * width / 1e6:.0f} megapixels, at most 64 are read"
        )
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


def _has_alpha(pixels: np.ndarray) -> bool:
    return pixels.ndim == 3 and pixels.shape[2] == 4
