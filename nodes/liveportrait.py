"""LivePortrait in ComfyUI's care. Imported when LivePortrait is used."""

from pathlib import Path

import comfy.model_management as mm
import torch

from ..jamflow_core.catalog.liveportrait import compile_painting, load_liveportrait
from ..jamflow_core.render.liveportrait.networks import Networks
from .models import PRECISIONS, Managed, compute_format, weight_format

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
            compile_painting(networks, place)
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
