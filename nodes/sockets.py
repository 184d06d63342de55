"""The pack's own sockets. ComfyUI matches them by name alone, so the names are permanent."""

from dataclasses import dataclass

from comfy_api.latest import io

from ..jamflow_core.clock import Span, joined

Model = io.Custom("JAMFLOW_MODEL")
Vocoder = io.Custom("JAMFLOW_VOCODER")
Portrait = io.Custom("JAMFLOW_PORTRAIT")
Text = io.Custom("JAMFLOW_TEXT")
AudioRef = io.Custom("JAMFLOW_AUDIO_REF")
MotionRef = io.Custom("JAMFLOW_MOTION_REF")
Motion = io.Custom("JAMFLOW_MOTION")
TimeMask = io.Custom("JAMFLOW_MASK")
Expression = io.Custom("JAMFLOW_EXPRESSION")
Places = io.Custom("JAMFLOW_PLACES")


@dataclass(frozen=True)
class Spans:
    """What travels on a JAMFLOW_MASK wire: the stretches to make anew, for the speech and for the face."""

    speech: tuple[Span, ...] = ()
    face: tuple[Span, ...] = ()

    def __add__(self, other: "Spans") -> "Spans":
        return Spans(joined(self.speech + other.speech), joined(self.face + other.face))
