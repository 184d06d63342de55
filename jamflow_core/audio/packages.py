"""The doors to torchaudio and vocos: opened at first use, with one answer where they do not open."""

import importlib
from functools import cache
from types import ModuleType

import torch

from ..errors import JamFlowError
from ..parts import parts_of


@cache
def torchaudio() -> ModuleType:
    """The torchaudio package. JamFlowError where it is missing or was built for another torch than the one installed.

    (The wheel that pip finds by default needs the default torch; beside a CPU-only or ROCm torch it does not load.)
    """
    try:
        return importlib.import_module("torchaudio")
    except (ImportError, OSError, RuntimeError) as error:
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise JamFlowError(
            f"Install torchaudio from the index that torch {torch.__version__} came from "
            f"(pip install torchaudio --index-url ...): it cannot be imported here ({told})."
        ) from error


@cache
def vocos() -> tuple[type, type]:
    """VocosBackbone and ISTFTHead of the vocos package. JamFlowError where it is missing.

    The package's own __init__ imports encodec, a hub client and yaml for its loader, of which nothing is used here (and
    encodec's licence is not for every use).
    """
    torchaudio()  # vocos.heads imports it
    try:
        models, heads = parts_of("vocos", "models", "heads")
    except ImportError as error:
        raise JamFlowError(f"Install vocos (pip install vocos): it cannot be imported here ({error}).") from error
    return models.VocosBackbone, heads.ISTFTHead
