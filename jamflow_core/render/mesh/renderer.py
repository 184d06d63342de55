"""The embedded renderer as a `Renderer`: no weights needed."""

from itertools import tee

import numpy as np

from ...errors import JamFlowError
from ...face.extract import extract_motion
from ...face.finder import Which, face_finder
from ...face.track import track_face
from ...motion.files import Motion
from ..renderer import Film, Footage, MouthBox, Progress, Seen, TracksOf, held
from .portrait import MeshPortrait
from .relip import closed_lips, relip_frames


class MeshRenderer:
    """Paints with the mesh; see `Renderer`."""

    name, readings = "mesh", 1

    def choose(self, driving: Motion | None = None, **_) -> "MeshRenderer":
        """The mesh has no choices, and nothing but a file of expression leads it."""
        if driving is not None:
            raise JamFlowError("Choose renderer=liveportrait: the mesh takes no driving motion.")
        return self

    def leads(self, motion: Motion) -> bool:
        """Never: of a motion it takes the lips."""
        return False

    def pose(self, image: np.ndarray, face: Which = 0, mouth_box: MouthBox | None = None) -> MeshPortrait:
        """See `Renderer.pose`."""
        return MeshPortrait(image, mouth_box, face)

    def relip(self, footage: Footage, motion: Motion, tracks: TracksOf, face: Which = 0, hold: bool = False,
              progress: Progress | None = None) -> Film:  # fmt: skip
        """See `Renderer.relip`. The video is read three times: to follow the face, to keep its closed lips, and to
        paint it."""
        track = track_face(footage.frames(), face_finder(), face, progress)
        said = motion.at(footage.fps).exp
        count = max(len(track), len(said)) if hold else len(track)
        exp = np.zeros((count, *said.shape[1:]), np.float32)
        exp[: len(said)] = said[:count]
        more = count - len(track)
        track = track.held(more)
        before, again = tee(held(footage.frames(), more))
        plates = closed_lips(held(footage.frames(), more), track)
        frames = relip_frames(again, track, exp, tracks(count, footage.fps), plates)
        return Film(zip(before, frames), count, footage.fps, track.missing)

    def read_motion(self, footage: Footage, face: Which = 0, progress: Progress | None = None) -> Seen:
        """See `Renderer.read_motion`: lips by the landmarks, at 25 fps."""
        found = extract_motion(footage.frames(), footage.fps, face_finder(), face, progress)
        return Seen(found.motion, found.missing)
