"""`speak --script FILE` and `speak --srt FILE`: many lines, several voices and portraits."""

import re
import sys
from pathlib import Path

from ..errors import JamFlowError


def read_cast(options) -> dict[str, tuple[str, str | None]]:
    """--cast NAME=VOICE[,PICTURE] -> {name: (voice, picture or None)}."""
    cast = {}
    for given in options.cast:
        name, equals, rest = given.partition("=")
        voice, _, picture = rest.partition(",")
        if not equals or not name.strip() or not voice.strip():
            raise JamFlowError(f"Write --cast as NAME=VOICE or NAME=VOICE,PICTURE, not {given}.")
        cast[name.strip()] = (voice.strip(), picture.strip() or None)
    return cast


def read_lines(options, cast):
    """The lines of the script or subtitles. A speaker is one of the cast, or a preset voice by its name; before the
    first name
    the first of the cast speaks, or the chosen voice."""
    from ..tasks.longform.lines import lines_of_script, lines_of_srt
    from ..tasks.voices import preset_names

    path = Path(options.script or options.srt)
    if not path.is_file():
        raise JamFlowError(f"No script at {path}.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise JamFlowError(f"Save {path} as UTF-8 text: it cannot be read as such.") from None
    known = [*cast, *(name for name in preset_names() if name.lower() not in map(str.lower, cast))]
    read = lines_of_srt if options.srt else lines_of_script
    narrator = next(iter(cast), None) or options.voice
    return read(text, known, narrator)


def speak_script(options, models, settings, voice_of, portrait_of, bar) -> None:
    """Speak the lines into chunks beside the output, then write what was asked for.

    voice_of(name or path) -> Voice; portrait_of(path) -> portrait; bar(name) -> a progress bar.
    """
    from ..clock import MOTION_FPS
    from ..media.sound import stream_wav
    from ..motion.files import stream_motion
    from ..tasks.longform.faces import faces_for
    from ..tasks.longform.lines import speakers_of
    from ..tasks.longform.produce import produce
    from ..tasks.longform.store import Store
    from ..tasks.voices import preset_names
    from ..text.srt import save_srt

    cast = read_cast(options)
    if not cast and options.voice not in preset_names():  # a recording: its speaker is named as the file
        cast = {Path(options.voice).stem: (options.voice, None)}
    lines = read_lines(options, cast)
    speakers = speakers_of(lines)
    chosen = {name: cast.get(name, (name, None)) for name in speakers}
    voices = {name: voice_of(voice) for name, (voice, _) in chosen.items()}
    out = Path(options.out)
    film = out.suffix.lower() == ".mp4"
    portraits = {}
    if film:
        shipped = faces_for({name: voice for name, (voice, picture) in chosen.items() if not picture})
        portraits = {
            name: portrait_of(picture or options.portrait or shipped[name]) for name, (_, picture) in chosen.items()
        }
    store = Store(out.with_name(f"{out.stem}.chunks"))
    with bar("speaking") as tell:
        timeline = produce(
            models,
            lines,
            voices,
            store,
            speed=options.speed,
            face=film or bool(options.motion),
            settings=settings,
            progress=tell,
        )
    if store.found:
        print(f"jamflow: {store.found} of {store.found + store.made} chunks were there already.", file=sys.stderr)
    if timeline.rushed or timeline.late > 0.1:
        print(
            f"jamflow: {timeline.rushed} subtitles had to be spoken faster, and speech is up to {timeline.late:.1f} s late.",
            file=sys.stderr,
        )
    keys = [chunk.key for chunk in timeline.chunks]
    if film:
        keys += _film(options, timeline, portraits, bar)
    for wav in filter(None, (options.wav, None if film else options.out)):
        stream_wav(wav, timeline.waves())
        print(wav)
    if options.motion:
        for name in speakers:
            path = Path(options.motion)
            part = re.sub(r"[^\w-]+", "_", name)
            path = path if len(speakers) == 1 else path.with_name(f"{path.stem}.{part}{path.suffix}")
            stream_motion(path, timeline.motion_of(name), timeline.frames, MOTION_FPS)
            print(path)
    if options.srt_out:
        save_srt(options.srt_out, timeline.subtitles())
        print(options.srt_out)
    store.keep_only(keys)
    print(f"{store.folder} keeps the finished chunks for the next run; delete it when you are done.")


def _film(options, timeline, portraits, bar) -> list[str]:
    from ..render.stage import Stage
    from ..tasks.longform.film import film, look_of
    from .expression import expression_of, written

    expression = expression_of(options)
    with bar("rendering") as tell:
        keys = film(
            timeline,
            Stage(portraits, options.layout),
            options.out,
            seed=options.seed,
            expressions={name: expression for name in portraits},
            look=look_of(portraits, f"{written(options)} {options.mouth_box}"),
            progress=lambda done, total, _: tell(done / total, None),
        )
    print(options.out)
    return keys
