"""Written English -> English that a dictionary can read: dates, money, units, abbreviations, addresses, symbols.

Plain numbers ("1999", "3.5", "21st", "1,200") stay digits: the dictionary layer reads those itself. Every rule rewrites
an `Aligned`, so that what is said can be traced to the word as written.
"""

import re
import unicodedata

from ....errors import JamFlowError
from ...aligned import Aligned
from .quantities import (
    NUMBER,
    blood_pressure,
    code,
    cross_between,
    dash_between,
    decimal_comma,
    digit_groups,
    dotted,
    fraction,
    half_of_day,
    hours_and_minutes,
    listed,
    long_number,
    money,
    money_range,
    named_numeral,
    ordinal,
    ordinal_numeral,
    power,
    ratio,
    scientific,
    sentence_ends,
    small_numeral,
    time_of_day,
    trailing_money,
    unit,
    year_numeral,
)
from .readings import (
    ABBREVIATIONS,
    CURRENCIES,
    DAY_OF,
    IN_ADDRESSES,
    MONTH_OF,
    MONTHS,
    PER,
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


_FREE = r"(?<![\w.,])"  # a number begins here
_MONTH = rf"(?:{_alternatives([*MONTHS, *MONTH_OF])})"
_DAY = rf"(?:{_alternatives([*DAY_OF.values(), *DAY_OF])})"


# Characters -------------------------------------------------------------------------------------------------------


def _full(month: str) -> str:
    return MONTH_OF.get(month, month)


def _days(match: re.Match) -> str:
    first, last = (DAY_OF.get(day, day) for day in match.groups())
    return f"{first} to {last}" + ("." if match[0].endswith(".") and sentence_ends(match) else "")


def _foot(match: re.Match) -> str | None:
    """5' x 7' are feet, 60° 30' minutes; at the end of a quotation it is neither."""
    before = match.string[: match.start()]
    if before.rstrip().endswith("°"):
        return f"{match[1]} minutes"
    return None if re.search(r"(?:^|[\s(])['‘]", before) else f"{match[1]} foot"


def _inch(match: re.Match) -> str | None:
    """A 2" pipe, but not the end of a quotation."""
    before = match.string[: match.start()]
    opened, closed = (len(re.findall(mark, before)) for mark in (r"(?:^|[\s(—-])[\"“]", r"(?<=[^\s\d(—-])[\"”]"))
    return None if opened > closed and not match[0].endswith("″") else f"{match[1]} inch"


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


_CHARACTERS = [
    _rule(r"[\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]+", ""),
    _rule(r"\s+", " "),
    _rule(r"…", "..."),
    _rule(r"(?<=\d)\s?[º˚](?=\s?[CF]?\b|\s|$)", "°"),
    _rule(r"(?<!\S)(?:[:;]-?[)(DPp/|\\]|:'\(|<3)(?!\S)", ""),
    _rule(r"(?<![\w.])(\d{1,2})['’′]\s?(\d{1,2})(?:[\"”″]|'')", r"\1 foot \2"),
    _rule(r"(?<![\w.])([3-8])['’′](\d|1[01])(?![\w'’\"”″.])", r"\1 foot \2"),
    _rule(r"(?<![\w.])(\d+(?:\.\d+)?)['’′](?![\w'’])", _foot),
    _rule(r"(?<![\w.])(\d+(?:\.\d+|/\d+)?)[\"”″](?!\w)", _inch),
    _rule(r"(?<=foot|inch)\s?[x×]\s?(?=\d)", " by "),
    _rule(r"[’‘`´]", "'"),
    _rule(r"[^\x00-\x7f]", _plain_character),
    _rule(r"(?<=\d)\s?[‒–-]\s?(?=[$£€]\d)", dash_between),
    _rule(r"(?<=\dst|\dnd|\drd|\dth)\s?[‒–-]\s?(?=\d+(?:st|nd|rd|th)\b)", " to "),
    _rule(r"(?<=\ds)\s?[‒–-]\s?(?=['’]?\d+s\b)", " to "),
    _rule(r"\b(50|24)-(50|7)\b", r"\1 \2"),
    _rule(r"(?<=\d)(?:\s?[ap]\.?m\.?)(\s?[‒–-]\s?)(?=\d)", " to ", 1, re.IGNORECASE),
    _rule(r"(?<=\d) [‒–-] (?=\d)", dash_between),
    _rule(r"\s?[=-]>\s?", " to "),
    _rule(rf"\b({_MONTH})\.?\s?[‒–-]\s?({_MONTH})\b\.?", lambda m: f"{_full(m[1])} to {_full(m[2])}"),
    _rule(rf"(?<=\d) [‒–-] (?={_MONTH}\b)", " to "),
    _rule(rf"\b({_DAY})\.?\s?[‒–-]\s?({_DAY})\b\.?", _days),
    _rule(rf"\b({_alternatives(DAY_OF)})\.?(?=,? (?:\d{{1,2}} )?{_MONTH}\b)", lambda m: DAY_OF[m[1]]),
    _rule(r"\s*(?:[―—]|(?<!\d)–(?!\d)|(?<![\w-])--+(?!-)|(?<=\w)--+(?=\s|\w)|(?<=\s)-(?=\s))\s*", "— "),
    _rule(r"\[([^\]\n]+)\]\(\S+?\)", r"\1"),
    _rule(r"</?(?:[abiup]|br|em|strong|span|font|div|sub|sup)(?: [^<>]*)?/?>", ""),
    _rule(
        r"(?<![\w.-])(?:(?:\+?\d{1,3}[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]|\d{3}-)\d{4}(?![\w-]|\.\d)", digit_groups
    ),
    _rule(r"(?<!\w)\+\d{1,3}(?: \d{2,4}){2,4}(?![\w-])", digit_groups),
    _rule(r"(?<![\w.,])0(?:\d{2,4} \d{3,4} \d{3,4}|\d{3,4} \d{5,6})(?![\w-]|\.\d)", digit_groups),
    _rule(r"(?<![\w.-])(?!\d{4}-\d\d?-\d\d?\b|\d\d?-\d\d?-\d{4}\b)\d+(?:-\d+){2,}(?![\w-]|\.\d)", code),
    _rule(r"(?<![\w.,+-])\d{10,}(?!\w|[.,-]\d)", long_number),
    _rule(r"[\s,]*[(\[{]", ", "),
    _rule(r"[)\]}](?=\s*[^\s.,;:!?])", ","),
    _rule(r"[)\]}]", ""),
    _rule(r"[\"“”«»]", ""),
    _rule(r"(?<!\w)'(?=\d0s\b)", ""),
    _rule(r"(?<!\S)'(?!(?:em|til|tis|twas|cause|n|bout|round|cuz)\b)(?=\w)", "", 0, re.IGNORECASE),
    _rule(r"(?<=[^\ws\s])'(?!\w)|(?<=s)'(?=[.,;:!?]*$)|(?<=[^\Ws])'(?=[^\w]|$)", ""),
]


# Dates ------------------------------------------------------------------------------------------------------------


def _date(day: str, month: str, year: str, british: bool) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    if len(year) == 2:
        year = ("19" if int(year) > 40 else "20") + year
    name, nth = MONTHS[int(month) - 1], ordinal(int(day))
    return f"the {nth} of {name}, {year}" if british else f"{name} {nth}, {year}"


def _slashed(match: re.Match, british: bool) -> str | None:
    first, second, year = match.groups()
    day_first = british and int(second) <= 12 or int(first) > 12
    return _date(first, second, year, british) if day_first else _date(second, first, year, british)


def _dates(british: bool) -> list:
    return [
        _rule(r"\b(\d{4})-(\d{2})-(\d{2})\b", lambda m: _date(m[3], m[2], m[1], british)),
        _rule(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])", lambda m: _slashed(m, british)),
        _rule(r"(?<![\w-])(\d{1,2})-(\d{1,2})-(\d{4})(?![\w-])", lambda m: _slashed(m, british)),
        _rule(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w])", lambda m: _date(m[1], m[2], m[3], british)),
    ]


