"""Contact sheets of mouths, to be looked at: `python benchmarks/mouths.py SHEET.jpg [PICTURE ...]`.

Without --videos: each picture (the shipped portraits) with twelve mouths, cut out around them. With --videos: the
mouths of every frame of videos of one length, one under the other (a clip, and what relip made of it).
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from jamflow_core.face.topology import LIP_OUTER
from jamflow_core.face.track import track_face
from jamflow_core.media.picture import read_image
from jamflow_core.media.video_reader import read_video
from jamflow_core.render.mesh import MeshPortrait

# jaw, wide, pucker, press, shift
MOUTHS = {
    "rest": (0, 0, 0, 0, 0), "m": (0, 0, 0, 1, 0), "f": (0.07, 0.25, 0, 0, 0), "ih": (0.16, 0.15, 0, 0, 0),
    "ee": (0.15, 0.7, 0, 0, 0), "eh": (0.38, 0.4, 0, 0, 0), "ah": (0.7, 0.15, 0, 0, 0), "AH": (1.05, 0.2, 0, 0, 0),
    "oh": (0.5, 0, 0.5, 0, 0), "oo": (0.22, 0, 0.95, 0, 0), "grin": (0.3, 1, 0, 0, 0), "l": (0.32, 0.15, 0, 0, 0),
}  # fmt: skip
TONGUE = {"l": {"tongue": (1.0, 0.0)}}
REACH = 0.55  # of a tile's half side, in eye distances
COLUMNS = 20  # frames of a video in a row


def tile(picture: np.ndarray, points: np.ndarray, side: int, label: str) -> np.ndarray:
    """The mouth of the face [n,3] in a square of `side` pixels."""
    reach = REACH * np.linalg.norm(points[33] - points[263])
    x, y = points[LIP_OUTER, :2].mean(0) + [0, 0.15 * reach]
    step = 2 * reach / side
    picture = cv2.GaussianBlur(picture, (0, 0), 0.45 * step) if step > 1.2 else picture
    matrix = np.array([[step, 0, x - reach], [0, step, y - reach]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    shown = cv2.warpAffine(picture, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cv2.putText(shown, label, (3, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (255, 255, 0), 1, cv2.LINE_AA)


def portraits(pictures: list[Path], side: int) -> np.ndarray:
    """A row a picture, a column a mouth."""
    rows = []
    for path in pictures:
        portrait = MeshPortrait(read_image(path))
        face = portrait.face.points
        rows.append(
            [tile(portrait.frame(state, **TONGUE.get(name, {})), face, side, name) for name, state in MOUTHS.items()]
        )
    return np.vstack([np.hstack(row) for row in rows])


def films(paths: list[Path], side: int) -> np.ndarray:
    """Every frame; the videos one under the other, followed by the face of the first."""
    clips = [list(read_video(path, with_audio=False).frames) for path in paths]
    faces = track_face(clips[0]).points
    count = min(len(clip) for clip in [*clips, faces])
    columns = [np.vstack([tile(clip[i].copy(), faces[i], side, str(i)) for clip in clips]) for i in range(count)]
    columns += [np.zeros_like(columns[0])] * (-count % COLUMNS)
    return np.vstack([np.hstack(columns[i : i + COLUMNS]) for i in range(0, len(columns), COLUMNS)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("pictures", nargs="*", type=Path, default=sorted((ROOT / "portraits").glob("*.jpg")))
    parser.add_argument("--videos", nargs="+", type=Path)
    parser.add_argument("--side", type=int, default=112, help="pixels of a tile")
    options = parser.parse_args()
    sheet = films(options.videos, options.side) if options.videos else portraits(options.pictures, options.side)
    cv2.imwrite(str(options.sheet), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
    print(f"{options.sheet}: {sheet.shape[1]} x {sheet.shape[0]}, {options.sheet.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
