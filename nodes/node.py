"""What every JAM-Flow node shares: one call into the core, its complaints signed with the node's name, its progress
shown.
"""

from dataclasses import fields
from typing import Any, ClassVar

import comfy.model_management as mm
import comfy.utils
from comfy_api.latest import io

from ..jamflow_core.errors import JamFlowError, named

CATEGORY = "JAM-Flow"


def as_inputs(message: str) -> str:
    """A message of the core in the words of the nodes: mouth_box=... is "mouth box ..."."""
    return named(message, lambda parameter: f"{parameter.replace('_', ' ')} ")


class Node(io.ComfyNode):
    """A node whose work is in `run`. A JamFlowError leaves it as "<display name>: <what is wrong>: <what to do>".

    (ComfyUI's frontend shows only the first words of an error, so they must name the node and what is wrong.)

    groups: parameters of `run` that are dataclasses of several inputs each, {parameter: dataclass}. A field has the id
    of its input; its default is what a graph means that was saved before there was such an input.
    """

    groups: ClassVar[dict[str, type]] = {}

    @classmethod
    def execute(cls, **inputs) -> io.NodeOutput:
        try:
            return cls.run(**cls.grouped(inputs))
        except JamFlowError as error:
            raise JamFlowError(f"{cls.title()}: {as_inputs(str(error))}") from error

    @classmethod
    def grouped(cls, inputs: dict[str, Any]) -> dict[str, Any]:
        """Inputs by their ids -> the arguments of `run`."""
        rest, made = dict(inputs), {}
        for parameter, group in cls.groups.items():
            made[parameter] = group(
                **{field.name: rest.pop(field.name) for field in fields(group) if field.name in rest}
            )
        return rest | made

    @classmethod
    def run(cls, **inputs) -> io.NodeOutput:
        raise NotImplementedError

    @classmethod
    def title(cls) -> str:
        """The node's name as the artist sees it. (A running node must not touch ComfyUI's cached schema.)"""
        return cls.define_schema().display_name

    @classmethod
    def misfit(cls, input_types: dict[str, str]) -> str | None:
        """What is wrong with the types of the links ({input: type}), in words; None if nothing is.

        For a `validate_inputs` that takes `input_types`: ComfyUI repeats a complaint for every input that such a method
        names, so it should name this one only; the check of types is then left to the node.
        """
        from comfy_execution.validation import validate_node_input

        for item in cls.define_schema().inputs:
            told = input_types.get(item.id)
            if told is not None and not validate_node_input(told, item.get_io_type()):
                return f"{told} does not fit {item.id}: connect {item.get_io_type()}"
        return None


def report(*parts: str | None, between: str = ", ") -> dict:
    """What a run tells, for NodeOutput's `ui`: the parts that are there, as one text. The page keeps it on the node,
    and in the saved workflow (web/jamflow_report.js)."""
    return {"text": [between.join(part for part in parts if part)]}


def counted(number: int, what: str) -> str:
    """ "1 frame", "2 frames"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def seed_input(tooltip: str, another_take: bool = False) -> io.Int.Input:
    """A seed that stays, so that a change elsewhere makes only what follows from it; or one that moves on with every
    run.
    """
    after = io.ControlAfterGenerate.randomize if another_take else io.ControlAfterGenerate.fixed
    return io.Int.Input("seed", default=0, min=0, max=0xFFFFFFFFFFFFFFFF, control_after_generate=after, tooltip=tooltip)


def steps_input(tooltip: str, **more) -> io.Int.Input:
    """How long the sampler works; the core's `polish` comes on top of it."""
    more_steps = " Speech gets 4 more for a second pass that clears it (not with F5-TTS)."
    return io.Int.Input("steps", default=0, min=0, max=128, tooltip=tooltip + more_steps, **more)


def stop_if_interrupted() -> None:
    """Raise ComfyUI's own interruption when the user has pressed Cancel. Called at every step of every loop."""
    mm.throw_exception_if_processing_interrupted()


class Progress:
    """ComfyUI's progress bar as the callback the core asks for: progress(done, total, preview=None).

    `preview` is a PIL image, or None. Each call is a point where a run can be interrupted.
    """

    def __init__(self):
        self.bar = comfy.utils.ProgressBar(1)

    def __call__(self, done: int, total: int, preview=None) -> None:
        stop_if_interrupted()
        self.bar.update_absolute(done, total, None if preview is None else ("JPEG", preview, None))
