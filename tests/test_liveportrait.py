"""LivePortrait: loading, networks and motion against figures of the official code, crops, templates, renderers."""

import copy
import pickle
from dataclasses import replace
from pathlib import Path

import liveportrait_weights
import numpy as np
import pytest
import torch
from liveportrait_weights import (
    OPTIONS,
    figures,
    layout,
    motion_inputs,
    random_state,
    random_template,
    tiny_inputs,
    tiny_networks,
)

from jamflow_core.catalog.liveportrait import FILES, compile_painting, fill, find_liveportrait, load_liveportrait
from jamflow_core.catalog.pickles import load_pickle
from jamflow_core.catalog.safe import load_state
from jamflow_core.catalog.templates import keep_motion, load_template, open_motion, save_template
from jamflow_core.errors import JamFlowError
from jamflow_core.media.picture import read_image
from jamflow_core.motion.files import Motion, load_motion
from jamflow_core.motion.space import MOUTH
from jamflow_core.render.liveportrait import (
    LivePortraitRenderer,
    LivePortraitVideo,
    Options,
    networks,
)
from jamflow_core.render.liveportrait.crop import Box, PasteBack, box_around, to_crop
from jamflow_core.render.liveportrait.drive import Laid, drive, speak
from jamflow_core.render.liveportrait.expression import expression
from jamflow_core.render.liveportrait.generator import convolve_enlarged, instance_norm
from jamflow_core.render.liveportrait.keypoints import LIPS, Faces, rotation
from jamflow_core.render.liveportrait.networks import LivePortrait
from jamflow_core.render.liveportrait.warping import _shifted
from jamflow_core.render.renderer import Footage, one_frame


@pytest.fixture(scope="module")
def tiny() -> LivePortrait:
    """Small networks with random weights, through our loader."""
    networks = tiny_networks()
    for part, shapes in layout("tiny").items():
        fill(networks, part, random_state(shapes))
    return networks


@pytest.fixture(scope="module")
def retargeting(tiny):
    return tiny.retargeting


def assert_figures(result: torch.Tensor, expected: list[float], tolerance: float) -> None:
    """Against figures of the official code, relative to the size of a value."""
    scale = expected[0] / result.numel() ** 0.5
    error = np.abs(np.subtract(figures(result), expected)) / scale
    assert error[0] <= tolerance * result.numel() ** 0.5
    assert error[1] <= tolerance * result.numel()
    assert error[2:].max() <= tolerance


# --- networks -----------------------------------------------------------------------------------------------------


def test_networks_agree_with_the_official_code(tiny):
    given, expected = tiny_inputs(), layout("networks")
    heads = tiny.motion(given["picture"])
    source = tiny.warping.source(given["volume"], given["source"])
    results = {
        "appearance": tiny.appearance(given["picture"]),
        "motion": torch.cat([heads[name] for name in sorted(heads)], 1),
        "warping": tiny.warping(source, given["driving"]),
        "generator": tiny.generator(given["features"]),
    }
    assert results.keys() == expected.keys()
    for name, result in results.items():
        assert_figures(result, expected[name], 2e-5)


def test_each_frame_may_have_its_own_source(tiny):
    given, warping = tiny_inputs(), tiny.warping
    volumes = torch.cat((given["volume"], given["volume"].flip(-1)))
    sources = given["source"] + torch.tensor([0.0, 0.1]).view(2, 1, 1)
    together = warping(warping.source(volumes, sources), given["driving"][:2])
    alone = [warping(warping.source(volumes[[i]], sources[[i]]), given["driving"][[i]]) for i in range(2)]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-5, rtol=1e-4)


def test_full_size_networks_take_the_official_layout():
    with torch.device("meta"):
        networks = LivePortrait()
        for part, shapes in layout("full").items():
            fill(networks, part, {key: torch.empty(shape) for key, shape in shapes.items()})
    sizes = {part: sum(weight.numel() for weight in getattr(networks, part).parameters()) for part in FILES}
    assert 225 < sum(sizes.values()) / 1e6 * 2 < 265  # 112-130 million values


