"""Our F5-TTS and Vocos against the official packages, same weights, same noise. Bars: issue 4."""

import concurrent.futures
import random
import re
from dataclasses import replace

import pytest
import torch
from f5_weights import BASE, SMALL, TINY, f5_file, f5_state, inputs, random_state, recording
from parity import f5_official as official

from jamflow_core.audio.f5_reference import f5_reference
from jamflow_core.audio.mel import log_mel
from jamflow_core.audio.vocoder import Vocoder
from jamflow_core.catalog.f5 import load_f5
from jamflow_core.catalog.vocos import load_vocoder
from jamflow_core.flow.sampler import Canvas, Settings, sample
from jamflow_core.model.dit import velocity
from jamflow_core.models import LoadedModels
from jamflow_core.tasks.front_ends.characters import OFFICIAL, Reference, chunks, reference, speak
from jamflow_core.tasks.run import Run
from jamflow_core.text.f5_tokens import f5_tokens

pytestmark = [pytest.mark.parity, pytest.mark.skipif(not official.available(), reason="f5-tts is not installed")]
SIZES = {"tiny": (TINY, 112), "small": (SMALL, 112), "base": (BASE, 64)}


@pytest.fixture(scope="module")
def theirs():
    return official.load()


def relative(found: torch.Tensor, wanted: torch.Tensor) -> float:
    error = float((found - wanted).norm() / wanted.norm())
    print(f"relative L2: {error:.1e}")
    return error


@pytest.mark.parametrize("old", (False, True), ids=("v1", "v0"))
@pytest.mark.parametrize("name", SIZES)
def test_velocity_and_sampling(theirs, tmp_path, name, old):
    config, frames = SIZES[name]
    if old and name == "base":
        pytest.skip("the same code as small")
    dit_class, cfm_class, _, _ = theirs
    net = official.network(dit_class, config, f5_state(config), old)
    ours = load_f5(f5_file(tmp_path, config, name="v0.safetensors" if old else "v1.safetensors"))
    given = inputs(config, prompt=24, frames=frames)
    x, known, ids, t = (given[key] for key in ("x", "given", "ids", "t"))
    with torch.inference_mode():
        wanted = net(x=x, cond=known, text=ids, time=t, cfg_infer=True)
        features = [ours.audio.text_embed(ids, frames, drop) for drop in (False, True)]
        statics = [ours.audio.input_embed.static(known * (1 - drop), features[drop]) for drop in (0, 1)]
        found = velocity(ours.audio, x.expand(2, -1, -1), torch.cat(statics), t.expand(2))
    assert relative(found, wanted) <= 1e-5
    sampler = official.sampler(cfm_class, net, config.text.symbols)
    for steps in (5,) if name == "base" else (7, 9):
        wanted, _ = sampler.sample(
            known[:, :24], ids, frames, steps=steps, cfg_strength=2.0, sway_sampling_coef=-1.0, seed=10
        )
        audio = Canvas(known[0], torch.arange(frames) >= 24, features[0][0], features[1][0])
        found, _ = sample(ours, audio, None, replace(OFFICIAL, steps=steps, seed=5))
        assert relative(found[24:], wanted[0, 24:]) <= 5e-5
        assert torch.equal(found[:24], wanted[0, :24])


def test_bfloat16_is_nearer_to_float32_than_the_packages_autocast(theirs, tmp_path):
    net = official.network(theirs[0], SMALL, f5_state(SMALL))
    ours = load_f5(f5_file(tmp_path, SMALL)).to(torch.bfloat16)
    given = inputs(SMALL, prompt=24, frames=64)
    x, known, ids, t = (given[key] for key in ("x", "given", "ids", "t"))
    with torch.inference_mode():
        wanted = net(x=x, cond=known, text=ids, time=t)
        with torch.autocast("cpu", torch.bfloat16):
            autocast = net(x=x, cond=known, text=ids, time=t)
        features = ours.audio.text_embed(ids, 64, False).bfloat16()
        static = ours.audio.input_embed.static(known.bfloat16(), features)
        found = velocity(ours.audio, x.bfloat16(), static, t)
    assert relative(found.float(), wanted) < 0.9 * relative(autocast.float(), wanted)


LETTERS = [
    'Hello, World! (TTS) costs $3.50; isn\'t it "fine"?',
    "E-mail me_at a.b@c.d at 5.30 p.m. on 2024-01-02 -- 50% off...",
    "“Curly” ‘quotes’ — dashes… naïve café, Ünïcode",
    "你好,世界! 一个不错的 test 3.5 元。",
    "我们用 F5-TTS 说 C++ 和 U.S.A.",
    "日本語 と 한국어 και русский",
    "  spaces   and\ttabs\nlines ",
    "",
    "a",
    "重庆银行行长说：“行不行？”",
]


def mixed_sentences(count: int = 200) -> list[str]:
    """The lines above, and random mixtures of their words."""
    rng = random.Random(0)
    words = [word for line in LETTERS for word in re.findall(r"\S+|\s+", line)]
    return LETTERS + ["".join(rng.choices(words, k=rng.randint(1, 20))) for _ in range(count)]


