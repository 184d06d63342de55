"""A recording's own samples: edits go into them at their rate, in their channels and format; animate keeps them."""

from pathlib import Path

import av
import numpy as np
import pytest
import torch

from jamflow_core.audio.resample import resample
from jamflow_core.cli.main import main
from jamflow_core.clock import HOP
from jamflow_core.media.sound import load_audio, read_sound, stream_wav
from jamflow_core.tasks.edit import Original, Patch, Plan, splice
from jamflow_core.tasks.edit.splice import Sounds

ROOT = Path(__file__).parent.parent
FACE = str(ROOT / "portraits" / "mona_lisa.jpg")
TAKE = ROOT / "jamflow_core" / "weights" / "voices" / "bella.opus"
EDIT = ["--text", "The glare of the moon snow-blinded her.", "--span", "0.73:1.23", "--steps", "2"]
PAN = {"mono": [1.0], "stereo": [0.9, 0.3], "5.1(side)": [0.0, 0.0, 1.0, 0.0, 0.05, 0.05]}


def recording(path, rate, layout, form, gain=1.0):
    """The take at another rate, each channel at its own level, with a room in each."""
    wave, own = load_audio(TAKE)
    wave = resample(wave.mean(0, keepdim=True), own, rate) * gain
    room = 1e-3 * torch.randn(len(PAN[layout]), wave.shape[1], generator=torch.Generator().manual_seed(0))
    stream_wav(path, [(wave * torch.tensor(PAN[layout])[:, None] + room).numpy()], rate, layout, form)
    return read_sound(path)


@pytest.mark.parametrize(
    "rate, layout, form, gain",
    [(48000, "stereo", "s24", 1), (44100, "mono", "f32", 4), (22050, "mono", "s16", 1), (48000, "5.1(side)", "f64", 1)],
)
def test_an_edit_keeps_rate_channels_format_and_every_other_sample(tmp_path, rate, layout, form, gain):
    before = recording(tmp_path / "a.wav", rate, layout, form, gain)
    assert main(["edit", "--audio", str(tmp_path / "a.wav"), *EDIT, "--out", str(tmp_path / "b.wav")]) == 0
    after = read_sound(tmp_path / "b.wav")
    assert (after.rate, after.layout, after.form) == (rate, layout, form)
    if gain > 1:  # beyond full scale, and not clipped
        assert np.abs(before.samples).max() > 1.2 and np.abs(after.samples).max() > 1.2
    first, last, length = round(0.6 * rate), round(0.6 * rate), before.samples.shape[1]
    assert np.array_equal(after.samples[:, :first], before.samples[:, :first])
    assert np.array_equal(after.samples[:, -last:], before.samples[:, -last:])
    grown = after.samples.shape[1] - length
    changed = slice(round(0.8 * rate), round(1.1 * rate) + grown)
    assert not np.array_equal(after.samples[:, changed], before.samples[:, changed])
    loud = np.sqrt((after.samples[:, changed] ** 2).mean(1))
    wanted = np.array(PAN[layout])
    strong = wanted > 0.1
    assert np.allclose(loud[strong] / loud.max(), wanted[strong] / wanted.max(), atol=0.05)


def test_lips_alone_leave_the_recording_as_it_is(tmp_path):
    before = recording(tmp_path / "a.wav", 44100, "stereo", "s24")
    spans = ["--face-span", "0.5:1", "--motion-out", str(tmp_path / "b.safetensors"), "--steps", "1"]
    assert main(["edit", "--audio", str(tmp_path / "a.wav"), *spans, "--out", str(tmp_path / "b.wav")]) == 0
    after = read_sound(tmp_path / "b.wav")
    assert np.array_equal(after.samples, before.samples) and (after.rate, after.form) == (44100, "s24")


@pytest.mark.parametrize("rate", [16000, 24000, 44100, 48000])
def test_new_sound_is_where_the_plan_puts_it(rate):
    """A click every mel frame of the new clock stays at its place to a sample, whatever the rate."""
    old = torch.zeros(2, 3 * rate)
    old[0] = 1e-4
    plan = Plan((Patch(60, 100, 60, 40), Patch(150, 180, 150, 45)), None, 296)
    wave = torch.zeros(296 * HOP)
    wave[::HOP] = 1.0
    wave = torch.sinc((torch.arange(len(wave)) % HOP - 128) / 4)  # band-limited
    sounds = Sounds([(list(plan.patches), 0, wave)])
    original = Original(old, rate)
    made = splice(old, sounds.like(original), plan, rate)[0]
    assert abs(made.shape[-1] - round((3 + 15 * HOP / 24000) * rate)) <= 2
    for frame in range(70, 90):
        near = round((frame * HOP + 128) * rate / 24000)
        peak = int(made[near - 20 : near + 21].argmax()) + near - 20
        assert abs(peak - near) <= 1
    assert torch.equal(made[: round(60 * HOP * rate / 24000)], old[0, : round(60 * HOP * rate / 24000)])


def test_animate_keeps_rate_and_channels(tmp_path):
    recording(tmp_path / "a.wav", 48000, "stereo", "s24")
    out = tmp_path / "a.mp4"
    command = ["--portrait", FACE, "--steps", "1", "--still", "--out", str(out)]
    assert main(["animate", "--audio", str(tmp_path / "a.wav"), *command]) == 0
    with av.open(str(out)) as video:
        sound = video.streams.audio[0]
        assert (sound.rate, sound.layout.name) == (48000, "stereo")
    left, right = np.sqrt((read_sound(out).samples ** 2).mean(1))
    assert right / left == pytest.approx(1 / 3, abs=0.05)
