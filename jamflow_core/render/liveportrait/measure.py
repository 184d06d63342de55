"""What network M sees in pictures, with the openings of eyes and lips; pixels to tensors and back."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ...errors import JamFlowError
from ...face.topology import EYE_CORNERS
from ...face.track import FaceTrack
from ..renderer import Progress
from .crop import Box, cut, eye_openings, lip_opening
from .keypoints import Faces
from .networks import Networks
from .template import Template

Frames = Callable[[], Iterable[np.ndarray]]


def measured(networks: Networks, frames: Frames, matrices: list[np.ndarray], track: FaceTrack,
             progress: Progress | None = None, shrink: str = "area") -> Template:  # fmt: skip
    """The tracked face of every frame, at 25 fps.

    frames: opens the video anew. matrices: a crop for each frame, shrunk as `cut` says. progress: goes on counting
    behind the frames of the track.
    """
    parts, missing = [], set(track.missing)
    for number, (frame, matrix) in enumerate(zip(frames(), matrices), 1):
        seen = number - 1 not in missing or not parts
        parts.append(networks.faces(tensor_of([cut(frame, matrix, shrink)])) if seen else parts[-1])
        if progress:
            progress(len(track) + number)
    if len(parts) < len(track):
        raise JamFlowError(
            f"Open the video anew for every reading: the second one gave {len(parts)} of {len(track)} frames."
        )
    found = described(Faces.joined(parts), track.points)
    return replace(found, missing=tuple(track.missing), shots=torch.from_numpy(track.shots))


def described(faces: Faces, landmarks: np.ndarray) -> Template:
    """Faces at 25 fps with the openings of their eyes and lips, by landmarks [n,478,3]."""

    def column(measure):
        return faces.exp.new_tensor(np.array([np.atleast_1d(measure(points)) for points in landmarks]))

    return Template(faces, 25.0, column(eye_openings), column(lip_opening))


def eye_distance(landmarks: np.ndarray, box: Box) -> float:
    """Distance of the outer eye corners in keypoint units (the crop is 2 wide)."""
    left, right = EYE_CORNERS
    return float(np.linalg.norm(landmarks[left, :2] - landmarks[right, :2])) * 2 / box.size


def tensor_of(crops: list[np.ndarray]) -> Tensor:
    """uint8 [n,h,w,3] -> float32 [n,3,h,w] in 0..1."""
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 255


def pixels_of(pictures: Tensor) -> np.ndarray:
    """Tensor [n,3,h,w] in 0..1 -> uint8 [n,h,w,3]; cut off, not rounded, as the official code does."""
    return (pictures.clamp(0, 1) * 255).to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
