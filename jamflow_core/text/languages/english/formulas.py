"""Powers, scientific notation, sums and comparisons."""

import re

from .rules import rule

_NAMES = {"2": " squared", "3": " cubed"}


def _power(match: re.Match) -> str:
    power = match[1].strip("{}()")
    return _NAMES.get(power, f" to the power of {power.replace('-', 'minus ')}")


def _scientific(match: re.Match) -> str:
    return f"{match[1]} times 10 to the power of {match[2].lstrip('+').replace('-', 'minus ')}"


# Before brackets are taken out: f(x).
FUNCTIONS = (rule(r"(?<![\w.])([fghPFG])\(([a-zA-Z])\)", r"\1 of \2"),)
RULES = (
    rule(r"(?<![\w.])(\d+\.\d+(?=[eE])|\d+(?=e))[eE]([+-]?\d{1,3})\b", _scientific),
    rule(r"(?<=\w)\*\*(?=-?\w)(?!\w+\*\*)", "^"),
    rule(r"\^\s?(-?\d+|\w|\{-?\w{1,6}\}|\(-?\w{1,6}\))(?!\w)", _power),
    rule(r"(?<=\d) / (?=\d)", " divided by "),
    rule(r"(?<![\w.])[A-F](-)(?=[\s.,;:!?]|$)", "-minus", 1),
    rule(r"(?<=[\da-z)]) [-−] (?=[\da-z] ?[=+])", " minus "),
)
