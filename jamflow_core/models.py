"""The models of a run: what its jobs may ask of them, and those that lie in files."""

import copy
import os
from functools import cached_property
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from .align.aligner import Aligners
from .audio.vocoder import Vocoder
from .catalog import jamflow
from .catalog.aligners import load_aligner
from .catalog.compiled import compile_blocks
from .catalog.f5 import load_f5
from .catalog.jamflow import save_flow
from .catalog.precision import suited_dtype
from .catalog.recognise import Kind, recognise
from .catalog.vocos import load_vocoder
from .errors import JamFlowError
from .model.adapter import Adapter, adapted
from .model.duration import DurationHead
from .model.jamflow import JamFlow

__all__ = ["LoadedModels", "Models", "load_flow", "save_flow"]

EMBEDDED = Path(__file__).parent / "weights" / "jamflow-tiny.safetensors"


class Models(Protocol):
    """The networks of a run, as its jobs ask for them: each is ready on its device when it is asked for.

    Of the command line: LoadedModels. In ComfyUI, which moves networks about: nodes/models.py.
    """

    @property
    def flow(self) -> JamFlow:
        """What speaks, and moves the lips if it has a motion stream."""

    @property
    def durations(self) -> DurationHead:
        """How long symbols last; that of `lips` where the flow has none of its own."""

    @property
    def lips(self) -> "Models":
        """What finds the face for a recording: the embedded models where these (F5-TTS) have no motion stream."""

    @property
    def aligners(self) -> Aligners:
        """When symbols are said."""

    @property
    def vocoder(self) -> Vocoder | None:
        """What makes a mel a wave; None: this run leaves mels as they are."""

    def adapted(self, adapter: Adapter) -> "Models":
        """The same models with a learned voice."""


class LoadedModels:
    """Models from files, each loaded when it is first asked for and kept on one device; the embedded ones by default.

    dtype: of the flow's weights; None takes what suits their size on the device. compiled: run the flow through
    torch.compile.
    """

    def __init__(
        self,
        flow=None,
        vocoder=None,
        device: str | torch.device = "cpu",
        dtype: torch.dtype | None = torch.float32,
        compiled: bool = False,
    ):
        self.flow_path = Path(flow or EMBEDDED)
        self.vocoder_path = vocoder
        self.device, self.dtype, self.compiled = torch.device(device), dtype, compiled

    @cached_property
    def _nets(self) -> tuple[JamFlow, DurationHead | None]:
        flow, durations = load_flow(self.flow_path)
        dtype = self.dtype or suited_dtype(self.device, sum(weight.numel() for weight in flow.parameters()))
        flow = flow.to(self.device, dtype)
        if self.compiled:
            compile_blocks(flow, self.device)
        return flow, None if durations is None else durations.to(self.device)

    @property
    def flow(self) -> JamFlow:
        return self._nets[0]

    @property
    def durations(self) -> DurationHead:
        return self._nets[1] or self.lips.durations

    @cached_property
    def lips(self) -> Models:
        return self if self.flow.config.motion is not None else LoadedModels(device=self.flow.compute_device)

    def adapted(self, adapter: Adapter) -> "LoadedModels":
        """The same models with a learned voice; only the weights that it changes are copies."""
        twin = copy.copy(self)
        vars(twin).update(_nets=(adapted(self.flow, adapter), self._nets[1]), lips=self.lips)
        return twin

    @cached_property
    def vocoder(self) -> Vocoder:
        return load_vocoder(self.vocoder_path, self.device)

    @cached_property
    def aligners(self) -> Aligners:
        return load_aligner(device=self.device)


def load_flow(path, ops=nn, dtype: torch.dtype = torch.float32) -> tuple[JamFlow, DurationHead | None]:
    """Read a file of `save_flow`, or an F5-TTS checkpoint (which has no duration head), on the CPU, in eval mode.

    The flow is built of the layers of `ops` and keeps its weights in `dtype`; the small duration head in float32.
    JamFlowError if it is missing or something else, with what it is.
    """
    path = Path(path)
    if not os.path.isfile(path):
        raise JamFlowError(f"No JAM-Flow model at {path}: check the path, or train one (README, Training).")
    kind = recognise(path)
    if kind is Kind.F5:
        return load_f5(path, ops, dtype), None
    if kind is not Kind.JAMFLOW:
        named = getattr(kind, "value", kind)
        raise JamFlowError(
            f"Choose another file: {path} is {named}, expected a JAM-Flow model or an F5-TTS checkpoint."
        )
    return jamflow.load(path, ops, dtype)
