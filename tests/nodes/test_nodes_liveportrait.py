"""LivePortrait in the nodes: found, offered, in ComfyUI's care, painting; with small networks of random weights."""

import importlib
import os
import pickle
import sys
from pathlib import Path

import comfy_hosts
import cv2
import graphs as g
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).parents[1]))

from f5_weights import f5_file
from liveportrait_weights import layout, random_state, small_crops, tiny_networks

NAMES = {
    "appearance": "appearance_feature_extractor",
    "motion": "motion_extractor",
    "warping": "warping_module",
    "generator": "spade_generator",
    "retargeting": "stitching_retargeting_module",
}


def pack_module(host, name: str):
    """A module of the pack, imported if the host has not yet."""
    return importlib.import_module(f".{name}", host.module("nodes.load").__package__.rpartition(".")[0])


@pytest.fixture(autouse=True)
def roots(host, monkeypatch):
    """Weights are looked for in the base folder (the stand-in has its models elsewhere)."""
    monkeypatch.setattr(host.module("nodes.load"), "roots", lambda: [host.base / "models"])


class Held:
    """A network that stays where it is, in place of `Managed`: the stand-in has no model management."""

    def __init__(self, net, *_):
        self.net = net

    def load(self):
        return self.net


@pytest.fixture(autouse=True)
def management(host, monkeypatch):
    if not host.real:
        for name in ("nodes.models", "nodes.liveportrait"):
            monkeypatch.setattr(pack_module(host, name), "Managed", Held)
        monkeypatch.setattr(host.module("nodes.render"), "video_of", lambda *_: None)  # nor has it videos


@pytest.fixture
def files(host):
    """The set with Kijai's names in models/liveportrait, of small networks."""
    folder = host.base / "models" / "liveportrait"
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{name}.safetensors" for name in NAMES.values()]
    for part, file in zip(NAMES, made):
        state = {
            key.replace(".mlp", "_module.mlp", 1) if part == "retargeting" else key: value
            for key, value in random_state(layout("tiny")[part]).items()
        }
        save_file(state, file)
    yield folder
    for file in made:
        file.unlink(missing_ok=True)


@pytest.fixture
def small(host, files, monkeypatch):
    """The host's networks are small ones, which look at 64 pixels and paint 128."""
    networks = pack_module(host, "jamflow_core.render.liveportrait.networks")
    big = networks.LivePortrait

    def few_channels():
        made = big()
        for name, net in tiny_networks().named_children():
            setattr(made, name, net)
        return made

    monkeypatch.setattr(networks, "LivePortrait", few_channels)
    small_crops(monkeypatch, networks)
    return files


def load(host, **changes):
    return host.classes["LoadJamFlow"].execute(**g.LOADER | changes).result


def options(schema, name: str) -> list[str]:
    return next(item for item in schema.inputs if item.id == name).options


def clip(host, frames: int = 3):
    """A motion of the lips, and a template of the whole face."""
    template = pack_module(host, "jamflow_core.render.liveportrait.template")
    keypoints = pack_module(host, "jamflow_core.render.liveportrait.keypoints")
    rng = np.random.default_rng(0)
    exp = torch.from_numpy(0.02 * rng.standard_normal((frames, 21, 3), np.float32))
    turn = keypoints.rotation(*torch.from_numpy(rng.standard_normal((3, frames), np.float32) * 5))
    faces = keypoints.Faces(None, exp, turn, torch.zeros(frames, 3), torch.full((frames, 1), 1.3))
    whole = template.Template(faces, 25.0, torch.full((frames, 2), 0.3), torch.full((frames, 1), 0.05)).motion()
    return pack_module(host, "jamflow_core.motion.files").Motion(exp.numpy(), 25.0), whole


def render(host, portrait, latent, **more):
    settings = g.RENDER | {"output": "frames", "blink": False, "head_motion": 0.0} | more
    shown = host.classes["JamFlowPortraitRender"].execute(portrait=portrait, latent=latent, **settings)
    return [values[0] for values in shown.result]


def test_liveportrait_is_offered_when_its_files_are_there(host, files):
    loader = host.classes["LoadJamFlow"]
    assert "LivePortrait" in options(loader.define_schema(), "renderer")
    for file in files.iterdir():
        file.unlink()
    assert "LivePortrait" not in options(loader.define_schema(), "renderer")
    assert "LivePortrait, else mesh" in options(loader.define_schema(), "renderer")
    with pytest.raises(Exception, match="put appearance_feature_extractor.safetensors") as told:
        loader.execute(**g.LOADER | {"renderer": "LivePortrait"})
    assert str(Path("models") / "liveportrait") in str(told.value)


