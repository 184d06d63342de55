"""Video files: written whole or not at all, in step with their sound, in bounded memory."""

import os
import resource
import sys
from pathlib import Path

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.media.video import VideoWriter, read_video

RATE = 24000


def frames(count, height=96, width=128):
    """A bar that moves right by two pixels a frame."""
    for k in range(count):
        picture = np.full((height, width, 3), (40, 90, 160), np.uint8)
        picture[:, 2 * k % width : 2 * k % width + 8] = (250, 200, 30)
        yield picture


def write(path, pictures, fps=25, wave=None, rate=RATE):
    pictures = list(pictures)
    height, width = pictures[0].shape[:2]
    with VideoWriter(path, fps, (width, height), wave, rate) as video:
        for picture in pictures:
            video.write(picture)


@pytest.mark.parametrize("fps", [25, 30000 / 1001, 60, 12.5])
def test_frames_come_back(tmp_path, fps):
    path = tmp_path / "a.mp4"
    shown = list(frames(20))
    write(path, shown, fps)
    video = read_video(path)
    read = list(video.frames)
    assert video.fps == pytest.approx(fps, rel=1e-4) and video.audio is None
    assert len(read) == 20
    for a, b in zip(shown, read):
        assert np.abs(a.astype(int) - b).mean() < 4


@pytest.mark.parametrize("height, width", [(95, 127), (96, 127), (33, 35)])
def test_odd_sizes_are_padded_by_one_row_or_column(tmp_path, height, width):
    path = tmp_path / "a.mp4"
    shown = list(frames(5, height, width))
    write(path, shown)
    read = list(read_video(path).frames)
    assert read[0].shape == (height + height % 2, width + width % 2, 3)
    assert np.abs(read[2][:height, :width].astype(int) - shown[2]).mean() < 6


def test_sound_stays_with_the_picture(tmp_path):
    wave = np.zeros(3 * RATE, np.float32)
    wave[RATE : RATE + 400] = 0.8 * np.sin(np.arange(400) * 0.4)
    pictures = [np.full((64, 64, 3), 255 if k == 25 else 0, np.uint8) for k in range(75)]
    path = tmp_path / "a.mp4"
    write(path, pictures, wave=wave)
    video = read_video(path)
    flash = [k for k, picture in enumerate(video.frames) if picture.mean() > 128]
    click = np.flatnonzero(np.abs(video.audio.samples[0]) > 0.2)[0] / video.audio.rate
    assert flash == [25]
    assert abs(click - 1.0) < 0.003
    assert abs(video.audio.samples.shape[1] / video.audio.rate - 3) < 0.05


@pytest.mark.parametrize("rate, channels", [(44100, 2), (30000, 1), (16000, 1), (48000, 6)])
def test_any_sound_is_taken(tmp_path, rate, channels):
    wave = 0.3 * np.sin(np.arange(rate) * 2 * np.pi * 440 / rate) * np.ones((channels, 1))
    path = tmp_path / "a.mp4"
    write(path, frames(25), wave=wave, rate=rate)
    sound = read_video(path).audio
    assert sound.samples.shape[0] == channels and sound.rate == (rate if rate in (44100, 16000, 48000) else 48000)
    middle = sound.samples[0, sound.rate // 4 : 3 * sound.rate // 4]
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() * sound.rate / len(middle) == pytest.approx(440, abs=3)


def test_sound_may_come_in_chunks_and_outlast_the_picture(tmp_path):
    chunks = (np.full(n, 0.1, np.float32) for n in (1000, 1, 0, 30000, 17000))
    path = tmp_path / "a.mp4"
    write(path, frames(25), wave=chunks)
    assert read_video(path).audio.samples.shape[1] == pytest.approx(48001, abs=2048)


def test_nothing_is_left_of_a_failed_video(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"what was there before")
    for error in (RuntimeError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), VideoWriter(path, 25, (64, 64), np.zeros(RATE)) as video:
            video.write(np.zeros((64, 64, 3), np.uint8))
            raise error
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]
    assert path.read_bytes() == b"what was there before"


