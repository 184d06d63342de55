"""A clip at a glance: what the timeline is sent."""

import json

import numpy as np
import torch

from jamflow_core.tasks.overview import MOST, overview, peaks
from jamflow_core.text.parse import parse


def test_a_clip_is_plain_numbers():
    text = parse("Hello there.")
    text = text.with_durations(np.full(len(text), 0.1))
    wave = torch.zeros(24000)
    wave[12000:12120] = -0.5
    shown = json.loads(json.dumps(overview(1.0, wave, text, np.array([0.0, 0.5, 2.0]))))
    assert shown["seconds"] == 1
    assert shown["peaks"]["rate"] == 200
    assert [index for index, value in enumerate(shown["peaks"]["values"]) if value] == [100]
    assert shown["opening"] == {"rate": 25, "values": [0, 128, 255]}
    assert [word for word, _, _ in shown["words"]] == ["Hello", "there"]
    first, last = shown["words"][0][1:], shown["words"][1][1:]
    assert first[0] == 0.1 and first[1] <= last[0] < last[1]
    assert all(len(phoneme) == 1 and start < end for phoneme, start, end in shown["phonemes"])


def test_what_is_not_known_is_left_out():
    assert overview(2.0) == {"seconds": 2.0}
    assert "words" not in overview(2.0, text=parse("Hello."))


def test_long_clips_stay_small():
    hour = peaks(np.ones(24000 * 3600, np.float32))
    assert len(hour["values"]) <= MOST and abs(len(hour["values"]) / hour["rate"] - 3600) < 1
    shown = overview(3600, opening=np.ones(25 * 3600))
    assert len(shown["opening"]["values"]) <= MOST
    assert abs(len(shown["opening"]["values"]) / shown["opening"]["rate"] - 3600) < 1


def test_silence_is_flat():
    assert set(peaks(np.zeros(1000, np.float32))["values"]) == {0}
