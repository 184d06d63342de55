"""Roman numerals: "Louis XIV" is the fourteenth, "Rocky IV" four, MMXXIV a year; I, C and MIX stay words."""

import re

from ...words import word_set
from .rules import after, nth, ordinal, rule

_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"),
    (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
# Names whose numeral is an ordinal.
_REGNAL = word_set(
    "Pope King Queen Tsar Emperor Prince Sultan Shah Alexander Alfonso Augustus Baldwin Benedict Boniface Catherine "
    "Charles Christian Clement Constantine Darius Edward Elizabeth Felipe Ferdinand Francis Franz Frederick Friedrich "
    "George Gregory Gustav Harald Henry Henri Hussein Innocent Ivan James John Juan Julius Kamehameha Karl Leo "
    "Leopold Louis Ludwig Malcolm Margrethe Martin Mary Mehmed Murad Napoleon Nero Nicholas Olaf Otto Paul Pedro "
    "Peter Philip Philippe Pius Ptolemy Ramesses Ramses Richard Robert Rudolf Selim Sixtus Suleiman Theodore Umberto "
    "Urban Valdemar Victor Victoria Wilhelm William Xerxes Akihito Haakon Carl Albert Alan Andrew Anthony Ben Bill "
    "Bob Brian Chris Daniel David Donald Eric Frank Fred Gary Harold Harry Jack Jacob Jason Jeff Jim Joe Joseph Kevin "
    "Larry Michael Mike Patrick Ray Sam Samuel Scott Stephen Steve Thomas Thurston Tim Tom Walter Smith Jones Brown "
    "Davis Miller Wilson Moore Taylor Anderson Jackson White Griffin Rockefeller Kennedy Ford"
)
# Malcolm X and Generation X are no numbers.
_NEVER = word_set("Malcolm Generation Gen Planet Factor Model Vitamin Plan Appendix Project Brand Professor Mr")
# Words whose numeral may be a single letter.
_NUMBERED = word_set(
    "Chapter Part Act Scene Section Book Volume Vol Phase Article Type Level Stage Class Grade Episode Round War Mark "
    "Title Schedule Apollo Title Division Tier Category Region Zone Page Lesson Unit Canto Figure Table Rocky Saturn "
    "Titan"
)
_NUMBERED_LOWER = (
    "chapter|part|act|scene|section|book|volume|vol\\.|phase|article|type|stage|class|grade|level|tier|category|pages?"
    "|no\\."
)
# Behind "stage I" and its like, which is no "I" then.
_NO_PRONOUN = r"[.,;:!?)]|$| (?:trials?|errors?|diabetes|of|and|or|study|studies|cancer|disease)\b"
_LARGE_TOO = ("Bowl", "Chapter", "Volume", "Psalm", "Canto", "Sonnet", "Part", "Section", "Article")
_SUBJECT = re.compile(
    r" (?:am|have|know|think|will|do|did|can|could|would|should|love|like|want|need|saw|said|went|met|hate|guess"
    r"|mean|feel|"
    r"believe|hope|got|get|don't|didn't|can't|won't|couldn't|wouldn't)\b|'"
)


def roman(numeral: str) -> int | None:
    """The number that a well-formed numeral means."""
    values = [_DIGITS[letter] for letter in numeral]
    total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0]))
    if not 0 < total < 4000:
        return None
    rest, written = total, ""
    for value, letters in _ROMAN:
        written += letters * (rest // value)
        rest %= value
    return total if written == numeral else None


def _named(match: re.Match) -> str | None:
    """Behind a capitalised name; large ones (Super Bowl LVIII) behind few, as they are short forms elsewhere."""
    name, numeral = match[1], match[2]
    title = name.capitalize()
    number = roman(numeral)
    single = len(numeral) == 1
    if number is None or title in _NEVER and single or name.isupper() and title not in _NUMBERED | {"Bowl"}:
        return None
    if single and (numeral in "LCDM" or title not in _REGNAL | _NUMBERED):
        return None
    if numeral == "I" and title in _REGNAL and _SUBJECT.match(after(match)):
        return None
    if set("LCDM") & set(numeral) and title not in _LARGE_TOO:
        return None
    return f"the {ordinal(number)}" if title in _REGNAL else str(number)


def _owner(match: re.Match) -> str | None:
    """Napoleon III's: the ordinal in letters, as the dictionary reads no "3rd's"."""
    number = roman(match[2])
    if number is None or len(match[2]) == 1 and match[1] not in _REGNAL:
        return None
    return f"the {nth(number)}" if match[1] in _REGNAL and number < 100 else str(number)


def _ordinal(match: re.Match) -> str | None:
    number = roman(match[1])
    return None if number is None else ordinal(number)


def _small(match: re.Match) -> str | None:
    number = roman(match[1].upper())
    return None if number is None else str(number)


def _several(match: re.Match) -> str | None:
    """Chapters I-III"""
    numbers = [roman(part) for part in re.findall("[IVX]+", match[1])]
    if None in numbers:
        return None
    joint = re.sub("[IVX]", "", match[1])
    return f"{numbers[0]}{joint if joint.strip(' -–—') else ' to '}{numbers[1]}"


def _year(match: re.Match) -> str | None:
    number = roman(match[0])
    return str(number) if number and 1000 <= number <= 2100 else None


def _alone(match: re.Match) -> str | None:
    number = roman(match[0])
    return str(number) if number else None


_PLURALS = "chapters|parts|acts|volumes|books|phases|sections|types|stages|levels"
# While dashes still stand for ranges.
RANGES = (
    rule(
        rf"\b(?i:{_PLURALS}) ([IVX]{{1,5}}(?:\s?[-–—]\s?|, | and | or | to )[IVX]{{1,5}})\b(?!['’])",
        _several,
        1,
    ),
    rule(r"\b(?:and|or|&) ([IVX]{1,5}\s?[-–—]\s?[IVX]{1,5})\b(?!['’])", _several, 1),
)
RULES = (
    rule(r"\b([A-Z]\w{1,30}) ([IVXLCDM]{1,12})\b(?!['’.]\w|-[A-Za-z])", _named, 2),
    rule(r"\b([A-Z]\w{1,30}) ([IVX]{1,12})\b(?=['’]s\b)", _owner, 2),
    rule(r"\b[A-Z][a-z]{1,30} the ([IVX]{1,12})\b(?!['’.-]\w)", _ordinal, 1),
    rule(r"\b[Tt]he ([IVX]{2,12})(?= (?:century|Century|Olympi|Winter|Summer|Corps|Congress|Army))", _ordinal, 1),
    rule(rf"\b(?:{_NUMBERED_LOWER}) ([IVXLC]{{2,12}}|[VX]|I(?={_NO_PRONOUN}))\b(?!['’.-]\w)", _small, 1, re.IGNORECASE),
    rule(r"\bM[CDMLXVI]{3,12}\b", _year),
    rule(r"\b(?=[XVI]{3})X{0,3}(?:IX|IV|V?I{0,3})\b(?<!III)(?!-)", _alone),
)
