"""Files that commands read and write: checked before the work starts, told when they are there."""

import os
import re
import sys
from pathlib import Path

from ..errors import JamFlowError


def check_output(path: str | None, *endings: str) -> None:
    """Refuse early what could not be written in the end."""
    if path is None:
        return
    target = Path(path)
    if target.suffix.lower() not in endings:
        raise JamFlowError(f"Name the output with {' or '.join(endings)}: {path} has another ending.")
    if target.is_dir() or not target.parent.is_dir():
        raise JamFlowError(
            f"Cannot write {path}: {'it is a folder' if target.is_dir() else 'its folder does not exist'}."
        )
    if not os.access(target.parent, os.W_OK):
        raise JamFlowError(f"Cannot write {path}: the folder is read-only.")


def say(message: str) -> None:
    """Something the user should know, beside the results; parameters of the core (mouth_box=...) as they are called
    here."""
    message = re.sub(r"\b(mouth_box|face|renderer)=", lambda found: f"--{found[1].replace('_', '-')} ", message)
    print(f"jamflow: {message}", file=sys.stderr)


def read_sound(path: str):
    """A file as mono 24 kHz speech [samples]; refuses silence."""
    from ..audio.resample import to_mono_24k
    from ..audio.silence import check_sound
    from ..media.sound import load_audio

    return check_sound(to_mono_24k(*load_audio(path)), Path(path).name)


def write_sound(path: str | None, wave) -> None:
    """Mono 24 kHz speech [samples] to a WAV file, if one is asked for."""
    from ..media.sound import save_wav

    if path:
        save_wav(path, wave)
        print(path)


def write_motion(path: str | None, exp) -> None:
    """Motion [m, 21, 3] at 25 fps to a file, if one is asked for."""
    from ..clock import MOTION_FPS
    from ..motion.files import save_motion

    if path:
        save_motion(path, exp.numpy(), MOTION_FPS)
        print(path)
