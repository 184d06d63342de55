"""What LivePortrait can be told at JAM-Flow Portrait Render; with the mesh renderer none of it counts."""

from dataclasses import dataclass

from comfy_api.latest import io

from .sockets import Motion


@dataclass(frozen=True)
class LivePortraitWidgets:
    """The widgets below, with LivePortrait's own defaults: older graphs have only some of them."""

    motion_mode: str = "relative"
    region: str = "all"
    multiplier: float = 1.0
    expression_friendly: bool = False
    eye_retargeting: str = "off"
    lip_retargeting: bool = False
    lip_zero: bool = True
    stitching: bool = True
    smoothing: float = 1.0
    paste_back: bool = True
    batch: int = 0

    def choices(self) -> dict:
        """The same in the core's words, for `Renderer.choose`."""
        from ..jamflow_core.motion.smooth import NOISE

        return {
            "relative": self.motion_mode == "relative",
            "region": self.region,
            "multiplier": self.multiplier,
            "expressive": self.expression_friendly,
            "stitching": self.stitching,
            "close_lips": self.lip_zero,
            "open_eyes": self.eye_retargeting == "as driving",
            "steady_eyes": self.eye_retargeting == "steady",
            "open_lips": self.lip_retargeting,
            "smoothing": NOISE * self.smoothing,
            "paste_back": self.paste_back,
            "batch": self.batch or None,
        }


def _told(kind, name: str, tooltip: str, **more) -> io.Input:
    """A widget that older graphs do not have, and that few need."""
    return kind.Input(name, optional=True, advanced=True, tooltip=tooltip, **more)


def liveportrait_inputs() -> list:
    """All optional, with LivePortrait's own defaults."""
    return [
        Motion.Input(
            "driving",
            optional=True,
            tooltip="LivePortrait only: a template (JAM-Flow Load Motion) or a video's motion (JAM-Flow Reference "
                    "Motion) that moves head, eyes and expression; the lips stay those of the latent. blink and "
                    "head_motion do not count then.",
        ),
        _told(
            io.Combo,
            "motion_mode",
            "LivePortrait, driving: relative adds the change since its first frame to the portrait; absolute takes "
            "its pose and expression as they are.",
            options=["relative", "absolute"],
        ),
        _told(
            io.Combo,
            "region",
            "LivePortrait, driving: what it may move. exp is the expression without the head, pose the head alone.",
            options=["all", "exp", "pose", "lip", "eyes"],
        ),
        _told(
            io.Float,
            "multiplier",
            "LivePortrait: how much of the motion, lips included. 1 is as it is.",
            default=1.0, min=0.0, max=3.0, step=0.05,
        ),
        _told(
            io.Boolean,
            "expression_friendly",
            "LivePortrait, relative driving of a picture: motion in proportion to the sizes of both faces. Livelier; "
            "the head keeps less of its pose.",
            default=False,
        ),
        _told(
            io.Combo,
            "eye_retargeting",
            "LivePortrait: as driving opens the eyes as wide as those of the driving face; steady keeps a video's "
            "eyes as open as in its first frame.",
            options=["off", "as driving", "steady"],
        ),
        _told(
            io.Boolean,
            "lip_retargeting",
            "LivePortrait: a template that is rendered by itself opens the lips as wide as the driving face does.",
            default=False,
        ),
        _told(io.Boolean, "lip_zero", "LivePortrait: a portrait with open lips starts from closed ones.", default=True),
        _told(
            io.Boolean,
            "stitching",
            "LivePortrait: keep neck and shoulders where they are, so that the square fits into the picture.",
            default=True,
        ),
        _told(
            io.Float,
            "smoothing",
            "LivePortrait, a template on a video: how much its tremble is smoothed. 1 is the official strength, 0 "
            "none.",
            default=1.0, min=0.0, max=100.0, step=0.1,
        ),
        _told(
            io.Boolean,
            "paste_back",
            "LivePortrait: lay the painted square back into the picture. Off: frames are the square, 512 x 512.",
            default=True,
        ),
        _told(
            io.Int,
            "batch",
            "LivePortrait: frames painted together. 0 chooses: 4 on a GPU, 1 on a CPU.",
            default=0, min=0, max=64,
        ),
    ]  # fmt: skip
