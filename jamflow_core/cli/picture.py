"""Options of the portrait and of what paints it, and the paths from motion to pictures."""

from argparse import ArgumentParser
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..errors import JamFlowError
from ..media.picture import LONGEST_SIDE
from .expression import ExpressionChoice, add_expression
from .files import say
from .sampling import Sampling


def add_picture(parser: ArgumentParser) -> None:
    """The options of a command that renders a portrait."""
    add = parser.add_argument
    add("--portrait", help="any picture with a face [one of the shipped, that fits the voice]")
    add("--renderer", default="mesh", help="mesh (embedded), liveportrait: look for its files, or their folder")
    add(
        "--driving",
        help="head, eyes and expression for LivePortrait: a motion template (.pkl, .safetensors) or a video",
    )
    add("--absolute", action="store_true", help="take the driving pose and expression as they are")
    add("--face", type=int, default=0, metavar="N", help="which face of the picture or video: 0 is the largest [0]")
    add("--mouth-box", help="x0,y0,x1,y1 in pixels of the picture's file, where no face is found")
    add(
        "--longest-side",
        type=int,
        default=LONGEST_SIDE,
        metavar="N",
        help=f"pixels that a larger portrait is brought to; 0: as large as it is [{LONGEST_SIDE}]",
    )
    add_expression(parser)


@dataclass(frozen=True)
class PictureChoice:
    """What add_picture asks for."""

    portrait: str | None
    renderer: str
    driving: str | None
    absolute: bool
    face: int
    mouth_box: str | None
    longest_side: int
    expression: ExpressionChoice

    def reads(self) -> dict[str, str | None]:
        return {"--portrait": self.portrait, "--driving": self.driving, "--upper-face": self.expression.upper_face}

    def box(self) -> tuple[float, float, float, float] | None:
        """--mouth-box in pixels."""
        if not self.mouth_box:
            return None
        try:
            left, top, right, bottom = (float(part) for part in self.mouth_box.split(","))
        except ValueError:
            raise JamFlowError(f"Write --mouth-box as x0,y0,x1,y1 in pixels, not {self.mouth_box}.") from None
        return left, top, right, bottom


class Painter:
    """The renderer that was asked for, loaded once; `sampling` says where its files are looked for, in which format."""

    def __init__(self, choice: PictureChoice, sampling: Sampling):
        self.choice, self.sampling = choice, sampling

    @cached_property
    def renderer(self):
        """The renderer, with what drives it."""
        from ..catalog.renderers import Loading, load_renderer

        sampling, driving = self.sampling, self.choice.driving
        how = Loading(sampling.places.roots(), dtype=sampling.dtype(), compiled=sampling.compile)
        renderer = load_renderer(self.choice.renderer, how)
        if not driving:
            return renderer
        return renderer.choose(driving=_whole_motion(driving, renderer), relative=not self.choice.absolute)

    def portrait(self, voice: str = "heart", path: str | Path | None = None, face: int | None = None):
        """The portrait at `path`, or the one that was asked for, or a shipped one that fits the voice. face: which one
        of its faces; None: as --face says."""
        from ..media.picture import fitted, read_image
        from ..tasks.longform.faces import faces_for

        box, renderer = self.choice.box(), self.renderer
        picture = read_image(path or self.choice.portrait or faces_for({voice: voice})[voice])
        if self.choice.longest_side and self.choice.longest_side < 64:
            raise JamFlowError(f"--longest-side must be 0 or at least 64, not {self.choice.longest_side}.")
        picture, factor = fitted(picture, self.choice.longest_side)
        if factor < 1:
            say(f"the portrait is rendered at {picture.shape[1]} x {picture.shape[0]} (--longest-side 0: as it is).")
        box = box and tuple(side * factor for side in box)
        portrait = renderer.pose(picture, self.choice.face if face is None else face, box)
        if portrait.warning:
            say(portrait.warning)
        return portrait

    def frames(self, portrait, exp, wave, said=None):
        """Frames of a portrait with lips [n, 21, 3] at 25 fps: the chosen expression, or what drives it.

        said: the TimedText of the clip, if it is known, for the tongue."""
        from ..clock import MOTION_FPS
        from ..motion.files import Motion

        motion, face = Motion(exp, MOTION_FPS), self.choice.expression.expression()
        face = face.by_hand() if self.renderer.leads(motion) else face
        tracks = face.tracks(len(exp), self.sampling.seed, wave=wave)
        return portrait.frames(motion, **tracks, **_tongue(said, len(exp), MOTION_FPS))

    def motion_of(self, video: str):
        """The motion of the video's face."""
        return _read_motion(video, self.renderer, self.choice.face)

    def relipped(self, video: str, motion, said=None):
        """A video file as a Film with new lips, its last frame held while the motion goes on. said: as in `frames`."""
        face = self.choice.expression.expression() if self.choice.expression.given else None
        seed = self.sampling.seed

        def tracks(count: int, fps: float) -> dict:
            added = face.tracks(count, seed, fps) if face else {}
            return added | _tongue(said, count, fps)

        return self.renderer.relip(footage(video), motion, tracks, self.choice.face, hold=True)


def _tongue(said, frames: int, fps: float) -> dict:
    """The track of the tongue for a TimedText (None, or without times: none)."""
    from ..motion.tongue import tongue_track

    return (
        {"tongue": tongue_track(said.symbols, said.durations, frames, fps)} if said is not None and said.timed else {}
    )


def footage(video: str):
    """A video file, to be read as often as it takes."""
    from ..media.video_reader import read_video
    from ..render.renderer import Footage

    return Footage(lambda: read_video(video, with_audio=False).frames, read_video(video, with_audio=False).fps)


def _read_motion(video: str, renderer, face: int = 0):
    seen = renderer.read_motion(footage(video), face)
    _tell_held(seen.missing)
    return seen.motion


def _whole_motion(path: str, renderer):
    """What drives a face: a template, or the face of a video."""
    from ..catalog.templates import open_motion

    if Path(path).suffix.lower() in (".pkl", ".safetensors"):
        return open_motion(path)
    return _read_motion(path, renderer)


def _tell_held(missing) -> None:
    if missing:
        say(f"no face in {len(missing)} frames; the last one was held there.")
