"""Marks: dashes, brackets, quotation marks, markup of web pages and chats, marks that are repeated."""

from .rules import rule

_QUOTED = r"(?:em|tis|twas|cause|n|bout|round|cuz|til|twere|twill)"

EMOTICONS = (rule(r"(?<!\S)(?:[:;=]['-]?-?[)(DPp/|\\*3]|:'\(|<3|\^_+\^|-_+-|[oO]_[oO]|[xX]D)(?!\S)", ""),)
MARKUP = (
    rule(r"!?\[([^\[\]\n]{1,300})\]\([^\s()]{1,300}\)", r"\1"),
    rule(r"~(\d{1,3})~", r" \1 "),
    rule(r"\s?[=-]>\s?", " to "),
)
REPEATED = (
    rule(r"\.{4,}", "..."),
    rule(r"([!?,;:'\"-])\1{3,}", r"\1\1"),
)
DASHES = (
    rule(
        r"\s*(?:[―—]|(?<!\d)–(?!\d)|(?<![\w-])--+(?!-)|(?<=\w)--+(?=\s|\w)|(?<=\s)-(?=\s))\s*",
        "— ",
    ),
)
BRACKETS = (
    rule(r"[\s,]*[(\[{]", ", "),
    rule(r"[)\]}](?=\s*[^\s.,;:!?])", ","),
    rule(r"[)\]}]", ""),
)
QUOTES = (
    rule(r"[\"“”„«»‹›]", ""),
    rule(r"(?<!\w)'(?=\d0s\b)", ""),
    rule(rf"(?<!\S)'(?!{_QUOTED}\b)(?=\w)", "", 0, 2),
    rule(r"(?<=[^\ws\s])'(?!\w)|(?<=s)'(?=[.,;:!?]{0,9}$)|(?<=[^\Ws])'(?=[^\w]|$)", ""),
)
SPACES = (
    rule(r"\s+", " "),
    rule(r"\s+(?=[,;:!?]|\.(?!\d))|^\s+|\s+$", ""),
)
