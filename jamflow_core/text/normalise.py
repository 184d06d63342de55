"""Written English -> English that a dictionary can read: dates, money, units, abbreviations, addresses, symbols.

Plain numbers ("1999", "3.5", "21st", "1,200") stay digits: the dictionary layer reads those itself. Every rule rewrites
an `Aligned`, so that what is said can be traced to the word as written.
"""

import re
import unicodedata

from ..errors import JamFlowError
from .aligned import Aligned
from .readings import (
    ABBREVIATIONS,
    CURRENCIES,
    FRACTIONS,
    IN_ADDRESSES,
    MAGNITUDES,
    MONTH_OF,
    MONTHS,
    REGNAL,
    SYMBOLS,
    TITLES,
    UNITS,
)


def normalise(source: Aligned, british: bool = False) -> None:
    """Rewrite `source` in place; JamFlowError for letters that English is not written with."""
    refuse_other_scripts(source.text)
    for pattern, new, group in _CHARACTERS + (_BRITISH_DATES if british else _AMERICAN_DATES) + _RULES:
        source.sub(pattern, new, group)


def refuse_other_scripts(text: str) -> None:
    """JamFlowError that quotes the first run of letters that are neither Latin nor a lone Greek letter."""
    foreign = _FOREIGN.search("".join(_script(character) for character in text))
    if foreign:
        sample = text[foreign.start() : min(foreign.end(), foreign.start() + 20)].strip()
        raise JamFlowError(f"Write English: the model cannot read “{sample}”.")


def _script(character: str) -> str:
    if unicodedata.category(character) not in ("Lo", "Lu", "Ll", "Lt") or character in "ªºµ":
        return " " if character.isspace() else "-"
    name = unicodedata.name(character, "")
    return "l" if name.startswith("LATIN") else "g" if name.startswith("GREEK") else "x"


_FOREIGN = re.compile(r"x[x ]*|(?:g[gl]|lg)[gl]*")


def _alternatives(words) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _rule(pattern: str, new, group: int = 0, flags: int = 0):
    return re.compile(pattern, flags), new, group


_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_FREE = r"(?<![\w.,])"  # a number begins here
_MONTH = rf"(?:{_alternatives([*MONTHS, *MONTH_OF])})"


# Characters -------------------------------------------------------------------------------------------------------


def _plain_character(match: re.Match) -> str | None:
    """Compatibility forms (ﬁ, ①, fullwidth, ½) to their letters and digits; letters without a reading to their base."""
    character = match[0]
    if character in SYMBOLS or character in CURRENCIES or character in "—–“”‘’«»°¢":
        return None
    if unicodedata.name(character, "").startswith("GREEK"):
        return (
            f" {unicodedata.name(character).split()[-1 if 'WITH' not in unicodedata.name(character) else 3].lower()} "
        )
    plain = unicodedata.normalize("NFKC", character).replace("⁄", "/").replace("‐", "-").replace("−", "-")
    if plain[:1].isdigit() and "/" in plain:
        plain = " " + plain
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    if plain and (ord(plain[0]) > 0x17F or len(plain[0].lower()) > 1):  # beyond what the net for unknown words has seen
        plain = "".join(c for c in unicodedata.normalize("NFD", plain) if ord(c) < 128)
    return "" if any(unicodedata.category(c)[0] in "SCM" and ord(c) > 127 for c in plain) else plain


def _phone(match: re.Match) -> str:
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", match[0]))


