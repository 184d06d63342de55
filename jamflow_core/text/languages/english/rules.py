"""What the classes of readings share: the shape of a rule, numbers as they are written, and a few helpers.

A rule rewrites one group of each match of a pattern; `new` is a template or a function of the match (None = leave it).
Patterns look back by fixed lengths only and functions by `before`, so that reading takes time in proportion to the
text.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

NUMBER = r"(?:(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d+)?|\.\d+)"
FREE = r"(?<![\w.,])"  # a number begins here
LARGEST = 36  # digits: beyond, numbers have no names
_ROOM = 60
_NTH = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
)  # fmt: skip
_TENS = ("", "", "twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet")
_BETWEEN = re.compile(r"\b[Bb]etween [$£€]?[\d.,]{0,20}%?$")


class Rule(NamedTuple):
    """See above."""

    pattern: re.Pattern
    new: str | Callable[[re.Match], str | None]
    group: int = 0


def rule(pattern: str, new, group: int = 0, flags: int = 0) -> Rule:
    """A rule from the text of its pattern."""
    return Rule(re.compile(pattern, flags), new, group)


def alternatives(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def before(match: re.Match, room: int = _ROOM) -> str:
    """The characters in front of a match, at most `room`."""
    return match.string[max(0, match.start() - room) : match.start()]


def after(match: re.Match, room: int = _ROOM) -> str:
    """The characters behind a match, at most `room`."""
    return match.string[match.end() : match.end() + room]


def sentence_ends(match: re.Match) -> bool:
    """Whether the full stop that the match ends with also closes its sentence."""
    return re.match(r"\s*$|\s+[A-Z]", match.string[match.end() : match.end() + 3]) is not None


def many(number: str, forms) -> str:
    """The singular or the plural of (one, many)."""
    return forms[0] if number.lstrip("-").replace(",", "") == "1" else forms[1]


def ordinal(number: int) -> str:
    """1 -> "1st"."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def nth(number: int) -> str:
    """1 to 99 in words: "first", "twenty-third"."""
    if number < 20:
        return _NTH[number]
    return _TENS[number // 10] + ("ieth" if number % 10 == 0 else f"y-{_NTH[number % 10]}")


def spelled(letters: str) -> str:
    """Letters one by one: "ABC" -> "A.B.C.", which the dictionary never takes for a word; a single one stays alone."""
    return letters.upper() if len(letters) < 2 else ".".join(letters.upper()) + "."


def digits(number: str) -> str:
    """Digits one by one: "123" -> "1 2 3"."""
    return " ".join(number)


def hundreds(number: str) -> str:
    """Three digits as in "one twenty-three": "123" -> "1 23", "105" -> "1 oh 5"; "100" stays."""
    if len(number) != 3 or number.endswith("00") or number.startswith("0"):
        return number
    return f"{number[0]} {'oh ' + number[2] if number[1] == '0' else number[1:]}"


def between(match: re.Match) -> str:
    """The word for the dash of a range: "between 5-10" has its own."""
    return " and " if _BETWEEN.search(before(match)) else " to "