_AMERICAN_DATES, _BRITISH_DATES = _dates(False), _dates(True)


# Everything else --------------------------------------------------------------------------------------------------


def _spell_address(match: re.Match) -> str:
    address = re.sub(r"^[a-z]+://", "", match[0], flags=re.IGNORECASE).rstrip("/")
    address = re.sub(r"^www(?=\.)", "w w w", address, flags=re.IGNORECASE)
    words = "".join(f" {IN_ADDRESSES[c]} " if c in IN_ADDRESSES else c for c in address)
    return re.sub(r"\s+", " ", re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", words)).strip()


def _title(match: re.Match) -> str | None:
    """Titles stand before a name; "12 Main St. He ..." and "in Elm Dr. We ..." are streets, with a name before them."""
    street = f"{match[1]}." in ABBREVIATIONS and re.search(r"[\w,] [A-Z][a-z]+ $", match.string[: match.start()])
    return None if street else TITLES[match[1]]


def _abbreviation(match: re.Match) -> str:
    never_last = ("e.g.", "i.e.", "vs.", "cf.", "a.k.a.")
    ends = match[0].endswith(".") and match[0].lower() not in never_last and sentence_ends(match)
    return _SHORT[match[0]] + ("." if ends else "")


_TLD = "com|org|net|edu|gov|io|ai|dev|app|co|uk|us|ca|de|fr|eu|info|biz|tv|me|ly"
_ADDRESS = (
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?|ftp)://[^\s,;!]*[\w/]|www\.[^\s,;!]*[\w/]"
    rf"|(?<![\w.@])(?:[a-zA-Z0-9-]+\.)+(?:{_TLD})(?:/[^\s,;!]*[\w/])?(?![\w.]\w)(?!\w)"
)
_CURRENCY, _MAGNITUDE = _alternatives(CURRENCIES), r"hundred|thousand|million|billion|trillion|[kKmMbB]n?|tn"
_SHORT = ABBREVIATIONS | {short[0].upper() + short[1:]: said for short, said in ABBREVIATIONS.items()}
# Behind a number: "He said no. 5 people came" has no number 5.
_COUNTED = "people|men|women|children|(?:day|week|month|year|hour|minute|second|time|mile|dollar|percent)s?"
_SIGNS = {"<=": "≤", ">=": "≥"}
_SYMBOL = _alternatives(symbol for symbol in SYMBOLS if symbol not in "<>")

