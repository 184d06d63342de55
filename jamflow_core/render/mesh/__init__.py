"""The embedded renderer: a portrait's mesh is warped, the inside of its mouth painted; no weights needed."""

from .portrait import MeshPortrait

__all__ = ["MeshPortrait"]
