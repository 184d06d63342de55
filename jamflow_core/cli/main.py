"""The command line: `python -m jamflow_core speak|animate|dub|edit|eval|train|bench|info`.

Bad input gets one clear line and exit code 2. Outputs are checked before the work starts and appear whole or not at
all.
"""

import argparse
import os
import sys
from functools import cache
from pathlib import Path

from ..config import SCHEDULES
from ..errors import JamFlowError
from ..tasks.longform import LAYOUTS
from .expression import add_expression, asked_for, expression_of

TEXT_LIMIT = 5000
MESH, PRECISIONS = "mesh", {"auto": None, "fp32": "float32", "bf16": "bfloat16"}
TRAININGS = {
    "prepare": "decode a corpus into the cache that training reads",
    "teacher": "make teacher speech from pip packages",
    "flow": "the two streams",
    "durations": "the duration head",
    "aligner": "the aligners of voice and lips",
    "copies": "the corpus as the flow model paints it, for the vocoder",
    "vocoder": "the small Vocos",
    "voices": "the preset voices",
    "export": "a checkpoint and a duration head -> one model file",
    "schedule": "grids of few steps, distilled from a model into its file",
}


def main(argv: list[str]) -> int:
    """Run one command; returns the exit code."""
    try:
        if argv[:1] == ["train"]:
            return train(argv[1:])
        if argv[:1] == ["eval"]:
            from ..train.evaluate import main as evaluate

            evaluate(argv[1:])
            return 0
        options = parser().parse_args(argv)
        options.run(options)
        return 0
    except JamFlowError as error:
        print(f"jamflow: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("jamflow: stopped; no output is half-written.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The options of every command but train and eval, which have their own."""
    top = argparse.ArgumentParser("jamflow_core", description="Speech and the face that says it, made together.")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, run, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.set_defaults(run=run)
        return sub

    def sampling(sub) -> None:
        sub.add_argument("--seed", type=int, default=0)
        sub.add_argument("--steps", type=int, default=None, help="steps of the sampler (default: the task's own)")
        sub.add_argument(
            "--model", help="a JAM-Flow model, an F5-TTS checkpoint, or f5: look for one (default: the embedded model)"
        )
        sub.add_argument(
            "--vocoder",
            help="a Vocos for 24 kHz mels, .safetensors or .bin, or vocos: look for one (default: the embedded one)",
        )
        sub.add_argument(
            "--guidance-every",
            type=int,
            metavar="N",
            help="compute guidance at every Nth step only (default: 2, which saves a quarter of the sampler's time; "
            "1 is exact; F5-TTS: 1)",
        )
        sub.add_argument(
            "--cache-every",
            type=int,
            default=1,
            metavar="N",
            help="run the later blocks at every Nth step only (default: 1, exact; 2 saves a fifth of the time and "
            "costs clearness)",
        )
        sub.add_argument(
            "--schedule",
            choices=SCHEDULES,
            default=None,
            help="where the steps lie: by the model's own grids, by F5-TTS's pruned ones, or evenly (default: "
            "pruned; distilled is the better one for drafts of 4 to 8 steps)",
        )
        sub.add_argument(
            "--compile",
            action="store_true",
            help="compile the networks first (takes a minute; for GPUs and large models; needs triton, or a C++ "
            "compiler on a CPU)",
        )
        sub.add_argument(
            "--precision",
            choices=tuple(PRECISIONS),
            default="auto",
            help="number format of large weights (default: what the machine is fast in)",
        )
        places(sub)

    def places(sub) -> None:
        sub.add_argument(
            "--models",
            action="append",
            default=[],
            metavar="FOLDER",
            help="a models folder of ComfyUI to look for files in",
        )

    def picture(sub) -> None:
        sub.add_argument("--portrait", help="any picture with a face [one of the shipped, that fits the voice]")
        sub.add_argument(
            "--renderer", default=MESH, help="mesh (embedded), liveportrait: look for its files, or their folder"
        )
        sub.add_argument(
            "--driving",
            help="head, eyes and expression for LivePortrait: a motion template (.pkl, .safetensors) or a video",
        )
        sub.add_argument("--absolute", action="store_true", help="take the driving pose and expression as they are")
        sub.add_argument("--mouth-box", help="x0,y0,x1,y1 in pixels, where no face is found")
        add_expression(sub)

    def voice(sub) -> None:
        sub.add_argument("--voice", default="heart", help="a preset voice or an audio file")
        sub.add_argument("--voice-text", help="what the audio file says (helps the imitation)")

    sub = command("speak", _speak, "text -> speech and face")
    said = sub.add_mutually_exclusive_group(required=True)
    said.add_argument("text", nargs="?")
    said.add_argument("--script", help="a text file: [name] says who speaks from there on, of any length")
    said.add_argument("--srt", help="subtitles, spoken at their times; [name] as in scripts")
    sub.add_argument(
        "--cast", action="append", default=[], metavar="NAME=VOICE[,PICTURE]", help="a speaker of the script"
    )
    sub.add_argument("--layout", choices=LAYOUTS, default=LAYOUTS[0], help="how several portraits are shown")
    sub.add_argument("--out", required=True, help="the video (.mp4), or only the speech of a script (.wav)")
    sub.add_argument("--wav", help="also write the speech")
    sub.add_argument("--motion", help="also write the motion (.safetensors); of several speakers one each")
    sub.add_argument("--srt-out", help="also write subtitles")
    sub.add_argument("--speed", type=float, default=1.0)
    voice(sub), picture(sub), sampling(sub)

    sub = command("animate", _animate, "a recording -> the face that says it")
    sub.add_argument("--audio", required=True)
    sub.add_argument("--text", help="what is said, where the recording is unclear")
    sub.add_argument("--out", required=True, help="the video (.mp4)")
    sub.add_argument("--motion", help="also write the motion (.safetensors)")
    picture(sub), sampling(sub)

    sub = command("dub", _dub, "text and lips -> speech on the lips' timing")
    sub.add_argument("text")
    lips = sub.add_mutually_exclusive_group(required=True)
    lips.add_argument("--motion", help="lip motion (.safetensors)")
    lips.add_argument("--video", help="a video with a face; its pictures are kept")
    sub.add_argument("--relip", action="store_true", help="speak at the voice's own pace and give the video new lips")
    sub.add_argument("--out", required=True, help="the video (.mp4)")
    sub.add_argument("--wav", help="also write the speech")
    voice(sub), picture(sub), sampling(sub)

    sub = command("edit", _edit, "say words of a recording anew")
    sub.add_argument("--audio", required=True)
    sub.add_argument("--text", help="the whole new text")
    sub.add_argument("--old-text", help="what the recording says: the words that differ are said anew")
    sub.add_argument("--span", action="append", default=[], help="start:end in seconds, said anew (again for more)")
    sub.add_argument(
        "--face-span",
        action="append",
        default=[],
        help="start:end in seconds, where the lips move anew (again for more) [where words do]",
    )
    sub.add_argument("--motion", help="the recording's motion, to be edited along")
    sub.add_argument("--out", required=True, help="the new recording (.wav)")
    sub.add_argument("--motion-out", help="write the new motion (.safetensors)")
    sampling(sub)

    places(command("info", _info, "what is installed and which models are there"))
    commands.add_parser("train", help="train a part of the model")
    commands.add_parser("eval", help="measure the model on held-out sentences")
    sub = command("bench", _bench, "speed on this machine")
    sub.add_argument("--repeat", type=int, default=3)
    return top


def train(argv: list[str]) -> int:
    """`train PART ...`: every part has its own options."""
    from importlib import import_module

    modules = {"flow": "trainer", "voices": "presets"}
    if not argv or argv[0] not in TRAININGS:
        width = max(map(len, TRAININGS))
        print("usage: jamflow_core train PART [options]\n")
        print("\n".join(f"  {name:{width}}  {summary}" for name, summary in TRAININGS.items()))
        return 0 if argv[:1] in ([], ["-h"], ["--help"]) else 2
    if argv[0] == "prepare":
        _prepare(argv[1:])
    else:
        import_module(f"..train.{modules.get(argv[0], argv[0])}", __package__).main(argv[1:])
    return 0


def _prepare(argv: list[str]) -> None:
    from ..train.corpus import prepare

    options = argparse.ArgumentParser("jamflow_core train prepare")
    options.add_argument("--corpus", required=True)
    options.add_argument("--cache", required=True)
    chosen = options.parse_args(argv)
    with _bar("decoding") as tell:
        prepare(chosen.corpus, chosen.cache, lambda done, total: tell(done / total, None))


class _bar:
    """A progress bar over a fraction: `with _bar("speaking") as tell: tell(0.5, None)`."""

    def __init__(self, name: str):
        from tqdm import tqdm

        self.bar = tqdm(total=100, desc=name, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}", leave=False)

    def __enter__(self):
        return lambda portion, _: self.bar.update(int(100 * portion) - self.bar.n)

    def __exit__(self, *_):
        self.bar.close()


def _check_output(path: str | None, *endings: str) -> None:
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


def _models(options):
    import torch

    from ..catalog.recognise import Kind
    from ..models import Models

    dtype = PRECISIONS[options.precision] and getattr(torch, PRECISIONS[options.precision])
    model = _looked_for(options, options.model, "f5", Kind.F5)
    return Models(
        model, _looked_for(options, options.vocoder, "vocos", Kind.VOCOS), dtype=dtype, compiled=options.compile
    )


def _roots(options) -> list[Path]:
    from ..catalog.places import default_roots

    return [*map(Path, options.models), *default_roots()]


def _looked_for(options, given: str | None, word: str, kind):
    """A file that was given, or the one that `word` asks to look for."""
    from ..catalog.places import find_weights, missing

    if given != word:
        return given
    found = find_weights(kind, _roots(options))
    if found is None:
        raise JamFlowError(f"Give the path of {kind.value}, or {missing(kind, _roots(options))}.")
    return found


def _networks(options):
    """LivePortrait's networks, if the renderer asks for them; else None."""
    import torch

    from ..catalog.liveportrait import load_liveportrait
    from ..catalog.places import find_portrait_networks

    if options.renderer == MESH:
        if options.driving:
            raise JamFlowError("Add --renderer liveportrait: the mesh takes no driving motion.")
        return None
    if options.renderer == "liveportrait":
        folder = find_portrait_networks(_roots(options))
    elif Path(options.renderer).is_dir():
        folder = options.renderer
    else:
        raise JamFlowError(
            f"Choose a --renderer of mesh, liveportrait or a folder with LivePortrait's files, not {options.renderer}."
        )
    precision = PRECISIONS[options.precision]
    networks = load_liveportrait(folder, dtype=precision and getattr(torch, precision))
    return networks.compile_painting() if options.compile else networks


def _settings(options, job: str, models=None):
    """Settings of a job; F5-TTS weights, if that is what the models are, have their own defaults."""
    from dataclasses import replace

    from ..tasks.f5 import OFFICIAL
    from ..tasks.speak import DEFAULTS

    usual = OFFICIAL if models is not None and models.flow.config.use_characters else DEFAULTS[job]
    if options.seed < 0:
        raise JamFlowError(f"--seed must be 0 or more, not {options.seed}.")
    steps = usual.steps if options.steps is None else options.steps
    if not 1 <= steps <= 200:
        raise JamFlowError(f"--steps must be between 1 and 200, not {steps}.")
    every = min(usual.guidance_every, steps) if options.guidance_every is None else options.guidance_every
    if not 1 <= every <= steps:
        raise JamFlowError(f"--guidance-every must be between 1 and the {steps} steps, not {every}.")
    if not 1 <= options.cache_every <= steps:
        raise JamFlowError(f"--cache-every must be between 1 and the {steps} steps, not {options.cache_every}.")
    schedule = options.schedule or usual.schedule
    return replace(
        usual, steps=steps, seed=options.seed, guidance_every=every, cache_every=options.cache_every, schedule=schedule
    )


def _voice(models, options, name: str | None = None):
    from ..media.sound import load_audio
    from ..tasks import voices

    name = name or options.voice
    if name in voices.preset_names():
        return voices.preset(name)
    if not Path(name).exists():
        known = ", ".join(voices.preset_names())
        raise JamFlowError(f'Unknown voice "{name}": choose one of {known}, or an existing audio file.')
    wave, rate = load_audio(name)
    said = options.voice_text if name == options.voice else None
    return voices.from_recording(models, wave, rate, said, Path(name).stem)


def _portrait(options, path: str | None = None, networks=None):
    """The portrait at `path`, or the one that was asked for. networks: LivePortrait's, where they are loaded
    already.
    """
    from ..media.picture import read_image
    from ..render.liveportrait import LivePortraitRenderer
    from ..render.mesh import MeshPortrait
    from ..tasks.longform.faces import faces_for

    box = None
    if options.mouth_box:
        try:
            left, top, right, bottom = (float(part) for part in options.mouth_box.split(","))
        except ValueError:
            raise JamFlowError(f"Write --mouth-box as x0,y0,x1,y1 in pixels, not {options.mouth_box}.") from None
        box = left, top, right, bottom
    networks = networks or _networks(options)
    if path is None:
        voice = getattr(options, "voice", "heart")
        path = options.portrait or faces_for({voice: voice})[voice]
    picture = read_image(path)
    portrait = MeshPortrait(picture, box) if networks is None else LivePortraitRenderer(networks, picture, box)
    if portrait.warning:
        print(f"jamflow: {portrait.warning}", file=sys.stderr)
    return portrait


def _filmed(options, portrait, exp, wave):
    """Frames of the portrait with lips [n,21,3] at 25 fps: the chosen expression, or what drives it."""
    from ..clock import MOTION_FPS
    from ..render.animate import render_frames
    from ..render.liveportrait import LivePortraitRenderer, Options

    face = expression_of(options)
    tracks = (face.by_hand() if options.driving else face).tracks(len(exp), options.seed, wave=wave)
    if not isinstance(portrait, LivePortraitRenderer):
        return render_frames(portrait, exp, **tracks)
    driving = None
    if options.driving:
        motion = _driving(options, portrait.networks)
        driving = motion.template.at(MOTION_FPS)
    return portrait.frames(exp, options=Options(relative=not options.absolute), driving=driving, **tracks)


def _driving(options, networks):
    """The motion of a whole face, from a template or a video."""
    from ..render.liveportrait import TemplateMotion, open_motion

    if Path(options.driving).suffix.lower() not in (".pkl", ".safetensors"):
        return _read_motion(options.driving, networks)
    motion = open_motion(options.driving)
    if not isinstance(motion, TemplateMotion):
        raise JamFlowError(f"Choose another --driving: {options.driving} knows the lips alone, not the whole face.")
    return motion


def _read_motion(video: str, networks):
    """The motion of the face in a video, by LivePortrait's motion extractor."""
    from ..media.video_reader import read_video
    from ..render.liveportrait import extract_template

    first = read_video(video, with_audio=False)
    template = extract_template(networks, lambda: read_video(video, with_audio=False).frames, first.fps)
    _tell_missing(template.missing)
    return template.to("cpu").motion()


def _tell_missing(missing) -> None:
    if missing:
        print(f"jamflow: no face in {len(missing)} frames; the last one was held there.", file=sys.stderr)


def _sound(path: str):
    """A file as mono 24 kHz speech [samples]; refuses silence."""
    from ..audio.resample import to_mono_24k
    from ..audio.silence import check_sound
    from ..media.sound import load_audio

    wave, rate = load_audio(path)
    return check_sound(to_mono_24k(wave, rate), Path(path).name)


def _film(options, portrait, motion, wave) -> None:
    """Render and write the video, frame by frame."""
    from ..clock import MOTION_FPS
    from ..media.video import VideoWriter

    frames = len(motion)
    with VideoWriter(options.out, MOTION_FPS, portrait.size, wave) as video, _bar("rendering") as tell:
        for index, frame in enumerate(_filmed(options, portrait, motion.numpy(), wave)):
            video.write(frame)
            tell((index + 1) / frames, None)
    print(options.out)


def _keep(clip, wav: str | None, motion: str | None) -> None:
    from ..clock import MOTION_FPS
    from ..media.sound import save_wav
    from ..motion.files import save_motion

    if wav:
        save_wav(wav, clip.wave)
        print(wav)
    if motion:
        save_motion(motion, clip.motion.numpy(), MOTION_FPS)
        print(motion)


def _speak(options) -> None:
    from ..tasks.speak import speak
    from ..text.parse import check_text

    lines = options.script or options.srt
    _check_output(options.out, ".mp4", *([".wav"] if lines else []))
    _check_output(options.wav, ".wav")
    _check_output(options.motion, ".safetensors")
    _check_output(options.srt_out, ".srt")
    if not 0.3 <= options.speed <= 3:
        raise JamFlowError(f"--speed must be between 0.3 and 3, not {options.speed}.")
    if lines:
        from .script import speak_script

        if options.driving or options.absolute:
            raise JamFlowError(
                "Drop --driving and --absolute: the faces of a script move by --blink, --sway and their like alone."
            )
        models, networks = _models(options), cache(lambda: _networks(options))  # once for all portraits
        speak_script(
            options, models, _settings(options, "speak", models),
            lambda name: _voice(models, options, name), lambda path: _portrait(options, path, networks()), _bar,
        )  # fmt: skip
        return
    check_text(options.text, TEXT_LIMIT)
    models = _models(options)
    portrait, voice = _portrait(options), _voice(models, options)
    with _bar("speaking") as tell:
        clip = speak(
            models,
            options.text,
            voice,
            speed=options.speed,
            settings=_settings(options, "speak", models),
            progress=tell,
        )
    _film(options, portrait, clip.motion, clip.wave)
    _keep(clip, options.wav, options.motion)
    if options.srt_out:
        from ..clock import SAMPLE_RATE
        from ..text.markup import plain
        from ..text.srt import Subtitle, save_srt, subtitles_of

        # F5-TTS does not say when words sound.
        untimed = [Subtitle(0.0, len(clip.wave) / SAMPLE_RATE, plain(options.text))]
        save_srt(options.srt_out, untimed if clip.text is None else subtitles_of(clip.text))
        print(options.srt_out)


def _animate(options) -> None:
    from ..audio.loudness import normalise
    from ..tasks.speak import align, animate

    _check_output(options.out, ".mp4")
    _check_output(options.motion, ".safetensors")
    models = _models(options)
    wave, portrait = _sound(options.audio), _portrait(options)
    level = normalise(wave)[0]
    text = align(models, level, options.text) if options.text else None
    with _bar("animating") as tell:
        clip = animate(models, level, text, settings=_settings(options, "animate"), progress=tell)
    _film(options, portrait, clip.motion, wave)
    _keep(clip, None, options.motion)


def _dub(options) -> None:
    import torch

    from ..clock import MOTION_FPS
    from ..render.liveportrait import open_motion
    from ..tasks.fit import fit_of
    from ..tasks.speak import dub
    from ..text.parse import check_text

    _check_output(options.out, ".mp4")
    _check_output(options.wav, ".wav")
    if options.relip and not options.video:
        raise JamFlowError("Give --relip a --video: it is the video that gets new lips.")
    check_text(options.text, TEXT_LIMIT)
    models = _models(options)
    if options.video:
        motion = _lips_of(options)
    else:
        motion, portrait = open_motion(options.motion), _portrait(options)
    exp = torch.from_numpy(motion.at(MOTION_FPS).exp)
    voice = _voice(models, options)
    fit = fit_of(models, options.text, exp, voice)
    if options.relip:
        _relip(options, models, voice, fit)
        return
    if fit.advice():
        offer = " (--relip)" if options.video else ""
        print(f"jamflow: {fit.advice()}{offer}.", file=sys.stderr)
    with _bar("dubbing") as tell:
        clip = dub(models, options.text, exp, voice, settings=_settings(options, "dub"), progress=tell)
    if options.video:
        _sound_over(options, clip.wave)
    else:
        _film(options, portrait, exp, clip.wave)
    _keep(clip, options.wav, None)


def _lips_of(options):
    """The motion of the video's face: by LivePortrait where the renderer asks for it, else by landmarks."""
    from ..face.extract import extract_motion
    from ..media.video_reader import read_video

    networks = _networks(options)
    if networks is not None:
        return _read_motion(options.video, networks)
    source = read_video(options.video, with_audio=False)
    found = extract_motion(source.frames, source.fps)
    _tell_missing(found.missing)
    return found.motion


def _relip(options, models, voice, fit) -> None:
    """Speech at the voice's own pace (at most a quarter faster, to fit the clip), and new lips for the video."""
    from ..clock import MOTION_FPS
    from ..media.video import VideoWriter
    from ..media.video_reader import read_video
    from ..motion.files import Motion
    from ..tasks.speak import speak

    speed = min(1.25, max(1.0, fit.pace))
    with _bar("speaking") as tell:
        clip = speak(
            models, options.text, voice, speed=speed, settings=_settings(options, "speak", models), progress=tell
        )
    video = read_video(options.video, with_audio=False)
    motion = Motion(clip.motion.numpy(), MOTION_FPS)
    frames, count, missing = _with_lips(
        options, lambda: read_video(options.video, with_audio=False).frames, video.fps, motion
    )
    if missing:
        print(f"jamflow: no face in {missing} frames, which stay as they are.", file=sys.stderr)
    first = next(frames)
    with (
        VideoWriter(options.out, video.fps, (first.shape[1], first.shape[0]), clip.wave) as writer,
        _bar("rendering") as tell,
    ):
        writer.write(first)
        for index, frame in enumerate(frames):
            writer.write(frame)
            tell((index + 2) / count, None)
    print(options.out)
    _keep(clip, options.wav, None)


def _with_lips(options, source, fps: float, motion):
    """A video's frames with new lips by the chosen renderer, how many they are, and in how many there is no face."""
    from ..render.liveportrait import LivePortraitVideo
    from ..render.relip import relip_video

    networks, face = _networks(options), expression_of(options) if asked_for(options) else None
    rest_of = (lambda count: face.tracks(count, options.seed, fps)) if face else (lambda count: {})
    if networks is None:
        frames, count, missing = relip_video(source, fps, motion, rest_of=rest_of)
        return frames, count, len(missing)
    filmed = LivePortraitVideo(networks, source)
    count = len(filmed.gone)
    return filmed.frames(motion.at(fps).exp, **rest_of(count)), count, int(filmed.gone.sum())


def _sound_over(options, wave) -> None:
    """The source's own pictures with the new speech."""
    from ..media.video import VideoWriter
    from ..media.video_reader import read_video

    video = read_video(options.video, with_audio=False)
    first = next(video.frames)
    with VideoWriter(options.out, video.fps, (first.shape[1], first.shape[0]), wave) as writer:
        writer.write(first)
        for frame in video.frames:
            writer.write(frame)
    print(options.out)


def _edit(options) -> None:
    import torch

    from ..audio.loudness import normalise
    from ..clock import MOTION_FPS
    from ..render.liveportrait import open_motion
    from ..tasks.edit import edit, move_lips
    from ..tasks.speak import animate
    from ..text.parse import check_text

    _check_output(options.out, ".wav")
    _check_output(options.motion_out, ".safetensors")
    spans = tuple(_span(written) for written in options.span)
    face = tuple(_span(written, "--face-span") for written in options.face_span)
    if options.text:
        check_text(options.text, TEXT_LIMIT)
        if not spans and not options.old_text:
            raise JamFlowError("Give --old-text (what the recording says), or --span start:end (what is said anew).")
    elif spans or not face:
        raise JamFlowError(
            "Give --text (the whole new text), or only --face-span start:end (where the lips move anew)."
        )
    models, wave = _models(options), _sound(options.audio)
    motion = torch.from_numpy(open_motion(options.motion).at(MOTION_FPS).exp) if options.motion else None
    if motion is None and (options.motion_out or face):
        motion = animate(models, normalise(wave)[0]).motion
    with _bar("editing") as tell:
        if options.text:
            clip = edit(
                models, wave, options.text, spans, motion, was=options.old_text, face=face or None,
                settings=_settings(options, "edit"), progress=tell,
            )  # fmt: skip
        else:
            clip = move_lips(models, wave, motion, face, settings=_settings(options, "animate"), progress=tell)
    _keep(clip, options.out, options.motion_out)


def _span(written: str, option: str = "--span"):
    from ..clock import Span

    try:
        return Span(*(float(part) for part in written.split(":")))
    except (ValueError, TypeError):
        raise JamFlowError(f"Write {option} as start:end in seconds, the end after the start, not {written}.") from None


def _info(options) -> None:
    from importlib import metadata

    from ..catalog import places
    from ..catalog.precision import fast_dtype
    from ..catalog.recognise import Kind
    from ..models import EMBEDDED
    from ..tasks.voices import preset_names

    print("voices:", ", ".join(preset_names()))
    for path in sorted(EMBEDDED.parent.glob("*.safetensors")):
        print(f"model: {path.name} ({path.stat().st_size / 2**20:.1f} MB)")
    roots = _roots(options)
    for kind, name in ((Kind.F5, "F5-TTS"), (Kind.VOCOS, "Vocos")):
        print(f"{name}: {places.find_weights(kind, roots) or f'not found; {places.missing(kind, roots)}'}")
    try:
        print(f"LivePortrait: {places.find_portrait_networks(roots)}")
    except JamFlowError as error:
        print(f"LivePortrait: not complete; {error}")
    print("looked for in:", ", ".join(map(str, roots)))
    print("precision of large weights on this CPU:", str(fast_dtype()).removeprefix("torch."))
    names = ("torch", "safetensors", "numpy", "opencv-python", "av", "onnxruntime", "hibari-tts")
    for name in names:
        try:
            print(f"{name}: {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"{name}: missing (pip install {name})")


def _bench(options) -> None:
    from ..train.speed import report

    report(options.repeat)
