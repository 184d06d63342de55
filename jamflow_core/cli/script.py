"""`speak --script FILE` and `speak --srt FILE`: many lines, several voices and portraits."""

import re
from pathlib import Path

from ..atomic import check_name
from ..errors import JamFlowError
from ..render import LAYOUTS
from .bar import Bar
from .files import say
from .picture import Painter
from .speak_options import Speak

Cast = dict[str, tuple[str, str | None]]


def read_cast(given: list[str]) -> Cast:
    """--cast NAME=VOICE[,PICTURE[#FACE]] -> {name: (voice, picture or None)}."""
    cast = {}
    for written in given:
        name, equals, rest = written.partition("=")
        voice, _, picture = rest.partition(",")
        if not equals or not name.strip() or not voice.strip():
            raise JamFlowError(f"Write --cast as NAME=VOICE or NAME=VOICE,PICTURE, not {written}.")
        cast[name.strip()] = (voice.strip(), picture.strip() or None)
    return cast


def face_of(picture: str) -> tuple[str, int | None]:
    """A picture of the cast, and which of its faces: "stage.jpg#2" -> ("stage.jpg", 1), the second largest; None: as
    --face says."""
    numbered = re.fullmatch(r"(.+)#(\d+)", picture)
    if numbered is None:
        return picture, None
    if int(numbered[2]) < 1:
        raise JamFlowError(f"{picture}: faces are counted from 1.")
    return numbered[1], int(numbered[2]) - 1


def read_lines(options: Speak, cast: Cast):
    """The lines of the script or subtitles. A speaker is one of the cast, or a preset voice by its name; before the
    first name the first of the cast speaks, or the chosen voice."""
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
    narrator = next(iter(cast), None) or options.voice.voice
    if options.srt:
        return lines_of_srt(text, known, narrator, options.keep_captions)
    return lines_of_script(text, known, narrator)


def speak_script(options: Speak) -> None:
    """Speak the lines into chunks beside the output, then write what was asked for."""
    from ..tasks.longform.faces import faces_for
    from ..tasks.longform.lines import speakers_of
    from ..tasks.longform.produce import produce
    from ..tasks.longform.store import Store
    from ..tasks.voices import preset_names

    if options.picture.driving or options.picture.absolute:
        raise JamFlowError(
            "Drop --driving and --absolute: the faces of a script move by --blink, --sway and their like alone."
        )
    out, portraits = Path(next(path for path in options.writes().values() if path)), {}
    chunks = out.with_name(f"{out.stem}.chunks")
    check_name(chunks)
    models, painter = options.sampling.load(), Painter(options.picture, options.sampling)
    cast = read_cast(options.cast)
    if not cast and options.voice.voice not in preset_names():  # a recording: its speaker is named as the file
        cast = {Path(options.voice.voice).stem: (options.voice.voice, None)}
    lines = read_lines(options, cast)
    chosen = {name: cast.get(name, (name, None)) for name in speakers_of(lines)}
    voices = {name: options.voice.open(models, voice) for name, (voice, _) in chosen.items()}
    if options.film:
        shipped = faces_for({name: voice for name, (voice, picture) in chosen.items() if not picture})
        pictures = {name: picture or options.picture.portrait or shipped[name] for name, (_, picture) in chosen.items()}
        places = {name: face_of(str(picture)) for name, picture in pictures.items()}
        portraits = {name: painter.portrait(path=path, face=face) for name, (path, face) in places.items()}
        shared = len(places) > 1 and len({path for path, _ in places.values()}) == 1
        layout = LAYOUTS[2] if shared and len({face for _, face in places.values()}) > 1 else options.layout
    with Store(chunks, out.name) as store:
        with Bar("speaking") as tell:
            run, face = options.sampling.run(models, "speak", tell), options.film or bool(options.motion)
            timeline = produce(models, lines, voices, store, speed=options.speed, face=face, run=run)
        _tell(store, timeline)
        keys = [chunk.key for chunk in timeline.chunks]
        if options.film:
            keys += _film(options, timeline, portraits, layout)
        _write(options, timeline)
        store.keep_only(keys)
    print(f"{store.folder} keeps the finished chunks for the next run; delete it when you are done.")


def _tell(store, timeline) -> None:
    if store.found:
        say(f"{store.found} of {store.found + store.made} chunks were there already.")
    if timeline.again:
        say(f"{timeline.again} chunks were said again, as a word was lost.")
    if timeline.rushed or timeline.late > 0.1:
        say(f"{timeline.rushed} subtitles had to be spoken faster, and speech is up to {timeline.late:.1f} s late.")


def _write(options: Speak, timeline) -> None:
    """Sound, motion and subtitles, those that were asked for."""
    from ..clock import MOTION_FPS
    from ..media.sound import stream_wav
    from ..motion.files import stream_motion
    from ..text.srt import save_srt

    for wav in options.waves:
        stream_wav(wav, timeline.waves())
        print(wav)
    for name, path in motion_files(options.motion, timeline.speakers).items():
        stream_motion(path, timeline.motion_of(name), timeline.frames, MOTION_FPS)
        print(path)
    if options.srt_out:
        save_srt(options.srt_out, timeline.subtitles())
        print(options.srt_out)


def motion_files(path: str | None, speakers: list[str]) -> dict[str, Path]:
    """Where the motion of each speaker goes; nowhere without a path. Names that are the same as files get numbers."""
    if path is None:
        return {}
    if len(speakers) == 1:
        return {speakers[0]: Path(path)}
    files: dict[str, Path] = {}
    for name in speakers:
        part = re.sub(r"[^\w-]+", "_", name)
        taken, number, own = {file.name.lower() for file in files.values()}, 1, part
        while (found := Path(path).with_name(f"{Path(path).stem}.{own}{Path(path).suffix}")).name.lower() in taken:
            number += 1
            own = f"{part}_{number}"
        files[name] = found
    return files


def _film(options: Speak, timeline, portraits, layout: str) -> list[str]:
    from ..render.stage import staged
    from ..tasks.longform.film import film, look_of

    choice = options.picture.expression
    expression = choice.expression()
    with Bar("rendering") as tell:
        keys = film(
            timeline,
            staged(portraits, layout),
            options.out,
            seed=options.sampling.seed,
            expressions={name: expression for name in portraits},
            look=look_of(portraits, f"{choice.written()} {options.picture.mouth_box}"),
            progress=tell,
        )
    print(options.out)
    return keys
