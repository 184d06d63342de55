"""The command line on real input: every job end to end with the embedded weights, and one clear line for bad input."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from jamflow_core.audio.resample import to_mono_24k
from jamflow_core.cli.files import check_files
from jamflow_core.cli.main import main
from jamflow_core.media.sound import load_audio, save_wav
from jamflow_core.motion.files import load_motion, save_motion

ROOT = Path(__file__).parent.parent
FACE = str(ROOT / "portraits" / "mona_lisa.jpg")
VOICE = str(ROOT / "jamflow_core" / "weights" / "voices" / "george.opus")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """One `speak` whose outputs the other jobs take as input."""
    folder = tmp_path_factory.mktemp("spoken")
    paths = {"out": folder / "a.mp4", "wav": folder / "a.wav", "motion": folder / "a.safetensors"}
    flags = [part for name, path in paths.items() for part in (f"--{name}", str(path))]
    assert main(["speak", "The old boat came back.", "--portrait", FACE, "--steps", "4", *flags]) == 0
    return paths


def test_speak_writes_video_speech_and_motion_of_one_length(spoken):
    wave, rate = load_audio(spoken["wav"])
    motion = load_motion(spoken["motion"])
    assert rate == 24000 and 0.8 < wave.shape[-1] / rate < 5
    assert motion.fps == 25 and abs(motion.seconds - wave.shape[-1] / rate) < 0.1
    assert motion.exp.shape[1:] == (21, 3) and np.abs(motion.exp).max() > 0.005
    sound, _ = load_audio(spoken["out"])
    assert float(sound.abs().max()) > 0.02
    assert not list(spoken["out"].parent.glob("*.part*"))


def test_speak_repeats_itself(spoken, tmp_path):
    again = tmp_path / "b.wav"
    command = ["speak", "The old boat came back.", "--portrait", FACE, "--steps", "4", "--out", str(tmp_path / "b.mp4")]
    assert main([*command, "--wav", str(again)]) == 0
    assert again.read_bytes() == spoken["wav"].read_bytes()


def test_animate(spoken, tmp_path):
    out, motion = tmp_path / "c.mp4", tmp_path / "c.safetensors"
    command = ["animate", "--audio", str(spoken["wav"]), "--portrait", FACE, "--steps", "4", "--out", str(out)]
    assert main([*command, "--motion", str(motion)]) == 0
    wave, rate = load_audio(spoken["wav"])
    assert out.exists() and abs(load_motion(motion).seconds - wave.shape[-1] / rate) < 0.05


def test_dub(spoken, tmp_path):
    out, wav = tmp_path / "d.mp4", tmp_path / "d.wav"
    command = ["dub", "The old boat came back.", "--motion", str(spoken["motion"]), "--voice", VOICE, "--steps", "4"]
    assert main([*command, "--portrait", FACE, "--out", str(out), "--wav", str(wav)]) == 0
    assert abs(load_audio(wav)[0].shape[-1] / 24000 - load_motion(spoken["motion"]).seconds) < 0.2


def test_edit_keeps_what_is_outside_the_span(tmp_path):
    out = tmp_path / "e.wav"
    take, rate = tmp_path / "take.wav", 24000
    save_wav(take, to_mono_24k(*load_audio(ROOT / "jamflow_core" / "weights" / "voices" / "bella.opus")))
    text = "The glare of the moon snow-blinded her."
    command = ["edit", "--audio", str(take), "--text", text, "--span", "0.73:1.23", "--steps", "4", "--out", str(out)]
    assert main(command) == 0
    before, after = (load_audio(path)[0][0] for path in (take, out))
    assert torch.equal(before[: int(0.5 * rate)], after[: int(0.5 * rate)])
    assert torch.equal(before[-int(0.5 * rate) :], after[-int(0.5 * rate) :])
    middle = slice(int(0.8 * rate), int(1.1 * rate))
    assert not torch.equal(before[middle], after[middle])


def test_info(capsys):
    assert main(["info"]) == 0
    assert "heart" in capsys.readouterr().out


def write(path: Path, content: bytes | str) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


BAD = {
    "empty text": (["speak", "  "], "Write what is to be said"),
    "no words": (["speak", "... !!!"], "Write some English words"),
    "10,000 characters": (["speak", "word " * 2000], "Shorten the text"),
    "Russian": (["speak", "Привет"], ""),
    "unknown voice": (["speak", "Hi.", "--voice", "nobody"], 'Unknown voice "nobody"'),
    "text named .png": (["speak", "Hi.", "--portrait", "{text}.png"], ""),
    "missing portrait": (["speak", "Hi.", "--portrait", "{folder}/none.png"], ""),
    "a face nowhere": (["speak", "Hi.", "--portrait", "{blank}"], "Give --mouth-box x0,y0,x1,y1"),
    "steps": (["speak", "Hi.", "--steps", "0"], "--steps must be"),
    "speed": (["speak", "Hi.", "--speed", "9"], "--speed must be"),
    "seed": (["speak", "Hi.", "--seed", "-1"], "--seed must be"),
    "a clip of no length": (["edit", "--audio", "{short}", "--text", "Hi.", "--span", "0:0.01"], "Give a longer clip"),
    "mouth box": (["speak", "Hi.", "--mouth-box", "1,2"], "Write --mouth-box"),
    "a model that is none": (["speak", "Hi.", "--model", "{text}.png"], ""),
    "silent audio": (["animate", "--audio", "{silent}"], ""),
    "text named .wav": (["animate", "--audio", "{text}.wav"], ""),
    "missing motion": (["dub", "Hi.", "--motion", "{folder}/none.safetensors"], ""),
    "motion that is none": (["dub", "Hi.", "--motion", "{text}.safetensors"], ""),
    "a video that is none": (["dub", "Hi.", "--video", "{text}.mp4"], ""),
    "script missing": (["speak", "--script", "{folder}/none.txt"], "No script at"),
    "script without words": (["speak", "--script", "{text}.mp4", "--cast", "a=b,c"], ""),
    "a cast that is none": (["speak", "--script", "{text}.mp4", "--cast", "anna"], "Write --cast as"),
    "subtitles that are none": (["speak", "--srt", "{text}.mp4"], "No subtitles found"),
    "a smile that is none": (["speak", "Hi.", "--smile", "broad"], "Write smile as"),
    "blinks": (["speak", "Hi.", "--blink", "9"], "--blink must be"),
    "span backwards": (["edit", "--audio", VOICE, "--text", "Hi.", "--span", "2:1"], "Write --span"),
    "span outside": (
        ["edit", "--audio", VOICE, "--text", "Hi there.", "--span", "20:21"],
        "Give spans inside the clip: 20.00:21.00",
    ),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_input_is_one_line_and_writes_nothing(name, tmp_path, capsys):
    command, words = BAD[name]
    places = {"folder": str(tmp_path), "text": str(tmp_path / "text")}
    for ending in ("png", "wav", "safetensors", "mp4"):
        write(tmp_path / f"text.{ending}", "this is no such file\n" * 50)
    if "{blank}" in str(command):
        import cv2

        places["blank"] = str(tmp_path / "blank.png")
        cv2.imwrite(places["blank"], np.full((256, 256, 3), 200, np.uint8))
    places["silent"] = str(tmp_path / "silent.wav")
    save_wav(places["silent"], torch.zeros(24000))
    places["short"] = str(tmp_path / "short.wav")
    save_wav(places["short"], torch.full((300,), 0.3))
    out = tmp_path / ("out.wav" if command[0] == "edit" else "out.mp4")
    out.write_bytes(b"already here")
    arguments = [part.format(**places) if "{" in part else part for part in command]
    assert main([*arguments, "--out", str(out)]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith(f"jamflow: {words}") and "Traceback" not in error
    assert out.read_bytes() == b"already here"


@pytest.mark.parametrize("target", ("{}/none/a.mp4", "{}/a.avi", "{}"))
def test_outputs_are_checked_first(target, tmp_path, capsys):
    assert main(["speak", "Hi.", "--out", target.format(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("jamflow: ")


@pytest.mark.skipif(sys.platform == "win32", reason="folders of Windows are always writable")
@pytest.mark.parametrize("mode, words", [(0o555, "the folder is read-only"), (0o000, "Permission denied")])
def test_folders_that_one_may_not_write_or_enter(mode, words):
    """Root may write everywhere, so it becomes nobody for this, in a process of its own."""
    check_files({}, {})  # what a nobody may not import is there before
    folder = Path(tempfile.mkdtemp())
    (folder / "inner").mkdir()
    folder.chmod(mode)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        said = b"nothing"
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            check_files({}, {"--out": str(folder / ("a.mp4" if mode else "inner/a.mp4"))})
        except BaseException as error:
            said = f"{type(error).__name__}: {error}".encode()
        os.write(write, said)
        os._exit(0)
    os.waitpid(child, 0)
    folder.chmod(0o700)
    shutil.rmtree(folder)
    said = os.read(read, 1000).decode()
    assert said.startswith("JamFlowError: Cannot write") and words in said


def test_an_interrupted_run_leaves_nothing(tmp_path, monkeypatch):
    from jamflow_core.render.mesh import MeshPortrait

    motion = tmp_path / "m.safetensors"
    save_motion(motion, np.zeros((50, 21, 3), np.float32), 25)

    def stopped(*_, **__):
        yield np.zeros((512, 512, 3), np.uint8)
        raise KeyboardInterrupt

    monkeypatch.setattr(MeshPortrait, "frames", stopped)
    out = tmp_path / "a.mp4"
    assert main(["speak", "Hi.", "--steps", "2", "--portrait", FACE, "--out", str(out)]) == 130
    assert not out.exists() and sorted(path.name for path in tmp_path.iterdir()) == ["m.safetensors"]


def test_speak_a_script(tmp_path, capsys):
    script, out, wav = tmp_path / "s.txt", tmp_path / "s.mp4", tmp_path / "s.wav"
    script.write_text("[anna] Hello there.\n[george] No.\n", encoding="utf-8")
    subtitles, motion = tmp_path / "s.srt", tmp_path / "s.safetensors"
    command = ["speak", "--script", str(script), "--cast", f"anna={VOICE},{FACE}", "--portrait", FACE, "--steps", "2"]
    extra = [
        "--wav",
        str(wav),
        "--srt-out",
        str(subtitles),
        "--motion",
        str(motion),
        "--smile",
        "0:0,1:0.4",
        "--sway",
        "0",
    ]
    assert main([*command, *extra, "--out", str(out)]) == 0
    seconds = load_audio(wav)[0].shape[1] / 24000
    assert "[george] No." in subtitles.read_text(encoding="utf-8") and (tmp_path / "s.chunks").is_dir()
    assert (
        load_motion(tmp_path / "s.anna.safetensors").seconds
        == load_motion(tmp_path / "s.george.safetensors").seconds
        == seconds
    )
    before = wav.read_bytes()
    capsys.readouterr()
    assert main([*command, "--wav", str(wav), "--out", str(tmp_path / "again.wav")]) == 0
    assert main([*command, *extra, "--out", str(out)]) == 0
    assert "2 of 2 chunks were there already" in capsys.readouterr().err and wav.read_bytes() == before
    assert (
        main(
            [
                "speak",
                "--srt",
                str(subtitles),
                "--steps",
                "2",
                "--cast",
                f"anna={VOICE}",
                "--out",
                str(tmp_path / "srt.wav"),
            ]
        )
        == 0
    )
    assert load_audio(tmp_path / "srt.wav")[0].shape[1] / 24000 == pytest.approx(seconds, abs=0.6)


def test_speakers_with_awkward_names(tmp_path):
    """A recording as the narrator, and a name that no file can have."""
    script, out, motion = tmp_path / "s.txt", tmp_path / "s.wav", tmp_path / "s.safetensors"
    script.write_text("Hello there.\n[heart] No.\n", encoding="utf-8")
    flags = ["--steps", "2", "--out", str(out), "--motion", str(motion)]
    assert main(["speak", "--script", str(script), "--voice", VOICE, *flags, "--srt-out", str(tmp_path / "s.srt")]) == 0
    assert "[george] Hello there." in (tmp_path / "s.srt").read_text(encoding="utf-8")
    script.write_text("[Tom/Jerry] Hello there.\n[heart] No.\n", encoding="utf-8")
    assert main(["speak", "--script", str(script), "--cast", "Tom/Jerry=george", *flags]) == 0
    assert {path.name for path in tmp_path.glob("*.safetensors")} == {
        "s.george.safetensors",
        "s.heart.safetensors",
        "s.Tom_Jerry.safetensors",
    }
