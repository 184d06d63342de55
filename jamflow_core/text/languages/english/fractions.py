"""Fractions, and the scores and idioms that are written like them."""

import re

from .rules import after, before, many, nth, rule

# Said as two numbers.
_IDIOMS = {"9/11", "24/7", "50/50", "20/20", "3/14", "4/20", "7/11", "360/365", "16/9", "4/4", "6/8"}
_RATED = re.compile(
    r"\b(?:rat\w+|scor\w+|gave|giv\w+|got|review|stars?|points?)"
    r"(?: it| is| was| of| a| an| me| him| her| us| them|:){0,3} $",
    re.IGNORECASE,
)
_STARS = re.compile(r"\s(?:stars?|points?|rating|score)\b")


def _denominator(number: int) -> tuple[str, str] | None:
    """The name of a denominator, one and many."""
    if number == 2:
        return "half", "halves"
    if number == 4:
        return "quarter", "quarters"
    if number in (100, 1000):
        name = "hundredth" if number == 100 else "thousandth"
    elif number < 100:
        name = nth(number)
    else:
        return None
    return name, name + "s"


def _fraction(match: re.Match) -> str:
    whole, above, below = match[1], int(match[2]), int(match[3])
    if above >= below and re.match(r"\s?=", after(match)):
        return f"{whole or ''}{above} divided by {below}"
    written = f"{above}/{below}"
    if written in _IDIOMS or above % 10 == below % 10 == 0 and 10 <= above != below < 100:  # 80/20
        return f"{whole or ''}{above} {below}"
    if above == below or _RATED.search(before(match)) or _STARS.match(after(match)) or below == 100 and above > 10:
        return f"{whole or ''}{above} out of {below}"
    name = _denominator(below) if 1 < below <= 1000 else None
    if name is None or not 0 < above < below:
        return f"{whole or ''}{above} over {below}"
    said = "an" if name[0][0] in "aei" else "a"
    if whole:
        return f"{whole.strip()} and {said if above == 1 and below != 8 else above} {many(str(above), name)}"
    return f"{'one' if above == 1 else above} {many(str(above), name)}"


def _season(match: re.Match) -> str | None:
    """2019/20 is a season."""
    return f"{match[1]} {match[2]}" if int(match[2]) == (int(match[1]) + 1) % 100 else None


def _blood_pressure(match: re.Match) -> str:
    """120/80 is "one twenty over eighty"; 110/220 two numbers."""
    above, below = int(match[1]), int(match[2])
    if not (100 <= above < 230 and 40 <= below < min(above, 140)):
        return f"{above} {below}"
    return " over ".join(
        str(n) if n <= 100 or n == 200 else f"{n // 100} {'oh ' if n % 100 < 10 else ''}{n % 100}"
        for n in (above, below)
    )


RULES = (
    rule(r"(?<![\w.,/])(\d{4})/(\d\d)(?![\w/]|\.\d)", _season),
    rule(r"(?<![\w/])(\d+\.\d+)/(\d+)(?![\w/]|\.\d)", r"\1 out of \2"),
    rule(r"(?<![\w.,/])(\d+ +)?(\d{1,2})/(\d{1,4})(?:ths?|rds?|nds?)?(?![\w/]|\.\d)", _fraction),
    rule(r"(?<![\w.,/])(\d{3})/(\d{2,3})(?![\w/]|\.\d)", _blood_pressure),
    rule(r"(?<![\w.,/)])(\d+)/([a-z])(?![\w/])", r"\1 over \2"),
)
