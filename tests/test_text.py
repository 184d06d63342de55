"""Text: normalisation, phonemes, words, pauses, overrides, splitting."""

import functools
import operator
import random

import numpy as np
import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.text.aligned import Aligned
from jamflow_core.text.markup import read
from jamflow_core.text.normalise import normalise
from jamflow_core.text.phonemes import check_text, parse
from jamflow_core.text.split import estimate, split
from jamflow_core.text.tokens import SILENCE, SYMBOLS, decode


def said(text, british=False):
    source = Aligned(text)
    normalise(source, british)
    return source.text


def phonemes(text):
    return "".join(text.symbols[1:-1])


def words(text):
    return {word.text: "".join(text.symbols[word.first : word.last]) for word in text.words}


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("It costs $5.20.", "It costs 5 dollars and 20 cents."),
        ("$1 or $0.99, -$5 or £3.5 million", "1 dollar or 99 cents, minus 5 dollars or 3.5 million pounds"),
        ("$2bn, 5€, 50¢, ¥100", "2 billion dollars, 5 euros, 50 cents, 100 yen"),
        ("$5–$10", "5 dollars to 10 dollars"),
        ("on 3/14/2023 and 2020-01-05", "on March 14th, 2023 and January 5th, 2020"),
        ("Jan. 5, 2020", "January 5th, 2020"),
        ("May 21 or 21 May or the 21st May", "May 21st or the 21st of May or the 21st of May"),
        ("I may be 21.", "I may be 21."),
        ("at 3:45 p.m. He left", "at 3 45 PM. He left"),
        ("at 5 a.m. today", "at 5 AM today"),
        ("10:05am, 3:00, 15:30", "10 oh 5 AM, 3 o'clock, 15 30"),
        ("1914–1918, pp. 5-10", "1914 to 1918, pages 5 to 10"),
        ("Louis XIV and Chapter IV", "Louis the 14th and Chapter 4"),
        ("World War II", "World War 2"),
        ("Malcolm X and I said", "Malcolm X and I said"),
        ("Dr. Who of St. Paul", "Doctor Who of Saint Paul"),
        ("12 Main St. He left", "12 Main Street. He left"),
        ("e.g. this, etc.", "for example this, et cetera."),
        ("50% of 3.5 kg", "50 percent of 3.5 kilograms"),
        ("1 km at -5°C", "1 kilometer at minus 5 degrees Celsius"),
        ("1/2 cup, 2 1/2, 3½ and 3/4", "one half cup, 2 and a half, 3 and a half and 3 quarters"),
        ("24/7 and/or he/she", "24 7 and/or he/she"),
        ("1.50 and 007", "1 point 5 0 and 0 0 7"),
        ("call 555-1234", "call 5 5 5, 1 2 3 4"),
        ("a 5-year-old F-16", "a 5-year-old F-16"),
        ("https://www.example.com/a?b=1.", "w w w dot example dot com slash a question mark b equals 1."),
        ("mail bob_lee@example.co.uk!", "mail bob underscore lee at example dot co dot uk!"),
        ("#1 of #all", "number 1 of hashtag all"),
        ("x^2 = 3 × 4", "x squared equals 3 by 4"),
        ("Hi 😀 there 👩‍👩‍👧!", "Hi there!"),
        ("“Hello,” she said—‘no’…", "Hello, she said— no..."),
        ("well -- no, the dogs' rock 'n' roll", "well— no, the dogs' rock 'n roll"),
        ("Ask (now) [please].", "Ask, now, please."),
        ("π ﬁne ①", "pi fine 1"),
    ],
)
def test_normalise(written, spoken):
    assert said(written) == spoken


def test_british_dates_put_the_day_first():
    assert said("on 3/4/2020", british=True) == "on the 3rd of April, 2020"
    assert said("on 3/4/2020") == "on March 4th, 2020"


def test_every_rewritten_character_knows_its_place():
    text = "Pay $5.20 to Dr. Smith by 3/4/2020, O.K.?"
    source = Aligned(text)
    normalise(source)
    assert len(source.spans) == len(source.text)
    start = source.text.index("dollars")
    first, last = source.span(start, start + 7)
    assert text[first:last] == "$5.20"


