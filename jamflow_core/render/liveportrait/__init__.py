"""The neural renderer: LivePortrait's networks, used when the artist has their weights (catalog/liveportrait.py)."""

from .drive import Options
from .picture import LivePortraitPicture
from .renderer import LivePortraitRenderer
from .template import Template, TemplateMotion
from .video import LivePortraitVideo, extract_template

__all__ = [
    "LivePortraitPicture",
    "LivePortraitRenderer",
    "LivePortraitVideo",
    "Options",
    "Template",
    "TemplateMotion",
    "extract_template",
]
