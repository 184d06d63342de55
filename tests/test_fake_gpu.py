"""Every network and a whole run on a graphics card that is not there: nothing mixes devices or formats, nothing is
read back.
"""

from dataclasses import replace

import pytest
import torch
from f5_weights import TINY as F5_LIKE
from fake_gpu import DEVICE, fake_gpu, moved
from liveportrait_weights import random_template, tiny_networks

from jamflow_core.align.aligner import AlignerConfig, FrameClassifier
from jamflow_core.audio.mel import mel_filterbank
from jamflow_core.audio.vocoder import Vocoder, VocoderConfig
from jamflow_core.config import JointConfig, tiny
from jamflow_core.flow.path import Canvas
from jamflow_core.flow.sampler import sample
from jamflow_core.flow.schedule import host_grid
from jamflow_core.flow.settings import Settings
from jamflow_core.meta_init import meta_init
from jamflow_core.model.duration import DurationHead
from jamflow_core.model.jamflow import JamFlow
from jamflow_core.model.quick import quicken
from jamflow_core.render.liveportrait.drive import Laid, Options, drive, speak

FORMATS = [torch.float32, torch.bfloat16, torch.float16]
formats = pytest.mark.parametrize("dtype", FORMATS, ids=str)
places = pytest.mark.parametrize("kind", ["cuda", "mps"])


def hollow(make):
    with meta_init():
        return make()


def canvas(frames, channels, given, text_dim=None):
    """A stream of the host of which the first `given` frames are known."""
    text = None if text_dim is None else torch.zeros(frames, text_dim)
    made = Canvas(torch.zeros(frames, channels), torch.arange(frames) >= given, text, text)
    made.whole, made.shows  # noqa: B018 - read before the card is there, as a run reads them once
    return made


@places
def test_the_card_refuses_what_a_card_refuses(kind):
    """The test's own ground: mixed devices and formats, and values that are read."""
    with fake_gpu(kind):
        x = torch.zeros(3, 3, device=DEVICE)
        wrong = {
            "two devices": lambda: x + torch.zeros(3, 3),
            "two formats": lambda: x @ x.half(),
            "a layer of another format": lambda: torch.nn.functional.linear(x.half(), x),
            "a value that is read": lambda: float(x.sum()),
            "a decision": lambda: bool((x > 0).any()),
            "a list": lambda: x.tolist(),
            "numpy": lambda: x.cpu().numpy(),
        }
        for name, act in wrong.items():
            with pytest.raises(Exception):  # noqa: B017 - torch has a type for each
                pytest.fail(f"{name} was let pass: {act()}")
        if kind == "mps":
            with pytest.raises(RuntimeError, match="float64"):
                x.double()


TWO_LAYERS = replace(
    tiny(),
    audio=replace(tiny().audio, dim=64, depth=2, heads=2, head_dim=32),
    motion=replace(tiny().motion, dim=64, depth=2, heads=2, head_dim=32),
    joint=JointConfig(((0, 0), (1, 1)), (True, True), (True, True)),
)
SETTINGS = {
    "plain": Settings(steps=2, text_guidance=0.0, reference_guidance=0.0),
    "guided": Settings(steps=2, text_guidance=2.0, reference_guidance=1.0, guidance_every=2),
    "midpoint": Settings(steps=1, method="midpoint", anchored=False),
    "cached": Settings(steps=3, cache_every=2),
    "on the way": Settings(steps=2, strength=0.5),
    "clear": Settings(steps=1, clarity=0.4),
}


def run(config, settings, kind, dtype, streams):
    """Paint the streams that are named: "audio", "voice" (given whole), "motion", "lips" (given whole)."""
    text = config.text.dim
    made = {"audio": canvas(60, 100, 20, text), "voice": canvas(60, 100, 60, text), "motion": canvas(16, 18, 5),
            "lips": canvas(16, 18, 16)}  # fmt: skip
    audio, motion = (next((made[name] for name in pair if name in streams), None)
                     for pair in (("audio", "voice"), ("motion", "lips")))  # fmt: skip
    model = quicken(hollow(lambda: JamFlow(config)))
    settings = replace(settings, polish=0)
    host_grid(
        settings.steps, settings.sway, settings.schedule, config.schedules, settings.strength
    )  # once, on the host
    with fake_gpu(kind):
        moved(model, dtype)
        for found, asked in zip(sample(model, audio, motion, settings), (audio, motion)):
            assert (found is None) == (asked is None)
            if found is not None:
                assert found.shape == asked.given.shape and found.device.type == DEVICE and found.dtype == torch.float32


@formats
@pytest.mark.parametrize("config", [tiny(), F5_LIKE], ids=["jamflow-tiny", "F5-TTS"])
def test_a_run_in_every_format(config, dtype):
    run(config, SETTINGS["guided"], "mps", dtype, ("audio",) if config.motion is None else ("audio", "motion"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16], ids=str)
