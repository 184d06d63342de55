"""Addresses: house numbers, directions, streets, states, postal codes."""

import re

from ...words import word_set
from .rules import after, alternatives, before, digits, hundreds, rule, sentence_ends

_STREETS = {
    "St": "Street", "Ave": "Avenue", "Av": "Avenue", "Rd": "Road", "Dr": "Drive", "Blvd": "Boulevard", "Ln": "Lane",
    "Ct": "Court", "Pl": "Place", "Sq": "Square", "Hwy": "Highway", "Pkwy": "Parkway", "Expy": "Expressway",
    "Ter": "Terrace",
    "Cir": "Circle", "Cres": "Crescent", "Fwy": "Freeway", "Tpke": "Turnpike", "Aly": "Alley", "Plz": "Plaza",
    "Trl": "Trail",
}  # fmt: skip
_DIRECTIONS = {
    "N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest", "SE": "Southeast",
    "SW": "Southwest",
}  # fmt: skip
_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "D.C.", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine",
    "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri",
    "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee",
    "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
# These are words or other short forms too: states only before a postal code.
_WORDS_TOO = {"AL", "DE", "HI", "ID", "IN", "LA", "MA", "ME", "OH", "OK", "OR", "PA", "CO", "MS", "MD", "MT"}
# Capitalised words that name no street: "Hello Dr.", "The St. Louis".
_NO_STREET = {
    *word_set("Hello Hi Dear The My Thanks Thank Yes No Ask Call See Tell Our Your And But Or So If When Then As At "
    "In On Of By From To Is Was Are Mr Mrs Ms Dr Prof With For")
}  # fmt: skip
_SHORT = alternatives(_STREETS)
_LOWER = alternatives(name.lower() for name in ("St", "Ave", "Rd", "Blvd", "Hwy", "Pkwy", "Ln", "Expy"))
_WAY = alternatives(_DIRECTIONS)
_NAME = r"(?:[A-Z][a-z'’]+|\d{1,3}(?:st|nd|rd|th))"
_HOUSE = r"\d{1,6}[A-Z]?(?:-\d{1,3})?"


def _house(number: str) -> str:
    """123 is "1 23", 708 "7 0 8", 12345 digit by digit, 221B "2 21 B"."""
    figures = number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
    letter = number[len(figures) :]
    if len(figures) == 3:
        figures = digits(figures) if figures[1] == "0" and not figures.endswith("00") else hundreds(figures)
    elif len(figures) > 4:
        figures = digits(figures)
    return f"{figures} {letter}".strip()


def _street(match: re.Match) -> str | None:
    """The short form behind a name, as in "12 S 1st St", "Main St", "Elm Dr."; not "Main St Paul said"."""
    word, name, house = match["street"].capitalize(), match["name"].split()[-1], match["house"]
    behind = after(match)
    if name in _NO_STREET or (not house and re.match(r"\.? [A-Z][a-z]", behind) and not match["stop"]):
        return None
    if not house and word in ("Dr", "St", "Pl", "Ct", "Ter", "Cir", "Av") and match["street"][0].islower():
        return None
    if (
        not house
        and match["stop"]
        and re.match(r" [A-Z][a-z]", behind)
        and not re.match(r" (?:He|She|It|They|We|I|The|A|In|On|At|But|And|You|This|That|There|My|His|Her)\b", behind)
    ):
        return None
    way = f"{_DIRECTIONS[match['way'].rstrip('.')]} " if match["way"] else ""
    tail = f" {_DIRECTIONS[match['tail']]}" if match["tail"] else ""
    number = f"{_house(house)} " if house else ""
    stop = "." if match["stop"] and not tail and sentence_ends(match) else ""
    return f"{number}{way}{match['name']} {_STREETS[word]}{tail}{stop}"


def _state(match: re.Match) -> str | None:
    short, code = match["state"], match["zip"]
    if short in _WORDS_TOO and not code:
        return None
    if not code and not re.search(r"\b[A-Z][a-z]+,? ?$", before(match)):
        return None
    return _STATES[short] + (f"{match['comma']} {_zip(code)}" if code else "")


def _zip(code: str) -> str:
    return ", ".join(digits(part) for part in code.split("-"))


RULES = (
    rule(
        rf"\b(?:(?P<house>{_HOUSE}) )?(?:(?P<way>{_WAY})\.? )?(?P<name>{_NAME}(?: {_NAME}){{0,2}}) "
        rf"(?P<street>{_SHORT}|{_LOWER})\b(?P<stop>\.?)(?: (?P<tail>NE|NW|SE|SW|N|S|E|W)\b(?!\.))?(?![\w'’])",
        _street,
    ),
    rule(
        rf"(?<=[a-z], )(?P<state>{alternatives(_STATES)})(?:(?P<comma>,?) (?P<zip>\d{{5}}(?:-\d{{4}})?))?"
        r"(?=[\s.,;:!?)]|$)",
        _state,
    ),
    rule(rf"\b(?P<state>{alternatives(_STATES)})(?P<comma>) (?P<zip>\d{{5}}(?:-\d{{4}})?)\b", _state),
    rule(r"\b(\d{3})([A-Z])(?= [A-Z][a-z]+ (?:Street|Avenue|Road|Drive|Lane)\b)", lambda m: f"{hundreds(m[1])} {m[2]}"),
    rule(r"\b([Aa]pt|APT)\.?(?= #?\d)", "apartment"),
    rule(r"\b[Ss]te\.?(?= #?\d)", "suite"),
    rule(r"\b[Rr]m\.?(?= #?\d)", "room"),
    rule(r"\b[Hh]wy\.?(?=[ -]\d)", "highway"),
    rule(r"\b[Rr]te\.?(?=[ -]\d)", "route"),
    rule(r"\b(N|S|E|W)\.(?= [A-Z][a-z]+ (?:Street|Avenue|Road|Drive|Lane|Boulevard)\b)", lambda m: _DIRECTIONS[m[1]]),
)
