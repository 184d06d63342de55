"""All judges of one recording, each loaded once."""

from ...align.aligner import AudioAligner
from .phonemes import phoneme_errors
from .phones import PhoneRecogniser, phone_errors
from .quality import dnsmos
from .voice import VoiceEncoder, similarity
from .words import WordRecogniser, word_errors

MEASURES = ("phonemes", "phones", "words", "quality", "voice")


class Judges:
    """The chosen MEASURES. recogniser: of phones, trained on real teacher audio only."""

    def __init__(self, recogniser: AudioAligner, measures=MEASURES):
        self._recogniser, self._measures = recogniser, measures
        self._phones = PhoneRecogniser() if "phones" in measures else None
        self._words = WordRecogniser() if "words" in measures else None
        self._encoder = VoiceEncoder() if "voice" in measures else None

    def portrait_of(self, wave):
        """Embedding of a voice prompt, for `speech`; None if voices are not measured."""
        return self._encoder(wave) if self._encoder else None

    def speech(self, wave, text: str, symbols, prompt) -> dict[str, float]:
        """Figures of a recording [samples] at 24 kHz that is to say `text` (`symbols`) in the voice of `prompt`."""
        row = {}
        if "phonemes" in self._measures:
            row["phone_errors"], row["phones"] = phoneme_errors(self._recogniser, wave, symbols)
        if self._phones:
            row["other_errors"], row["other_phones"] = phone_errors(self._phones, wave, symbols)
        if self._words:
            row["word_errors"], row["words"] = word_errors(self._words, wave, text)
        if "quality" in self._measures:
            row["dnsmos"] = dnsmos(wave)["ovrl"]
        if self._encoder:
            row["similarity"] = similarity(prompt, self._encoder(wave))
        return row
