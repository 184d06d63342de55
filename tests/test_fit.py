"""How a text fits a clip's lips: by how much it is too long or too short, and new lips where it is."""

from pathlib import Path

import av
import numpy as np
import pytest
import torch

from jamflow_core.cli.main import main
from jamflow_core.errors import JamFlowError
from jamflow_core.media.picture import read_image
from jamflow_core.media.sound import load_audio
from jamflow_core.media.video import VideoWriter
from jamflow_core.motion.basis import state_to_exp
from jamflow_core.motion.files import save_motion
from jamflow_core.tasks import voices
from jamflow_core.tasks.dub import dub
from jamflow_core.tasks.fit import Fit, fit_of, lip_seconds

FACE = Path(__file__).parent.parent / "portraits" / "mona_lisa.jpg"
LONG = "There is far too much to be said in so short a moment, and nobody would be able to follow it at all."


def lips(seconds: float, rest: float = 0.4) -> torch.Tensor:
    """A mouth that opens and closes for `seconds`, at rest before and after."""
    state = np.zeros((round((seconds + 2 * rest) * 25), 5))
    inside = slice(round(rest * 25), round((rest + seconds) * 25))
    state[inside, 0] = 0.3 + 0.25 * np.sin(np.arange(inside.stop - inside.start))
    return torch.from_numpy(state_to_exp(state))


def test_the_time_for_which_lips_move():
    assert lip_seconds(lips(2.0)) == pytest.approx(2.0, abs=0.05)
    assert lip_seconds(torch.zeros(50, 21, 3)) == 0


@pytest.mark.parametrize(
    "fit, words",
    [
        (Fit(3.0, 2.9, 9), None),
        (Fit(6.0, 3.0, 20), "shorten the text by about 6 words, or re-lip the clip: the text takes 6.0 s"),
        (Fit(1.0, 3.0, 4), "lengthen the text"),
        (Fit(1.0, 0.0, 4), "re-lip the clip, or choose another: its lips"),
    ],
)
def test_advice_says_by_how_much(fit, words):
    assert fit.advice() is None if words is None else fit.advice().startswith(words)


def test_a_text_that_cannot_fit_is_refused(models):
    voice, motion = voices.preset("heart"), lips(1.5)
    assert (
        fit_of(models, LONG, motion, voice).lost and fit_of(models, "He is at home.", lips(1.1), voice).advice() is None
    )
    with pytest.raises(JamFlowError, match="Shorten the text by about .* words, or re-lip the clip: .* s too little"):
        dub(models, LONG, motion, voice)


def test_a_video_gets_new_lips_and_holds_its_last_frame(tmp_path):
    import cv2

    source, out, wav = tmp_path / "source.mp4", tmp_path / "out.mp4", tmp_path / "out.wav"
    picture = cv2.resize(read_image(FACE), (192, 192))
    with VideoWriter(source, 25, (192, 192)) as writer:
        for _ in range(15):
            writer.write(picture)
    command = ["dub", "The old boat came back.", "--video", str(source), "--relip", "--steps", "2"]
    assert main([*command, "--out", str(out), "--wav", str(wav)]) == 0
    with av.open(str(out)) as video:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in video.decode(video=0)]
    assert abs(len(frames) / 25 - load_audio(wav)[0].shape[1] / 24000) < 0.1 and len(frames) > 15
    assert max(np.abs(frame[80:] - frames[0][80:]).max() for frame in frames[15:]) > 40


def test_the_command_line_says_what_does_not_fit(tmp_path, capsys):
    motion = tmp_path / "m.safetensors"
    save_motion(motion, lips(4.0).numpy(), 25)
    command = ["dub", "Well, hello there.", "--motion", str(motion), "--steps", "2", "--portrait", str(FACE)]
    assert main([*command, "--out", str(tmp_path / "a.mp4")]) == 0
    assert "lengthen the text, or re-lip the clip" in capsys.readouterr().err
    assert main([*command, "--relip", "--out", str(tmp_path / "b.mp4")]) == 2
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith("jamflow: Give --relip a --video")
