"""The line between closed lips, found in the picture.

Landmarks put the two lips a pixel or three beside the dark line that a viewer sees. Torn lips, or a dark line that
rides on one of them, are what that looks like when the mouth opens; so both lips get one seam, on the dark line.
"""

import numpy as np

from ...face.geometry import down_of
from ...face.topology import LOWER_SEAM, MOUTH_LEFT, MOUTH_RIGHT, UPPER_SEAM
from ...media.picture import load_cv2

COLUMNS, STEPS = 41, 15
REACH = 0.085  # how far from the landmarks the seam is looked for, in mouth widths
STRAY = 0.35  # cost of leaving the landmarks, against the brightness (0..1) of the path
BEND = 0.05  # cost of a step up or down between columns


def weld_lips(points: np.ndarray, image: np.ndarray, unit: float) -> None:
    """Give the inner edges of both lips (in `points` [468,3], changed in place) one common seam."""
    points[UPPER_SEAM, :2] = points[LOWER_SEAM, :2] = find_seam(points, image, unit)


def find_seam(points: np.ndarray, image: np.ndarray, unit: float) -> np.ndarray:
    """The darkest smooth path from corner to corner between the lips, by dynamic programming -> [9,2] in pixels."""
    cv2 = load_cv2()
    middle = (points[UPPER_SEAM, :2] + points[LOWER_SEAM, :2]) / 2
    guess = np.vstack([points[MOUTH_LEFT, :2], middle, points[MOUTH_RIGHT, :2]])
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(guess, axis=0), axis=1))]
    ticks = np.linspace(0, lengths[-1], COLUMNS)
    line = np.stack([np.interp(ticks, lengths, guess[:, k]) for k in (0, 1)], 1)
    down = down_of(guess[-1] - guess[0])
    offsets = np.linspace(-REACH, REACH, STEPS) * np.linalg.norm(guess[-1] - guess[0])
    grid = (line[:, None] + offsets[None, :, None] * down).astype(np.float32)

    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), max(0.5, 0.006 * unit))
    bright = cv2.remap(grey, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    bright = (bright - bright.min()) / (np.ptp(bright) + 1e-3)
    from_middle = np.abs(np.linspace(-1, 1, COLUMNS))  # near the corners the landmarks are surer than the shade
    cost = bright + STRAY * (offsets / offsets[-1]) ** 2 * (1 + 2 * from_middle[:, None] ** 4)
    shift = _cheapest_path(cost, offsets)
    shift = np.convolve(np.pad(shift, 2, mode="edge"), np.ones(5) / 5, "valid")
    shift *= np.clip((1 - from_middle) / 0.12, 0, 1)  # the corners stay
    seam = line + shift[:, None] * down
    return np.stack([np.interp(lengths[1:-1], ticks, seam[:, k]) for k in (0, 1)], 1)


def _cheapest_path(cost: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    columns, steps = cost.shape
    bend = BEND * (np.arange(steps)[:, None] - np.arange(steps)) ** 2
    total, came_from = cost.copy(), np.zeros((columns, steps), int)
    for i in range(1, columns):
        ways = total[i - 1] + bend
        came_from[i] = ways.argmin(1)
        total[i] += ways.min(1)
    path = [int(total[-1].argmin())]
    for i in range(columns - 1, 0, -1):
        path.append(int(came_from[i, path[-1]]))
    return offsets[path[::-1]]
