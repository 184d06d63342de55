"""The networks in ComfyUI's care: a patcher for each, so that each is loaded, offloaded and evicted alone.

The large ones are built of ComfyUI's own layers (comfy.ops): a layer whose weights are in main memory, or in another
format than it computes in, brings them over when it runs. The aligners and the duration head, 2 MB each, are moved
whole.
"""

import copy
from functools import cached_property
from pathlib import Path

import comfy.model_management as mm
import comfy.model_patcher
import comfy.ops
import torch
from torch import nn

PRECISIONS = {"auto": None, "fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
# In order of preference; float16, with its narrow range, is for those who ask for it.
FORMATS = [torch.bfloat16, torch.float32]


class Managed:
    """A network that ComfyUI may move: `load()` brings it to its device and returns it. work: bytes that it needs
    beside its weights (0: no more than ComfyUI keeps free anyway)."""

    def __init__(self, net: nn.Module, device: torch.device, offload: torch.device, work: int = 0):
        mm.archive_model_dtypes(net)
        self.patcher = comfy.model_patcher.CoreModelPatcher(net, load_device=device, offload_device=offload)
        self._work = work

    def adapted(self, adapter) -> "Managed":
        """The same network with an Adapter's changes, as patches of ComfyUI's."""
        twin = copy.copy(self)
        twin.patcher = self.patcher.clone()
        twin.patcher.add_patches({name: ("diff", (adapter.change(name),)) for name in adapter.parts})
        return twin

    def load(self) -> nn.Module:
        mm.load_models_gpu([self.patcher], memory_required=self._work)
        return self.patcher.model


class ManagedModels:
    """What travels on a JAMFLOW_MODEL wire: the core's `Models`, each network loaded to its device when asked for.

    The vocoder has a wire of its own; without one here, the sampler does not decode.
    """

    vocoder = None

    def __init__(self, path: Path | None, precision: str, compile: bool = False):
        from ..jamflow_core.models import EMBEDDED, load_flow

        path = path or EMBEDDED
        device, offload = mm.get_torch_device(), mm.unet_offload_device()
        weights = PRECISIONS[precision] or weight_format(device, path.stat().st_size // 2)
        computed = compute_format(weights, device)
        flow, durations = load_flow(path, comfy.ops.pick_operations(weights, computed, device), weights)
        if compile:
            from ..jamflow_core.catalog.compiled import compile_blocks

            compile_blocks(flow, device)
        self._flow = Managed(placed(flow, device, computed), device, offload)
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

    def adapted(self, adapter) -> "ManagedModels":
        """The same models with a learned voice."""
        twin = copy.copy(self)
        vars(twin).update(_flow=self._flow.adapted(adapter), lips=self.lips)
        return twin

    @cached_property
    def _aligner_nets(self):
        from ..jamflow_core.catalog.aligners import load_aligner

        aligners = load_aligner()
        nets = nn.ModuleList([aligners.audio.net, aligners.lips.net])
        return aligners, Managed(nets, mm.get_torch_device(), mm.unet_offload_device())

    @property
    def aligners(self):
        aligners, managed = self._aligner_nets
        managed.load()
        return aligners


def weight_format(device: torch.device, parameters: int) -> torch.dtype:
    """ComfyUI's choice for a GPU, and what its command line asks for; what is measured to be fast on a CPU
    otherwise.
    """
    chosen = mm.unet_dtype(device, parameters, FORMATS)
    if mm.is_device_cpu(device) and chosen == torch.float32 and not mm.args.fp32_unet:  # of CPUs ComfyUI knows nothing
        from ..jamflow_core.catalog.precision import suited_dtype

        return suited_dtype(device, parameters)
    return chosen


def compute_format(weights: torch.dtype, device: torch.device) -> torch.dtype:
    """The format in which `device` computes with weights kept in `weights`: ComfyUI's choice."""
    if mm.is_device_cpu(device) and weights in FORMATS:  # ComfyUI takes every CPU for slow in bfloat16
        from ..jamflow_core.catalog.precision import fast_dtype

        return weights if weights == torch.float32 else fast_dtype(device)
    return mm.unet_manual_cast(weights, device, FORMATS) or weights


def placed(net: nn.Module, device: torch.device, computed: torch.dtype) -> nn.Module:
    """The network, told where and in what it computes. Weights that no layer of comfy.ops casts are kept in that
    format.
    """
    for part in net.modules():
        if not hasattr(part, "comfy_cast_weights"):
            for weight in part.parameters(recurse=False):
                weight.data = weight.data.to(computed)
    return net.computes(device, computed)


def managed_vocoder(path: Path | None) -> Managed:
    """What travels on a JAMFLOW_VOCODER wire."""
    from ..jamflow_core.catalog.vocos import load_vocoder

    device = mm.vae_device()
    weights = mm.vae_dtype(device, [torch.float32])
    ops = comfy.ops.pick_operations(weights, torch.float32, device)
    return Managed(
        placed(load_vocoder(path, ops=ops, dtype=weights), device, torch.float32), device, mm.vae_offload_device()
    )


class Decoding:
    """A model and a vocoder of their own wires as the core's `Models`, for jobs that decode as they go."""

    def __init__(self, model: ManagedModels, vocoder: Managed):
        self._model, self._vocoder = model, vocoder

    @property
    def flow(self):
        return self._model.flow

    @property
    def durations(self):
        return self._model.durations

    @property
    def aligners(self):
        return self._model.aligners

    @property
    def lips(self):
        return self if self._model.lips is self._model else self._model.lips

    @property
    def vocoder(self):
        return self._vocoder.load()

    def adapted(self, adapter) -> "Decoding":
        """The same models with a learned voice."""
        return Decoding(self._model.adapted(adapter), self._vocoder)
