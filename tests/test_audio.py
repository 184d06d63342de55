"""Audio: files, resampling, loudness, silence, references."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from torchaudio import functional

from jamflow_core.audio.loudness import SPEECH_RMS, normalise, speech_rms
from jamflow_core.audio.reference import prepare_reference
from jamflow_core.audio.resample import resample, to_mono_24k
from jamflow_core.audio.silence import check_sound, cut, pauses, trim
from jamflow_core.errors import JamFlowError
from jamflow_core.media.sound import load_audio, save_wav

RATE = 24000


def tone(seconds, level=0.3, hertz=220.0, rate=RATE):
    return level * torch.sin(2 * math.pi * hertz * torch.arange(round(seconds * rate)) / rate)


def speech(*spans, total, noise=0.0):
    """Tone bursts over (start, end) in seconds, in a room with white noise."""
    wave = noise * torch.randn(round(total * RATE), generator=torch.Generator().manual_seed(0))
    for start, end in spans:
        wave[round(start * RATE) : round(end * RATE)] += tone(end - start)
    return wave


@pytest.mark.parametrize("channels", [1, 2])
def test_wav_round_trip(tmp_path, channels):
    wave = torch.stack([tone(0.2, 0.5, 300.0 + 100 * n) for n in range(channels)])
    save_wav(tmp_path / "new folder" / "a.wav", wave)
    back, rate = load_audio(tmp_path / "new folder" / "a.wav")
    assert rate == RATE and back.dtype == torch.float32 and back.shape == wave.shape
    assert (back - wave).abs().max() < 1 / 32000
    assert [file.name for file in (tmp_path / "new folder").iterdir()] == ["a.wav"]


def test_save_clips_instead_of_wrapping(tmp_path):
    save_wav(tmp_path / "a.wav", torch.tensor([2.0, -2.0, 0.0]), 8000)
    back, rate = load_audio(tmp_path / "a.wav")
    assert rate == 8000 and back[0].tolist() == pytest.approx([1, -1, 0], abs=1e-4)


def test_bad_sound_is_not_written_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.wav"
    save_wav(path, tone(0.1))
    before = path.read_bytes()
    for bad in (torch.tensor([0.0, float("nan")]), torch.zeros(0)):
        with pytest.raises(JamFlowError):
            save_wav(path, bad)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(JamFlowError, match="Cannot write"):
        save_wav(tmp_path / "file" / "a.wav", tone(0.1))


def test_interrupted_save_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_wav(tmp_path / "a.wav", tone(0.1))
    assert not list(tmp_path.iterdir())


def test_files_that_are_no_audio(tmp_path):
    text = tmp_path / "text.wav"
    text.write_text("this is not a sound\n" * 50)
    empty = tmp_path / "empty.wav"
    empty.touch()
    silent_header = tmp_path / "header.wav"
    save_wav(silent_header, tone(0.1))
    silent_header.write_bytes(silent_header.read_bytes()[:44])
    for path in (text, empty, silent_header, tmp_path / "missing.wav", tmp_path):
        with pytest.raises(JamFlowError) as error:
            load_audio(path)
        assert "\n" not in str(error.value) and str(path) in str(error.value)


def test_sound_of_a_video_and_a_video_without(tmp_path):
    import av

    for name, with_sound in (("sound.mp4", True), ("mute.mp4", False)):
        with av.open(str(tmp_path / name), "w") as out:
            video = out.add_stream("mpeg4", rate=25)
            video.width = video.height = 32
            video.pix_fmt = "yuv420p"
            audio = out.add_stream("aac", rate=44100, layout="stereo") if with_sound else None
            for _ in range(10):
                out.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
            out.mux(video.encode(None))
            if audio:
                samples = torch.stack([tone(0.4, rate=44100)] * 2).numpy()
                frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
                frame.sample_rate = 44100
                out.mux(audio.encode(frame))
                out.mux(audio.encode(None))
    wave, rate = load_audio(tmp_path / "sound.mp4")
    assert rate == 44100 and wave.shape[0] == 2 and abs(wave.shape[1] / rate - 0.4) < 0.06
    assert abs(wave.square().mean().sqrt() - 0.3 / 2**0.5) < 0.03
    with pytest.raises(JamFlowError, match="no sound track"):
        load_audio(tmp_path / "mute.mp4")


@pytest.mark.parametrize(
    "rates", [(44100, 24000), (48000, 24000), (16000, 24000), (22050, 24000), (24000, 8000), (11025, 16000)]
)
def test_resample_is_torchaudios_computed_in_float64(rates):
    wave = torch.randn(2, 5003, generator=torch.Generator().manual_seed(1))
    ours, theirs = resample(wave, *rates), functional.resample(wave.double(), *rates)
    assert ours.shape == theirs.shape and ours.dtype == torch.float32
    assert (ours - theirs).abs().max() < 1e-5


@pytest.mark.parametrize("rates", [(44101, 24000), (24000, 44101), (44100, 44101)])
def test_rates_of_many_phases_keep_a_tone_its_place_and_little_memory(rates):
    """Torchaudio's filters would take gigabytes."""
    rate, new_rate = rates
    there, wanted = resample(torch.stack([tone(0.5, rate=rate)] * 2), *rates), tone(0.5, rate=new_rate)
    assert there.shape == (2, -(-round(0.5 * rate) * new_rate // rate))
    shared = min(len(wanted), there.shape[1])
    assert (there[:, :shared] - wanted[:shared])[:, 200:-200].abs().max() < 5e-4
    assert resample(torch.zeros(0), *rates).shape == (0,)


def test_channels_that_cancel_each_other_out_are_no_silence():
    for quieter in (1.0, 0.95):  # one of the two the wrong way round
        recording = torch.stack([tone(0.1), -quieter * tone(0.1)])
        assert torch.equal(to_mono_24k(recording, RATE), tone(0.1))
    one_of_eight = torch.zeros(8, len(tone(0.1)))
    one_of_eight[3] = tone(0.1)
    assert torch.allclose(to_mono_24k(one_of_eight, RATE), tone(0.1))  # not an eighth of it


def test_loudness_counts_speech_only_and_can_be_undone():
    quiet = speech((1.0, 2.0), total=4.0) * 0.05
    loud, gain = normalise(quiet)
    assert speech_rms(loud) == pytest.approx(SPEECH_RMS, rel=1e-3)
    assert speech_rms(loud) == pytest.approx(speech_rms(loud[RATE : 2 * RATE]), rel=1e-3)
    assert torch.allclose(loud / gain, quiet)
    clicky = quiet.clone()
    clicky[100] = 0.9
    assert normalise(clicky)[0].abs().max() <= 0.99 + 1e-6


@pytest.mark.parametrize("noise", [0.0, 0.003])
def test_trim_and_pauses(noise):
    wave = speech((0.8, 1.5), (1.9, 2.6), (2.65, 3.0), total=4.0, noise=noise)
    assert len(trim(wave)) / RATE == pytest.approx(3.0 - 0.8 + 0.3, abs=0.03)
    (pause,) = pauses(wave)
    assert pause == pytest.approx((1.5, 1.9), abs=0.02)


def test_cut_at_a_pause_or_hard():
    wave = speech((0.0, 3.0), (3.4, 5.0), (5.4, 9.0), total=9.0)
    assert len(cut(wave, 6.0)) / RATE == pytest.approx(5.2, abs=0.02)
    assert len(cut(wave, 20.0)) == len(wave)
    hard = cut(tone(9.0), 6.0)
    assert 3.0 <= len(hard) / RATE <= 6.0 and hard[-1] == 0


@pytest.mark.parametrize("bad", ["silent", "empty", "broken"])
def test_references_refused(bad):
    broken = torch.full((1, 9000), float("inf"))
    wave = {"silent": torch.zeros(2, 48000), "empty": torch.zeros(1, 0), "broken": broken}[bad]
    with pytest.raises(JamFlowError, match=bad):
        prepare_reference(wave, 48000)
    for refuse in (check_sound, normalise):
        with pytest.raises(JamFlowError, match=bad):
            refuse(wave[0])


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_reference_from_any_recording(rate):
    wave = speech((1.0, 4.0), (4.5, 6.0), (6.5, 9.5), total=12.0, noise=0.0005) * 0.02
    ready = prepare_reference(resample(torch.stack([wave, wave]), RATE, rate), rate)
    assert ready.dtype == torch.float32 and ready.ndim == 1
    assert 4.5 < len(ready) / RATE <= 6.0
    assert speech_rms(ready) == pytest.approx(SPEECH_RMS, rel=0.05)
    assert len(prepare_reference(wave[None], RATE, None)) > 8 * RATE


def test_import_is_light():
    modules = "jamflow_core.media.sound, jamflow_core.text.parse"
    code = f"import sys, {modules}; print({{'av', 'onnxruntime'}} & {{*sys.modules}})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
