"""Motion and a picture -> a moving portrait, as a streamed video or as frames."""

from typing import ClassVar

from comfy_api.latest import io

from ..jamflow_core.clock import MOTION_FPS
from ..jamflow_core.errors import JamFlowError
from . import latent as streams
from .media import Shots, image_of, mask_of
from .node import CATEGORY, Node, counted, report
from .painting import Besides, painted, spoken, video_of, watched, write
from .render_inputs import PORTRAITS, STREAM, Pictures, RenderWidgets, render_inputs


class JamFlowPortraitRender(Node):
    """Latent and picture -> talking portrait."""

    groups: ClassVar = {"pictures": Pictures, "widgets": RenderWidgets}

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowPortraitRender",
            display_name="JAM-Flow Portrait Render",
            category=CATEGORY,
            description="Paints the face of a portrait (photo, painting or drawing) saying the clip, with blinks and "
            "slight head motion. As a video it is written frame by frame, so its length is not limited by memory.",
            search_aliases=["talking head", "animate portrait", "lip sync", "liveportrait"],
            inputs=render_inputs(),
            outputs=[
                io.Video.Output(
                    display_name="video", is_output_list=True, tooltip="The clip with its sound, for Save Video."
                ),
                io.Image.Output(
                    display_name="frames",
                    is_output_list=True,
                    tooltip="The pictures, one a frame, if output is set to frames.",
                ),
                io.Mask.Output(
                    display_name="mask",
                    is_output_list=True,
                    tooltip="Where each frame differs from the portrait, if output is set to frames.",
                ),
                io.Float.Output(
                    display_name="fps", is_output_list=True, tooltip="Frames per second, for Create Video."
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, input_types):
        wrong = cls.misfit(input_types)
        if "image" in input_types and "video" in input_types:
            wrong = "image and video are both connected, and the face is taken from one of them: remove one"
        if "mask" in input_types and "image" not in input_types:
            wrong = "there is a mask but no image: connect the image that it is of, or remove the mask"
        return f"{cls.title()}: {wrong}" if wrong else True

    @classmethod
    def run(
        cls, portrait, latent, pictures: Pictures, widgets: RenderWidgets, audio=None, expression=None, driving=None
    ) -> io.NodeOutput:
        from ..jamflow_core.motion.files import Motion as Clip

        widgets.check()
        clip = latent if isinstance(latent, Clip) else Clip(streams.motion(latent).cpu().numpy(), MOTION_FPS)
        if not len(clip.exp):
            raise JamFlowError("this clip has no motion frames: connect one that moves")
        besides = Besides(audio, expression, driving, None if latent is clip else latent.get("jamflow_text"))
        each = pictures.apart() if widgets.images_are == PORTRAITS else [pictures]
        shown = [cls.made(painted(portrait, clip, these, widgets, besides), widgets.output, audio) for these in each]
        videos, frames, masks, rates, told = map(list, zip(*shown))
        number = counted(len(each), "portrait") if len(each) > 1 else None
        return io.NodeOutput(
            videos, frames, masks, rates, ui=report(f"seed {widgets.seed}", portrait.name, number, *told)
        )

    @classmethod
    def made(cls, shots: Shots, output: str, audio: dict | None) -> tuple:
        """One clip as VIDEO, IMAGE, MASK, its rate, and what to tell of it."""
        seconds = shots.count / shots.fps
        if (
            audio is not None and abs(spoken(audio) - seconds) < 1 / shots.fps
        ):  # the last frame lasts as long as the sound
            seconds = spoken(audio)
        pairs, told = watched(shots.pairs, shots.count), f"{seconds:.2f} s"
        if shots.warning:
            told += f", {shots.warning}"
        if output == STREAM:
            from comfy_execution.graph_utils import ExecutionBlocker

            blocked = ExecutionBlocker(f"{cls.title()}: set output to frames to use its pictures or mask")
            return write(pairs, shots.fps, audio), blocked, blocked, shots.fps, told
        frames, masks = [], []
        for before, after in pairs:
            frames.append(after)
            masks.append((before != after).any(axis=2))
        images = image_of(frames)
        return video_of(images, shots.fps, audio), images, mask_of(masks), shots.fps, told
