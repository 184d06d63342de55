"""Which symbols look alike on the lips.

Every symbol of the alphabet (tokens.py) belongs to one viseme class: its members cannot be told apart by sight.
A diphthong's class names both its ends ("ah>ih"). Marks of stress, length and tone have no face of their own.
"""

from ..tokens import FILLER, SILENCE

SILENT = "silence"
GAP = "gap"  # the space between words: silent only if it lasts
MARK = "mark"
CLOSED = "pbm"

_CLASSES = {
    SILENT: (FILLER, SILENCE, *';:,.!?—…"()“”'),
    GAP: " ",
    MARK: "ˈˌː\u0303ʰʲᵝ↓→↗↘",
    # consonants
    CLOSED: "pbm",
    "fv": "fvʋɸβ",
    "th": "θð",
    "td": "tdnlTɾɖʈɳɽʎɲ",
    "kg": "kɡgŋxɣqɰɴχʁ",
    "ky": "cçɟʝ",
    "sz": "szʦʣ",
    "sh": "ʃʒʧʤʨʥɕʂꭧS",
    "r": "ɹɻr",
    "w": "wɥ",
    "y": "j",
    "h": "hʔ",
    # vowels, from open to close
    "ah": "ɑaæ",
    "uh": "ʌɐ",
    "schwa": "əᵊɤɯ",
    "er": "ɜɚ",
    "eh": "ɛe",
    "ih": "ɪᵻɨ",
    "ee": "i",
    "aw": "ɒɔœ",
    "oh": "oø",
    "oo": "ʊ",
    "ooh": "uy",
    # diphthongs, in misaki's capitals
    "eh>ih": "A",
    "ah>ih": "I",
    "ah>oo": "W",
    "aw>ih": "Y",
    "oh>oo": "O",
    "er>oo": "Q",
}
_CLASS_OF = {symbol: name for name, symbols in _CLASSES.items() for symbol in symbols}
VISEMES: tuple[str, ...] = tuple(_CLASSES)


def viseme_of(symbol: str) -> str:
    """The viseme class of a symbol; KeyError names a symbol outside the alphabet."""
    return _CLASS_OF[symbol]
