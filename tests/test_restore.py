"""Mouths for a restorer: cut out, changed by anything, laid back alone."""

from pathlib import Path

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.media.picture import read_image
from jamflow_core.motion.basis import state_to_exp
from jamflow_core.motion.files import Motion
from jamflow_core.render.mesh import MeshPortrait
from jamflow_core.render.restore import FACE, MOUTH, cut, find_places, lay_back, restored

FRAMES = 6


@pytest.fixture(scope="module")
def frames():
    portrait = MeshPortrait(read_image(Path(__file__).parent.parent / "portraits" / "drawing.jpg"))
    states = np.zeros((FRAMES, 5))
    states[:, 0] = np.linspace(0, 0.8, FRAMES)
    head = np.stack([np.linspace(-3, 3, FRAMES), *np.zeros((4, FRAMES))], 1)
    return list(portrait.frames(Motion(state_to_exp(states), 25), head=head))


def change(a, b):
    return np.abs(a.astype(int) - b).max(2)


@pytest.mark.parametrize("region,size", [(MOUTH, 0), (MOUTH, 256), (FACE, 512)])
def test_crops_that_come_back_unchanged_change_nothing_to_see(frames, region, size):
    places = find_places(frames, region, size)
    crops = list(cut(frames, places))
    assert {crop.shape for crop in crops} == {(places.size, places.size, 3)} and size in (0, places.size)
    for frame, back in zip(frames, lay_back(frames, crops, places)):
        off = change(frame, back)
        assert off.max() == 0 if size == 0 else off.mean() < 0.1 and np.percentile(off, 99.9) < 16


def test_only_the_mouth_is_laid_back_whatever_the_restorer_does(frames):
    """An upscaler of twice the size that also tints: the mouth changes, the tint goes, and all but the mouth stays."""
    import cv2

    def restorer(crop):
        larger = cv2.resize(crop, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        sharper = cv2.addWeighted(larger, 2.0, cv2.GaussianBlur(larger, (0, 0), 3), -1.0, 0)
        return np.clip(sharper * [1.1, 1.0, 0.9], 0, 255).astype(np.uint8)

    for region in (MOUTH, FACE):
        places = find_places(frames, region, 0)
        painted = list(restored(lambda: frames, restorer, region))
        for frame, back, lips in zip(frames, painted, places.lips):
            rows, columns = np.nonzero(change(frame, back) > 4)
            width = np.ptp(lips[:, 0])
            assert len(rows) > 50
            assert lips[:, 0].min() - 0.5 * width < columns.min() and columns.max() < lips[:, 0].max() + 0.5 * width
            assert lips[:, 1].min() - 0.5 * width < rows.min() and rows.max() < lips[:, 1].max() + 0.5 * width
            inside = tuple(np.round(lips.mean(0)).astype(int)[::-1])
            near = np.s_[inside[0] - 8 : inside[0] + 8, inside[1] - 8 : inside[1] + 8]
            assert np.abs(frame[near].mean((0, 1)) - back[near].mean((0, 1))).max() < 20


def test_the_crop_does_not_bob_with_the_words(frames):
    places = find_places(frames)
    lips = places.lips.mean(1)
    assert np.ptp(places.centres[:, 1]) < 0.3 * np.ptp(lips[:, 1])


def test_what_does_not_fit_is_told(frames):
    places = find_places(frames)
    crops = list(cut(frames, places))
    with pytest.raises(JamFlowError, match="6, not 5"):
        list(lay_back(frames[:5], crops, places))
    with pytest.raises(JamFlowError, match="square"):
        list(lay_back(frames, [crop[:-8] for crop in crops], places))
    with pytest.raises(JamFlowError, match="region"):
        find_places(frames, "nose")


def test_frames_without_a_face_stay(frames):
    blank = np.full_like(frames[0], 255)
    shown = [*frames[:2], *[blank] * 7, *frames[2:]]
    places = find_places(shown)
    painted = list(lay_back(shown, (255 - crop for crop in cut(shown, places)), places))
    assert all((painted[k] == blank).all() for k in range(2, 9))
    assert change(painted[0], shown[0]).max() > 50
