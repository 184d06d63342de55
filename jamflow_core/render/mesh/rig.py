"""A portrait's face as a rig: where its vertices rest, and how jaw, lips and lids move them.

Displacements come from a basis measured on the canonical face (face/models/NOTICE), in mouth widths; the head's
pose in the portrait rotates them, so a mouth in three-quarter view opens in perspective.
"""

from dataclasses import dataclass, replace

import numpy as np

from ...face.geometry import align, down_of, smoothstep, twice_area
from ...face.topology import (
    BROWS,
    EYE_CORNERS,
    EYES,
    FACE_OVAL,
    LIP_INNER,
    LIP_OUTER,
    LIP_RING_IN,
    LIP_RING_OUT,
    LIPS,
    LOWER_LIP_MID,
    LOWER_SEAM,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    STABLE,
    UPPER_LIP_MID,
    UPPER_SEAM,
    FaceTopology,
)
from .lips import follow, part_only_by_jaw, rounded
from .seam import weld_lips

JAW, WIDE, PUCKER, PRESS, SMILE, SHIFT, BROW = range(7)
FALLOFF = [(1.12, 0.72), (1.28, 0.38), (1.52, 0.12), (1.85, 0.0)]  # rings around the face: size, share of its motion
LID_LINE = 0.86  # where the lids meet: this far down from the upper to the lower lid
SURE_EYES = 0.02  # eye spread above which lids are not moved: big drawn eyes are mis-fitted
LIMITS = ((0, 0, 0, 0, -2), (1.3, 1.5, 1.5, 1.2, 2))  # of jaw, wide, pucker, press, shift
TOUCHING = 0.08  # jaw below which lips that are ajar are drawn together
_UPPER_RING, _LOWER_RING = LIP_RING_IN[1:10], LIP_RING_IN[:10:-1]
BROW_RISE, BROW_REACH = 0.09, 0.20  # eye distances
LIP_CONTACTS = ((13, 14), (82, 87), (312, 317))


