"""The embedded renderer: a portrait's mesh is warped, the inside of its mouth painted. No weights but the face finder's."""

from .portrait import MeshPortrait

__all__ = ["MeshPortrait"]