_CHARACTERS = [
    _rule(r"[\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]+", ""),
    _rule(r"\s+", " "),
    _rule(r"…", "..."),
    _rule(r"(?<![\w.])(\d{1,2})['’′]\s?(\d{1,2})(?:[\"”″]|'')", r"\1 foot \2"),
    _rule(r"[’‘`´]", "'"),
    _rule(r"[^\x00-\x7f]", _plain_character),
    _rule(r"(?<=\d)\s?[‒–-]\s?(?=[$£€]\d)", " to "),
    _rule(r"\s*(?:[―—]|(?<!\d)–(?!\d)|(?<![\w-])--+(?!-)|(?<=\w)--+(?=\s|\w)|(?<=\s)-(?=\s))\s*", "— "),
    _rule(r"\[([^\]\n]+)\]\(\S+?\)", r"\1"),
    _rule(r"(?<![\w.-])(?:\+?\d{1,3}[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])?\d{3}[-.]\d{4}(?![\w-]|\.\d)", _phone),
    _rule(r"(?<!\w)\+\d{1,3}(?: \d{2,4}){2,4}(?![\w-])", _phone),
    _rule(r"\s*[(\[{]", ", "),
    _rule(r"[)\]}](?=\s*[^\s.,;:!?])", ","),
    _rule(r"[)\]}]", ""),
    _rule(r"[\"“”«»]", ""),
    _rule(r"(?<!\w)'(?=\d0s\b)", ""),
    _rule(r"(?<!\S)'(?!(?:em|til|tis|twas|cause|n|bout|round|cuz)\b)(?=\w)", "", 0, re.IGNORECASE),
    _rule(r"(?<=[^\ws\s])'(?!\w)|(?<=s)'(?=[.,;:!?]*$)|(?<=[^\Ws])'(?=[^\w]|$)", ""),
]


# Dates ------------------------------------------------------------------------------------------------------------


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _date(day: str, month: str, year: str, british: bool) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    if len(year) == 2:
        year = ("19" if int(year) > 40 else "20") + year
    name, nth = MONTHS[int(month) - 1], _ordinal(int(day))
    return f"the {nth} of {name}, {year}" if british else f"{name} {nth}, {year}"


def _slashed(match: re.Match, british: bool) -> str | None:
    first, second, year = match.groups()
    day_first = british and int(second) <= 12 or int(first) > 12
    return _date(first, second, year, british) if day_first else _date(second, first, year, british)


def _dates(british: bool) -> list:
    return [
        _rule(r"\b(\d{4})-(\d{2})-(\d{2})\b", lambda m: _date(m[3], m[2], m[1], british)),
        _rule(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])", lambda m: _slashed(m, british)),
        _rule(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w])", lambda m: _date(m[1], m[2], m[3], british)),
    ]


_AMERICAN_DATES, _BRITISH_DATES = _dates(False), _dates(True)


# Everything else --------------------------------------------------------------------------------------------------


def _spell_address(match: re.Match) -> str:
    address = re.sub(r"^[a-z]+://", "", match[0], flags=re.IGNORECASE).rstrip("/")
    address = re.sub(r"^www(?=\.)", "w w w", address, flags=re.IGNORECASE)
    words = "".join(f" {IN_ADDRESSES[c]} " if c in IN_ADDRESSES else c for c in address)
    return re.sub(r"\s+", " ", re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", words)).strip()


def _time(match: re.Match) -> str:
    hour, minute, second, half = match[1], int(match[2]), match[3], match[4]
    hour = str(int(hour))
    if minute or second:
        said = f"{hour} {'oh ' if minute < 10 else ''}{minute}"
    else:
        said = hour if half else f"{hour} o'clock" if int(hour) <= 12 else f"{hour} hundred"
    return said + (f" and {int(second)} seconds" if second else "")


def _half_of_day(match: re.Match) -> str:
    return f" {match['half'].upper()}M" + ("." if match["stop"] and _sentence_ends(match) else "")


def _sentence_ends(match: re.Match) -> bool:
    """Whether the full stop that the match ends with also closes its sentence."""
    return re.match(r"\s*$|\s+[A-Z]", match.string[match.end() :]) is not None


def _many(number: str, forms) -> str:
    return forms[0] if number.lstrip("-").replace(",", "") == "1" else forms[1]


def _money(match: re.Match) -> str:
    number, magnitude = match["number"], match["magnitude"]
    one, many, cent, cents = CURRENCIES[match["symbol"]]
    minus = "minus " if match["sign"] or match["sign2"] else ""
    if magnitude:
        return f"{minus}{number} {MAGNITUDES[magnitude.lower()]} {many}"
    whole, _, fraction = number.partition(".")
    if len(fraction) not in (0, 2):
        return f"{minus}{number} {many}"
    parts = [f"{whole} {_many(whole, (one, many))}"] if int(whole.replace(",", "")) or not int(fraction or 0) else []
    if int(fraction or 0):
        parts.append(f"{int(fraction)} {_many(str(int(fraction)), (cent, cents))}")
    return minus + " and ".join(parts)


def _trailing_money(match: re.Match) -> str:
    return f"{match[1]} {_many(match[1], CURRENCIES[match[2]])}"


def _unit(match: re.Match) -> str:
    return f"{match[1]} {_many(match[1], UNITS[match[2]])}"


def _fraction(match: re.Match) -> str:
    whole, above, below = match[1], int(match[2]), int(match[3])
    if not (0 < above < below and below in FRACTIONS):
        return f"{whole or ''}{above} {below}"
    if whole:
        return (
            f"{whole.strip()} and {'a' if above == 1 and below != 8 else above} {_many(str(above), FRACTIONS[below])}"
        )
    return f"{'one' if above == 1 else above} {_many(str(above), FRACTIONS[below])}"


def _roman(numeral: str) -> int | None:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in numeral]
    total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0]))
    tens, units = divmod(total, 10)
    written = "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[units]
    return total if written == numeral else None


