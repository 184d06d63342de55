"""Sentences that dictionaries do not have: questions, lists, numbers, names, dialogue, and two or three sentences in a
row.

Made of small grammars, by a seed; `read_sentences` gives the plain ones.
"""

import numpy as np

_PEOPLE = (
    "Anna", "Mister Okafor", "Doctor Lindqvist", "my sister", "the driver", "Professor Nakamura", "old Tom",
    "Maria Lopez", "the captain", "everyone at the table", "our neighbour", "Captain Byrne", "the little boy",
    "Priya", "Mrs. Hughes",
)  # fmt: skip
_THINGS = (
    "the blue suitcase", "a cup of strong coffee", "two tickets to Vienna", "the last page", "fresh bread",
    "an umbrella", "the keys to the boat", "a photograph of the harbour", "seven yellow roses", "the recipe",
    "a very long letter",
)  # fmt: skip
_PLACES = (
    "at the station",
    "in Copenhagen",
    "by the river",
    "behind the theatre",
    "in the kitchen",
    "on the fourth floor",
)
_DOES = (
    "forgot",
    "is looking for",
    "wants to sell",
    "brought us",
    "dropped",
    "promised to find",
    "asked about",
    "has hidden",
)
_TIMES = ("this morning", "on Thursday", "just before midnight", "in nineteen eighty four", "at a quarter past six")
_CALLS = ("Well", "Oh no", "Listen", "Honestly", "Wait", "All right", "Good heavens", "Hey")
_ORDERS = ("Stop!", "Run!", "Look out!", "Come here at once!", "Be quiet!", "Don't touch that!", "Hurry up!")


def _number(rng) -> str:
    count = int(rng.integers(2, 10_000))
    return str(rng.choice([str(count), f"{count:,}", f"{count / 100:.2f}", f"{count % 100} percent", f"${count}"]))


def _sentence(rng, one) -> str:
    """One sentence of one of the kinds."""
    kind = int(rng.integers(8))
    who, what, where, when = one(_PEOPLE), one(_THINGS), one(_PLACES), one(_TIMES)
    if kind == 0:
        return f"{one(('Did', 'Why did', 'When did', 'How could'))} {who} leave {what} {where}?"
    if kind == 1:
        return f"{one(('Who', 'Which of you'))} {one(_DOES)} {what} {when}?"
    if kind == 2:
        listed = rng.choice(_THINGS, 3, replace=False)
        return f"We need {listed[0]}, {listed[1]} and {listed[2]}."
    if kind == 3:
        return f"It costs {_number(rng)} {where}, and {_number(rng)} {when}."
    if kind == 4:
        return f'"{one(_CALLS)}," said {who}, "{what} was {where} {when}."'
    if kind == 5:
        return f"{one(_CALLS)}! {one(_ORDERS)}"
    if kind == 6:
        return f"{who}, I think {one(_PEOPLE)} {one(_DOES)} {what}."
    return f"{one(_CALLS)}, {who} {one(_DOES)} {what} {where}."


def varied_sentences(count: int, seed: int = 0, plain: list[str] = ()) -> list[str]:
    """So many texts, a function of the seed; every third has more than one sentence. plain: sentences to mix in
    there.
    """
    rng = np.random.default_rng(seed)

    def one(words):
        return str(words[rng.integers(len(words))])

    found: dict[str, None] = {}
    while len(found) < count:
        text = _sentence(rng, one)
        while rng.random() < 1 / 3 and len(text) < 110:
            text = f"{text} {one(plain) if plain and rng.random() < 0.5 else _sentence(rng, one)}"
        found[text[0].upper() + text[1:]] = None
    return list(found)
