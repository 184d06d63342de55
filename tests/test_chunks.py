"""The folder of finished chunks: several runs at once, damaged files, silences of hours."""

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.tasks.longform.lines import lines_of_script
from jamflow_core.tasks.longform.store import FRAME, Chunk, Store, digest
from jamflow_core.tasks.longform.timeline import Placed, Timeline
from jamflow_core.text.markup import at_long_pauses
from jamflow_core.text.timed import TimedText, Word

ROOT = Path(__file__).parent.parent
KEY = "a" * 32


def chunk(frames=2):
    text = TimedText("Hi.", ("<sil>", "h", "I", "<sil>"), np.array([0.02] * 4), np.zeros(4, bool), (Word("Hi", 1, 3),))
    return Chunk(np.full(FRAME * frames, 1000, np.int16), np.zeros((frames, 21, 3), np.float32), text)


HOLDER = """
import sys
from jamflow_core.tasks.longform.store import Store
with Store(sys.argv[1], sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_of_the_same_name_is_told_to_wait(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), "a.mp4"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(JamFlowError, match="Wait for the other run"), Store(tmp_path, "a.mp4"):
            pass
        with Store(tmp_path, "a.wav") as other:  # another output beside it may go on
            other.chunk(KEY, chunk)
            other.keep_only([KEY])
    finally:
        holder.communicate()
    with Store(tmp_path, "a.mp4") as free:
        assert free.claim(free.path(KEY))


def test_a_run_keeps_what_another_one_has_claimed(tmp_path):
    with Store(tmp_path, "a.mp4") as first, Store(tmp_path, "a.wav") as second:
        first.chunk(KEY, chunk)
        second.chunk("b" * 32, chunk)
        assert second.claim(second.path(KEY))  # found, not yet finished
        first.keep_only([])
        assert second.path(KEY).exists() and second.path("b" * 32).exists()
        second.keep_only([])
    assert not list(tmp_path.glob("*.safetensors"))


def damaged(change):
    """The metadata of a chunk after `change` has been at it."""
    text = {"text": "Hi.", "symbols": ["<sil>", "h", "I", "<sil>"], "durations": [0.02] * 4, "words": [["Hi", 1, 3]]}
    return json.dumps(change(text))


@pytest.mark.parametrize(
    "meta",
    [
        "", "null and void", "[]", "7", "{}", '"text"',
        damaged(lambda text: text | {"durations": [0.02]}),
        damaged(lambda text: text | {"durations": [float("nan")] * 4}),
        damaged(lambda text: text | {"durations": [-1, 1, 1, 1]}),
        damaged(lambda text: text | {"durations": ["x"] * 4}),
        damaged(lambda text: text | {"durations": [[1, 2], 3, 4, 5]}),
        damaged(lambda text: text | {"symbols": 4}),
        damaged(lambda text: text | {"words": [["Hi", 3, 1]]}),
        damaged(lambda text: text | {"words": [["Hi", 1, 99]]}),
        damaged(lambda text: text | {"words": [["Hi"]]}),
        None,
    ],
)  # fmt: skip
def test_damaged_metadata_is_one_line(tmp_path, meta):
    from safetensors.numpy import save

    store, good = Store(tmp_path), chunk()
    parts = {"wave": good.wave, "exp": good.exp}
    store.path(KEY).write_bytes(save(parts, None if meta is None else {"text": meta}))
    with pytest.raises(JamFlowError, match="Delete .* and run again: it is damaged"):
        store.read(KEY)


@pytest.mark.parametrize(
    "parts",
    [
        {"wave": np.zeros(7, np.int16)},
        {"wave": np.zeros(2 * FRAME, np.float32)},
        {"wave": np.zeros((2, FRAME), np.int16)},
        {"exp": np.zeros((3, 21, 3), np.float32)},
        {"exp": np.full((2, 21, 3), np.nan, np.float32)},
        {"exp": np.zeros((2, 20, 3), np.float32)},
    ],
)
def test_damaged_numbers_are_one_line(tmp_path, parts):
    from safetensors.numpy import save

    store, good = Store(tmp_path), chunk()
    store.path(KEY).write_bytes(save({"wave": good.wave, "exp": good.exp} | parts, {"text": "null"}))
    with pytest.raises(JamFlowError, match="Delete .* and run again: it is damaged"):
        store.read(KEY)


def test_a_chunk_is_read_as_it_was_written(tmp_path):
    store = Store(tmp_path)
    store.write(KEY, chunk())
    found, wanted = store.read(KEY), chunk()
    assert np.array_equal(found.wave, wanted.wave) and found.text.words == wanted.text.words
    assert np.array_equal(found.text.durations, wanted.text.durations) and found.text.symbols == wanted.text.symbols


def test_silences_of_hours_take_no_memory(tmp_path):
    """A first subtitle at 99 h, and an hour behind the last."""
    store, frames = Store(tmp_path), 99 * 3600 * 25
    store.write(KEY, chunk())
    made = Timeline(store, (Placed(KEY, "heart", frames, 2),), rest=3600 * 25)
    assert made.seconds == 100 * 3600 + 0.08
    pieces = made.waves()
    tracemalloc.start()
    total = 0
    for piece in (next(pieces) for _ in range(200)):
        total += len(piece)
    for placed, who, exp in made.motions():
        assert exp[-1].shape == (21, 3) and (who == "heart") == (len(exp) == 2)
    first = next(made.motion_of("heart"))
    assert len(first) < 1000 and not first.any() and total == 200 * 10 * 24000
    digest(np.broadcast_to(np.float32(0), (1 << 22, 21, 3)))
    assert tracemalloc.get_traced_memory()[1] < 40e6
    tracemalloc.stop()
    short = Timeline(store, (Placed(KEY, "heart", 400, 2),), rest=300)
    assert sum(map(len, short.waves())) == short.frames * FRAME == 702 * FRAME
    assert sum(map(len, short.motion_of("heart"))) == 702 and np.abs(np.concatenate(list(short.waves()))).sum() > 0


def test_a_digest_does_not_depend_on_how_an_array_is_held():
    zeros = np.zeros((200_000, 3), np.float32)
    assert digest(zeros) == digest(np.broadcast_to(np.float32(0), zeros.shape)) != digest(zeros[:-1])
    assert digest(np.float32(1)) != digest(np.float32(2)) and digest(np.array(1.0)) == digest(np.array(1.0))


def test_long_pauses_stand_between_lines():
    said = "[pause 12s] One. [pause 2s] Two. " + "[pause 60s]" * 3000 + " Three. [pause 30s]"
    assert at_long_pauses(said, 10) == ([(12.0, "One. [pause 2s] Two."), (180000.0, "Three.")], 30.0)
    lines = lines_of_script(f"[heart] {said}\n[george] Four. [pause 3s] Five.")
    assert [(line.text, line.wait, line.after) for line in lines] == [
        ("One. [pause 2s] Two.", 12.0, 0.0),
        ("Three.", 180000.0, 30.0),
        ("Four. [pause 3s] Five.", 0.0, 0.0),
    ]
    assert at_long_pauses("Just words.", 10) == ([(0.0, "Just words.")], 0.0)
