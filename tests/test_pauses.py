"""Long pauses: cut out of what the model paints, put back as silence, on both grids."""

import numpy as np
import pytest
import torch

from jamflow_core.clock import CELL, GRID
from jamflow_core.flow.sampler import Settings
from jamflow_core.models import LoadedModels
from jamflow_core.tasks import voices
from jamflow_core.tasks.durations import fill_grid
from jamflow_core.tasks.front_ends import PHONEMES, phonemes
from jamflow_core.tasks.pauses import hushed, with_rests, without_rests
from jamflow_core.tasks.run import Run
from jamflow_core.tasks.speak import speak
from jamflow_core.text.parse import parse
from jamflow_core.tokens import SILENCE

RATE = 93.75


def timed(text):
    parsed = parse(text)
    return fill_grid(parsed.with_durations(np.full(len(parsed), 0.06)))


@pytest.mark.parametrize(
    "text, pauses",
    [
        ("Hello there.", 0),
        ("Hello. [pause 0.3s] Yes.", 0),
        ("Hello. [pause 3s] Yes.", 1),
        ("[pause 9s] Hi. [pause 1s] Yes. [pause 60s]", 3),
    ],
)
def test_pauses_are_taken_and_put_back(text, pauses):
    whole, frames = timed(text)
    short, rests = without_rests(whole)
    assert len(rests) == pauses and all(place % GRID == taken % GRID == 0 for place, taken in rests.items())
    left = frames - sum(rests.values())
    assert short.seconds == pytest.approx(left / RATE, abs=0.011) and left / RATE < 3
    inner = [d for d, symbol in zip(short.durations, short.symbols) if symbol == SILENCE]
    assert max(inner) < 0.6 and min(inner) > 0.009
    mel = torch.arange(float(left))[:, None].expand(-1, 100)
    mouth = torch.ones(left // GRID * CELL, 18)
    sound, mouths = with_rests(mel, mouth, rests)
    faces = torch.cat(mouths)
    assert len(sound) == frames and len(faces) == frames // GRID * CELL
    assert int((faces[:, 0] == 0).sum()) == sum(rests.values()) // GRID * CELL
    starts, were = whole.starts() * RATE, short.starts() * RATE
    for word in whole.words:  # every sound is where the text says
        at = int(np.ceil(starts[word.first]))
        assert sound[at, 0] == pytest.approx(were[word.first], abs=1.5)


def test_silences_are_hushed_and_sounds_are_not():
    text, frames = timed("Hello. [pause 1s] Yes.")
    mel = torch.zeros(frames, 100)
    starts = text.starts() * RATE
    (pause,) = (i for i in range(1, len(text) - 1) if text.symbols[i] == SILENCE)
    middle = int((starts[pause] + starts[pause + 1]) / 2)
    mel[middle] = -9
    quiet = hushed(mel, text)
    assert (quiet[middle - 25 : middle + 25] == -9).all() and (mel == 0).sum() > 0
    for word in text.words:
        assert (quiet[int(starts[word.first]) - 5 : int(starts[word.last]) + 5] == 0).all()


def test_the_model_never_paints_a_long_pause(monkeypatch):
    painted = []
    real = phonemes.canvases_of
    monkeypatch.setattr(phonemes, "canvases_of", lambda *given: painted.append(given[2]) or real(*given))
    settings = Settings(steps=1, text_guidance=0.0, reference_guidance=0.0)
    clip = speak(LoadedModels(), "Hello there. [pause 20s] Bye.", voices.preset("heart"), run=Run(settings))
    assert sum(painted) < 4 * RATE and clip.text.seconds > 20
    assert (
        len(clip.mel) == pytest.approx(clip.text.seconds * RATE, abs=1)
        and len(clip.motion) * GRID == len(clip.mel) * CELL
    )
    still = clip.motion[int(4 * 25) : int(18 * 25)]
    assert not still.any() and clip.motion.any()


def test_a_long_pause_does_not_tear_a_sentence():
    """It does not count as room that the words would need."""
    parts = PHONEMES.plan(LoadedModels(), "Hello there. [pause 8s] How are you?", voices.preset("heart"), 1.0)
    assert all(part.text in ("Hello there.", "How are you?", "Hello there. How are you?") for part in parts)
