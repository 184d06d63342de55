"""Signs by their names: = + § →, Greek letters, sharps and flats; brackets and markup that stand for nothing."""

import re
import unicodedata

from .rules import alternatives, rule

SIGNS = {
    "=": "equals", "≈": "is about", "≃": "is about", "≅": "is about", "≠": "is not equal to", "≡": "is equivalent to",
    "≤": "is at most", "≥": "is at least", "≪": "is much less than", "≫": "is much greater than", "<": "is less than",
    ">": "is greater than", "±": "plus or minus", "∓": "minus or plus", "×": "times", "÷": "divided by",
    "√": "square root of", "∛": "cube root of", "∞": "infinity", "∝": "is proportional to", "∈": "is in",
    "∉": "is not in",
    "∪": "union", "∩": "intersection", "⊂": "is a subset of", "⊆": "is a subset of", "∀": "for all", "∃": "there is",
    "∴": "therefore", "∵": "because", "¬": "not", "∧": "and", "∨": "or", "∑": "sum", "∏": "product", "∫": "integral",
    "∂": "partial", "∇": "nabla", "∠": "angle", "⊥": "is perpendicular to", "∥": "is parallel to", "⊕": "xor",
    "°": "degrees", "%": "percent", "‰": "per mille", "‱": "per ten thousand", "©": "copyright", "§": "section",
    "¶": "paragraph", "№": "number", "→": "to", "⇒": "to", "↔": "to and from", "⇔": "if and only if", "←": "from",
    "$": "dollars", "£": "pounds", "€": "euros", "¥": "yen",
}  # fmt: skip
_TWO = {"<=": "≤", ">=": "≥"}
_NAMED = alternatives(sign for sign in SIGNS if sign not in "<>")


def _greek(match: re.Match) -> str:
    """A Greek letter by its name: kΩ that is no unit, Δt, "α and β"."""
    name = unicodedata.name(unicodedata.normalize("NFD", unicodedata.normalize("NFKC", match[0]))[0])
    return f" {name.split()[-1].lower().replace('lamda', 'lambda')} "


def _compared(match: re.Match) -> str:
    """<5 is "less than 5"."""
    return SIGNS[_TWO.get(match[0], match[0])].removeprefix("is ") + " "


def _exact(match: re.Match) -> str:
    return f" {SIGNS[_TWO.get(match[0].strip(), match[0].strip())]} "


RULES = (
    rule(r"(?<=\b[A-G])[#♯](?!\w)", " sharp"),
    rule(r"(?<=\b[A-G])♭", " flat"),
    rule(r"[♯♭]", ""),
    rule(r"#\s?(?=\d)", "number "),
    rule(r"(?<![\w#])#(?:include|define|ifdef|ifndef|endif|pragma|import)\b", lambda m: m[0][1:]),
    rule(r"#(?=[^\W_])", "hashtag "),
    rule(r"(?<=\d)\s?[*·]\s?(?=\d)", " times "),
    rule(r"(?<=\d)\s?~\s?(?=\d)", " to "),
    rule(r"~\s?(?=[\d$£€])", "about "),
    rule(r"\+=", " plus equals "),
    rule(r"(?<=\w)\+\+(?!\+)", " plus plus "),
    rule(r"\+(?=\d)|(?<= )\+(?= )|(?<=\d)\+(?=[a-z])", " plus "),
    rule(r"={3,}", " "),
    rule(r"\s?!=\s?", " is not equal to "),
    rule(r"==", "="),
    rule(r"(?<![\w=])[<>]=?(?=\d)", _compared),
    rule(r"(?<= )[<>]=?(?= )|[<>]=?(?=\s?\d)", _exact),
    rule(r"(?<!\w)(?<!\w )([≥≤≈])\s?(?=\d)", lambda m: SIGNS[m[1]].removeprefix("is ") + " "),
    rule(_NAMED, _exact),
    rule(r"[Α-Ωα-ωά-ώϑϕϖϰϱϵ]", _greek),
    rule(r"(?<=\s)/(?=\s)|\|", ","),
    rule(r"·", " "),
    rule(r"[*_\\<>^~#]+", " "),
)
