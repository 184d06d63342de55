"""`dub`: text and lips -> speech on the lips' timing; with --relip the video gets new lips instead."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from ..errors import JamFlowError
from .bar import Bar
from .files import check_output, say, write_sound
from .options import TEXT_LIMIT, typed
from .picture import Painter, PictureChoice, add_picture
from .sampling import Sampling, add_sampling
from .voice import VoiceChoice, add_voice

# Speech for new lips is at most this much faster than the voice's own pace, to fit the clip.
HURRY = 1.25


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("text")
    lips = parser.add_mutually_exclusive_group(required=True)
    lips.add_argument("--motion", help="lip motion (.safetensors)")
    lips.add_argument("--video", help="a video with a face; its pictures are kept")
    add = parser.add_argument
    add("--relip", action="store_true", help="speak at the voice's own pace and give the video new lips")
    add("--out", required=True, help="the video (.mp4)")
    add("--wav", help="also write the speech")
    add_voice(parser), add_picture(parser), add_sampling(parser)


@dataclass(frozen=True)
class Dub:
    """What was asked for."""

    text: str
    motion: str | None
    video: str | None
    relip: bool
    out: str
    wav: str | None
    voice: VoiceChoice
    picture: PictureChoice
    sampling: Sampling


def run(given: Namespace) -> None:
    import torch

    from ..catalog.templates import open_motion
    from ..clock import MOTION_FPS
    from ..tasks.fit import fit_of
    from ..text.parse import check_text

    options = typed(Dub, given)
    check_output(options.out, ".mp4")
    check_output(options.wav, ".wav")
    if options.relip and not options.video:
        raise JamFlowError("Give --relip a --video: it is the video that gets new lips.")
    check_text(options.text, TEXT_LIMIT)
    models, painter = options.sampling.load(), Painter(options.picture, options.sampling)
    motion = painter.motion_of(options.video) if options.video else open_motion(options.motion)
    portrait = None if options.video else painter.portrait(options.voice.voice)
    exp = torch.from_numpy(motion.at(MOTION_FPS).exp)
    voice = options.voice.open(models)
    fit = fit_of(models, options.text, exp, voice)
    if options.relip:
        wave = _relip(options, models, painter, voice, fit.pace)
    else:
        if fit.advice():
            say(f"{fit.advice()}{' (--relip)' if options.video else ''}.")
        wave = _dub(options, models, painter, voice, exp, portrait)
    print(options.out)
    write_sound(options.wav, wave)


def _dub(options: Dub, models, painter: Painter, voice, exp, portrait):
    """Speech on lips [m, 21, 3], over the video's own pictures or a portrait's."""
    from ..clock import MOTION_FPS
    from ..tasks.dub import dub
    from ..tasks.filming import sound_over, write_film

    with Bar("dubbing") as tell:
        clip = dub(models, options.text, exp, voice, run=options.sampling.run(models, "dub", tell))
    if options.video:
        sound_over(options.video, clip.wave, options.out)
    else:
        with Bar("rendering") as tell:
            frames = painter.frames(portrait, exp.numpy(), clip.wave)
            write_film(options.out, frames, MOTION_FPS, clip.wave, count=len(exp), progress=tell)
    return clip.wave


def _relip(options: Dub, models, painter: Painter, voice, pace: float):
    """Speech at the voice's own pace (a little faster, to fit the clip), and new lips for the video."""
    from ..clock import MOTION_FPS
    from ..motion.files import Motion
    from ..tasks.filming import write_film
    from ..tasks.speak import speak

    speed = min(HURRY, max(1.0, pace))
    with Bar("speaking") as tell:
        clip = speak(models, options.text, voice, speed=speed, run=options.sampling.run(models, "speak", tell))
    film = painter.relipped(options.video, Motion(clip.motion.numpy(), MOTION_FPS))
    if film.missing:
        say(f"no face in {len(film.missing)} frames, which stay as they are.")
    with Bar("rendering") as tell:
        frames = (after for _, after in film.pairs)
        write_film(options.out, frames, film.fps, clip.wave, count=film.count, progress=tell)
    return clip.wave
