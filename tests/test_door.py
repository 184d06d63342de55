"""Weights that lie: whatever a file promises, it is built, or refused in one line before anything is."""

import json
import os
import random
import time

import pytest
import torch
from f5_weights import f5_file, f5_state, write_vocabulary
from liveportrait_weights import layout, random_state, tiny_networks
from safetensors.torch import load_file, save_file

from jamflow_core.align.aligner import AlignerConfig, FrameClassifier
from jamflow_core.audio.vocoder import Vocoder, VocoderConfig
from jamflow_core.catalog.aligners import load_aligner, save_aligner
from jamflow_core.catalog.f5 import load_f5
from jamflow_core.catalog.liveportrait import FILES, fill, find_liveportrait
from jamflow_core.catalog.places import find_weights, liveportrait_folders
from jamflow_core.catalog.recognise import Kind, recognise
from jamflow_core.catalog.safe import load_header, load_state
from jamflow_core.catalog.vocos import load_vocoder, save_vocoder
from jamflow_core.config import JamFlowConfig, JointConfig, Normaliser, StreamConfig, TextConfig
from jamflow_core.errors import JamFlowError
from jamflow_core.model.duration import DurationHead
from jamflow_core.model.jamflow import JamFlow
from jamflow_core.models import load_flow, save_flow

SMALL = JamFlowConfig(
    audio=StreamConfig(channels=100, rate=93.75, dim=32, depth=2, heads=2, head_dim=16, conv_groups=4),
    motion=StreamConfig(channels=18, rate=25.0, dim=32, depth=2, heads=2, head_dim=16, conv_groups=4),
    text=TextConfig(dim=32, conv_layers=1),
    joint=JointConfig(layers=((0, 0), (1, 1)), audio_sees=(True, True), motion_sees=(True, False)),
    mel=Normaliser((0.0,) * 100, (1.0,) * 100),
    mouth=Normaliser((0.0,) * 18, (1.0,) * 18),
    schedules=((0.0, 0.5, 1.0),),
)


def one_line(read, path):
    """The message with which a file is refused, quickly."""
    start = time.process_time()
    with pytest.raises(JamFlowError) as told:
        read(path)
    assert time.process_time() - start < 3
    assert "\n" not in str(told.value) and len(str(told.value)) < 500 + len(str(path))
    return str(told.value)


@pytest.fixture(scope="module")
def flow_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("flow") / "small.safetensors"
    save_flow(path, JamFlow(SMALL), DurationHead())
    return path


def rewritten(source, target, change_config=None, change_tensors=None, key="config"):
    """A copy of a safetensors file with another configuration or other tensors."""
    tensors, header = load_file(source), load_header(source)
    if change_config:
        raw = json.loads(header[key])
        raw = change_config(raw) or raw
        header[key] = raw if isinstance(raw, str) else json.dumps(raw)
    if change_tensors:
        change_tensors(tensors)
    save_file(tensors, target, header)
    return target


def test_a_sound_file_comes_back(flow_file):
    flow, durations = load_flow(flow_file)
    assert flow.config == SMALL and durations is not None


NUMBERS = [-1, 0, 3, 10**6, 2**63, 1e300, 0.5, float("nan"), float("inf"), None, True, "8", [], {}, [[1]]]
# What a weight's shape does not tie down may take some of these values.
FREE = {
    ("audio", "rate"): (3, 0.5),
    ("motion", "rate"): (3, 0.5),
    ("audio", "rotary_heads"): (None,),
    ("motion", "rotary_heads"): (None,),
    ("audio", "window"): (3, 10**6, 0.5, None),
    ("motion", "window"): (3, 10**6, 0.5, None),
    ("joint", "band"): (3, 10**6, 0.5, None),
    ("joint", "audio_band"): (3, 10**6, 0.5, None),
    ("joint", "aligned"): (True,),
    ("text", "mask_padding"): (True,),
    ("text", "symbols"): (None,),
}


@pytest.mark.parametrize("part", ["audio", "motion", "text", "joint"])
def test_every_number_of_a_configuration_is_checked(flow_file, tmp_path, part):
    raw = json.loads(load_header(flow_file)["config"])
    for name in raw[part]:
        for value in NUMBERS:
            if value == raw[part][name] and type(value) is type(raw[part][name]):
                continue
            path = rewritten(flow_file, tmp_path / "a.safetensors", lambda r: r[part].update({name: value}))
            if any(type(value) is type(free) and value == free for free in FREE.get((part, name), ())):
                load_flow(path)
            else:
                one_line(load_flow, path)


