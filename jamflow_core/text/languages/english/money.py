"""Sums of money: before their number and behind it, with cents, magnitudes and ranges."""

import re

from .rules import FREE, NUMBER, after, alternatives, between, many, rule

# symbol -> (one, many, one hundredth, hundredths)
_DOLLAR = ("cent", "cents")
CURRENCIES = {
    "$": ("dollar", "dollars", *_DOLLAR),
    "US$": ("US dollar", "US dollars", *_DOLLAR),
    "A$": ("Australian dollar", "Australian dollars", *_DOLLAR),
    "AU$": ("Australian dollar", "Australian dollars", *_DOLLAR),
    "C$": ("Canadian dollar", "Canadian dollars", *_DOLLAR),
    "CA$": ("Canadian dollar", "Canadian dollars", *_DOLLAR),
    "NZ$": ("New Zealand dollar", "New Zealand dollars", *_DOLLAR),
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", *_DOLLAR),
    "S$": ("Singapore dollar", "Singapore dollars", *_DOLLAR),
    "MX$": ("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "R$": ("real", "reais", "centavo", "centavos"),
    "USD": ("US dollar", "US dollars", *_DOLLAR),
    "CAD": ("Canadian dollar", "Canadian dollars", *_DOLLAR),
    "AUD": ("Australian dollar", "Australian dollars", *_DOLLAR),
    "NZD": ("New Zealand dollar", "New Zealand dollars", *_DOLLAR),
    "£": ("pound", "pounds", "penny", "pence"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", *_DOLLAR),
    "EUR": ("euro", "euros", *_DOLLAR),
    "¥": ("yen", "yen", "sen", "sen"),
    "JPY": ("yen", "yen", "sen", "sen"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "RMB": ("yuan", "yuan", "fen", "fen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "Rs": ("rupee", "rupees", "paisa", "paise"),
    "Rs.": ("rupee", "rupees", "paisa", "paise"),
    "INR": ("rupee", "rupees", "paisa", "paise"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "SEK": ("Swedish krona", "Swedish kronor", "øre", "øre"),
    "NOK": ("Norwegian krone", "Norwegian kroner", "øre", "øre"),
    "DKK": ("Danish krone", "Danish kroner", "øre", "øre"),
    "kr": ("krone", "kroner", "øre", "øre"),
    "PLN": ("zloty", "zlotys", "grosz", "groszy"),
    "zł": ("zloty", "zlotys", "grosz", "groszy"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "RUB": ("ruble", "rubles", "kopeck", "kopecks"),
    "₩": ("won", "won", "jeon", "jeon"),
    "KRW": ("won", "won", "jeon", "jeon"),
    "₺": ("lira", "lira", "kurus", "kurus"),
    "₪": ("shekel", "shekels", "agora", "agorot"),
    "₫": ("dong", "dong", "xu", "xu"),
    "₱": ("peso", "pesos", "centavo", "centavos"),
    "₦": ("naira", "naira", "kobo", "kobo"),
    "₴": ("hryvnia", "hryvnias", "kopeck", "kopecks"),
    "฿": ("baht", "baht", "satang", "satang"),
    "₿": ("bitcoin", "bitcoins", "satoshi", "satoshis"),
    "BTC": ("bitcoin", "bitcoins", "satoshi", "satoshis"),
}
MAGNITUDES = {
    "k": "thousand", "m": "million", "mm": "million", "mn": "million", "mil": "million", "mio": "million",
    "b": "billion",
    "bn": "billion", "t": "trillion", "tn": "trillion", "trn": "trillion",
} | {word: word for word in ("hundred", "thousand", "million", "billion", "trillion", "lakh", "crore")}  # fmt: skip
_CURRENCY = alternatives(CURRENCIES)
_MAGNITUDE = (
    r"hundred|thousand|million|billion|trillion|[Mm]illion|[Bb]illion|lakh|crore|mil|mio|[kKmMbB]n?|MM|tn|trn|(?<=\d)T"
)
_ATTRIBUTE = re.compile(
    r"-[a-z]| (?:bill|note|coin|ticket|fine|fee|gift|deal|contract|loan|lawsuit|prize|budget|check)s?\b"
)


def _money(match: re.Match) -> str:
    number, magnitude = match["number"], match["magnitude"]
    one, more, cent, cents = CURRENCIES[match["symbol"]]
    behind = after(match)
    if _ATTRIBUTE.match(behind) or re.search(r"\d-[a-zA-Z]", match[0]):
        more, cents = one, cent
    minus = "minus " if match["sign"] or match["sign2"] else ""
    if re.match(rf"[- ](?:{one}|{more})\b", behind):  # $2 billion-dollar
        return f"{minus}{number} {MAGNITUDES[magnitude.lower()]}" if magnitude else f"{minus}{number}"
    if magnitude:
        return f"{minus}{number} {MAGNITUDES[magnitude.lower()]} {more}"
    return minus + _units_and_cents(number, one, more, cent, cents)


def _units_and_cents(number: str, one: str, more: str, cent: str, cents: str) -> str:
    whole, _, fraction = number.partition(".")
    if len(fraction) not in (0, 2):
        return f"{number} {more}"
    units = int(whole.replace(",", "")[:30] or 0)
    parts = [f"{whole} {many(whole, (one, more))}"] if units or not int(fraction or 0) else []
    if int(fraction or 0):
        parts.append(f"{int(fraction)} {many(str(int(fraction)), (cent, cents))}")
    return " and ".join(parts)


def _range(match: re.Match) -> str:
    """$3-5 million is "3 to 5 million dollars"."""
    _, more, _, _ = CURRENCIES[match["symbol"]]
    magnitude = f" {MAGNITUDES[match['magnitude'].lower()]}" if match["magnitude"] else ""
    return f"{match['low']}{between(match)}{match['high']}{magnitude} {more}"


def _trailing(match: re.Match) -> str:
    number, magnitude, symbol = match.groups()
    forms = CURRENCIES[symbol]
    if magnitude:
        return f"{number} {MAGNITUDES[magnitude.lower()]} {forms[1]}"
    return _units_and_cents(number, *forms)


def _decimal_comma(match: re.Match) -> str:
    """1.200,50 € -> 1200.50 €"""
    return match[0].replace(".", "").replace(",", ".")


DECIMAL_COMMAS = (
    rule(
        r"(?<![\d.,])\d+(?:\.\d{3})*,\d\d(?=\s?(?:€|EUR\b))|(?:(?<=€)|(?<=€ ))\d+(?:\.\d{3})*,\d\d(?!\w|[.,]\d)",
        _decimal_comma,
    ),
)
RANGES = (
    rule(r"\bUS \$(?=\d)", "US$"),
    rule(r"(?<=\d)[.,][-–](?=\s|€|$)", ""),
    rule(
        rf"(?<![\w.])(?P<symbol>{_CURRENCY})\s?(?P<low>{NUMBER})\s?[–-]\s?(?P<high>{NUMBER})"
        rf"(?:[\s-]?(?P<magnitude>{_MAGNITUDE})\b)?(?![\w-]|[.,]\d)",
        _range,
    ),
)
RULES = (
    rule(
        rf"(?P<sign>(?<![\w.])-)?(?<![\w.])(?P<symbol>{_CURRENCY})\s?(?P<sign2>-)?(?P<number>{NUMBER})"
        rf"(?:[\s-]?(?P<magnitude>{_MAGNITUDE})\b)?",
        _money,
    ),
    rule(rf"{FREE}({NUMBER})(?:\s?({_MAGNITUDE}))?\s?({_CURRENCY})(?!\w)", _trailing),
    rule(r"\$(?=[A-Z_]{2,}\b)", ""),
)
