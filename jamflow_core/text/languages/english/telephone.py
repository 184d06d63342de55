"""Digits that are no quantity: telephone and emergency numbers, codes, cards, IP addresses, versions, postal codes."""

import re

from .rules import alternatives, before, digits, rule, spelled

_EMERGENCY = ("911", "999", "112", "988", "411", "311", "511", "611", "711", "811", "101", "111", "000", "110", "119")
_DIALLED = r"[Cc]all(?:ed|ing|s)?|[Dd]ial(?:l?ed|l?ing|s)?|[Pp]ress(?:ed|ing)?|[Tt]ext|[Rr]ing|[Pp]hone"
_KEYS = {"*": "star", "#": "pound"}


def _groups(match: re.Match) -> str:
    """A telephone number or a code, its groups apart."""
    plus = "plus " if match[0].startswith("+") else ""
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", match[0]))


def _toll_free(match: re.Match) -> str:
    """1-800-FLOWERS"""
    number = ", ".join(group if group.endswith("00") else digits(group) for group in re.findall(r"\d+", match[1]))
    words = [word.lower() if len(word) > 3 else spelled(word) for word in re.findall("[A-Z]+", match[2])]
    return f"{number}, {' '.join(words)}"


def _keys(match: re.Match) -> str:
    return " ".join(_KEYS.get(key, key) for key in match[0])


def _code(match: re.Match) -> str:
    """Numbers between hyphens: a code such as an ISBN, or (short ones) a record such as 10-5-2."""
    groups = match[0].split("-")
    return _groups(match) if max(map(len, groups)) > 2 else ", ".join(groups)


def _dotted(match: re.Match) -> str:
    """2.0.1 is a version, 192.168.0.1 an address; a port may follow."""
    parts = match[1].split(".")
    port = f" colon {match[2]}" if match[2] else ""
    return (" dot " if len(parts) == 4 else " point ").join(parts) + port


def _postcode(match: re.Match) -> str:
    """SW1A 2AA"""
    return ", ".join(" ".join(part) for part in match[0].split())


# Before brackets and ranges are touched.
CALLS = (
    rule(
        r"(?:(?<=[Dd]ial )|(?<=[Pp]ress )|(?<=[Ee]nter ))[*#]+\d{1,6}[*#]?(?![\w*#])"
        r"|(?<![\w*#)])\*#?\d{2,4}#?(?![\w*#])|(?:(?<=[Pp]ress )|(?<=[Hh]it ))[*#](?!\w)",
        _keys,
    ),
    rule(r"(?<![\w.-])((?:1[-. ])?\(?8(?:00|44|55|66|77|88)\)?)[-. ]([A-Z]{2,8}(?:-[A-Z]{2,8})*)\b", _toll_free),
    rule(
        r"(?<![\w.-])(?:(?:\+?\d{1,3}[-. ]?)?\(\d{3}\)[-. ]?"
        r"|(?:\+?\d{1,3}[-. ])?\d{3}[-.–])\d{3}[-.– ]\d{4}(?![\w-]|\.\d)"
        r"|(?<![\w.-])\d{3}-\d{4}(?![\w-]|\.\d)|(?<![\w.,-]) ?\b[2-9]\d\d \d{3} \d{4}\b(?![\w-]| \d|\.\d)",
        _groups,
    ),
    rule(r"(?<![\w.,])(?:\(0\d{1,4}\)[- ]?\d{3,4}[- ]?\d{3,4}|0\d{2,4}/\d{4,8})(?![\w/-]|\.\d)", _groups),
    rule(r"(?<!\w)\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?![\w-])", _groups),
    rule(r"(?<![\w.,])0(?:\d{2,4} \d{3,4} \d{3,4}|\d{3,4} \d{5,6}|\d(?: \d\d){4})(?![\w-]|\.\d)", _groups),
    rule(
        r"(?<![\w.-])(?!\d{4}-\d\d?-\d\d?\b|\d\d?-\d\d?-\d{4}\b)\d+(?:-\d+){2,}(?![\w-]|\.\d)",
        _code,
    ),
    rule(
        rf"(?<![\w.,$£€-])(?:{alternatives(_EMERGENCY)})(?![\w,:%-]|\.\d| [a-z]+s\b)",
        lambda m: digits(m[0]) if re.search(rf"\b(?:{_DIALLED}) $", before(m)) and not _amount(m) else None,
    ),
    rule(
        r"\b([Zz]ip(?: code)?:? |ZIP(?: code)?:? |[Pp]ost(?:al)? ?code:? |PIN:? |[Cc]ode:? )(\d{3,6})\b",
        lambda m: m[1] + digits(m[2]),
    ),
)
DOTTED = (rule(r"(?<![\d.])(\d+(?:\.\d+){2,})(?::(\d{2,5}))?(?!\d|\.\d)", _dotted),)
# v1.2, GPT-3.5, Wan2.1, H.264, Flux.1: a number of its own, so that its point is heard.
VERSIONS = (
    rule(r"(?<![\w.])([vV])\.?(\d+(?:\.\d+)*)(?![\d.]*\w)", lambda m: f"{m[1].upper()} {m[2]}"),
    rule(r"\b([A-Z])\.(\d)(\d\d)\b(?![\w.])", lambda m: f"{m[1]} {m[2]} {m[3]}"),
    rule(r"(?<=[A-Za-z]{2})-?(?=\d{1,3}\.\d)(?<!\d)", " "),
    rule(r"(?<=[A-Z])-?(?=\d{1,3}\.\d)(?<![\w.]\w)", " "),
    rule(r"(?<=[a-z]{3})\.(?=\d)(?!\d+\.\d)", " point "),
    rule(r"(?<=\d)-(?=(?:dev|beta|alpha|rc|pro|mini|turbo|preview|schnell|instruct|base|large|small)\b)", " "),
    rule(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", _postcode),
)


def _amount(match: re.Match) -> bool:
    """ "up to 999 dollars" is counted."""
    return re.match(r" (?:[a-z]+s|percent|people|of)\b", match.string[match.end() : match.end() + 20]) is not None
