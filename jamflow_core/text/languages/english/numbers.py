"""Numbers: grouped, with leading or trailing zeros, lists, ranges, scores, ratios of sizes, ordinals.

Plain ones ("1999", "3.5", "21st", "1,200") stay digits: the dictionary layer reads those itself.
"""

import re

from .rules import LARGEST, NUMBER, after, before, between, digits, rule

_CAPITALISED = re.compile(r"\b(?:[A-Z][a-z]+|No\.?) $")
_PEOPLE_COUNTED = r"people|men|women|children|(?:day|week|month|year|hour|minute|second|time|mile|dollar|percent)s?"
_SCALED = (
    r"(?:faster|slower|better|worse|more|less|bigger|larger|smaller|higher|lower|cheaper|longer|stronger|as|the|a)"
)


def _grouped(match: re.Match) -> str | None:
    """10 000, 1’000’000 and 1_000_000 in one piece; "room 12 300 people" is left."""
    number, sign = match[0], match[0].lstrip("0123456789")[:1]
    if sign == " " and _CAPITALISED.search(before(match)):
        return None
    return re.sub(r"\D", "", number)


def _listed(match: re.Match) -> str | None:
    """1,2,3 is a list, 1,200 a number."""
    return None if re.fullmatch(NUMBER, match[0]) else match[0].replace(",", ", ")


def _long(match: re.Match) -> str | None:
    """Ten digits and more that are no round number, in groups as on a telephone or a card."""
    number = match[0]
    if number.endswith("000") and len(number) <= LARGEST:
        return None
    if len(number) > 11:
        groups = [number[at : at + 4] for at in range(0, len(number), 4)]
    else:
        head = number[:-10]
        groups = [head, *(number[len(head) :][cut] for cut in (slice(3), slice(3, 6), slice(6, None)))]
    return ", ".join(digits(group) for group in groups if group)


def dash_between(match: re.Match) -> str:
    """10-4 = 6 is a sum, "between 4-10" has its own word, any other is a range."""
    if re.search(r"[A-Za-z]\d+$", before(match)):  # A123-45B is a code
        return " "
    return " minus " if re.match(r"[\d.,\s+*/×÷−-]{1,40}=", after(match)) else between(match)


def _cross_between(match: re.Match) -> str:
    """3 × 4 = 12 and 6 × 10^3 are products, 3 × 4 a size."""
    product = re.match(r"[\d.,]{1,20}(?:\s?[=^²³]| to the power)", after(match)) or re.search(
        r"=\s*[\d.,]{1,20}$", before(match)
    )
    return " times " if product else " by "


def _pension(match: re.Match) -> str:
    """401(k), 501(c)(3)"""
    return f"{match[1]} oh {match[2]}" + "".join(f" {part}" for part in match.groups()[2:] if part)


# Before brackets and apostrophes are taken out.
GROUPED = (
    rule(r"\b([45])0([1-9])\(([a-z])\)(?:\((\d)\))?", _pension),
    rule(r"(?<![\w.,'’])\d{1,3}(?:['’]\d{3})+(?![\d'’])", _grouped),
    rule(r"(?<![\w.,])\d{1,3}(?:_\d{3})+(?![\d_])", _grouped),
    rule(r"(?<![\w.,])\d{1,3}(?:\.\d{3}){2,}(?![\d.]\d|\d)", _grouped),
    rule(r"(?<![\w.,:/()+-])(?<!\d )[1-9]\d{0,2}(?: \d{3})+(?![\d/:-]|[.,]\d{3}| \d|\))", _grouped),
)
RANGES = (
    rule(r"\bA\s?[‒–-]\s?(?=[C-Z]\b)(?!\w-\w)", "A to "),
    rule(r"(?<=\d)\s?[‒–-]\s?(?=[$£€]\d)", dash_between),
    rule(r"\b(50|24)-(50|7)\b", r"\1 \2"),
    rule(r"(?<=\d) [‒–-] (?=\d)", dash_between),
)
LONG = (rule(r"(?<![\w.,+-])\d{10,}(?!\w|[.,-]\d)", _long),)
LISTS = (rule(r"(?<![\d.,])\d+(?:,\d+)+(?!\d)", _listed),)
DASHES = (rule(r"(?<=[\d%°])\s?[–-]\s?(?=[$£€]?\d)(?!\d+-\d)(?<!-\d-)", dash_between),)
ORDINALS = (rule(r"(?<=\d)(ST|ND|RD|TH)\b", lambda m: m[1].lower()),)
SIZES = (
    rule(rf"(?<=\d)x(?= {_SCALED}\b)", " times"),
    rule(rf"(?<![\w.,])x(?=\d+ {_SCALED}\b)", "times "),
    rule(r"(?<=\d)\s?[x×]\s?(?=\d)", _cross_between),
)
ZEROS = (
    rule(r"(?<![\w.)])[-−](?=\.?\d)", "minus "),
    rule(r"(?<![\w.,:/])0\d+(?![\w,:/]|\.\d)", lambda m: digits(m[0])),
    rule(
        r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+)(\.\d*0)(?![\w.]\w|\w)",
        lambda m: " point " + digits(m[1][1:]),
        1,
    ),
)
# What stands before numbers. Behind a number: "He said no. 5 people came" has no number 5.
LABELS = (
    rule(rf"\b[Nn]o(s?)\. ?(?=\d)(?!\d+ (?:{_PEOPLE_COUNTED})\b)", lambda m: f"number{m[1]} "),
    rule(r"(?<![\w.])ca?\. ?(?=\d{3,4}\b)", "circa "),
    rule(r"(?<![\w.])b\. ?(?=\d{4}\b)", "born "),
    rule(r"(?<![\w.])d\. ?(?=\d{4}\b)", "died "),
    rule(r"(?<![\w.])[pP]\. ?(?=\d)", "page "),
    rule(r"(?<!\d )\b[Ss]ec\. ?(?=\d)", "section "),
    rule(r"\b[Ee]q\.,? ?(?=\d)", "equation "),
    rule(r"\b[Oo]p\. ?(?=\d)", "opus "),
    rule(r"\b[Ee]xt\.? ?(?=\d)", "extension "),
    rule(r"\b[Mm]in\. ?(?=\d)", "minimum "),
    rule(r"\b[Mm]ax\. ?(?=\d)", "maximum "),
    rule(r"\b[Aa]rt\. ?(?=\d)", "article "),
    rule(r"\b[Tt]bl\. ?(?=\d)", "table "),
    rule(r"\b[Pp]ars?\. ?(?=\d)", "paragraph "),
    rule(r"\b[Nn]r\. ?(?=\d)", "number "),
    rule(r"\b[Pp]g\. ?(?=\d)", "page "),
)
