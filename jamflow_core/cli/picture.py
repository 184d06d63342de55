"""Options of the portrait and of what paints it, and the paths from motion to pictures."""

from argparse import ArgumentParser
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..errors import JamFlowError
from .expression import ExpressionChoice, add_expression
from .files import say
from .sampling import Sampling

MESH = "mesh"


def add_picture(parser: ArgumentParser) -> None:
    """The options of a command that renders a portrait."""
    add = parser.add_argument
    add("--portrait", help="any picture with a face [one of the shipped, that fits the voice]")
    add("--renderer", default=MESH, help="mesh (embedded), liveportrait: look for its files, or their folder")
    add(
        "--driving",
        help="head, eyes and expression for LivePortrait: a motion template (.pkl, .safetensors) or a video",
    )
    add("--absolute", action="store_true", help="take the driving pose and expression as they are")
    add("--mouth-box", help="x0,y0,x1,y1 in pixels, where no face is found")
    add_expression(parser)


@dataclass(frozen=True)
class PictureChoice:
    """What add_picture asks for."""

    portrait: str | None
    renderer: str
    driving: str | None
    absolute: bool
    mouth_box: str | None
    expression: ExpressionChoice

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
    """The renderer that was asked for, its networks loaded once; `sampling` says where to look for them, and in which
    format."""

    def __init__(self, choice: PictureChoice, sampling: Sampling):
        self.choice, self.sampling = choice, sampling

    @cached_property
    def networks(self):
        """LivePortrait's networks, if the renderer asks for them; else None."""
        from ..catalog.liveportrait import load_liveportrait
        from ..catalog.places import find_portrait_networks

        renderer = self.choice.renderer
        if renderer == MESH:
            if self.choice.driving:
                raise JamFlowError("Add --renderer liveportrait: the mesh takes no driving motion.")
            return None
        if renderer == "liveportrait":
            folder = find_portrait_networks(self.sampling.places.roots())
        elif Path(renderer).is_dir():
            folder = renderer
        else:
            raise JamFlowError(
                f"Choose a --renderer of mesh, liveportrait or a folder with LivePortrait's files, not {renderer}."
            )
        networks = load_liveportrait(folder, dtype=self.sampling.dtype())
        return networks.compile_painting() if self.sampling.compile else networks

    def portrait(self, voice: str = "heart", path: str | Path | None = None):
        """The portrait at `path`, or the one that was asked for, or a shipped one that fits the voice."""
        from ..media.picture import read_image
        from ..render.liveportrait import LivePortraitRenderer
        from ..render.mesh import MeshPortrait
        from ..tasks.longform.faces import faces_for

        box, networks = self.choice.box(), self.networks
        picture = read_image(path or self.choice.portrait or faces_for({voice: voice})[voice])
        portrait = MeshPortrait(picture, box) if networks is None else LivePortraitRenderer(networks, picture, box)
        if portrait.warning:
            say(portrait.warning)
        return portrait

    def frames(self, portrait, exp, wave):
        """Frames of a portrait with lips [n, 21, 3] at 25 fps: the chosen expression, or what drives it."""
        from ..clock import MOTION_FPS
        from ..render.animate import render_frames
        from ..render.liveportrait import LivePortraitRenderer, Options

        face, driving = self.choice.expression.expression(), self.choice.driving
        tracks = (face.by_hand() if driving else face).tracks(len(exp), self.sampling.seed, wave=wave)
        if not isinstance(portrait, LivePortraitRenderer):
            return render_frames(portrait, exp, **tracks)
        template = self._driving().template.at(MOTION_FPS) if driving else None
        return portrait.frames(exp, options=Options(relative=not self.choice.absolute), driving=template, **tracks)

    def _driving(self):
        """The motion of a whole face, from a template or a video."""
        from ..render.liveportrait import TemplateMotion, open_motion

        path = self.choice.driving
        if Path(path).suffix.lower() not in (".pkl", ".safetensors"):
            return self._read_template(path)
        motion = open_motion(path)
        if not isinstance(motion, TemplateMotion):
            raise JamFlowError(f"Choose another --driving: {path} knows the lips alone, not the whole face.")
        return motion

    def motion_of(self, video: str):
        """The motion of the video's face: by LivePortrait where the renderer asks for it, else by landmarks."""
        from ..face.extract import extract_motion
        from ..media.video_reader import read_video

        if self.networks is not None:
            return self._read_template(video)
        source = read_video(video, with_audio=False)
        found = extract_motion(source.frames, source.fps)
        _tell_held(found.missing)
        return found.motion

    def _read_template(self, video: str):
        """The motion of the face in a video, by LivePortrait's motion extractor."""
        from ..media.video_reader import read_video
        from ..render.liveportrait import extract_template

        first = read_video(video, with_audio=False)
        template = extract_template(self.networks, lambda: read_video(video, with_audio=False).frames, first.fps)
        _tell_held(template.missing)
        return template.to("cpu").motion()

    def relipped(self, source, fps: float, motion):
        """A video's frames with new lips (`source` gives them anew at each call), how many they are, and in how many
        there is no face."""
        from ..render.liveportrait import LivePortraitVideo
        from ..render.relip import relip_video

        chosen = self.choice.expression
        face = chosen.expression() if chosen.given else None
        rest_of = (lambda count: face.tracks(count, self.sampling.seed, fps)) if face else (lambda count: {})
        if self.networks is None:
            frames, count, missing = relip_video(source, fps, motion, rest_of=rest_of)
            return frames, count, len(missing)
        filmed = LivePortraitVideo(self.networks, source)
        count = len(filmed.gone)
        return filmed.frames(motion.at(fps).exp, **rest_of(count)), count, int(filmed.gone.sum())


def _tell_held(missing) -> None:
    if missing:
        say(f"no face in {len(missing)} frames; the last one was held there.")
