"""Word error by an independent recogniser: pocketsphinx with the US English model of its wheel."""

import re

import numpy as np

from . import at_16k, edit_distance, need


def spoken_words(text: str) -> list[str]:
    """Lower-case words without punctuation, as the recogniser spells them."""
    return re.findall(r"[a-z']+", text.lower().replace("’", "'").replace(" '", " ").replace("' ", " "))


class WordRecogniser:
    """Wave -> words."""

    def __init__(self):
        pocketsphinx = need("pocketsphinx", "pocketsphinx")
        self._decoder = pocketsphinx.Decoder(samprate=16000, loglevel="FATAL")

    def __call__(self, wave) -> list[str]:
        pcm = np.round(at_16k(wave) * 32767).astype("<i2").tobytes()
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, no_search=False, full_utt=True)
        self._decoder.end_utt()
        best = self._decoder.hyp()
        return spoken_words(best.hypstr) if best else []


def word_errors(recogniser: WordRecogniser, wave, text: str) -> tuple[int, int]:
    """(errors, words in `text`): add both up over clips before dividing."""
    words = spoken_words(text)
    return edit_distance(words, recogniser(wave)), len(words)
