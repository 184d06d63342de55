"""Words in capitals: letters (FBI), or shouted words where their neighbours are in capitals as well."""

import re

from ...aligned import Aligned
from ...words import word_set
from .dictionary import acronym, known
from .rules import rule

# Spelled even among other capitals.
_LETTERS = word_set(
    "US USA UK EU UN FBI CIA NSA CEO CFO CTO COO VP PR TV PC CD DVD USB GPU CPU RAM ID IDS IQ DNA RNA HIV BBC CNN NBC "
    "ABC CBS NBA NFL NHL MLB IBM AI API URL PDF HTML CSS SQL XML PHP FAQ DIY VIP ATM GPS SUV UFO UFOS RSVP BMW KGB "
    "MIT NYC LA DC SOS HR IT AM PM MD PHD MA BA MBA GDP IRS DEA ATF EPA FDA CDC WHO NYPD LAPD SMS VPN LED LCD HD UHD "
    "VR AR II III IV VI VII VIII IX XI XII AD BC TNT DJ MC PTA GOP NRA ACLU HBO MTV UPS DHL UFC WWE"
)
# Of these, what is a word among words: "WHO IS IT", "TELL US", "I AM".
_WORDS_TOO = word_set("IT WHO AM MA LA HE ME")
_US_IS_A_WORD = re.compile(
    r"\b(?:TELL|GIVE|LET|HELP|MAKE|MAKES|ASK|SHOW|JOIN|LEAVE|WITH|FOR|OF|TO|BY|ABOUT|BETWEEN|FOLLOW|CONTACT|CALL|VISIT|SEND|BOTH|"
    r"ALL|SAVE|KILL|BRING|TAKE|GET|FROM|AT|LIKE|EMAIL|BUY)$"
)
_RUN = re.compile(r"[A-Z][A-Z'’]*(?:\W{1,6}(?:[A-Z][A-Z'’]*|\d[\d,.%]*)(?![a-z\w]))*")
_WORD = re.compile(
    r"\b(?:TELL|GIVE|LET|HELP|MAKE|MAKES|ASK|SHOW|JOIN|LEAVE|WITH|FOR|OF|TO|BY|ABOUT|BETWEEN|FOLLOW|CONTACT|CALL|VISIT|SEND|BOTH|"
    r"ALL|SAVE|KILL|BRING|TAKE|GET|FROM|AT|LIKE|EMAIL|BUY)$"
)
_RUN = re.compile(r"[A-Z][A-Z'’]*(?:[^\w.]+(?:[A-Z][A-Z'’]*|\d[\d,.%]*)(?![a-z\w]))+|[A-Z][A-Z'’]*")
_WORD = re.compile(r"[A-Z][A-Z'’]+(?![a-z])")
_VOWELS = re.compile(r"[AEIOUY]")


def lower_shouts(source: Aligned) -> None:
    """Runs of shouted words in small letters, first letters of unknown ones (names) kept. Every letter keeps its
    place.
    """
    source.text = _RUN.sub(_calm, source.text)


def _calm(run: re.Match) -> str:
    whole, edges = run.string, (run.start() - 1, run.end())
    if any(0 <= edge < len(whole) and (whole[edge].isalnum() or whole[edge] in "_@/-") for edge in edges):
        return run[0]
    words = _WORD.findall(run[0])
    plain = [word for word in words if word not in _LETTERS - _WORDS_TOO and _shouted(word)]
    others = [word for word in words if word not in _LETTERS]
    long = any(len(word) > 3 for word in plain)
    if not plain or not (long or len(words) > 1 and len(others) > 1):
        return run[0]
    return _WORD.sub(lambda word: _lowered(word[0], run[0][max(0, word.start() - 20) : word.start()].rstrip()), run[0])


def _shouted(word: str) -> bool:
    """Whether it is a word in small letters, and not read as one in capitals anyway (NASA)."""
    return known(word.lower().replace("’", "'")) and not acronym(word)


def _lowered(word: str, ahead: str) -> str:
    if word == "US":
        return "us" if _US_IS_A_WORD.search(ahead) else word
    if word in _LETTERS - _WORDS_TOO or acronym(word):
        return word
    if _shouted(word):
        return word.lower()
    name = len(word) > 3 and _VOWELS.search(word) and not re.search(r"[^AEIOUY']{4}", word)
    return word.capitalize() if name else word


RULES = (
    rule(r"\b(?:MON|TUE|WED|THU|FRI)(?=\.? \d)", lambda m: m[0].capitalize()),
    rule(r"\b[A-Z]{7,}\b", lambda m: m[0].capitalize()),
)
