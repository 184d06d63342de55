"""The vocoder: official keys and function, files, shapes, and a trainer that learns and resumes exactly."""

import json
import re
import wave

import numpy as np
import pytest
import torch
from vocos.heads import ISTFTHead
from vocos.models import VocosBackbone

from jamflow_core.audio.mel import N_MELS, log_mel
from jamflow_core.audio.vocoder import Vocoder, VocoderConfig
from jamflow_core.catalog.vocos import EMBEDDED, load_vocoder, save_vocoder
from jamflow_core.clock import HOP, SAMPLE_RATE
from jamflow_core.errors import JamFlowError
from jamflow_core.media.sound import load_audio
from jamflow_core.train.corpus import Cache, prepare
from jamflow_core.train.vocoder import Segments, held_out, main

SMALL = VocoderConfig(dim=32, intermediate_dim=64, num_layers=2)


@pytest.fixture
def small():
    torch.manual_seed(0)
    return Vocoder(SMALL).eval()


def test_is_the_official_vocos(small):
    backbone, head = VocosBackbone(N_MELS, 32, 64, 2).eval(), ISTFTHead(32, 1024, HOP, padding="center")
    backbone.load_state_dict(small.backbone.state_dict())
    head.load_state_dict(small.head.state_dict())
    mel = torch.randn(1, 20, N_MELS)
    with torch.inference_mode():
        assert torch.equal(small(mel), head(backbone(mel.transpose(1, 2))))


def test_the_head_computes_in_float32(small):
    mel = torch.randn(1, 20, N_MELS)
    wanted = small.decode(mel)
    small.backbone.bfloat16()
    assert small.decode(mel).dtype == torch.float32
    assert 0 < (small.decode(mel) - wanted).abs().max() < 0.05


def test_layers_of_a_host_take_the_place_of_torchs(small):
    """As ComfyUI's ops: subclasses of torch's layers, made before the weights are there."""

    class Ops:
        class Linear(torch.nn.Linear): ...

        class Conv1d(torch.nn.Conv1d): ...

        class LayerNorm(torch.nn.LayerNorm): ...

    hosted = Vocoder(SMALL, Ops).eval()
    hosted.load_state_dict(small.state_dict())
    kinds = {type(part) for part in hosted.modules()}
    assert {Ops.Linear, Ops.Conv1d, Ops.LayerNorm} <= kinds and not {torch.nn.Linear, torch.nn.Conv1d} & kinds
    mel = torch.randn(1, 20, N_MELS)
    assert torch.equal(hosted.decode(mel), small.decode(mel))


def test_loads_a_public_layout_without_config(small, tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "vocos.safetensors"
    save_file(small.state_dict() | {"feature_extractor.mel_spec.spectrogram.window": torch.ones(1024)}, path)
    loaded = load_vocoder(path)
    assert loaded.config == SMALL
    mel = torch.randn(12, N_MELS)
    assert torch.equal(loaded.decode(mel), small.decode(mel))


@pytest.mark.parametrize("frames", [2, 3, 40])
def test_decode_shapes(small, frames):
    assert small.decode(torch.zeros(frames, N_MELS)).shape == ((frames - 1) * HOP,)
    assert small.decode(torch.zeros(3, frames, N_MELS)).shape == (3, (frames - 1) * HOP)


@pytest.mark.parametrize("shape", [(1, N_MELS), (10, 80)])
def test_decode_refuses_other_shapes(small, shape):
    with pytest.raises(JamFlowError, match="mel"):
        small.decode(torch.zeros(shape))


def test_half_precision_file_keeps_the_window(small, tmp_path):
    save_vocoder(small, tmp_path / "half.safetensors", torch.float16)
    loaded = load_vocoder(tmp_path / "half.safetensors")
    assert torch.equal(loaded.head.istft.window, small.head.istft.window)
    assert torch.equal(loaded.head.out.weight, small.head.out.weight.half().float())


def test_refuses_other_files(tmp_path):
    from safetensors.torch import save_file

    with pytest.raises(JamFlowError, match="No file"):
        load_vocoder(tmp_path / "absent.safetensors")
    (tmp_path / "text.safetensors").write_text("hello")
    save_file({"weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    for name in ("text", "other"):
        with pytest.raises(JamFlowError, match="a Vocos"):
            load_vocoder(tmp_path / f"{name}.safetensors")


@pytest.fixture
def cache(tmp_path):
    """A prepared corpus of 50 humming clips of 0.25 s."""
    (tmp_path / "audio").mkdir()
    seconds = np.arange(6000) / SAMPLE_RATE
    rows = []
    for index in range(50):
        hum = 8000 * np.sin(2 * np.pi * (100 + 5 * index) * seconds) * np.sin(np.pi * seconds / seconds[-1])
        with wave.open(str(tmp_path / "audio" / f"{index:06}.wav"), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes(hum.astype("<i2").tobytes())
        row = {"id": f"{index:06}", "voice": "hum", "text": "m", "phonemes": "m"}
        rows.append(row | {"durations": [3, 4, 3], "samples": 6000})
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    prepare(tmp_path, tmp_path / "cache")
    return tmp_path / "cache"


def test_segments_carry_exact_mels(cache):
    segments = Segments(Cache(cache), frames=8)
    mel, speech = segments.batch(3, torch.Generator().manual_seed(0))
    assert mel.shape == (3, 9, N_MELS) and speech.shape == (3, 8 * HOP)
    assert torch.allclose(mel[:, 2:-2], log_mel(speech)[:, 2:-2], atol=1e-4)
    assert not set(segments.rows) & set(held_out(Cache(cache)))


def test_training_learns_and_resumes_exactly(cache, tmp_path, capsys):
    def train(out, steps):
        options = "--adversarial-from 12 --disturb-from 14 --batch 2 --frames 10 --crop 2048 --dim 32"
        options += f" --intermediate-dim 64 --layers 2 --lr 0.002 --decay 1 --log-every 4 --threads 1 --steps {steps}"
        main(["--cache", str(cache), "--out", str(tmp_path / out), *options.split()])
        return torch.load(tmp_path / out / "checkpoint.pt", weights_only=True)

    straight = train("a", 18)
    losses = [float(loss) for loss in re.findall(r"mel ([\d.]+)", capsys.readouterr().out)]
    assert losses[2] < losses[0]
    train("b", 15)
    resumed = train("b", 18)
    for part in ("average", "judges"):
        for key, value in straight[part].items():
            assert torch.equal(value, resumed[part][key]), key


def test_refinement_brings_the_wave_nearer_to_the_mel(small):
    seconds = torch.arange(40 * HOP) / SAMPLE_RATE
    mel = log_mel(0.05 * sum(torch.sin(2 * torch.pi * 160 * k * seconds) / k for k in range(1, 30)))[None]

    def distance(rounds):
        return (log_mel(small.decode(mel, rounds)) - mel).abs().mean()

    assert distance(10) < 0.5 * distance(0)
    assert torch.equal(small.decode(mel), small.decode(mel, 0))


def test_embedded_vocoder_speaks():
    """A preset voice survives mel -> wave -> mel within a fraction of a neper, the same every time."""
    speech, rate = load_audio(EMBEDDED.parent / "voices" / "heart.opus")
    assert rate in (SAMPLE_RATE, 48000)
    mel = log_mel(speech.mean(0)[:: rate // SAMPLE_RATE])[:250]
    vocoder = load_vocoder()
    made = vocoder.decode(mel)
    assert torch.equal(vocoder.decode(mel), made)
    assert (log_mel(made) - mel).abs().mean() < 0.15
