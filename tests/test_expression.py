"""The face around the lips: curves, seeded idling, a driving clip, and what of it reaches the picture."""

from pathlib import Path

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.face.extract import FaceMotion
from jamflow_core.media.picture import read_image
from jamflow_core.motion.files import Motion
from jamflow_core.render.expression import NEUTRAL, STILL, Curve, Expression, curve, curves
from jamflow_core.render.idle import idle_motion, loudness
from jamflow_core.render.mesh import MeshPortrait

FACE = Path(__file__).parent.parent / "portraits" / "mona_lisa.jpg"


def test_a_curve_passes_its_points_and_holds_its_ends():
    line = curve("1:0, 2:0.8; 4:-0.5", "smile")
    assert line.at(np.array([0.0, 1.0, 1.5, 2.0, 4.0, 9.0])) == pytest.approx([0, 0, 0.4, 0.8, -0.5, -0.5])
    assert curve("0.3").at(np.zeros(2)) == pytest.approx([0.3, 0.3])
    assert curve("0").flat and not line.flat


@pytest.mark.parametrize(
    "written, words",
    [
        ("high", "Write brow"),
        ("1:2:3", "Write brow"),
        ("", "Write brow"),
        ("2:0, 1:1", "Put the moments"),
        ("0:3", "Keep brow"),
        ("nan", "Keep brow"),
    ],
)
def test_what_is_no_curve_is_refused(written, words):
    with pytest.raises(JamFlowError, match=words):
        curve(written, "brow")


def test_curves_are_read_by_name():
    found = curves("smile: 0:0 1:0.6\n\nGaze X: 0.2\nyaw: 0:0, 2:12")
    assert set(found) == {"smile", "gaze_x", "yaw"} and found["yaw"] == Curve(((0.0, 0.0), (2.0, 12.0)))
    with pytest.raises(JamFlowError, match="Begin each curve"):
        curves("grin: 1")


def test_the_neutral_expression_is_the_idle_motion():
    tracks = NEUTRAL.tracks(250, seed=3)
    lids, head = idle_motion(250, 3)
    assert set(tracks) == {"blink", "head"}
    assert np.array_equal(tracks["head"], head) and np.array_equal(tracks["blink"][:, 0], lids)
    assert STILL.tracks(250, seed=3) == {}


def test_blinks_come_as_often_as_asked():
    def count(often):
        lids = Expression(blink=often).tracks(3000, 0).get("blink", np.zeros((3000, 2)))[:, 0]
        return int(((lids[1:] > 0.5) & (lids[:-1] <= 0.5)).sum())

    assert count(0) == 0 and count(3) > 2 * count(1) > 0


def test_nods_follow_the_voice():
    wave = np.zeros(24000 * 4)
    wave[24000:31200] = 0.5 * np.sin(np.arange(7200))
    level = loudness(wave, 100)
    assert level[25:32].min() > 0.9 and level[:24].max() == 0
    still = Expression(blink=0, sway=1, nods=0).tracks(100, 0, wave=wave)["head"]
    nods = Expression(blink=0, sway=1, nods=1).tracks(100, 0, wave=wave)["head"]
    assert np.abs(nods - still)[:, 1].argmax() in range(24, 36) and np.array_equal(nods[:, 0], still[:, 0])


def clip(frames=50) -> FaceMotion:
    ramp = np.linspace(0, 1, frames, dtype=np.float32)
    head = np.zeros((frames, 5), np.float32)
    head[:, 0] = 10 * ramp
    return FaceMotion(
        Motion(np.zeros((frames, 21, 3), np.float32), 25),
        np.stack([ramp, ramp], 1),
        head,
        -ramp,
        np.stack([ramp, -ramp], 1),
        [],
    )


def test_a_driving_clip_takes_the_place_of_idling_and_runs_forth_and_back():
    tracks = Expression(driving=clip()).tracks(120, 0)
    assert tracks["head"][49, 0] == pytest.approx(10) and tracks["head"][98, 0] == pytest.approx(0, abs=1e-5)
    assert np.abs(np.diff(tracks["head"][:, 0])).max() < 0.3
    assert tracks["brow"][49] == -1 and tracks["gaze"][49].tolist() == [1, -1]
    half = Expression(driving=clip(), driven=0.5, curves=curves("brow: 0.25")).tracks(60, 0, fps=30)
    assert half["brow"][0] == pytest.approx(0.25) and half["head"][:, 0].max() <= 5


def test_each_part_moves_its_own_place_and_leaves_the_lips_theirs():
    portrait = MeshPortrait(read_image(FACE))
    exp = np.zeros((1, 21, 3), np.float32)

    def picture(**given):
        tracks = Expression(blink=0, sway=0, curves={name: curve(value, name) for name, value in given.items()}).tracks(
            1, 0
        )
        return next(portrait.frames(Motion(exp, 25), **tracks)).astype(int)

    rest = picture()
    rows = {}
    for name, value in {"smile": 0.8, "brow": 1, "lids": 1, "gaze_x": 1, "yaw": 8}.items():
        changed = np.abs(picture(**{name: value}) - rest).sum(2) > 24
        assert changed.any(), name
        rows[name] = np.flatnonzero(changed.any(1)).mean()
    assert rows["brow"] < rows["smile"] and rows["lids"] < rows["smile"] and rows["gaze_x"] < rows["smile"]
