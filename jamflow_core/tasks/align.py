"""When a recording says its text."""

from dataclasses import replace

from torch import Tensor

from ..audio.mel import log_mel
from ..clock import HOP
from ..models import Models
from ..text.languages import DEFAULT
from ..text.languages.language import Language
from ..text.parse import parse
from ..text.timed import TimedText


def align(models: Models, wave: Tensor, text: str | TimedText, language: Language = DEFAULT) -> TimedText:
    """The text with the times at which a recording [samples] says it."""
    return align_mel(models, log_mel(wave)[: max(1, len(wave) // HOP)], text, language)


def align_mel(models: Models, mel: Tensor, text: str | TimedText, language: Language = DEFAULT) -> TimedText:
    """The same for a log mel [frames, 100]; a text that has times keeps them."""
    said = parse(text, language) if isinstance(text, str) else text
    return said if said.timed else replace(said, durations=models.aligners.audio.align(mel, said.symbols))
