"""Motion from video without LivePortrait's networks: tracked landmarks -> mouth states -> expression keypoints.

The landmarks of every frame are laid on the speaker's median face by the points that expression does not move, so head
motion drops out; lip distances then give the states of motion/basis.py, relative to the speaker's relaxed closed mouth.
Compared with recordings whose keypoints are known, jaw correlates 0.95 and width 0.88-0.99; below jaw 0.05 is noise.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ..clock import MOTION_FPS
from ..motion.basis import state_to_exp
from ..motion.files import Motion
from ..motion.frames import resampled
from .finder import FaceFinder, Which
from .geometry import align
from .topology import BROWS, EYES, IRIS_CENTRES, STABLE, load_topology
from .track import track_face

# Units of the states, in mouth widths (motion/basis.py); lips that open wide also narrow the mouth a little.
JAW_UNIT, WIDE_UNIT, PUCKER_UNIT, PRESS_UNIT, SHIFT_UNIT = 0.60, 0.30, 0.45, 0.35, 0.10
NARROWED_BY_JAW = 0.12
BROW_UNIT = 0.09  # eye distances
GAZE_UNIT = (0.17, 0.09)  # of the iris, in eye widths
CONTACT = 0.012  # eye distances between the lips' inner landmarks that still are closed lips
CLOSED = 0.05  # a clip whose lowest gaps stay above this never closes the mouth
USUAL_WIDTH = (0.50, 0.66)  # of a relaxed mouth, in eye distances

_GAPS = ((13, 14), (82, 87), (312, 317))
_UPPER_LIP, _LOWER_LIP = ((0, 13), (37, 82), (267, 312)), ((17, 14), (84, 87), (314, 317))
_LIDS = [list(zip(eye.upper[3:6], eye.lower[3:6])) for eye in EYES]


@dataclass(frozen=True)
class FaceMotion:
    """What a video's face does, at 25 fps, each shot measured by itself: `motion` (mouth), `blink` float32 [n,2] (image
    left, right; 0 open, 1 closed), `head` float32 [n,5] relative to the shot's median pose (yaw, pitch, roll in
    degrees, x, y in eye distances), `brow` float32 [n] and `gaze` float32 [n,2] (-1..1, up; to the picture's right and
    down). All are what `MeshPortrait.frame` takes. `missing`: numbers of the source frames without a face, where the
    last one was held."""

    motion: Motion
    blink: np.ndarray
    head: np.ndarray
    brow: np.ndarray
    gaze: np.ndarray
    missing: list[int]


def extract_motion(frames: Iterable[np.ndarray], fps: float, finder: FaceFinder | None = None, face: Which = 0,
                   progress: Callable[[int], None] | None = None) -> FaceMotion:  # fmt: skip
    """Read the motion of the face in video frames (uint8 RGB at `fps`), one frame in memory at a time.

    face: which one of the first frame that shows one. progress: called with the number of frames done. Raises
    JamFlowError if no frame shows a face.
    """
    track = track_face(frames, finder, face, progress)

    def at_25(measure):
        values = track.measured(lambda points: _smooth(measure(points)))
        return resampled(values, fps, MOTION_FPS, track.shots).astype(np.float32)

    motion = Motion(state_to_exp(at_25(mouth_states)), MOTION_FPS)
    brow = at_25(lambda points: brow_states(points)[:, None])[:, 0]
    return FaceMotion(motion, at_25(lid_states), at_25(_head_motion), brow, at_25(gaze_states), track.missing)


def mouth_states(points: np.ndarray, neutral: np.ndarray | None = None) -> np.ndarray:
    """Landmarks [n,468,3] of one face through time -> states [n,5].

    neutral: bool [n], frames with a relaxed closed mouth; by default those with the smallest gaps and usual width.
    """
    faces = _on_median_face(points)

    def mean_distance(pairs):
        return np.mean([np.linalg.norm(faces[:, a] - faces[:, b], axis=1) for a, b in pairs], 0)

    gap, width = mean_distance(_GAPS), mean_distance([(61, 291)])
    thickness = mean_distance(_UPPER_LIP) + mean_distance(_LOWER_LIP)
    sideways = (faces[:, 13, 0] + faces[:, 14, 0] - faces[:, 2, 0] - faces[:, 94, 0]) / 2
    if neutral is None:
        neutral = (gap < np.percentile(gap, 25) + 0.01) & (np.abs(width / np.median(width) - 1) < 0.08)
    knows_closed = neutral.sum() >= 2 and gap[neutral].mean() < CLOSED
    rest_width = width[neutral].mean() if knows_closed else np.clip(np.median(width), *USUAL_WIDTH)
    rest_thickness = (thickness[neutral] if neutral.any() else thickness).mean()

    jaw = np.clip(gap - CONTACT, 0, None) / (JAW_UNIT * rest_width)
    stretch = width / rest_width - 1 + NARROWED_BY_JAW * np.clip(jaw, 0, 1)
    wide, pucker = np.clip(stretch, 0, None) / WIDE_UNIT, np.clip(-stretch, 0, None) / PUCKER_UNIT
    press = np.clip(1 - thickness / rest_thickness - 0.35 * wide, 0, None) / PRESS_UNIT * np.clip(1 - jaw / 0.08, 0, 1)
    shift = (sideways - np.median(sideways)) / (SHIFT_UNIT * rest_width)
    return np.stack([jaw, wide, pucker, press, shift], 1)


def lid_states(points: np.ndarray) -> np.ndarray:
    """Landmarks [n,468,3] -> closing of the image-left and image-right eye, 0 open, 1 closed [n,2].

    Open is what the eye mostly is; closed is at most 0.10 of its width."""
    faces = _on_median_face(points)
    closing = []
    for eye, lids in zip(EYES, _LIDS):
        height = np.mean([np.linalg.norm(faces[:, up] - faces[:, low], axis=1) for up, low in lids], 0)
        ratio = height / np.linalg.norm(faces[:, eye.upper[0]] - faces[:, eye.upper[-1]], axis=1)
        usual = np.percentile(ratio, 75)
        shut = min(0.10, 0.45 * usual)
        closing.append(np.clip((usual - ratio) / (usual - shut + 1e-6), 0, 1))
    return np.stack(closing, 1)


def brow_states(points: np.ndarray) -> np.ndarray:
    """Landmarks [n,468,3] -> brows, 0 as they mostly are, 1 raised, -1 lowered [n]."""
    faces = _on_median_face(points)
    height = faces[:, [33, 133, 263, 362], 1].mean(1) - faces[:, BROWS, 1].mean(1)
    return np.clip((height - np.median(height)) / BROW_UNIT, -1, 1)


def gaze_states(points: np.ndarray) -> np.ndarray:
    """Landmarks [n,478,3] -> gaze to the picture's right and down, from where it mostly rests, -1..1 [n,2]."""
    sides = []
    for eye, iris in zip(EYES, IRIS_CENTRES):
        corners = points[:, [eye.upper[0], eye.upper[-1]], :2].astype(np.float64)
        along = corners[:, 1] - corners[:, 0]
        along *= np.sign(along[:, :1])  # image left to right
        width = np.linalg.norm(along, axis=1, keepdims=True)
        along /= width
        offset = (points[:, iris, :2] - corners.mean(1)) / width
        down = np.stack([-along[:, 1], along[:, 0]], 1)
        sides.append(np.stack([(offset * along).sum(1), (offset * down).sum(1)], 1))
    place = np.mean(sides, 0)
    return np.clip((place - np.median(place, 0)) / GAZE_UNIT, -1, 1)


