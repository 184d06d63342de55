"""Mouths for a restorer: crops out, any upscaler or face restorer between, crops in."""

from comfy_api.latest import io

from .media import frames_of, image_of
from .node import CATEGORY, Node, Progress, counted, report
from .sockets import Places

MOUTH, FACE = "mouth", "face"


class JamFlowMouthCrops(Node):
    """Frames -> crops of the mouth, and where they were."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowMouthCrops",
            display_name="JAM-Flow Mouth Crops",
            category=CATEGORY,
            description="Cuts the mouth out of every frame, for an upscaler or a restorer of faces; JAM-Flow Paste "
            "Mouths lays the result back.",
            search_aliases=["face restore", "upscale mouth", "codeformer", "gfpgan"],
            inputs=[
                io.Image.Input(
                    "frames", tooltip="Frames of JAM-Flow Portrait Render (output: frames), or any video of a face."
                ),
                io.Combo.Input(
                    "region",
                    options=[MOUTH, FACE],
                    tooltip="What a crop shows. mouth: for upscalers. face: for restorers of faces, which must see a "
                    "whole one; what is laid back is the mouth alone all the same.",
                ),
                io.Int.Input(
                    "size",
                    default=512,
                    min=0,
                    max=4096,
                    step=8,
                    tooltip="Side of the crops in pixels. 0: as large as the mouth is in the frames, which suits "
                    "upscalers.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="crops", tooltip="One square picture a frame, for the restorer."),
                Places.Output(display_name="places", tooltip="Where the crops were cut, for JAM-Flow Paste Mouths."),
            ],
        )

    @classmethod
    def run(cls, frames, region, size) -> io.NodeOutput:
        from ..jamflow_core.render.restore import cut, find_places

        show = Progress()
        places = find_places(frames_of(frames), region, size, progress=lambda done: show(done, len(frames)))
        without = int((~places.seen).sum())
        told = f"{counted(without, 'frame')} without a face, left as they are" if without else None
        side = f"{places.side:.0f} pixels of the frame in {places.size}"
        return io.NodeOutput(image_of(list(cut(frames_of(frames), places))), places, ui=report(side, told))


class JamFlowPasteMouths(Node):
    """Restored crops -> frames."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowPasteMouths",
            display_name="JAM-Flow Paste Mouths",
            category=CATEGORY,
            description="Lays restored mouths back into their frames, with a soft edge and in the frames' colours.",
            inputs=[
                io.Image.Input("frames", tooltip="The frames that went into JAM-Flow Mouth Crops."),
                io.Image.Input("crops", tooltip="What the restorer made of the crops, of any size."),
                Places.Input("places", tooltip="Where the crops were cut: of JAM-Flow Mouth Crops."),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="How much of the restored mouth shows: 0 is the frame's own, 1 the restored one.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="frames", tooltip="The frames with restored mouths, for Create Video.")
            ],
        )

    @classmethod
    def run(cls, frames, crops, places, strength) -> io.NodeOutput:
        from ..jamflow_core.render.restore import lay_back

        return io.NodeOutput(image_of(list(lay_back(frames_of(frames), frames_of(crops), places, strength))))
