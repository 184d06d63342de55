"""How LivePortrait paints: its networks, and what was chosen."""

from dataclasses import dataclass, field

from .drive import Options
from .networks import Networks
from .template import TemplateMotion


@dataclass(frozen=True)
class Painting:
    """options: how a template drives a face. driving: a template that moves all but the lips. batch: frames painted
    together (default: 4 on a GPU, 1 on a CPU). Frames have the picture's size and only a square around the head
    differs; without paste_back they are that square."""

    networks: Networks
    options: Options = field(default_factory=Options)
    driving: TemplateMotion | None = None
    batch: int | None = None
    paste_back: bool = True

    @property
    def together(self) -> int:
        """Frames that are painted at once."""
        return self.batch or (1 if self.networks.device.type == "cpu" else 4)
