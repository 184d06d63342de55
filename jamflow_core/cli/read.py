"""`read`: how a text will be read: the words as they are spoken, and the phonemes; notes on stderr."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from .options import TEXT_LIMIT, typed
from .reading import Reading, add_reading


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--accent", default=None, help="american or british [american]")
    add_reading(parser)


@dataclass(frozen=True)
class Read:
    """What was asked for."""

    text: str
    accent: str | None
    reading: Reading


def run(given: Namespace) -> None:
    from ..text.parse import check_text, parse

    options = typed(Read, given)
    said = parse(check_text(options.text, TEXT_LIMIT), options.reading.language(options.accent))
    print(said.spoken)
    print("".join(symbol if len(symbol) == 1 else " " for symbol in said.symbols).strip())
