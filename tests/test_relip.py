"""New lips over open ones: on the shipped example (a speaking portrait) no slit and no second lip of the old mouth
stays.
"""

from pathlib import Path

import numpy as np
import pytest

from jamflow_core.face.finder import FaceFinder
from jamflow_core.face.topology import LIP_OUTER
from jamflow_core.face.track import track_face
from jamflow_core.media.picture import read_image
from jamflow_core.motion.basis import state_to_exp
from jamflow_core.motion.files import Motion
from jamflow_core.render.mesh import MeshPortrait
from jamflow_core.render.mesh.colours import polygon_mask
from jamflow_core.render.mesh.relip import closed_lips, relip_frames

FRAMES = 24
STRANGE = 20  # grey levels beyond all that the true picture shows there


@pytest.fixture(scope="module")
def speaking():
    """The portrait of relip_a_video, talking with a swaying head: its frames, their track, and the same head silent."""
    finder = FaceFinder()
    picture = read_image(Path(__file__).parent.parent / "portraits" / "grace_hopper.jpg")
    portrait = MeshPortrait(picture, finder=finder)
    turn = np.arange(FRAMES) * 2 * np.pi / 12
    states = np.zeros((FRAMES, 5))
    states[:, 0], states[:, 1] = 0.55 - 0.55 * np.cos(turn), 0.6 * np.sin(turn / 2) ** 2
    head = np.stack([3 * np.sin(np.arange(FRAMES) / 5), *np.zeros((4, FRAMES))], 1)
    frames = list(portrait.frames(Motion(state_to_exp(states), 25), head=head))
    silent = list(portrait.frames(Motion(np.zeros((FRAMES, 21, 3)), 25), head=head))
    return frames, track_face(frames, finder), silent


def strange(painted, truth, points):
    """Around a closed mouth: how many pixels are darker than all that the true picture has near them (what a slit is),
    and how many have a colour that it has not (a second lip)."""
    import cv2

    mask = polygon_mask(points[LIP_OUTER, :2], truth.shape)
    reach = int(0.15 * np.ptp(points[LIP_OUTER, 0]))
    around = cv2.dilate(mask, np.ones((2 * reach + 1,) * 2)) > 0
    darkest, brightest = (change(truth, np.ones((5, 5))).astype(int) for change in (cv2.erode, cv2.dilate))
    dark = painted.mean(2) < darkest.mean(2) - STRANGE
    other = ((painted < darkest - STRANGE) | (painted > brightest + STRANGE)).any(2)
    return int((around & dark).sum()), int((around & other).sum())


def test_closed_lips_over_open_ones_leave_nothing_of_the_old_mouth(speaking):
    """Against the same head painted silent; a warp of the open lips alone fails it, slits and ghosts."""
    frames, track, silent = speaking

    def worst(plates):
        painted = relip_frames(frames, track, np.zeros((FRAMES, 21, 3)), plates=plates)
        return np.max([strange(*three) for three in zip(painted, silent, track.points)], 0)

    dark, other = worst(closed_lips(frames, track))
    assert dark <= 3 and other <= 30
    dark, other = worst(None)
    assert dark > 60 and other > 200
