"""torch.compile as a choice: the loops of a network fused by the machine's own compiler.

Costs a minute (20 s of processor for jamflow-tiny, which gains nothing on a CPU; model/quick.py has its loops)."""

import importlib.util
import os
import shutil

import torch

from ..errors import JamFlowError
from ..model.jamflow import JamFlow

COMPILERS = ("g++", "clang++", "c++", "cl")


def check_compiler(device: str | torch.device) -> None:
    """JamFlowError where torch.compile has nothing to compile with: triton on GPUs, a C++ compiler on CPUs."""
    if torch.device(device).type == "cuda":
        if importlib.util.find_spec("triton") is None:
            raise JamFlowError("Install triton, or leave compile off: torch.compile needs it on this GPU.")
    elif not any(map(shutil.which, (os.environ.get("CXX") or "c++", *COMPILERS))):
        raise JamFlowError(
            f"Install a C++ compiler ({', '.join(COMPILERS)}), or leave compile off: torch.compile found none."
        )


def compile_blocks(flow: JamFlow, device: str | torch.device = "cpu") -> JamFlow:
    """Compile what lies before and after the attention of every block, for any length; returns the model.

    A failure while compiling is a JamFlowError: nothing falls back in silence to what is not compiled.
    """
    check_compiler(device)
    for stream in (flow.audio, flow.motion):
        for block in () if stream is None else stream.transformer_blocks:
            block.pre_attention = compiled(block.pre_attention)
            block.post_attention = compiled(block.post_attention)
    return flow


def compiled(function, dynamic: bool | None = True):
    """`function` by torch.compile, for inputs of any length (None: of the lengths that are met); what goes wrong in the
    compiler is a JamFlowError.
    """
    quick = torch.compile(function, dynamic=dynamic)

    def call(*inputs):
        try:
            return quick(*inputs)
        except Exception as error:
            if type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
                told = (str(error).strip().splitlines() or [type(error).__name__])[0]
                raise JamFlowError(f"Leave compile off: torch.compile failed here ({told[:200]}).") from error
            raise

    return call
