"""Every sign brought to those that the rules know: plain Latin letters, ASCII digits, a few symbols, Greek letters.

What cannot be read (letters of other scripts) is left out, with a note.
"""

import re
import unicodedata

from ...aligned import Aligned
from .money import CURRENCIES
from .rules import rule
from .signs import SIGNS

_KEPT = {*"".join(SIGNS), *"".join(CURRENCIES), *"—–“”‘’«»°¢♯♭·‰"}
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni"))
_SUPERSCRIPT = "".join(_SUPERSCRIPTS)
# Marks of other scripts, and letters that no Unicode rule folds.
_SAME = str.maketrans(
    "。．、，？！؟،؛।「」『』【】《》〈〉〜～ʹ′‵・∙⋅−‐‑⁃⁄∕∗",
    '..,,?!?,;.""""()""""~~\'\'\' ··----//*',
)
_SMALL_CAPITAL = re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z])$")
GREEK = r"[Α-Ωα-ωά-ώϑϕϖϰϱϵ]"
_FOREIGN = re.compile(r"x(?:[ xm]*[xm])?")
_WORDS_IN_A_NOTE = 30


def _footnote(match: re.Match) -> str:
    """A superscript: a power behind a number, a sign or a short name, else the mark of a footnote, which is not
    read.
    """
    word, power = match[1], "".join(_SUPERSCRIPTS[sign] for sign in match[2])
    short = len(word) < 3 or word in ("sin", "cos", "tan", "log", "mol", "min") or word.isdigit()
    return f"{word}^{power}" if short and word else word if word else f" ^{power}"


def _compatible(match: re.Match) -> str | None:
    """Letters dressed as signs (℃, ①, 𝐁, fullwidth) as plain ones."""
    plain = unicodedata.normalize("NFKC", match[0])
    return None if match[0] in _KEPT else plain


def _fold(match: re.Match) -> str | None:
    """One sign that is not ASCII -> the letters, digits or marks that stand for it, or nothing."""
    character = match[0]
    if character in _KEPT or re.match(GREEK, character):
        return None
    plain = unicodedata.normalize("NFKC", character).translate(_SAME)
    if plain[:1].isdigit() and "/" in plain:
        plain = " " + plain  # ½
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    small = _SMALL_CAPITAL.match(unicodedata.name(character, ""))
    if small:
        return small[1].lower()
    if plain and (ord(plain[0]) > 0x17F or len(plain[0].lower()) > 1):  # beyond what the net for unknown words has seen
        plain = "".join(c for c in unicodedata.normalize("NFD", plain) if ord(c) < 128 or re.match(GREEK, c))
    return "" if any(unicodedata.category(c)[0] in "SCM" and ord(c) > 127 for c in plain) else plain


def _script(character: str) -> str:
    """l: a letter that can be read, x: one that cannot, m: belongs to the letter before; a space or "-" for others."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return "m"
    if category[0] != "L" or ord(character) < 128:
        return " " if character.isspace() else "-"
    name = unicodedata.name(character, "")
    readable = name.startswith(("LATIN", "GREEK", "MICRO", "FEMININE", "MASCULINE", "MODIFIER"))
    return "l" if readable else "x"


def leave_out_other_scripts(source: Aligned) -> None:
    """Take out the words of other scripts, and say which."""
    missing = []
    spoken = "".join(map(_script, source.text))
    for pattern in (_FOREIGN, re.compile(r"(?<!l)lll+")):
        for match in pattern.finditer(spoken):
            written = source.text[match.start() : match.end()].strip()
            if pattern is _FOREIGN or re.fullmatch(rf"{GREEK}{{3,}}", _bare(written)):
                missing.append((match.start(), match.end(), written))
    for start, end, written in sorted(missing, reverse=True):
        source.replace(start, end, " ")
        source.notes.insert(0, f"“{written[:_WORDS_IN_A_NOTE]}” is left out: not in letters that can be read here")


def _bare(word: str) -> str:
    """Without its accents."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")


# Before other scripts are left out, and after.
DRESSED = (
    rule(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\ufeff\ufe00-\ufe0f]+", ""),
    rule(r"¯\\?_*/?\(.{1,5}\)\\?_*/¯|[(（][^\w\s()]*[ツシ益ಠ･ω´`ʖ͡°^_]+[^\w\s()]*[)）]", " "),
    rule(r"[\s\x00-\x1f\x7f-\x9f]+", " "),
    rule(rf"(?<![^\W_])([^\W_{_SUPERSCRIPT}]*)([{_SUPERSCRIPT}]+)", _footnote),
    rule(r"(?<=\w)([₀-₉]+)(?=\w?)", r" \1 "),
    rule(r"[™®℠]", ""),
    rule(
        r"[\u2100-\u214f\u2460-\u24ff\u3200-\u33ff\uff00-\uffef\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]", _compatible
    ),
)
PLAIN = (
    rule(r"…", "..."),
    rule(r"(?<=\d)\s?[º˚](?=\s?[CF]?\b|\s|$)", "°"),
    rule(r"\b[Nn][º°]\s?(?=\d)", "number "),
    rule(r"\s+", " "),
)
FOLDED = (
    rule(r"[’‘`´ʼ＇]", "'"),
    rule(r"[^\x00-\x7f]", _fold),
)
