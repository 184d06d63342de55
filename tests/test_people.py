"""Training for people whom the corpus does not hold: other throats, poorer recordings, the voice vector, the rest of
the face.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from jamflow_core.audio.mel import log_mel, mel_corners
from jamflow_core.audio.timbre import coloured, long_term
from jamflow_core.clock import HOP, SAMPLE_RATE
from jamflow_core.config import CleanerConfig, JamFlowConfig, VoiceConfig, tiny
from jamflow_core.flow.objective import BABBLE, BOTH, SPEECH, FlowMatching, as_heard, prompt_without_text
from jamflow_core.flow.path import Canvas
from jamflow_core.flow.sampler import sample
from jamflow_core.flow.settings import Settings
from jamflow_core.model.cleaner import Cleaner
from jamflow_core.model.duration import DurationHead
from jamflow_core.model.jamflow import JamFlow
from jamflow_core.models import LoadedModels, save_flow
from jamflow_core.motion.rest import OTHERS, REST_CHANNELS, rest_of, smiling
from jamflow_core.render.expression import Expression, curve
from jamflow_core.tasks.animate import animate
from jamflow_core.tasks.canvases import cleaned
from jamflow_core.train import degrade
from jamflow_core.train.cleaner import Spoiled
from jamflow_core.train.cleaner import loss as cleaning_error
from jamflow_core.train.corpus import HOLD_OUT, Cache
from jamflow_core.train.data import Windows
from jamflow_core.train.export import mixed
from jamflow_core.train.mixed_voices import mixed_names, mixed_style
from jamflow_core.train.stretch import Variety, lay, mel_of
from jamflow_core.train.throat import Throat, quick_size, resampled
from jamflow_core.train.varied import varied_sentences
from jamflow_core.train.voice_vector import FRAMES, Pairs, contrast, whiten

HERTZ = mel_corners()[1:-1]


def vowel(pitch=150.0, formants=(600.0, 1500.0), seconds=1.0):
    """Harmonics of `pitch` under two resonances, float32."""
    time = torch.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = torch.zeros_like(time)
    for harmonic in np.arange(pitch, 5000, pitch):
        size = sum(np.exp(-(((harmonic - formant) / 180) ** 2)) for formant in formants) + 0.01
        wave += float(size) * torch.sin(2 * np.pi * float(harmonic) * time)
    return 0.1 * wave


@pytest.fixture
def spoken(cache):
    """The same corpus with sound in it: vowels in a little noise, and their mels."""
    rng = torch.Generator().manual_seed(0)
    waves = np.load(cache / "waves.npy")
    sound = torch.cat([vowel(pitch, seconds=4.0) for pitch in (110.0, 140.0, 180.0, 220.0)])
    sound = sound.repeat(len(waves) // len(sound) + 1)[: len(waves)]
    sound = sound + 0.003 * torch.randn(len(sound), generator=rng)
    np.save(cache / "waves.npy", (sound * 32767).short().numpy())
    np.save(cache / "mels.npy", log_mel(sound)[: len(waves) // HOP].half().numpy())
    return cache


def pitch_of(wave):
    spectrum = torch.fft.rfft(wave * torch.hann_window(len(wave))).abs()
    power = torch.fft.irfft(spectrum.square())
    low, high = SAMPLE_RATE // 400, SAMPLE_RATE // 110
    return SAMPLE_RATE / (low + int(power[low:high].argmax()))


@pytest.mark.parametrize("ratio", (0.85, 1.0, 1.2))
def test_playing_faster_moves_the_pitch_and_shortens(ratio):
    wave = vowel()
    moved = resampled(wave, ratio)
    assert len(moved) == pytest.approx(len(wave) / ratio, rel=0.03)
    assert pitch_of(moved[2000:-2000]) == pytest.approx(150 * len(wave) / len(moved), rel=0.01)
    assert moved[2000:-2000].std() == pytest.approx(float(wave[2000:-2000].std()), rel=0.1)


def test_a_throat_moves_formants_and_leaves_harmonics():
    mel = log_mel(vowel())[20:60].mean(0)
    moved = Throat(throat=1.12).mel(mel)

    def smooth(x):
        return torch.nn.functional.avg_pool1d(x[None, None], 13, 1, 6)[0, 0]

    upper = HERTZ > 1000
    before, after = (HERTZ[upper][smooth(x)[upper].argmax()] for x in (mel, moved))
    assert after / before == pytest.approx(1.12, abs=0.05)
    low = (HERTZ > 100) & (HERTZ < 200)
    assert mel[low].argmax() == moved[low].argmax()


def test_a_colour_is_decibels_and_silence_stays_silent():
    mel = torch.full((4, 100), float(np.log(1e-5)))
    assert torch.equal(Throat(throat=1.1, colour=(-3.0,) * 7).mel(mel), mel)
    loud = torch.zeros(4, 100)
    assert torch.allclose(Throat(colour=(6.0,) * 7).mel(loud), torch.full_like(loud, np.log(10) * 6 / 20), atol=1e-5)


def test_quick_sizes_hold_and_have_small_primes():
    for samples in (1, 63, 64, 65, 24001, 99991):
        size = quick_size(samples)
        assert size >= samples and size - samples <= 0.07 * samples + 64
        while size % 2 == 0:
            size //= 2
        while size % 3 == 0:
            size //= 3
        while size % 5 == 0:
            size //= 5
        assert size == 1


@pytest.mark.parametrize("kind", ("white", "pink", "brown", "hum"))
def test_noise_lies_as_far_below_as_it_should(kind):
    wave, rng = vowel(), np.random.default_rng(0)
    noisy = degrade.mixed(wave, degrade.noise(len(wave), kind, rng), 10.0)
    measured = 10 * torch.log10(wave.square().mean() / (noisy - wave).square().mean())
    assert float(measured) == pytest.approx(10.0, abs=0.05)


def test_a_band_keeps_what_is_inside():
    heard = degrade.band(torch.randn(SAMPLE_RATE, generator=torch.Generator().manual_seed(0)), 300, 3400)
    power = torch.fft.rfft(heard).abs().square()
    hertz = torch.linspace(0, SAMPLE_RATE / 2, len(power))
    inside = power[(hertz > 500) & (hertz < 2800)].mean()
    assert power[hertz > 4500].mean() < 1e-3 * inside and power[hertz < 150].mean() < 1e-3 * inside


def test_degrading_keeps_the_time_and_is_a_function_of_the_seed():
    wave = vowel()
    for seed in range(12):
        poor, again = (degrade.degrade(wave, np.random.default_rng(seed), wave.flip(0)) for _ in range(2))
        assert torch.equal(poor, again) and poor.shape == wave.shape and bool(torch.isfinite(poor).all())
        assert not torch.equal(poor, wave)
    dirac = torch.zeros(SAMPLE_RATE)
    dirac[5000] = 1
    room = degrade.room(dirac, np.random.default_rng(0), seconds=0.3, wet=0.5)
    assert int(room.abs().argmax()) == 5000 and float(room[:5000].abs().max()) < 1e-5


def test_windows_are_functions_of_the_seed_and_fit_together(spoken):
    windows = windows_of(spoken, Variety(throat=1.0, degraded=1.0, smile=1.0))
    one, again = (windows.batch(2, 5, 3) for _ in range(2))
    for name in ("mel", "heard", "reference", "mouth", "rest", "clock", "tokens", "prompt"):
        assert torch.equal(getattr(one, name), getattr(again, name))
    assert one.mel.shape == one.heard.shape == (2, 120, 100) and one.rest.shape == (2, 32, REST_CHANNELS)
    assert not torch.equal(one.mel, one.heard) and bool((one.prompt >= 0).all())
    assert int(one.clock.max()) < one.tokens.shape[1]


def test_without_variety_nothing_changes(spoken):
    plain = windows_of(spoken, None).batch(2, 5, 3)
    assert plain.heard is None and plain.reference is None and plain.rest is None and plain.prompt is None


def windows_of(cache, variety):
    corpus = Cache(cache)
    while len(corpus) <= HOLD_OUT + 8:  # a small corpus, so that something is left to train on
        corpus.clips, corpus._arrays = corpus.clips * 2, corpus._arrays * 2
    from jamflow_core.train.statistics import mel_statistics, mouth_statistics

    return Windows(corpus, mel_statistics(corpus, 4), mouth_statistics(corpus, 4), 15 * 8, variety=variety)


def test_laid_clips_keep_the_clock(spoken):
    clip = Cache(spoken)[0]
    laid = lay([clip, clip], [1.0, 1.25])
    assert len(laid.wave) == laid.frames * HOP and laid.lengths[0] == len(clip.mel)
    assert laid.seconds.sum() == pytest.approx(laid.frames * HOP / SAMPLE_RATE, rel=1e-6)
    mel = mel_of(laid.wave, 0, laid.lengths[0], Throat())
    assert float((mel[8:-8] - torch.from_numpy(clip.mel[8:-8].astype(np.float32))).abs().mean()) < 0.02


def small(voice=True):
    config = tiny()
    stream = replace(config.audio, dim=64, depth=2, heads=2, head_dim=16)
    motion = replace(config.motion, dim=32, depth=2, heads=2, head_dim=16, rest=REST_CHANNELS if voice else 0)
    joint = replace(config.joint, layers=((1, 1),), audio_sees=(True,), motion_sees=(True,))
    text = replace(config.text, dim=32, conv_layers=1)
    config = replace(
        config, audio=stream, motion=motion, joint=joint, text=text, voice=VoiceConfig(16, 8) if voice else None
    )
    torch.manual_seed(0)
    model = JamFlow(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return model


def canvases(model, voice=None, rest=None):
    rng = torch.Generator().manual_seed(0)
    text = torch.randn(60, model.config.text.dim, generator=rng)
    audio = Canvas(torch.randn(60, 100, generator=rng), torch.arange(60) >= 15, text, torch.zeros_like(text), voice)
    return audio, Canvas(torch.zeros(16, 18), torch.ones(16, dtype=torch.bool), rest=rest)


def test_new_parts_say_nothing_at_first_and_speak_when_trained():
    model = small()
    model.voice.initialise()
    torch.nn.init.zeros_(model.motion.input_embed.rest.weight)
    old = JamFlow(replace(model.config, voice=None, motion=replace(model.config.motion, rest=0)))
    old.load_state_dict(model.state_dict(), strict=False)
    voice, rest = torch.ones(8), smiling(np.ones(16))
    rest = torch.from_numpy(rest)
    plain = sample(old, *canvases(old), Settings(steps=2))
    told = sample(model, *canvases(model, voice, rest), Settings(steps=2))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(plain, told))
    trained = small()
    without = sample(trained, *canvases(trained), Settings(steps=2))
    assert not torch.equal(without[0], sample(trained, *canvases(trained, voice), Settings(steps=2))[0])
    assert not torch.equal(without[0], sample(trained, *canvases(trained, None, rest), Settings(steps=2))[0])


def test_old_configurations_are_read():
    raw = json.loads(tiny().to_json())
    raw.pop("voice"), raw["motion"].pop("rest"), raw["audio"].pop("rest")
    assert JamFlowConfig.from_json(json.dumps(raw)) == tiny()
    told = replace(tiny(), voice=VoiceConfig())
    assert JamFlowConfig.from_json(told.to_json()) == told


@pytest.mark.parametrize("task", (SPEECH, BOTH, BABBLE), ids=lambda task: task.name)
def test_the_voice_and_the_rest_are_learned(spoken, task):
    model = small()
    batch = windows_of(spoken, Variety(1.0, 1.0, 1.0)).batch(2, 0, 0, motion=task.motion != "absent")
    losses = FlowMatching(model)(batch, replace(task, drop_text=0.0, drop_voice=0.0), torch.Generator().manual_seed(0))
    losses["loss"].backward()
    assert model.voice.to_time.weight.grad.abs().sum() > 0
    if task.motion != "absent":
        assert model.motion.input_embed.rest.weight.grad.abs().sum() > 0


def test_a_prompt_may_come_without_its_words(spoken):
    batch = windows_of(spoken, Variety()).batch(2, 1, 1)
    spans = torch.arange(120)[None, :].expand(2, -1) >= 40
    untold = torch.tensor([[True], [False]])
    heard = prompt_without_text(batch, spans, untold)
    assert bool((heard.clock[0, :40] == -1).all()) and torch.equal(heard.clock[0, 40:], batch.clock[0, 40:])
    first = int(batch.clock[0, 40])
    assert bool((heard.tokens[0, :first] == 0).all()) and torch.equal(heard.tokens[0, first:], batch.tokens[0, first:])
    assert torch.equal(heard.clock[1], batch.clock[1]) and torch.equal(heard.tokens[1], batch.tokens[1])


def test_speech_behind_a_poor_prompt_is_clean_and_an_edit_is_as_poor_as_its_recording():
    mel, poor = torch.zeros(2, 10, 4), torch.ones(2, 10, 4)
    spans = torch.zeros(2, 10, dtype=torch.bool)
    spans[0, 6:] = True
    spans[1, 3:6] = True
    batch = type("Batch", (), {"mel": mel, "heard": poor})
    shown = as_heard(batch, False, spans, lambda mel: 2 * mel)[..., 0]
    assert shown[0].tolist() == [2.0] * 6 + [0.0] * 4 and shown[1].tolist() == [1.0] * 10
    assert bool((as_heard(batch, True, spans, lambda mel: 2 * mel) == 2).all())


def test_speakers_are_told_apart_and_strangers_drawn(spoken):
    windows = windows_of(spoken, None)
    pairs = Pairs(windows.cache, tiny_statistics(windows))
    pieces = pairs.batch(0)
    assert pieces.shape == (2 * len(pairs.voices.names), FRAMES, 100) and torch.equal(pieces, pairs.batch(0))
    alike = torch.eye(4).repeat_interleave(2, 0)
    assert contrast(alike, torch.tensor(3.0))[1] == 1 and contrast(alike, torch.tensor(3.0))[0] < 0.01
    encoder = small().voice
    encoder.initialise()
    one, again, other = (encoder.draw(seed) for seed in (1, 1, 2))
    assert torch.equal(one, again) and not torch.equal(one, other)


def tiny_statistics(windows):
    from jamflow_core.config import Normaliser

    return Normaliser(tuple(windows.mel_mean.tolist()), tuple(windows.mel_std.tolist()))


def test_whitened_vectors_vary_alike_in_all_directions():
    class Many:
        def batch(self, step, seed=0):
            rng = torch.Generator().manual_seed(step)
            speakers = torch.randn(32, 1, 100, generator=rng) * torch.linspace(0.5, 3, 100)
            return speakers.repeat_interleave(2, 0).expand(-1, 8, -1) + 0.01 * torch.randn(64, 8, 100, generator=rng)

    encoder = small().voice
    whiten(encoder, Many())
    with torch.no_grad():
        vectors = torch.cat([encoder(Many().batch(step)) for step in range(20, 30)])
    assert (
        float(vectors.mean(0).abs().max()) < 0.3
        and 0.3 < float(vectors.std(0).min())
        and float(vectors.std(0).max()) < 1.7
    )


def test_a_smile_lifts_the_cheeks_and_leaves_the_mouth():
    rest = Expression({"smile": curve("0:0, 1:1", "smile")}).rest(0, 26)
    assert rest.shape == (26, REST_CHANNELS) and not rest[0].any()
    exp = torch.zeros(21, 3)
    exp[list(OTHERS)] = rest[-1].view(-1, 3)
    assert bool((exp[[3, 7], 1] < 0).all()) and torch.allclose(rest_of(exp) * 0.0035, rest[-1])


def test_mixed_voices_are_functions_of_their_numbers():
    styles = np.random.default_rng(0).standard_normal((10, 256)).astype(np.float32)
    names = mixed_names(4, 3)
    assert names == ("ax_00004", "bx_00005", "ax_00006")
    first, again, other = (mixed_style(styles, name) for name in (names[0], names[0], names[1]))
    assert first.shape == (1, 256) and np.array_equal(first, again) and not np.allclose(first, other)
    assert np.allclose(mixed_style(styles[:1].repeat(10, 0), names[0]), styles[:1], atol=1e-5)


def test_a_colour_is_taken_over_and_silence_stays_silent():
    rng = torch.Generator().manual_seed(0)
    tilt = torch.linspace(1.0, -1.0, 100)
    speech = torch.randn(600, 100, generator=rng) - 5
    floor = float(np.log(1e-5))
    speech[:100] = floor
    like = torch.randn(900, 100, generator=rng) - 5 + tilt
    made = coloured(speech, like)
    assert bool((made[:100] == floor).all())
    before, after = ((long_term(mel) - long_term(like)).abs().mean() for mel in (speech, made))
    assert after < 0.25 * before
    gain = made[100:] - speech[100:]
    assert float(gain.std(0).max()) < 1e-5 and float(gain.abs().max()) <= 2.0
    assert (coloured(speech[100:130], like) - speech[100:130]).abs().mean() < 0.5 * gain.abs().mean()


def test_older_weights_are_mixed_in_where_they_are():
    new, old = {"a": torch.ones(2), "b": torch.ones(2)}, {"a": torch.zeros(2)}
    made = mixed(new, old, 0.25)
    assert made["a"].tolist() == [0.75, 0.75] and made["b"].tolist() == [1.0, 1.0]


def test_varied_sentences_have_every_kind():
    texts = varied_sentences(200, 1, ["The plain one."])
    assert texts == varied_sentences(200, 1, ["The plain one."]) and len(set(texts)) == 200
    for sign in ("?", "!", '"', ",", "The plain one.", "$"):
        assert any(sign in text for text in texts)
    assert sum(text.count(". ") + text.count("? ") + text.count("! ") > 0 for text in texts) > 40


def test_an_untrained_cleaner_changes_nothing_and_a_trained_one_cleans(spoken):
    corpus = windows_of(spoken, None).cache
    spoiled = Spoiled(corpus)
    poor, clean = spoiled.batch(0)
    assert poor.shape == clean.shape and all(map(torch.equal, (poor, clean), spoiled.batch(0)))
    assert not torch.equal(poor, clean)
    torch.manual_seed(0)
    cleaner = Cleaner(CleanerConfig(32, (1, 2)))
    cleaner.initialise()
    assert torch.equal(cleaner(poor), poor)
    before = cleaning_error(cleaner, poor, clean).item()
    optimiser = torch.optim.AdamW(cleaner.parameters(), 3e-3)
    for _ in range(25):
        error = cleaning_error(cleaner, poor, clean)
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
    assert error.item() < 0.8 * before


def test_recordings_are_cleaned_before_they_are_heard(tmp_path):
    model = small()
    config = replace(model.config, cleaner=CleanerConfig(16, (1,)))
    cleaning = JamFlow(config)
    cleaning.load_state_dict(model.state_dict(), strict=False)
    cleaning.cleaner.initialise()
    save_flow(tmp_path / "model.safetensors", cleaning, DurationHead(), torch.float32)
    models = LoadedModels(tmp_path / "model.safetensors")
    mel = torch.randn(40, 100)
    assert torch.allclose(cleaned(models, mel), mel, atol=1e-5)
    bias = models.flow.cleaner.change.bias
    with torch.inference_mode():
        bias.fill_(1.0)
    assert torch.allclose(cleaned(models, mel), mel + 3.0, atol=1e-4)
    wave = vowel(seconds=1.0)
    loud = animate(models, wave).motion
    with torch.inference_mode():
        bias.zero_()
    assert not torch.equal(animate(models, wave).motion, loud)
