"""Scripts and subtitles: many lines, several voices and portraits, of any length."""

import os
import re
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import ClassVar

import folder_paths
from comfy_api.latest import InputImpl, io

from ..jamflow_core.clock import MOTION_FPS
from ..jamflow_core.errors import JamFlowError
from ..jamflow_core.render import LAYOUTS
from .draw import thumbnail
from .media import audio_of, frames_of
from .node import CATEGORY, Node, Progress, report, seed_input, steps_input
from .render_inputs import EXAMPLES
from .sockets import AudioRef, Expression, Model, Motion, Portrait, Vocoder

DEFAULT_SCRIPT = (
    "[isabella] Have you heard? We can speak now.\n"
    "[george] I heard you. [pause 0.5s] And I have waited long enough to answer."
)
SCRIPT, SUBTITLES = "script", "subtitles (srt)"
ONE_PICTURE = LAYOUTS[2]


@dataclass(frozen=True)
class ScriptWidgets:
    """The widgets of JAM-Flow Script."""

    script: str
    format: str
    layout: str
    speed: float
    seed: int
    steps: int
    name: str
    faces: str = ""


class JamFlowScript(Node):
    """Script, voices, portraits -> video, speech and subtitles, chunk by chunk on disk."""

    groups: ClassVar = {"widgets": ScriptWidgets}

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowScript",
            display_name="JAM-Flow Script",
            category=CATEGORY,
            description="Speaks a script or subtitles with several voices and portraits. It works chunk by chunk on "
            "disk, so length is not limited by memory; after a stop or a change only what is missing is made.",
            search_aliases=["dialogue", "conversation", "podcast", "srt", "subtitles", "long form", "audiobook"],
            inputs=[
                Model.Input("model", tooltip="The model of Load JAM-Flow."),
                Vocoder.Input("vocoder", tooltip="The vocoder of Load JAM-Flow."),
                Portrait.Input(
                    "portrait",
                    optional=True,
                    tooltip="The renderer of Load JAM-Flow, for a video: embedded or LivePortrait. Without it only "
                    "speech and motion are made.",
                ),
                io.String.Input(
                    "script",
                    default=DEFAULT_SCRIPT,
                    multiline=True,
                    dynamic_prompts=False,
                    tooltip="[name] says who speaks from there on: the name of a preset voice, or any other for the "
                    "voices that are connected. [pause 0.5s] makes a pause.",
                ),
                io.Combo.Input(
                    "format",
                    options=[SCRIPT, SUBTITLES],
                    tooltip="script: lines follow each other. subtitles: the text of an .srt file; every line is "
                    "spoken at its time.",
                ),
                io.Autogrow.Input(
                    "voices",
                    template=io.Autogrow.TemplatePrefix(
                        AudioRef.Input("voice", tooltip="A voice of JAM-Flow Reference Audio (role voice)."),
                        prefix="voice",
                        min=0,
                        max=16,
                    ),
                    tooltip="Voices for the names that are no presets, in the order in which these first speak.",
                ),
                io.Autogrow.Input(
                    "images",
                    template=io.Autogrow.TemplatePrefix(
                        io.Image.Input("image", tooltip="A portrait."), prefix="image", min=0, max=16
                    ),
                    tooltip="Portraits of the speakers, in the order in which they first speak (a batch is one each); "
                    "the others get shipped examples that fit their voices.",
                ),
                Expression.Input(
                    "expression", optional=True, tooltip="What the faces do besides speaking (JAM-Flow Expression)."
                ),
                io.Combo.Input(
                    "layout",
                    options=list(LAYOUTS),
                    tooltip="How several portraits are shown: all in a row, only the one who speaks, or as several "
                    "faces of one picture, of which each moves its own mouth.",
                ),
                io.Float.Input(
                    "speed", default=1.0, min=0.5, max=2.0, step=0.05, tooltip="Pace of speech: 2 is twice as fast."
                ),
                seed_input("Another seed is another take of every line."),
                steps_input("Sampling steps. 0 takes what is best for speech.", advanced=True),
                io.String.Input(
                    "name",
                    default="JAM-Flow/script",
                    tooltip="Finished chunks are kept in output/<name>.chunks for the next run. Delete the folder "
                    "when you are done.",
                ),
                io.String.Input(
                    "faces",
                    default="",
                    optional=True,
                    placeholder="anna=1, bob=2",
                    tooltip="Layout one picture: who speaks with which face, counted from 1, the largest first. "
                    "Empty: in the order in which they first speak. The picture below writes it.",
                ),
            ],
            outputs=[
                io.Video.Output(display_name="video", tooltip="The portraits speaking, with sound, for Save Video."),
                io.Audio.Output(display_name="audio", tooltip="The speech of all, mono, 24 kHz."),
                Motion.Output(
                    display_name="motions",
                    is_output_list=True,
                    tooltip="The motion of each speaker, at rest while others speak, for JAM-Flow Portrait Render.",
                ),
                io.String.Output(display_name="subtitles", tooltip="What is said when, as the text of an .srt file."),
                io.String.Output(display_name="report", tooltip="How long it is, and how much was made anew."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def run(
        cls, model, vocoder, voices, images, widgets: ScriptWidgets, portrait=None, expression=None
    ) -> io.NodeOutput:
        from dataclasses import replace

        import numpy as np
        import torch

        from ..jamflow_core.motion.files import Motion as Clip
        from ..jamflow_core.tasks.front_ends import front_end
        from ..jamflow_core.tasks.longform.produce import produce
        from ..jamflow_core.tasks.longform.store import Store
        from ..jamflow_core.tasks.run import Run
        from ..jamflow_core.text.srt import format_srt
        from .models import Decoding

        lines, cast = cast_of(widgets.script, widgets.format, list(voices.values()))
        usual = front_end(model).usual("speak")
        settings = replace(usual, seed=widgets.seed, steps=widgets.steps or usual.steps)
        show, share = Progress(), 500 if portrait is not None else 1000
        with Store(chunk_folder(widgets.name), cls.hidden.unique_id) as store:
            timeline = produce(
                Decoding(model, vocoder), lines, cast, store, speed=widgets.speed,
                run=Run(settings, lambda done, _: show(round(done * share), 1000)),
            )  # fmt: skip
            keys = [chunk.key for chunk in timeline.chunks]
            told = f"{timeline.seconds:.1f} s, {store.made} of {store.made + store.found} chunks made anew"
            if timeline.again:
                told += f"; {timeline.again} of them said again, as a word was lost"
            if timeline.rushed or timeline.late > 0.1:
                told += f"; {timeline.rushed} subtitles spoken faster, speech up to {timeline.late:.1f} s late"
            if portrait is None:
                from comfy_execution.graph_utils import ExecutionBlocker

                missing = "connect the renderer of Load JAM-Flow to portrait for a video"
                video = ExecutionBlocker(f"{cls.title()}: {missing}")
            else:
                names = {who: voice.name for who, voice in cast.items()}
                video, more = painted(timeline, portrait, names, list(images.values()), widgets, expression, show)
                keys += more
            store.keep_only(keys)
        audio = audio_of([torch.from_numpy(np.concatenate(list(timeline.waves())))])
        motions = [Clip(np.concatenate(list(timeline.motion_of(who))), MOTION_FPS) for who in timeline.speakers]
        return io.NodeOutput(
            video, audio, motions, format_srt(timeline.subtitles()), told, ui=report(f"seed {widgets.seed}", told)
        )


def cast_of(script: str, kind: str, given: list):
    """The lines of a script, and a voice for each speaker: a preset by its name, else the next one that is
    connected.
    """
    from ..jamflow_core.tasks import voices
    from ..jamflow_core.tasks.longform.lines import lines_of_script, lines_of_srt, speakers_of
    from .references import DEFAULT_VOICE

    lines = (lines_of_srt if kind == SUBTITLES else lines_of_script)(script, None, DEFAULT_VOICE)
    waiting, cast = iter(given), {}
    for name in speakers_of(lines):
        if name.lower() in voices.preset_names():
            cast[name] = voices.preset(name.lower())
            continue
        reference = next(waiting, None)
        if reference is None:
            presets = ", ".join(voices.preset_names())
            raise JamFlowError(f"[{name}] has no voice: connect one, or use the name of a preset: {presets}")
        if reference.voice is None:
            raise JamFlowError(
                "a recording to follow cannot speak a script: set the role of JAM-Flow Reference Audio to voice"
            )
        cast[name] = reference.voice
    return lines, cast


def chunk_folder(name: str) -> Path:
    """Where the chunks of a script are kept, inside the output folder."""
    output = Path(os.path.abspath(folder_paths.get_output_directory()))
    folder = Path(os.path.abspath(output / f"{name.strip() or 'JAM-Flow/script'}.chunks"))
    if not folder.is_relative_to(output):  # on Windows it may lie on another drive
        raise JamFlowError("the chunks would lie outside of ComfyUI's output folder: choose another name")
    return folder


def painted(timeline, portrait, voices: dict[str, str], images: list, widgets: ScriptWidgets, expression, show):
    """The timeline as VIDEO over a file in ComfyUI's temporary folder, and the keys of its kept segments."""
    from ..jamflow_core.media.picture import read_image
    from ..jamflow_core.render.expression import NEUTRAL
    from ..jamflow_core.render.stage import staged
    from ..jamflow_core.tasks.longform.faces import faces_for
    from ..jamflow_core.tasks.longform.film import film, look_of

    if widgets.layout == ONE_PICTURE:
        pictures = in_one_picture(portrait, images, faces_of(widgets.faces, timeline.speakers))
    else:
        given = dict(zip(timeline.speakers, chain.from_iterable(map(frames_of, images))))
        examples = faces_for({who: voices[who] for who in timeline.speakers if who not in given})
        shown = {who: given[who] if who in given else read_image(examples[who]) for who in timeline.speakers}
        pictures = {who: portrait.pose(picture) for who, picture in shown.items()}
    chosen = expression or NEUTRAL
    folder, stem, counter, _, _ = folder_paths.get_save_image_path("JAM-Flow", folder_paths.get_temp_directory())
    path = os.path.join(folder, f"{stem}_{counter:05}_.mp4")
    keys = film(
        timeline, staged(pictures, widgets.layout), path, seed=widgets.seed, expressions={name: chosen for name in
        pictures},
        look=look_of(pictures, repr(chosen.fingerprint())),
        progress=lambda done, frame: show(
            500 + int(500 * done), 1000, thumbnail(frame) if round(done * timeline.frames) % 25 == 1 else None
        ),
    )  # fmt: skip
    return InputImpl.VideoFromFile(path), keys


def in_one_picture(portrait, images: list, faces: dict[str, int]) -> dict:
    """By speaker, their face of the first picture that is connected, else of the two that ship, posed."""
    picture = next(chain.from_iterable(map(frames_of, images)), None)
    if picture is None:
        from ..jamflow_core.media.picture import read_image

        picture = read_image(EXAMPLES / "drawing_two.jpg")
    return {who: portrait.pose(picture, face) for who, face in faces.items()}


def faces_of(written: str, speakers: list[str]) -> dict[str, int]:
    """ "anna=2, bob=1" -> {"anna": 1, "bob": 0}; who is not named takes the next face that is free."""
    chosen = {}
    for part in filter(str.strip, re.split(r"[,;\n]", written)):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not equals or not number.isdigit() or int(number) < 1:
            raise JamFlowError(f"{part.strip()[:40]!r} names no face: write like anna=1, bob=2")
        chosen[name.lower()] = int(number) - 1
    free = (index for index in range(len(speakers) + len(chosen)) if index not in chosen.values())
    return {who: chosen[who.lower()] if who.lower() in chosen else next(free) for who in speakers}
