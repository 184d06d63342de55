"""Options for the face around the lips."""

from argparse import ArgumentParser
from dataclasses import dataclass

from ..errors import JamFlowError
from ..render.limits import AMOUNTS, CURVES

SUMMARIES = {
    "smile": "smile, -1..1",
    "brow": "brows, 1 raised, -1 lowered",
    "gaze_x": "gaze to the picture's right, -1..1",
    "gaze_y": "gaze down, -1..1",
    "lids": "closing of the lids, 0..1",
    "yaw": "turn of the head, degrees",
    "pitch": "nod of the head, degrees",
    "roll": "tilt of the head, degrees",
}
USUAL = {
    "blink": (1.0, "how often to blink; 1 is every 2 to 6 seconds"),
    "sway": (1.0, "how much the head sways by itself"),
    "glances": (0.0, "small movements of the eyes"),
    "nods": (0.0, "nods on loud syllables"),
}


def add_expression(parser: ArgumentParser) -> None:
    """The options of a command that renders a portrait."""
    group = parser.add_argument_group("expression", "VALUE is a number, or seconds:value points like 0:0,1.5:0.8,3:0")
    for name, summary in SUMMARIES.items():
        group.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE", help=summary)
    for name, (usual, summary) in USUAL.items():
        group.add_argument(f"--{name}", type=float, default=usual, metavar="AMOUNT", help=f"{summary} [{usual:g}]")
    group.add_argument("--upper-face", metavar="VIDEO", help="blinks, brows, gaze and head of the face in this clip")
    group.add_argument("--still", action="store_true", help="no blinks and no head motion")


@dataclass(frozen=True)
class ExpressionChoice:
    """What add_expression asks for."""

    smile: str | None
    brow: str | None
    gaze_x: str | None
    gaze_y: str | None
    lids: str | None
    yaw: str | None
    pitch: str | None
    roll: str | None
    blink: float
    sway: float
    glances: float
    nods: float
    upper_face: str | None
    still: bool

    def expression(self):
        """It as an Expression. JamFlowError: a curve that cannot be read, an amount out of range."""
        from ..render.expression import Expression, curve

        for name, most in AMOUNTS.items():
            if not 0 <= getattr(self, name) <= most:
                raise JamFlowError(f"--{name} must be between 0 and {most:g}, not {getattr(self, name)}.")
        given = {name: getattr(self, name) for name in CURVES}
        lines = {name: curve(value, name) for name, value in given.items() if value is not None}
        blink, sway = (0.0, 0.0) if self.still else (self.blink, self.sway)
        return Expression(lines, blink, sway, self.glances, self.nods, self._clip())

    @property
    def given(self) -> bool:
        """Whether any of the options was given."""
        chosen = [getattr(self, name) for name in (*CURVES, "upper_face")] + [self.still]
        return any(chosen) or any(getattr(self, name) != usual for name, (usual, _) in USUAL.items())

    def written(self) -> str:
        """All that decides the expression, as one line."""
        return repr([(name, getattr(self, name)) for name in (*CURVES, *AMOUNTS, "upper_face", "still")])

    def _clip(self):
        """The motion of the face in --upper-face."""
        from ..face.extract import extract_motion
        from ..media.video_reader import read_video

        if self.upper_face is None:
            return None
        video = read_video(self.upper_face, with_audio=False)
        return extract_motion(video.frames, video.fps)
