"""How numbers in company are said: times, money, units, fractions, ranges, codes, Roman numerals. Rewrites for
normalise.py.

Each takes the match of a rule and returns what is said in its place, or None to leave it.
"""

import re

from .readings import CURRENCIES, FRACTIONS, MAGNITUDES, NUMBERED, REGNAL, UNITS

NUMBER = r"(?:(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d+)?|\.\d+)"
# What may stand behind "5 p.m." with a capital letter and no new sentence.
_AFTER_TIMES = re.compile(
    r"\s+(?:[A-Z]{1,4}T|GMT|UTC|Eastern|Central|Mountain|Pacific|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
_ATTRIBUTE = re.compile(r"-[a-z]| (?:bill|note|coin|ticket|fine|fee|gift|deal|contract|loan|lawsuit)s?\b")
_BETWEEN = re.compile(r"\b[Bb]etween [$£€]?[\d.,]*%?$")
_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def many(number: str, forms) -> str:
    """The singular or the plural of (one, many)."""
    return forms[0] if number.lstrip("-").replace(",", "") == "1" else forms[1]


def ordinal(number: int) -> str:
    """1 -> "1st"."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def sentence_ends(match: re.Match) -> bool:
    """Whether the full stop that the match ends with also closes its sentence."""
    return re.match(r"\s*$|\s+[A-Z]", match.string[match.end() :]) is not None


# Times and ranges -------------------------------------------------------------------------------------------------


def time_of_day(match: re.Match) -> str:
    hour, minute, second = int(match[1]), int(match[2]), match[3]
    if minute or second:
        said = f"{hour} {'oh ' if minute < 10 else ''}{minute}"
    else:
        said = f"{hour}" if match["half"] else f"{hour} o'clock" if hour <= 12 else f"{hour} hundred"
    return said + (f" and {int(second)} seconds" if second else "")


def half_of_day(match: re.Match) -> str:
    ends = match["stop"] and sentence_ends(match) and not _AFTER_TIMES.match(match.string, match.end())
    return f" {match['half'].upper()}M" + ("." if ends else "")


def ratio(match: re.Match) -> str | None:
    """3:1 is "3 to 1", but not in "Genesis 1:1"."""
    return None if re.search(r"\b[A-Z][a-z]+ $", match.string[: match.start()]) else " to "


def dash_between(match: re.Match) -> str:
    """10-4 = 6 is a sum, "between 4-10" has its own word, any other is a range."""
    if re.match(r"[\d.,\s+*/×÷−-]+=", match.string[match.end() :]):
        return " minus "
    return " and " if _BETWEEN.search(match.string, 0, match.start()) else " to "


def cross_between(match: re.Match) -> str:
    """3 × 4 = 12 and 6 × 10^3 are products, 3 × 4 a size."""
    product = re.match(r"[\d.,]+(?:\s?[=^²³]| to the power)", match.string[match.end() :]) or re.search(
        r"=\s*[\d.,]+$", match.string[: match.start()]
    )
    return " times " if product else " by "


# Digits one by one ------------------------------------------------------------------------------------------------


def digit_groups(match: re.Match) -> str:
    """A telephone number or a code, its groups apart."""
    plus = "plus " if match[0].startswith("+") else ""
    return plus + ", ".join(" ".join(group) for group in re.findall(r"\d+", match[0]))


def code(match: re.Match) -> str:
    """Numbers between hyphens: a code such as an ISBN, or (short ones) a record such as 10-5-2."""
    groups = match[0].split("-")
    return digit_groups(match) if max(map(len, groups)) > 2 else ", ".join(groups)


def long_number(match: re.Match) -> str | None:
    """Ten digits and more that are no round number, in groups as on a telephone or a card."""
    digits = match[0]
    if digits.endswith("000"):
        return None
    size = 4 if len(digits) > 11 else 3
    head = digits[:-10] if size == 3 else ""
    rest = digits[len(head) :]
    cuts = [rest[:3], rest[3:6], rest[6:]] if size == 3 else [rest[at : at + 4] for at in range(0, len(rest), 4)]
    return ", ".join(" ".join(group) for group in filter(None, [head, *cuts]))


def dotted(match: re.Match) -> str:
    """2.0.1 is a version, 192.168.0.1 an address."""
    parts = match[0].split(".")
    return (" dot " if len(parts) == 4 else " point ").join(parts)


def listed(match: re.Match) -> str | None:
    """1,2,3 is a list, 1,200 a number."""
    return None if re.fullmatch(NUMBER, match[0]) else match[0].replace(",", ", ")


# Money and units --------------------------------------------------------------------------------------------------


def money(match: re.Match) -> str:
    number, magnitude = match["number"], match["magnitude"]
    one, more, cent, cents = CURRENCIES[match["symbol"]]
    if _ATTRIBUTE.match(match.string, match.end()) or re.search(r"\d-[a-zA-Z]", match[0]):
        more, cents = one, cent
    minus = "minus " if match["sign"] or match["sign2"] else ""
    if re.match(rf"[- ](?:{one}|{more})\b", match.string[match.end() :]):  # $2 billion-dollar
        return f"{minus}{number} {MAGNITUDES[magnitude.lower()]}" if magnitude else f"{minus}{number}"
    if magnitude:
        return f"{minus}{number} {MAGNITUDES[magnitude.lower()]} {more}"
    return minus + _units_and_cents(number, one, more, cent, cents)


def _units_and_cents(number: str, one: str, more: str, cent: str, cents: str) -> str:
    whole, _, fraction = number.partition(".")
    if len(fraction) not in (0, 2):
        return f"{number} {more}"
    units = int(whole.replace(",", "") or 0)
    parts = [f"{whole} {many(whole, (one, more))}"] if units or not int(fraction or 0) else []
    if int(fraction or 0):
        parts.append(f"{int(fraction)} {many(str(int(fraction)), (cent, cents))}")
    return " and ".join(parts)


def money_range(match: re.Match) -> str:
    """$3-5 million is "3 to 5 million dollars"."""
    _, more, _, _ = CURRENCIES[match["symbol"]]
    joint = "and" if _BETWEEN.search(match.string, 0, match.start()) else "to"
    magnitude = f" {MAGNITUDES[match['magnitude'].lower()]}" if match["magnitude"] else ""
    return f"{match['low']} {joint} {match['high']}{magnitude} {more}"


def trailing_money(match: re.Match) -> str:
    return _units_and_cents(match[1], *CURRENCIES[match[2]])


def decimal_comma(match: re.Match) -> str:
    """1.200,50 € -> 1200.50 €"""
    return match[0].replace(".", "").replace(",", ".")


def unit(match: re.Match) -> str:
    number, forms = match["number"], UNITS[match["unit"]]
    before = match.string[: match.start()]
    if re.search(r"(?<!\d )(?<!\d)\d+/$", before):  # 3/4 tsp
        said = f"of {'an' if forms[0][0] in 'aeiou' else 'a'} {forms[0]}"
    else:
        said = many(number, forms)
    stop = match["stop"] or match["unit"].endswith(".")
    return f"{number} {said}" + ("." if stop and sentence_ends(match) else "")


def hours_and_minutes(match: re.Match) -> str:
    """5h 30m"""
    return f"{match[1]} {many(match[1], UNITS['h'])} {match[2]} {many(match[2], UNITS['min'])}"


def fraction(match: re.Match) -> str:
    whole, above, below = match[1], int(match[2]), int(match[3])
    if re.match(r"\s?=", match.string[match.end() :]):
        return f"{whole or ''}{above} divided by {below}"
    if not (0 < above < below and below in FRACTIONS):
        return f"{whole or ''}{above} {below}"
    if whole:
        return f"{whole.strip()} and {'a' if above == 1 and below != 8 else above} {many(str(above), FRACTIONS[below])}"
    return f"{'one' if above == 1 else above} {many(str(above), FRACTIONS[below])}"


def blood_pressure(match: re.Match) -> str | None:
    """120/80 is "one twenty over eighty"."""
    above, below = int(match[1]), int(match[2])
    if not (100 <= above < 230 and 40 <= below < min(above, 140)):
        return None
    return " over ".join(
        str(n) if n <= 100 or n == 200 else f"{n // 100} {'oh ' if n % 100 < 10 else ''}{n % 100}"
        for n in (above, below)
    )


def scientific(match: re.Match) -> str:
    return f"{match[1]} times 10 to the power of {match[2].lstrip('+').replace('-', 'minus ')}"


def power(match: re.Match) -> str:
    return {"2": " squared", "3": " cubed"}.get(match[1], f" to the power of {match[1].replace('-', 'minus ')}")


# Roman numerals ---------------------------------------------------------------------------------------------------


def roman(numeral: str) -> int | None:
    """The number that a well-formed numeral means."""
    values = [_DIGITS[letter] for letter in numeral]
    total = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0]))
    rest, written = total, ""
    for value, letters in _ROMAN:
        written += letters * (rest // value)
        rest %= value
    return total if written == numeral else None


def named_numeral(match: re.Match) -> str | None:
    """Louis XIV, Rocky IV; large ones (Super Bowl LVIII) behind few names, as they are abbreviations elsewhere."""
    name, numeral = match[1], match[2]
    number = roman(numeral)
    if number is None or (len(numeral) == 1 and (numeral in "LCDM" or name not in REGNAL | NUMBERED)):
        return None
    if set("LCDM") & set(numeral) and name not in ("Bowl", "Chapter", "Volume", "Psalm", "Canto", "Sonnet"):
        return None
    return f"the {ordinal(number)}" if name in REGNAL else str(number)


def ordinal_numeral(match: re.Match) -> str | None:
    number = roman(match[1])
    return None if number is None else ordinal(number)


def small_numeral(match: re.Match) -> str | None:
    number = roman(match[1].upper())
    return None if number is None else str(number)


def year_numeral(match: re.Match) -> str | None:
    number = roman(match[0])
    return str(number) if number and 1000 <= number <= 2100 else None