def test_tokens(theirs):
    lines = mixed_sentences()
    wrong = [line for line, tokens in zip(lines, theirs[3](lines)) if f5_tokens(line) != tokens]
    assert not wrong


@pytest.mark.parametrize("limit", (20, 60, 135))
def test_chunks(theirs, limit):
    for line in mixed_sentences():
        assert chunks(line, limit) == [chunk for chunk in theirs[2].chunk_text(line, limit) if chunk]


@pytest.mark.parametrize("seed", range(12))
def test_reference_clips(theirs, tmp_path, seed):
    import soundfile

    rate, channels = (16000, 22050, 24000, 44100, 48000)[seed % 5], 1 + seed % 2
    wave = recording(seed, rate, 4 + 1.6 * seed, channels)
    soundfile.write(tmp_path / "in.wav", wave.T.numpy(), rate, subtype="PCM_16")
    path, text = theirs[2].preprocess_ref_audio_text(str(tmp_path / "in.wav"), "Some words", show_info=lambda _: None)
    wanted, wanted_rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono, gain = f5_reference(wave, rate)
    assert wanted_rate == rate and text == "Some words. "
    rms = float(torch.from_numpy(wanted.mean(1)).square().mean().sqrt())
    assert gain == pytest.approx(min(1, rms / 0.1), rel=1e-3)
    # The official silence at the end is resampled from 11025 Hz and some samples short.
    assert abs(len(mono) - len(wanted) * 24000 / rate) <= 4


def test_speaking(theirs, tmp_path, monkeypatch):
    """The whole driver: reference, tokens, durations, chunks, noise, sampler, vocoder, cross-fade, loudness."""
    from vocos import Vocos
    from vocos.feature_extractors import MelSpectrogramFeatures

    dit_class, cfm_class, driver, _ = theirs
    torch.manual_seed(0)
    models = LoadedModels(f5_file(tmp_path))
    models.vocoder = Vocoder().eval().requires_grad_(False)
    net = official.network(dit_class, TINY, f5_state(TINY))
    vocoder = Vocos(MelSpectrogramFeatures(), models.vocoder.backbone, models.vocoder.head)
    wave = 0.3 * recording(2, 24000, 3.0)
    voice = reference(wave, 24000, "Some words that it says.")
    text = (
        "One thing is said first, and then another thing is said. No! 你好，世界。 "
        "At the end, a last sentence follows the others."
    )
    settings = Settings(steps=3, text_guidance=2.0, reference_guidance=2.0, anchored=False, seed=7)
    ours = speak(models, text, voice, face=False, run=Run(settings))

    mono, gain = f5_reference(wave, 24000)
    assert isinstance(voice, Reference) and gain < 1
    monkeypatch.setattr(driver, "ThreadPoolExecutor", lambda: concurrent.futures.ThreadPoolExecutor(1))
    monkeypatch.setattr(driver.torchaudio, "load", lambda _: (mono[None] * gain, 24000))
    official.same_noise(monkeypatch, range(7, 99))
    wanted, _, mel = driver.infer_process(
        None,
        voice.text.text,
        text,
        official.sampler(cfm_class, net, TINY.text.symbols),
        vocoder,
        show_info=lambda _: None,
        progress=None,
        nfe_step=3,
        device="cpu",
    )
    wanted = torch.from_numpy(wanted).float()
    assert len(wanted) <= len(ours.wave) < len(wanted) + 512
    # Ours sounds to the end of its last frame; the vocoder, which looks 21 frames ahead, sees no end before it.
    same = len(wanted) - 24 * 256
    assert relative(ours.wave[:same], wanted[:same]) <= 5e-5


def test_mel(theirs):
    from f5_tts.model.modules import MelSpec

    wave = recording(5, 24000, 2.0)
    assert float((log_mel(wave) - MelSpec()(wave).transpose(1, 2)).abs().max()) <= 1e-5


def test_vocos(tmp_path):
    from vocos import Vocos
    from vocos.feature_extractors import MelSpectrogramFeatures
    from vocos.heads import ISTFTHead
    from vocos.models import VocosBackbone

    vocos = Vocos(
        MelSpectrogramFeatures(), VocosBackbone(100, 512, 1536, 8), ISTFTHead(512, 1024, 256, "center")
    ).eval()
    state = random_state(vocos.backbone)
    vocos.backbone.load_state_dict(state)
    torch.save(vocos.state_dict(), tmp_path / "pytorch_model.bin")
    mel = log_mel(recording(6, 24000, 2.0)[0])
    with torch.inference_mode():
        wanted = vocos.decode(mel.T[None])[0]
    scale = float(wanted.abs().max())
    found = load_vocoder(tmp_path / "pytorch_model.bin").decode(mel)
    assert scale > 1e-3 and float((found - wanted.clamp(-1, 1)).abs().max()) <= 1e-5
