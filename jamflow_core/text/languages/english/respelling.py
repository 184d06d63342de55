"""Respellings by syllables, the stressed one in capitals ("wah-KEEN", "shih-VAWN") -> phonemes."""

import re

# Letters of a syllable -> phonemes, the longer first; then what is left of consonants.
_VOWELS = {
    "eye": "I", "igh": "I", "ahr": "ɑɹ", "air": "ɛɹ", "eer": "ɪɹ", "ohr": "ɔɹ", "awr": "ɔɹ", "oor": "ʊɹ",
    "uhr": "əɹ", "yoo": "ju",
    "ah": "ɑ", "ay": "A", "ai": "A", "aw": "ɔ", "au": "ɔ", "ee": "i", "ea": "i", "eh": "ɛ", "er": "ɜɹ", "ih": "ɪ",
    "oh": "O",
    "oo": "u", "ow": "W", "ou": "W", "oy": "Y", "oi": "Y", "uh": "ə", "ur": "ɜɹ", "ar": "ɑɹ", "or": "ɔɹ", "oa": "O",
    "ie": "i",
    "ye": "jɛ", "a": "æ", "e": "ɛ", "i": "ɪ", "o": "ɑ", "u": "ʌ", "y": "I",
}  # fmt: skip
_CONSONANTS = {
    "tch": "ʧ", "ch": "ʧ", "sh": "ʃ", "zh": "ʒ", "th": "θ", "dh": "ð", "ng": "ŋ", "kh": "k", "ph": "f", "wh": "w",
    "ck": "k",
    "qu": "kw", "j": "ʤ", "g": "ɡ", "r": "ɹ", "c": "k", "x": "ks", "q": "k", "y": "j",
}  # fmt: skip
_SOUND = re.compile("|".join((*_VOWELS, *_CONSONANTS, "[a-z]")))
_SYLLABLES = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)+")
_VOWEL = "AIOQWYiuæɑɔəɛɜɪʊʌ"


def respelled(reading: str) -> str | None:
    """The phonemes of a respelling; None where it is none (no hyphens, or no stressed syllable in capitals)."""
    words = reading.split()
    if not words or not any(_SYLLABLES.fullmatch(word) and re.search(r"(?<![a-z])[A-Z]{2,}", word) for word in words):
        return None
    if not all(re.fullmatch(r"[A-Za-z-]+", word) for word in words):
        return None
    return " ".join("".join(_syllable(syllable) for syllable in word.split("-") if syllable) for word in words)


def _syllable(written: str) -> str:
    sounds, position, letters = [], 0, written.lower()
    while position < len(letters):
        vowel_next = re.match(r"[aeiou]", letters[position + 1 : position + 2])
        if letters[position] == "y" and vowel_next:
            sound, length = "j", 1
        else:
            found = next(_SOUND.finditer(letters, position))[0]
            sound = _VOWELS.get(found) or _CONSONANTS.get(found, found)
            length = len(found)
        sounds.append(sound)
        position += length
    spoken = "".join(sounds)
    if not written.isupper():
        return spoken
    first = next((index for index, sound in enumerate(spoken) if sound in _VOWEL), 0)
    return f"{spoken[:first]}ˈ{spoken[first:]}"
