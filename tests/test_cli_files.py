"""Files of the command line: inputs are never overwritten, names are checked first, a stopped run leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from jamflow_core.cli.files import check_files, same_file
from jamflow_core.cli.main import main
from jamflow_core.cli.script import motion_files
from jamflow_core.errors import JamFlowError
from jamflow_core.media.sound import load_audio, save_wav
from jamflow_core.motion.files import load_motion, save_motion

ROOT = Path(__file__).parent.parent
VOICE = str(ROOT / "jamflow_core" / "weights" / "voices" / "george.opus")
FACE = str(ROOT / "portraits" / "mona_lisa.jpg")


@pytest.fixture
def files(tmp_path):
    """A recording, a motion and subtitles, and links to them."""
    save_wav(tmp_path / "a.wav", 0.3 * torch.sin(torch.arange(24000) / 20))
    save_motion(tmp_path / "m.safetensors", np.zeros((25, 21, 3), np.float32), 25)
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello.\n", encoding="utf-8")
    (tmp_path / "t.mp4").write_bytes(b"a video")
    (tmp_path / "soft.wav").symlink_to(tmp_path / "a.wav")
    os.link(tmp_path / "a.wav", tmp_path / "hard.wav")
    (tmp_path / "sub").mkdir()
    return tmp_path


OVERWRITING = [
    ["edit", "--audio", "a.wav", "--text", "Hi.", "--span", "0:1", "--out", "a.wav"],
    ["edit", "--audio", "a.wav", "--text", "Hi.", "--span", "0:1", "--out", "./sub/../a.wav"],
    ["edit", "--audio", "soft.wav", "--text", "Hi.", "--span", "0:1", "--out", "a.wav"],
    ["edit", "--audio", "a.wav", "--text", "Hi.", "--span", "0:1", "--out", "soft.wav"],
    ["edit", "--audio", "a.wav", "--text", "Hi.", "--span", "0:1", "--out", "hard.wav"],
    [
        "edit",
        "--audio",
        "a.wav",
        "--motion",
        "m.safetensors",
        "--face-span",
        "0:1",
        "--out",
        "b.wav",
        "--motion-out",
        "m.safetensors",
    ],
    ["speak", "--srt", "s.srt", "--srt-out", "s.srt", "--out", "b.wav"],
    ["speak", "Hi.", "--voice", "a.wav", "--wav", "a.wav", "--out", "b.mp4"],
    ["speak", "Hi.", "--wav", "b.wav", "--out", "b.wav"],
    ["speak", "--script", "s.srt", "--cast", "x=a.wav", "--out", "a.wav"],
    ["speak", "Hi.", "--upper-face", "t.mp4", "--out", "t.mp4"],
    ["animate", "--audio", "t.mp4", "--out", "t.mp4"],
    ["dub", "Hi.", "--video", "t.mp4", "--out", "t.mp4"],
    ["dub", "Hi.", "--motion", "m.safetensors", "--voice", "a.wav", "--out", "c.mp4", "--wav", "soft.wav"],
]


@pytest.mark.parametrize("command", OVERWRITING, ids=lambda command: " ".join(command[:3] + command[-2:]))
def test_no_output_takes_the_place_of_an_input_or_another_output(files, command, monkeypatch, capsys):
    monkeypatch.chdir(files)
    before = {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()}
    assert main(command) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("jamflow: Choose another name for --") and len(error.splitlines()) == 1
    assert {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()} == before


def test_files_that_are_not_there_yet_are_compared_by_their_names(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert same_file(tmp_path / "real" / "a.wav", tmp_path / "link" / "a.wav")
    assert not same_file(tmp_path / "real" / "a.wav", tmp_path / "real" / "b.wav")
    check_files({"--audio": str(tmp_path / "a.wav"), "--text": None}, {"--out": str(tmp_path / "b.wav")})
    with pytest.raises(JamFlowError, match="Choose another name for --out: .* is read as --audio"):
        check_files({"--audio": str(tmp_path / "real" / "a.wav")}, {"--out": str(tmp_path / "link" / "a.wav")})


@pytest.mark.parametrize("name", ["a" * 260, "nul\0", "\ud800"], ids=["long", "nul", "surrogate"])
@pytest.mark.parametrize(
    "command",
    [
        ["speak", "Hi.", "--out", "{}.mp4"],
        ["speak", "Hi.", "--voice", "{}.wav", "--out", "b.mp4"],
        ["edit", "--audio", "{}.wav", "--text", "Hi.", "--span", "0:1", "--out", "b.wav"],
        ["speak", "--script", "{}.txt", "--out", "b.wav"],
    ],
    ids=["out", "voice", "audio", "script"],
)
def test_names_that_no_file_can_have_are_one_line(name, command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([part.format(name) for part in command]) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("jamflow: ") and len(error.splitlines()) == 1 and not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_colon_in_a_name_is_a_sign_like_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_wav("2024-05-01T12:30:00.wav", load_audio(VOICE)[0][:, :72000], 48000)
    command = ["--portrait", FACE, "--steps", "2", "--still", "--out", "take:1.mp4", "--motion", "C:\\m.safetensors"]
    assert main(["animate", "--audio", "2024-05-01T12:30:00.wav", *command]) == 0
    assert load_audio("take:1.mp4")[0].shape[1] and load_motion("C:\\m.safetensors").seconds == pytest.approx(
        1.5, abs=0.1
    )


def test_sound_and_motion_alone_are_results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("jamflow_core.cli.picture.Painter.portrait", None)  # nobody asks for a portrait
    assert main(["speak", "The old boat.", "--steps", "2", "--out", "x.wav", "--srt-out", "x.srt"]) == 0
    assert main(["speak", "The old boat.", "--steps", "2", "--motion", "x.safetensors"]) == 0
    assert main(["animate", "--audio", "x.wav", "--steps", "2", "--motion", "y.safetensors"]) == 0
    assert main(["dub", "The old boat.", "--motion", "x.safetensors", "--steps", "2", "--out", "y.wav"]) == 0
    seconds = load_audio("x.wav")[0].shape[1] / 24000
    assert load_motion("y.safetensors").seconds == pytest.approx(seconds, abs=0.05)
    assert load_audio("y.wav")[0].shape[1] / 24000 == pytest.approx(load_motion("x.safetensors").seconds, abs=0.2)
    assert "old boat" in Path("x.srt").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "x.safetensors",
        "x.srt",
        "x.wav",
        "y.safetensors",
        "y.wav",
    ]


@pytest.mark.parametrize(
    "command",
    [
        ["speak", "Hi."],
        ["animate", "--audio", VOICE],
        ["dub", "Hi.", "--motion", "m"],
        ["dub", "Hi.", "--video", "v", "--relip", "--out", "x.wav"],
    ],
)
def test_a_command_that_writes_nothing_says_so(command, capsys):
    assert main(command) == 2
    assert capsys.readouterr().err.startswith("jamflow: Name ")


def test_speakers_whose_names_are_the_same_as_files_have_two():
    named = motion_files("m.safetensors", ["Tom/Jerry", "Tom_Jerry", "tom jerry"])
    assert [path.name for path in named.values()] == [
        "m.Tom_Jerry.safetensors",
        "m.Tom_Jerry_2.safetensors",
        "m.tom_jerry_3.safetensors",
    ]
    assert motion_files("m.safetensors", ["anna"]) == {"anna": Path("m.safetensors")} and not motion_files(None, ["a"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_nothing(number, tmp_path):
    """While it renders, with half of a video written."""
    save_motion(tmp_path / "m.safetensors", np.zeros((3000, 21, 3), np.float32), 25)
    save_wav(tmp_path / "a.wav", 0.1 * torch.randn(60 * 24000, generator=torch.Generator().manual_seed(0)))
    command = [sys.executable, "-m", "jamflow_core", "animate", "--audio", "a.wav", "--steps", "1", "--portrait", FACE]
    given = {path.name for path in tmp_path.iterdir()}
    run = subprocess.Popen(
        [*command, "--out", "out.mp4"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 120
    while not list(tmp_path.glob(".*.part")) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert list(tmp_path.glob(".*.part")) and run.poll() is None
    run.send_signal(number)
    error = run.communicate(timeout=120)[1]
    assert run.returncode == 128 + number and "stopped; no output is half-written" in error and "Traceback" not in error
    assert {path.name for path in tmp_path.iterdir()} == given
