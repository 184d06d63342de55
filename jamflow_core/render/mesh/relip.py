"""New lips for a video: every frame's own face, its mouth first brought to rest, then driven by generated motion.

Three passes over the frames: `track_face` follows the face, `closed_lips` keeps the clip's own closed mouths,
`relip_frames` paints. Skin, and lips that are closed, are those of the frame, so light and pose are right; open lips
give way to closed ones of another moment (mesh/plate.py). The inside of the mouth is painted throughout, because the
recorded one comes and goes with the old words. An expression (blinks, brows, gaze, smile, head) is added to what the
face does in the frame.
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace

import numpy as np

from ...face.extract import mouth_states
from ...face.steady import steady
from ...face.topology import load_topology
from ...face.track import FaceTrack
from ...motion.basis import exp_to_state
from ..renderer import Tracks
from .colours import MouthColours, mouth_colours
from .crop import HeadCrop
from .eyes import Eyeballs
from .finish import finish_of
from .mouth import MouthInterior
from .plate import Patch, Plates, find_plates
from .rig import Rig, at_rest, build_rig
from .row import Row
from .sway import Sway
from .warp import MeshWarp, union_of

FOLLOW = 0.1  # share of a new frame in the colours of the mouth's inside
FADING = 0.25  # change of light from frame to frame that is followed at once


def closed_lips(frames: Iterable[np.ndarray], track: FaceTrack) -> Plates:
    """The clip's own closed lips, for `relip_frames`."""
    return find_plates(frames, replace(track, points=steady(track)))


def relip_frames(frames: Iterable[np.ndarray], track: FaceTrack, exp: np.ndarray,
                 tracks: Tracks | None = None, plates: Plates | None = None) -> Iterator[np.ndarray]:  # fmt: skip
    """Frames (uint8 RGB) with the mouths that `exp` [n,21,3] asks for, one at a time.

    frames, track and exp describe the same n frames at the same rate: bring motion to the video's with `Motion.at`.
    tracks: a row a frame, added to what the frame's face does. plates: the clip's closed lips (`closed_lips`), for
    frames that show open ones. Frames without a face come back as they are.
    """
    tracks = tracks or {}
    if len(track) != len(exp):
        raise ValueError(f"motion must have a frame for each of the video's {len(track)}, not {len(exp)}")
    topology, colours = load_topology(), None
    wanted = exp_to_state(exp)
    track = replace(track, points=steady(track))
    shown = track.measured(mouth_states)
    for index, (frame, face, old, new) in enumerate(zip(frames, track.points, shown, wanted, strict=True)):
        if index in track.missing:
            yield frame
            continue
        if index and track.shots[index] != track.shots[index - 1]:
            colours = None
        crop = HeadCrop(frame, face)
        rig = at_rest(build_rig(crop.to_crop(face), topology, with_eyes="blink" in tracks), old)
        colours = _blend(colours, mouth_colours(crop.picture, rig))
        patch = plates.at(index) if plates else None
        rig = patch.settle(rig) if patch else rig
        painter = _Painter(crop, rig, colours, patch)
        row = Row.of(**{part: values[index] for part, values in tracks.items()})
        yield painter.paint(new, crop.to_crop(face), row)


@dataclass(frozen=True)
class _Painter:
    """Poses the face of one frame of the video."""

    crop: HeadCrop
    rig: Rig
    colours: MouthColours
    patch: Patch | None

    def paint(self, state: np.ndarray, landmarks: np.ndarray, face: Row) -> np.ndarray:
        """The frame with the mouth of `state` [5] and what `face` adds; landmarks [478,3] in the crop."""
        relative = self.rig.relative(state, face.smile, face.brow)
        points = self.rig.pose(relative, face.blink)
        picture = self.crop.picture.copy()
        drawn = [MeshWarp(self.crop.picture, self.rig).paint(picture, points)]
        if self.patch:
            drawn.append(self.patch.paint(picture, points, self.rig.width))
        mouth = MouthInterior(self.rig, self.colours, finish_of(self.crop.picture, self.rig))
        drawn.append(mouth.paint(picture, points, relative, face.tongue))
        if face.moves_eyes:
            drawn.append(Eyeballs(self.crop.picture, self.rig, landmarks).paint(picture, points, face.gaze))
        frame = self.crop.paste(picture, union_of(drawn))
        if any(face.head):
            region, sway = self.crop.box.slices, Sway(self.crop.full_size(self.rig), self.crop.size)
            frame[region] = sway.apply(frame[region], face.head)
        return frame


def _blend(before: MouthColours | None, now: MouthColours) -> MouthColours:
    """Colours that follow the light slowly, and at once where it fades or flashes."""
    if before is None:
        return now
    old, new = before.teeth.mean(), now.teeth.mean()
    share = max(FOLLOW, min(1.0, abs(new - old) / max(new, old, 1.0) / FADING))
    return MouthColours(*((1 - share) * a + share * b for a, b in zip(astuple(before), astuple(now))))