def _numeral(match: re.Match) -> str | None:
    name, number = match[1], _roman(match[2])
    if number is None or (len(match[2]) == 1 and name not in REGNAL and name not in _NUMBERED):
        return None
    return f"the {_ordinal(number)}" if name in REGNAL else str(number)


_NUMBERED = frozenset(
    "Chapter Part Act Scene Section Book Volume Phase Article Type Level Stage Class Grade Episode Round War".split()
)


def _title(match: re.Match) -> str | None:
    """Titles stand before a name; "12 Main St. He ..." and "in Elm Dr. We ..." are streets, with a name before them."""
    street = f"{match[1]}." in ABBREVIATIONS and re.search(r"[\w,] [A-Z][a-z]+ $", match.string[: match.start()])
    return None if street else TITLES[match[1]]


def _abbreviation(match: re.Match) -> str:
    never_last = ("e.g.", "i.e.", "vs.", "cf.")
    ends = match[0].endswith(".") and match[0] not in never_last and _sentence_ends(match)
    return ABBREVIATIONS[match[0]] + ("." if ends else "")


def _power(match: re.Match) -> str:
    return {"2": " squared", "3": " cubed"}.get(match[1], f" to the power of {match[1]}")


_TLD = "com|org|net|edu|gov|io|ai|dev|app|co|uk|us|ca|de|fr|eu|info|biz|tv|me|ly"
_ADDRESS = (
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?|ftp)://[^\s,;!]*[\w/]|www\.[^\s,;!]*[\w/]"
    rf"|(?<![\w.@])(?:[a-zA-Z0-9-]+\.)+(?:{_TLD})(?:/[^\s,;!]*[\w/])?(?![\w.]\w)(?!\w)"
)
_SYMBOL = _alternatives(symbol for symbol in SYMBOLS if symbol not in "<>")

