"""Measures: a number and its unit (with powers, per, ranges), feet and inches, ranges of both."""

import re

from ...words import word_set
from .rules import FREE, NUMBER, after, alternatives, before, many, rule, sentence_ends
from .units import LETTERS, LOOSE, PER, UNITS

_ALL = UNITS | LOOSE
_POWERS = {"2": "square", "3": "cubic"}
_UNIT = r"(?!in(?![\^.\w]))(?:" + alternatives(_ALL) + ")"  # "5 in" is mostly no inch
_ONE_LETTER = re.compile(rf"{alternatives(LETTERS)}$")
# Before "5 A": then it is a name of a place or a class.
_LABELS = re.compile(
    r"(?:[Ss]ection|[Aa]pt\.?|[Aa]partment|[Rr]oom|[Cc]hapter|[Uu]nit|[Bb]uilding|[Gg]ate|[Ss]eat|[Ff]igure|[Tt]able|[Ff]lat"
    r"|[Aa]ppendix|[Gg]rade|[Gg]roup|[Tt]ype|[Cc]lass|[Ss]ize|[Pp]lan|[Ll]ine|[Rr]oute|[Ee]xit|[Bb]lock|[Pp]art|[Ll]evel"
    r"|[Pp]latform|[Tt]rack|[Ff]loor|[Zz]one|[Hh]all|[Nn]umber|[Nn]o\.?|[Pp]age|[Qq]uestion|[Ss]tep"
    r"|[Oo]ption|\b[A-Z]) $"
)
# Behind "a 10 km": the unit stays in the singular before a noun only.
_NO_NOUN = sorted(
    word_set(
        "of in per and or from to at on by as for with than but so if is are was were will can has had long wide tall "
        "high deep thick away ahead apart off up down over under before after later ago each more less left right "
        "north "
        "south east west that which who when where while until because there here every behind above below past into "
        "onto through"
    )
)
_NOUN = re.compile(rf"[ -](?!(?:{'|'.join(_NO_NOUN)})\b)[a-z]{{3,}}")
_ARTICLE = re.compile(r"\b(?:[Aa]n?|[Ee]very|[Ee]ach|[Oo]ne) $")
_PEOPLE = r"people|users|views|viewers|subscribers|followers|downloads|customers|members|players|jobs|homes|cars|copies"
_NOUNS = (
    rf"(?:{_PEOPLE}|years|dollars|euros|pounds|visitors|records|rows|items|units|inhabitants|children|men|women|votes)"
)


def _power(forms: tuple[str, str], power: str) -> tuple[str, str]:
    """m and ^2: square meters; the exponents that have no such word come behind."""
    word = _POWERS.get(power)
    if word:
        return f"{word} {forms[0]}", f"{word} {forms[1]}"
    said = power.replace("-", "minus ")
    return f"{forms[0]} to the {said}", f"{forms[1]} to the {said}"


def _forms(written: str, power: str | None, per: str | None, per_power: str | None) -> tuple[str, str]:
    one, more = _ALL[written]
    if power:
        one, more = _power((one, more), power)
    if per:
        name = PER.get(per) or _ALL[per][0]
        if per_power:
            name = (
                f"{name} {'squared' if per_power == '2' else 'cubed'}"
                if per in ("s", "sec")
                else _power((name, ""), per_power)[0]
            )
        one, more = f"{one} per {name}", f"{more} per {name}"
    return one, more


def _unit(match: re.Match) -> str | None:
    number, written = match["number"], match["unit"]
    ahead, behind = before(match), after(match)
    if _ONE_LETTER.match(written) and not (match["power"] or match["per"]):
        attached = not match["gap"] and written in "ANJK"
        if attached or _LABELS.search(ahead) or re.match(r"[\w'’-]| [A-Z]\b|\.\w", behind):
            return None
        if written == "K" and len(number.partition(".")[0]) < 3:  # 300 K, not 5 K
            return None
        if written == "A" and re.match(r" (?!fuse|charger|socket|of\b|at\b)[a-z]", behind):
            return None
    forms = _forms(written, match["power"], match["per"], match["per_power"])
    above = re.search(r"(?<!\d )(?<!\d)(\d{1,3})/$", ahead)
    if above and number.isdigit() and int(above[1]) < int(number) < 33:  # 3/4 tsp
        said = f"of {'an' if forms[0][0] in 'aeiou' else 'a'} {forms[0]}"
    elif _ARTICLE.search(ahead) and _NOUN.match(behind) and written != "%":
        said = forms[0]
    else:
        said = many(number.split(" ")[0] if " " not in number else "2", forms)
    if re.fullmatch(r"\d{4}", number) and not number.endswith("00"):
        number = f"{number[0]},{number[1:]}"  # no year
    stop = match["stop"] or written.endswith(".")
    return f"{number} {said}" + ("." if stop and sentence_ends(match) else "")