LIES = {
    "depth 100000": lambda raw: raw["audio"].update(depth=100_000),
    "text layers 10**6": lambda raw: raw["text"].update(conv_layers=10**6),
    "a part that is not known": lambda raw: raw.update(cameras=3),
    "no audio": lambda raw: raw.pop("audio"),
    "audio is a list": lambda raw: raw.update(audio=[1, 2]),
    "audio is none": lambda raw: raw.update(audio=None),
    "no motion for the weights": lambda raw: raw.update(motion=None),
    "layers that fall": lambda raw: raw["joint"].update(layers=[[1, 1], [0, 0]]),
    "layers that are not there": lambda raw: raw["joint"].update(layers=[[0, 0], [9, 9]]),
    "triples": lambda raw: raw["joint"].update(layers=[[0, 0, 0], [1, 1, 1]]),
    "too few switches": lambda raw: raw["joint"].update(audio_sees=[True]),
    "normaliser of another size": lambda raw: raw["mel"].update(mean=[0.0]),
    "deviation of 0": lambda raw: raw["mouth"].update(std=[0.0] * 18),
    "a deviation below 0": lambda raw: raw["mouth"].update(std=[-1.0] * 18),
    "a mean without end": lambda raw: raw["mel"].update(mean=[float("inf")] * 100),
    "a schedule that falls": lambda raw: raw.update(schedules=[[0.0, 0.7, 0.3, 1.0]]),
    "a schedule to 2": lambda raw: raw.update(schedules=[[0.0, 2.0]]),
    "a schedule of one": lambda raw: raw.update(schedules=[[0.0]]),
    "an empty schedule": lambda raw: raw.update(schedules=[[]]),
    "another stretch": lambda raw: raw["text"].update(stretch="rubber"),
    "symbols too few": lambda raw: raw["text"].update(symbols=["a"]),
    "no JSON": lambda raw: "{",
    "JSON of a number": lambda raw: "7",
    "nested without end": lambda raw: "[" * 100_000,
    "a number of 10**5 digits": lambda raw: '{"audio": ' + "9" * 100_000 + "}",
}


@pytest.mark.parametrize("name", LIES)
def test_configurations_that_lie(flow_file, tmp_path, name):
    one_line(load_flow, rewritten(flow_file, tmp_path / "a.safetensors", LIES[name]))


