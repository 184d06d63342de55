"""What LivePortrait can be told at JAM-Flow Portrait Render; with the mesh renderer none of it counts."""

from comfy_api.latest import io

from .sockets import Motion


def liveportrait_inputs() -> list:
    """Inputs that older graphs do not have: all optional, with LivePortrait's own defaults."""
    return [
        Motion.Input(
            "driving",
            optional=True,
            tooltip="LivePortrait only: a template (JAM-Flow Load Motion) or a video's motion (JAM-Flow Reference Motion) that moves "
            "head, eyes and expression; the lips stay those of the latent. blink and head_motion do not count then.",
        ),
        io.Combo.Input(
            "motion_mode",
            options=["relative", "absolute"],
            optional=True,
            advanced=True,
            tooltip="LivePortrait, driving: relative adds the change since its first frame to the portrait; absolute takes "
            "its pose and expression as they are.",
        ),
        io.Combo.Input(
            "region",
            options=["all", "exp", "pose", "lip", "eyes"],
            optional=True,
            advanced=True,
            tooltip="LivePortrait, driving: what it may move. exp is the expression without the head, pose the head alone.",
        ),
        io.Float.Input(
            "multiplier",
            default=1.0,
            min=0.0,
            max=3.0,
            step=0.05,
            optional=True,
            advanced=True,
            tooltip="LivePortrait: how much of the motion, lips included. 1 is as it is.",
        ),
        io.Boolean.Input(
            "expression_friendly",
            default=False,
            optional=True,
            advanced=True,
            tooltip="LivePortrait, relative driving of a picture: motion in proportion to the sizes of both faces. Livelier; "
            "the head keeps less of its pose.",
        ),
        io.Combo.Input(
            "eye_retargeting",
            options=["off", "as driving", "steady"],
            optional=True,
            advanced=True,
            tooltip="LivePortrait: as driving opens the eyes as wide as those of the driving face; steady keeps a video's eyes as "
            "open as in its first frame.",
        ),
        io.Boolean.Input(
            "lip_retargeting",
            default=False,
            optional=True,
            advanced=True,
            tooltip="LivePortrait: a template that is rendered by itself opens the lips as wide as the driving face does.",
        ),
        io.Boolean.Input(
            "lip_zero",
            default=True,
            optional=True,
            advanced=True,
            tooltip="LivePortrait: a portrait with open lips starts from closed ones.",
        ),
        io.Boolean.Input(
            "stitching",
            default=True,
            optional=True,
            advanced=True,
            tooltip="LivePortrait: keep neck and shoulders where they are, so that the square fits into the picture.",
        ),
        io.Float.Input(
            "smoothing",
            default=1.0,
            min=0.0,
            max=100.0,
            step=0.1,
            optional=True,
            advanced=True,
            tooltip="LivePortrait, a template on a video: how much its tremble is smoothed. 1 is the official strength, 0 none.",
        ),
        io.Boolean.Input(
            "paste_back",
            default=True,
            optional=True,
            advanced=True,
            tooltip="LivePortrait: lay the painted square back into the picture. Off: frames are the square, 512 x 512.",
        ),
        io.Int.Input(
            "batch",
            default=0,
            min=0,
            max=64,
            optional=True,
            advanced=True,
            tooltip="LivePortrait: frames painted together. 0 chooses: 4 on a GPU, 1 on a CPU.",
        ),
    ]
