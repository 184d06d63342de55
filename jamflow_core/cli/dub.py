"""`dub`: text and lips -> speech on the lips' timing; with --relip the video gets new lips instead."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from ..errors import JamFlowError
from .bar import Bar, Count
from .files import check_ending, check_files, say, write_sound
from .options import TEXT_LIMIT, typed
from .picture import Painter, PictureChoice, add_picture
from .sampling import Sampling, add_sampling
from .voice_choice import VoiceChoice, add_voice

# Speech for new lips is at most this much faster than the voice's own pace, to fit the clip.
HURRY = 1.25


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", help="what is said [babble that moves as the lips do]")
    lips = parser.add_mutually_exclusive_group(required=True)
    lips.add_argument("--motion", help="lip motion (.safetensors)")
    lips.add_argument("--video", help="a video with a face; its pictures are kept")
    add = parser.add_argument
    add("--relip", action="store_true", help="speak at the voice's own pace and give the video new lips")
    add("--out", help="the video (.mp4), or only the speech (.wav)")
    add("--wav", help="write the speech")
    add_voice(parser)
    add_picture(parser)
    add_sampling(parser)


@dataclass(frozen=True)
class Dub:
    """What was asked for."""

    text: str | None
    motion: str | None
    video: str | None
    relip: bool
    out: str | None
    wav: str | None
    voice: VoiceChoice
    picture: PictureChoice
    sampling: Sampling

    @property
    def film(self) -> bool:
        """Whether a video is wanted."""
        return self.out is not None and self.out.lower().endswith(".mp4")

    def check(self) -> None:
        """JamFlowError for what cannot be done."""
        own, writes = {"--motion": self.motion, "--video": self.video}, {"--out": self.out, "--wav": self.wav}
        if not any(writes.values()):
            raise JamFlowError("Name what to write: --out with .mp4 or .wav, or --wav.")
        check_ending("the output", self.out, ".mp4", ".wav")
        check_ending("--wav", self.wav, ".wav")
        check_files(own | self.voice.reads() | self.picture.reads() | self.sampling.reads(), writes)
        if self.relip and not self.video:
            raise JamFlowError("Give --relip a --video: it is the video that gets new lips.")
        if self.relip and self.text is None:
            raise JamFlowError("Give --relip a text: new lips need something to say.")
        if self.relip and not self.film:
            raise JamFlowError("Name --out with .mp4, or drop --relip: it paints a video.")


def run(given: Namespace) -> None:
    import torch

    from ..catalog.templates import open_motion
    from ..clock import MOTION_FPS
    from ..tasks.fit import fit_of
    from ..text.parse import check_text

    options = typed(Dub, given)
    options.check()
    if options.text is not None:
        check_text(options.text, TEXT_LIMIT)
    models, painter = options.sampling.load(), Painter(options.picture, options.sampling)
    motion = painter.motion_of(options.video) if options.video else open_motion(options.motion)
    exp = torch.from_numpy(motion.at(MOTION_FPS).exp)
    voice = options.voice.open(models, seed=options.sampling.seed)
    fit = None if options.text is None else fit_of(models, options.text, exp, voice)
    if options.relip:
        wave = _relip(options, models, painter, voice, fit.pace)
    else:
        if fit and fit.advice():
            say(f"{fit.advice()}{' (--relip)' if options.video else ''}.")
        wave = _dub(options, models, painter, voice, exp)
    if options.film:
        print(options.out)
    for path in (options.wav, None if options.film else options.out):
        write_sound(path, wave)


def _dub(options: Dub, models, painter: Painter, voice, exp):
    """Speech on lips [m, 21, 3]; over the video's own pictures or a portrait's, if a video is wanted."""
    from ..clock import MOTION_FPS
    from ..tasks.dub import dub
    from ..tasks.filming import Sound, sound_over, write_film

    portrait = painter.portrait(options.voice.voice) if options.film and not options.video else None
    with Bar("dubbing") as tell:
        clip = dub(models, options.text, exp, voice, run=options.sampling.run(models, "dub", tell))
    if portrait is not None:
        with Count("rendering", len(exp)) as tell:
            frames = painter.frames(portrait, exp.numpy(), clip.wave, clip.text)
            write_film(options.out, frames, MOTION_FPS, Sound(clip.wave), tell)
    elif options.film:
        sound_over(options.video, Sound(clip.wave), options.out)
    return clip.wave


def _relip(options: Dub, models, painter: Painter, voice, pace: float):
    """Speech at the voice's own pace (a little faster, to fit the clip), and new lips for the video."""
    from ..clock import MOTION_FPS
    from ..motion.files import Motion
    from ..tasks.filming import Sound, write_film
    from ..tasks.speak import speak

    speed = min(HURRY, max(1.0, pace))
    with Bar("speaking") as tell:
        clip = speak(models, options.text, voice, speed=speed, run=options.sampling.run(models, "speak", tell))
    film = painter.relipped(options.video, Motion(clip.motion.numpy(), MOTION_FPS), clip.text)
    if film.missing:
        say(f"no face in {len(film.missing)} frames, which stay as they are.")
    with Count("rendering", film.count) as tell:
        write_film(options.out, (after for _, after in film.pairs), film.fps, Sound(clip.wave), tell)
    return clip.wave