def test_the_official_layout_is_found_too(host, tmp_path, monkeypatch):
    places = pack_module(host, "jamflow_core.catalog.places")
    folder = tmp_path / "LivePortrait" / "liveportrait"
    for part, name in NAMES.items():
        file = folder / ("retargeting_models" if part == "retargeting" else "base_models") / f"{name}.pth"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert places.find_portrait_networks([tmp_path]) == tmp_path / "LivePortrait"
    monkeypatch.setattr(host.module("nodes.load"), "roots", lambda: [tmp_path])
    loader = host.classes["LoadJamFlow"]
    embedded = {
        "model": "jamflow-tiny (embedded)",
        "vocoder": "jamflow-tiny vocoder (embedded)",
        "renderer": "LivePortrait",
    }
    before = loader.fingerprint_inputs(**embedded)
    os.utime(folder / "base_models" / "warping_module.pth", (1, 1))  # another file in its place
    assert loader.fingerprint_inputs(**embedded) != before
    (folder / "base_models" / "warping_module.pth").unlink()
    with pytest.raises(Exception, match="Put warping_module.safetensors of LivePortrait .* into .*LivePortrait"):
        places.find_portrait_networks([tmp_path])


def test_without_the_files_the_embedded_ones_are_used_and_the_node_says_what_would_go_where(host):
    loader = host.classes["LoadJamFlow"]
    own = {"model": "F5-TTS, else embedded", "vocoder": "Vocos, else embedded", "renderer": "LivePortrait, else mesh"}
    made = loader.execute(**g.LOADER | own)
    model, _vocoder, portrait = made.result
    assert portrait.name == "mesh" and not model.flow.config.use_characters
    for words in ("vocab.txt of F5TTS_v1_Base into", "pytorch_model.bin", "warping_module.safetensors"):
        assert words in made.ui["text"][0]
    with pytest.raises(Exception, match="Load JAM-Flow: there is no 'gone.safetensors': .*F5TTS_v1_Base"):
        loader.execute(**g.LOADER | {"model": "gone.safetensors"})


def test_f5_reads_chinese(host, tmp_path, monkeypatch):
    """Found as "F5-TTS, else embedded"; text that the embedded model would refuse goes to the sampler as it is
    written.
    """
    folder = host.base / "models" / "F5-TTS"
    folder.mkdir(exist_ok=True)
    made = f5_file(folder, name="tiny_v1.safetensors")
    try:
        model, _, _ = load(host, model="F5-TTS, else embedded")
        line, letters, *_ = (
            host.classes["JamFlowEncodeText"].execute(model=model, text="你好，世界。", speed=1.0).result
        )
        assert (
            model.flow.config.use_characters
            and line.written == "你好，世界。"
            and not line.timed
            and "ni2 hao3" in letters
        )
        if host.real:  # the stand-in has no nested latents
            sampler = host.classes["JamFlowJointSampler"]
            clip, _, report = sampler.execute(model=model, text=line, **g.SAMPLER | {"steps": 1, "face": False}).result
            assert "text -> speech" in report and clip["samples"].unbind()[1].shape[2] > 10
    finally:
        made.unlink()
        (folder / "vocab.txt").unlink()


def test_each_network_is_in_comfyui_s_care(comfy, small):
    networks = load(comfy, renderer="LivePortrait")[2].networks
    patchers = {id(net.patcher) for net in networks._nets.values()}
    assert len(patchers) == 5 and set(networks._nets) == set(NAMES)
    assert networks.generator is networks._nets["generator"].patcher.model


def test_picture(host, small):
    portrait = load(host, renderer="LivePortrait, else mesh")[2]
    lips, whole = clip(host)
    _, frames, mask, fps = render(host, portrait, lips)
    assert len(frames) == 3 and fps == 25 and 0 < mask.mean() < 1
    driven = render(host, portrait, lips, driving=whole)[1]
    assert driven.shape == frames.shape and not torch.equal(driven, frames)
    assert len(render(host, portrait, whole, fps=50.0, region="exp", eye_retargeting="as driving")[1]) == 6
    square = render(host, portrait, lips, paste_back=False, stitching=False, lip_zero=False, multiplier=0.5, batch=2)[1]
    assert square.shape == (3, 512, 512, 3)
    with pytest.raises(Exception, match="Choose a driving motion of the whole face"):
        render(host, portrait, lips, driving=lips)
    with pytest.raises(Exception, match="Choose renderer liveportrait"):
        render(host, load(host)[2], lips, driving=whole)


