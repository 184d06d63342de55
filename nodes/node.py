"""What every JAM-Flow node shares: one call into the core, its complaints signed with the node's name, its progress shown."""

import comfy.model_management as mm
import comfy.utils
from comfy_api.latest import io

from ..jamflow_core.errors import JamFlowError

CATEGORY = "JAM-Flow"


class Node(io.ComfyNode):
    """A node whose work is in `run`. A JamFlowError leaves it as "<display name>: <what to mend>".

    (ComfyUI's frontend shows only the first words of an error, so they must name the node and the fix.)
    """

    @classmethod
    def execute(cls, **inputs) -> io.NodeOutput:
        try:
            return cls.run(**inputs)
        except JamFlowError as error:
            raise JamFlowError(f"{cls.title()}: {error}") from error

    @classmethod
    def run(cls, **inputs) -> io.NodeOutput:
        raise NotImplementedError

    @classmethod
    def title(cls) -> str:
        """The node's name as the artist sees it. (A running node must not touch ComfyUI's cached schema.)"""
        return cls.define_schema().display_name

    @classmethod
    def say(cls, text: str) -> None:
        """Show a line of text on the node while it works (needs `io.Hidden.unique_id` in the schema)."""
        if cls.hidden is None:
            return
        from server import PromptServer

        PromptServer.instance.send_progress_text(text, cls.hidden.unique_id)


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
