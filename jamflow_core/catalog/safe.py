"""Weights from strangers: only tensors come out, and no code of the file runs (pickles.py has motion templates).

A file is known by its first bytes, so a wrong extension does no harm. Whatever cannot be read is a JamFlowError of one
line that says what the file is and what was expected.
"""

import io
import pickle
import re
from pathlib import Path

import torch
from torch import Tensor

from ..errors import JamFlowError

_PAGE = re.compile(rb"^\s*<(!doctype|html|\?xml)", re.IGNORECASE)
_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")


def load_state(path, expected: str = "model weights") -> dict[str, Tensor]:
    """All tensors of a safetensors file, or of a .pt, .pth or .bin of torch.save, on the CPU as they are stored.

    Nested dictionaries become dotted keys ("ema_model_state_dict.step"); what is not a tensor is left out. Large files
    are
    mapped, not read. expected: what the caller wants, for the messages. JamFlowError for a file that is missing, cut
    short, something else, or a pickle that asks to run code (which is named).
    """
    path = Path(path)
    kind = kind_of_file(path, expected)
    state = _load_safetensors(path, expected) if kind == "safetensors" else _load_torch(path, kind, expected)
    if not state:
        raise JamFlowError(f"Choose another file: {path} holds no tensors, expected {expected}.")
    return state


def kind_of_file(path: Path, expected: str) -> str:
    """ "safetensors", "zip" (torch.save since 1.6) or "pickle"; JamFlowError for what is plainly something else."""
    if not path.is_file():
        raise JamFlowError(f"No file {path}: expected {expected}.")
    with open(path, "rb") as file:
        head = file.read(512)
    if not head:
        raise JamFlowError(f"Copy the file again: {path} is empty, expected {expected}.")
    if head.startswith(b"version https://git-lfs"):
        raise JamFlowError(f"Download the file itself: {path} is only a Git LFS pointer to it, expected {expected}.")
    if _PAGE.match(head):
        raise JamFlowError(f"Download the file again: {path} is a web page, expected {expected}.")
    if head[8:9] == b"{":
        return "safetensors"
    return "zip" if head.startswith(b"PK") else "pickle"


def _load_safetensors(path: Path, expected: str) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(str(path))
    except SafetensorError as error:
        raise unreadable(path, expected) from error


def _load_torch(path: Path, kind: str, expected: str) -> dict[str, Tensor]:
    misnamed = path.suffix == ".safetensors"  # torch.load would believe the name
    source = io.BytesIO(path.read_bytes()) if misnamed else path
    try:
        found = torch.load(source, map_location="cpu", weights_only=True, mmap=kind == "zip" and not misnamed)
    except pickle.UnpicklingError as error:
        culprit = _GLOBAL.search(str(error))
        if culprit is None:
            raise unreadable(path, expected) from error
        raise JamFlowError(f"Refused {path}: this pickle wants to run {culprit[1]}; only tensors are read.") from error
    except Exception as error:  # torch has no error type of its own: RuntimeError, EOFError, KeyError, ...
        raise unreadable(path, expected) from error
    return dict(_tensors(found, ""))


def _tensors(node, name: str):
    if isinstance(node, Tensor):
        yield name, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _tensors(value, f"{name}.{key}" if name else str(key))


def unreadable(path: Path, expected: str) -> JamFlowError:
    return JamFlowError(f"Copy the file again: {path} is cut short or something else, expected {expected}.")
