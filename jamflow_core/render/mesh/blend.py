"""One mouth over another without a seam."""

import numpy as np

from ...media.picture import load_cv2
from .colours import polygon_mask

LOCAL = 0.5  # how far the colours follow the ring from place to place: what differs there may be shape, not light
COARSE = 4  # masks and colours are worked on at this fraction of the size


def blend_of(difference: np.ndarray, lips: np.ndarray, cover: float, fade: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the new picture shows (`cover` pixels around the lips, then a soft edge), float32 [h,w], and what must be
    added to it to match the frame's colours [h,w,3].

    The second is the difference on a ring of skin around the lips, carried inwards by normalised convolution: a smooth
    membrane as of Poisson blending, at a fraction of its time."""
    cv2 = load_cv2()
    height, wide = difference.shape[:2]
    size = max(2, wide // COARSE), max(2, height // COARSE)
    scale = np.array(size) / (wide, height)
    inside = polygon_mask((lips + 0.5) * scale - 0.5, size[::-1]).astype(np.float32) / 255
    reach = int(round(cover * scale[0]))
    covered = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2))
    mask = cv2.GaussianBlur(covered, (0, 0), max(fade * scale[0], 0.5))
    ring = np.clip(1 - cv2.GaussianBlur(covered, (0, 0), 0.5) * 1.02, 0, 1) + 1e-4
    small = cv2.resize(difference, size, interpolation=cv2.INTER_AREA)
    sigma = max(2.2 * fade * scale[0], 1)
    tone = cv2.GaussianBlur(small * ring[..., None], (0, 0), sigma) / cv2.GaussianBlur(ring, (0, 0), sigma)[..., None]
    mean = (small * ring[..., None]).sum((0, 1)) / ring.sum()
    tone = mean + LOCAL * (tone - mean)
    return tuple(cv2.resize(part, (wide, height), interpolation=cv2.INTER_LINEAR) for part in (mask, tone))