def _hours_and_minutes(match: re.Match) -> str:
    """5h 30m"""
    return f"{match[1]} {many(match[1], UNITS['h'])} {match[2]} {many(match[2], UNITS['min'])}"


def _foot(match: re.Match) -> str | None:
    """5' x 7' are feet, 60° 30' minutes; at the end of a quotation it is neither."""
    ahead = before(match)
    if ahead.rstrip().endswith("°"):
        return f"{match[1]} minutes"
    return None if re.search(r"(?:^|[\s(])['‘]", ahead) else f"{match[1]} foot"


def _inch(match: re.Match) -> str | None:
    """A 2" pipe, but not the end of a quotation."""
    ahead = before(match, 400)
    opened, closed = (len(re.findall(mark, ahead)) for mark in (r"(?:^|[\s(—-])[\"“]", r"(?<=[^\s\d(—-])[\"”]"))
    return None if opened > closed and not match[0].endswith("″") else f"{match[1]} inch"


# Before quotation marks are taken out.
FEET = (
    rule(r"(?<=\d)°(?=\d)", "° "),
    rule(r"(?<![\w.])(\d{1,2})['’′]\s?(\d{1,2})(?:[\"”″]|'')", r"\1 foot \2"),
    rule(r"(?<![\w.])([3-8])['’′](\d|1[01])(?![\w'’\"”″.])", r"\1 foot \2"),
    rule(r"(?<![\w.])(\d+(?:\.\d+)?)['’′](?![\w'’])", _foot),
    rule(r"(?<![\w.])(\d+(?:\.\d+|/\d+)?)[\"”″](?!\w)", _inch),
    rule(r"(?<=foot|inch)\s?[x×]\s?(?=\d)", " by "),
)
DECIMAL_COMMAS = (rule(rf"(?<=\d),(?=\d{{1,2}}\s?(?:{_UNIT})(?!\w))(?<!\d{{3}},)", "."),)
RULES = (
    rule(r"(?<=[a-zA-ZΩμ])[·*]([a-zA-Z]{1,3})\^-1\b", r"/\1"),
    rule(r"(?<=[a-zA-ZΩμ])[·*]([a-zA-Z]{1,3})\^-([23])\b", r"/\1^\2"),
    rule(r"\b(\d+)\s?h\s?(\d+)\s?m(?:in)?\b", _hours_and_minutes),
    rule(rf"{FREE}{NUMBER}( s|(?<=\d\.\d)s|(?<=\d\.\d\d)s)\b(?!['’.]\w)", " seconds", 1),
    rule(rf"{FREE}(\d+(?:\.\d+)?)[mM](?= {_NOUNS}\b)", r"\1 million"),
    rule(rf"{FREE}(\d+(?:\.\d+)?)B(?= {_NOUNS}\b)", r"\1 billion"),
    rule(rf"{FREE}(\d+(?:\.\d+)?)[kK](?= {_NOUNS}\b)", r"\1 thousand"),
    rule(
        rf"(?:{FREE}|(?<=\d[x×]))(?P<number>-?{NUMBER}(?: (?:hundred|thousand|million|billion))?)(?P<gap>\s?)"
        rf"(?P<unit>{_UNIT})"
        r"(?:\^(?P<power>-?\d))?"
        rf"(?:\s?/\s?(?P<per>{alternatives([*PER, *UNITS])})(?:\^(?P<per_power>[23]))?(?!\w))?"
        r"(?![\w^]|/[^\W\d_])(?P<stop>(?<=[a-z.])\.(?![\w.]))?",
        _unit,
    ),
    rule(
        rf"(?<=\d-)({alternatives(name for name in _ALL if name.isalpha() and len(name) > 1)})(?![\w/-])",
        lambda m: _ALL[m[1]][0],
    ),
    rule(
        r"\d (?:[A-Za-z]+ ){0,2}[A-Za-z]+(/(?:" + alternatives(PER) + r"))\b\.?(?![\w/])",
        lambda m: f" per {PER[m[1][1:]]}",
        1,
    ),
    rule(rf"(?<=\d)(\s?/\s?({alternatives(PER)}))(?![\w/])", lambda m: f" per {PER[m[2]]}", 1),
    rule(r"(?<![\w.,])(\d+)in\b", r"\1 inches"),
    rule(r"(?<=\bfoot |\bfeet )(\d+) in\b", r"\1 inches"),
    rule(r"(?<=\d) in(?= (?:x|by|wide|tall|long|deep|thick|high)\b)", " inches"),
)
