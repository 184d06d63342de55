"""Words of a recording said anew, heard and compared on the node itself: transcript, time mask, sampler and vocoder in
one."""

from dataclasses import dataclass
from typing import ClassVar

from comfy_api.latest import io

from ..jamflow_core.clock import MEL_RATE, SAMPLE_RATE
from ..jamflow_core.errors import JamFlowError
from . import latent as streams
from .clip_view import clip_of
from .decode import Kept
from .masks import LANES
from .media import audio_of
from .node import CATEGORY, Node, report, seed_input, steps_input
from .sockets import AudioRef, Model, MotionRef, Text, Vocoder
from .text import Line


@dataclass(frozen=True)
class OverdubWidgets:
    """The widgets of JAM-Flow Overdub."""

    old_text: str
    new_text: str
    lanes: str
    seed: int
    steps: int = 0


class JamFlowOverdub(Node):
    """A recording, what it says and what it shall say -> the recording with the changed words said anew."""

    groups: ClassVar = {"widgets": OverdubWidgets}

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowOverdub",
            display_name="JAM-Flow Overdub",
            category=CATEGORY,
            description="Changes words of a recording on the spot: double-click a word, type the new one, say it, "
            "hear it in place, compare takes with the original. Everything else is kept exactly.",
            search_aliases=["change a word", "takes", "speech edit", "replace word", "punch in", "text based editing"],
            inputs=[
                Model.Input("model", tooltip="The model of Load JAM-Flow."),
                Vocoder.Input("vocoder", tooltip="The vocoder of Load JAM-Flow."),
                AudioRef.Input("recording", tooltip="The recording to change (JAM-Flow Reference Audio, role drive)."),
                MotionRef.Input(
                    "motion_ref",
                    optional=True,
                    tooltip="The lips of the recording, where there are some. Without them the model finds them.",
                ),
                io.String.Input(
                    "old_text",
                    default="They hoped to get together at an early date.",
                    multiline=True,
                    dynamic_prompts=False,
                    tooltip="What the recording says now, word for word. Empty: the transcript of JAM-Flow Reference "
                    "Audio.",
                ),
                io.String.Input(
                    "new_text",
                    default="",
                    multiline=True,
                    dynamic_prompts=False,
                    tooltip="What it shall say. The timeline below writes it when a word is double-clicked and typed "
                    "anew. Empty: nothing is changed.",
                ),
                io.Combo.Input(
                    "lanes",
                    options=LANES[:2],
                    tooltip="What is made anew where words change: the sound and the lips, or only the sound.",
                ),
                seed_input("Another seed is another take of the changed words."),
                steps_input("Sampling steps. 0 takes what is best for the job.", advanced=True),
            ],
            outputs=[
                io.Audio.Output(
                    display_name="audio", tooltip="The recording with the chosen take in it, mono, 24 kHz."
                ),
                io.Latent.Output(
                    display_name="latent", tooltip="Motion and mel of the result, for JAM-Flow Portrait Render."
                ),
                Text.Output(display_name="text", tooltip="What it says now, with the times of words and phonemes."),
                io.String.Output(display_name="report", tooltip="What changed, and when: a line for each place."),
            ],
            is_output_node=True,  # so that it can be run alone, to hear a take
        )

    @classmethod
    def run(cls, model, vocoder, recording, widgets: OverdubWidgets, motion_ref=None) -> io.NodeOutput:
        from ..jamflow_core.align.changes import compare, describe
        from ..jamflow_core.tasks.align import align_mel
        from ..jamflow_core.tasks.edit import as_heard
        from ..jamflow_core.tasks.front_ends import front_end
        from ..jamflow_core.text.parse import parse

        front_end(model).require_times("edit")
        wave = recording.speech()
        mel, _ = as_heard(wave)
        said = widgets.old_text if widgets.old_text.strip() else recording.text
        if said is None:
            raise JamFlowError("nobody knows what the recording says: write it in old_text")
        old = align_mel(model, mel, said)
        new = parse(widgets.new_text) if widgets.new_text.strip() else None
        changes = compare(old, new).changes if new is not None else ()
        motion = motion_ref if motion_ref is not None else cls.lips(model, wave, old)
        shown = {"original": clip_of(wave, old, motion), "take": None, "spans": []}
        if not changes:
            packed = streams.pack(mel, motion, jamflow_text=Line(old.text, old))
            told = f"{len(wave) / SAMPLE_RATE:.2f} s, nothing changed"
            return io.NodeOutput(
                audio_of([wave]), packed, Line(old.text, old), told, ui=report(told) | {"jamflow_overdub": [shown]}
            )
        clip, kept = cls.painted(model, vocoder, wave, old, motion, widgets)
        line, told = Line(clip.text.text, clip.text), describe(old, new, changes)
        lips = clip.motion if clip.motion is not None else motion
        took = {"seed": widgets.seed, "text": widgets.new_text, "spans": _spans(kept.plan, new=True)}
        shown |= {"take": clip_of(clip.wave, clip.text, lips) | took, "spans": _spans(kept.plan, new=False)}
        packed = streams.pack(clip.mel, lips, jamflow_text=line, jamflow_kept=kept)
        ui = report(f"seed {widgets.seed}, {len(clip.wave) / SAMPLE_RATE:.2f} s", told, between="\n")
        return io.NodeOutput(audio_of([clip.wave]), packed, line, told, ui=ui | {"jamflow_overdub": [shown]})

    @classmethod
    def lips(cls, model, wave, text):
        """The face that says the recording, the same for every take: exp [frames, 21, 3]."""
        from dataclasses import replace

        from ..jamflow_core.audio.loudness import normalise
        from ..jamflow_core.tasks.animate import animate
        from ..jamflow_core.tasks.run import Run
        from ..jamflow_core.tasks.settings import DEFAULTS
        from .sampler import Watcher

        run = Run(replace(DEFAULTS["animate"], seed=0), Watcher(model.flow.config, pictures=False))
        return animate(model, normalise(wave)[0], text, run=run).motion

    @classmethod
    def painted(cls, model, vocoder, wave, old, motion, widgets: OverdubWidgets):
        """The Clip of one take, and what of the recording is kept in it."""
        from dataclasses import replace

        from ..jamflow_core.clock import GRID
        from ..jamflow_core.tasks.edit import Request, as_heard, paint, plan_edit
        from ..jamflow_core.tasks.run import Run
        from ..jamflow_core.tasks.settings import DEFAULTS
        from .models import Decoding
        from .sampler import Watcher

        usual = DEFAULTS["edit"]
        run = Run(
            replace(usual, seed=widgets.seed, steps=widgets.steps or usual.steps),
            Watcher(model.flow.config, pictures=False),
        )
        mel, gain = as_heard(wave)
        faced = widgets.lanes == LANES[0]
        cell = GRID if faced else 1
        plan = plan_edit(model, mel, Request(widgets.new_text, (), old), cell)
        clip = paint(Decoding(model, vocoder), wave, plan, motion if faced else None, run=run)
        return clip, Kept(wave, gain, plan)


def _spans(plan, new: bool) -> list[list[float]]:
    """Where a plan paints, [start, end] in seconds of the result (new) or of the recording."""
    ends = [(patch.place, patch.new_end) if new else (patch.start, patch.end) for patch in plan.patches]
    return [[round(frame / float(MEL_RATE), 3) for frame in pair] for pair in ends]
