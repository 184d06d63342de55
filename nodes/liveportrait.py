"""LivePortrait in ComfyUI's care, and the calls that paint with it. Imported when LivePortrait is used."""

from pathlib import Path

import comfy.model_management as mm
import torch

from ..jamflow_core.catalog.liveportrait import load_liveportrait
from ..jamflow_core.errors import JamFlowError
from ..jamflow_core.motion.smooth import NOISE
from ..jamflow_core.render.liveportrait import (
    LivePortraitRenderer,
    LivePortraitVideo,
    Options,
    TemplateMotion,
    extract_template,
)
from ..jamflow_core.render.liveportrait.networks import Networks
from .liveportrait_inputs import LivePortraitWidgets
from .media import RestOf, Shots
from .models import PRECISIONS, Managed, compute_format, weight_format
from .node import Progress, counted
from .render_inputs import RenderWidgets

SIZE = 130_000_000  # values in the networks
WORK = (
    4 * 120_000_000
)  # values that painting holds at a time, in the batch of 4 that a GPU paints (estimated from the layers)


class ManagedLivePortrait(Networks):
    """LivePortrait's networks, each loaded to its device when it is asked for and evicted alone."""

    def __init__(self, folder: Path, precision: str, compile: bool = False):
        place, offload = mm.get_torch_device(), mm.unet_offload_device()
        weights = PRECISIONS[precision] or weight_format(place, SIZE)
        computed = compute_format(weights, place)
        networks = load_liveportrait(folder, dtype=computed)
        if compile:
            networks.compile_painting(place)
        self._place = place
        work = dict.fromkeys(("warping", "generator"), WORK * computed.itemsize)
        self._nets = {name: Managed(net, place, offload, work.get(name, 0)) for name, net in networks.named_children()}

    @property
    def device(self) -> torch.device:
        return self._place

    appearance, motion, warping, generator, retargeting = (
        property(lambda self, name=name: self._nets[name].load())
        for name in ("appearance", "motion", "warping", "generator", "retargeting")
    )


def options_of(widgets: LivePortraitWidgets) -> Options:
    """What the widgets say, in the core's words."""
    return Options(
        relative=widgets.motion_mode == "relative",
        region=widgets.region,
        multiplier=widgets.multiplier,
        expressive=widgets.expression_friendly,
        stitching=widgets.stitching,
        close_lips=widgets.lip_zero,
        open_eyes=widgets.eye_retargeting == "as driving",
        steady_eyes=widgets.eye_retargeting == "steady",
        open_lips=widgets.lip_retargeting,
        smoothing=NOISE * widgets.smoothing,
    )


def led(clip, driving) -> bool:
    """Whether a template moves the whole face, not generated lips alone."""
    return driving is not None or isinstance(clip, TemplateMotion)


def pose(renderer, picture, clip, widgets: RenderWidgets, rest_of: RestOf, driving) -> Shots:
    """One picture, moved by lips (the rest of the face by `rest_of`), by a template, or by a template with other lips."""
    from .painting import parse_box

    box, fps = parse_box(widgets.mouth_box), widgets.fps
    posed = LivePortraitRenderer(
        renderer.networks, picture, box, widgets.face, None if box else renderer.finder, widgets.batch or None,
        widgets.paste_back,
    )  # fmt: skip
    options, template = options_of(widgets), template_of(driving)
    if template is None and isinstance(clip, TemplateMotion):
        template = clip.template.at(fps)
        count = len(template)
        frames = posed.drive(template, options, **rest_of(count, fps))
    else:
        exp = clip.at(fps).exp
        count = len(exp)
        led_by = None if template is None else template.at(fps)
        frames = posed.frames(exp, options=options, driving=led_by, **rest_of(count, fps))
    return Shots(((posed.still, frame) for frame in frames), fps, count, posed.warning)


def relip(renderer, source, clip, widgets: RenderWidgets, rest_of: RestOf, driving) -> Shots:
    """A video whose face gets new lips, the motion of a template, or both, with what `rest_of` adds. It is read three
    times, a frame at a time."""
    first, show = source(), Progress()
    filmed = LivePortraitVideo(
        renderer.networks, lambda: source().frames, renderer.finder, widgets.face, widgets.batch or None,
        lambda done: show(done, 2 * first.count), widgets.paste_back,
    )  # fmt: skip
    options, template, fps = options_of(widgets), template_of(driving), first.fps
    rest = rest_of(len(filmed.gone), fps)
    if template is None and isinstance(clip, TemplateMotion):
        frames = filmed.drive(clip.template.at(fps).lasting(len(filmed.gone)), options, **rest)
    else:
        frames = filmed.frames(clip.at(fps).exp, options, None if template is None else template.at(fps), **rest)
    told = [f"{counted(int(filmed.gone.sum()), 'frame')} without a face, left as they are"] if filmed.gone.any() else []
    longer = clip.seconds - len(filmed.gone) / fps
    if longer > 0.1:
        told.append(f"the motion is {longer:.1f} s longer than the video")
    return Shots(zip(filmed.stills(), frames), fps, len(filmed.gone), "; ".join(told) or None)


def template_of(motion):
    """The template of a driving motion; None if there is none."""
    if motion is None:
        return None
    if not isinstance(motion, TemplateMotion):
        raise JamFlowError("connect a driving motion of the whole face: a LivePortrait template (JAM-Flow Load "
                           "Motion), or a video read by JAM-Flow Reference Motion with LivePortrait")  # fmt: skip
    return motion.template


def read_motion(renderer, source) -> TemplateMotion:
    """What the face of a video does, by LivePortrait's motion extractor."""
    first, show = source(), Progress()
    found = extract_template(
        renderer.networks,
        lambda: source().frames,
        first.fps,
        renderer.finder,
        progress=lambda done: show(done, 2 * first.count),
    )
    return found.to("cpu").motion()
