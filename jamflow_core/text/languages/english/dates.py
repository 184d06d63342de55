"""Dates: months and weekdays written short, in figures, in ranges; eras and quarters."""

import re

from .rules import Rule, after, alternatives, before, ordinal, rule, sentence_ends, spelled

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_OF = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
DAY_OF = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
"Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip
_ANY_MONTH = [*MONTHS, *MONTH_OF]
# "march 5 miles", "you may 5 times": in small letters these are months only where a year or a preposition says so.
_DOUBTFUL = ("may", "march", "mar")
_LOWER = [month.lower() for month in _ANY_MONTH if month.lower() not in _DOUBTFUL] + [
    month.upper() for month in _ANY_MONTH if month != "May"
]
MONTH = rf"(?:{alternatives(_ANY_MONTH)})"
_MONTH_LOOSE = rf"(?:{alternatives([*_ANY_MONTH, *_LOWER])})"
_MONTH_ANY = rf"(?:{alternatives({*_ANY_MONTH, *_LOWER, *_DOUBTFUL, 'MAY'})})"
_DAY = rf"(?:{alternatives([*DAY_OF.values(), *DAY_OF])})"
_FULL = {month.lower(): month for month in MONTHS} | {short.lower(): month for short, month in MONTH_OF.items()}
_ON = r"[Oo]n|[Bb]y|[Ss]ince|[Uu]ntil|[Bb]efore|[Aa]fter|[Dd]ue|[Ff]rom|[Dd]ated|[Bb]orn"
_YEAR = r"(?:1[0-9]|20)\d\d"


def _full(month: str) -> str:
    return _FULL[month.lower().rstrip(".")]


def _century(year: str) -> str:
    """Two figures of a year in full."""
    return ("19" if int(year) > 40 else "20") + year


def _short(year: str) -> str:
    return f"oh {year[1]}" if year[0] == "0" else year


def _days(match: re.Match) -> str:
    first, last = (DAY_OF.get(day, day) for day in match.groups())
    return f"{first} to {last}" + ("." if match[0].endswith(".") and sentence_ends(match) else "")


def _date(day: str, month: str, year: str, british: bool) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    if len(year) == 2:
        year = _century(year)
    name, nth = MONTHS[int(month) - 1], ordinal(int(day))
    return f"the {nth} of {name}, {year}" if british else f"{name} {nth}, {year}"


def _slashed(match: re.Match, british: bool) -> str | None:
    first, second, year = match.groups()
    day_first = british and int(second) <= 12 or int(first) > 12
    return _date(first, second, year, british) if day_first else _date(second, first, year, british)


def _without_year(match: re.Match, british: bool) -> str | None:
    """on 3/4"""
    first, second = int(match[1]), int(match[2])
    if match[0] == "9/11" or before(match, 3) == "by " and max(first, second) < 13:  # by 1/2
        return None
    day, month = (first, second) if british else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"the {ordinal(day)} of {MONTHS[month - 1]}" if british else f"{MONTHS[month - 1]} {ordinal(day)}"


def _month_and_day(match: re.Match) -> str | None:
    """Jan. 5, july 25 2012, SEPT. 15"""
    month, day, year = match["month"], int(match["day"]), match["year"]
    if not 1 <= day <= 31:
        return None
    if (
        month in _DOUBTFUL
        and not (year or match["nth"])
        and not re.search(rf"(?:^|[\s(])(?:{_ON}|in|of) $", before(match, 12))
    ):
        return None
    said = f"{_full(month)} {ordinal(day)}"
    return f"{said}{',' if match['comma'] else ''} {year}" if year else said


def _day_and_month(match: re.Match) -> str | None:
    """4 July, 25th jul 2012, the 3rd of may"""
    day, month = int(match["day"]), match["month"]
    if not 1 <= day <= 31:
        return None
    doubtful = month in _DOUBTFUL and not match["nth"] and not re.match(rf",? {_YEAR}\b", after(match, 6))
    if doubtful:
        return None
    article = "" if match["of"] or re.search(r"\b[Tt]he $", before(match, 5)) else "the "
    stop = "." if match[0].endswith(".") and sentence_ends(match) else ""
    return f"{article}{ordinal(day)} of {_full(month)}{stop}"


def _hyphenated(match: re.Match) -> str | None:
    """Jan-15-2020, 15-Jan-2020"""
    day, month, year = match["day"] or match["day2"], match["month"] or match["month2"], match["year"] or match["year2"]
    if not 1 <= int(day) <= 31:
        return None
    return f"{_full(month)} {ordinal(int(day))}" + (f", {year}" if year else "")


def _era(match: re.Match) -> str:
    """AD 79, 340 B.C. -> letters, which are never the word "ad"."""
    return spelled(match[1].replace(".", ""))


