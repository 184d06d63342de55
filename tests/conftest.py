"""Tests run from a checkout, without an installed package."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

HOP = 256  # samples a mel frame


@pytest.fixture
def cache(tmp_path):
    """A prepared corpus of 70 clips of noise, in the format of jamflow_core.train.corpus."""
    count, frames = 70, 40
    rng = np.random.default_rng(0)
    np.save(tmp_path / "waves.npy", np.zeros(count * frames * HOP, np.int16))
    np.save(tmp_path / "mels.npy", rng.standard_normal((count * frames, 100)).astype(np.float16))
    seconds = [frames * HOP / 24000 / 4] * 4
    clip = {
        "voice": "noise",
        "text": "Hi.",
        "phonemes": "hI",
        "durations": [1, 1, 1, 1],
        "seconds": seconds,
        "frames": frames,
    }
    places = [
        {"id": str(i), "samples": frames * HOP, "sample": i * frames * HOP, "frame": i * frames} for i in range(count)
    ]
    (tmp_path / "clips.json").write_text(json.dumps([clip | place for place in places]))
    return tmp_path


@pytest.fixture(scope="session")
def models():
    """The embedded models, loaded once."""
    from jamflow_core.models import LoadedModels

    return LoadedModels()
