"""A third renderer is one class and one line: a toy one speaks, films a script, reads a video and gives it new lips."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from jamflow_core.catalog.renderers import RENDERERS, Loading, load_renderer
from jamflow_core.cli.main import main
from jamflow_core.errors import JamFlowError
from jamflow_core.media.picture import read_image
from jamflow_core.media.video import VideoWriter
from jamflow_core.media.video_reader import read_video
from jamflow_core.motion.basis import JAW, exp_to_state, state_to_exp
from jamflow_core.motion.files import Motion, load_motion
from jamflow_core.render.mesh import MeshPortrait, MeshRenderer
from jamflow_core.render.renderer import Film, Footage, Seen, opaque, with_alpha

FACE = Path(__file__).parent.parent / "portraits" / "mona_lisa.jpg"


@dataclass
class Sketch:
    """A picture whose brightness is the opening of the jaw."""

    image: np.ndarray
    warning = None

    def __post_init__(self):
        self.still, self.size, self.marks = self.image, self.image.shape[1::-1], []
        self.oval = np.array([[0.0, 0.0], [64.0, 64.0]])

    def frames(self, motion, **tracks):
        for state in exp_to_state(motion.exp):
            yield np.full_like(self.image, 60 + 150 * min(state[JAW], 1))

    def mattes(self, motion, **tracks):
        return opaque(self, motion)


class SketchRenderer:
    name, readings = "sketch", 1

    def choose(self, **_):
        return self

    def leads(self, motion):
        return False

    def pose(self, image, face=0, mouth_box=None):
        return Sketch(np.ascontiguousarray(image[:64, :64]))

    def relip(self, footage, motion, tracks, face=0, hold=False, progress=None):
        frames = list(footage.frames())
        sketch = Sketch(frames[0])
        return Film(zip(frames, sketch.frames(motion.at(footage.fps))), len(frames), footage.fps, [])

    def read_motion(self, footage, face=0, progress=None):
        jaw = np.array([frame.mean() / 255 for frame in footage.frames()])
        return Seen(Motion(state_to_exp(np.stack([jaw, *np.zeros((4, len(jaw)))], 1)), footage.fps), [])


@pytest.fixture
def sketch(monkeypatch):
    monkeypatch.setitem(RENDERERS, "sketch", lambda how: SketchRenderer())


def brightness(path):
    return np.array([frame.mean() for frame in read_video(path, with_audio=False).frames])


def test_speak_with_it(sketch, tmp_path):
    out, motion = tmp_path / "a.mp4", tmp_path / "a.safetensors"
    said = ["speak", "Hello.", "--steps", "2", "--portrait", str(FACE), "--renderer", "sketch"]
    assert main([*said, "--out", str(out), "--motion", str(motion)]) == 0
    jaw = exp_to_state(load_motion(motion).exp)[:, JAW]
    seen = brightness(out)
    assert len(seen) == len(jaw) and np.corrcoef(seen, jaw)[0, 1] > 0.95 and jaw.max() > 0.2


def test_a_script_and_a_video_with_it(sketch, tmp_path):
    script, film = tmp_path / "s.txt", tmp_path / "film.mp4"
    script.write_text("[heart] No. [george] Yes.", encoding="utf-8")
    chosen = ["--steps", "1", "--renderer", "sketch", "--out", str(tmp_path / "a.mp4")]
    assert main(["speak", "--script", str(script), *chosen]) == 0 and len(brightness(tmp_path / "a.mp4")) > 10
    with VideoWriter(film, 25, (64, 64)) as video:
        for level in np.linspace(20, 200, 20):
            video.write(np.full((64, 64, 3), level, np.uint8))
    assert main(["dub", "No.", "--video", str(film), "--relip", *chosen]) == 0
    assert len(brightness(tmp_path / "a.mp4")) == 20


def test_the_table_says_what_there_is(tmp_path):
    assert isinstance(load_renderer("mesh"), MeshRenderer)
    with pytest.raises(JamFlowError, match=r"Choose renderer=mesh\|liveportrait, or a folder .* not other"):
        load_renderer("other")
    with pytest.raises(JamFlowError, match="Put appearance_feature_extractor"):
        load_renderer(str(tmp_path), Loading())


def test_the_mesh_takes_no_driving_motion():
    lips = Motion(np.zeros((2, 21, 3), np.float32), 25.0)
    renderer = MeshRenderer().choose(stitching=False)
    assert not renderer.leads(lips)
    with pytest.raises(JamFlowError, match="Choose renderer=liveportrait"):
        renderer.choose(driving=lips)


def test_the_last_frame_goes_on_speaking_only_where_asked():
    picture = read_image(FACE)
    footage = Footage(lambda: iter([picture] * 2), 25.0)
    lips = Motion(state_to_exp(np.tile([0.6, 0, 0, 0, 0], (4, 1))), 25.0)
    assert MeshRenderer().relip(footage, lips, lambda frames, fps: {}).count == 2
    film = MeshRenderer().relip(footage, lips, lambda frames, fps: {}, hold=True)
    pairs = list(film.pairs)
    assert film.count == len(pairs) == 4 and all(np.array_equal(before, picture) for before, _ in pairs)
    assert not np.array_equal(pairs[3][1], picture)


def test_frames_with_alpha_lie_on_any_background():
    """A cut-out head that turns and opens its mouth: its outline goes along, and its colours bring no grey."""
    picture = read_image(FACE)
    distance = np.hypot(*(np.indices(picture.shape[:2]) - np.array([190, 250])[:, None, None]))
    matte = (255 * np.clip((150 - distance) / 4, 0, 1)).astype(np.uint8)
    red = picture.copy()
    red[..., 0] = 255
    portrait = MeshPortrait(np.dstack([red, matte]))
    lips = Motion(state_to_exp(np.array([[0, 0, 0, 0, 0], [0.9, 0, 0, 0, 0]])), 25.0)
    head = np.array([[0, 0, 0, 0, 0], [6, 0, 3, 0.1, 0]], np.float32)
    still, turned = with_alpha(portrait, lips, head=head)
    assert still.shape == turned.shape == (*picture.shape[:2], 4)
    assert np.array_equal(still[..., 3], matte) and np.abs(turned[..., 3].astype(int) - matte).max() > 100
    assert abs(int(turned[..., 3].astype(int).sum()) - int(matte.astype(int).sum())) < 0.03 * matte.astype(int).sum()
    edge = (turned[..., 3] > 90) & (turned[..., 3] < 200)
    assert edge.any() and np.percentile(turned[edge][:, 0], 10) > 235, "straight colours at the edge"
    (whole,) = MeshPortrait(picture).mattes(Motion(lips.exp[:1], 25.0))
    assert (whole == 255).all()
