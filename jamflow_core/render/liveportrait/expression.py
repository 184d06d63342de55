"""A smile, brows and gaze as keypoint shifts, laid over whatever else moves the face.

Source: KwaiVGI/LivePortrait, the sliders of gradio_pipeline.py. There gaze and brows go to +-30 and a smile to 1.3, of
which FULL is taken for 1: about as far as faces look natural.
"""

import numpy as np
import torch
from torch import Tensor

from .drive import Laid

FULL = 15.0

# (keypoint, axis) -> shift for a slider at 1; brows and gaze to one side differ from those to the other.
_SMILE = {(20, 1): -0.01, (14, 1): -0.02, (17, 1): 0.0065, (17, 2): 0.003, (13, 1): -0.00275, (16, 1): -0.00275,
          (3, 1): -0.0035, (7, 1): -0.0035}  # fmt: skip
_BROWS_UP = {(1, 1): 0.001, (2, 1): -0.001}
_BROWS_DOWN = {(1, 0): 0.001, (2, 0): -0.001, (1, 1): -0.0003, (2, 1): 0.0003}
_RIGHT = {(11, 0): 0.0007, (15, 0): 0.001}
_LEFT = {(11, 0): -0.001, (15, 0): -0.0007}
_DOWN = {(11, 1): 0.0005, (15, 1): 0.0005, (13, 1): 0.00015, (16, 1): 0.00015}  # the lids go along


def laid_over(tracks: dict[str, np.ndarray], frames: int, eye_distance: float | np.ndarray, device) -> Laid:
    """Tracks of a face (render/renderer.py), a row for each of `frames`, as LivePortrait's keypoints take them.

    eye_distance: in keypoint units, one for all frames or [n].
    """
    known = {name: torch.as_tensor(np.asarray(track, np.float32), device=device) for name, track in tracks.items()}
    if any(len(track) != frames for track in known.values()):
        raise ValueError(f"exp and {', '.join(known)} must be equally long: {frames} frames")
    blink, head = known.get("blink"), known.get("head")
    if blink is not None and blink.ndim == 2:
        blink = blink.amax(1)
    if head is not None:
        yaw, pitch, roll, x, y = head.T
        unit = torch.as_tensor(eye_distance, device=device)
        head = torch.stack((pitch, -yaw, roll, x * unit, y * unit), 1)
    return Laid(blink, head, expression(*(known.get(name) for name in ("smile", "brow", "gaze"))))


def expression(smile: Tensor | None = None, brow: Tensor | None = None, gaze: Tensor | None = None) -> Tensor | None:
    """Shifts of the expression [n,21,3] for smile [n] 0..1, brow [n] (1 raised, -1 lowered) and gaze [n,2] (to the
    picture's right and down, -1..1); None if none is given."""
    total = []
    if smile is not None:
        total.append(_shift(_SMILE, smile))
    if brow is not None:
        total.append(FULL * (_shift(_BROWS_UP, brow.clamp(min=0)) + _shift(_BROWS_DOWN, -brow.clamp(max=0))))
    if gaze is not None:
        x, y = gaze.unbind(1)
        total.append(FULL * (_shift(_RIGHT, x.clamp(min=0)) + _shift(_LEFT, -x.clamp(max=0)) + _shift(_DOWN, y)))
    return sum(total) if total else None


def _shift(table: dict[tuple[int, int], float], amount: Tensor) -> Tensor:
    shape = torch.zeros(21, 3, device=amount.device, dtype=amount.dtype)
    for (point, axis), value in table.items():
        shape[point, axis] = value
    return amount[:, None, None] * shape