@pytest.mark.parametrize("settings", SETTINGS)
def test_every_setting_of_a_run(settings, dtype):
    run(TWO_LAYERS, SETTINGS[settings], "cuda", dtype, ("audio", "motion"))


@pytest.mark.parametrize("streams", [("audio",), ("motion",), ("audio", "lips"), ("voice", "motion")], ids="+".join)
def test_every_task_of_a_run(streams):
    run(TWO_LAYERS, SETTINGS["guided"], "cuda", torch.bfloat16, streams)


@formats
@places
def test_text_enters(kind, dtype):
    with fake_gpu(kind):
        model = moved(hollow(lambda: JamFlow(tiny())), dtype)
        ids = torch.ones(1, 7, dtype=torch.long, device=DEVICE)
        clock = torch.zeros(1, 50, device=DEVICE)
        text = model.audio.text_embed.stretch(ids, torch.ones(1, 7, device=DEVICE), clock)
        assert text.shape == (1, 50, 256) and text.dtype == dtype
        model = moved(hollow(lambda: JamFlow(F5_LIKE)), dtype)
        for drop in (False, torch.zeros(1, 1, dtype=torch.bool, device=DEVICE)):
            assert model.audio.text_embed(ids, 50, drop).dtype == dtype


@places
def test_durations(kind):
    with fake_gpu(kind):
        head = moved(DurationHead(), torch.float32)
        tokens, seconds = torch.ones(9, dtype=torch.long), torch.ones(9, dtype=torch.float64)
        found = head.predict(tokens, seconds, seconds > 0)
        assert found.dtype == torch.float64 and found.device.type == "cpu"


@places
@formats
def test_the_vocoder(kind, dtype):
    vocoder = Vocoder(VocoderConfig(64, 128, 2, refine=2))
    mel_filterbank()  # once, on the host
    with fake_gpu(kind):
        moved(vocoder, dtype)
        vocoder.head = moved(vocoder.head, torch.float32)
        for mel in (torch.zeros(50, 100), torch.zeros(2, 50, 100, device=DEVICE)):
            wave = vocoder.decode(mel)
            assert wave.dtype == torch.float32 and wave.device.type == DEVICE and wave.shape[-1] == 49 * 256
        assert vocoder.decode_whole(torch.zeros(50, 100)).shape == (50 * 256,)


@places
@pytest.mark.parametrize("inputs", [100, 18])
def test_the_aligners(inputs, kind):
    net = FrameClassifier(AlignerConfig(inputs, (" ", ".", "<sil>", "a"), 100, dim=8))
    with fake_gpu(kind):
        moved(net, torch.float32)
        assert net(torch.zeros(1, 40, inputs, device=DEVICE)).device.type == DEVICE


# --- LivePortrait --------------------------------------------------------------------------------------------------


def painter(dtype):
    """LivePortrait with few channels, as `paint_in(dtype)` leaves it."""
    networks = tiny_networks()
    for name in ("appearance", "motion", "retargeting", "warping", "generator"):
        moved(getattr(networks, name), dtype if name in ("warping", "generator") else torch.float32)
    for last in (networks.warping.third, networks.warping.fourth):
        moved(last, torch.float32)
    return networks


@formats
@places
def test_liveportrait_paints(kind, dtype):
    with fake_gpu(kind):
        networks = painter(dtype)
        crops = torch.zeros(1, 3, 64, 64)  # of the host, as they are cut
        faces = networks.faces(crops)
        assert faces.exp.shape == (1, 21, 3) and faces.exp.device.type == DEVICE
        ready = networks.source(crops, faces.points())
        painted = networks.paint(ready, faces.points().expand(3, -1, -1))
        assert painted.shape[:2] == (3, 3) and painted.device.type == DEVICE


# Expressive driving measures the hull of a picture's keypoints on the host, once a clip.
DRIVEN = {
    "plain": Options(),
    "absolute": Options(relative=False),
    "lips": Options(region="lip", multiplier=0.5),
    "eyes": Options(region="eyes", relative=False),
    "openings": Options(open_eyes=True, open_lips=True),
    "loose": Options(stitching=False, close_lips=False),
}


@places
@pytest.mark.parametrize("name", DRIVEN)
def test_liveportrait_is_driven(name, kind):
    source, driving = random_template(1, 2), random_template(6, 3)
    blink, head, lips = torch.zeros(6), torch.zeros(6, 5), torch.zeros(6, 21, 3)
    with fake_gpu(kind):
        net = painter(torch.float32).retargeting
        laid = Laid(blink.to(DEVICE), head.to(DEVICE), lips.to(DEVICE))
        rest, points = drive(net, source.to(DEVICE), driving.to(DEVICE), DRIVEN[name], laid=laid)
        assert rest.shape == (1, 21, 3) and points.shape == (6, 21, 3) and points.device.type == DEVICE
        _, points = speak(net, source.to(DEVICE), lips.to(DEVICE), DRIVEN[name], laid)
        assert points.shape == (6, 21, 3)