def test_separable_sampling_is_trilinear():
    generator = torch.Generator().manual_seed(0)
    volume = torch.randn(1, 2, 4, 8, 8, generator=generator)
    shift = 0.8 * torch.randn(2, 3, 3, generator=generator)
    ticks = [torch.linspace(-1, 1, n) for n in (4, 8, 8)]
    z, y, x = torch.meshgrid(*ticks, indexing="ij")
    grid = torch.stack((x, y, z), -1) + shift.view(6, 1, 1, 1, 3)
    expected = torch.nn.functional.grid_sample(volume.expand(6, -1, -1, -1, -1), grid, align_corners=False)
    torch.testing.assert_close(_shifted(volume, shift).flatten(0, 1), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("times", (1, 2, 4, 5))
@torch.no_grad()
def test_convolutions_of_enlarged_features_are_those_of_the_pixels(times):
    """Borders included, with fewer products."""
    torch.manual_seed(times)
    net = torch.nn.Sequential(torch.nn.Conv2d(6, 5, 3, padding=1), torch.nn.ReLU())
    x = torch.randn(2, 6, 4, 7)
    wanted = net(torch.nn.functional.interpolate(x, scale_factor=times))
    torch.testing.assert_close(convolve_enlarged(net, x, times), wanted, atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_norms_of_bfloat16_have_sums_in_float32():
    """Of channels far from zero too, in the layout that convolutions want."""
    x = (3 + torch.randn(2, 24, 120, 96)).bfloat16().to(memory_format=torch.channels_last)
    found, wanted = instance_norm(x), torch.nn.functional.instance_norm(x.float())
    assert found.dtype == torch.bfloat16 and found.is_contiguous(memory_format=torch.channels_last)
    assert (found.float() - wanted).abs().max() < 0.02


def test_bfloat16_painting_stays_close(tiny):
    given = tiny_inputs()
    short = copy.deepcopy(tiny).paint_in(torch.bfloat16)

    def painted(networks):
        source = networks.warping.source(given["volume"], given["source"])
        return networks.generator(networks.warping(source, given["driving"][:1]))

    assert short.warping.fourth.weight.dtype == torch.float32 and short.generator.fc.weight.dtype == torch.bfloat16
    exact, rounded = painted(tiny), painted(short)
    assert rounded.dtype == torch.float32
    psnr = -10 * torch.log10((exact - rounded).square().mean())
    assert psnr > 38


@torch.no_grad()
@pytest.mark.parametrize("gain, least", [(1, 50), (1e5, 25)])
def test_float16_does_not_paint_black(tiny, gain, least):
    """Also where activations leave the range of float16, whose infinities a norm would turn into black pixels."""
    given, loud = tiny_inputs(), copy.deepcopy(tiny)
    loud.generator.fc.weight *= gain
    loud.generator.fc.bias *= gain

    def painted(networks):
        source = networks.warping.source(given["volume"], given["source"])
        return networks.generator(networks.warping(source, given["driving"][:1]))

    exact, short = painted(loud), loud.paint_in(torch.float16)
    short.generator.fc.weight.clamp_(-65504, 65504)
    seen = []
    short.generator.fc.register_forward_hook(lambda _, given, made: seen.append(made))
    rounded = painted(short)
    assert seen[0].isinf().any() == (gain > 1)
    assert rounded.isfinite().all()
    assert -10 * torch.log10((exact - rounded).square().mean()) > least


def test_compiled_painting_takes_any_number_of_frames(tiny, monkeypatch):
    """Traced as for the compiler, but not compiled."""
    trace, graphs = torch.compile, []

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, "compile", lambda function, dynamic: trace(function, dynamic=dynamic, backend=backend))
    monkeypatch.setattr("jamflow_core.catalog.liveportrait.check_compiler", lambda device: None)
    quick, given = compile_painting(copy.deepcopy(tiny)), tiny_inputs()
    source = tiny.warping.source(given["volume"], given["source"])
    for frames in (2, 3, 5, 7, 2):
        points = given["source"] + 0.1 * torch.randn(frames, 21, 3, generator=torch.Generator().manual_seed(frames))
        torch.testing.assert_close(quick.paint(source, points), tiny.paint(source, points), atol=1e-5, rtol=1e-4)
    assert len(graphs) <= 6, "each network once for the first batch, once for all others, and at most once more"


# --- files --------------------------------------------------------------------------------------------------------


def kijai_keys(state):
    return {key.replace(".mlp", "_module.mlp", 1): value for key, value in state.items()}


def test_finds_files_by_name_and_by_keys(tmp_path):
    from safetensors.torch import save_file

    tiny_files = {part: random_state(shapes) for part, shapes in layout("tiny").items()}
    save_file(kijai_keys(tiny_files["retargeting"]), tmp_path / "stitching_retargeting_module.safetensors")
    save_file(tiny_files["appearance"], tmp_path / "renamed.safetensors")
    (tmp_path / "base_models").mkdir()
    for part in ("motion", "warping", "generator"):
        torch.save(tiny_files[part], tmp_path / "base_models" / f"{FILES[part][0]}.pth")
    found = find_liveportrait(tmp_path)
    assert found["appearance"].name == "renamed.safetensors"
    assert found["warping"] == tmp_path / "base_models" / "warping_module.pth"
    networks = tiny_networks()
    for part, path in found.items():
        fill(networks, part, load_state(path))
    (tmp_path / "renamed.safetensors").unlink()
    with pytest.raises(JamFlowError, match="appearance_feature_extractor.safetensors.*not found"):
        load_liveportrait(tmp_path)


def test_kijai_and_official_retargeting_are_the_same(retargeting):
    state = random_state(layout("tiny")["retargeting"])
    official = {key.replace(".mlp", ".module.mlp", 1): value for key, value in state.items()}
    for keys in (kijai_keys(state), official | {"unknown.thing": torch.zeros(1)}):
        networks = tiny_networks()
        fill(networks, "retargeting", keys)
        for name, value in networks.retargeting.state_dict().items():
            assert torch.equal(value, retargeting.state_dict()[name])


def test_wrong_weights_are_named():
    state = random_state(layout("tiny")["warping"])
    with pytest.raises(JamFlowError, match="is LivePortrait's warping_module, expected LivePortrait's spade_generator"):
        fill(tiny_networks(), "generator", state)
    with pytest.raises(JamFlowError, match="fourth.bias is missing"):
        fill(tiny_networks(), "warping", {key: value for key, value in state.items() if key != "fourth.bias"})
    with pytest.raises(JamFlowError, match="is of shape"):
        fill(tiny_networks(), "warping", state | {"fourth.bias": torch.zeros(3)})


class Malicious:
    def __reduce__(self):
        return (eval, ("1 + 1",))


def test_unsafe_and_broken_files_are_refused(tmp_path):
    torch.save({"weight": torch.ones(2000)}, tmp_path / "good.pth")
    assert load_state(tmp_path / "good.pth")["weight"].sum() == 2000
    for old in (True, False):
        torch.save({"weight": Malicious()}, tmp_path / "evil.pth", _use_new_zipfile_serialization=old)
        with pytest.raises(JamFlowError, match="Refused .*eval"):
            load_state(tmp_path / "evil.pth")
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps({"motion": Malicious()}))
    with pytest.raises(JamFlowError, match="Refused .*eval"):
        load_pickle(tmp_path / "evil.pkl")
    whole = (tmp_path / "good.pth").read_bytes()
    for name, data, why in (
        ("cut.pth", whole[: len(whole) // 2], "cut short"),
        ("empty.pt", b"", "empty"),
        ("page.bin", b"<!DOCTYPE html><html>", "web page"),
        ("text.pth", b"hello", "something else"),
        ("pointer.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(JamFlowError, match=why) as caught:
            load_state(tmp_path / name, "F5-TTS")
        assert "expected F5-TTS" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(JamFlowError, match="No file"):
        load_state(tmp_path / "none.pth")


# --- motion -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIONS)
def test_keypoints_agree_with_the_official_pipeline(retargeting, name):
    _, points = drive(retargeting, *motion_inputs(name), Options(**OPTIONS[name]))
    assert_figures(points, layout("motion")[name], 2e-5)


def test_generated_lips_move_nothing_else_before_stitching(retargeting, monkeypatch):
    monkeypatch.setattr(type(retargeting), "stitch", lambda self, source, driving: driving)
    source = random_template(1, 4)
    source.lips[:] = 0.01
    exp = 0.01 * torch.randn(4, 21, 3, generator=torch.Generator().manual_seed(0))
    rest, points = speak(retargeting, source, exp)
    moved = (points - rest).norm(dim=2).amax(0) > 1e-6
    assert moved.nonzero().flatten().tolist() == sorted(MOUTH) == sorted(LIPS)
    torch.testing.assert_close(
        (points - rest)[:, LIPS], exp[:, LIPS] * source.faces.scale[..., None], atol=1e-6, rtol=1e-4
    )


def test_open_lips_are_closed_first_and_blinks_start_from_the_picture(retargeting):
    source, still = random_template(1, 4), torch.zeros(3, 21, 3)
    source.lips[:] = 0.2
    rest, points = speak(retargeting, source, still)
    source.lips[:] = 0.0
    _, closed = speak(retargeting, source, still)
    shift = retargeting.lips(rest, torch.full((1, 1), 0.2), torch.zeros(1, 1))
    torch.testing.assert_close(points - closed, shift.expand(3, -1, -1))
    _, blinking = speak(retargeting, source, still, laid=Laid(blink=torch.tensor([0.0, 1.0, 0.0])))
    torch.testing.assert_close(blinking[[0, 2]], closed[[0, 2]], atol=1e-6, rtol=1e-5)
    assert not torch.allclose(blinking[1], closed[1], atol=1e-3)


def test_a_dubbed_video_loses_its_own_mouth(retargeting, monkeypatch):
    monkeypatch.setattr(type(retargeting), "stitch", lambda self, source, driving: driving)
    source = random_template(8, 5)
    source.lips[:] = torch.linspace(0.01, 0.4, 8)[:, None]
    _, points = speak(retargeting, source, torch.zeros(8, 21, 3))
    upright = (points - torch.nn.functional.pad(source.faces.t[:, None, :2], (0, 1))) / source.faces.scale[
        ..., None
    ] - source.faces.kp @ source.faces.rotation
    mouth = upright[:, LIPS]
    torch.testing.assert_close(mouth, source.faces.exp[[0]][:, LIPS].expand(8, -1, -1), atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("frames", (1, 6), ids=("picture", "video"))
def test_a_template_moves_all_but_generated_lips(retargeting, monkeypatch, frames):
    monkeypatch.setattr(type(retargeting), "stitch", lambda self, source, driving: driving)
    source, driving = random_template(frames, 4), random_template(6, 5)
    source.lips[:] = 0.01
    exp = 0.01 * torch.randn(6, 21, 3, generator=torch.Generator().manual_seed(0))
    still = Options(region="eyes", smoothing=0.0)
    _, without = drive(retargeting, source, driving, still)
    rest, points = drive(retargeting, source, driving, still, exp)
    others = [point for point in range(21) if point not in LIPS]
    torch.testing.assert_close(points[:, others], without[:, others])
    _, spoken = speak(retargeting, source, exp)
    torch.testing.assert_close(points[:, LIPS], spoken[:, LIPS], atol=1e-6, rtol=1e-4)
    _, opened = drive(
        retargeting, source, driving, Options(region="eyes", smoothing=0.0, open_eyes=True, open_lips=True), exp
    )
    shift = retargeting.eyes(rest, source.eyes, driving.eyes[:, :1])
    torch.testing.assert_close(opened - shift, spoken, atol=1e-5, rtol=1e-4)


def test_smile_brows_and_gaze_are_laid_over(retargeting):
    smile, brow, gaze = torch.tensor([0.0, 1.0]), torch.tensor([1.0, -1.0]), torch.tensor([[1.0, 0.0], [-1.0, 1.0]])
    assert expression() is None and torch.equal(expression(smile)[0], torch.zeros(21, 3))
    shift = expression(smile, brow, gaze)
    assert shift[0, 11, 0] > 0 > shift[1, 11, 0] and shift[1, 11, 1] > 0 == shift[0, 11, 1]  # right, left; down
    assert shift[1, 14, 1] < 0 == shift[0, 14, 1] and shift[0, 2, 1] < 0 < shift[1, 2, 1]
    source, still = random_template(1, 4), torch.zeros(2, 21, 3)
    plain = Options(stitching=False, close_lips=False)
    rest, points = speak(retargeting, source, still, plain, Laid(over=shift))
    torch.testing.assert_close(points - rest, source.faces.scale[..., None] * shift, atol=1e-6, rtol=1e-3)


@pytest.mark.parametrize("source_frames", (1, 4), ids=("picture", "video"))
@pytest.mark.parametrize(
    "options",
    (
        Options(smoothing=0.0),
        Options(expressive=True, smoothing=0.0),
        Options(relative=False, smoothing=0.0),
        Options(region="lip", smoothing=0.0),
    ),
    ids=("relative", "expressive", "absolute", "lip"),
)
def test_an_expression_is_laid_over_a_template(retargeting, source_frames, options):
    """Whatever the template moves: the expression comes on top, the head turns and the lids close from there."""
    source, driving = random_template(source_frames, 4), random_template(4, 5)
    options = replace(options, stitching=False, close_lips=False)
    over = expression(smile=torch.linspace(0, 1, 4))
    _, plain = drive(retargeting, source, driving, options)
    rest, smiling = drive(retargeting, source, driving, options, laid=Laid(over=over))
    scale = (smiling - plain)[1:, 20, 1] / over[1:, 20, 1]
    torch.testing.assert_close((smiling - plain), scale.mean() * over, atol=2e-3, rtol=0.2)
    torch.testing.assert_close(smiling[0], plain[0])
    head = torch.zeros(4, 5)
    head[2:] = torch.tensor([0.0, -10.0, 0.0, 0.1, 0.0])
    _, turned = drive(
        retargeting, source, driving, options, laid=Laid(head=head, blink=torch.tensor([0.0, 1.0, 0.0, 0.0]))
    )
    torch.testing.assert_close(turned[0], plain[0])
    still = source.eyes[:, :1] * 0 + source.eyes.mean(1, keepdim=True)
    lids = retargeting.eyes(rest, source.eyes, torch.zeros_like(still)) - retargeting.eyes(rest, source.eyes, still)
    torch.testing.assert_close(turned[1] - plain[1], lids[min(1, source_frames - 1)], atol=1e-5, rtol=1e-3)
    assert (turned[2:, :, 0] - plain[2:, :, 0]).abs().max() > 0.05
    opened = replace(options, open_eyes=True)
    more = [drive(retargeting, source, driving, opened, laid=laid)[1] for laid in (Laid(), Laid(over=over))]
    torch.testing.assert_close(more[1] - more[0], smiling - plain, atol=1e-5, rtol=1e-3)


def test_options_of_generated_lips(retargeting):
    source, exp = random_template(1, 4), 0.01 * torch.ones(2, 21, 3)
    source.lips[:] = 0.2
    rest, usual = speak(retargeting, source, exp)
    _, half = speak(retargeting, source, exp, options=Options(multiplier=0.5))
    torch.testing.assert_close(half - rest, 0.5 * (usual - rest), atol=1e-6, rtol=1e-4)
    _, bare = speak(retargeting, source, exp, options=Options(stitching=False, close_lips=False))
    assert (bare[:, 0] == rest[:, 0]).all() and not torch.equal(usual[:, 0].expand(2, -1), rest[:, 0].expand(2, -1))


def test_rotation_turns_the_nose_as_documented():
    nose = torch.tensor([[0.0, 0.0, -1.0]])
    angle = torch.tensor([20.0])
    none = torch.zeros(1)
    down, left = nose @ rotation(angle, none, none)[0], nose @ rotation(none, angle, none)[0]
    assert down[0, 1] > 0.3 and left[0, 0] < -0.3
    right_ear = torch.tensor([[1.0, 0.0, 0.0]]) @ rotation(none, none, angle)[0]
    assert right_ear[0, 1] > 0.3


# --- templates ----------------------------------------------------------------------------------------------------


def test_templates_go_through_files(tmp_path):
    template = random_template(5, 6)
    save_template(tmp_path / "a.safetensors", template)
    again = load_template(tmp_path / "a.safetensors")
    for name in ("kp", "exp", "rotation", "t", "scale"):
        assert torch.equal(getattr(again.faces, name), getattr(template.faces, name))
    assert torch.equal(again.eyes, template.eyes) and torch.equal(again.lips, template.lips) and again.fps == 25


def test_official_templates_of_all_ages(tmp_path):
    rng = np.random.default_rng(0)
    faces = [
        dict(
            scale=np.ones((1, 1), np.float32),
            R_d=np.eye(3, dtype=np.float32)[None],
            t=np.zeros((1, 3), np.float32),
            exp=rng.standard_normal((1, 21, 3)).astype(np.float32),
        )
        for _ in range(4)
    ]
    old = dict(n_frames=4, output_fps=30, motion=faces)
    old |= dict(c_d_eyes_lst=[np.full((1, 2), 0.3)] * 4, c_d_lip_lst=[np.full((1, 1), 0.1)] * 4)
    (tmp_path / "old.pkl").write_bytes(pickle.dumps(old, protocol=2))
    template = load_template(tmp_path / "old.pkl")
    assert template.fps == 30 and template.faces.kp is None and template.eyes.shape == (4, 2)
    assert np.allclose(template.faces.exp[2], faces[2]["exp"][0])
    bare = dict(
        n_frames=4, motion=[{("R" if key == "R_d" else key): value for key, value in face.items()} for face in faces]
    )
    (tmp_path / "bare.pkl").write_bytes(pickle.dumps(bare))
    assert load_template(tmp_path / "bare.pkl").lips is None
    (tmp_path / "other.pkl").write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(JamFlowError, match="not a motion template"):
        load_template(tmp_path / "other.pkl")


def test_template_motion_starts_from_the_closed_mouth():
    template = random_template(20, 7)
    template.lips[:] = 0.3
    template.lips[4:7] = 0.01
    motion = template.motion()
    assert np.abs(motion.exp[4:7].mean(0)).max() < 1e-6 and np.abs(motion.exp).max() > 0.01


def test_templates_at_other_rates_and_lengths():
    template = random_template(6, 9)
    double = template.at(50.0)
    assert len(double) == 12 and double.fps == 50 and template.at(25.0) is template
    torch.testing.assert_close(double.faces.exp[::2], template.faces.exp)
    torch.testing.assert_close(double.faces.rotation[::2], template.faces.rotation, atol=1e-5, rtol=1e-4)
    turns = double.faces.rotation
    torch.testing.assert_close(turns @ turns.mT, torch.eye(3).expand(12, 3, 3), atol=1e-5, rtol=0)
    longer = template.lasting(13)
    places = [0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0, 1, 2]
    assert torch.equal(longer.faces.exp, template.faces.exp[places]) and torch.equal(longer.lips, template.lips[places])
    assert len(template.lasting(2)) == 2 and len(template[:1].lasting(4)) == 4


def test_any_motion_file_is_opened(tmp_path):
    template, lips = random_template(5, 6), 0.01 * np.ones((4, 21, 3), np.float32)
    keep_motion(tmp_path / "whole.safetensors", template.motion())
    keep_motion(tmp_path / "lips.safetensors", Motion(lips, 30.0))
    whole = open_motion(tmp_path / "whole.safetensors")
    assert torch.equal(whole.template.faces.rotation, template.faces.rotation)
    assert np.array_equal(
        load_motion(tmp_path / "whole.safetensors").exp, whole.exp
    )  # for those who want the lips alone
    only = open_motion(tmp_path / "lips.safetensors")
    assert type(only) is Motion and np.array_equal(only.exp, lips) and only.fps == 30
    with pytest.raises(JamFlowError, match="No motion file"):
        open_motion(tmp_path / "none.safetensors")


# --- crops and renderers ------------------------------------------------------------------------------------------


def test_crop_is_upright_and_sized_by_the_landmarks():
    turn = np.deg2rad(30)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])  # rows: right, down of the face
    square = np.array([[-50, -50], [50, -50], [50, 50], [-50, 50]]) @ axes + [300, 200]
    box = box_around(square, np.array([0, -30]) @ axes + [300, 200], np.array([0, 30]) @ axes + [300, 200], 2.0, 0.0)
    assert np.allclose(box.centre, [300, 200]) and np.isclose(box.size, 200)
    crop = square @ to_crop(box)[:, :2].T + to_crop(box)[:, 2]
    assert np.allclose(crop, [[128, 128], [384, 128], [384, 384], [128, 384]], atol=1e-2)


def test_paste_back_keeps_what_is_outside():
    picture = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    matrix = to_crop(Box(np.array([200.0, 150.0]), 160.0, np.array([0.0, 1.0])))
    red = np.zeros((512, 512, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    frame = PasteBack(matrix, picture.shape)(red, picture)
    assert (frame[150, 200] == [255, 0, 0]).all()
    outside = np.ones((300, 400), bool)
    outside[69:232, 119:282] = False
    assert np.array_equal(frame[outside], picture[outside]) and not np.array_equal(frame, picture)
    outside_of_it = PasteBack(to_crop(Box(np.array([-500.0, 0.0]), 160.0, np.array([0.0, 1.0]))), picture.shape)
    assert np.array_equal(outside_of_it(red, picture), picture)


@pytest.fixture(scope="module")
def portrait():
    return read_image(Path(__file__).parent.parent / "portraits" / "mona_lisa.jpg")


@pytest.fixture
def small_crops(tiny, monkeypatch):
    """The tiny networks as a renderer takes them, though they look at 64 pixels and paint 128."""
    liveportrait_weights.small_crops(monkeypatch, networks)
    return LivePortraitRenderer(tiny)


def test_a_picture_is_posed(small_crops, portrait):
    posed = small_crops.choose(batch=2).pose(portrait)
    exp = 0.02 * np.random.default_rng(0).standard_normal((3, 21, 3)).astype(np.float32)
    lips = Motion(exp, 25.0)
    head = np.array([[0, 0, 0, 0, 0], [2, 1, 0, 0, 0], [0, 0, 0, 0.1, 0]])
    frames = list(posed.frames(lips, blink=np.array([0, 0.5, 0]), head=head))
    assert len(frames) == 3 and all(frame.shape == portrait.shape and frame.dtype == np.uint8 for frame in frames)
    assert not np.array_equal(frames[0], frames[1])
    alone = one_frame(posed, exp[0], {"blink": 0.0, "head": np.zeros(5)})
    assert np.abs(frames[0].astype(int) - alone).max() <= 1  # batches round differently
    assert np.array_equal(frames[0][:, :3], portrait[:, :3])
    template = random_template(2, 8).motion()
    assert len(list(posed.frames(template))) == 2
    smiling = list(posed.frames(lips, smile=np.ones(3), gaze=np.ones((3, 2))))
    assert not np.array_equal(smiling[0], frames[0])
    led = list(small_crops.choose(driving=template).pose(portrait).frames(lips))
    assert len(led) == 3 and not np.array_equal(led[0], frames[0])
    square = small_crops.choose(paste_back=False).pose(portrait)
    assert square.size == (512, 512) and next(square.frames(lips)).shape == square.still.shape == (512, 512, 3)
    with pytest.raises(ValueError):
        list(posed.frames(lips, blink=np.zeros(2)))
    with pytest.raises(JamFlowError, match="inside the picture"):
        small_crops.pose(portrait, mouth_box=(5, 5, 5, 5))
    with pytest.raises(JamFlowError, match="knows the lips alone"):
        small_crops.choose(driving=lips)


def test_a_video_keeps_frames_without_a_face(small_crops, portrait):
    grey = np.full_like(portrait, 128)
    clip = [portrait, grey, portrait, grey]
    counted, still = [], Motion(np.zeros((2, 21, 3), np.float32), 25.0)
    video = LivePortraitVideo(small_crops.choose(batch=2), lambda: iter(clip), progress=counted.append)
    assert counted == list(range(1, 9))
    assert video.gone.tolist() == [False, True, False, True]
    frames = list(video.frames(still))
    assert len(frames) == 4 and np.array_equal(frames[3], grey)
    assert not np.array_equal(frames[0], portrait) and np.array_equal(frames[1], grey)
    template = random_template(2, 8).motion()
    led = list(LivePortraitVideo(small_crops.choose(driving=template), lambda: iter(clip)).frames(still))
    assert len(led) == 4 and not np.array_equal(led[0], frames[0])
    tracks = {
        "smile": np.float32([0, 1, 1, 1]),
        "blink": np.zeros((4, 2)),
        "head": np.float32([[0] * 5] * 2 + [[9, 0, 0, 0.2, 0]] * 2),
    }
    smiling = list(video.frames(still, **tracks))
    assert np.array_equal(smiling[0], frames[0]) and np.array_equal(smiling[3], grey)
    assert np.array_equal(smiling[1], grey) and not np.array_equal(smiling[2], frames[2])
    whole = random_template(4, 8).motion()
    assert not np.array_equal(list(video.frames(whole, **tracks))[2], list(video.frames(whole))[2])
    with pytest.raises(ValueError, match="equally long"):
        video.frames(still, smile=np.ones(3))
    squares = LivePortraitVideo(small_crops.choose(paste_back=False), lambda: iter(clip))
    for frame, before in zip(squares.frames(still), squares.stills(), strict=True):
        assert frame.shape == before.shape == (512, 512, 3)
    once = iter(clip)
    with pytest.raises(JamFlowError, match="anew"):
        LivePortraitVideo(small_crops, lambda: once)


def test_each_shot_of_a_template_has_its_own_closed_mouth():
    one, other = random_template(6, 3), random_template(4, 4)
    shots = torch.tensor([0] * 6 + [1] * 4)
    parts = {name: torch.cat((getattr(one, name), getattr(other, name))) for name in ("eyes", "lips")}
    both = replace(one, faces=Faces.joined([one.faces, other.faces]), shots=shots, **parts)
    mouth = both.closed_mouth()
    assert mouth.shape == (10, 21, 3)
    assert torch.equal(mouth[2], one.closed_mouth()) and torch.equal(mouth[8], other.closed_mouth())
    assert np.allclose(both.motion().exp, np.concatenate([one.motion().exp, other.motion().exp]), atol=1e-7)
    slower = both.at(20.0)
    assert set(slower.shots.tolist()) == {0, 1} and len(slower) == 8
    assert both[:6].closed_mouth().shape == (21, 3)


def test_a_video_is_read_and_its_last_frame_held(small_crops, portrait):
    grey = np.full_like(portrait, 128)
    footage = Footage(lambda: iter([portrait, grey, portrait]), 25.0)
    seen = small_crops.read_motion(footage)
    template = seen.motion.template
    assert (
        len(template) == 3 and seen.missing == (1,) and template.lips.shape == (3, 1) and small_crops.leads(seen.motion)
    )
    lips = Motion(np.zeros((5, 21, 3), np.float32), 25.0)
    film = small_crops.relip(footage, lips, lambda frames, fps: {"smile": np.ones(frames)}, hold=True)
    pairs = list(film.pairs)
    assert film.count == len(pairs) == 5 and list(film.missing) == [1] and np.array_equal(pairs[4][0], portrait)
    assert small_crops.relip(footage, lips, lambda frames, fps: {}).count == 3
