"""Files that artists bring: where they are found, what is told when they are not there or not sound, and all three
kinds in one clip; small networks with random weights."""

import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from f5_weights import f5_file
from liveportrait_weights import layout, random_state, small_crops, tiny_networks
from safetensors.torch import save_file

from jamflow_core.audio.vocoder import Vocoder, VocoderConfig
from jamflow_core.catalog import compiled, places, precision
from jamflow_core.catalog.liveportrait import FILES, load_liveportrait
from jamflow_core.catalog.pickles import load_pickle
from jamflow_core.catalog.recognise import Kind, recognise
from jamflow_core.catalog.safe import load_state
from jamflow_core.catalog.vocos import save_vocoder
from jamflow_core.cli.main import main
from jamflow_core.errors import JamFlowError
from jamflow_core.media.picture import read_image
from jamflow_core.media.sound import load_audio
from jamflow_core.media.video import VideoWriter
from jamflow_core.media.video_reader import read_video
from jamflow_core.models import LoadedModels, load_flow
from jamflow_core.motion.files import load_motion
from jamflow_core.render.liveportrait import networks as networks_module

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A models folder of ComfyUI as artists have it, with small networks."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("F5-TTS/F5TTS_v1_Base", "vocos", "liveportrait"):
        (folder / name).mkdir(parents=True)
    f5_file(folder / "F5-TTS" / "F5TTS_v1_Base", name="model_1250000.safetensors")
    save_vocoder(Vocoder(VocoderConfig(32, 64, 2)), folder / "vocos" / "vocos.safetensors")
    for part, shapes in layout("tiny").items():
        save_file(random_state(shapes), folder / "liveportrait" / f"{FILES[part][0]}.safetensors")
    return folder


@pytest.fixture
def small(monkeypatch):
    """LivePortrait with few channels, which looks at 64 pixels and paints 128."""
    full = networks_module.LivePortrait

    def few_channels():
        made = full()
        for name, net in tiny_networks().named_children():
            setattr(made, name, net)
        return made

    monkeypatch.setattr(networks_module, "LivePortrait", few_channels)
    small_crops(monkeypatch, networks_module)


# --- where they are -----------------------------------------------------------------------------------------------


def test_each_kind_is_found_where_packs_keep_it(models, tmp_path):
    roots = [tmp_path, models]
    assert places.find_weights(Kind.F5, roots).name == "model_1250000.safetensors"
    assert places.find_weights(Kind.VOCOS, roots).name == "vocos.safetensors"
    assert places.find_portrait_networks(roots) == models / "liveportrait"
    assert places.find_weights(Kind.F5, [tmp_path]) is None
    for kind, words in (
        (Kind.F5, "vocab.txt"),
        (Kind.VOCOS, "pytorch_model.bin"),
        (places.LIVEPORTRAIT, "warping_module"),
    ):
        told = places.missing(kind, [tmp_path])
        assert words in told and str(tmp_path) in told
    with pytest.raises(JamFlowError, match=f"Put appearance_feature_extractor.safetensors.* into {tmp_path}"):
        places.find_portrait_networks([tmp_path])


def test_a_file_that_is_there_later_is_found_and_v1_is_preferred(tmp_path):
    folder = tmp_path / "F5-TTS"
    folder.mkdir()
    (folder / "broken.safetensors").write_bytes(b"nothing")
    assert places.find_weights(Kind.F5, [tmp_path]) is None
    f5_file(folder, name="F5TTS_v0_base.safetensors")
    assert "v0" in places.find_weights(Kind.F5, [tmp_path]).name
    f5_file(folder, name="F5TTS_v1_base.safetensors")
    assert "v1" in places.find_weights(Kind.F5, [tmp_path]).name


def test_large_weights_take_what_the_cpu_is_fast_in(monkeypatch):
    for short, wanted in ((1.0, torch.float32), (0.5, torch.bfloat16), (3.0, torch.float32)):
        precision._fast.cache_clear()
        monkeypatch.setattr(precision, "_seconds", lambda dtype: short if dtype is torch.bfloat16 else 1.0)
        assert precision.fast_dtype("cpu") is wanted
        assert precision.suited_dtype("cpu", 300_000_000) is wanted
        assert precision.suited_dtype("cpu", 10_000_000) is torch.float32
    precision._fast.cache_clear()


# --- all three in one clip ----------------------------------------------------------------------------------------


def test_loading_leaves_torchs_compiler_alone():
    """It takes two seconds to import, and random numbers on the meta device would ask for it."""
    loading = "from jamflow_core.models import LoadedModels; m = LoadedModels(); m.flow, m.vocoder, m.aligners"
    code = f"import sys; {loading}; sys.exit('torch._dynamo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1]).returncode == 0


