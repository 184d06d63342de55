"""The inputs of JAM-Flow Portrait Render, and the groups in which its `run` gets them."""

from dataclasses import dataclass
from pathlib import Path

from comfy_api.latest import io

from ..jamflow_core.errors import JamFlowError
from ..jamflow_core.render.limits import AMOUNTS
from .liveportrait_inputs import LivePortraitWidgets, liveportrait_inputs
from .media import WHITE, colour_of
from .node import seed_input
from .sockets import Expression, Motion, Portrait

STREAM, FRAMES = "video", "frames"
A_VIDEO, PORTRAITS = "frames of a video", "portraits"
EXAMPLES = Path(__file__).parent.parent / "portraits"


@dataclass(frozen=True)
class RenderWidgets(LivePortraitWidgets):
    """The widgets of JAM-Flow Portrait Render; the defaults are those of the node."""

    example: str = "mona_lisa"
    output: str = STREAM
    fps: float = 25.0
    blink: bool = True
    head_motion: float = 1.0
    seed: int = 0
    face: int = 0
    mouth_box: str = ""
    background: str = WHITE
    images_are: str = A_VIDEO

    @property
    def box(self) -> tuple[float, ...] | None:
        """Where the mouth is, in pixels; None: to be found."""
        return parse_box(self.mouth_box)

    @property
    def paper(self) -> tuple[float, float, float]:
        """The colour behind what is transparent."""
        return colour_of(self.background)

    def check(self) -> None:
        """JamFlowError for a typed value that cannot be read."""
        _ = self.box, self.paper


@dataclass(frozen=True)
class Pictures:
    """Where the face is taken from, as ComfyUI hands it over: an IMAGE (of which MASK is transparent), a VIDEO, or
    neither."""

    image: object | None = None
    mask: object | None = None
    video: object | None = None

    @property
    def filmed(self) -> bool:
        """Whether these are the frames of a clip."""
        return self.video is not None or self.image is not None and len(self.image) > 1

    def apart(self) -> list["Pictures"]:
        """Each picture of the batch by itself, with its own mask where there is one for each."""
        if self.image is None:
            return [self]
        count = len(self.image)
        masks = None if self.mask is None else self.mask.reshape(-1, *self.mask.shape[-2:])
        if masks is not None and len(masks) not in (1, count):
            raise JamFlowError(f"{len(masks)} masks for {count} pictures: connect one for all, or one for each")
        own = [masks if masks is None or len(masks) == 1 else masks[i : i + 1] for i in range(count)]
        return [Pictures(self.image[i : i + 1], own[i]) for i in range(count)]


def render_inputs() -> list:
    """Sockets and widgets, in the order in which graphs were saved with them."""
    return [
        Portrait.Input("portrait", tooltip="The renderer of Load JAM-Flow."),
        io.MultiType.Input(
            io.Latent.Input("latent"),
            types=[io.Latent, Motion],
            tooltip="What moves the face: a clip of JAM-Flow Joint Sampler, or a motion of JAM-Flow Load Motion.",
        ),
        io.Image.Input(
            "image",
            optional=True,
            tooltip="The portrait, of any size; what is transparent becomes the background. A batch is the frames of "
            "a video, which gets new lips. Without an image the example is used.",
        ),
        io.Video.Input(
            "video",
            optional=True,
            tooltip="A video of a face in place of the portrait: it gets new lips and keeps all else, unless an "
            "expression is connected. fps, blink, head_motion and mouth_box do not count then.",
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
            tooltip="video: written to a file as it is made, any length. frames: pictures and mask for other nodes, "
            "all in memory.",
        ),
        io.Float.Input(
            "fps",
            default=25.0,
            min=1.0,
            max=120.0,
            step=0.01,
            tooltip="Frames per second of the result. The motion is made at 25 and is interpolated to others.",
        ),
        io.Boolean.Input("blink", default=True, tooltip="Blink now and then, at moments that the seed chooses."),
        io.Float.Input(
            "head_motion",
            default=1.0,
            min=0.0,
            max=AMOUNTS["sway"],
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
            tooltip="Where the mouth is, in pixels (left, top, right, bottom), for pictures in which no face is "
            "found. Empty: look for it.",
        ),
        *liveportrait_inputs(),
        Expression.Input(
            "expression",
            optional=True,
            tooltip="What the face does besides speaking (JAM-Flow Expression); blink and head_motion do not count "
            "then. To a driving motion only its sliders and curves are added.",
        ),
        io.Mask.Input(
            "mask",
            optional=True,
            tooltip="What of the image is transparent: the mask of Load Image. It becomes the background. A mask that "
            "is white on the person (of a background remover) needs Invert Mask first.",
        ),
        io.Color.Input(
            "background",
            default=WHITE,
            optional=True,
            advanced=True,
            tooltip="The colour behind transparent parts of the image.",
        ),
        io.Combo.Input(
            "images_are",
            options=[A_VIDEO, PORTRAITS],
            default=A_VIDEO,
            optional=True,
            advanced=True,
            tooltip="What a batch of images is: the frames of one video, which gets new lips, or portraits, each of "
            "which says the clip in a video of its own.",
        ),
    ]


def parse_box(text: str) -> tuple[float, ...] | None:
    """ "x0,y0,x1,y1" -> four numbers, empty -> None."""
    if not text.strip():
        return None
    try:
        box = tuple(float(part) for part in text.split(","))
    except ValueError:
        box = ()
    if len(box) != 4:
        raise JamFlowError(f"{text[:40]!r} is no mouth_box: write x0,y0,x1,y1 in pixels, like 200,300,310,350")
    return box
