"""Several faces of one picture: each moves the own mouth, and everything else stays to the bit."""

import numpy as np
import pytest
from clips import Person, backdrop, placed

from jamflow_core.cli.main import main
from jamflow_core.media.video_reader import read_video
from jamflow_core.motion.basis import state_to_exp
from jamflow_core.render.mesh import MeshPortrait
from jamflow_core.render.scene import Scene

MOUTHS = {"anna": (200, 230), "bob": (430, 230)}
EYES = 70
OPEN = state_to_exp(np.array([0.7, 0.1, 0, 0, 0]))
SHUT = np.zeros((21, 3), np.float32)


@pytest.fixture(scope="module")
def stage():
    """Two people side by side, close enough that their heads' motion would meet."""
    one = placed(Person.of("mona_lisa"), backdrop(0), *MOUTHS["anna"], EYES)
    return placed(Person.of("grace_hopper"), one.frame, *MOUTHS["bob"], EYES).frame


@pytest.fixture(scope="module")
def people(stage):
    found = [MeshPortrait(stage, face=number) for number in (0, 1)]
    return dict(zip(MOUTHS, sorted(found, key=lambda portrait: portrait.oval[:, 0].mean())))


def moved(before, after):
    return np.argwhere((before != after).any(2))[:, ::-1]


def test_each_moves_the_own_mouth(stage, people):
    scene = Scene(people)
    assert np.array_equal(scene.frame(None, OPEN, {}), stage)
    for name in people:
        changed = moved(stage, scene.frame(name, OPEN, {}))
        assert len(changed) > 300
        assert np.abs(changed - MOUTHS[name]).max() < 1.7 * EYES, "the other one, and all else, stay to the bit"


def test_a_turning_head_leaves_the_other_face(stage, people):
    rows = {"anna": {"head": np.array([6.0, 3, 2, 0.05, 0]), "blink": np.ones(2)}}
    after = Scene(people).frame("bob", SHUT, rows)
    changed = moved(stage, after)
    low, high = people["bob"].oval.min(0), people["bob"].oval.max(0)
    assert len(changed) > 5000
    assert not ((changed > low) & (changed < high)).all(1).any()
    step = np.abs(np.diff(after.astype(int), axis=1)).max() - np.abs(np.diff(stage.astype(int), axis=1)).max()
    assert step < 40, "no tear where one part ends"


class Repainted:
    """A portrait whose renderer paints a square far beyond the face, as LivePortrait does."""

    def __init__(self, portrait):
        self.still, self.oval, self.size = portrait.still, portrait.oval, portrait.size

    def frames(self, motion, **tracks):
        frame = self.still.copy()
        low, high = (self.oval.mean(0) - 200).astype(int).clip(0), (self.oval.mean(0) + 200).astype(int)
        frame[low[1] : high[1], low[0] : high[0]] //= 2
        yield frame


def test_squares_of_neighbours_do_not_meet(stage, people):
    scene = Scene({name: Repainted(portrait) for name, portrait in people.items()})
    one, other = scene.frame("anna", OPEN, {}), scene.frame("bob", OPEN, {})
    assert len(moved(stage, one)) > 5000
    assert not ((one != stage).any(2) & (other != stage).any(2)).any()


def test_a_script_for_two_in_one_picture(stage, tmp_path, capsys):
    import cv2

    picture, script, out = tmp_path / "stage.png", tmp_path / "s.txt", tmp_path / "a.mp4"
    cv2.imwrite(str(picture), stage[..., ::-1])
    script.write_text("[anna] Hello. [bob] No.", encoding="utf-8")
    cast = ["--cast", f"anna=heart,{picture}#1", "--cast", f"bob=george,{picture}#2"]
    assert main(["speak", "--script", str(script), *cast, "--still", "--steps", "2", "--out", str(out)]) == 0
    frames = np.array(list(read_video(out, with_audio=False).frames), np.int16)
    assert frames.shape[1:] == (360, 640, 3)
    busy = np.abs(np.diff(frames, axis=0)).max(3)
    half = (MOUTHS["anna"][0] + MOUTHS["bob"][0]) // 2
    left, right = busy[:, :, :half].mean((1, 2)), busy[:, :, half:].mean((1, 2))
    middle = len(left) // 2
    first, second = (left, right) if left[:middle].mean() > right[:middle].mean() else (right, left)
    assert first[:middle].mean() > 2 * second[:middle].mean() and second[middle:].mean() > 2 * first[middle:].mean()
    assert (
        main(["speak", "--script", str(script), *cast[:2], "--cast", f"bob=george,{picture}#3", "--out", str(out)]) == 2
    )
    assert "Choose --face 0 to 1" in capsys.readouterr().err
