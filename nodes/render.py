"""Motion and a picture -> a moving portrait, as a streamed video or as frames."""

import os
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import tee
from pathlib import Path

import folder_paths
import numpy as np
import torch
from comfy_api.latest import InputImpl, Types, io

from ..jamflow_core.clock import MOTION_FPS, SAMPLE_RATE
from ..jamflow_core.errors import JamFlowError
from . import latent as streams
from .draw import thumbnail
from .liveportrait_inputs import liveportrait_inputs
from .media import WHITE, FrameSource, RestOf, Shots, colour_of, frames_of, image_of, mask_of, read_video
from .node import CATEGORY, Node, Progress, seed_input
from .sockets import Expression, Motion, Portrait

STREAM, FRAMES = "video", "frames"
EXAMPLES = Path(__file__).parent.parent / "portraits"


class JamFlowPortraitRender(Node):
    """Latent and picture -> talking portrait."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowPortraitRender",
            display_name="JAM-Flow Portrait Render",
            category=CATEGORY,
            description="Paints the face of a portrait (photo, painting or drawing) saying the clip, with blinks and "
            "slight "
            "head motion. As a video it is written frame by frame, so its length is not limited by memory.",
            search_aliases=["talking head", "animate portrait", "lip sync", "liveportrait"],
            inputs=[
                Portrait.Input("portrait", tooltip="The renderer of Load JAM-Flow."),
                io.MultiType.Input(
                    io.Latent.Input("latent"),
                    types=[io.Latent, Motion],
                    tooltip="What moves the face: a clip of JAM-Flow Joint Sampler, or a motion of JAM-Flow Load "
                    "Motion.",
                ),
                io.Image.Input(
                    "image",
                    optional=True,
                    tooltip="The portrait, of any size; what is transparent becomes the background. A batch is the "
                    "frames of a "
                    "video, which gets new lips. Without an image the example is used.",
                ),
                io.Video.Input(
                    "video",
                    optional=True,
                    tooltip="A video of a face in place of the portrait: it gets new lips and keeps all else, unless "
                    "an expression is "
                    "connected. fps, blink, head_motion and mouth_box do not count then.",
                ),
                io.Combo.Input(
                    "example",
                    options=[picture.stem for picture in sorted(EXAMPLES.glob("*.jpg"))],
                    default="mona_lisa",
                    tooltip="A portrait that ships with the pack, used while no image is connected.",
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="The speech that goes with it: it becomes the sound of the video.",
                ),
                io.Combo.Input(
                    "output",
                    options=[STREAM, FRAMES],
                    tooltip="video: written to a file as it is made, any length. frames: pictures and mask for other "
                    "nodes, "
                    "all in memory.",
                ),
                io.Float.Input(
                    "fps",
                    default=25.0,
                    min=1.0,
                    max=120.0,
                    step=1.0,
                    tooltip="Frames per second of the result. The motion is made at 25 and is interpolated to others.",
                ),
                io.Boolean.Input(
                    "blink", default=True, tooltip="Blink now and then, at moments that the seed chooses."
                ),
                io.Float.Input(
                    "head_motion",
                    default=1.0,
                    min=0.0,
                    max=3.0,
                    step=0.1,
                    tooltip="How much the head sways. 0 keeps it still and renders twice as fast.",
                ),
                seed_input("Chooses the moments of blinks and the head's way."),
                io.Int.Input(
                    "face",
                    default=0,
                    min=0,
                    max=63,
                    advanced=True,
                    tooltip="Which face of the picture speaks: 0 is the largest and surest, 1 the next.",
                ),
                io.String.Input(
                    "mouth_box",
                    default="",
                    placeholder="x0,y0,x1,y1",
                    advanced=True,
                    tooltip="Where the mouth is, in pixels (left, top, right, bottom), for pictures in which no face "
                    "is "
                    "found. Empty: look for it.",
                ),
                *liveportrait_inputs(),
                Expression.Input(
                    "expression",
                    optional=True,
                    tooltip="What the face does besides speaking (JAM-Flow Expression); blink and head_motion do not "
                    "count "
                    "then. To a driving motion only its sliders and curves are added.",
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="What of the image is transparent: the mask of Load Image. It becomes the background. A "
                    "mask that is "
                    "white on the person (of a background remover) needs Invert Mask first.",
                ),
                io.Color.Input(
                    "background",
                    default=WHITE,
                    optional=True,
                    advanced=True,
                    tooltip="The colour behind transparent parts of the image.",
                ),
            ],
            outputs=[
                io.Video.Output(display_name="video", tooltip="The clip with its sound, for Save Video."),
                io.Image.Output(
                    display_name="frames", tooltip="The pictures, one a frame, if output is set to frames."
                ),
                io.Mask.Output(
                    display_name="mask",
                    tooltip="Where each frame differs from the portrait, if output is set to frames.",
                ),
                io.Float.Output(display_name="fps", tooltip="Frames per second, for Create Video."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def validate_inputs(cls, input_types, mouth_box=None, background=None):
        wrong = cls.misfit(input_types)
        if "image" in input_types and "video" in input_types:
            wrong = "connect an image or a video, not both: the face is taken from one of them"
        if "mask" in input_types and "image" not in input_types:
            wrong = "connect the image that the mask is of, or remove the mask"
        try:
            parse_box(mouth_box or "")
            colour_of(background or WHITE)
        except JamFlowError as error:
            wrong = str(error)
        return f"{cls.title()}: {wrong}" if wrong else True

    @classmethod
    def run(
        cls, portrait, latent, example, output, fps, blink, head_motion, seed, face, mouth_box,
        image=None, video=None, audio=None, expression=None, mask=None, background=WHITE, **chosen,
    ) -> io.NodeOutput:  # fmt: skip
        from ..jamflow_core.motion.files import Motion as Clip

        clip = latent if isinstance(latent, Clip) else Clip(streams.motion(latent).cpu().numpy(), MOTION_FPS)
        if not len(clip.exp):
            raise JamFlowError("connect a clip that moves: this one has no motion frames")
        source, paper = None, colour_of(background)
        if video is not None:
            source = lambda: read_video(video)  # noqa: E731
        elif image is not None and len(image) > 1:
            source = lambda: FrameSource(frames_of(image, mask, paper), fps, len(image))  # noqa: E731
        picture, box = None if source else one_picture(image, example, mask, paper), parse_box(mouth_box)
        rest_of = partial(tracks, besides(expression, blink, head_motion, source is not None), seed, audio)
        if portrait.networks is not None:
            from . import liveportrait as live

            if live.led(clip, chosen):
                rest_of = partial(tracks, expression and expression.by_hand(), seed, audio)
                if expression is not None and expression.driving is not None:
                    cls.say("the driving motion moves head and eyes; the clip of the expression does not count")
            if source:
                shots = live.relip(portrait, source, clip, face, rest_of, chosen)
            else:
                shots = live.pose(portrait, picture, clip, fps, face, box, rest_of, chosen)
        elif chosen.get("driving") is not None:
            raise JamFlowError("choose LivePortrait as the renderer of Load JAM-Flow: the mesh takes no driving motion")
        elif source:
            shots = relip(source, clip, face, portrait.finder, rest_of)
        else:
            shots = pose(picture, clip.at(fps), face, box, portrait, rest_of)
        if shots.warning:
            cls.say(shots.warning)
        pairs = watched(shots.pairs, shots.count)
        if output == STREAM:
            from comfy_execution.graph_utils import ExecutionBlocker

            told = ExecutionBlocker(f"{cls.title()}: set output to frames to use its pictures or mask")
            return io.NodeOutput(write(pairs, shots.fps, audio), told, told, shots.fps)
        frames, masks = [], []
        for before, after in pairs:
            frames.append(after)
            masks.append((before != after).any(axis=2))
        images = image_of(frames)
        return io.NodeOutput(video_of(images, shots.fps, audio), images, mask_of(masks), shots.fps)


def besides(expression, blink: bool, head_motion: float, filmed: bool):
    """What the face does around the lips: the expression, else in a picture the two switches of this node, in a video
    nothing new.
    """
    from ..jamflow_core.render.expression import Expression as Face

    return expression or (None if filmed else Face(blink=float(blink), sway=head_motion))


def tracks(expression, seed: int, audio: dict | None, frames: int, fps: float) -> dict[str, np.ndarray]:
    """An expression (None: nothing), frame by frame."""
    if expression is None:
        return {}
    wave = None
    if audio is not None and expression.nods:
        from ..jamflow_core.audio.resample import to_mono_24k

        wave = to_mono_24k(torch.from_numpy(one_sound(audio)), audio["sample_rate"]).numpy()
    return expression.tracks(frames, seed, fps, wave)


def pose(picture, clip, face, box, portrait, rest_of: RestOf) -> Shots:
    """One picture, moved by a clip's motion at its rate."""
    from ..jamflow_core.render.animate import render_frames
    from ..jamflow_core.render.mesh import MeshPortrait

    posed = MeshPortrait(picture, box, face, None if box else portrait.finder)
    pairs = ((posed.image, frame) for frame in render_frames(posed, clip.exp, **rest_of(len(clip.exp), clip.fps)))
    return Shots(pairs, clip.fps, len(clip.exp), posed.warning)


