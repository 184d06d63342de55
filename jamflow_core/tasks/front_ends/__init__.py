"""How a model reads a text: two front ends, one of which suits a model.

phonemes.py     phonemes with times: jamflow-tiny and its kin
characters.py   characters without: F5-TTS and models made of it
"""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from ...flow.sampler import Settings
from ...models import Models
from ...text.languages import DEFAULT
from ...text.languages.language import Language
from ...text.timed import TimedText
from ..canvases import Rest
from ..clip import Clip
from ..run import Run
from ..voice import Said, Voice
from .characters import Characters
from .phonemes import Phonemes


class FrontEnd(Protocol):
    """What a job asks of the way from a writing to speech."""

    def usual(self, job: str) -> Settings:
        """What a job ("speak", "animate", "dub", "edit") samples with unless told otherwise."""

    def require_times(self, job: str) -> None:
        """JamFlowError where sounds cannot be put at given times."""

    def read(self, text: str, language: Language = DEFAULT, check: Callable[[], None] | None = None) -> TimedText:
        """A text as the model will say it; check is called now and then and may raise, to cancel. JamFlowError: nothing
        to say.
        """

    def shown(self, text: TimedText) -> str:
        """What the model reads, as one line for people."""

    def voice(self, models: Models, wave: Tensor, rate: int, said: Said, name: str) -> Voice:
        """A recording [channels, samples] as a voice; see voices.py."""

    def plan(self, models: Models, text: str | TimedText, voice: Voice, speed: float) -> list[TimedText]:
        """A text in parts, each short enough for one stretch behind the prompt; timed, if the front end knows times."""

    def speak(
        self, models: Models, parts: list[TimedText], voice: Voice, run: Run, speed: float, face: bool | Rest
    ) -> Clip:
        """Say the parts one after the other; speed: of parts without times."""


PHONEMES: FrontEnd = Phonemes()
CHARACTERS: FrontEnd = Characters()


def front_end(models: Models) -> FrontEnd:
    """The one that the model was trained with."""
    return CHARACTERS if models.flow.config.use_characters else PHONEMES
