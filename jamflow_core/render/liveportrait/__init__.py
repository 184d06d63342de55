"""The neural renderer: LivePortrait's networks, used when the artist has their weights (catalog/liveportrait.py)."""

from .drive import Options
from .renderer import LivePortraitRenderer, LivePortraitVideo, extract_template
from .template import Template, TemplateMotion, load_template, open_motion, save_template

__all__ = [
    "LivePortraitRenderer",
    "LivePortraitVideo",
    "Options",
    "Template",
    "TemplateMotion",
    "extract_template",
    "load_template",
    "open_motion",
    "save_template",
]