def test_the_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "a.mp4"
    with VideoWriter(path, 25, (64, 64)) as video:
        video.write(np.zeros((64, 64, 3), np.uint8))
        assert not path.exists()
    assert path.exists() and len(list(path.parent.iterdir())) == 1


def test_a_sound_that_fails_leaves_nothing(tmp_path):
    def chunks():
        yield np.zeros(2000)
        raise RuntimeError("the voice broke")

    for wave in (chunks(), iter(["no sound"])):
        with pytest.raises((RuntimeError, ValueError)), VideoWriter(tmp_path / "a.mp4", 25, (64, 64), wave) as video:
            for picture in frames(10, 64, 64):
                video.write(picture)
    with pytest.raises(ValueError, match="at least one frame"), VideoWriter(tmp_path / "a.mp4", 25, (64, 64)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_bad_frames_are_refused(tmp_path):
    for frame in (np.zeros((64, 62, 3), np.uint8), np.zeros((64, 64, 3)), np.zeros((64, 64), np.uint8)):
        with pytest.raises(ValueError, match="frame"), VideoWriter(tmp_path / "a.mp4", 25, (64, 64)) as video:
            video.write(frame)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(JamFlowError, match="Cannot write"):
        VideoWriter(blocked / "a.mp4", 25, (64, 64))


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = np.random.default_rng(0).integers(0, 255, (128, 128, 3), dtype=np.uint8)
    for count in (
        2,
        60,
    ):  # a limit on the size of files stands for the disk: full when the file is finished, and before
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
        try:
            with (
                pytest.raises(JamFlowError, match="Cannot write") as told,
                VideoWriter(tmp_path / "a.mp4", 25, (128, 128)) as video,
            ):
                for _ in range(count):
                    video.write(noise)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert "\n" not in str(told.value) and list(tmp_path.iterdir()) == []
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "in use")))
    with pytest.raises(JamFlowError, match="in use"), VideoWriter(tmp_path / "a.mp4", 25, (128, 128)) as video:
        video.write(noise)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_video_is_told(tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("not a video at all")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    good = tmp_path / "good.mp4"
    write(good, frames(10))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(good.read_bytes()[:300])
    for path in (text, empty, cut, tmp_path / "missing.mp4", tmp_path):
        with pytest.raises(JamFlowError) as error:
            list(read_video(path).frames)
        assert "\n" not in str(error.value)


def test_a_file_with_sound_alone_is_told(tmp_path):
    import wave

    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    with pytest.raises(JamFlowError, match="no picture"):
        read_video(path)


def test_another_rate_keeps_time(tmp_path):
    path = tmp_path / "a.mp4"
    write(path, frames(60), fps=60)
    assert len(list(read_video(path, fps=25).frames)) == 25
    assert len(list(read_video(path, fps=120).frames)) == 120


@pytest.mark.skipif(sys.platform == "win32", reason="resource is a POSIX module")
def test_memory_does_not_grow_with_length(tmp_path):
    def peak(count, name):
        picture = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
        with VideoWriter(tmp_path / name, 25, (256, 256), np.zeros(count * RATE // 25)) as video:
            for k in range(count):
                video.write(np.roll(picture, k, 1))
        for _ in read_video(tmp_path / name).frames:
            pass
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    first = peak(100, "short.mp4")
    grown = peak(400, "long.mp4") - first
    frame = 256 * 256 * 3 / (1 if sys.platform == "darwin" else 1024)
    assert grown < 100 * frame  # of 300 more frames; what the heap had free before moves it by some


def test_rotation_marks_are_applied(tmp_path):
    import av

    path: Path = tmp_path / "a.mp4"
    write(path, frames(5, 96, 128))
    data = bytearray(path.read_bytes())
    # the video track header's matrix, unity -> a quarter turn
    unity = b"".join(v.to_bytes(4, "big") for v in (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30))
    turned = b"".join((v % (1 << 32)).to_bytes(4, "big") for v in (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30))
    at = data.index(unity, data.index(b"tkhd"))
    data[at : at + len(unity)] = turned
    path.write_bytes(data)
    read = next(read_video(path).frames)
    assert read.shape == (128, 96, 3)
    assert read[2, 48, 0] > 150 and read[60, 48, 0] < 150  # the bar of frame 0, left edge, is on top now
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).width == 128
