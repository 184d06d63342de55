"""How open mouths are painted: shape of the lips, tongue, sharpness and grain, and the same at every size and turn."""

from pathlib import Path

import numpy as np
import pytest

from jamflow_core.face.finder import FaceFinder
from jamflow_core.face.topology import LIP_INNER, LIP_OUTER, MOUTH_LEFT, MOUTH_RIGHT
from jamflow_core.media.picture import read_image
from jamflow_core.motion.tongue import BETWEEN, RAISED, tongue_track
from jamflow_core.render.mesh import MeshPortrait
from jamflow_core.render.mesh.colours import polygon_mask
from jamflow_core.render.mesh.finish import blur_of
from jamflow_core.render.mesh.teeth import UPPER, on_arch
from jamflow_core.render.mesh.warp import Box

EXAMPLES = Path(__file__).parent.parent / "portraits"
AH, OH, EE = [0.7, 0.1, 0, 0, 0], [0.5, 0, 0.6, 0, 0], [0.2, 0.7, 0, 0, 0]


@pytest.fixture(scope="module")
def finder():
    return FaceFinder()


@pytest.fixture(scope="module")
def portrait(finder):
    return MeshPortrait(read_image(EXAMPLES / "drawing.jpg"), finder=finder)


def pose(portrait, state):
    return portrait.rig.pose(portrait.rig.relative(state))


def thickness(points, upper=True):
    outer, inner = (LIP_OUTER[5], LIP_INNER[5]) if upper else (LIP_OUTER[15], LIP_INNER[15])
    return np.linalg.norm(points[outer] - points[inner])


def test_pursed_lips_keep_their_flesh(portrait):
    rest = pose(portrait, [0] * 5)
    for state in ([0.3, 0, 0.9, 0, 0], OH, EE):
        posed = pose(portrait, state)
        for upper in (True, False):
            assert 0.85 * thickness(rest, upper) < thickness(posed, upper) < 1.5 * thickness(rest, upper)


def test_round_vowels_are_round(portrait):
    """The corners of an o are halfway between its upper and lower edge, those of an ee where they were."""
    posed, down = pose(portrait, OH), portrait.rig.down
    upper, lower, left, right = (posed[k] @ down for k in (LIP_INNER[5], LIP_INNER[15], MOUTH_LEFT, MOUTH_RIGHT))
    for corner in (left, right):
        assert 0.3 < (corner - upper) / (lower - upper) < 0.7


@pytest.mark.parametrize("size", [64, 512, 1600])
def test_no_pixel_stands_out_of_an_open_mouth(finder, size):
    """Nothing is brighter than the teeth and the skin around, and nothing is black where the picture has no black."""
    import cv2

    picture = read_image(EXAMPLES / "mona_lisa.jpg")
    picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA if size < 512 else cv2.INTER_CUBIC)
    portrait = MeshPortrait(picture, finder=finder)
    around = portrait._crop.box
    for state in (AH, OH, EE):
        points = pose(portrait, state) / portrait._crop._ratio + [around.x0, around.y0]
        lips = cv2.dilate(polygon_mask(points[LIP_OUTER], picture.shape), np.ones((3, 3))) > 128
        shown = portrait.frame(state)[lips].astype(float).mean(1)
        near = cv2.dilate(lips.astype(np.uint8), np.ones((3, 3)), iterations=max(2, size // 40)) > 0
        assert shown.max() <= max(picture[near].astype(float).mean(1).max(), portrait._mouth.colours.teeth.mean() * 1.3)
        assert shown.min() >= 0.6 * min(portrait._mouth.colours.cavity.mean(), picture[near].mean(1).min())


def test_the_arch_is_seen_from_the_side_without_folds():
    """Up to 45 degrees of yaw every pixel shows one angle of the arch, in order, and the far side ends at its limb."""
    x, y = np.linspace(-0.7, 0.7, 141), np.zeros((1, 1))
    for yaw in np.radians([0, 20, 45, -45]):
        turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        angle, height = (part[0] for part in on_arch(UPPER, turn, x, y))
        seen = np.isfinite(angle)
        assert seen.sum() > 60 and np.isfinite(height[seen]).all()
        assert (np.diff(angle[seen]) > 0).all()
        assert np.diff(np.flatnonzero(seen)).max() == 1


def test_blur_is_measured_and_matched(finder):
    import cv2

    edge = np.zeros((80, 80, 3), np.uint8)
    edge[:, 40:] = 200
    for sigma in (1.5, 2, 3):
        assert blur_of(cv2.GaussianBlur(edge, (0, 0), sigma)) == pytest.approx(sigma, rel=0.2)
    picture = read_image(EXAMPLES / "drawing.jpg")
    sharp, soft = (
        MeshPortrait(image, finder=finder)._mouth.finish.softness
        for image in (picture, cv2.GaussianBlur(picture, (0, 0), 2))
    )
    assert soft > sharp + 0.8


def test_grain_belongs_to_the_picture_and_stays_in_place(finder):
    picture = read_image(EXAMPLES / "drawing.jpg")
    noisy = np.clip(picture + np.random.default_rng(0).normal(0, 5, picture.shape), 0, 255).astype(np.uint8)
    clean, grainy = (MeshPortrait(image, finder=finder)._mouth.finish for image in (picture, noisy))
    assert grainy.grain.std() > 2.5 > clean.grain.std()
    whole, part = grainy.grain_of(Box(10, 10, 90, 90)), grainy.grain_of(Box(40, 50, 60, 70))
    assert (whole[40:60, 30:50] == part).all()


def test_the_tongue_follows_the_symbols():
    symbols, durations = ("<sil>", "l", "ɑ", "θ", "<sil>"), np.array([0.2, 0.1, 0.2, 0.1, 0.2])
    track = tongue_track(symbols, durations, 20, 25)
    assert track.shape == (20, 2) and track.dtype == np.float32
    assert track[6, RAISED] > 0.9 and track[6, BETWEEN] == 0
    assert track[14, BETWEEN] > 0.9
    assert track[10].max() < 0.2 and track[[0, 19]].max() == 0
    assert not tongue_track(("ა", "ბ"), np.ones(2), 5).any()


def test_a_raised_tongue_is_seen_only_in_an_open_mouth(portrait):
    for place in ((1.0, 0.0), (0.0, 1.0)):
        assert (portrait.frame([0] * 5, tongue=place) == portrait.frame([0] * 5)).all()
        changed = np.abs(
            portrait.frame([0.3, 0.1, 0, 0, 0], tongue=place).astype(int) - portrait.frame([0.3, 0.1, 0, 0, 0])
        )
        assert changed.max() > 20
        rows, columns = np.nonzero(changed.max(2) > 4)
        points = pose(portrait, [0.3, 0.1, 0, 0, 0])[LIP_OUTER] + [portrait._crop.box.x0, portrait._crop.box.y0]
        assert points[:, 0].min() < columns.min() and columns.max() < points[:, 0].max()
        assert points[:, 1].min() < rows.min() and rows.max() < points[:, 1].max()
