"""Weights from strangers: only tensors come out, and no code of the file runs (pickles.py has motion templates).

A file is known by its first bytes, so a wrong extension does no harm. Whatever cannot be read is a JamFlowError of one
line that says what the file is and what was expected.
"""

import io
import os
import pickle
import re
from pathlib import Path

import torch
from torch import Tensor

from ..errors import JamFlowError

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")
MOST_TENSORS = 100_000
DEEPEST = 8  # dictionaries in dictionaries that are looked into
_PAGE = re.compile(rb"^\s*<(!doctype|html|\?xml)", re.IGNORECASE)
_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")


def load_state(path, expected: str = "model weights") -> dict[str, Tensor]:
    """All tensors of a safetensors file, or of a .pt, .pth or .bin of torch.save, on the CPU as they are stored.

    Nested dictionaries become dotted keys ("ema_model_state_dict.step"); what is not a tensor is left out. Large files
    are mapped, not read. expected: what the caller wants, for the messages. JamFlowError for a file that is missing,
    cut short, something else, or a pickle that asks to run code (which is named).
    """
    path = Path(path)
    kind = kind_of_file(path, expected)
    state = _load_safetensors(path, expected) if kind == "safetensors" else _load_torch(path, kind, expected)
    if not state:
        raise JamFlowError(f"Choose another file: {path} holds no tensors, expected {expected}.")
    return state


def weights_in(folder, deep: bool = False) -> list[Path]:
    """Files of a folder (deep: and of those in it) that may hold weights, sorted; none where nothing can be looked at.

    Links that lead nowhere, and folders that may not be read, are passed over.
    """
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(folders) if deep else []
        found += [Path(place, name) for name in names if name.endswith(SUFFIXES)]
    return sorted(file for file in found if os.path.isfile(file))


def load_header(path) -> dict[str, str]:
    """The texts in the header of a safetensors file; none of another format. JamFlowError for one that is no file."""
    from safetensors import SafetensorError, safe_open

    if kind_of_file(Path(path), "model weights") != "safetensors":
        return {}
    try:
        with safe_open(str(path), "pt") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise unreadable(Path(path), "model weights") from error


def kind_of_file(path: Path, expected: str) -> str:
    """ "safetensors", "zip" (torch.save since 1.6) or "pickle"; JamFlowError for what is plainly something else."""
    if not os.path.isfile(path):
        raise JamFlowError(f"No file {path}: expected {expected}.")
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except OSError as error:
        raise JamFlowError(f"Cannot read {path}: {error.strerror or error}.") from error
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
        return {key: value for key, value in load_file(str(path)).items() if _honest(value)}
    except (SafetensorError, OSError, LookupError, RuntimeError, ValueError) as error:  # also formats unknown to torch
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
    state, room = {}, 2 * path.stat().st_size + (1 << 20)  # tied weights are counted twice
    for count, (name, tensor) in enumerate(_tensors(found, "", DEEPEST)):
        if tensor is not None and _honest(tensor):
            state[name] = tensor
            room -= tensor.nbytes
        if count > MOST_TENSORS or room < 0:
            raise JamFlowError(f"Refused {path}: it promises more than it holds, expected {expected}.")
    return state


def _tensors(node, name: str, depth: int):
    """(name, tensor) of all in a tree of dictionaries; None in place of whatever else is there."""
    if isinstance(node, dict) and depth:
        for key, value in node.items():
            yield from _tensors(value, f"{name}.{key}" if name else str(key), depth - 1)
    yield name, node if isinstance(node, Tensor) else None


def _honest(tensor: Tensor) -> bool:
    """Whether a tensor is plain numbers, each with a place of its own in memory: what is expanded could be of any
    size.
    """
    plain = tensor.layout == torch.strided and tensor.device.type == "cpu" and not tensor.is_quantized
    return plain and tensor.nbytes <= tensor.untyped_storage().nbytes()


def unreadable(path: Path, expected: str) -> JamFlowError:
    return JamFlowError(f"Copy the file again: {path} is cut short or something else, expected {expected}.")