def posed(portrait, picture):
    """A picture that can be posed by the renderer of Load JAM-Flow."""
    if portrait.networks is not None:
        from ..jamflow_core.render.liveportrait import LivePortraitRenderer

        return LivePortraitRenderer(portrait.networks, picture, finder=portrait.finder)
    from ..jamflow_core.render.mesh import MeshPortrait

    return MeshPortrait(picture, finder=portrait.finder)


def relip(source: Callable[[], FrameSource], clip, face: int, finder, rest_of: RestOf) -> Shots:
    """A video with new lips, and what `rest_of` adds. It is read twice: to follow the face, and to paint it."""
    from ..jamflow_core.face.track import track_face
    from ..jamflow_core.render.relip import relip_frames

    first, show = source(), Progress()
    track = track_face(first.frames, finder, face, lambda done: show(done, first.count))
    exp = np.zeros((len(track), 21, 3), np.float32)
    said = clip.at(first.fps).exp[: len(exp)]
    exp[: len(said)] = said
    before, again = tee(source().frames)
    told = []
    if track.missing:
        told.append(f"no face in {len(track.missing)} frames, which stay as they are")
    if len(exp) / first.fps < clip.seconds - 0.1:
        told.append(f"the speech is {clip.seconds - len(exp) / first.fps:.1f} s longer than the video")
    frames = relip_frames(again, track, exp, rest_of(len(track), first.fps))
    return Shots(zip(before, frames), first.fps, len(track), "; ".join(told) or None)


