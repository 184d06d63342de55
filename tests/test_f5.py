"""F5-TTS without its package: frozen figures of the official code, rules of its driver, files of all sorts."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from f5_weights import SYMBOLS, f5_file, f5_state, figures, inputs, random_state, recording, write_vocabulary
from safetensors.torch import load_file, save_file

from jamflow_core.audio.f5_reference import f5_reference
from jamflow_core.audio.vocoder import Vocoder, VocoderConfig
from jamflow_core.catalog.f5 import load_f5
from jamflow_core.catalog.recognise import Kind, recognise
from jamflow_core.catalog.vocos import load_vocoder
from jamflow_core.clock import HOP
from jamflow_core.config import JamFlowConfig, base
from jamflow_core.errors import JamFlowError
from jamflow_core.flow.sampler import Canvas, sample
from jamflow_core.model.dit import velocity
from jamflow_core.model.duration import DurationHead
from jamflow_core.model.jamflow import JamFlow
from jamflow_core.model.joint import StreamInput
from jamflow_core.models import LoadedModels, load_flow, save_flow
from jamflow_core.tasks import speak as tasks
from jamflow_core.tasks.front_ends import front_end
from jamflow_core.tasks.front_ends.characters import OFFICIAL, chunks, ended, overlay, reference, speak, total_frames
from jamflow_core.tasks.run import Run
from jamflow_core.text.f5_tokens import Vocabulary, f5_tokens, read_vocabulary
from jamflow_core.train.corpus import Cache
from jamflow_core.train.data import Windows
from jamflow_core.train.trainer import main as train

FROZEN = json.loads((Path(__file__).parent / "data" / "f5.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return f5_file(tmp_path_factory.mktemp("f5"))


def close(found, wanted, tolerance: float):
    wanted = torch.tensor(wanted)
    assert float((torch.tensor(found) - wanted).norm() / wanted.norm()) < tolerance


@pytest.mark.parametrize("version", ("v1", "v0"))
def test_frozen_velocity_and_sampling(tmp_path, version):
    model = load_f5(f5_file(tmp_path, name=f"{version}.safetensors"))
    given = inputs()
    frames, prompt = given["x"].shape[1], int(given["prompt"])
    with torch.inference_mode():
        features = [model.audio.text_embed(given["ids"], frames, drop) for drop in (False, True)]
        statics = [model.audio.input_embed.static(given["given"] * (1 - drop), features[drop]) for drop in (0, 1)]
        found = velocity(model.audio, given["x"].expand(2, -1, -1), torch.cat(statics), given["t"].expand(2))
    close(figures(found), FROZEN[version]["velocity"], 1e-5)
    audio = Canvas(given["given"][0], torch.arange(frames) >= prompt, features[0][0], features[1][0])
    found, _ = sample(model, audio, None, replace(OFFICIAL, steps=7, seed=5))
    close(figures(found[prompt:]), FROZEN[version]["sample"], 5e-5)


def test_frozen_tokens():
    for line, tokens in FROZEN["tokens"].items():
        assert f5_tokens(line) == tokens


def test_frozen_chunks():
    for case in FROZEN["chunks"]:
        assert chunks(case["text"], case["limit"]) == case["chunks"]


def test_frozen_reference_clips():
    for case in FROZEN["references"]:
        mono, gain = f5_reference(recording(case["seed"], case["rate"], case["seconds"]), case["rate"])
        assert abs(len(mono) - case["samples"] * 24000 / case["rate"]) <= 4
        assert gain == pytest.approx(case["gain"], rel=1e-3)


def test_frozen_vocos(tmp_path):
    path = tmp_path / "pytorch_model.bin"
    small = Vocoder(VocoderConfig(**FROZEN["vocos"]["config"]))
    small.backbone.load_state_dict(random_state(small.backbone))
    small.head.out.load_state_dict(random_state(small.head.out))
    torch.save(small.state_dict(), path)
    mel = inputs()["x"][0]
    close(figures(load_vocoder(path).decode(mel)), FROZEN["vocos"]["wave"], 1e-5)
    (tmp_path / "config.yaml").write_text(
        "feature_extractor:\n  class_path: vocos.X\n  init_args:\n    hop_length: 320\n"
    )
    with pytest.raises(JamFlowError, match="hop_length 320"):
        load_vocoder(path)


def test_unknown_symbols_count_as_spaces(tmp_path):
    write_vocabulary(tmp_path / "vocab.txt", SYMBOLS)
    vocabulary = Vocabulary(read_vocabulary(tmp_path / "vocab.txt"))
    assert vocabulary.encode(["a", "Ω", "ni3"]).tolist() == [SYMBOLS.index("a"), 0, SYMBOLS.index("ni3")]
    (tmp_path / "vocab.txt").write_text("a\nb\n")
    with pytest.raises(JamFlowError, match="single space"):
        read_vocabulary(tmp_path / "vocab.txt")


def test_durations_follow_the_bytes():
    voice = reference(recording(2, 24000, 3.0), 24000, "Ten bytes.")
    frames = voice.frames
    assert total_frames(voice, "Ten bytes.  ", "Twelve bytes", 0, 1.0) == 2 * frames
    assert total_frames(voice, "Ten bytes.  ", "Twelve bytes", 0, 2.0) == frames + frames // 2
    assert total_frames(voice, "Ten bytes.  ", "No.", 0, 1.0) == frames + int(frames / 12 * 3 / 0.3)
    assert total_frames(voice, "Ten bytes.  ", "Twelve bytes", 5000, 1.0) == 5001


def test_transcripts_end_as_sentences():
    assert [ended(text) for text in ("Hi", "Hi.", "Hi. ", "好。")] == ["Hi. ", "Hi. ", "Hi. ", "好。"]
    with pytest.raises(JamFlowError, match="transcript"):
        reference(recording(2, 24000, 3.0), 24000, " ")
    with pytest.raises(JamFlowError, match="silent"):
        reference(torch.zeros(24000), 24000, "Nothing")


def test_overlays_fade_and_fill():
    one = torch.ones(4)
    assert overlay([one, 3 * one], [0, 2], 0.0).tolist() == [1, 1, 1, 3, 3, 3]
    assert overlay([one, one], [1, 6], -2.0).tolist() == [-2, 1, 1, 1, 1, -2, 1, 1, 1, 1]
    assert overlay([one], [0], 5.0, 2).tolist() == [1, 1, 1, 1, 5, 5]


@pytest.fixture
def models(checkpoint):
    torch.manual_seed(0)
    models = LoadedModels(checkpoint)
    models.vocoder = Vocoder(VocoderConfig(32, 64, 2)).eval().requires_grad_(False)
    return models


def test_speaking(models):
    """Through the task that the command line and the nodes call; pauses last, seeds repeat, wave and mel agree."""
    voice = reference(recording(2, 24000, 3.0), 24000, "What is said in the clip.")
    settings = replace(OFFICIAL, steps=2)
    say = lambda text, **how: tasks.speak(models, text, voice, face=False, run=Run(settings), **how)
    plain, slow = say("A sentence to be said."), say("A sentence to be said.", speed=0.5)
    assert len(plain.wave) == len(plain.mel) * HOP and plain.motion is None
    assert torch.equal(plain.wave, say("A sentence to be said.").wave)
    assert len(slow.mel) == pytest.approx(2 * len(plain.mel), abs=3)
    assert plain.wave[-HOP:].square().mean() > 0.1 * plain.wave[-3 * HOP : -HOP].square().mean()  # sound to the end
    paused = say("A sentence to be said. [pause 1s] A sentence to be said. [pause 2s]")
    assert torch.equal(paused.wave[: len(plain.wave)], plain.wave)
    assert (
        not paused.wave[len(plain.wave) : len(plain.wave) - HOP + 24000].any()
        and paused.wave[len(plain.wave) - HOP + 24000 :].any()
    )
    assert len(paused.wave) == len(paused.mel) * HOP and not paused.wave[-47000:].any() and paused.wave[-48600:].any()
    with pytest.raises(JamFlowError, match="empty"):
        say("  ")


def test_without_a_vocoder_the_mels_are_joined(models):
    voice = reference(0.2 * recording(2, 24000, 3.0), 24000, "What is said in the clip.")
    text = "One sentence that is said, and another one after it, and one more. " * 4
    settings = replace(OFFICIAL, steps=1)
    spoken = speak(models, text, voice, face=False, run=Run(settings))
    models.vocoder = None
    mute = speak(models, text, voice, face=False, run=Run(settings))
    assert mute.wave is None and torch.equal(mute.mel, spoken.mel)
    assert voice.gain < 1 and float(mute.mel.min()) >= math.log(1e-5) - 1e-4


@pytest.mark.parametrize("job", ("dub", "edit"))
def test_letters_have_no_times(models, job):
    with pytest.raises(JamFlowError, match=f"JAM-Flow model to {job}"):
        front_end(models).require_times(job)


def wrapped(state, *prefixes):
    return {f"{prefix}transformer.{key}": value for prefix in prefixes for key, value in state.items()}


def test_layouts_of_the_wild(tmp_path, checkpoint):
    """Moving average first, nested or flat, half precision, with the buffers of the first release."""
    state, wanted = f5_state(), load_f5(checkpoint).state_dict()
    write_vocabulary(tmp_path / "vocab.txt", SYMBOLS)
    average, worse = wrapped(state, "ema_model."), {key: value + 1 for key, value in wrapped(state, "").items()}
    extra = {
        "ema_model.mel_spec.mel_stft.mel_scale.fb": torch.zeros(4),
        "initted": torch.tensor(True),
        "step": torch.tensor(1),
    }
    torch.save(
        {"ema_model_state_dict": average | extra, "model_state_dict": worse, "step": 3}, tmp_path / "trained_v1.pt"
    )
    torch.save({"model_state_dict": wrapped(state, "")}, tmp_path / "pruned_v1.pt")
    save_file(wrapped(state, "ema_model."), str(tmp_path / "plain.safetensors"))
    save_file({key: value.half() for key, value in average.items()}, str(tmp_path / "half.safetensors"))
    for path in tmp_path.glob("*.[ps]*t*"):
        if path.name == "vocab.txt":
            continue
        assert recognise(path) is Kind.F5
        model = load_f5(path)
        tolerance = 2e-3 if path.stem == "half" else 0
        for key, value in model.state_dict().items():
            torch.testing.assert_close(value, wanted[key], atol=tolerance, rtol=tolerance)
        assert model.config == load_f5(checkpoint).config
    torch.save({"ema_model_state_dict": average | extra}, tmp_path / "old.pt")
    assert load_f5(tmp_path / "old.pt").config.audio.rotary_heads == 1


def test_wrong_files_are_named(tmp_path, checkpoint):
    path = f5_file(tmp_path)
    (tmp_path / "vocab.txt").unlink()
    with pytest.raises(JamFlowError, match="Put the vocab.txt"):
        load_f5(path)
    write_vocabulary(tmp_path / "vocab.txt", SYMBOLS[:-1])
    with pytest.raises(JamFlowError, match=f"knows {len(SYMBOLS)} symbols"):
        load_f5(path)
    write_vocabulary(tmp_path / "vocab.txt", SYMBOLS)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(JamFlowError, match="cut short"):
        load_flow(path)
    save_file({"transformer.layers.0.0.weight": torch.zeros(1)}, str(path))
    with pytest.raises(JamFlowError, match="E2-TTS"):
        load_flow(path)
    state = load_file(str(checkpoint))
    state["ema_model.transformer.long_skip_connection.weight"] = torch.zeros(2, 2)
    save_file(state, str(path))
    with pytest.raises(JamFlowError, match="F5-TTS checkpoint .long_skip"):
        load_f5(path)
    small = Vocoder(VocoderConfig(32, 64, 2))
    torch.save(small.state_dict(), path)
    with pytest.raises(JamFlowError, match="is a Vocos"):
        load_flow(path)


def test_the_vocabulary_travels_with_the_config(checkpoint):
    config = load_f5(checkpoint).config
    assert config.use_characters and JamFlowConfig.from_json(config.to_json()) == config


def test_letters_of_a_window(cache):
    windows = Windows(Cache(cache), None, None, 60, symbols=SYMBOLS)
    letters = windows._letters([windows.cache[0], windows.cache[1]], skipped=20)[0] - 1
    assert "".join(SYMBOLS[i] for i in letters) == ". Hi. "


def test_base_trains_from_an_f5_checkpoint(cache, checkpoint, tmp_path):
    """Stage 1 leaves the audio stream as it was and moves the face, stage 2 moves both; the result speaks with its own
    face.
    """
    run = [
        "--cache",
        str(cache),
        "--cpu",
        "--batch",
        "2",
        "--window",
        "60",
        "--report",
        "1",
        "--warmup",
        "1",
        "--ema",
        "0",
    ]
    train([*run, "--out", str(tmp_path / "one"), "--stage", "1", "--steps", "2", "--init-f5", str(checkpoint)])
    one = torch.load(tmp_path / "one" / "checkpoint.pt", weights_only=True)
    audio = load_f5(checkpoint).audio.state_dict()
    assert all(torch.equal(one["model"][f"audio.{key}"], value) for key, value in audio.items())
    assert one["model"]["motion.proj_out.weight"].abs().sum() > 0
    init = ["--init", str(tmp_path / "one" / "checkpoint.pt")]
    train([*run, "--out", str(tmp_path / "two"), "--stage", "2", "--steps", "2", *init])
    two = torch.load(tmp_path / "two" / "checkpoint.pt", weights_only=True)
    assert not torch.equal(two["model"]["audio.proj_out.weight"], audio["proj_out.weight"])

    flow = JamFlow(JamFlowConfig.from_json(two["config"]))
    flow.load_state_dict(two["average"])
    save_flow(tmp_path / "base.safetensors", flow, DurationHead(), torch.float32)
    models = LoadedModels(tmp_path / "base.safetensors")
    models.vocoder = None
    assert models.flow.config.use_characters and models.lips is models
    voice = reference(recording(2, 24000, 3.0), 24000, "What is said in the clip.")
    spoken = tasks.speak(models, "A sentence to be said.", voice, run=Run(replace(OFFICIAL, steps=2)))
    assert spoken.motion.shape[1:] == (21, 3) and abs(len(spoken.motion) / 25 - len(spoken.mel) * HOP / 24000) < 0.1


def test_base_is_f5_v1_with_a_face():
    with torch.device("meta"):
        model = JamFlow(base())
    count = lambda net: sum(p.numel() for p in net.parameters())  # noqa: E731
    assert count(model.audio) == 337_096_804 and 0.9 < count(model.motion) / count(model.audio) < 1


def test_base_meets_as_the_paper_says():
    """At reduced width: 22 + 22 layers that meet in the first half, motion local, audio sees the same moment."""
    config = base(replace(base().audio, dim=32, heads=2, head_dim=8, conv_groups=4))
    assert config.joint.layers == tuple((layer, layer) for layer in range(11)) and config.motion.depth == 22
    model = JamFlow(config)
    torch.manual_seed(0)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.15)

    def streams():
        made = []
        for name, frames in (("audio", 150), ("motion", 40)):
            dit, rng = getattr(model, name), torch.Generator().manual_seed(1)
            x = torch.randn(1, frames, dit.config.channels, generator=rng)
            text = torch.zeros(1, frames, config.text.dim) if name == "audio" else None
            rest = torch.zeros(1, frames, 45) if name == "motion" else None
            static = dit.input_embed.static(torch.zeros_like(x), text, rest)
            made.append(StreamInput(x, static, dit.modulations(torch.full((1,), 0.5)), model.rotary(name, frames)))
        return made

    with torch.no_grad():
        audio, motion = streams()
        first = model.layers[0]
        hidden = model.embed((audio, motion))
        plain = first(hidden, (audio, motion))
        other = (
            hidden[0],
            hidden[1] + torch.nn.functional.one_hot(torch.tensor(20), 40)[None, :, None] * torch.randn(32),
        )
        changed = first(other, (audio, motion))
        seen = (changed[0] - plain[0]).abs().amax(-1)[0] > 0
        moments = torch.arange(150) * 256 / 24000
        assert torch.equal(seen, (moments - 20 / 25).abs() <= 0.0201)
        local = (changed[1] - plain[1]).abs().amax(-1)[0] > 0
        assert torch.equal(local, (torch.arange(40) - 20).abs() <= 8)
        velocities = model(audio, motion)
    assert velocities[0].shape == (1, 150, 100) and velocities[1].shape == (1, 40, 18)
