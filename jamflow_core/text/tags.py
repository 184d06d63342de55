"""What SSML and HTML mean to a reader: pauses, paragraphs, other words to say, readings; everything else is dropped.

<break time="1s"/> is [pause 1s], <p> a paragraph, <sub alias="..."> its alias, <phoneme ph="..."> a reading, <say-as
interpret-as="characters"> spells; entities (&amp;, &#39;) are the signs they stand for.
"""

import html
import re
from html.entities import html5

from ..tokens import SYMBOLS
from .words import word_set

_ATTRIBUTES = r"""(?:\s+[\w:-]{1,40}(?:\s*=\s*(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s"'<>=]{1,500}))?){0,12}"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][\w:-]{{0,20}})({_ATTRIBUTES})\s*(/?)>")
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))""")
_NOT_TEXT = re.compile(r"<\?[^<>]{0,500}\?>|<!\[CDATA\[|\]\]>|<![a-zA-Z][^<>]{0,500}>")
# (what opens it, what closes it): left out with all that stands in it.
_UNSPOKEN = (
    ("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"), ("<desc", "</desc>"), ("<metadata",
    "</metadata>"),
)  # fmt: skip
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_KNOWN = word_set(
    "speak break p s emphasis prosody voice lang sub phoneme say-as audio mark lexicon w token meta amazon:effect "
    "amazon:domain mstts:express-as html head body title div span a b i u em strong small big br hr h1 h2 h3 h4 h5 h6 "
    "ul ol li dl dt dd table tr td th thead tbody tfoot caption img figure figcaption font center blockquote q cite "
    "code pre kbd samp var del ins strike sup abbr section article header footer main nav aside form input button "
    "label select option textarea iframe video source object embed canvas svg path link style script wbr tt mark "
    "details summary time ruby rt rp c v"
)
_BLOCKS = word_set("p h1 h2 h3 h4 h5 h6 blockquote")
_LINES = word_set("br hr div li tr ul ol dl dt dd table section article header footer td th s")
_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
# IPA as dictionaries write it -> the alphabet here, the longer first.
_IPA = {
    "eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "Q", "aʊ": "W", "ɔɪ": "Y", "t͡ʃ": "ʧ", "tʃ": "ʧ", "d͡ʒ": "ʤ", "dʒ": "ʤ",
    "ɚ": "əɹ",
    "ɝ": "ɜɹ", "r": "ɹ", "g": "ɡ", "'": "ˈ", "ɾ": "T", ".": "", "-": "", "͡": "", "ˑ": "",
    "n̩": "ᵊn", "l̩": "ᵊl", "e": "ɛ",
    "o": "O",
}  # fmt: skip
_VOWEL = "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ"
_STRESS = re.compile(rf"([ˈˌ])([^{_VOWEL}ˈˌ\s]+)(?=[{_VOWEL}])")
_ALPHABET = frozenset(symbol for symbol in SYMBOLS if len(symbol) == 1)


def ipa(reading: str) -> str | None:
    """A reading in IPA in the alphabet of this pack, stress right before the vowel; None where it has other signs."""
    for written, symbol in _IPA.items():
        reading = reading.replace(written, symbol)
    reading = _STRESS.sub(r"\2\1", reading)
    return reading if reading and set(reading) <= _ALPHABET else None


def without_tags(text: str) -> str:
    """The text with its tags and entities as plain text and the markup of markup.py. Takes time in proportion to it."""
    if "<" in text:
        for opening, closing in _UNSPOKEN:
            text = _without(text, opening, closing)
        text = _by_tags(_NOT_TEXT.sub(" ", text))
    return _ENTITY.sub(_sign, _ENTITY.sub(_sign, text)) if "&" in text else text


def _sign(entity: re.Match) -> str:
    """What an entity stands for; it stays where it is none."""
    known = entity[0][1] == "#" or entity[0][1:] in html5
    return html.unescape(entity[0]) if known else entity[0]


def _without(text: str, opening: str, closing: str) -> str:
    pieces, done = [], 0
    while (start := text.find(opening, done)) >= 0 and (end := text.find(closing, start)) >= 0:
        pieces += [text[done:start], " "]
        done = end + len(closing)
    return "".join((*pieces, text[done:]))


def _by_tags(text: str) -> str:
    pieces, done, waiting = [], 0, None
    for tag in _TAG.finditer(text):
        closes, name, attributes, empty = tag[1] == "/", tag[2].lower(), tag[3], tag[4] == "/"
        if not (name in _KNOWN or closes or empty or "=" in attributes):
            continue  # <name> of a form to fill in
        between, done = text[done : tag.start()], tag.end()
        if waiting and closes and name == waiting[0]:
            between, waiting = _said(between, *waiting), None
        pieces += [between, _in_place(name, closes, attributes, between)]
        if name in ("sub", "phoneme", "say-as") and not closes and not empty:
            waiting = name, dict(_attributes(attributes))
    return "".join((*pieces, text[done:]))


def _attributes(written: str) -> list[tuple[str, str]]:
    return [(name.lower(), double or single or bare) for name, double, single, bare in _ATTRIBUTE.findall(written)]


def _in_place(name: str, closes: bool, attributes: str, before: str) -> str:
    """What stands for a tag."""
    if name == "break" and not closes:
        given = dict(_attributes(attributes))
        pause = given.get("time", "").strip() or f"{_STRENGTHS.get(given.get('strength', 'medium'), 0.5)}s"
        return f" [pause {pause}] " if pause.strip("0.ms ") else " "
    if name in _BLOCKS:
        return "\n\n"
    if name in _LINES:
        sentence = name == "s" and closes and before.strip() and before.rstrip()[-1:] not in ".?!,;:…"
        return ".\n" if sentence else "\n"
    return ""


def _said(inside: str, name: str, given: dict[str, str]) -> str:
    """What is said for the inside of <sub>, <phoneme> and <say-as>."""
    if name == "sub":
        return given.get("alias", inside)
    if name == "phoneme":
        reading = ipa(given.get("ph", "").strip())
        return f"{inside}/{reading}/" if reading and "/" not in reading else inside
    if given.get("interpret-as") in ("characters", "spell-out", "verbatim", "digits"):
        return " ".join(inside.replace(" ", ""))
    return inside