def head_poses(points: np.ndarray) -> np.ndarray:
    """Landmarks [n,468,3] -> yaw, pitch, roll in degrees, x, y in eye distances [n,5]; signs as in mesh/sway.py."""
    canonical = load_topology()
    target = canonical.vertices[STABLE]
    poses = []
    for face in points:
        fit = align(face[STABLE].astype(np.float64), target)
        forward, right = fit.rotation[:, 2], fit.rotation[:, 0]  # the head's axes in the picture
        yaw, pitch = np.arctan2(-forward[0], forward[2]), np.arcsin(np.clip(-forward[1], -1, 1))
        roll = np.arctan2(right[1], right[0])
        poses.append([*np.degrees([yaw, pitch, roll]), *fit.centre[:2] * fit.scale / canonical.iod])
    return np.array(poses)


def _head_motion(points: np.ndarray) -> np.ndarray:
    """`head_poses` relative to the median one."""
    poses = head_poses(points)
    return poses - np.median(poses, 0)


def _on_median_face(points: np.ndarray) -> np.ndarray:
    """Each face [n,468,3] laid on the clip's median one by its stable points, in eye distances."""
    canonical = load_topology()
    target = canonical.vertices[STABLE]
    for _ in range(2):  # first on the canonical face, then on the speaker's own
        faces = np.empty(points.shape)
        for face, laid in zip(points.astype(np.float64), faces):
            fit = align(face[STABLE], target)
            laid[:] = fit.apply(face)
        target = np.median(faces[:, STABLE], 0)
    return faces / canonical.iod


def _smooth(values: np.ndarray) -> np.ndarray:
    """Weighted mean of three frames; landmarks tremble by about a hundredth of a state."""
    padded = np.pad(values, ((1, 1), (0, 0)), mode="edge")
    return (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