def one_picture(image, example: str, mask, paper: tuple[float, float, float]) -> np.ndarray:
    """IMAGE of one picture, what `mask` covers in the colour `paper` -> uint8 RGB; the example if there is none."""
    if image is None:
        from ..jamflow_core.media.picture import read_image

        return read_image(EXAMPLES / f"{example}.jpg")
    return next(frames_of(image, mask, paper))


def parse_box(text: str) -> tuple[float, ...] | None:
    """ "x0,y0,x1,y1" -> four numbers, empty -> None."""
    if not text.strip():
        return None
    try:
        box = tuple(float(part) for part in text.split(","))
    except ValueError:
        box = ()
    if len(box) != 4:
        raise JamFlowError(f"write mouth_box as x0,y0,x1,y1 in pixels, like 200,300,310,350, not {text[:40]!r}")
    return box


def watched(pairs, total: int):
    """The same pairs, with progress, a preview now and then, and a stop at a cancel."""
    show = Progress()
    for done, (before, after) in enumerate(pairs, 1):
        show(done, total, thumbnail(after) if done % 25 == 1 else None)
        yield before, after


def one_sound(audio: dict) -> np.ndarray:
    """AUDIO of one clip -> samples [channels, n] as they are."""
    if len(audio["waveform"]) != 1:
        raise JamFlowError(f"connect one clip at a time: this audio is a batch of {len(audio['waveform'])}")
    return audio["waveform"][0].float().cpu().numpy()


def write(pairs, fps: float, audio: dict | None):
    """Painted pictures -> VIDEO over a file in ComfyUI's temporary folder, written as they come."""
    from ..jamflow_core.media.video import VideoWriter

    sound, rate = (None, SAMPLE_RATE) if audio is None else (one_sound(audio), audio["sample_rate"])
    folder, name, counter, _, _ = folder_paths.get_save_image_path("JAM-Flow", folder_paths.get_temp_directory())
    path = os.path.join(folder, f"{name}_{counter:05}_.mp4")
    first = next(pairs)[1]
    with VideoWriter(path, fps, (first.shape[1], first.shape[0]), sound, rate) as writer:
        writer.write(first)
        for _, frame in pairs:
            writer.write(frame)
    return InputImpl.VideoFromFile(path)


def video_of(images, fps: float, audio: dict | None):
    """Frames in memory -> VIDEO."""
    if audio is not None:
        one_sound(audio)
    rate = Fraction(fps).limit_denominator(1001)  # 30000/1001 from its decimals, as the streamed video has it
    return InputImpl.VideoFromComponents(Types.VideoComponents(images=images, audio=audio, frame_rate=rate))
