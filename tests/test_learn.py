"""Learning a voice: adapters, their files, and a few steps of the real thing."""

import json
from dataclasses import replace

import pytest
import torch

from jamflow_core.cli.main import main
from jamflow_core.errors import JamFlowError
from jamflow_core.model.adapter import Adapter, adapted, fresh_adapter
from jamflow_core.tasks import voices
from jamflow_core.tasks.learned import load_voice, mixed, save_voice
from jamflow_core.tasks.run import Run
from jamflow_core.tasks.settings import DEFAULTS
from jamflow_core.tasks.speak import speak
from jamflow_core.tasks.voice import voiced
from jamflow_core.train import learn
from jamflow_core.train.transcribe import Transcriber

QUICK = Run(replace(DEFAULTS["speak"], steps=2, polish=0))
NAMES = ("audio.transformer_blocks.0.attn.to_q.weight", "audio.transformer_blocks.0.attn.to_q.bias")


def random_adapter(flow, seed: int) -> Adapter:
    rng = torch.Generator().manual_seed(seed)
    fresh = fresh_adapter(flow, NAMES, rank=3, seed=seed)
    parts = {
        name: tuple(0.05 * torch.randn(t.shape, generator=rng) for t in part) for name, part in fresh.parts.items()
    }
    return Adapter(parts, fresh.base)


def test_a_fresh_adapter_changes_nothing(models):
    fresh = fresh_adapter(models.flow, NAMES, rank=4)
    assert all(not fresh.change(name).any() for name in NAMES)


def test_adapted_copies_only_what_it_changes(models):
    adapter = random_adapter(models.flow, 1)
    before = {name: weight.clone() for name, weight in models.flow.named_parameters()}
    twin = adapted(models.flow, adapter)
    for name, weight in twin.named_parameters():
        if name in NAMES:
            assert torch.allclose(weight, before[name] + adapter.change(name))
        else:
            assert weight is dict(models.flow.named_parameters())[name]
    assert all(torch.equal(weight, before[name]) for name, weight in models.flow.named_parameters())


def test_adapters_scale_and_sum(models):
    one, two = random_adapter(models.flow, 1), random_adapter(models.flow, 2)
    both = one.scaled(0.25) + two.scaled(2.0)
    for name in NAMES:
        assert torch.allclose(both.change(name), 0.25 * one.change(name) + 2 * two.change(name), atol=1e-6)


def test_a_learned_voice_comes_back_from_its_file(models, tmp_path):
    voice = replace(voices.preset("george"), adapter=random_adapter(models.flow, 3))
    save_voice(tmp_path / "g.safetensors", voice)
    back = load_voice(tmp_path / "g.safetensors")
    assert back.name == "george" and back.language is voice.language and back.text.symbols == voice.text.symbols
    assert torch.allclose(back.mel, voice.mel, atol=0.01)
    for name in NAMES:
        assert torch.allclose(back.adapter.change(name), voice.adapter.change(name), atol=2e-3)
    said = speak(models, "Hello.", back, face=False, run=QUICK)
    assert not torch.equal(said.mel, speak(models, "Hello.", replace(back, adapter=None), face=False, run=QUICK).mel)


def test_a_voice_of_other_weights_is_refused(models):
    voice = replace(voices.preset("george"), adapter=Adapter({}, "another"))
    with pytest.raises(JamFlowError, match="again with this model"):
        voiced(models, voice)


def test_mixed_voices(models):
    one = replace(voices.preset("george"), adapter=random_adapter(models.flow, 1))
    two = replace(voices.preset("emma"), adapter=random_adapter(models.flow, 2))
    both = mixed(one, 0.5, two, 0.5)
    assert both.name == "george" and len(both.adapter.parts[NAMES[0]][0]) == 6
    with pytest.raises(JamFlowError, match="Learn the voice"):
        mixed(one, 1.0, voices.preset("emma"), 1.0)
    with pytest.raises(JamFlowError, match="same model"):
        mixed(one, 1.0, replace(two, adapter=Adapter(two.adapter.parts, "another")), 1.0)


