"""The shape of moving lips, beyond what the linear basis can say.

The basis moves every vertex in a straight line. Two things it cannot: lips keep their flesh, so where their inner edges
are drawn together the outer ones come along; and an opening rounds, whatever line the closed lips make.
"""

from functools import cache

import numpy as np

from ...face.geometry import smoothstep
from ...face.topology import (
    LIP_INNER,
    LIP_OUTER,
    LIP_RING_IN,
    LIP_RING_OUT,
    LOWER_LIP_MID,
    LOWER_SEAM,
    UPPER_LIP_MID,
    UPPER_SEAM,
    load_topology,
)

ROUND_JAW, ROUND_PUCKER = 0.3, 0.6  # how near to an ellipse an open jaw, and pursed lips, bring the opening
FOLLOWED = 0.14  # mouth widths that the skin around the lips is carried along by them


def part_only_by_jaw(move: np.ndarray) -> None:
    """Let a movement [468,3] of the basis leave the lips together; each lip goes as a whole, and the skin beside it
    along, so that it keeps its thickness (changes `move`)."""
    apart = np.zeros((20, 3))
    apart[1:10] = (move[LOWER_SEAM] - move[UPPER_SEAM]) / 2
    apart[:10:-1] = -apart[1:10]
    move += follow() @ apart


@cache
def follow() -> np.ndarray:
    """How far each vertex goes along with each of the 20 inner lip vertices [468,20]."""
    vertices = load_topology().vertices
    mouth = np.linalg.norm(vertices[61] - vertices[291])
    to_lips = np.linalg.norm(vertices[:, None] - vertices[LIP_OUTER], axis=2) / mouth
    kernel = np.exp(-((to_lips / 0.08) ** 2)) + 1e-12
    kernel *= (np.exp(-((to_lips.min(1) / FOLLOWED) ** 2)) / kernel.sum(1))[:, None]
    kernel[LIP_OUTER] = kernel[LIP_INNER] = np.eye(20)
    kernel[LIP_RING_OUT] = kernel[LIP_RING_IN] = np.eye(20)
    return kernel


def rounded(points: np.ndarray, down: np.ndarray, jaw: float, pucker: float) -> np.ndarray:
    """What moves the inner lip vertices of a pose [n,2] towards an ellipse -> [20,2] pixels.

    The corners go to the middle of the opening's height; the gap in the middle and the width stay."""
    amount = smoothstep(0.0, 0.25, jaw) * min(ROUND_JAW + ROUND_PUCKER * max(pucker, 0.0), 0.9)
    inner = points[LIP_INNER]
    along = np.array([down[1], -down[0]])
    upper, lower = points[UPPER_LIP_MID] @ down, points[LOWER_LIP_MID] @ down
    x = inner @ along
    middle, half = (x[0] + x[10]) / 2, max(abs(x[10] - x[0]) / 2, 1e-3)
    arc = np.sqrt(np.clip(1 - ((x - middle) / half) ** 2, 0, 1))
    side = np.r_[0, -np.ones(9), 0, np.ones(9)]
    wanted = (upper + lower) / 2 + side * arc * (lower - upper) / 2
    return amount * (wanted - inner @ down)[:, None] * down
