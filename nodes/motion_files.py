"""Motion to and from files: LivePortrait expression deltas in a safetensors file (tensor `exp`, metadata `fps`), and
LivePortrait's motion templates."""

import os

import folder_paths
from comfy_api.latest import io

from ..jamflow_core.clock import MOTION_FPS
from ..jamflow_core.errors import JamFlowError
from . import latent as streams
from .node import CATEGORY, Node, report
from .sockets import Motion

NONE_YET = "no motion file yet"


def motion_files() -> list[str]:
    """Motion files in the input folder, and those that the pack saved."""
    saved = os.path.join(folder_paths.get_output_directory(), "motion")
    places = ((folder_paths.get_input_directory(), "{}"), (saved, "motion/{} [output]"))
    return [
        pattern.format(name)
        for folder, pattern in places
        if os.path.isdir(folder)
        for name in sorted(os.listdir(folder))
        if name.endswith((".safetensors", ".pkl"))
    ]


class JamFlowLoadMotion(Node):
    """A motion file -> motion."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowLoadMotion",
            display_name="JAM-Flow Load Motion",
            category=f"{CATEGORY}/motion",
            description="Reads a motion file: lip and face keypoints over time, as JAM-Flow Save Motion writes them, "
            "or a motion template of LivePortrait (.pkl; no code in it is run).",
            search_aliases=["open motion", "motion template", "liveportrait motion"],
            inputs=[
                io.Combo.Input(
                    "file",
                    options=motion_files() or [NONE_YET],
                    tooltip="A .safetensors or .pkl file of the input folder, or one saved before (output/motion).",
                ),
            ],
            outputs=[
                Motion.Output(
                    display_name="motion",
                    tooltip="The motion, for JAM-Flow Reference Motion or JAM-Flow Portrait Render.",
                )
            ],
        )

    @classmethod
    def validate_inputs(cls, file=None):
        if file == NONE_YET:
            return (
                f"{cls.title()}: there is no motion file yet: save one (JAM-Flow Save Motion), or put a "
                ".safetensors or .pkl file into the input folder"
            )
        if file and not folder_paths.exists_annotated_filepath(file):
            return f"{cls.title()}: there is no {file!r} any more: choose another file"
        return True

    @classmethod
    def fingerprint_inputs(cls, file):
        return os.path.getmtime(folder_paths.get_annotated_filepath(file))

    @classmethod
    def run(cls, file) -> io.NodeOutput:
        from ..jamflow_core.catalog.templates import open_motion

        return io.NodeOutput(open_motion(folder_paths.get_annotated_filepath(file)))


class JamFlowSaveMotion(Node):
    """The motion of a latent -> a file in output/motion."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowSaveMotion",
            display_name="JAM-Flow Save Motion",
            category=f"{CATEGORY}/motion",
            description="Writes the motion of a clip to a small file that any portrait can be driven with later.",
            search_aliases=["export motion"],
            is_output_node=True,
            inputs=[
                io.MultiType.Input(
                    io.Latent.Input("latent"),
                    types=[io.Latent, Motion],
                    tooltip="A clip of JAM-Flow Joint Sampler, or a motion. One of the whole face (LivePortrait) is "
                    "saved as a template.",
                ),
                io.String.Input(
                    "filename_prefix",
                    default="motion/JAM-Flow",
                    tooltip="Where to write inside the output folder; a number and .safetensors are added.",
                ),
            ],
            outputs=[Motion.Output(display_name="motion", tooltip="The motion that was saved.")],
        )

    @classmethod
    def run(cls, latent, filename_prefix) -> io.NodeOutput:
        from ..jamflow_core.catalog.templates import keep_motion
        from ..jamflow_core.motion.files import Motion as MotionClip

        clip = (
            latent if isinstance(latent, MotionClip) else MotionClip(streams.motion(latent).cpu().numpy(), MOTION_FPS)
        )
        if not len(clip.exp):
            raise JamFlowError("this clip has no motion frames: connect one that moves")
        folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix, folder_paths.get_output_directory()
        )
        file = f"{name}_{counter:05}_.safetensors"
        keep_motion(os.path.join(folder, file), clip)
        return io.NodeOutput(clip, ui=report(os.path.join(subfolder, file)))
