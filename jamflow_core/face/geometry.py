"""Small geometry shared by the mesh renderer. Pixels, x right and y down; angles in radians."""

from typing import NamedTuple

import numpy as np


class Similarity(NamedTuple):
    """target ~ scale * (points - centre) @ rotation + target_centre"""

    scale: float
    rotation: np.ndarray
    centre: np.ndarray
    target_centre: np.ndarray

    def apply(self, points: np.ndarray) -> np.ndarray:
        return self.scale * (points - self.centre) @ self.rotation + self.target_centre


def align(points: np.ndarray, target: np.ndarray) -> Similarity:
    """Least-squares similarity (Umeyama 1991) that lays points [n,d] on target [n,d]."""
    centre, target_centre = points.mean(0), target.mean(0)
    a, b = points - centre, target - target_centre
    u, s, vt = np.linalg.svd(a.T @ b)
    sign = np.ones(len(s))
    sign[-1] = np.sign(np.linalg.det(u @ vt))
    return Similarity(float((s * sign).sum() / (a**2).sum()), u * sign @ vt, centre, target_centre)


def smoothstep(start: float, end: float, x):
    """0 up to `start`, 1 from `end`, a cubic between."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def spline(points: np.ndarray, samples: int) -> np.ndarray:
    """Closed Catmull-Rom curve through points [n,2], `samples` to a segment -> [n * samples, 2]."""
    a, b, c, d = (np.roll(points, shift, 0)[:, None] for shift in (1, 0, -1, -2))
    t = (np.arange(samples) / samples)[None, :, None]
    curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return (curve / 2).reshape(-1, 2)


def twice_area(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Signed double area of each triangle [t,3] over points [n,2]; its sign is the orientation."""
    a, b, c = (points[triangles[:, k], :2] for k in range(3))
    return cross(b - a, c - a)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """z of the cross product of plane vectors [...,2]."""
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / (np.linalg.norm(vector) + 1e-6)


def down_of(along: np.ndarray) -> np.ndarray:
    """The unit vector at right angles to `along` (image left to right) that points down the picture."""
    along = unit(along)
    return np.array([-along[1], along[0]])


def fixed_point(points: np.ndarray) -> np.ndarray:
    """Pixel coordinates as OpenCV wants them with shift=4: whole sixteenths."""
    return np.round(np.asarray(points) * 16).astype(np.int32)
