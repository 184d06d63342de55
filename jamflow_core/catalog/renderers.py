"""The table of renderers: by the word that one chooses them with. A new one is a class with the protocol of
render/renderer.py and a line here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ..errors import JamFlowError
from ..render.renderer import Renderer


@dataclass(frozen=True)
class Loading:
    """How a renderer that has weights is loaded. roots: models folders to look for its files in; folder: where they
    are, if that is known. dtype: number format of the networks that paint (None: what the device is fast in)."""

    roots: Sequence[Path] = ()
    folder: Path | None = None
    device: str = "cpu"
    dtype: torch.dtype | None = None
    compiled: bool = False


def _mesh(_: Loading) -> Renderer:
    from ..render.mesh import MeshRenderer

    return MeshRenderer()


def _liveportrait(how: Loading) -> Renderer:
    from ..render.liveportrait import LivePortraitRenderer
    from .liveportrait import compile_painting, load_liveportrait
    from .places import find_portrait_networks

    networks = load_liveportrait(how.folder or find_portrait_networks(how.roots), how.device, how.dtype)
    return LivePortraitRenderer(compile_painting(networks) if how.compiled else networks)


MESH, LIVEPORTRAIT = "mesh", "liveportrait"
RENDERERS: dict[str, Callable[[Loading], Renderer]] = {MESH: _mesh, LIVEPORTRAIT: _liveportrait}


def load_renderer(name: str, how: Loading = Loading()) -> Renderer:
    """The renderer of this name, or LivePortrait from a folder. JamFlowError for another name, or files that are
    missing."""
    if name in RENDERERS:
        return RENDERERS[name](how)
    if Path(name).is_dir():
        return RENDERERS[LIVEPORTRAIT](replace(how, folder=Path(name)))
    raise JamFlowError(f"Choose renderer={'|'.join(RENDERERS)}, or a folder with LivePortrait's files, not {name}.")
