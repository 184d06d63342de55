"""A clip's own closed mouth, laid over frames whose mouth is open.

Lips that a video shows apart cannot be pulled together by a warp alone: what was behind them, and the edge of the old
lower lip, come along as black slits and second lips. So the frames with the most closed lips are kept (plates), a few
for the poses of the head, and their lips and the skin around are laid on the other frames, in the colours of those
frames.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ...face.extract import head_poses, mouth_states
from ...face.geometry import align, smoothstep
from ...face.topology import (
    FACE_OVAL,
    LIP_INNER,
    LIP_OUTER,
    LOWER_LIP_MID,
    STABLE,
    UPPER_LIP_MID,
    FaceTopology,
    load_topology,
)
from ...face.track import FaceTrack
from .blend import blend_of
from .crop import HeadCrop
from .rig import FALLOFF, JAW, PUCKER, WIDE, Rig, at_rest, build_rig
from .warp import Box, MeshWarp, box_around

PLATES, KEPT = 6, 48  # of one shot, and of a clip
CANDIDATES, WATCHED = 160, 400  # frames that are compared at most
# What a plate costs a frame: the unit is a lip gap of 3 % of the mouth's width.
OPEN_COST = np.array([20.0, 3.0, 4.0])  # per unit of jaw, wide, pucker
TURN_COST = np.array([1 / 8, 1 / 10])  # per degree of yaw, pitch
GAP_COST = 100.0  # per eye distance between the lips: a state calls lips closed that let a line of teeth be seen
SPEED_COST = 30.0  # per eye distance that the face moves in a frame: moving faces are blurred
# Jaw, wide, pucker at which a plate begins to help, and from which it is all that is seen.
OPENING = np.array([0.02, 0.15, 0.15]), np.array([0.06, 0.5, 0.4])
REACH = 1.2  # mouth widths around the lips in which the face takes the plate's shape
COVER, MORE = 0.13, 0.25  # mouth widths of skin that come with the lips, and how much more for a jaw that was wide open
FADE = 0.10  # mouth widths of the soft edge beyond


@dataclass(frozen=True)
class Plate:
    """A frame that shows closed lips. rig: in pixels of `picture`, the head's crop; warp: its lower face, to be
    posed.
    """

    picture: np.ndarray
    rig: Rig
    warp: MeshWarp


@dataclass(frozen=True)
class Patch:
    """What one frame takes of a plate. share: how much it needs it, 0..1; cover: mouth widths of skin around the
    lips.
    """

    plate: Plate
    share: float
    cover: float

    def settle(self, rig: Rig) -> Rig:
        """The frame's rig with the shape of the plate's lips: its poses start from them, not from the open ones."""
        plate = self.plate.rig
        laid = align(plate.points[STABLE], rig.points[STABLE]).apply(plate.points)[:, :2]
        closed = laid - np.tensordot(plate.neutral, rig.moves[:, :468], 1)
        own = rig.rest[:468] - np.tensordot(rig.neutral, rig.moves[:, :468], 1)
        settled = np.zeros_like(rig.rest)
        settled[:468] = (self.share * _reach())[:, None] * (closed - own)
        settled[468:] = np.concatenate([share * settled[FACE_OVAL] for _, share in FALLOFF])
        return replace(rig, settled=settled)

    def paint(self, canvas: np.ndarray, points: np.ndarray, width: float) -> Box | None:
        """Draw the plate's lips, posed at `points`, over the frame's posed crop; returns what was drawn over.
        width: of the mouth, in pixels."""
        limits = Box(0, 0, canvas.shape[1], canvas.shape[0])
        box = box_around(points[LIP_OUTER], int((self.cover + 2.5 * FADE) * width) + 2, limits)
        if box is None:
            return None
        laid = canvas.copy()
        self.plate.warp.paint(laid, points)
        old, new = canvas[box.slices].astype(np.float32), laid[box.slices].astype(np.float32)
        mask, tone = blend_of(old - new, points[LIP_OUTER] - [box.x0, box.y0], self.cover * width, FADE * width)
        mixed = old + self.share * mask[..., None] * (new + tone - old) + 0.5
        canvas[box.slices] = np.clip(mixed, 0, 255).astype(np.uint8)
        return box


class Plates:
    """The plates of a clip, by their frames' numbers. chosen [n]: which one serves each frame; share, cover [n]: as in
    `Patch`."""

    def __init__(self, plates: dict[int, Plate], chosen: np.ndarray, share: np.ndarray, cover: np.ndarray):
        self.plates, self.chosen, self.share, self.cover = plates, chosen, share, cover

    def at(self, index: int) -> Patch | None:
        """What frame `index` takes; None if its own lips are closed."""
        if not self.share[index]:
            return None
        return Patch(self.plates[int(self.chosen[index])], float(self.share[index]), float(self.cover[index]))


def find_plates(frames: Iterable[np.ndarray], track: FaceTrack) -> Plates:
    """Choose and keep the plates of a clip, shot by shot. frames: uint8 RGB from the start, read as far as needed;
    track: the face in each."""
    chosen, share, cover = np.zeros(len(track), int), np.zeros(len(track)), np.zeros(len(track))
    states = track.measured(mouth_states)
    shots = list(track.each_shot())
    for rows in shots:
        picked = _choose(states[rows], track.points[rows], min(PLATES, max(1, KEPT // len(shots))))
        chosen[rows] = rows[picked]
        open_now = smoothstep(*OPENING, states[rows][:, [JAW, WIDE, PUCKER]]).max(1)
        widest = np.max([np.roll(np.pad(open_now, 2), k)[2:-2] for k in range(-2, 3)], 0)
        share[rows] = _smooth(widest)  # there before the lips part
        cover[rows] = COVER + MORE * np.minimum(_smooth(states[rows, JAW]), 1)
    plates, topology = {}, load_topology()
    wanted = {int(number) for rows in shots for number in chosen[rows]}
    for number, frame in enumerate(frames):
        if number in wanted:
            plates[number] = _plate(frame, track.points[number], states[number], topology)
        if len(plates) == len(wanted):
            break
    return Plates(plates, chosen, share, cover)


def _smooth(values: np.ndarray) -> np.ndarray:
    return np.convolve(np.pad(values, 2, mode="edge"), np.array([1, 2, 3, 2, 1]) / 9, "valid")


def _choose(states: np.ndarray, points: np.ndarray, most: int) -> np.ndarray:
    """The frame of a shot that serves as the plate of each [n], at most `most` different ones (greedy facility
    location)."""
    poses = head_poses(points)
    eyes = np.linalg.norm(points[:, 33] - points[:, 263], axis=1)
    speed = np.r_[0, np.linalg.norm(np.diff(points[:, STABLE, :2].mean(1), axis=0), axis=1)] / eyes
    shape = states[:, [JAW, WIDE, PUCKER]].copy()
    beside = np.pad(shape[:, 0], 1, mode="edge")  # next to an open mouth, lips that read as closed often still part
    shape[:, 0] += 0.5 * np.maximum(beside[:-2], beside[2:])
    own = shape @ OPEN_COST + SPEED_COST * np.maximum(speed, np.r_[speed[1:], 0])
    own += GAP_COST * np.linalg.norm(points[:, UPPER_LIP_MID] - points[:, LOWER_LIP_MID], axis=1) / eyes
    candidates = np.argsort(own, kind="stable")[:CANDIDATES]

    def cost(watched):
        turn = np.abs(poses[watched, None, :2] - poses[None, candidates, :2]) @ TURN_COST
        return turn + own[candidates]

    watched = np.arange(len(points))[:: max(1, len(points) // WATCHED)]
    costs, picked, best = cost(watched), [], np.full(len(watched), np.inf)
    for _ in range(min(most, len(candidates))):
        total = np.minimum(best[:, None], costs).mean(0)
        place = int(total.argmin())
        if picked and best.mean() - total[place] < 0.05 * best.mean() + 0.02:
            break
        picked.append(place)
        best = np.minimum(best, costs[:, place])
    return candidates[picked][cost(np.arange(len(points)))[:, picked].argmin(1)]


def _plate(frame: np.ndarray, face: np.ndarray, state: np.ndarray, topology: FaceTopology) -> Plate:
    crop = HeadCrop(frame, face)
    rig = at_rest(build_rig(crop.to_crop(face), topology, crop.picture, with_eyes=False), state)
    near = _reach() > 0
    near = np.r_[near, np.zeros(len(rig.rest) - len(near), bool)]
    return Plate(crop.picture, rig, MeshWarp(crop.picture, rig, near[rig.triangles].any(1)))


@cache
def _reach() -> np.ndarray:
    """1 on the lips, 0 beyond REACH of them [468]."""
    topology = load_topology()
    vertices = topology.vertices[:, :2]
    distance = np.linalg.norm(vertices[:, None] - vertices[LIP_OUTER], axis=2).min(1)
    distance[LIP_INNER] = 0
    mouth = np.linalg.norm(topology.vertices[61] - topology.vertices[291])
    return 1 - smoothstep(0.1 * mouth, REACH * mouth, distance)
