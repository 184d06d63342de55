"""What a recording says: from its transcript, from a small recogniser if one is installed, else from the sound
alone.
"""

import numpy as np
from torch import Tensor

from ..audio.mel import log_mel
from ..clock import HOP
from ..errors import JamFlowError
from ..tasks.align import align
from ..text.timed import TimedText
from ..tokens import SILENCE
from .metrics.words import WordRecogniser


class Transcriber:
    """Finds the timed text of recordings. models: for their aligner."""

    def __init__(self, models):
        self._models = models
        self._recogniser: WordRecogniser | None = None
        self.installed = True

    def timed(self, wave: Tensor, transcript: str | None = None) -> TimedText:
        """wave [samples], 24 kHz. JamFlowError: a transcript that cannot be said in so short a time."""
        words = transcript if transcript is not None else self._heard(wave)
        if words and words.strip():
            return align(self._models, wave, words)
        return self._phones(wave)

    def _heard(self, wave: Tensor) -> str:
        """Words by Whisper; "" where it is not installed or hears none."""
        if self._recogniser is None and self.installed:
            try:
                self._recogniser = WordRecogniser()
            except JamFlowError:
                self.installed = False
        return self._recogniser.transcribe(wave) if self._recogniser else ""

    def _phones(self, wave: Tensor) -> TimedText:
        """The phones that the aligner hears, without words or stress."""
        aligner, mel = self._models.aligners.audio, log_mel(wave)[: max(1, len(wave) // HOP)]
        symbols = (SILENCE, *aligner.recognise(mel), SILENCE)
        return TimedText("", symbols, aligner.align(mel, symbols), np.zeros(len(symbols), bool), ())