def test_compiling_without_a_compiler_says_what_to_do(monkeypatch):
    monkeypatch.setattr(compiled.shutil, "which", lambda name: None)
    with pytest.raises(JamFlowError, match=r"^Install a C\+\+ compiler \(.*\), or leave compile off"):
        LoadedModels(compiled=True).flow
    monkeypatch.setattr(compiled.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(JamFlowError, match="^Install triton"):
        compiled.check_compiler("cuda")


def test_what_goes_wrong_in_the_compiler_is_one_line(monkeypatch):
    def broken(function, dynamic):
        def call(*inputs):
            raise type("CppCompileError", (RuntimeError,), {"__module__": "torch._inductor.exc"})("no omp.h\nlong log")

        return call

    monkeypatch.setattr(torch, "compile", broken)
    with pytest.raises(JamFlowError, match=r"^Leave compile off: torch.compile failed here \(no omp.h\)\.$"):
        compiled.compiled(torch.neg)(torch.ones(1))


def test_f5_speaks_the_embedded_model_moves_lips_and_liveportrait_paints(models, small, tmp_path):
    out, wav, motion = tmp_path / "a.mp4", tmp_path / "a.wav", tmp_path / "a.safetensors"
    command = [
        "speak",
        "No.",
        "--model",
        "f5",
        "--vocoder",
        "vocos",
        "--renderer",
        "liveportrait",
        "--models",
        str(models),
    ]
    assert main([*command, "--steps", "1", "--out", str(out), "--wav", str(wav), "--motion", str(motion)]) == 0
    wave, rate = load_audio(wav)
    assert out.stat().st_size and abs(load_motion(motion).seconds - wave.shape[-1] / rate) < 0.1


def test_a_template_drives(models, small, tmp_path, capsys):
    faces = [
        dict(
            scale=np.ones((1, 1), np.float32),
            R=np.eye(3, dtype=np.float32)[None],
            t=np.zeros((1, 3), np.float32),
            exp=np.full((1, 21, 3), 0.01 * (i % 4), np.float32),
        )
        for i in range(12)
    ]
    (tmp_path / "talking.pkl").write_bytes(pickle.dumps(dict(n_frames=12, output_fps=25, motion=faces)))
    template, out = str(tmp_path / "talking.pkl"), str(tmp_path / "a.mp4")
    spoken = ["speak", "No.", "--steps", "1", "--driving", template, "--out", out]
    assert main([*spoken, "--renderer", "liveportrait", "--models", str(models)]) == 0
    assert main(spoken) == 2 and "Choose --renderer liveportrait" in capsys.readouterr().err
    assert (
        main([*spoken, "--renderer", "other"]) == 2 and "Choose --renderer mesh|liveportrait" in capsys.readouterr().err
    )
    script = ["speak", "--script", "s.txt", "--renderer", "liveportrait", "--driving", template, "--out", out]
    assert main(script) == 2 and "Drop --driving" in capsys.readouterr().err
    assert main(["dub", "No.", "--motion", template, "--steps", "1", "--out", out]) == 0


@pytest.mark.parametrize("relip", ([], ["--relip"]), ids=("dub", "relip"))
def test_a_video_is_read_and_gets_new_lips(models, small, tmp_path, relip):
    picture = read_image(ROOT / "portraits" / "mona_lisa.jpg")
    with VideoWriter(tmp_path / "film.mp4", 25, (picture.shape[1], picture.shape[0])) as film:
        for _ in range(12):
            film.write(picture)
    command = [
        "dub",
        "No.",
        "--video",
        str(tmp_path / "film.mp4"),
        "--steps",
        "1",
        "--renderer",
        str(models / "liveportrait"),
    ]
    assert main([*command, *relip, "--out", str(tmp_path / "a.mp4")]) == 0
    frames = list(read_video(tmp_path / "a.mp4", with_audio=False).frames)
    changed = np.abs(frames[3].astype(int) - picture).max(2) > 60
    assert len(frames) >= 12 and changed.any() == bool(relip)


def test_what_is_missing_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["speak", "No.", "--models", str(tmp_path), "--out", str(tmp_path / "a.mp4")]
    for more, words in (
        (["--model", "f5"], "F5TTS_v1_Base into"),
        (["--vocoder", "vocos"], "vocos-mel-24khz into"),
        (["--renderer", "liveportrait"], "Put appearance_feature_extractor.safetensors"),
    ):
        assert main([*command, *more]) == 2
        told = capsys.readouterr().err
        assert words in told and told.count("\n") == 1 and str(tmp_path) in told
    assert main(["info", "--models", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "F5-TTS: not found; put model_1250000.safetensors" in told and "LivePortrait: not complete" in told


# --- files that are not sound -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(models, tmp_path_factory):
    """One file of each format: safetensors, zip of torch.save, and the old torch.save."""
    folder = tmp_path_factory.mktemp("sound")
    state = random_state(layout("tiny")["retargeting"])
    torch.save(state, folder / "new.pth")
    torch.save(state, folder / "old.pth", _use_new_zipfile_serialization=False)
    return [models / "F5-TTS" / "F5TTS_v1_Base" / "model_1250000.safetensors", folder / "new.pth", folder / "old.pth"]


def one_line(error: JamFlowError) -> str:
    told = str(error)
    assert "\n" not in told and len(told) < 600
    return told


@pytest.mark.parametrize("seed", range(40))
def test_cut_files_are_one_line(sound, tmp_path, seed):
    rng = random.Random(seed)
    whole = sound[seed % 3].read_bytes()
    path = tmp_path / rng.choice(("a.safetensors", "b.pt", "c.bin"))
    path.write_bytes(whole[: rng.choice((rng.randrange(1, 64), rng.randrange(64, len(whole)), len(whole) - 1))])
    with pytest.raises(JamFlowError) as caught:
        load_state(path, "an F5-TTS checkpoint")
    assert str(path) in one_line(caught.value) and "expected an F5-TTS checkpoint" in str(caught.value)


@pytest.mark.parametrize("seed", range(40))
def test_scrambled_files_load_or_are_one_line(sound, tmp_path, seed):
    """Flipped bytes among the weights cannot be noticed; those in the headers must not end in anything but a
    JamFlowError.
    """
    rng = random.Random(seed)
    data = bytearray(sound[seed % 3].read_bytes())
    for _ in range(rng.choice((1, 8, 200))):
        data[rng.randrange(min(len(data), rng.choice((64, 4096, len(data)))))] = rng.randrange(256)
    path = tmp_path / "a.pth"
    path.write_bytes(bytes(data))
    try:
        state = load_state(path, "weights")
        assert all(isinstance(value, torch.Tensor) for value in state.values())
    except JamFlowError as error:
        one_line(error)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_one_line_for_every_reader(tmp_path, seed):
    rng = random.Random(seed)
    starts = (
        b"",
        b"PK\x03\x04",
        b"\x80\x02",
        b"\x80\x04\x95",
        b"\x40\x00\x00\x00\x00\x00\x00\x00{",
        b"(dp0\n",
        b"<html>",
    )
    path = tmp_path / "noise.bin"
    path.write_bytes(rng.choice(starts) + rng.randbytes(rng.randrange(1, 3000)))
    for read in (load_state, load_pickle, recognise, load_flow):
        with pytest.raises(JamFlowError) as caught:
            read(path)
        assert str(path) in one_line(caught.value)


class Runs:
    def __init__(self, function, *given):
        self.call = function, given

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("function", (os.system, eval, exec, os.remove, getattr, open, print, pickle.loads))
def test_pickles_that_want_to_run_code_are_refused_and_named(tmp_path, function):
    mark = tmp_path / "mark"
    given = {os.remove: (str(mark),), open: (str(tmp_path / "made"), "w"), getattr: ("text", "upper")}.get(
        function, ("1",)
    )
    mark.touch()
    name = getattr(function, "__qualname__", function.__name__)
    for wrapped in ({"motion": [Runs(function, *given)]}, [Runs(function, *given)], Runs(function, *given)):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(wrapped))
        torch.save(wrapped, tmp_path / "a.pt")
        for read, file in ((load_pickle, "a.pkl"), (load_state, "a.pt")):
            with pytest.raises(JamFlowError, match=f"Refused .*{file}.*{name}"):
                read(tmp_path / file)
    assert mark.exists() and not (tmp_path / "made").exists()


def test_renamed_and_swapped_files_say_what_they_are(models, small, tmp_path):
    """Every file under the name of every other."""
    flow = models / "F5-TTS" / "F5TTS_v1_Base" / "model_1250000.safetensors"
    portrait = models / "liveportrait"
    with pytest.raises(
        JamFlowError, match="is LivePortrait's warping_module, expected a JAM-Flow model or an F5-TTS checkpoint"
    ):
        load_flow(portrait / "warping_module.safetensors")
    for part, (stem, _) in FILES.items():
        (tmp_path / f"{stem}.safetensors").write_bytes((portrait / f"{stem}.safetensors").read_bytes())
    (tmp_path / "motion_extractor.safetensors").write_bytes(flow.read_bytes())
    with pytest.raises(
        JamFlowError, match="motion_extractor.safetensors is .*expected LivePortrait's motion_extractor"
    ):
        load_liveportrait(tmp_path)