def test_plain_sentences_read_as_the_teacher_reads_them():
    """Sentences of the teacher corpus with the phonemes that Kokoro was given."""
    for text, british, symbols in [
        ("The truth is that he didn't want to do it.", False, "ðə tɹˈuθ ɪz ðæt hi dˈɪdᵊnt wˈɑnt tə dˈu ɪt."),
        ("Meanwhile, back at the ranch...", True, "mˈiːnwIl, bˈak at ðə ɹˈɑːnʧ..."),
        ("He looked...with clouded eyes.", False, "hˌi lˈʊkt...wɪð klˈWdᵻd ˈIz."),
    ]:
        parsed = parse(text, british)
        assert parsed.symbols == (SILENCE, *symbols, SILENCE)
        assert parsed.durations is None and not parsed.fixed.any()


def test_words_are_spans_of_the_writing():
    found = words(parse('She paid $5.20 (or so) — "well-known" at 3:45 p.m., 50% off…'))
    assert list(found) == ["She", "paid", "$5.20", "or", "so", "well-known", "at", "3:45", "p.m.", "50%", "off"]
    assert found["$5.20"] == "fˈIv dˈɑləɹz ænd twˈɛnti sˈɛnts"
    assert found["off"] == "ˈɔf"


def test_every_symbol_belongs_to_one_word_or_is_a_mark():
    parsed = parse("“Wait,” he/she said... [pause 1s] It's 5.5 km (3/4 of it)!")
    owned = [index for word in parsed.words for index in range(word.first, word.last)]
    assert len(owned) == len(set(owned)) and owned == sorted(owned)
    assert {parsed.symbols[index] for index in set(range(len(parsed))) - set(owned)} <= {SILENCE, *" ,.!?"}


def test_pauses_are_fixed_silences():
    parsed = parse("[pause 1s] Hello [pause 500ms] there. [pause] [pause 0.25s]\n\nYes [PAUSE 2 seconds]")
    silences = [index for index, symbol in enumerate(parsed.symbols) if symbol == SILENCE]
    assert parsed.durations[silences].tolist() == [1.0, 0.5, 0.5 + 0.25 + 0.4, 2.0]
    assert parsed.fixed.nonzero()[0].tolist() == silences
    assert parsed.text == "Hello there. Yes"
    full = parsed.with_durations(np.full(len(parsed), 0.1))
    assert full.durations[silences].tolist() == [1.0, 0.5, 1.15, 2.0]
    assert full.seconds == pytest.approx(4.65 + 0.1 * (len(parsed) - 4))
    assert full.word_spans()[0] == ("Hello", 1.0, pytest.approx(1.5))


def test_overrides_in_slashes():
    parsed = parse("JAM-Flow/ʤˈæm flˈO/ says /həlˈO/ to tomato/təmˈɑːtO/, and/or 1/2.")
    found = words(parsed)
    assert found["JAM-Flow"] == "ʤˈæm flˈO" and found["həlˈO"] == "həlˈO" and found["tomato"] == "təmˈɑːtO"
    assert parsed.text == "JAM-Flow says həlˈO to tomato, and/or 1/2."


@pytest.mark.parametrize(
    "text", ["and/or", "1/2/3", "his/her/their", "a/b/c", "https://a.com/b/c", "3/4/2020", "/usr/bin/", "x/façade/y"]
)
def test_slashes_that_are_no_overrides(text):
    _, (passage,) = read(f"so {text} it is")
    assert passage.overrides == () and passage.written == f"so {text} it is"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("...", "nothing to say"),
        ("😀 !", "nothing to say"),
        ("[pause 1s]", "nothing to say"),
        ("你好 world", "English"),
        ("Привет", "Привет"),
        ("λόγος", "English"),
        ("a [pause five] b", "pause"),
        ("a [pause 0s] b", "range"),
        ("a [pause 1000s] b", "range"),
        ("cat/kˈà†t/ x", "no phoneme"),
    ],
)
def test_refused(text, message):
    with pytest.raises(JamFlowError, match=message) as error:
        parse(text)
    assert "\n" not in str(error.value)


