"""Editing a recording like a text: the words that differ become the time mask."""

from comfy_api.latest import io

from ..jamflow_core.errors import JamFlowError
from .masks import add_to_input, in_lanes, lanes_input, mask_output
from .node import CATEGORY, Node, report
from .sockets import AudioRef, Model, Text
from .text import Line


class JamFlowEditTranscript(Node):
    """A recording, what it says and what it shall say -> time mask and new text."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowEditTranscript",
            display_name="JAM-Flow Edit Transcript",
            category=CATEGORY,
            description="Compares what a recording says with what it shall say: the words that differ become the time "
            "mask, in as many places as there are, and only they are spoken anew.",
            search_aliases=["change words", "text based editing", "speech edit", "replace word", "overdub"],
            inputs=[
                Model.Input("model", tooltip="The model of Load JAM-Flow; it finds when each word is said."),
                AudioRef.Input("recording", tooltip="The recording to change (JAM-Flow Reference Audio, role drive)."),
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
                    default="They hoped to get together at a later date.",
                    multiline=True,
                    dynamic_prompts=False,
                    tooltip="What it shall say: change, add or remove words anywhere. [pause 0.5s] makes a pause.",
                ),
                lanes_input(),
                add_to_input(),
            ],
            outputs=[
                Text.Output(display_name="text", tooltip="The new text, for the text of JAM-Flow Joint Sampler."),
                mask_output(),
                Text.Output(
                    display_name="old_text",
                    tooltip="What the recording says, with the times of its words: for JAM-Flow Timeline.",
                ),
                io.String.Output(display_name="report", tooltip="What changes, and when: a line for each place."),
            ],
        )

    @classmethod
    def run(cls, model, recording, old_text, new_text, lanes, add_to=None) -> io.NodeOutput:
        from ..jamflow_core.align.changes import compare, describe
        from ..jamflow_core.tasks.align import align_mel
        from ..jamflow_core.tasks.edit import as_heard, spans_of
        from ..jamflow_core.text.parse import parse

        mel, _ = as_heard(recording.speech())
        said = old_text if old_text.strip() else recording.text
        if said is None:
            raise JamFlowError("nobody knows what the recording says: write it in old_text")
        old, new = align_mel(model, mel, said), parse(new_text)
        changes = compare(old, new).changes
        if not changes:
            raise JamFlowError("new_text says what the recording says: change a word of it")
        mask = in_lanes(spans_of(changes, mel), lanes, add_to)
        told = describe(old, new, changes)
        return io.NodeOutput(Line(new_text, new, was=old), mask, Line(old.text, old), told, ui=report(told))
