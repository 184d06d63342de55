"""`speak`: text -> speech and face; `speak --script` and `speak --srt`: see script.py."""

from argparse import Namespace

from ..errors import JamFlowError
from .bar import Bar, Count
from .files import check_ending, check_files, say, write_motion, write_sound
from .options import TEXT_LIMIT, typed
from .picture import Painter
from .script import speak_script
from .speak_options import Speak, add_options

__all__ = ["add_options", "run"]


def run(given: Namespace) -> None:
    options = typed(Speak, given)
    if not any(options.writes().values()):
        raise JamFlowError("Name what to write: --out with .mp4 or .wav, --wav, --motion or --srt-out.")
    check_ending("the output", options.out, ".mp4", ".wav")
    check_ending("--wav", options.wav, ".wav")
    check_ending("--motion", options.motion, ".safetensors")
    check_ending("--srt-out", options.srt_out, ".srt")
    check_files(options.reads(), options.writes())
    if not 0.3 <= options.speed <= 3:
        raise JamFlowError(f"--speed must be between 0.3 and 3, not {options.speed}.")
    if not 1 <= options.takes <= 100 or options.takes > 1 and (options.script or options.srt):
        raise JamFlowError(
            "Give --takes between 1 and 100 to a single text; scripts say lost words again by themselves."
        )
    if options.seconds is not None and (options.script or options.srt or options.speed != 1):
        raise JamFlowError("Give --seconds to a single text, without --speed: it says how fast that is spoken.")
    if options.seconds is not None and not 0.2 <= options.seconds <= 600:
        raise JamFlowError(f"--seconds must be between 0.2 and 600, not {options.seconds}.")
    if options.script or options.srt:
        speak_script(options)
    else:
        _speak_text(options)


def _speak_text(options: Speak) -> None:
    from ..clock import MOTION_FPS
    from ..tasks.filming import Sound, write_film
    from ..tasks.lasting import cut_to, lasting
    from ..text.parse import check_text

    check_text(options.text, TEXT_LIMIT)
    models, painter = options.sampling.load(), Painter(options.picture, options.sampling)
    portrait = painter.portrait(options.voice.voice) if options.film else None
    voice, face = options.voice.open(models, seed=options.sampling.seed), options.film or bool(options.motion)
    if face:  # its smile is heard
        face = options.picture.expression.expression().rest
    text = options.text if options.seconds is None else lasting(models, options.text, voice, options.seconds)
    clip = _best(options, models, text, voice, face)
    if options.seconds is not None:
        clip = cut_to(clip, options.seconds)
    if options.film:
        with Count("rendering", len(clip.motion)) as tell:
            frames = painter.frames(portrait, clip.motion.numpy(), clip.wave, clip.text)
            write_film(options.out, frames, MOTION_FPS, Sound(clip.wave), tell)
        print(options.out)
    for path in options.waves:
        write_sound(path, clip.wave)
    write_motion(options.motion, clip.motion)
    if options.srt_out:
        _write_subtitles(options.srt_out, clip, options.text)


def _best(options: Speak, models, text, voice, face):
    """The clip, or the clearest of several takes, and which one that is."""
    from ..tasks.speak import speak
    from ..tasks.takes import takes_of

    with Bar("speaking") as tell:
        run = options.sampling.run(models, "speak", tell)

        def spoken(seed: int):
            own = run.part(seed - options.sampling.seed, options.takes)
            return speak(models, text, voice, speed=options.speed, face=face, run=own)

        if options.takes == 1:
            return spoken(options.sampling.seed)
        takes = takes_of(models, spoken, range(options.sampling.seed, options.sampling.seed + options.takes))
    best, lost = takes[0], takes[0].hearing and takes[0].hearing.lost
    told = f"; not heard clearly: {', '.join(lost)}" if lost else ""
    say(f"the take of --seed {best.seed} is the clearest of {options.takes}{told}.")
    return best.clip


def _write_subtitles(path: str, clip, written: str) -> None:
    from ..clock import SAMPLE_RATE
    from ..text.markup import plain
    from ..text.srt import Subtitle, save_srt, subtitles_of

    # F5-TTS does not say when words sound.
    untimed = [Subtitle(0.0, len(clip.wave) / SAMPLE_RATE, plain(written))]
    save_srt(path, untimed if clip.text is None else subtitles_of(clip.text))
    print(path)