def test_length_limit():
    assert check_text("x" * 10_000, 10_000)
    with pytest.raises(JamFlowError, match="Shorten the text"):
        check_text("x" * 10_001, 10_000)


def test_tokens_and_concatenation():
    one, two = parse("Hello there. [pause 0.5s]"), parse("Yes.")
    both = one + two
    assert decode(both.tokens().tolist()) == list(both.symbols)
    assert both.symbols == (*one.symbols, *two.symbols[1:])
    assert [word.text for word in both.words] == ["Hello", "there", "Yes"]
    assert words(both) == words(one) | words(two)
    joint = len(one) - 1
    assert both.fixed.nonzero()[0].tolist() == [joint] and both.durations[joint] == 0.5
    timed = one.with_durations(np.full(len(one), 0.1)) + two.with_durations(np.full(len(two), 0.1))
    assert timed.durations[joint] == pytest.approx(0.6)
    with pytest.raises(ValueError):
        one.starts()
    with pytest.raises(ValueError):
        one.with_durations([1.0])


LONG = (
    'Dr. Smith paid $5.20 (or so) on 3/4/2020. "Why?" he asked; no one knew, and so it went on and on without any end '
    "in sight, truly. [pause 1s] The U.S. team won 3.5 to 2. It was near."
    "\n\nA new paragraph/pˈæɹəɡɹˌæf/ follows here, e.g. this one. "
)


@pytest.mark.parametrize("seconds", [0.5, 2.0, 5.0, 12.0, 1000.0])
def test_split_says_the_same(seconds):
    whole = parse(LONG * 3)
    pieces = split(whole, seconds)
    joined = functools.reduce(operator.add, pieces)
    assert joined.text.split() == whole.text.split()
    assert [word.text for word in joined.words] == [word.text for word in whole.words]
    assert list(words(joined).values()) == list(words(whole).values())
    spoken = [symbol for symbol in whole.symbols if symbol not in (" ", SILENCE)]
    assert [symbol for symbol in joined.symbols if symbol not in (" ", SILENCE)] == spoken
    paused = [seconds for seconds, fixed in zip(whole.durations, whole.fixed) if fixed]
    assert sum(s for s in joined.durations[joined.fixed] if s > 0.3) == pytest.approx(sum(paused))
    for piece in pieces:
        assert piece.symbols[0] == piece.symbols[-1] == SILENCE and len(piece.words) > 0
        if seconds >= 5:
            assert estimate(piece).sum() <= seconds


def test_split_prefers_the_ends_of_sentences():
    pieces = split(parse("Dr. Smith left at 5 p.m. on May 3. He was late, as ever. “Why?” he said. Nobody knew."), 3.45)
    assert [piece.text for piece in pieces] == [
        "Dr. Smith left at 5 p.m. on May 3.",
        "He was late, as ever.",
        "“Why?” he said. Nobody knew.",
    ]


def test_any_text_is_parsed_or_refused():
    """Random strings of awkward characters: a TimedText of known symbols, or a JamFlowError."""
    rng = random.Random(0)
    words_and_markup = ["the ", "Dr. ", "$5", "3:30", "/ˈæ/", "[pause 1s]", "XIV", "😀", "\u200d", "İ"]
    atoms = [*"abzAZ09 .,;:!?'\"-–—…/\\()[]{}<>$£€%&@#*+=~^_|°½²ßéłñ\n\t", *words_and_markup]
    for _ in range(150):
        text = "".join(rng.choice(atoms) for _ in range(rng.randint(1, 25)))
        try:
            parsed = parse(text, british=rng.random() < 0.5)
        except JamFlowError:
            continue
        assert set(parsed.symbols) <= set(SYMBOLS) and parsed.symbols[0] == parsed.symbols[-1] == SILENCE
        assert all(0 < word.first < word.last < len(parsed) and word.text in parsed.text for word in parsed.words), text
        assert [w.first for w in parsed.words] == sorted(w.first for w in parsed.words)
        functools.reduce(operator.add, split(parsed, 0.7))
