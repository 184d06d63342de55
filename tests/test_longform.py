"""Scripts and subtitles in chunks on disk: constant memory, interruption, one timeline."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
import torch

from jamflow_core.errors import JamFlowError
from jamflow_core.flow.sampler import Settings
from jamflow_core.media.picture import read_image
from jamflow_core.media.sound import load_audio, stream_wav
from jamflow_core.motion.files import load_motion, stream_motion
from jamflow_core.render import LAYOUTS
from jamflow_core.render.expression import STILL
from jamflow_core.render.mesh import MeshPortrait
from jamflow_core.render.stage import Stage
from jamflow_core.tasks import voices
from jamflow_core.tasks.clip import Clip
from jamflow_core.tasks.durations import fill_grid
from jamflow_core.tasks.longform import film as films
from jamflow_core.tasks.longform import produce as production
from jamflow_core.tasks.longform.faces import FACES, FOLDER, faces_for
from jamflow_core.tasks.longform.film import film, look_of
from jamflow_core.tasks.longform.lines import lines_of_script, lines_of_srt, speakers_of
from jamflow_core.tasks.longform.produce import produce
from jamflow_core.tasks.longform.store import FRAME, Chunk, Store, digest
from jamflow_core.tasks.run import Run
from jamflow_core.text.parse import parse
from jamflow_core.text.srt import Subtitle, format_srt, parse_srt

PORTRAITS = Path(__file__).parent.parent / "portraits"
QUICK = Settings(steps=2, text_guidance=0.0, reference_guidance=0.0, temperature=0.6)
SCRIPT = "[heart] Did you hear that? [george] No. [pause 0.5s] Not a word. [heart] Listen! [george] No."
SRT = """1
00:00:01,000 --> 00:00:02,500
[heart] Good morning.

2
00:00:04,000 --> 00:00:05,500
[george] Who is there? [heart] It is me.

