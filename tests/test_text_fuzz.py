"""Whatever is given to the readers of text: a result, or one line that says what is wrong, soon; never a traceback."""

import random
import time

import pytest

from jamflow_core.errors import JamFlowError
from jamflow_core.text.lexicon import parse_lexicon
from jamflow_core.text.parse import parse
from jamflow_core.text.script import read_script
from jamflow_core.text.srt import parse_srt
from jamflow_core.tokens import SYMBOLS

SEEDS = {
    parse: [
        "Dr. Smith paid $5.20 for 3½ kg on 3/4/2020 at 6.30pm, [pause 0.5s] didn't he? tomato/təmˈɑtO/ 10⁶ µg.",
        '<speak>Hi<break time="1s"/> &amp; <sub alias="two">2</sub></speak> #NYC2024 a@b.com C:\\x Louis XIV STOP IT '
        "NOW!",
        "5'10\" 1-800-FLOWERS (212) 555-0123 IMG_1234.jpg 11/13 Δt 你好 Nguyen's 12 Main St, Town, CA 95051 II-IV x^-2",
    ],
    read_script: ["[Anna] Hi there. [pause 1s]\n[bob] No. [pause] Never.\n[anna] Listen [to](me)!"],
    parse_srt: [
        "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> [door opens]\n\n2\n00:00:03.5 -> 0:04\nDOCTOR: (SIRENS) It's "
        "5\n",
        "WEBVTT\n\nNOTE x\n\nid\n00:01.000 --> 00:02.000 align:start\n<v A>Hi &amp; so\n",
    ],
    parse_lexicon: ["# names\nNguyen\t/wˈɪn/\nSQL = sequel\nJoaquin Phoenix\twah-KEEN FEE-niks\n"],
}
SIGNS = [
    *"09aZ .,;:!?'\"-–—…/\\()[]{}<>$€%&@#*+=~^_|°½²ßéł你λ😀\n\t\r\x00\x1b\ud800ʼ٣⁶①Ａ\u0301\u200d\ufeff",
    "9" * 50,
    " " * 30,
]


def mutated(rng, text):
    """A text with some of it cut, doubled, moved, or replaced by awkward signs."""
    for _ in range(rng.randint(1, 6)):
        at, end = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        piece = text[at : min(end, at + 40)]
        text = rng.choice(
            (
                text[:at] + text[at + len(piece) :],
                text[:at] + rng.choice(SIGNS) * rng.choice((1, 1, 2, 7)) + text[at:],
                text[:end] + piece * rng.choice((1, 2, 9)) + text[end:],
                text[:at] + piece[::-1] + text[at + len(piece) :],
                text[:at] + piece.swapcase() + text[at + len(piece) :],
            )
        )
    return text[:1500]


@pytest.mark.parametrize("reader", SEEDS)
def test_any_text_is_read_or_refused(reader):
    rng = random.Random(reader.__name__)
    for _ in range(60 if reader is parse else 400):
        text = mutated(rng, rng.choice(SEEDS[reader]))
        begin = time.process_time()
        try:
            result = reader(text, report=lambda note: None) if reader is parse else reader(text)
        except JamFlowError as error:
            assert str(error) and "\n" not in str(error) and len(str(error)) < 400, text
        else:
            if reader is parse:
                assert set(result.symbols) <= set(SYMBOLS) and result.words, text
                assert all(a.last <= b.first for a, b in zip(result.words, result.words[1:])), text
        assert time.process_time() - begin < 3, text
