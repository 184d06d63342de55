"""The embedded renderer: a portrait's mesh is warped, the inside of its mouth painted; no weights needed."""

from .portrait import MeshPortrait
from .renderer import MeshRenderer

__all__ = ["MeshPortrait", "MeshRenderer"]
