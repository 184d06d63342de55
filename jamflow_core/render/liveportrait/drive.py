"""New keypoints for a face: driven by a template as LivePortrait does it, or by generated lips.

Source: KwaiVGI/LivePortrait, live_portrait_pipeline.execute. Everything happens for all frames at once.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...errors import JamFlowError
from ...motion.smooth import NOISE, smooth
from .keypoints import EYES, LIPS, REGIONS, Faces, placed, rotation
from .retargeting import Retargeting
from .template import CLOSED, Template, usual_mouth

# What a driving face may move when it is not the difference of two faces that moves a picture: whole keypoints, and
# single axes of others.
_EXPRESSIVE = (1, 2, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
_EXPRESSIVE_AXES = ((3, 1), (4, 1), (5, 2), (8, 2), (9, 1), (9, 2))
OPEN_EYES, SLEEPY_EYES = 0.39, 0.18


@dataclass(frozen=True)
class Options:
    """How a template drives a face.

    relative: motion is the change since the template's first frame, added to the source; else the template's own.
    region: "all", "exp" (no head motion), "pose" (nothing else), "lip" or "eyes". multiplier: of the whole motion.
    expressive: head motion in proportion to the faces' sizes (pictures only). stitching: keep the shoulders in place.
    close_lips: a picture with open lips starts with closed ones. open_eyes, open_lips: openings of eyes or lips are the
    template's, instead of its motion. steady_eyes: a source video's eyes stay as open as in its first frame. smoothing:
    of motion that drives a video (motion/smooth.py).
    """

    relative: bool = True
    region: str = "all"
    multiplier: float = 1.0
    expressive: bool = False
    stitching: bool = True
    close_lips: bool = True
    open_eyes: bool = False
    open_lips: bool = False
    steady_eyes: bool = False
    smoothing: float = NOISE


@dataclass(frozen=True)
class Laid:
    """What is laid over a face's motion, for n or more frames; what is None does nothing.

    blink: closing of the lids [n], 0..1. head [n,5]: pitch, yaw, roll in degrees as in keypoints.py, and shift x, y in
    crops of size 2. over: shifts of the expression [n,21,3] (expression.py).
    """

    blink: Tensor | None = None
    head: Tensor | None = None
    over: Tensor | None = None

    def first(self, frames: int) -> "Laid":
        """For so many frames."""
        return Laid(*(None if part is None else part[:frames] for part in (self.blink, self.head, self.over)))

    def expression(self, exp: Tensor) -> Tensor:
        """The expression with the shifts."""
        return exp if self.over is None else exp + self.over

    def pose(self, turn: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """Rotation and place with the head's own motion."""
        if self.head is None:
            return turn, t
        return rotation(*self.head[:, :3].T) @ turn, t + torch.nn.functional.pad(self.head[:, 3:], (0, 1))


NOTHING = Laid()