@dataclass
class Rig:
    """What the renderer needs to know of a face; all coordinates in pixels of the working picture."""

    rest: np.ndarray  # [n,2] vertices: 468 of the face, then the fall-off rings
    triangles: np.ndarray  # [t,3]
    mouth_fill: np.ndarray  # bool [t]: triangles that close the mouth opening
    eye_fill: np.ndarray  # bool [t]
    moves: np.ndarray  # [7,n,2] displacement per unit of jaw, wide, pucker, press, smile, shift, brow
    blinks: np.ndarray  # [2,n,2] displacement that closes the image-left and image-right eye
    points: np.ndarray  # [468,3] the settled landmarks
    depth: np.ndarray  # [n] of the vertices, towards the back; the rings lie behind the face
    rotation: np.ndarray  # [3,3] head pose: canonical = points @ rotation
    unit: float  # pixels between the outer eye corners, as if seen from the front
    width: float  # width of the relaxed mouth
    down: np.ndarray  # [2] unit vector from the upper to the lower lip
    open: bool  # the mouth is open in the picture
    neutral: np.ndarray  # [7] the state the picture shows, subtracted from what is asked for
    settled: np.ndarray | float = 0.0  # [n,2] added to every pose: lips of another picture of the face (plate.py)

    def relative(self, state, smile: float = 0.0, brow: float = 0.0) -> np.ndarray:
        """What a state [5] (jaw, wide, pucker, press, shift; motion/basis.py) adds to what the picture shows -> [7]."""
        jaw, wide, pucker, press, shift = np.clip(np.nan_to_num(state), *LIMITS)
        pucker *= 1 - 0.35 * min(jaw, 1.0)  # an open mouth cannot purse as far
        return np.array([jaw, wide, pucker, press, smile, shift, brow]) - self.neutral

    def pose(self, state: np.ndarray, blink: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
        """Vertices [n,2] for a state [7] relative to the picture's and the closing of both eyes (0..1)."""
        points = self.rest + self.settled + np.tensordot(state, self.moves, 1)
        points += blink[0] * self.blinks[0] + blink[1] * self.blinks[1]
        jaw, pucker = state[JAW] + self.neutral[JAW], state[PUCKER] + self.neutral[PUCKER]
        opened = state[JAW] if self.open else jaw  # what the picture shows open has its own shape
        points[:468] += follow() @ rounded(points, self.down, opened, pucker)
        self._let_lips_meet(points, jaw)
        return points

    def _let_lips_meet(self, points: np.ndarray, jaw: float) -> None:
        """Lips touch and never cross, and with the jaw shut they touch along their whole length (changes `points`)."""
        gap = (points[LOWER_SEAM] - points[UPPER_SEAM]) @ self.down
        excess = np.where(gap < 0, gap, gap * (1 - smoothstep(0, TOUCHING, jaw)))[:, None] * self.down / 2
        for upper, lower, share in ((UPPER_SEAM, LOWER_SEAM, 1.0), (_UPPER_RING, _LOWER_RING, 0.5)):
            points[upper] += share * excess
            points[lower] -= share * excess

    def gap(self, points: np.ndarray) -> float:
        """Widest opening between the lips, in pixels."""
        return float(((points[LOWER_SEAM] - points[UPPER_SEAM]) @ self.down).max())


def build_rig(points: np.ndarray, topology: FaceTopology, image: np.ndarray | None = None, lip_spread: float = 0.0,
              with_eyes: bool = True) -> Rig:  # fmt: skip
    """Rig the face with these landmarks [468,3].

    image: the picture they lie on, to find the seam of closed lips in. lip_spread: how unsure the landmarks are
    (face.py); unsure lips count as closed. with_eyes: lids can be moved.
    """
    points = points[:468].astype(np.float64)
    to_canonical = align(points[STABLE], topology.vertices[STABLE])
    unit = topology.iod / to_canonical.scale
    across = float(np.linalg.norm(points[61] - points[291]))
    width = float(np.clip(across, 0.46 * unit, 0.68 * unit))
    gap = float(np.mean([np.linalg.norm((points[a] - points[b])[:2]) for a, b in LIP_CONTACTS]))
    is_open = gap / across > 0.035 + 3.5 * max(0.0, lip_spread - 0.006)

    if image is not None and not is_open:
        weld_lips(points, image, unit)
    space_lip_rings(points)
    untangle(points, topology)

    down = down_of(points[MOUTH_RIGHT, :2] - points[MOUTH_LEFT, :2])
    moves = _moves(points, topology, width, to_canonical.rotation)
    neutral = np.zeros(7)
    neutral[JAW] = _jaw_for(gap, moves, down, width) if is_open else 0.0
    neutral[WIDE] = 0.6 * np.clip((across / unit - 0.62) / (0.30 * 0.58), 0, 1)

    rest, triangles, moves = _add_falloff(points[:, :2], topology.triangles, moves)
    fill = np.zeros((2, len(triangles)), bool)
    fill[0, : len(topology.triangles)] = topology.triangles_within(LIP_INNER)
    fill[1, : len(topology.triangles)] = sum(topology.triangles_within(eye.upper + eye.lower) for eye in EYES)
    blinks = _blinks(rest) if with_eyes else np.zeros((2, *rest.shape))
    depth = np.r_[points[:, 2], np.full(len(rest) - 468, points[:, 2].max())]
    return Rig(
        rest, triangles, fill[0], fill[1], moves, blinks, points, depth, to_canonical.rotation, unit, width, down,
        is_open, neutral,
    )  # fmt: skip


def fit_to_mouth(mouth_box: tuple[float, float, float, float], topology: FaceTopology) -> np.ndarray:
    """The canonical face, seen from the front, laid so that its lips fill the box's width -> points [468,3]."""
    x0, y0, x1, y1 = mouth_box
    lips = topology.vertices[LIP_OUTER]
    scale = (x1 - x0) / np.linalg.norm(topology.vertices[61] - topology.vertices[291])
    return (topology.vertices - lips.mean(0)) * scale + [(x0 + x1) / 2, (y0 + y1) / 2, 0]


def space_lip_rings(points: np.ndarray) -> None:
    """Space the two middle rings of the lips evenly between the outer and inner ones; the models disagree there."""
    outer, inner = points[LIP_OUTER, :2], points[LIP_INNER, :2]
    points[LIP_RING_OUT, :2] = outer * 0.67 + inner * 0.33
    points[LIP_RING_IN, :2] = outer * 0.33 + inner * 0.67


def untangle(points: np.ndarray, topology: FaceTopology, passes: int = 12) -> None:
    """Relax vertices of the coarse mesh that ended up inside the refined lips (flipped triangles at rest, smiles)."""
    fixed = np.zeros(468, bool)
    fixed[LIPS + FACE_OVAL + [v for eye in EYES for v in eye.upper + eye.lower]] = True
    near_mouth = np.abs(topology.vertices[:, 1] - 4.3) < 2.6
    fill = topology.triangles_within(LIP_INNER) | sum(topology.triangles_within(e.upper + e.lower) for e in EYES)
    triangles = topology.triangles[~fill]
    neighbours = _neighbours(triangles)
    for _ in range(passes):
        area = twice_area(points, triangles)
        flipped = np.unique(triangles[area * np.sign(np.median(area)) < 1])
        flipped = [v for v in flipped if near_mouth[v] and not fixed[v]]
        if not flipped:
            return
        for v in flipped:
            points[v, :2] = 0.4 * points[v, :2] + 0.6 * points[neighbours[v], :2].mean(0)


def at_rest(rig: Rig, state: np.ndarray) -> Rig:
    """The rig of a video frame whose mouth is known to be in this state [5] (jaw is measured anew: lips must close)."""
    gap = float(np.mean([np.linalg.norm(rig.rest[a] - rig.rest[b]) for a, b in LIP_CONTACTS]))
    _, wide, pucker, press, shift = state
    neutral = np.array([_jaw_for(gap, rig.moves, rig.down, rig.width), wide, pucker, press, 0.0, shift, 0.0])
    return replace(rig, neutral=neutral, open=False)


def _jaw_for(gap: float, moves: np.ndarray, down: np.ndarray, width: float) -> float:
    """The jaw state that parts the lips by `gap` pixels."""
    opening = float((moves[JAW, LOWER_LIP_MID] - moves[JAW, UPPER_LIP_MID]) @ down)
    return gap / max(opening, 0.25 * width)


def _moves(points: np.ndarray, topology: FaceTopology, width: float, rotation: np.ndarray) -> np.ndarray:
    """Displacements [7,468,2] in pixels of this picture."""
    basis = topology.basis * smoothstep(-0.6, 2.2, topology.vertices[:, 1])[:, None]  # nothing moves above the nose
    for k in (WIDE, PUCKER, PRESS, SMILE, SHIFT):
        part_only_by_jaw(basis[k])
    basis[:, LIP_RING_OUT] = basis[:, LIP_OUTER] * 0.67 + basis[:, LIP_INNER] * 0.33
    basis[:, LIP_RING_IN] = basis[:, LIP_OUTER] * 0.33 + basis[:, LIP_INNER] * 0.67
    thickness = (np.linalg.norm(points[0] - points[13]) + np.linalg.norm(points[17] - points[14])) / width
    basis[PRESS] *= np.clip(thickness / 0.36, 0.25, 1.15)  # thin lips have less to press
    brow = _brow_move(topology) * np.linalg.norm(points[EYE_CORNERS[0]] - points[EYE_CORNERS[1]])
    return (np.concatenate([basis * width, brow[None]]) @ rotation.T)[..., :2]


def _brow_move(topology: FaceTopology) -> np.ndarray:
    """How raised brows move the canonical face, in eye distances [468,3]; the eyes and all below stay."""
    vertices = topology.vertices
    distance = np.linalg.norm(vertices[:, None] - vertices[BROWS], axis=2).min(1) / topology.iod
    lids = vertices[[v for eye in EYES for v in eye.upper]]
    height = (lids[:, 1].min() - vertices[:, 1]) / topology.iod  # above the open eyes
    raised = np.zeros_like(vertices)
    raised[:, 1] = -BROW_RISE * np.exp(-((distance / BROW_REACH) ** 2)) * smoothstep(0, 0.12, height)
    return raised


def _add_falloff(rest: np.ndarray, triangles: np.ndarray, moves: np.ndarray):
    """Rings around the face oval that carry less and less of its motion, so that the cheeks do not end abruptly."""
    oval = rest[FACE_OVAL]
    centre, count = oval.mean(0), len(FACE_OVAL)
    vertices, motions, faces = [rest], [moves], [triangles]
    previous, first = np.array(FACE_OVAL), len(rest)
    for size, share in FALLOFF:
        vertices.append(centre + (oval - centre) * size)
        motions.append(moves[:, FACE_OVAL] * share)
        ring = np.arange(first, first + count)
        after = np.roll(np.arange(count), -1)
        faces.append(np.stack([previous, previous[after], ring[after]], 1))
        faces.append(np.stack([previous, ring[after], ring], 1))
        previous, first = ring, first + count
    return np.concatenate(vertices), np.concatenate(faces), np.concatenate(motions, 1)


def _blinks(rest: np.ndarray) -> np.ndarray:
    blinks = np.zeros((2, *rest.shape))
    for side, eye in enumerate(EYES):
        upper, lower = rest[eye.upper], rest[eye.lower]
        lid_line = lower * LID_LINE + upper * (1 - LID_LINE)
        fall, rise = (lid_line - upper)[1:-1], (lid_line - lower)[1:-1]
        blinks[side, eye.upper[1:-1]] = fall
        blinks[side, eye.lower[1:-1]] = rise
        blinks[side, eye.above] = fall * 0.5
        blinks[side, eye.brow_side] = fall * 0.14
        blinks[side, eye.below] = rise * 0.5
    return blinks


def _neighbours(triangles: np.ndarray) -> list[list[int]]:
    around = [set() for _ in range(468)]
    for a, b, c in triangles.tolist():
        around[a] |= {b, c}
        around[b] |= {a, c}
        around[c] |= {a, b}
    return [sorted(group) for group in around]