WEIGHTS = {
    "NaN": lambda t, key: t[key].flatten()[0].fill_(float("nan")),
    "infinity": lambda t, key: t[key].flatten()[0].fill_(float("inf")),
    "missing": lambda t, key: t.pop(key),
    "one more": lambda t, key: t.update({key + "s": t[key].clone()}),
    "transposed": lambda t, key: t.update({key: t[key].unsqueeze(0).contiguous()}),
    "shorter": lambda t, key: t.update({key: t[key][:-1].contiguous()}),
    "integers": lambda t, key: t.update({key: t[key].to(torch.int8)}),
    "empty": lambda t, key: t.update({key: t[key][:0].contiguous()}),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_that_lie(flow_file, tmp_path, name):
    for prefix in ("flow.audio", "flow.motion", "flow.audio.text_embed", "durations."):
        key = next(key for key in sorted(load_file(flow_file)) if key.startswith(prefix) and key.endswith("weight"))
        path = rewritten(flow_file, tmp_path / "a.safetensors", None, lambda t: WEIGHTS[name](t, key))  # noqa: B023
        one_line(load_flow, path)


def test_numbers_of_layers_without_end(tmp_path):
    """A layer 99999 that stands alone is no reason to build the others."""
    for number in ("99999", "-1", "07", "x", "1" * 500):
        path = f5_file(tmp_path)
        tensors = load_file(path)
        key = "ema_model.transformer.transformer_blocks.0.attn.to_q.bias"
        tensors[key.replace(".0.", f".{number}.", 1)] = tensors[key].clone()
        save_file(tensors, path)
        one_line(load_f5, path)


def test_f5_weights_that_lie(tmp_path):
    keys = sorted(f5_state())
    draw = random.Random(3)
    for name, change in WEIGHTS.items():
        key = draw.choice([key for key in keys if key.endswith("weight")])
        path = f5_file(tmp_path)
        tensors = load_file(path)
        change(tensors, f"ema_model.transformer.{key}")
        save_file(tensors, path)
        assert one_line(load_f5, path), name
    path = f5_file(tmp_path)
    tensors = load_file(path)
    tensors["ema_model.transformer.rotary_embed.inv_freq"] = torch.zeros(0)
    save_file(tensors, path)
    one_line(load_f5, path)


@pytest.mark.parametrize("vocabulary", [b"", b"\xff\xfe\x00", b"\n" * 10, b"a\n" * 100_000, b"\x00" * 5000])
def test_vocabularies_that_lie(tmp_path, vocabulary):
    path = f5_file(tmp_path)
    (tmp_path / "vocab.txt").write_bytes(vocabulary)
    one_line(load_f5, path)


def test_vocoders_that_lie(tmp_path):
    source = tmp_path / "v.safetensors"
    save_vocoder(Vocoder(VocoderConfig(32, 64, 2)), source)
    for name in ("dim", "intermediate_dim", "num_layers", "refine"):
        for value in (-1, 10**6, 2**70, 0.5, None, "2", float("nan")):
            path = rewritten(source, tmp_path / "a.safetensors", lambda raw: raw.update({name: value}))  # noqa: B023
            one_line(load_vocoder, path)
    for change in WEIGHTS.values():
        path = rewritten(source, tmp_path / "a.safetensors", None, lambda t: change(t, "head.out.weight"))  # noqa: B023
        one_line(load_vocoder, path)
    torch.save(load_file(source), tmp_path / "zip.safetensors")  # a torch zip under another name is read as what it is
    assert load_vocoder(tmp_path / "zip.safetensors").config.dim == 32
    (tmp_path / "config.yaml").write_bytes(b"vocos.\n" + b"sample_rate:" + b" " * 200_000 + b"\n")
    load_vocoder(source)


def test_aligners_that_lie(tmp_path):
    nets = [FrameClassifier(AlignerConfig(inputs, (" ", ".", "<sil>", "a"), 100, dim=8)).eval() for inputs in (100, 18)]
    source = tmp_path / "a.safetensors"
    save_aligner(source, *nets)
    for lie in (
        {"dim": 10**6}, {"dim": -8}, {"dim": float("nan")}, {"rate": 0}, {"rate": float("inf")}, {"inputs": 0},
        {"dilations": [1] * 10**5}, {"dilations": [0] * 6}, {"dilations": [10**6] * 6}, {"dilations": 3},
        {"classes": ["a", "b", "c", "d"]}, {"classes": []}, {"classes": [1, 2, 3, 4]}, {"extra": 1},
    ):  # fmt: skip
        path = rewritten(source, tmp_path / "b.safetensors", lambda raw: raw.update(lie), key="lips")  # noqa: B023
        one_line(load_aligner, path)
    for change in WEIGHTS.values():
        path = rewritten(source, tmp_path / "b.safetensors", None, lambda t: change(t, "audio.entry.weight"))
        one_line(load_aligner, path)
    path = rewritten(source, tmp_path / "b.safetensors", None, lambda t: t["audio.spread"].zero_())
    one_line(load_aligner, path)


@pytest.mark.parametrize("part", FILES)
def test_liveportrait_that_lies(part):
    """Every kind of damage to some tensors, and to a norm as a whole; official counters alone may be anything."""
    whole, draw, networks = random_state(layout("tiny")[part]), random.Random(1), tiny_networks()
    fill(networks, part, whole)
    counted = sorted(key for key in whole if not key.endswith("num_batches_tracked"))
    norms = [key for key in counted if key.endswith("running_mean")]
    lies = [{key: None for key in counted if key.startswith(norm.removesuffix("running_mean"))} for norm in norms[:4]]
    for key in [*draw.sample(counted, 2), *norms[:1], *(norm.replace("mean", "var") for norm in norms[:1])]:
        value = whole[key]
        lies += [{key: None}, {key: value * float("nan")}, {key: torch.full_like(value, float("inf"))}]
        lies += [{key: value[None]}, {key: value[:0]}, {key: value.to(torch.int8)}]
    for lie in lies:
        state = {key: value for key, value in {**whole, **lie}.items() if value is not None}
        try:
            one_line(lambda lying: fill(networks, part, lying), state)
        except BaseException as error:
            raise AssertionError({key: getattr(value, "shape", None) for key, value in lie.items()}) from error


def test_torch_files_that_promise_more_than_they_hold(tmp_path, monkeypatch):
    monkeypatch.setattr("jamflow_core.catalog.safe.MOST_TENSORS", 1000)
    one = torch.ones(1)
    inner = {"a": one}
    shared = inner
    for _ in range(7):
        shared = {str(number): shared for number in range(40)}
    itself = {}
    itself["again"] = itself
    lies = {
        "expanded": {"w": one.expand(1 << 20, 1 << 20)},
        "sparse": {"w": torch.sparse_coo_tensor(torch.zeros(1, 1, dtype=torch.long), one, (1 << 40,))},
        "on no device": {"w": torch.empty(1 << 20, 1 << 20, device="meta")},
        "many names": {str(number): torch.zeros(0) for number in range(1200)},
        "one storage": dict.fromkeys(map(str, range(50)), torch.zeros(1 << 20)),
        "in itself": itself,
        "unfolds": shared,
        "no dictionary": [one],
        "a number": 3,
    }
    for name, content in lies.items():
        torch.save(content, tmp_path / "a.pt")
        assert one_line(load_state, tmp_path / "a.pt"), name


def test_one_bad_file_does_not_hide_the_others(tmp_path):
    """Empty files, links that lead nowhere, folders in place of files, files that may not be read, empty weights."""
    folder = tmp_path / "models"
    for place in ("F5-TTS/v1", "vocos", "liveportrait", "jamflow"):
        (folder / place).mkdir(parents=True)
    wanted = f5_file(folder / "F5-TTS" / "v1", name="zz.safetensors")
    save_vocoder(Vocoder(VocoderConfig(32, 64, 2)), folder / "vocos" / "zz.safetensors")
    for part, shapes in layout("tiny").items():
        save_file(random_state(shapes), folder / "liveportrait" / f"zz_{part}.safetensors")
    for place in ("F5-TTS", "F5-TTS/v1", "vocos", "liveportrait", "jamflow", ""):
        (folder / place / "a_empty.safetensors").touch()
        (folder / place / "a_text.pt").write_text("hello")
        (folder / place / "a_folder.safetensors").mkdir()
        save_file({}, folder / place / "a_none.safetensors")
        save_file({"x": torch.ones(1)}, folder / place / "a_other.safetensors", {"format": "jamflow"})
        (folder / place / "a_zip.bin").write_bytes(b"PK\x03\x04")
        if hasattr(os, "symlink"):
            os.symlink(folder / "nowhere", folder / place / "a_link.safetensors")
            os.symlink(folder / place, folder / place / "a_loop")
        locked = folder / place / "a_locked.safetensors"
        locked.write_bytes(b"x")
        locked.chmod(0)
    assert find_weights(Kind.F5, [folder]) == wanted
    assert find_weights(Kind.VOCOS, [folder]).name == "zz.safetensors"
    assert set(find_liveportrait(folder / "liveportrait")) == set(FILES)
    assert liveportrait_folders([folder]) == []  # by name none is there
    assert find_weights(Kind.F5, [tmp_path / "none", folder / "a_link.safetensors"]) is None


def test_a_file_without_tensors_is_named(tmp_path):
    save_file({}, tmp_path / "a.safetensors", {"format": "jamflow", "config": "{}"})
    one_line(load_flow, tmp_path / "a.safetensors")
    save_file({}, tmp_path / "b.safetensors")
    assert "0 tensors" in str(recognise(tmp_path / "b.safetensors"))
    one_line(load_flow, tmp_path / "b.safetensors")


def test_damaged_model_files_are_one_line(flow_file, tmp_path):
    """Seeded mutations of header and body: a model, or one line; never a traceback."""
    whole, draw, path = flow_file.read_bytes(), random.Random(8), tmp_path / "a.safetensors"
    header = int.from_bytes(whole[:8], "little")
    for _ in range(60):
        data = bytearray(whole[: draw.choice((len(whole), len(whole), draw.randrange(len(whole))))])
        for _ in range(draw.randrange(1, 4)):
            place = draw.randrange(min(len(data), draw.choice((8, header, len(whole)))) or 1)
            data[place : place + 1] = bytes([draw.randrange(256)])
        path.write_bytes(data)
        for read in (load_flow, recognise, load_vocoder, load_aligner, load_state):
            try:
                read(path)
            except JamFlowError as error:
                assert "\n" not in str(error)
        assert path.read_bytes() == data


def test_a_vocabulary_of_another_model_is_told(tmp_path):
    path = f5_file(tmp_path)
    write_vocabulary(tmp_path / "vocab.txt", ("a", "b"))
    assert "vocab.txt" in one_line(load_f5, path)
