"""JAM-Flow for ComfyUI: speech and the face that says it, generated together."""

from .nodes import comfy_entrypoint

WEB_DIRECTORY = "./web"

__all__ = ["WEB_DIRECTORY", "comfy_entrypoint"]
