"""Words of one spelling and two readings, told apart by their neighbours: "I read it yesterday", "a lead pipe".

Where a noun and a verb differ, the part of speech decides (the dictionary has a reading for each): hibari's tagger
knows it mostly, and clear signs (an article, a pronoun, a modal) overrule it. Where meanings differ, the words around
do.
"""

from ...words import word_set
from .accents import in_accent
from .senses import ATTRIBUTES, SENSES, VERBS_TOO

_MODALS = word_set("to will would can could shall should may might must do does did 'll wo ca let's please cannot")
_SUBJECTS = word_set("i we they you who")
_THIRD = word_set("he she it")
_HAVE = word_set("have has had having 've")
_BE = word_set("be been being is are was were am 's 're 'm get gets got")
_ARTICLES = word_set("the a an my your his its our their no some any every each another whose")
_OBJECTS = _ARTICLES | word_set("this that these those it me us them him her all")
_ADVERBS = word_set(
    "not n't never ever always often also just still even only really already usually sometimes rarely once then "
    "quickly simply actually recently finally seldom"
)
_FEEL = word_set(
    "be been being is are was were am 's 're 'm feel feels felt seem seems seemed look looks looked became"
)
_PAST = word_set("yesterday ago last earlier previously once when already later before twice")
_HABIT = word_set("every always usually often sometimes daily lot rarely everyday mostly regularly")
_PRAISE = word_set("good great quick easy fun interesting long short must light heavy fascinating")
# Before a capital A that is no article.
_GRADED = word_set(
    "vitamin grade type plan class section hepatitis group part level option exhibit appendix team point side an "
    "letter influenza schedule series league gate terminal block building unit apartment"
)
_LIVE = word_set("from music coverage broadcast")
# Behind the letter a, never behind the article.
_OPERATORS = word_set("is equals plus minus times over squared cubed divided")
_FINITE_AHEAD = word_set("IN DT PRP PRP$ RB WRB TO CC . , :")


def choose_senses(tokens: list, british: bool) -> None:
    """Set the part of speech, or the phonemes, of homographs among hibari's tokens."""
    words = [token.text.lower() for token in tokens]
    for index, token in enumerate(tokens):
        if token.phonemes is not None:
            continue
        word = words[index]
        if word == "a":
            if _is_the_letter(tokens, index):
                token.phonemes, token.rating = "ˈA", 5
        elif token.text == "AM" and index and words[index - 1][-1:].isdigit():
            token.tag = "NNP"  # 9 AM
        elif word in ("read", "reread"):
            token.tag = "VBD" if _is_past(tokens, words, index) else "VB"
        elif word in ATTRIBUTES and _before_its_noun(tokens, words, index):
            token.phonemes, token.rating = in_accent(ATTRIBUTES[word][0], british), 5
        else:
            if word in VERBS_TOO:
                token.tag = _role(tokens, words, index) or token.tag
            reading = _sense(tokens, words, index)
            if reading:
                token.phonemes, token.rating = in_accent(reading, british), 5


def _ahead(words: list[str], index: int) -> str:
    """The word before, adverbs skipped; "" at the beginning of a sentence."""
    index -= 1
    while index > 0 and (words[index] in _ADVERBS or words[index].endswith("ly")):
        index -= 1
    return "" if index < 0 or words[index] in (".", "!", "?", ":", ";", "—") else words[index]


def _behind(words: list[str], index: int) -> str:
    return words[index + 1] if index + 1 < len(words) else "."


def _sentence(words: list[str], index: int) -> tuple[list[str], list[str]]:
    """The words of the same sentence before and after."""
    first = max((at for at in range(max(0, index - 30), index) if words[at] in (".", "!", "?")), default=-1) + 1
    ends = range(index + 1, min(len(words), index + 30))
    last = next((at for at in ends if words[at] in (".", "!", "?")), min(len(words), index + 30))
    return words[max(first, index - 30) : index], words[index + 1 : last]