_RULES = [
    _rule(_ADDRESS, _spell_address),
    _rule(r"(?<=[^\W\d_]{2}|[a-z]\d)\.(?=(?:[a-z]{2,4}|[a-z]\d)\b(?!\.))", " dot "),
    _rule(r"\b([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?=\s?([AaPp])\.?[Mm]\b)?(?![:\d])", _time),
    _rule(r"(?<=\d)\s?(?P<half>[AaPp])(?:\.[Mm](?P<stop>\.?)|[Mm]\b)(?!\w)", _half_of_day),
    _rule(
        rf"\b({_alternatives(MONTH_OF)})\.?(?=\s\d)|\b({_alternatives(set(MONTH_OF) - {'May'})})\.",
        lambda m: MONTH_OF[m[1] or m[2]],
    ),
    _rule(
        rf"\b{_MONTH} (\d{{1,2}})(?![\w:%/-]|\.\d|,\d)",
        lambda m: _ordinal(int(m[1])) if 0 < int(m[1]) < 32 else None,
        1,
    ),
    _rule(
        rf"(?<!the )(?<![\w.,:/-])(\d{{1,2}})(?:st|nd|rd|th)?(?= {_MONTH}\b)", lambda m: f"the {_ordinal(int(m[1]))} of"
    ),
    _rule(rf"(?<=\bthe )(\d{{1,2}})(?:st|nd|rd|th)?(?= {_MONTH}\b)", lambda m: f"{_ordinal(int(m[1]))} of"),
    _rule(r"(?<=\d)\s?[–-]\s?(?=[$£€]?\d)(?!\d+-\d)(?<!-\d-)", " to "),
    _rule(
        rf"(?P<sign>(?<![\w.])-)?(?<![\w.])(?P<symbol>{_alternatives(CURRENCIES)})\s?(?P<sign2>-)?(?P<number>{_NUMBER})"
        rf"(?:\s?(?P<magnitude>hundred|thousand|million|billion|trillion|[kKmMbB]n?|tn)\b)?",
        _money,
    ),
    _rule(rf"{_FREE}({_NUMBER})\s?({_alternatives(CURRENCIES)})(?!\w)", _trailing_money),
    _rule(
        rf"{_FREE}(-?{_NUMBER}(?: {_alternatives(['million', 'billion'])})?)\s?({_alternatives(UNITS)})(?![\w/²³])",
        _unit,
    ),
    _rule(r"(?<![\w.,/])(\d+ )?(\d{1,2})/(\d{1,3})(?![\w/]|\.\d)", _fraction),
    _rule(r"(?<![\w.,])(\d+)in\b", r"\1 inches"),
    _rule(r"(?<=\d)\s?[x×]\s?(?=\d)", " by "),
    _rule(r"(?<![\w.)])-(?=\.?\d)", "minus "),
    _rule(r"(?<![\w.,:/])0\d+(?![\w,:/]|\.\d)", lambda m: " ".join(m[0])),
    _rule(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+)(\.\d*0)(?![\w.]\w|\w)", lambda m: " point " + " ".join(m[1][1:]), 1),
    _rule(r"\b[Nn]o(s?)\. ?(?=\d)", lambda m: f"number{m[1]} "),
    _rule(r"#\s?(?=\d)", "number "),
    _rule(r"#(?=\w)", "hashtag "),
    _rule(r"\b([A-Z]\w+) ([IVX]+)\b(?!['’.]\w)", _numeral, 2),
    _rule(rf"\b({_alternatives(TITLES)})\.?(?= [A-Z])", _title),
    _rule(rf"(?<![\w.])(?:{_alternatives(ABBREVIATIONS)})(?!\w)", _abbreviation),
    _rule(r"\^\s?(\d+|\w)\b", _power),
    _rule(r"(?<=\d)\s?\*\s?(?=\d)", " times "),
    _rule(r"~(?=\d)", "about "),
    _rule(r"\+(?=\d)|(?<= )\+(?= )", " plus "),
    _rule(r"(?<= )[<>](?= )|[<>]=?(?=\s?\d)", lambda m: f" {SYMBOLS[{'<=': '≤', '>=': '≥'}.get(m[0], m[0])]} "),
    _rule(_SYMBOL, lambda m: f" {SYMBOLS[m[0]]} "),
    _rule(r"(?<=\s)/(?=\s)|\|", ","),
    _rule(r"[*_\\<>^~#]+", " "),
    _rule(r"\b[A-Z]{7,}\b", lambda m: m[0].capitalize()),
    _rule(r"\s+", " "),
    _rule(r"\s+(?=[,;:!?]|\.(?!\d))|^\s+|\s+$", ""),
]
