"""What the face does besides speaking."""

from dataclasses import dataclass
from typing import ClassVar

from comfy_api.latest import io

from ..jamflow_core.render.limits import AMOUNTS, CURVES
from .media import read_video
from .node import CATEGORY, Node, Progress, counted, report
from .sockets import Expression

SLIDERS = {
    "smile": "Smile over the lips' own motion: 0 as in the picture, 1 broad, below 0 the corners go down.",
    "brow": "Brows: 1 raised, -1 lowered.",
    "gaze_x": "Where the eyes look: 1 to the picture's right, -1 to its left.",
    "gaze_y": "Where the eyes look: 1 down, -1 up.",
    "yaw": "Turn of the head in degrees: above 0 to the picture's right.",
    "pitch": "Nod of the head in degrees: above 0 down.",
    "roll": "Tilt of the head in degrees: above 0 clockwise.",
}


@dataclass(frozen=True)
class ExpressionWidgets:
    """The widgets of JAM-Flow Expression."""

    blink: float
    sway: float
    glances: float
    nods: float
    curves: str
    strength: float
    smile: float = 0.0
    brow: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    def sliders(self) -> dict[str, float]:
        """The sliders that were moved."""
        return {name: getattr(self, name) for name in SLIDERS if getattr(self, name)}


class JamFlowExpression(Node):
    """Sliders, curves or a clip -> expression."""

    groups: ClassVar = {"widgets": ExpressionWidgets}

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowExpression",
            display_name="JAM-Flow Expression",
            category=CATEGORY,
            description="Blinks, brows, gaze, head and smile around the generated lips: by sliders, by curves over "
            "time, or from the face of a driving clip.",
            search_aliases=["emotion", "blink", "eyebrow", "gaze", "head motion", "smile", "driving video"],
            inputs=[
                *(
                    io.Float.Input(
                        name, default=0.0, min=-CURVES[name], max=CURVES[name], step=CURVES[name] / 20, tooltip=tip
                    )
                    for name, tip in SLIDERS.items()
                ),
                io.Float.Input(
                    "blink",
                    default=1.0,
                    min=0.0,
                    max=AMOUNTS["blink"],
                    step=0.1,
                    tooltip="How often to blink: 1 is every 2 to 6 seconds, 2 twice as often, 0 never.",
                ),
                io.Float.Input(
                    "sway",
                    default=1.0,
                    min=0.0,
                    max=AMOUNTS["sway"],
                    step=0.1,
                    tooltip="How much the head sways by itself; 0 keeps it still.",
                ),
                io.Float.Input(
                    "glances",
                    default=0.3,
                    min=0.0,
                    max=AMOUNTS["glances"],
                    step=0.05,
                    advanced=True,
                    tooltip="Small quick movements of the eyes between rests; 0 is a fixed stare.",
                ),
                io.Float.Input(
                    "nods",
                    default=0.5,
                    min=0.0,
                    max=AMOUNTS["nods"],
                    step=0.1,
                    advanced=True,
                    tooltip="Small nods on the loud syllables of the audio that Portrait Render is given.",
                ),
                io.String.Input(
                    "curves",
                    default="",
                    multiline=True,
                    dynamic_prompts=False,
                    placeholder="smile: 0:0 1.5:0.7 3:0",
                    tooltip="Values over time in place of a slider, a line each: its name, then seconds:value. Names: "
                    "smile, brow, gaze_x, gaze_y, lids, yaw, pitch, roll.",
                ),
                io.Video.Input(
                    "driving",
                    optional=True,
                    tooltip="A clip of a face: its blinks, brows, gaze and head take the place of the seeded ones. "
                    "Sliders and curves are added; blink, sway, glances and nods do not count then.",
                ),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=0.0,
                    max=2.0,
                    step=0.05,
                    advanced=True,
                    tooltip="How much of the driving clip's movement to take.",
                ),
            ],
            outputs=[
                Expression.Output(display_name="expression", tooltip="For the expression of JAM-Flow Portrait Render.")
            ],
        )

    @classmethod
    def run(cls, widgets: ExpressionWidgets, driving=None) -> io.NodeOutput:
        from ..jamflow_core.face.extract import extract_motion
        from ..jamflow_core.render import expression as core

        lines = {name: core.curve(value, name) for name, value in widgets.sliders().items()} | core.curves(
            widgets.curves
        )
        clip = told = None
        if driving is not None:
            source, show = read_video(driving), Progress()
            clip = extract_motion(source.frames, source.fps, progress=lambda done: show(done, source.count))
            if clip.missing:
                told = f"no face in {counted(len(clip.missing), 'frame')}, where the last one is held"
        made = core.Expression(
            lines, widgets.blink, widgets.sway, widgets.glances, widgets.nods, clip, widgets.strength
        )
        return io.NodeOutput(made, ui=report(told) if told else None)