def _role(tokens: list, words: list[str], index: int) -> str | None:
    """ "VB", "NN" or "JJ" where the neighbours leave no doubt."""
    ahead, behind = _ahead(words, index), _behind(words, index)
    tag_ahead = tokens[index - 1].tag if index else ""
    tag_behind = tokens[index + 1].tag if index + 1 < len(tokens) else "."
    word = words[index]
    if word == "live" and not ahead and behind in _LIVE:
        return "JJ"
    if word == "content":
        asked = index > 1 and words[index - 2] in _FEEL and tokens[index - 1].tag == "PRP"
        return "JJ" if (ahead in _FEEL or asked) and tag_behind in _FINITE_AHEAD else "NN"
    if ahead in _MODALS or ahead in _SUBJECTS and not tag_behind.startswith("VB"):
        return "VB"
    if ahead in _THIRD and word.endswith("s"):
        return "VBZ"
    if not ahead and behind in _OBJECTS:
        return "VB"
    if ahead in _ARTICLES and not (tag_behind.startswith("NN") and VERBS_TOO[word]):
        return "NN"
    if tag_ahead == "NNS" and ahead not in _ARTICLES and tag_behind in _FINITE_AHEAD and not word.endswith("s"):
        return "VB"
    if tag_ahead.startswith("JJ") and tag_behind in ("IN", ".", ",", "VBZ", "VBD", "MD"):
        return "NN"
    return None


def _is_past(tokens: list, words: list[str], index: int) -> bool:
    """Whether "read" rhymes with red."""
    ahead, behind = _ahead(words, index), _behind(words, index)
    before, after = _sentence(words, index)
    if not ahead or ahead in _MODALS or ahead in _ARTICLES and words[index - 1] == ahead or ahead in _PRAISE:
        return False
    auxiliary = next((word for word in before if word in _HAVE | _MODALS - {"to", "please"}), "")
    if (
        ahead in _HAVE | _BE
        or ahead == "'d"
        and words[index - 1] != "'d"
        or words[index - 1] in ("well", "widely", "much")
    ):
        return True
    if auxiliary and len(before) - before.index(auxiliary) <= 4:  # have you read, did he ever read
        return auxiliary in _HAVE
    if ahead in _THIRD:
        return True
    verbs = [token.tag for token, word in zip(tokens, words) if word not in ("read", "reread")]
    if _HABIT.intersection(before + after):
        return False
    if _PAST.intersection(before + after) or "VBD" in verbs or "this morning" in " ".join(after):
        return True
    if ahead in _SUBJECTS:
        return behind in _OBJECTS and ahead != "you"
    if ahead in ("and", "or", "but", "then"):
        return "VBD" in verbs
    return tokens[index].tag in ("VBD", "VBN") or tokens[index - 1].tag in ("NNP", "NN")


def _before_its_noun(tokens: list, words: list[str], index: int) -> bool:
    """A learned professor, an aged man."""
    nouns = ATTRIBUTES[words[index]][1]
    return index + 1 < len(words) and words[index + 1] in nouns and _ahead(words, index) in _OBJECTS | {"", "of", "two"}


def _sense(tokens: list, words: list[str], index: int) -> str | None:
    """The reading whose neighbours are there: a word right before or behind, or one of the sentence."""
    before, after = words[max(0, index - 1) : index], words[index + 1 : index + 2]
    sentence = None
    for reading, cues in SENSES.get(words[index], ()):
        if cues.verb is not None and tokens[index].tag.startswith("VB") != cues.verb:
            continue
        if not (cues.near or cues.before or cues.after):
            return reading
        if cues.before.intersection(before) or cues.after.intersection(after):
            return reading
        if cues.near:
            if sentence is None:
                sentence = set().union(*_sentence(words, index))
            if cues.near & sentence:
                return reading
    return None


def _is_the_letter(tokens: list, index: int) -> bool:
    """An A that is no article: vitamin A, A+, 2 A, "grade A is", A to Z, a + b."""
    behind = tokens[index + 1] if index + 1 < len(tokens) else None
    if tokens[index].text == "a":
        return behind is not None and behind.text in _OPERATORS
    if (
        behind is None
        or not behind.text[:1].isalpha()
        or not behind.text[1:]
        and behind.text.isupper()
        and behind.text != "I"
    ):
        return True
    if behind.text in _OPERATORS and behind.text != "is" or behind.text == "to" and _one_capital(tokens, index + 2):
        return True
    if not index:
        return False
    ahead = tokens[index - 1].text
    return ahead.isdigit() or len(ahead) == 1 and ahead.isupper() or ahead.lower() in _GRADED


def _one_capital(tokens: list, index: int) -> bool:
    return index < len(tokens) and len(tokens[index].text) == 1 and tokens[index].text.isupper()
