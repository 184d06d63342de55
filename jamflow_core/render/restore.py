"""Mouths handed to a restorer: cut out of frames, made sharper by anything that makes pictures from pictures, laid
back.

Any renderer's frames will do. A restorer of faces wants to see a whole face; laid back is the mouth alone all the same,
in the colours of the frame around it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import JamFlowError
from ..face.finder import FaceFinder
from ..face.geometry import align
from ..face.steady import steady
from ..face.topology import FACE_OVAL, LIP_OUTER, STABLE, load_topology
from ..face.track import track_face
from ..media.picture import load_cv2
from .mesh.blend import blend_of

MOUTH, FACE = "mouth", "face"
REGIONS = (MOUTH, FACE)
MARGIN = {MOUTH: 2.4, FACE: 1.5}  # side of the crop, in the size of what it holds
COVER, FADE = 0.22, 0.10  # mouth widths around the lips that are laid back, and of the soft edge beyond
LARGEST = 4096  # pixels of a crop's side


@dataclass(frozen=True)
class Places:
    """Where the mouths are: squares of one `side` (pixels) around `centres` [n,2], the `lips` [n,20,2] in the frame,
    and `seen` bool [n], frames that show a face. size: side of a crop in its own pixels."""

    centres: np.ndarray
    side: float
    lips: np.ndarray
    seen: np.ndarray
    size: int

    def __len__(self) -> int:
        return len(self.centres)

    def to_frame(self, index: int, size: int) -> np.ndarray:
        """The affine map [2,3] from pixels of a crop of `size` to pixels of frame `index`."""
        step = self.side / size
        x, y = self.centres[index] - self.side / 2 + step / 2 - 0.5
        return np.array([[step, 0, x], [0, step, y]])


def find_places(
    frames: Iterable[np.ndarray],
    region: str = MOUTH,
    size: int = 0,
    finder: FaceFinder | None = None,
    progress: Callable[[int], None] | None = None,
) -> Places:
    """Follow the mouth through frames (uint8 RGB). region: what a crop shows, the mouth or the whole face. size: side
    of the crops; 0 is the frame's own pixels. Raises JamFlowError if no frame shows a face."""
    if region not in REGIONS:
        raise JamFlowError(f"Choose a region of {' or '.join(REGIONS)}, not {region}.")
    track = track_face(frames, finder, progress=progress)
    points = steady(track)
    vertices = load_topology().vertices
    held = vertices[LIP_OUTER if region == MOUTH else FACE_OVAL]
    width = np.ptp(held[:, 0]) if region == MOUTH else np.ptp(held[:, 1])
    centres, sides = [], []
    for face in points:  # from the bones, not from the lips: a crop must not bob with the words
        fit = align(vertices[STABLE], face[STABLE])
        centres.append(fit.apply(held.mean(0)[None])[0, :2])
        sides.append(MARGIN[region] * width * fit.scale)
    side, centres = float(np.max(sides)), np.array(centres)
    if not size:  # the frame's own pixels: whole ones, so that nothing is resampled
        side = size = min(LARGEST, max(8, 8 * round(side / 8)))
        centres = np.round(centres - side / 2) + side / 2
    return Places(centres, side, points[:, LIP_OUTER, :2], track.seen, size)


def cut(frames: Iterable[np.ndarray], places: Places) -> Iterator[np.ndarray]:
    """The crop of each frame, uint8 RGB [size,size,3]."""
    cv2 = load_cv2()
    for index, frame in enumerate(_counted(frames, len(places))):
        matrix = places.to_frame(index, places.size)
        fewer = matrix[0, 0]  # pixels of the frame to one of the crop
        if fewer > 1.2:
            frame = cv2.GaussianBlur(frame, (0, 0), 0.45 * fewer)
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        yield cv2.warpAffine(frame, matrix, (places.size, places.size), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def lay_back(
    frames: Iterable[np.ndarray], crops: Iterable[np.ndarray], places: Places, strength: float = 1.0
) -> Iterator[np.ndarray]:
    """Frames (uint8 RGB) with the mouths of restored crops (uint8 RGB, square, of any size). strength: 0 is the frame's
    own mouth, 1 the restored one. Frames without a face come back as they are."""
    for index, (frame, crop) in enumerate(zip(_counted(frames, len(places)), _counted(crops, len(places)))):
        yield _laid(frame, crop, places, index, strength) if places.seen[index] else frame


def restored(
    frames: Callable[[], Iterable[np.ndarray]],
    restorer: Callable[[np.ndarray], np.ndarray],
    region: str = MOUTH,
    size: int = 0,
) -> Iterator[np.ndarray]:
    """All of it, a frame at a time: frames (opened anew at each call) with mouths that `restorer` (a crop, uint8 RGB ->
    a crop of any size) has seen."""
    places = find_places(frames(), region, size)
    return lay_back(frames(), map(restorer, cut(frames(), places)), places)


def _laid(frame: np.ndarray, crop: np.ndarray, places: Places, index: int, strength: float) -> np.ndarray:
    cv2 = load_cv2()
    if crop.shape[0] != crop.shape[1]:
        raise JamFlowError(
            f"Give restored crops that are square as the crops were, not {crop.shape[1]}x{crop.shape[0]}."
        )
    lips = places.lips[index]
    width = float(np.ptp(lips[:, 0]))
    margin = (COVER + 3 * FADE) * width
    low = np.maximum(np.floor(np.maximum(lips.min(0) - margin, places.centres[index] - places.side / 2)), 0).astype(int)
    high = np.minimum(
        np.ceil(np.minimum(lips.max(0) + margin, places.centres[index] + places.side / 2)), frame.shape[1::-1]
    )
    if (high.astype(int) - low < 4).any():
        return frame
    matrix = places.to_frame(index, crop.shape[0])
    if matrix[0, 0] < 1:  # a larger crop shrinks: low-pass first, or edges alias
        crop = cv2.GaussianBlur(crop, (0, 0), 0.45 / matrix[0, 0]) if matrix[0, 0] < 0.8 else crop
    matrix[:, 2] -= low
    size = tuple((high - low).astype(int).tolist())
    new = cv2.warpAffine(crop, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    result = frame.copy()
    region = result[low[1] : int(high[1]), low[0] : int(high[0])]
    old, new = region.astype(np.float32), new.astype(np.float32)
    mask, tone = blend_of(old - new, lips - low, COVER * width, FADE * width)
    region[:] = np.clip(old + strength * mask[..., None] * (new + tone - old) + 0.5, 0, 255).astype(np.uint8)
    return result


def _counted(pictures: Iterable[np.ndarray], count: int) -> Iterator[np.ndarray]:
    """The pictures; JamFlowError if there are not `count` of them."""
    number = 0
    for number, picture in enumerate(pictures, 1):
        yield picture
    if number != count:
        raise JamFlowError(f"Give as many frames and crops as the mouths were found in: {count}, not {number}.")
