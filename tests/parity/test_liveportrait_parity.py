"""LivePortrait at full size against the official repository: `LIVEPORTRAIT_PATH=... pytest -m parity`.

Random weights are saved as the official files are, read by the official loader and by ours.
"""

from pathlib import Path

import liveportrait_official as official  # beside this file
import numpy as np
import pytest
import torch
from liveportrait_weights import OPTIONS, layout, motion_inputs, random_state, random_template, tiny_networks

from jamflow_core.catalog.liveportrait import fill, load_liveportrait
from jamflow_core.face.finder import FaceFinder
from jamflow_core.media.picture import read_image
from jamflow_core.render.liveportrait import LivePortraitRenderer, LivePortraitVideo, Options
from jamflow_core.render.liveportrait.crop import PasteBack, box_around, cut, face_box, to_crop
from jamflow_core.render.liveportrait.drive import drive

pytestmark = [
    pytest.mark.parity,
    pytest.mark.skipif(official.path() is None, reason="give the official repository by LIVEPORTRAIT_PATH"),
]
EXAMPLES = Path(__file__).parents[2] / "portraits"


def distance(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Relative L2."""
    ours, theirs = ours.detach(), theirs.detach()
    error = float((ours.double() - theirs.double()).norm() / theirs.double().norm())
    print(f"relative L2: {error:.1e}")
    return error


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("liveportrait")
    official.save(folder, {part: random_state(shapes) for part, shapes in layout("full").items()})
    return folder


@pytest.fixture(scope="module")
def theirs(files):
    return official.wrapper(files)


@pytest.fixture(scope="module")
def ours(files):
    return load_liveportrait(files, dtype=torch.float32)


@pytest.fixture(scope="module")
def given():
    rng = np.random.default_rng(0)
    picture = torch.from_numpy(rng.random((1, 3, 256, 256), np.float32))
    source = random_template(1, 10).faces.points()
    return picture, source, source + 0.05 * torch.from_numpy(rng.standard_normal((1, 21, 3), np.float32))


def test_layout_is_the_recorded_one():
    import liveportrait_vectors

    assert liveportrait_vectors.layouts() == {size: layout(size) for size in ("full", "tiny")}


def test_recorded_figures_are_those_of_the_official_code():
    import liveportrait_vectors

    for name, made in {
        "networks": liveportrait_vectors.of_networks(),
        "motion": liveportrait_vectors.of_motion(),
    }.items():
        for key, expected in layout(name).items():
            assert np.allclose(made[key], expected, rtol=1e-4, atol=1e-4 * expected[0]), key


def test_motion_extractor(ours, theirs, given):
    made, expected = ours.faces(given[0]), theirs.get_kp_info(given[0])
    assert distance(made.exp, expected["exp"]) < 1e-5
    assert distance(made.points(), theirs.transform_keypoint(expected)) < 1e-5
    heads = theirs.motion_extractor(given[0])
    for name, value in ours.motion(given[0]).items():
        assert distance(value, heads[name]) < 1e-5, name


@torch.no_grad()
def test_painting(ours, theirs, given):
    """Features, warping and generator, each on the official output of the one before."""
    picture, source, driving = given
    volume = theirs.appearance_feature_extractor(picture)
    errors = {"features": distance(ours.appearance(picture), volume)}
    warped = theirs.warping_module(volume, kp_source=source, kp_driving=driving)["out"]
    errors["warping"] = distance(ours.warping(ours.warping.source(volume, source), driving), warped)
    errors["generator"] = distance(ours.generator(warped), theirs.spade_generator(feature=warped))
    print(errors)
    assert max(errors.values()) < 1e-5


def test_retargeting(ours, theirs, given):
    _, source, driving = given
    eyes, lips, wanted = torch.tensor([[0.2, 0.3]]), torch.tensor([[0.1]]), torch.tensor([[0.05]])
    pairs = (
        (ours.retargeting.stitch(source, driving), theirs.stitching(source, driving)),
        (ours.retargeting.eyes(source, eyes, wanted), theirs.retarget_eye(source, torch.cat((eyes, wanted), 1))),
        (ours.retargeting.lips(source, lips, wanted), theirs.retarget_lip(source, torch.cat((lips, wanted), 1))),
    )
    assert max(distance(*pair) for pair in pairs) < 1e-5


@pytest.mark.parametrize("name", OPTIONS)
def test_motion(ours, files, name):
    wrapper = official.wrapper(files, only_motion=True)
    rest, points = official.keypoints(wrapper, *motion_inputs(name), OPTIONS[name])
    our_rest, our_points = drive(ours.retargeting, *motion_inputs(name), Options(**OPTIONS[name]))
    assert distance(our_rest[:1], rest[:1]) < 1e-5
    assert distance(our_points, points) < 1e-5


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Official wrapper and our networks with few channels, at the real sizes of crops and frames."""
    folder = tmp_path_factory.mktemp("small")
    official.save(folder, {"retargeting": random_state(layout("tiny")["retargeting"])})
    wrapper, networks = official.wrapper(folder, only_motion=True), tiny_networks()
    nets = official.networks("tiny")
    for part, net in nets.items():
        net.load_state_dict(random_state(layout("tiny")[part]))
        fill(networks, part, random_state(layout("tiny")[part]))
    wrapper.appearance_feature_extractor, wrapper.motion_extractor = nets["appearance"], nets["motion"]
    wrapper.warping_module, wrapper.spade_generator = nets["warping"], nets["generator"]
    return wrapper, networks


def compare(frames, expected, pictures) -> None:
    assert len(frames) == len(expected) > 0
    for frame, other, picture in zip(frames, expected, pictures):
        error = np.abs(frame.astype(int) - other)
        print("mean and largest difference:", error.mean(), error.max())
        assert error.mean() < 0.1 and (error > 2).mean() < 1e-3
        assert np.abs(frame.astype(int) - picture).mean() > 5


def test_composed_picture(small):
    """A picture driven by two frames, pasted back."""
    theirs, ours = small
    picture, driving = read_image(EXAMPLES / "mona_lisa.jpg"), random_template(2, 11)
    posed = LivePortraitRenderer(ours).pose(picture)
    matrix = to_crop(face_box(FaceFinder().find(picture).points))
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    expected = official.execute(theirs, posed.source, driving, {}, [picture], [cut(picture, matrix)], [inverse])
    compare(list(posed.frames(driving.motion())), expected, [picture] * 2)


def test_composed_video(small):
    """A video driven by three frames, pasted back."""
    theirs, ours = small
    picture, driving = read_image(EXAMPLES / "mona_lisa.jpg"), random_template(3, 12)
    clip = [picture, np.roll(picture, 4, 1), np.roll(picture, 6, 0)]
    video = LivePortraitVideo(LivePortraitRenderer(ours), lambda: iter(clip))
    crops = [cut(frame, matrix) for frame, matrix in zip(clip, video._matrices)]
    inverses = [np.linalg.inv(np.vstack([matrix, [0, 0, 1]])) for matrix in video._matrices]
    expected = official.execute(theirs, video.source, driving, {}, clip, crops, inverses)
    compare(list(video.frames(driving.motion())), expected, clip)


def test_crop_agrees_with_the_official_one():
    crops = official._import("utils.crop")
    mask = official._import("config.inference_config").InferenceConfig().mask_crop
    rng = np.random.default_rng(0)
    points = rng.normal(size=(203, 2)) * [60, 70] + [300, 300]
    points[[0, 6, 12, 18]] = [[250, 260], [265, 255], [280, 262], [265, 268]]
    points[[24, 30, 36, 42]] = [[330, 270], [345, 265], [360, 272], [345, 278]]
    points[[48, 66]] = [[270, 360], [330, 372]]
    picture, painted = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((640, 600, 3), (512, 512, 3)))
    expected = crops.crop_image(picture, points, dsize=512, scale=2.3, vy_ratio=-0.125)
    eyes = (points[[0, 6, 12, 18]].mean(0) + points[[24, 30, 36, 42]].mean(0)) / 2
    matrix = to_crop(box_around(points, eyes, points[[48, 66]].mean(0), 2.3, -0.125))
    assert np.abs(matrix - expected["M_o2c"][:2]).max() < 1e-3
    shrunk = crops.cv2.resize(expected["img_crop"], (256, 256), interpolation=crops.cv2.INTER_AREA)
    assert np.abs(cut(picture, matrix).astype(int) - shrunk).max() <= 2
    opacity = crops.prepare_paste_back(mask, expected["M_c2o"], (600, 640))
    pasted = crops.paste_back(painted, expected["M_c2o"], picture, opacity)
    assert np.abs(PasteBack(matrix, picture.shape)(painted, picture).astype(int) - pasted).max() <= 2
