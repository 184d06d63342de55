"""Files of learned voices: what a model learned of a voice, and the prompt that it goes on from.

A safetensors file of at most 2 MB: `down.<weight>` and `up.<weight>`, or `change.<weight>` (model/adapter.py), and
`prompt.mel`; its header says whose voice it is, what the prompt says and on which weights it was learned.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ..atomic import whole_file
from ..errors import JamFlowError
from ..model.adapter import Adapter
from ..text.languages import find
from ..text.timed import TimedText
from .voice import Voice

FORMAT = "jamflow-voice"
FOLDER = "voices"  # below models/jamflow
_LARGEST = 64 << 20  # bytes


def mixed(voice: Voice, strength: float, other: Voice | None = None, other_strength: float = 0.0) -> Voice:
    """A learned voice at another strength (0: only imitated), or the sum of two; the prompt is the first one's.

    JamFlowError: a voice that nothing was learned of, or two that were learned on different weights.
    """
    parts = [(voice, strength), *([] if other is None else [(other, other_strength)])]
    adapters = []
    for part, factor in parts:
        if part.adapter is None:
            raise JamFlowError(f'Learn the voice "{part.name}" first: only learned voices can be mixed.')
        adapters.append(part.adapter.scaled(factor))
    if len({adapter.base for adapter in adapters}) > 1:
        raise JamFlowError("Mix voices that were learned with the same model: these two were not.")
    return replace(voice, adapter=sum(adapters[1:], adapters[0]))


def voice_files(folder) -> list[Path]:
    """The learned voices in a folder, by name; none where there is no such folder."""
    return sorted(Path(folder).glob("*.safetensors"))


def save_voice(path, voice: Voice) -> None:
    """Write a learned voice."""
    from safetensors.torch import save_file

    if voice.adapter is None:
        raise ValueError("only a learned voice has something to save")
    tensors = {"prompt.mel": voice.mel.to(torch.float16).contiguous()}
    for name, part in voice.adapter.parts.items():
        for kind, tensor in zip(("down", "up") if len(part) == 2 else ("change",), part):
            tensors[f"{kind}.{name}"] = tensor.to(torch.bfloat16).contiguous()
    said = None
    if voice.text is not None:
        said = {
            "text": voice.text.text,
            "symbols": voice.text.symbols,
            "seconds": np.round(voice.text.durations, 4).tolist(),
        }
    header = {
        "format": FORMAT,
        "name": voice.name,
        "language": voice.language.code,
        "base": voice.adapter.base,
        "prompt": json.dumps(said, ensure_ascii=False),
    }
    with whole_file(path) as part:
        save_file(tensors, str(part), header)


def load_voice(path) -> Voice:
    """Read a learned voice. JamFlowError: the file is missing, is something else, or is damaged."""
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise JamFlowError(f"No learned voice at {path}: check the path, or learn it (`voice learn`).")
    wrong = f"Choose another file: {path} is not a voice that `voice learn` wrote."
    if path.stat().st_size > _LARGEST:
        raise JamFlowError(wrong)
    try:
        with safe_open(str(path), "pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}
        if header.get("format") != FORMAT:
            raise JamFlowError(wrong)
        return Voice(
            header["name"],
            tensors.pop("prompt.mel"),
            _said(json.loads(header["prompt"]), header["language"]),
            find(header["language"]),
            Adapter(_parts(tensors), header["base"]),
        )
    except (SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise JamFlowError(
            f"Broken voice file: {path} ({str(error).splitlines()[0]}); learn the voice again."
        ) from error


def _parts(tensors: dict) -> dict[str, tuple]:
    """Tensors of the file -> an adapter's parts; ValueError where shapes or values make no sense."""
    parts: dict[str, tuple] = {}
    for key, tensor in tensors.items():
        kind, _, name = key.partition(".")
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{key} is not finite")
        if kind == "down":
            up = tensors[f"up.{name}"]
            if tensor.ndim != 2 or up.ndim != 2 or up.shape[1] != tensor.shape[0]:
                raise ValueError(f"{name} has parts that do not fit")
            parts[name] = (tensor, up)
        elif kind == "change" and tensor.ndim == 1:
            parts[name] = (tensor,)
        elif kind != "up":
            raise ValueError(f"it holds {key}")
    return parts


def _said(said: dict | None, language: str) -> TimedText | None:
    if said is None:
        return None
    symbols, seconds = tuple(said["symbols"]), np.array(said["seconds"], float)
    if len(symbols) != len(seconds) or not np.isfinite(seconds).all() or (seconds < 0).any():
        raise ValueError("its prompt's times do not fit its text")
    return TimedText(said["text"], symbols, seconds, np.zeros(len(symbols), bool), (), find(language))
