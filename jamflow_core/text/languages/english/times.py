"""Times of day and durations on a clock: 3:45 p.m., 6.30pm, 1:01:01, 0800 hours, 2h30."""

import re

from .rules import before, many, rule, sentence_ends

# What may stand behind "5 p.m." with a capital letter and no new sentence.
_AFTER_TIMES = re.compile(
    r"\s+(?:[A-Z]{1,4}T|GMT|UTC|Eastern|Central|Mountain|Pacific|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
# A clock, where "1:01:01" alone would be a length of time.
_AT = re.compile(r"(?:\b(?:at|until|till|since|by|before|after|from|clock|[Tt]ime:?)|,) $")
_HALF = r"(?P<half>\s?[AaPp]\.?[Mm]\b|\s(?:noon|midnight)\b)"


def _clock(hour: int, minute: int) -> str:
    return f"{hour} {'oh ' if minute < 10 else ''}{minute}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {many(str(number), (unit, unit + 's'))}"


def _time_of_day(match: re.Match) -> str:
    hour, minute, second = int(match[1]), int(match[2]), match[3]
    if second and not match["half"] and not _AT.search(before(match)):
        return _duration(hour, minute, int(second))
    if minute or second:
        said = _clock(hour, minute)
    else:
        said = f"{hour}" if match["half"] else f"{hour} o'clock" if hour <= 12 else f"{hour} hundred"
    return said + (f" and {_counted(int(second), 'second')}" if second and int(second) else "")


def _duration(hours: int, minutes: int, seconds: int) -> str:
    """1:01:01 is "1 hour 1 minute and 1 second"."""
    parts = [_counted(n, unit) for n, unit in ((hours, "hour"), (minutes, "minute"), (seconds, "second")) if n]
    if len(parts) < 2:
        return parts[0] if parts else "0 seconds"
    return f"{' '.join(parts[:-1])} and {parts[-1]}"


def _half_of_day(match: re.Match) -> str:
    ends = match["stop"] and sentence_ends(match) and not _AFTER_TIMES.match(match.string, match.end())
    return f" {match['half'].upper()}M" + ("." if ends else "")


def _dotted(match: re.Match) -> str | None:
    """6.30pm"""
    hour, minute = int(match[1]), int(match[2])
    if not (hour <= 24 and minute <= 59):
        return None
    return _clock(hour, minute) if minute else str(hour)


def _military(match: re.Match) -> str | None:
    """0800 hours, 1430 hrs"""
    hour, minute = match[1][:2], match[1][2:]
    if int(hour) > 24 or int(minute) > 59:
        return None
    said = f"oh {hour[1]}" if hour[0] == "0" else hour
    return f"{said} {'hundred' if minute == '00' else ('oh ' + minute[1] if minute[0] == '0' else minute)} hours"


def _hours(match: re.Match) -> str:
    """2h30"""
    return f"{_counted(int(match[1]), 'hour')} {int(match[2])}"


def _ratio(match: re.Match) -> str | None:
    """3:1 is "3 to 1", but not in "Genesis 1:1"."""
    return None if re.search(r"\b[A-Z][a-z]+ $", before(match, 30)) else " to "


# While dashes still stand for ranges.
RANGES = (
    rule(r"(?<=\d)(?:\s?[ap]\.?m\.?)(\s?[‒–-]\s?)(?=\d)", " to ", 1, re.IGNORECASE),
    rule(r"(?<=\d:\d\d)\s?[‒–-]\s?(?=\d{1,2}:\d\d)", " to "),
    rule(r"(?<![\w.])(\d{1,2})\s?[‒–-]\s?(?=\d{1,2}(?::\d\d)?\s?[ap]\.?m\b)", r"\1 to ", 0, re.IGNORECASE),
)
RULES = (
    rule(r"\b(?:ratio|odds|scale)(?: of| is|:)? \d+(:)(?=\d)", " to ", 1),
    rule(r"(?<![\w.,])(\d{1,2})\.([0-5]\d)(?=\s?[AaPp]\.?[Mm]\b| in the (?:morn|even|after))", _dotted),
    rule(r"(?<![\w.,])(0\d{3}|(?<=\bat )\d{4})\s?(?:hours|hrs)\b", _military),
    rule(r"(?<![\w.,])(\d{1,2})h([0-5]\d)(?:m|min)?\b", _hours),
    rule(rf"\b([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?={_HALF})?(?![:\d]|\.\d)", _time_of_day),
    rule(r"(?<![\w:.])(\d{1,2}):([0-5]\d)(?=\.\d)", lambda m: f"{int(m[1])} {m[2]}"),
    rule(r"(?<![\d:.])\d{1,3}(:)\d{1,3}(?![\d:])", _ratio, 1),
    rule(r"(?<=\d)\s?(?P<half>[AaPp])(?:\.[Mm](?P<stop>\.?)|[Mm]\b)(?!\w)", _half_of_day),
    rule(r"\b(UTC|GMT)([+−-])(?=\d)", lambda m: f"{m[1]} {'plus' if m[2] == '+' else 'minus'} "),
)
