"""`animate`: a recording -> the face that says it."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from ..errors import JamFlowError
from .bar import Bar, Count
from .files import check_ending, check_files, read_speech, write_motion
from .options import typed
from .picture import Painter, PictureChoice, add_picture
from .reading import Reading, add_reading
from .sampling import Sampling, add_sampling


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--audio", required=True)
    parser.add_argument("--text", help="what is said, where the recording is unclear")
    parser.add_argument("--out", help="the video (.mp4)")
    parser.add_argument("--motion", help="write the motion (.safetensors)")
    add_reading(parser)
    add_picture(parser)
    add_sampling(parser)


@dataclass(frozen=True)
class Animate:
    """What was asked for."""

    audio: str
    text: str | None
    out: str | None
    motion: str | None
    picture: PictureChoice
    reading: Reading
    sampling: Sampling


def run(given: Namespace) -> None:
    from ..audio.loudness import normalise
    from ..clock import MOTION_FPS
    from ..tasks.align import align
    from ..tasks.animate import animate
    from ..tasks.filming import sound_of, write_film

    options = typed(Animate, given)
    writes = {"--out": options.out, "--motion": options.motion}
    if not any(writes.values()):
        raise JamFlowError("Name what to write: --out with .mp4, or --motion with .safetensors.")
    check_ending("the output", options.out, ".mp4")
    check_ending("--motion", options.motion, ".safetensors")
    groups = (options.reading.reads(), options.picture.reads(), options.sampling.reads())
    check_files({"--audio": options.audio} | {name: path for reads in groups for name, path in reads.items()}, writes)
    models, painter = options.sampling.load(), Painter(options.picture, options.sampling)
    recording, wave = read_speech(options.audio)
    portrait = painter.portrait() if options.out else None
    level = normalise(wave)[0]
    text = align(models, level, options.text, options.reading.language()) if options.text else None
    with Bar("animating") as tell:
        clip = animate(models, level, text, run=options.sampling.run(models, "animate", tell))
    if options.out:
        with Count("rendering", len(clip.motion)) as tell:
            frames = painter.frames(portrait, clip.motion.numpy(), wave, clip.text)
            write_film(options.out, frames, MOTION_FPS, sound_of(recording), tell)
        print(options.out)
    write_motion(options.motion, clip.motion)
