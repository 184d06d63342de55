"""`animate`: a recording -> the face that says it."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from .bar import Bar
from .files import check_output, read_sound, write_motion
from .options import typed
from .picture import Painter, PictureChoice, add_picture
from .sampling import Sampling, add_sampling


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--audio", required=True)
    parser.add_argument("--text", help="what is said, where the recording is unclear")
    parser.add_argument("--out", required=True, help="the video (.mp4)")
    parser.add_argument("--motion", help="also write the motion (.safetensors)")
    add_picture(parser), add_sampling(parser)


@dataclass(frozen=True)
class Animate:
    """What was asked for."""

    audio: str
    text: str | None
    out: str
    motion: str | None
    picture: PictureChoice
    sampling: Sampling


def run(given: Namespace) -> None:
    from ..audio.loudness import normalise
    from ..clock import MOTION_FPS
    from ..tasks.align import align
    from ..tasks.animate import animate
    from ..tasks.filming import write_film

    options = typed(Animate, given)
    check_output(options.out, ".mp4")
    check_output(options.motion, ".safetensors")
    models, painter = options.sampling.load(), Painter(options.picture, options.sampling)
    wave, portrait = read_sound(options.audio), painter.portrait()
    level = normalise(wave)[0]
    text = align(models, level, options.text) if options.text else None
    with Bar("animating") as tell:
        clip = animate(models, level, text, run=options.sampling.run(models, "animate", tell))
    with Bar("rendering") as tell:
        frames = painter.frames(portrait, clip.motion.numpy(), wave)
        write_film(options.out, frames, MOTION_FPS, wave, count=len(clip.motion), progress=tell)
    print(options.out)
    write_motion(options.motion, clip.motion)
