"""Speech of a given length."""

import numpy as np
import pytest

from jamflow_core.cli.main import main
from jamflow_core.errors import JamFlowError
from jamflow_core.media.sound import load_audio
from jamflow_core.motion.files import load_motion
from jamflow_core.tasks import voices
from jamflow_core.tasks.durations import fill_grid
from jamflow_core.tasks.lasting import lasting

SAID = "The old boat came back to the harbour at noon."
LONG = f"{SAID} [pause 1s] Nobody had seen it for a very long time, and nobody asked where it had been. " * 3


@pytest.mark.parametrize("text, lengths", [(SAID, (2.0, 2.75, 4.0)), (LONG, (24.0, 30.0))])
def test_parts_last_as_long_as_they_are_to(models, text, lengths):
    voice = voices.preset("heart")
    for seconds in lengths:
        parts = lasting(models, text, voice, seconds)
        assert sum(part.seconds for part in parts) == pytest.approx(seconds, abs=1e-4)
        filled = sum(fill_grid(part)[1] for part in parts) * 256 / 24000
        assert seconds - 1e-3 <= filled < seconds + 0.17
        pauses = [part.durations[part.fixed] for part in parts]
        assert text is SAID or np.concatenate(pauses).sum() == pytest.approx(3, abs=0.5)


def test_what_nobody_could_say_is_refused_with_the_range(models):
    for seconds in (0.5, 20.0):
        with pytest.raises(JamFlowError, match=r"^Choose between 1\.\d and \d\.\d seconds for this text"):
            lasting(models, SAID, voices.preset("heart"), seconds)


def test_the_command_line_writes_just_as_much(tmp_path, capsys):
    out, motion = tmp_path / "a.wav", tmp_path / "a.safetensors"
    command = ["speak", SAID, "--steps", "2", "--out", str(out), "--motion", str(motion)]
    assert main([*command, "--seconds", "2.75"]) == 0
    assert load_audio(out)[0].shape[1] == 66000 and load_motion(motion).seconds == pytest.approx(2.76)
    for wrong in (["--seconds", "nan"], ["--seconds", "2", "--speed", "2"], ["--seconds", "0.3"]):
        capsys.readouterr()
        assert main([*command, *wrong]) == 2 and capsys.readouterr().err.startswith("jamflow: ")
