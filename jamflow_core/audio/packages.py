"""The doors to torchaudio and vocos: opened at first use, with one answer where they do not open."""

import importlib
import sys
from functools import cache
from importlib import util
from types import ModuleType

import torch

from ..errors import JamFlowError


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
    encodec's licence is not for every use): the two modules are imported as if it were empty.
    """
    torchaudio()  # vocos.heads imports it
    spec = util.find_spec("vocos")
    if spec is None:
        raise JamFlowError("Install vocos (pip install vocos): it is the vocoder.")
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "vocos"}
    try:
        sys.modules["vocos"] = util.module_from_spec(spec)
        models, heads = (importlib.import_module(f"vocos.{name}") for name in ("models", "heads"))
    except ImportError as error:
        raise JamFlowError(f"Install vocos anew (pip install vocos): it cannot be imported here ({error}).") from error
    finally:
        for name in list(sys.modules):
            if name.partition(".")[0] == "vocos":
                del sys.modules[name]  # whoever imports it later gets the whole package
        sys.modules.update(before)
    return models.VocosBackbone, heads.ISTFTHead
