"""Several people in one picture: each face its own mouth, everything else the picture itself, bit for bit."""

from pathlib import Path

import numpy as np
import pytest

from jamflow_core.catalog.renderers import MESH, load_renderer
from jamflow_core.cli.script import face_of
from jamflow_core.errors import JamFlowError
from jamflow_core.media.picture import load_cv2, read_image
from jamflow_core.motion.basis import state_to_exp
from jamflow_core.render.scene import Scene
from jamflow_core.render.stage import LAYOUTS, staged

PORTRAITS = Path(__file__).parents[1] / "portraits"
SIDE = 288


@pytest.fixture(scope="module")
def stage():
    """Two portraits side by side in one picture of odd height, the left one larger: its face is number 1."""
    cv2 = load_cv2()
    left, right = (read_image(PORTRAITS / f"{name}.jpg") for name in ("grace_hopper", "mona_lisa"))
    picture = np.full((SIDE + 1, 2 * SIDE, 3), 90, np.uint8)
    picture[:SIDE, :SIDE] = cv2.resize(left, (SIDE, SIDE))
    picture[40 : SIDE - 8, SIDE + 24 : 2 * SIDE - 24] = cv2.resize(right, (SIDE - 48, SIDE - 48))
    renderer = load_renderer(MESH)
    portraits = {name: renderer.pose(picture, face) for face, name in enumerate(("anna", "bob"))}
    return picture, staged(portraits, LAYOUTS[2])


def moved(picture, frame) -> np.ndarray:
    return (frame[: len(picture)] != picture).any(axis=2)


def wide_open() -> np.ndarray:
    return state_to_exp(np.array([[0.8, 0, 0, 0, 0]], np.float32))[0]


def test_only_the_mouth_of_the_one_who_speaks_moves(stage):
    picture, scene = stage
    sides = []
    for who in ("anna", "bob"):
        changed = moved(picture, scene.frame(who, wide_open(), {}))
        ys, xs = np.nonzero(changed)
        assert len(xs) > 50 and np.ptp(xs) < SIDE * 0.7 and np.ptp(ys) < SIDE * 0.7, who
        assert xs.max() < SIDE or xs.min() >= SIDE, "nothing moves on the other one's side"
        sides.append(xs.min() >= SIDE)
    assert sorted(sides) == [False, True], "each moves another face"
    assert scene.size == (2 * SIDE, SIDE + 2)


def test_listeners_blink_and_rest_and_no_head_moves(stage):
    picture, scene = stage
    rest = {"blink": np.float32(0.0), "head": np.ones(5, np.float32)}
    assert not moved(picture, scene.frame(None, wide_open(), {"anna": rest, "bob": rest})).any()
    blinking = {"anna": rest, "bob": rest | {"blink": np.float32(1.0)}}
    speaks, both = (
        scene.frame("anna", wide_open(), {"anna": rest, "bob": rest}),
        scene.frame("anna", wide_open(), blinking),
    )
    changed = (speaks != both).any(axis=2)[: len(picture)]
    assert changed.any() and not (changed & moved(picture, speaks)).any(), "the listener's eyes, not the speaker's face"


def test_everyone_needs_the_same_picture(stage):
    _, scene = stage
    other = load_renderer(MESH).pose(read_image(PORTRAITS / "mona_lisa.jpg"))
    with pytest.raises(JamFlowError, match="cara has another one"):
        staged(scene.portraits | {"cara": other}, LAYOUTS[2])


def test_faces_of_the_cast_are_counted_from_one():
    assert face_of("stage.jpg#2") == ("stage.jpg", 1) and face_of("stage.jpg") == ("stage.jpg", None)
    with pytest.raises(JamFlowError, match="counted from 1"):
        face_of("stage.jpg#0")


class Repainted:
    """A portrait whose renderer paints a square far beyond the face, as LivePortrait does."""

    def __init__(self, portrait):
        self.still, self.oval, self.size = portrait.still, portrait.oval, portrait.size

    def frames(self, motion, **tracks):
        frame = self.still.copy()
        low, high = (self.oval.mean(0) - SIDE).astype(int).clip(0), (self.oval.mean(0) + SIDE).astype(int)
        frame[low[1] : high[1], low[0] : high[0]] //= 2
        yield frame


def test_squares_of_neighbours_do_not_meet(stage):
    picture, scene = stage
    wide = Scene({name: Repainted(portrait) for name, portrait in scene.portraits.items()})
    one, other = (moved(picture, wide.frame(name, wide_open(), {})) for name in ("anna", "bob"))
    assert one.sum() > 5000 and other.sum() > 5000 and not (one & other).any()
