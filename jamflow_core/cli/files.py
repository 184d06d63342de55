"""Files that commands read and write: checked before the work starts, told when they are there."""

import os
import sys
from pathlib import Path

from ..atomic import check_name
from ..errors import JamFlowError, named

# An option's name -> the path that was given, None where there is none.
Paths = dict[str, str | None]


def check_files(reads: Paths, writes: Paths) -> None:
    """Refuse early names that no file can have, places that cannot be written, and outputs that would take the place of
    an input or of another output. What is read may be something else than a file (a preset voice), or not be there."""
    reads = {name: path for name, path in reads.items() if path}
    writes = {name: path for name, path in writes.items() if path}
    for path in (*reads.values(), *writes.values()):
        check_name(path)
    for name, path in writes.items():
        _check_place(path)
        for other, taken in (reads | writes).items():
            if other != name and same_file(path, taken):
                does = "is read as" if other in reads else "is also the name of"
                raise JamFlowError(f"Choose another name for {name}: {path} {does} {other}.")


def same_file(one: str | os.PathLike, other: str | os.PathLike) -> bool:
    """Whether two names lead to the same file, through links too, or would if it were there."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def check_ending(option: str, path: str | None, *endings: str) -> None:
    """JamFlowError where a name does not say what is to be written."""
    if path is not None and Path(path).suffix.lower() not in endings:
        raise JamFlowError(f"Name {option} with {' or '.join(endings)}: {path} has another ending.")


def _check_place(path: str) -> None:
    target, why = Path(path), None
    try:
        if target.is_dir():
            why = "it is a folder"
        elif not target.parent.is_dir():
            why = "its folder does not exist"
        elif not os.access(target.parent, os.W_OK):
            why = "the folder is read-only"
    except OSError as error:  # a folder that one may not enter
        why = error.strerror
    if why:
        raise JamFlowError(f"Cannot write {path}: {why}.")


def say(message: str) -> None:
    """Something the user should know, beside the results."""
    told = named(message, lambda parameter: f"--{parameter.replace('_', '-')} ")
    print(f"jamflow: {told}", file=sys.stderr)


def read_speech(path: str):
    """A recording as it is stored (media.sound.Recording), and what a model hears of it: mono, 24 kHz, [samples].
    JamFlowError: silence."""
    import torch

    from ..audio.resample import to_mono_24k
    from ..audio.silence import check_sound
    from ..media.sound import heard, read_sound

    found = read_sound(path)
    speech = to_mono_24k(torch.from_numpy(heard(found)), found.rate)
    return found, check_sound(speech, Path(path).name)


def write_sound(path: str | None, wave) -> None:
    """Mono 24 kHz speech [samples] to a WAV file, if one is asked for."""
    from ..media.sound import save_wav

    if path:
        save_wav(path, wave)
        print(path)


def write_like(path: str, samples, recording) -> None:
    """Samples [channels, n] to a WAV file of a recording's rate, channels and format; as floats where they go beyond
    full scale."""
    from ..media.sound import save_wav, stream_wav

    form = recording.form
    if form != "f64" and float(samples.abs().max()) > 1:
        form = "f32"
    if "channels" in recording.layout:  # nobody knows their places
        save_wav(path, samples, recording.rate, form)
    else:
        stream_wav(path, [samples.numpy()], recording.rate, recording.layout, form)
    print(path)


def write_motion(path: str | None, exp) -> None:
    """Motion [m, 21, 3] at 25 fps to a file, if one is asked for."""
    from ..clock import MOTION_FPS
    from ..motion.files import save_motion

    if path:
        save_motion(path, exp.numpy(), MOTION_FPS)
        print(path)