def drive(net: Retargeting, source: Template, driving: Template, options: Options = Options(),
          lips: Tensor | None = None, laid: Laid = NOTHING) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Keypoints [m,21,3] of the source (m = 1 for a picture, n for a video) and their new places [n,21,3].

    n: frames of the template for a picture, of the shorter one for a video; a template of one frame is held. lips:
    generated ones in place of the template's, deltas [n,21,3] as in `speak`; the template moves all else. laid: what is
    added to that.
    """
    if options.region not in REGIONS:
        raise JamFlowError(f"Choose a region of {', '.join(REGIONS)}, not {options.region!r}.")
    video, moving = len(source) > 1, len(driving) > 1
    if video:
        source = source[: len(driving)] if moving else source
        driving = driving[: len(source)]
    faces, rest = source.faces, source.faces.points()
    turn, exp, scale, t = _moved(source, driving.faces, options, video, moving)
    if lips is not None:
        options = replace(options, open_lips=False, close_lips=options.close_lips and not video)
        exp = _with_lips(source, exp, lips)
        if options.open_eyes:  # their opening is a retargeting of its own
            exp = torch.where(_where(exp, EYES), faces.exp, exp)
    points = placed(faces, turn, exp, scale, t)
    laid = laid.first(len(points))
    turn, shifted = laid.pose(turn, t)
    added = placed(faces, turn, laid.expression(exp), scale, shifted) - points
    if laid.blink is not None:
        added = added + _lids(net, source, rest, laid.blink)
    if options.expressive and options.relative and moving and not video:
        points = rest + (points - points[:1]) * _relative_size(rest[0], points[0])

    if options.open_eyes or options.open_lips:
        base = rest if options.relative and lips is None else points
        points = _retargeted(net, source, driving, options, rest, base + added)
    else:
        points = points + added
        if options.stitching:
            points = net.stitch(rest, points)
        if options.close_lips and options.relative:
            points = points + lips_closed(net, source, rest)
        if options.steady_eyes and video:
            points = points + _eyes_steady(net, source, rest)
    return rest, rest + (points - rest) * options.multiplier


def speak(
    net: Retargeting, source: Template, exp: Tensor, options: Options = Options(), laid: Laid = NOTHING
) -> tuple[Tensor, Tensor]:
    """Keypoints of the source and their new places [n,21,3] for generated lips: deltas `exp` [n,21,3] from the closed
    mouth.

    In a picture they are added to its own mouth, which is closed first; in a video they replace the mouth of every
    frame, counted from the person's closed one. laid: what the rest of the face does, added to its own motion in a
    video. Of the options stitching, close_lips and multiplier count.
    """
    faces, rest = source.faces, source.faces.points()
    turn, t = laid.pose(faces.rotation, faces.t)
    points = placed(faces, turn, laid.expression(_with_lips(source, faces.exp, exp)), faces.scale, t)
    if laid.blink is not None:
        points = points + _lids(net, source, rest, laid.blink)
    if options.stitching:
        points = net.stitch(rest, points)
    if options.close_lips and len(source) == 1:
        points = points + lips_closed(net, source, rest)
    return rest, rest + (points - rest) * options.multiplier


def lips_closed(net: Retargeting, source: Template, rest: Tensor) -> Tensor:
    """The shift that closes the lips where they are open."""
    shift = net.lips(rest, source.lips, torch.zeros_like(source.lips))
    return shift * (source.lips >= CLOSED)[..., None]


def _with_lips(source: Template, exp: Tensor, lips: Tensor) -> Tensor:
    """Expression `exp` with generated lips: deltas from a picture's own mouth, or from the closed one of a video's
    person.
    """
    mouth = source.closed_mouth() if len(source) > 1 else source.faces.exp
    return torch.where(_where(lips, LIPS), mouth + lips, exp)


def _moved(clip: Template, driving: Faces, options: Options, video: bool, moving: bool) -> tuple[Tensor, ...]:
    """Rotation, expression, scale and t of the source with the driving ones, in the region that may move."""
    source = clip.faces
    turn, exp, scale, t = driving.rotation, driving.exp, source.scale, driving.t
    if options.relative:
        first = driving[:1]
        turn = (turn @ first.rotation.mT) @ source.rotation
        exp = source.exp + (exp - (first.exp if moving else usual_mouth(exp)))
        t = source.t if video else source.t + (t - first.t)
        scale = source.scale if video or options.region != "all" else source.scale * (driving.scale / first.scale)
    if video and moving:
        exp, turn = (_smoothed(values, options.smoothing, clip.each_shot()) for values in (exp, turn))
    if options.region not in ("all", "pose"):
        turn, t = source.rotation, source.t
    if not (options.relative and not video and options.region in ("all", "exp")):
        exp = torch.where(_where(exp, *_ALLOWED[options.region]), exp, source.exp)
    return turn, exp, scale, t


_ALLOWED = {
    "all": (_EXPRESSIVE, _EXPRESSIVE_AXES),
    "exp": (_EXPRESSIVE, _EXPRESSIVE_AXES),
    "pose": ((), ()),
    "lip": (LIPS, ()),
    "eyes": (EYES, ()),
}


def _where(like: Tensor, points: tuple[int, ...], axes: tuple[tuple[int, int], ...] = ()) -> Tensor:
    """bool [21,3]: these keypoints, and these single coordinates."""
    mask = torch.zeros(like.shape[-2:], dtype=torch.bool, device=like.device)
    mask[list(points)] = True
    for point, axis in axes:
        mask[point, axis] = True
    return mask


def _smoothed(values: Tensor, noise: float, shots: list[Tensor]) -> Tensor:
    values = values.clone()
    for rows in shots:
        values[rows] = torch.from_numpy(smooth(values[rows].cpu().numpy(), noise=noise)).to(values)
    return values


def _retargeted(net, source: Template, driving: Template, options: Options, rest: Tensor, points: Tensor) -> Tensor:
    if (options.open_eyes and driving.eyes is None) or (options.open_lips and driving.lips is None):
        raise JamFlowError(
            "Extract the template from its video again: this one does not say how open eyes and lips are."
        )
    if options.open_eyes:
        points = points + net.eyes(rest, source.eyes, driving.eyes[:, :1])
    if options.open_lips:
        points = points + net.lips(rest, source.lips, driving.lips)
    return net.stitch(rest, points) if options.stitching else points


def _eyes_steady(net, source: Template, rest: Tensor) -> Tensor:
    wanted = source.eyes[:1].mean(1, keepdim=True)
    wanted = torch.where(wanted < SLEEPY_EYES, torch.full_like(wanted, OPEN_EYES), wanted)
    return net.eyes(rest, source.eyes, wanted)


def _lids(net, source: Template, rest: Tensor, blink: Tensor) -> Tensor:
    """Shift [n,21,3] that closes the eyes by a share [n] of their opening; none where it is 0."""
    open_now = source.eyes.mean(1, keepdim=True)
    return net.eyes(rest, source.eyes, open_now * (1 - blink[:, None])) - net.eyes(rest, source.eyes, open_now)


def _relative_size(source: Tensor, driving: Tensor) -> float:
    """Root of the ratio of the volumes that keypoints [21,3] span."""
    try:
        from scipy.spatial import ConvexHull
    except ImportError as error:
        raise JamFlowError("Install SciPy for expressive motion: pip install scipy") from error
    return (ConvexHull(source.cpu().numpy()).volume / ConvexHull(driving.cpu().numpy()).volume) ** 0.5