def test_video_and_motion_of_it(host, small):
    portrait = load(host, renderer="LivePortrait")[2]
    picture = cv2.cvtColor(
        cv2.imread(str(Path(__file__).parents[2] / "portraits" / "mona_lisa.jpg")), cv2.COLOR_BGR2RGB
    )
    film = torch.from_numpy(picture).float().div(255).expand(3, -1, -1, -1)
    lips, whole = clip(host, 5)
    frames = render(host, portrait, lips, image=film)[1]
    assert frames.shape == film.shape and not torch.equal(frames, film)
    assert len(render(host, portrait, whole, image=film, smoothing=0.0)[1]) == 3
    smile = (
        host.classes["JamFlowExpression"].execute(**g.EXPRESSION | {"smile": 1.0, "blink": 0.0, "sway": 0.0}).result[0]
    )
    assert not torch.equal(render(host, portrait, lips, image=film, expression=smile)[1], frames)
    seeded = host.classes["JamFlowExpression"].execute(**g.EXPRESSION | {"sway": 3.0}).result[0]
    led = render(host, portrait, lips, image=film, driving=whole)[1]  # blinks and sway of its own; a smile comes on top
    assert torch.equal(render(host, portrait, lips, image=film, driving=whole, expression=seeded)[1], led)
    assert not torch.equal(render(host, portrait, lips, image=film, driving=whole, expression=smile)[1], led)
    found = host.classes["JamFlowReferenceMotion"].execute(portrait=portrait, fps=25.0, images=film).result
    assert found[0].shape == (3, 21, 3) and "0.12 s" in found[1] and len(found[2].template) == 3
    assert found[2].template.faces.rotation.shape == (3, 3, 3) and found[2].template.lips is not None


def test_templates_are_read_and_saved(host):
    faces = [
        {
            "scale": np.ones((1, 1), np.float32),
            "R": np.eye(3, dtype=np.float32)[None],
            "t": np.zeros((1, 3), np.float32),
            "exp": np.full((1, 21, 3), 0.01 * i, np.float32),
        }
        for i in range(4)
    ]
    import folder_paths

    given = Path(folder_paths.get_input_directory())
    given.mkdir(exist_ok=True)
    (given / "talking.pkl").write_bytes(pickle.dumps({"n_frames": 4, "output_fps": 30, "motion": faces}))
    assert "talking.pkl" in options(host.classes["JamFlowLoadMotion"].define_schema(), "file")
    motion = host.classes["JamFlowLoadMotion"].execute(file="talking.pkl").result[0]
    assert motion.fps == 30 and len(motion.template) == 4
    kept = host.classes["JamFlowSaveMotion"].execute(latent=motion, filename_prefix="motion/talking")
    again = host.classes["JamFlowLoadMotion"].execute(file=f"{kept.ui['text'][0]} [output]").result[0]
    assert torch.equal(again.template.faces.exp, motion.template.faces.exp) and np.array_equal(again.exp, motion.exp)
    (given / "evil.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(Exception, match="JAM-Flow Load Motion: Refused .*evil.pkl.*system"):
        host.classes["JamFlowLoadMotion"].execute(file="evil.pkl")


def test_a_graph_paints_with_it_and_is_cancelled_within_a_frame(comfy, small):
    comfy.forget()
    graph = g.speak() | g.loader(renderer="LivePortrait")
    with comfy.interrupted_in("JamFlowPortraitRender", after=2) as count:
        with pytest.raises(comfy_hosts.Interrupted, match="JamFlowPortraitRender"):
            comfy.run(graph)
    assert count.steps == 3
    run = comfy.run(graph)
    assert run.ui["video"] and "load" not in run.executed


def test_a_script_of_two_is_painted_by_it(comfy, small):
    """Both portraits are moved by the networks; what they painted is kept, and never taken for the mesh's."""
    from jamflow_core.media.video import read_video

    comfy.forget()
    for name in ("mona_lisa", "pearl_earring"):
        cv2.imwrite(
            str(comfy.base / "input" / f"{name}.png"),
            cv2.resize(cv2.imread(str(comfy_hosts.PACK / "portraits" / f"{name}.jpg")), (256, 256)),
        )
    graph = {
        **g.loader(renderer="LivePortrait"),
        "one": g.node("LoadImage", image="mona_lisa.png"),
        "two": g.node("LoadImage", image="pearl_earring.png"),
        "both": g.node("ImageBatch", image1=["one", 0], image2=["two", 0]),
        **g.script(
            "[heart] Hi. [george] No.", portrait=["load", 2], name="test/painted", **{"images.image0": ["both", 0]}
        ),
        **g.save_video(("script", 0)),
    }
    kept = comfy.base / "output" / "test" / "painted.chunks"
    comfy.run(graph)
    video, _, _motions, _, report = comfy.outputs("script")
    assert video.get_dimensions() == (512, 256) and "2 of 2 chunks made anew" in report
    painted = {path: path.stat().st_mtime_ns for path in kept.glob("*.mp4")}
    assert len(painted) == 2
    frames = list(read_video(video.get_stream_source(), with_audio=False).frames)
    left, right = (
        np.stack([frame[:, part] for frame in frames]).astype(int) for part in (slice(0, 256), slice(256, 512))
    )
    spoken = [np.abs(np.diff(side, axis=0)).mean((1, 2, 3)) for side in (left, right)]
    assert all(side.max() > 0 for side in spoken) and abs(left[0] - right[0]).mean() > 10

    comfy.forget()
    comfy.run(graph)
    assert {path: path.stat().st_mtime_ns for path in kept.glob("*.mp4")} == painted
    graph |= g.loader()
    comfy.run(graph)
    assert not {path.name for path in kept.glob("*.mp4")} & {path.name for path in painted}
