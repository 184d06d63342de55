"""The networks in ComfyUI's care: a patcher for each, so that each is loaded, offloaded and evicted alone."""

from functools import cached_property
from pathlib import Path

import comfy.model_management as mm
import comfy.model_patcher
import torch
from torch import nn

from ..jamflow_core.weights.bundle import EMBEDDED, Models
from ..jamflow_core.weights.precision import suited_dtype

PRECISIONS = {"auto": None, "fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class Managed:
    """A network that ComfyUI may move: `load()` brings it to its device and returns it."""

    def __init__(self, net: nn.Module, device: torch.device, offload: torch.device):
        self.patcher = comfy.model_patcher.CoreModelPatcher(net, load_device=device, offload_device=offload)

    def load(self) -> nn.Module:
        mm.load_models_gpu([self.patcher])
        return self.patcher.model


class ManagedModels(Models):
    """What travels on a JAMFLOW_MODEL wire: the core's bundle, each network loaded to its device when it is asked for.

    The vocoder has a wire of its own; without one here, the sampler does not decode.
    """

    vocoder = None

    def __init__(self, path: Path | None, precision: str):
        from ..jamflow_core.weights.bundle import load_flow

        flow, durations = load_flow(path or EMBEDDED)
        device, offload = mm.get_torch_device(), mm.unet_offload_device()
        size = sum(weight.numel() for weight in flow.parameters())
        dtype = PRECISIONS[precision] or auto_dtype(device, size)
        self._flow = Managed(flow.to(dtype), device, offload)
        self._durations = None if durations is None else Managed(durations, device, offload)

    @property
    def flow(self):
        return self._flow.load()

    @property
    def durations(self):
        return self.lips.durations if self._durations is None else self._durations.load()

    @cached_property
    def lips(self):
        return self if self.flow.config.motion is not None else ManagedModels(None, "auto")

    @cached_property
    def _aligner_nets(self):
        from ..jamflow_core.text.aligner import load_aligner

        aligners = load_aligner()
        nets = nn.ModuleList([aligners.audio.net, aligners.lips.net])
        return aligners, Managed(nets, mm.get_torch_device(), mm.unet_offload_device())

    @property
    def aligners(self):
        aligners, managed = self._aligner_nets
        managed.load()
        return aligners


def auto_dtype(device: torch.device, parameters: int) -> torch.dtype:
    """ComfyUI's choice for a GPU; what is measured to be fast on a CPU, of which ComfyUI knows nothing."""
    if device.type == "cpu":
        return suited_dtype(device, parameters)
    return mm.unet_dtype(device, parameters, supported_dtypes=[torch.bfloat16, torch.float32])


def managed_vocoder(path: Path | None) -> Managed:
    """What travels on a JAMFLOW_VOCODER wire."""
    from ..jamflow_core.audio.vocoder import load_vocoder

    return Managed(load_vocoder(path), mm.vae_device(), mm.vae_offload_device())
