"""Phone error by an independent recogniser: hama (pip install hama, weights in the wheel), a CTC network that was never
trained on the teacher's speech.

It writes dictionary forms in IPA. Both its phones and the symbols that were to be said are brought to classes in which
their alphabets agree: consonants, and broad vowels.
"""

from . import at_16k, edit_distance, need

# Classes by their members in the recogniser's alphabet and in ours; what is in none of them has no sound of its own.
_FRONT = "i ɪ ᵻ e ɛ eɪ A æ"
_CENTRAL = "ə ʌ ɐ ᵊ ɑ ɒ ɔ a ɜ"
_ROUND = "u ʊ o oʊ O Q"
_CLASSES = {
    member: name
    for name, members in {
        "E": _FRONT,
        "@": _CENTRAL,
        "U": _ROUND,
        "aI": "aɪ I",
        "aU": "aʊ W",
        "oI": "ɔɪ Y",
        "tS": "t͡ʃ ʧ",
        "dZ": "d͡ʒ ʤ",
        "g": "g ɡ",
        "r": "r ɹ",
        "t": "t ɾ T",
    }.items()
    for member in members.split()
} | {consonant: consonant for consonant in "b d f h j k l m n p s v w z ð ŋ θ ʃ ʒ".split()}
_COLOURED = {"ɝ": ("@", "r"), "ɚ": ("@", "r")}


def sounds(symbols) -> list[str]:
    """Symbols of either alphabet -> classes, one for each phone."""
    found: list[str] = []
    for symbol in symbols:
        found += _COLOURED.get(symbol, (_CLASSES[symbol],) if symbol in _CLASSES else ())
    return found


class PhoneRecogniser:
    """Wave float32 [samples] at 24 kHz -> classes of the phones heard."""

    def __init__(self):
        self._model = need("hama", "hama").ASRModel()

    def __call__(self, wave) -> list[str]:
        return sounds(self._model.transcribe_waveform(at_16k(wave), 16000).phonemes)


def phone_errors(recogniser: PhoneRecogniser, wave, symbols) -> tuple[int, int]:
    """(errors, phones in `symbols`): add both up over clips before dividing."""
    expected = sounds(symbols)
    return edit_distance(expected, recogniser(wave)), len(expected)