@pytest.mark.parametrize("damage", ("truncated", "shape", "value", "header", "other", "missing"))
def test_a_damaged_voice_file_is_one_line(models, tmp_path, damage, capsys):
    from safetensors.torch import load_file, save_file

    path = tmp_path / "v.safetensors"
    save_voice(path, replace(voices.preset("george"), adapter=random_adapter(models.flow, 3)))
    tensors, header = (
        load_file(path),
        {"format": "jamflow-voice", "name": "v", "language": "en-us", "base": "", "prompt": "null"},
    )
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "shape":
        save_file(tensors | {f"down.{NAMES[0]}": torch.zeros(2, 5)}, path, header)
    elif damage == "value":
        save_file(tensors | {f"change.{NAMES[1]}": torch.full((256,), float("nan"))}, path, header)
    elif damage == "header":
        save_file(tensors, path, header | {"prompt": json.dumps({"text": "a", "symbols": ["a"], "seconds": [1, 2]})})
    elif damage == "other":
        save_file(tensors, path, {"format": "jamflow"})
    else:
        path.unlink()
    with pytest.raises(JamFlowError) as told:
        load_voice(path)
    assert "\n" not in str(told.value) and str(path) in str(told.value)


@pytest.fixture(scope="module")
def recordings(models):
    """Ten seconds of one voice, and what they say."""
    texts = [
        "The ship left the harbor early.",
        "Nobody could explain it to me.",
        "We will need a larger table.",
        "She opened the window and looked out.",
    ]
    clips = [speak(models, text, voices.preset("george"), face=False, run=QUICK) for text in texts]
    return [(clip.wave[None], 24000) for clip in clips], texts


def test_steps_of_learning_lower_the_loss_and_fit_in_a_small_file(models, recordings, tmp_path):
    reports = []
    plan = learn.Plan(steps=12, batch=2, check=12, lr=1e-2)
    before = {name: weight.clone() for name, weight in models.flow.named_parameters()}
    voice = learn.learn_voice(models, *recordings, "anna", plan, reports.append)
    losses = [report.loss for report in reports if report.sample is None]
    assert len(losses) == 12 and sum(losses[-4:]) < sum(losses[:4])
    assert [report.step for report in reports if report.sample is not None] == [0, 12]
    assert all(torch.equal(weight, before[name]) for name, weight in models.flow.named_parameters())
    save_voice(tmp_path / "anna.safetensors", voice)
    assert (tmp_path / "anna.safetensors").stat().st_size <= 2_000_000


def test_what_report_raises_stops_learning(models, recordings):
    class Stop(Exception):
        pass

    def report(_):
        raise Stop

    with pytest.raises(Stop):
        learn.learn(models, learn.gather(models, *recordings), voices.preset("george"), learn.Plan(steps=2), report)


def test_too_little_speech_and_missing_transcripts_are_told(models, recordings):
    waves, texts = recordings
    with pytest.raises(JamFlowError, match="best a minute"):
        learn.gather(models, waves[:1], texts[:1])
    with pytest.raises(JamFlowError, match="transcript for each"):
        learn.gather(models, waves, texts[:1])


def test_without_a_recogniser_the_phones_are_heard(models, recordings):
    transcriber = Transcriber(models)
    transcriber.installed = False
    text = transcriber.timed(recordings[0][0][0][0])
    assert text.timed and len(text.symbols) > 12 and not text.words


def test_voice_learn_refuses_bad_options(tmp_path, capsys):
    assert main(["voice", "learn", "--audio", "x.wav", "--out", str(tmp_path / "v.wav")]) == 2
    assert "end" in capsys.readouterr().err
    assert (
        main(["voice", "learn", "--audio", str(tmp_path / "none.wav"), "--out", str(tmp_path / "v.safetensors")]) == 2
    )
    assert capsys.readouterr().err.count("\n") == 1