_RULES = [
    _rule(_ADDRESS, _spell_address),
    _rule(r"(?<=[^\W\d_]{2}|[a-z]\d)\.(?=(?:[a-z]{2,4}|[a-z]\d)\b(?!\.))", " dot "),
    _rule(r"(?<![\w.])\.(?=[A-Z]{3})", "dot "),
    _rule(r"(?<![\d.])\d+(?:\.\d+){2,}(?!\d|\.\d)", dotted),
    _rule(
        r"(?<![\d.,])\d+(?:\.\d{3})*,\d\d(?=\s?(?:€|EUR\b))|(?:(?<=€)|(?<=€ ))\d+(?:\.\d{3})*,\d\d(?!\w|[.,]\d)",
        decimal_comma,
    ),
    _rule(r"(?<![\d.,])\d+(?:,\d+)+(?!\d)", listed),
    # Times
    _rule(r"\b(?:ratio|odds|scale)(?: of| is|:)? \d+(:)(?=\d)", " to ", 1),
    _rule(
        r"\b([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?=(?P<half>\s?[AaPp]\.?[Mm]\b|\s(?:noon|midnight)\b))?(?![:\d])",
        time_of_day,
    ),
    _rule(r"(?<![\d:.])\d{1,3}(:)\d{1,3}(?![\d:])", ratio, 1),
    _rule(r"(?<=\d)\s?(?P<half>[AaPp])(?:\.[Mm](?P<stop>\.?)|[Mm]\b)(?!\w)", half_of_day),
    _rule(
        rf"\b({_alternatives(MONTH_OF)})\.?(?=\s\d)|\b({_alternatives(set(MONTH_OF) - {'May'})})\.",
        lambda m: MONTH_OF[m[1] or m[2]],
    ),
    _rule(
        rf"\b{_MONTH} (\d{{1,2}})(?![\w:%/-]|\.\d|,\d)",
        lambda m: ordinal(int(m[1])) if 0 < int(m[1]) < 32 else None,
        1,
    ),
    _rule(
        rf"(?<!the )(?<![\w.,:/-])(\d{{1,2}})(?:st|nd|rd|th)?(?= {_MONTH}\b)", lambda m: f"the {ordinal(int(m[1]))} of"
    ),
    _rule(rf"(?<=\bthe )(\d{{1,2}})(?:st|nd|rd|th)?(?= {_MONTH}\b)", lambda m: f"{ordinal(int(m[1]))} of"),
    # Ranges, money, units
    _rule(
        rf"(?<![\w.])(?P<symbol>{_CURRENCY})\s?(?P<low>{NUMBER})\s?[–-]\s?(?P<high>{NUMBER})"
        rf"(?:[\s-]?(?P<magnitude>{_MAGNITUDE})\b)?(?![\w-]|[.,]\d)",
        money_range,
    ),
    _rule(r"(?<=[\d%°])\s?[–-]\s?(?=[$£€]?\d)(?!\d+-\d)(?<!-\d-)", dash_between),
    _rule(
        rf"(?P<sign>(?<![\w.])-)?(?<![\w.])(?P<symbol>{_CURRENCY})\s?(?P<sign2>-)?(?P<number>{NUMBER})"
        rf"(?:[\s-]?(?P<magnitude>{_MAGNITUDE})\b)?",
        money,
    ),
    _rule(rf"{_FREE}({NUMBER})\s?({_CURRENCY})(?!\w)", trailing_money),
    _rule(r"\b(\d+)\s?h\s?(\d+)\s?m(?:in)?\b", hours_and_minutes),
    _rule(rf"{_FREE}{NUMBER}( s)\b(?!['’.]\w)", " seconds", 1),
    _rule(
        rf"{_FREE}(?P<number>-?{NUMBER}(?: (?:million|billion))?)\s?(?P<unit>{_alternatives(UNITS)})"
        rf"(?![\w²³]|/(?!(?:{_alternatives(PER)})\b))(?P<stop>(?<=[a-z.])\.(?![\w.]))?",
        unit,
    ),
    _rule(
        rf"(?<=\d-)({_alternatives(name for name in UNITS if name.isalpha() and len(name) > 1)})(?![\w/-])",
        lambda m: UNITS[m[1]][0],
    ),
    _rule(
        rf"\d (?:[A-Za-z]+ ){{0,2}}[A-Za-z]+(/(?:{_alternatives(PER)}))\b\.?(?![\w/])",
        lambda m: f" per {PER[m[1][1:]]}",
        1,
    ),
    _rule(r"(?<![\w.,/])22(/)7(?![\w/]|\.\d)", " over ", 1),
    _rule(r"(?<![\w.,/])(\d+ +)?(\d{1,2})/(\d{1,3})(?:ths?|rds?|nds?)?(?![\w/]|\.\d)", fraction),
    _rule(r"(?<![\w.,/])(\d{3})/(\d{2,3})(?![\w/]|\.\d)", blood_pressure),
    _rule(r"(?<![\w.,])(\d+)in\b", r"\1 inches"),
    # Formulas
    _rule(r"(?<![\w.])(\d+\.\d+(?=[eE])|\d+(?=e))[eE]([+-]?\d{1,3})\b", scientific),
    _rule(r"\^\s?(-?\d+|\w)\b", power),
    _rule(
        r"(?<=\d)x(?= (?:faster|slower|better|worse|more|less|bigger|larger|smaller|higher|lower|cheaper|longer|as|the)\b)",
        " times",
    ),
    _rule(r"(?<=\d)\s?[x×]\s?(?=\d)", cross_between),
    _rule(r"(?<=\d) / (?=\d)", " divided by "),
    _rule(r"(?<![\w.)])-(?=\.?\d)", "minus "),
    _rule(r"(?<![\w.])[A-F](-)(?=[\s.,;:!?]|$)", "-minus", 1),
    _rule(r"(?<![\w.,:/])0\d+(?![\w,:/]|\.\d)", lambda m: " ".join(m[0])),
    _rule(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+)(\.\d*0)(?![\w.]\w|\w)", lambda m: " point " + " ".join(m[1][1:]), 1),
    # What stands before numbers
    _rule(rf"\b[Nn]o(s?)\. ?(?=\d)(?!\d+ (?:{_COUNTED})\b)", lambda m: f"number{m[1]} "),
    _rule(r"(?<![\w.])ca?\. ?(?=\d{3,4}\b)", "circa "),
    _rule(r"(?<![\w.])b\. ?(?=\d{4}\b)", "born "),
    _rule(r"(?<![\w.])d\. ?(?=\d{4}\b)", "died "),
    _rule(r"(?<![\w.])p\. ?(?=\d)", "page "),
    _rule(r"(?<!\d )\b[Ss]ec\. ?(?=\d)", "section "),
    _rule(r"\b[Ee]q\.,? ?(?=\d)", "equation "),
    _rule(r"\b[Oo]p\. ?(?=\d)", "opus "),
    _rule(r"\b[Ee]xt\.? ?(?=\d)", "extension "),
    _rule(r"#\s?(?=\d)", "number "),
    _rule(r"(?<=\b[CF])#(?!\w)", " sharp"),
    _rule(r"#(?=\w)", "hashtag "),
    # Roman numerals
    _rule(r"\b([A-Z]\w+) ([IVXLCDM]+)\b(?!['’.]\w)", named_numeral, 2),
    _rule(r"\b[A-Z][a-z]+ the ([IVX]+)\b(?!['’.-]\w)", ordinal_numeral, 1),
    _rule(r"\b[Tt]he ([IVX]{2,})(?= (?:century|Century|Olympi|Winter|Summer|Corps))", ordinal_numeral, 1),
    _rule(
        r"\b(?:[Cc]hapter|[Pp]art|[Aa]ct|[Ss]cene|[Ss]ection|[Bb]ook|[Vv]olume|[Pp]hase|[Aa]rticle|[Tt]ype|[Pp]ages?) "
        r"([ivx]{2,})\b",
        small_numeral,
        1,
    ),
    _rule(r"\bM[CDMLXVI]{3,}\b", year_numeral),
    # Abbreviations and signs
    _rule(rf"\b({_alternatives(TITLES)})\.?(?= [A-Z])", _title),
    _rule(rf"(?<![\w.])(?:{_alternatives(_SHORT)})(?!\w)", _abbreviation),
    _rule(r"\bCO2\b", "C O 2"),
    _rule(r"(?<=\d)\s?\*\s?(?=\d)", " times "),
    _rule(r"~(?=\d)", "about "),
    _rule(r"\+(?=\d)|(?<= )\+(?= )", " plus "),
    _rule(r"={3,}", " "),
    _rule(r"\s?!=\s?", " is not equal to "),
    _rule(r"==", "="),
    _rule(r"(?<![\w=])[<>]=?(?=\d)", lambda m: SYMBOLS[_SIGNS.get(m[0], m[0])].removeprefix("is ") + " "),
    _rule(r"(?<= )[<>](?= )|[<>]=?(?=\s?\d)", lambda m: f" {SYMBOLS[_SIGNS.get(m[0], m[0])]} "),
    _rule(_SYMBOL, lambda m: f" {SYMBOLS[m[0]]} "),
    _rule(r"(?<=\s)/(?=\s)|\|", ","),
    _rule(r"[*_\\<>^~#]+", " "),
    _rule(r"\b[A-Z]{7,}\b", lambda m: m[0].capitalize()),
    _rule(r"\s+", " "),
    _rule(r"\s+(?=[,;:!?]|\.(?!\d))|^\s+|\s+$", ""),
]
