"""Where weights are looked for: the folders in which the packs that artists already have keep theirs.

A root is a `models` folder of ComfyUI. The command line takes the roots of `default_roots`; the nodes bring their own.
"""

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ..errors import JamFlowError
from .liveportrait import FILES, find_liveportrait, names_in
from .recognise import Kind, recognise
from .safe import weights_in

# Below a root. The first folder of each is the one that messages name.
FLOW_FOLDERS = ("F5-TTS", "jamflow", "checkpoints/F5-TTS", "TTS/F5-TTS")
VOCOS_FOLDERS = (
    "jamflow",
    "vocos",
    "TTS/F5-TTS/vocos",
    "F5-TTS",
    "F5-TTS/vocos",
    "checkpoints/F5-TTS",
    "checkpoints/vocos",
)
LIVEPORTRAIT_FOLDERS = ("liveportrait", "LivePortrait", "jamflow", "jamflow/liveportrait", "")

LIVEPORTRAIT = "LivePortrait"
WANTED = {
    Kind.F5: "model_1250000.safetensors and vocab.txt of F5TTS_v1_Base",
    Kind.VOCOS: "pytorch_model.bin (and config.yaml) of vocos-mel-24khz",
    LIVEPORTRAIT: f"{', '.join(f'{stem}.safetensors' for stem, _ in FILES.values())} of LivePortrait (or the "
    f"official .pth)",
}
_FOLDERS = {Kind.F5: FLOW_FOLDERS, Kind.VOCOS: VOCOS_FOLDERS, LIVEPORTRAIT: LIVEPORTRAIT_FOLDERS}


def default_roots() -> list[Path]:
    """The folders of JAMFLOW_MODELS (separated as in PATH), the `models` of the ComfyUI that this pack lies in, and
    ./models.
    """
    named = [Path(name) for name in os.environ.get("JAMFLOW_MODELS", "").split(os.pathsep) if name]
    _, _, _, nodes, comfyui, *_ = Path(__file__).resolve().parents
    around = [comfyui / "models"] if nodes.name == "custom_nodes" else []
    return list(dict.fromkeys([*named, *around, Path("models").resolve()]))


def liveportrait_folders(roots: Iterable[Path]) -> list[Path]:
    """Folders that hold files of LivePortrait by their usual names, those with all five first."""
    folders = {
        folder.resolve(): folder
        for root in roots
        for name in LIVEPORTRAIT_FOLDERS
        if (folder := Path(root) / name).is_dir()
    }
    counted = [(len(names_in(folder)), folder) for folder in folders.values()]
    return [folder for count, folder in sorted(counted, key=lambda pair: -pair[0]) if count]


def find_portrait_networks(roots: Iterable[Path]) -> Path:
    """The folder with LivePortrait's five files. JamFlowError says which of them would go where."""
    roots = list(roots)
    folders = liveportrait_folders(roots) or [Path(root) / "liveportrait" for root in roots[:1]]
    find_liveportrait(folders[0])
    return folders[0]


def find_weights(kind: Kind, roots: Iterable[Path]) -> Path | None:
    """A file of this kind (F5 or VOCOS) below the roots, told by its keys; F5-TTS v1 before v0. None if there is
    none.
    """
    folders = dict.fromkeys(Path(root) / name for root in roots for name in _FOLDERS[kind])
    files = dict.fromkeys(file for folder in folders for file in weights_in(folder, deep=True))
    return next((file for file in sorted(files, key=_rank) if _kind(file, _changed(file)) is kind), None)


def missing(kind: Kind | str, roots: Iterable[Path]) -> str:
    """What to tell when there is no file of this kind (F5, VOCOS, LIVEPORTRAIT): which one would go where."""
    root = next(iter(roots), Path("models"))
    return f"put {WANTED[kind]} into {Path(root) / _FOLDERS[kind][0]}"


def _rank(file: Path) -> tuple:
    name = f"{file.parent.name}/{file.name}".lower()
    return "v0" in name, file.suffix != ".safetensors"


def _changed(file: Path) -> int:
    """When a file was changed; 0 for one that is gone meanwhile."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=256)
def _kind(file: Path, changed: int) -> Kind | str | None:
    """The kind of a file; None for one that cannot be read. changed: when it was, so that new contents are looked at
    anew.
    """
    try:
        return recognise(file)
    except JamFlowError:
        return None
