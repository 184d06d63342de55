"""American phonemes of our own lists in the British accent, as near as rules go."""

import re

_RULES = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"O", "Q"),
        (r"T", "t"),
        (r"ᵻ", "ɪ"),
        (r"æ", "a"),
        (r"ɜɹ(?![ˈˌ]?[AIOQWYaiuɑɒɔəɛɜɪʊʌ])", "ɜː"),
        (r"ɜɹ", "ɜːɹ"),
        (r"ɑɹ(?![ˈˌ]?[AIOQWYaiuɑɒɔəɛɜɪʊʌ])", "ɑː"),
        (r"ɔɹ(?![ˈˌ]?[AIOQWYaiuɑɒɔəɛɜɪʊʌ])", "ɔː"),
        (r"ɪɹ(?![ˈˌ]?[AIOQWYaiuɑɒɔəɛɜɪʊʌ])", "ɪə"),
        (r"ɛɹ(?![ˈˌ]?[AIOQWYaiuɑɒɔəɛɜɪʊʌ])", "ɛː"),
        (r"ʊɹ(?![ˈˌ]?[AIOQWYaiuɑɒɔəɛɜɪʊʌ])", "ʊə"),
        (r"(?<=[əAIQWY])ɹ(?![ˈˌ]?[AIOQWYaiuɑɒɔəɛɜɪʊʌ])", ""),
        (r"ɑ(?!ː)", "ɑː"),
        (r"ɔ(?!ː)", "ɔː"),
        (r"([ˈˌ][^ˈˌ ]{0,2}?)i(?!ː)", r"\1iː"),
        (r"u(?!ː)", "uː"),
    )
)


def in_accent(phonemes: str, british: bool) -> str:
    """The phonemes themselves, or their British likeness."""
    if british:
        for pattern, new in _RULES:
            phonemes = pattern.sub(new, phonemes)
    return phonemes
