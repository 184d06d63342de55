"""Seeded mutations of a small file of every kind, for every reader: it reads, or says one line; no hang."""

import pickle
import random
import time

import numpy as np
import pytest
import torch
from f5_weights import f5_file
from media_files import tone, write_sound, write_video

from jamflow_core.catalog.f5 import load_f5
from jamflow_core.catalog.recognise import recognise
from jamflow_core.catalog.templates import load_template, open_motion
from jamflow_core.errors import JamFlowError
from jamflow_core.media.picture import read_image
from jamflow_core.media.sound import load_audio
from jamflow_core.media.video_reader import read_video
from jamflow_core.motion.files import load_motion, save_motion
from jamflow_core.tasks.learned import load_voice
from jamflow_core.tasks.longform.lines import lines_of_script, lines_of_srt
from jamflow_core.tasks.longform.store import Chunk, Store
from jamflow_core.text.f5_tokens import read_vocabulary
from jamflow_core.text.lexicon import read_lexicon

ROUNDS = 25
SECONDS = 5  # of processor time for one file, on a busy machine too


def mutated(data: bytes, draw: random.Random) -> bytes:
    """A few of: bytes changed, a piece cut, doubled, zeroed, turned to noise, the end gone, a number blown up."""
    data = bytearray(data)
    for _ in range(draw.randrange(1, 4)):
        if not data:
            break
        at = draw.randrange(len(data)) if draw.random() < 0.5 else draw.randrange(min(len(data), 200))
        length = min(draw.choice((1, 2, 4, 8, 40)), len(data) - at)
        piece = slice(at, at + length)
        draw.choice((
            lambda: data.__setitem__(piece, draw.randbytes(length)),  # noqa: B023
            lambda: data.__setitem__(piece, bytes(length)),  # noqa: B023
            lambda: data.__setitem__(piece, b"\xff" * length),  # noqa: B023
            lambda: data.__setitem__(piece, data[piece] * 3),  # noqa: B023
            lambda: data.__delitem__(piece),  # noqa: B023
            lambda: data.__delitem__(slice(at, None)),  # noqa: B023
            lambda: data.__setitem__(piece, str(draw.choice((-1, 0, 10**9, 2**64, 1e300))).encode()),  # noqa: B023
        ))()  # fmt: skip
    return bytes(data)


def picture(path):
    from PIL import Image

    Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)).save(path)


def clip(path):
    codec = {"mkv": "libx264", "mp4": "libx264", "webm": "libvpx-vp9"}[path.suffix[1:]]
    write_video(path, [np.full((32, 48, 3), 9 * k, np.uint8) for k in range(12)], range(0, 480, 40), {"codec": codec})


def sound(codec, rate=24000):
    return lambda path: write_sound(path, tone(0.5, rate), codec, rate)


def template(path):
    shapes = {"exp": (1, 21, 3), "R": (1, 3, 3), "t": (1, 3), "scale": (1, 1)}
    face = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    path.write_bytes(pickle.dumps({"motion": [face] * 3, "output_fps": 25}))


def motion(path):
    save_motion(path, np.zeros((4, 21, 3)), 25)


def chunk(path):
    Store(path.parent).write(path.stem, Chunk(np.zeros(960, np.int16), np.zeros((1, 21, 3), np.float32), None))


def text(content):
    return lambda path: path.write_text(content, encoding="utf-8")


def of_text(read):
    return lambda path: read(path.read_text(encoding="utf-8", errors="replace"))


def frames(path):
    video = read_video(path)
    return [picture for _, picture in zip(range(200), video.frames)]


SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello <i>there</i>.\n\n2\n00:00:03,000 --> 00:00:04,000\nBye.\n"
SCRIPT = "anna: Hello there. [pause 0.5s]\ngeorge: *Bye* now [slow] then.\n"
KINDS = {
    "a.wav": (sound("pcm_s16le"), [load_audio]),
    "a.mp3": (sound("libmp3lame"), [load_audio]),
    "a.m4a": (sound("aac"), [load_audio]),
    "a.flac": (sound("flac"), [load_audio]),
    "a.opus": (sound("libopus", 48000), [load_audio]),
    "a.mp4": (clip, [frames]),
    "a.mkv": (clip, [frames]),
    "a.webm": (clip, [frames]),
    "a.png": (picture, [read_image]),
    "a.jpg": (picture, [read_image]),
    "a.webp": (picture, [read_image]),
    "a.pkl": (template, [load_template, open_motion]),
    "m.safetensors": (motion, [load_motion, open_motion, load_template, load_voice]),
    "c.safetensors": (chunk, [lambda path: Store(path.parent).read(path.stem)]),
    "v1.safetensors": (lambda path: f5_file(path.parent, name=path.name), [load_f5, recognise]),
    "v1.pt": (lambda path: torch.save({"a": torch.zeros(3)}, path), [recognise]),
    "vocab.txt": (text("a\nb\nc\n"), [read_vocabulary]),
    "words.tsv": (text("Nguyen\twin\nSiobhan\tshivawn\n"), [read_lexicon]),
    "a.srt": (text(SRT), [of_text(lines_of_srt)]),
    "a.txt": (text(SCRIPT), [of_text(lines_of_script)]),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_every_reader_reads_or_says_one_line(tmp_path, name):
    make, readers = KINDS[name]
    path, draw = tmp_path / name, random.Random(name)
    make(path)
    whole, beside = path.read_bytes(), sorted(tmp_path.iterdir())
    for _ in range(ROUNDS if len(whole) < 200_000 else 8):
        damaged = mutated(whole, draw)
        path.write_bytes(damaged)
        for read in readers:
            start = time.process_time()
            try:
                read(path)
            except JamFlowError as error:
                assert "\n" not in str(error) and len(str(error)) < 600 + len(str(path))
            assert time.process_time() - start < SECONDS
        assert path.read_bytes() == damaged and sorted(tmp_path.iterdir()) == beside