# Where dashes still stand for ranges and abbreviations have their full stops.
RANGES = (
    rule(rf"\b({MONTH})\.? ['’](\d\d)\b", lambda m: f"{_full(m[1])} {_century(m[2])}"),
    rule(r"(?<!\w)['’](\d\d)\s?[‒–-]\s?['’](\d\d)\b", lambda m: f"{_short(m[1])} to {_short(m[2])}"),
    rule(r"(?<!\w)['’](0\d)\b(?!['’]?s)", lambda m: _short(m[1])),
    rule(r"(?<=\dst|\dnd|\drd|\dth)\s?[‒–-]\s?(?=\d+(?:st|nd|rd|th)\b)", " to "),
    rule(r"(?<=\ds)\s?[‒–-]\s?(?=['’]?\d+s\b)", " to "),
    rule(rf"\b({MONTH})\.?\s?[‒–-]\s?({MONTH})\b\.?", lambda m: f"{_full(m[1])} to {_full(m[2])}"),
    rule(rf"(?<=\d) [‒–-] (?={MONTH}\b)", " to "),
    rule(rf"\b({MONTH})\.? [‒–-] (?=\d)", r"\1 to "),
    rule(rf"\b(\d{{1,2}})\s?[‒–-]\s?(?=\d{{1,2}} {MONTH}\b)", lambda m: f"the {ordinal(int(m[1]))} to "),
    rule(
        rf"\b({MONTH})\.? (\d{{1,2}})\s?[‒–-]\s?(\d{{1,2}})(?![\w:%/-]|\.\d)",
        lambda m: f"{_full(m[1])} {ordinal(int(m[2]))} to {ordinal(int(m[3]))}",
    ),
    rule(
        rf"\b(?P<month>{MONTH})-(?P<day>\d{{1,2}})(?:-(?P<year>\d{{4}}))?(?![\w-])"
        rf"|(?<![\w-])(?P<day2>\d{{1,2}})[-/](?P<month2>{MONTH})(?:[-/](?P<year2>\d{{4}}|\d\d))?(?![\w-])",
        _hyphenated,
    ),
    rule(rf"\b({_DAY})\.?\s?[‒–-]\s?({_DAY})\b\.?", _days),
    rule(
        rf"\b({alternatives(DAY_OF)})\.?(?=,? (?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)? )?{MONTH}\b)",
        lambda m: DAY_OF[m[1]],
    ),
    rule(rf"(?<![\w'’])({alternatives(set(DAY_OF) - {'Sat', 'Sun'})})(?=,? (?:at )?\d)", lambda m: DAY_OF[m[1]]),
)


def figures(british: bool) -> tuple[Rule, ...]:
    """Dates that are all figures, which the two accents read in a different order."""
    return (
        rule(
            r"\b(\d{4})-(\d{2})-(\d{2})(T)?(?(4)(?=\d\d:)|\b)",
            lambda m: (said := _date(m[3], m[2], m[1], british)) and said + (", " if m[4] else ""),
        ),
        rule(r"(?<![\w/.])(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?![\w/]|\.\d)", lambda m: _date(m[3], m[2], m[1], british)),
        rule(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])", lambda m: _slashed(m, british)),
        rule(r"(?<![\w-])(\d{1,2})-(\d{1,2})-(\d{4})(?![\w-])", lambda m: _slashed(m, british)),
        rule(r"(?<![\w.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?![\w])", lambda m: _date(m[1], m[2], m[3], british)),
        rule(r"(?<![\w/])(0?[1-9]|1[0-2])/((?:19|20)\d\d)(?![\w/])", lambda m: f"{MONTHS[int(m[1]) - 1]} {m[2]}"),
        rule(
            r"(?:(?<=\b[Oo]n )|(?<=\b[Bb]y )|(?<=\b[Ss]ince )|(?<=\b[Uu]ntil )|(?<=\b[Dd]ue ))(\d{1,2})/(\d{1,2})"
            r"(?![\w/]|\.\d| (?:of|cup|inch|mile|full|empty))",
            lambda m: _without_year(m, british),
        ),
    )


RULES = (
    rule(
        rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})(?P<nth>st|nd|rd|th|ST|ND|RD|TH)?(?P<of> of)? (?P<month>{_MONTH_ANY})"
        r"(?:(?<=\b[A-Za-z]{3})\.|(?<=\b[sS][eE][pP][tT])\.)?(?!\w)",
        _day_and_month,
    ),
    rule(
        rf"\b(?P<month>{_MONTH_ANY})\.? (?P<day>\d{{1,2}})(?P<nth>st|nd|rd|th)?(?![\w:%/-]|\.\d|,\d)"
        rf"(?:(?P<comma>,)? (?P<year>{_YEAR})\b(?!-?\d))?",
        _month_and_day,
    ),
    rule(
        rf"\b({alternatives(MONTH_OF)})\.?(?=\s\d|\s['’]\d\d)|\b({alternatives(set(MONTH_OF) - {'May'})})\.",
        lambda m: _full(m[1] or m[2]),
    ),
    rule(r"(?<=\d )(A\.?D\.?|B\.?C\.?E?\.?|C\.?E\.?)(?![\w])", _era, 1),
    rule(r"\b(A\.?D\.?)(?= \d{1,4}\b)", _era, 1),
    rule(r"(?<=\d(?:st|nd|rd|th)) c\.", " century"),
)