3
00:00:08,000 --> 00:00:08,400
And this is far too much for so short a time.
"""


@pytest.fixture(scope="module")
def cast():
    return {name: voices.preset(name) for name in ("heart", "george")}


@pytest.fixture(scope="module")
def whole(models, cast, tmp_path_factory):
    """The script spoken without a stop."""
    return produce(models, lines_of_script(SCRIPT), cast, Store(tmp_path_factory.mktemp("whole")), run=Run(QUICK))


def sound(timeline):
    return np.concatenate(list(timeline.waves()))


def motion(timeline):
    return np.concatenate([exp for _, _, exp in timeline.motions()])


def test_faces_fit_the_voices():
    found = faces_for(
        {"anna": "heart", "bob": "george", "carl": "puck", "dora": "bella", "eve": "recording", "fred": "fenrir"}
    )
    named = {name: path.stem for name, path in found.items()}
    for name, kind in (("anna", "female"), ("bob", "male"), ("carl", "male"), ("dora", "female"), ("fred", "male")):
        assert named[name] in FACES[kind]
    assert len({named[name] for name in ("anna", "bob", "carl", "dora", "eve")}) == 5
    alone = sorted(path.stem for path in FOLDER.glob("*.jpg") if path.stem != "drawing_two")  # two people in one
    assert sorted(name for names in FACES.values() for name in names) == alone


def test_lines_of_subtitles_keep_their_times_and_speakers():
    lines = lines_of_srt(SRT)
    assert [(line.speaker, line.start) for line in lines][:2] == [("heart", 1.0), ("george", 4.0)]
    assert lines[2].speaker == "heart" and 4 < lines[2].start < 5.5 and lines[2].end == pytest.approx(5.5)
    assert lines[3].speaker == "heart" and speakers_of(lines) == ["heart", "george"]
    with pytest.raises(JamFlowError, match="subtitle at 0.00 s"):
        lines_of_srt("1\n00:00:00,000 --> 00:00:01,000\nHi.\n")


def test_sound_and_motion_are_one_timeline(whole):
    assert [chunk.speaker for chunk in whole.chunks] == ["heart", "george", "heart", "george"]
    assert len(sound(whole)) == whole.frames * FRAME and len(motion(whole)) == whole.frames
    assert all(a.end == b.first for a, b in zip(whole.chunks, whole.chunks[1:]))
    assert np.abs(motion(whole)).max() > 0.005 and np.abs(sound(whole)).max() > 0.02
    one = np.concatenate(list(whole.motion_of("george")))
    assert not one[: whole.chunks[0].end].any() and one[whole.chunks[1].first : whole.chunks[1].end].any()


def test_the_tongue_moves_while_its_owner_speaks(whole):
    spoken = np.concatenate([np.full(len(exp), who == "heart") for _, who, exp in whole.motions()])
    track = whole.tongue_of("heart")
    assert track.shape == (whole.frames, 2) and track[spoken].max() > 0.8
    assert not track[~spoken].any()


def test_the_same_words_twice_are_two_takes(models, cast, tmp_path):
    script = "[heart] Hello there. [heart] Hello there."
    made = produce(models, lines_of_script(script), cast, Store(tmp_path), run=Run(QUICK))
    assert made.chunks[0].key != made.chunks[1].key


@pytest.mark.parametrize("after", [1, 3])
def test_stopped_and_continued_is_the_same_bit_for_bit(models, cast, whole, tmp_path, monkeypatch, after):
    spoken, real = [], production.speak

    def counted(*given, **more):
        if len(spoken) == after:
            raise KeyboardInterrupt
        spoken.append(1)
        return real(*given, **more)

    monkeypatch.setattr(production, "speak", counted)
    lines = lines_of_script(SCRIPT)
    with pytest.raises(KeyboardInterrupt):
        produce(models, lines, cast, Store(tmp_path), run=Run(QUICK))
    assert len(list(tmp_path.glob("*.safetensors"))) == after and not list(tmp_path.glob(".*"))
    monkeypatch.setattr(production, "speak", real)
    store = Store(tmp_path)
    again = produce(models, lines, cast, store, run=Run(QUICK))
    assert (store.found, store.made) == (after, len(whole.chunks) - after)
    assert again.chunks == whole.chunks
    assert np.array_equal(sound(again), sound(whole)) and np.array_equal(motion(again), motion(whole))


def test_a_changed_line_leaves_the_others(models, cast, whole, tmp_path):
    shutil.copytree(whole.store.folder, tmp_path / "copy")
    store = Store(tmp_path / "copy")
    lines = lines_of_script(SCRIPT.replace("Listen!", "Listen now!"))
    changed = produce(models, lines, cast, store, run=Run(QUICK))
    assert (store.found, store.made) == (3, 1)
    store.keep_only(chunk.key for chunk in changed.chunks)
    assert len(list(store.folder.glob("*.safetensors"))) == 4


def test_scripts_that_share_a_folder_keep_each_others_chunks(tmp_path):
    def keys(letter):
        return [letter * 31 + str(number) for number in range(3)]

    def make():
        return Chunk(np.zeros(960, np.int16), np.zeros((1, 21, 3), np.float32), None)

    first, second, old = Store(tmp_path, "5"), Store(tmp_path, "7:1"), tmp_path / f"{'c' * 32}.safetensors"
    for store, letter in ((first, "a"), (second, "b")):
        for key in keys(letter):
            store.chunk(key, make)
    old.touch()  # of a version that kept no lists
    first.keep_only(keys("a"))  # the second was interrupted before it came so far
    assert {path.stem for path in tmp_path.glob("*.safetensors")} == {*keys("a"), *keys("b")}
    second.keep_only([*keys("b")[:1], *keys("a")[:1]])
    Store(tmp_path, "5").keep_only([])
    assert {path.stem for path in tmp_path.glob("*.safetensors")} == {keys("b")[0], keys("a")[0]}
    assert {path.name for path in tmp_path.glob("*.keys")} == {"5.keys", "7_1.keys"}


@pytest.mark.parametrize(
    "change, kept",
    [
        ({}, 4),
        ({"run": Run(replace(QUICK, steps=3))}, 0),
        ({"run": Run(replace(QUICK, seed=1))}, 0),
        ({"speed": 1.2}, 0),
        ({"face": False}, 0),
        ({"cast": {"heart": voices.preset("heart"), "george": voices.preset("fable")}}, 2),
    ],
)
def test_whatever_decides_a_chunk_is_in_its_key(models, cast, whole, monkeypatch, tmp_path, change, kept):
    monkeypatch.setattr(production, "speak", tones)
    store = Store(shutil.copytree(whole.store.folder, tmp_path / "copy"))
    how = {"cast": cast, "run": Run(QUICK)} | change
    produce(models, lines_of_script(SCRIPT), how.pop("cast"), store, **how)
    assert (store.found, store.made) == (kept, 4 - kept)


def test_subtitles_are_spoken_at_their_times(models, cast, tmp_path):
    made = produce(models, lines_of_srt(SRT), cast, Store(tmp_path), run=Run(QUICK))
    said = made.subtitles()
    starts = [round(subtitle.start, 2) for subtitle in said]
    assert starts[0] == pytest.approx(1.0, abs=0.05) and starts[1] == pytest.approx(4.0, abs=0.05)
    assert starts[3] == pytest.approx(8.0, abs=0.05) and made.rushed >= 1
    quiet = sound(made)[: int(0.9 * 24000)]
    assert np.abs(quiet).max() < 0.01
    back = lines_of_srt(format_srt(said))
    assert [line.speaker for line in back][:3] == ["heart", "george", "heart"] and parse_srt(format_srt(said))[
        0
    ].text == "[heart] Good morning."


def tones(models, given, voice, **_):
    """Instead of `speak`: a tone from the first to the last sound of the text."""
    text, frames = fill_grid(given[0])
    first, last = (round(text.starts()[edge] * 24000) for edge in (text.words[0].first, text.words[-1].last))
    wave = torch.zeros(frames * 256)
    wave[first:last] = 0.2 * torch.sin(torch.arange(last - first) / 20)
    return Clip(wave, torch.zeros(frames, 100), torch.zeros(frames // 15 * 4, 21, 3), text)


def test_speech_begins_where_its_subtitle_says(models, cast, tmp_path, monkeypatch):
    """To a frame of 40 ms: at 0, right behind another one, with room; what is too long is hurried, and the next one
    late.
    """
    monkeypatch.setattr(production, "speak", tones)
    cues = [
        (0.0, 1.5, "Good morning to you."), (1.5, 3.0, "Today we talk of boats."), (3.0, 4.0, "[george] Boats again?"),
        (6.0, 6.0, "[heart] No."), (8.0, 8.5, "Now this is far too much for so short a time, is it "
                                              "not?"), (8.6, 9.4, "[george] Yes."),
        (13.0, 14.0, "Goodbye."),
    ]  # fmt: skip
    lines = lines_of_srt(format_srt([Subtitle(*cue) for cue in cues]), None, "heart")
    made = produce(models, lines, cast, Store(tmp_path), run=Run(QUICK))
    wave = np.abs(sound(made))
    assert len(wave) == made.frames * FRAME and len(motion(made)) == made.frames
    begins = [
        np.flatnonzero(wave[c.first * FRAME : c.end * FRAME] > 0.01)[0] / 24000 + c.first / 25 for c in made.chunks
    ]
    wrong = [begin - cue[0] for begin, cue in zip(begins, cues)]
    assert all(abs(error) <= 0.04 for index, error in enumerate(wrong) if index != 5), wrong
    assert made.late == pytest.approx(wrong[5], abs=0.04) and made.late > 1 and made.rushed == 1
    assert [round(part.start - begin, 1) for part, begin in zip(made.subtitles(), begins)][:5] == [0.0] * 5


def test_silences_are_found_by_ear_near_where_the_text_says():
    text = parse("Hello.").with_durations([0.2, *[0.05] * 6, 0.3])
    assert production._silences(text) == pytest.approx((0.2, 0.35))
    for first, last, wanted in ((0.24, 0.5, (0.24, 0.3)), (0.01, 0.79, (0.1, 0.25))):
        wave = np.zeros(24000 * 8 // 10, np.int16)
        wave[round(first * 24000) : round(last * 24000)] = 5000
        chunk = Chunk(wave, np.zeros((20, 21, 3), np.float32), text)
        assert production._heard_silences(chunk) == pytest.approx(wanted, abs=0.011)
    assert production._heard_silences(Chunk(wave, chunk.exp, None)) == pytest.approx((0.01, 0.01), abs=0.011)


@pytest.mark.parametrize(
    "lines, place",
    [
        (lines_of_script("[heart] Hello. [george] ... [heart] Bye."), "line 2, \\[george\\]"),
        (lines_of_srt("1\n00:00:03,000 --> 00:00:04,000\n[heart] 你好\n"), "subtitle at 3.00 s"),
    ],
)
def test_what_cannot_be_read_is_named_before_anything_is_spoken(models, cast, tmp_path, monkeypatch, lines, place):
    monkeypatch.setattr(production, "speak", None)
    with pytest.raises(JamFlowError, match=place):
        produce(models, lines, cast, Store(tmp_path / "none"), run=Run(QUICK))
    assert not (tmp_path / "none").exists()


def test_a_speaker_without_a_voice_is_refused(models, cast, tmp_path):
    with pytest.raises(JamFlowError, match="Give a voice to anna"):
        produce(models, lines_of_script("[anna] Hello."), cast, Store(tmp_path))


def test_damaged_chunks_are_named(tmp_path):
    store = Store(tmp_path)
    store.write("a" * 32, Chunk(np.zeros(FRAME, np.int16), np.zeros((1, 21, 3), np.float32), None))
    assert store.read("a" * 32).text is None
    store.path("a" * 32).write_bytes(b"nothing")
    with pytest.raises(JamFlowError, match="Delete .* and run again"):
        store.read("a" * 32)


def test_digests_tell_values_and_their_order_apart():
    values = [1, 1.0, "1", None, b"1", np.ones(2), np.ones(2, np.float32), [1, 2], [2, 1], [[1], 2], [1, [2]]]
    assert len({digest(value) for value in values}) == len(values)


def test_files_are_streamed(whole, tmp_path):
    stream_wav(tmp_path / "a.wav", whole.waves())
    assert np.array_equal(load_audio(tmp_path / "a.wav")[0][0].numpy(), sound(whole))
    stream_motion(tmp_path / "a.safetensors", whole.motion_of("heart"), whole.frames, 25)
    assert np.array_equal(load_motion(tmp_path / "a.safetensors").exp, np.concatenate(list(whole.motion_of("heart"))))


def packets(path):
    with av.open(str(path)) as video:
        return [bytes(packet) for packet in video.demux(video.streams.video[0])]


def small(name):
    import cv2

    return MeshPortrait(cv2.resize(read_image(PORTRAITS / f"{name}.jpg"), (160, 160)))


def test_a_film_of_two_stopped_and_continued(whole, tmp_path, monkeypatch):
    portraits = {"heart": small("mona_lisa"), "george": small("pearl_earring")}
    stage, look = Stage(portraits), look_of(portraits, "")
    assert stage.size == (320, 160)
    heart = portraits["heart"]
    assert look != look_of(portraits, "x") and all(
        look != look_of(portraits | {"heart": other}, "")
        for other in (
            SimpleNamespace(image=heart.image, marks=heart.marks),
            MeshPortrait(heart.image, mouth_box=(100, 100, 140, 120)),
        )
    )
    still = {name: STILL for name in portraits}
    keys = film(whole, stage, tmp_path / "a.mp4", look=look, expressions=still)
    with av.open(str(tmp_path / "a.mp4")) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        times = [packet.pts for packet in video.demux(video.streams.video[0])]
    assert len(frames) == whole.frames and not times[0]
    heart = slice(whole.chunks[0].first, whole.chunks[0].end)
    moving = np.abs(np.diff(np.array(frames[heart], np.int16), axis=0)).mean((0, 1, 3))
    assert moving[:160].mean() > 10 * moving[160:].mean()
    assert abs(load_audio(tmp_path / "a.mp4")[0].shape[1] / 24000 - whole.seconds) < 0.1

    for key in keys:
        whole.store.path(key, "mp4").unlink()
    real, painted = films._pictures, []

    def stopped(*given):
        painted.append(1)
        yield from real(*given)
        if len(painted) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(films, "_pictures", stopped)
    with pytest.raises(KeyboardInterrupt):
        film(whole, stage, tmp_path / "b.mp4", look=look, expressions=still)
    assert not (tmp_path / "b.mp4").exists() and whole.store.path(keys[0], "mp4").exists()
    assert film(whole, stage, tmp_path / "b.mp4", look=look, expressions=still) == keys and len(painted) == 1 + len(
        keys
    )
    assert packets(tmp_path / "a.mp4") == packets(tmp_path / "b.mp4")


def test_only_the_speaker_is_shown():
    class Picture:
        def __init__(self, size, grey):
            self.size, self.grey = size, grey

        def frames(self, motion, **_):
            yield np.full((self.size[1], self.size[0], 3), self.grey, np.uint8)

    stage = Stage({"a": Picture((64, 48), 100), "b": Picture((40, 80), 200)}, LAYOUTS[1])
    face = np.zeros((21, 3))
    assert stage.size == (64, 48)
    assert (stage.frame("a", face, {}) == 100).all() and (stage.frame(None, face, {}) == 100).all()
    other = stage.frame("b", face, {})
    assert other.shape == (48, 64, 3) and other[24, 32, 0] == 200 and other[24, 2, 0] < 50
    with pytest.raises(JamFlowError, match="Choose a layout"):
        Stage({"a": Picture((8, 8), 0)}, "on top")
