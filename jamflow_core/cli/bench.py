"""`bench`: speed on this machine."""

from argparse import ArgumentParser, Namespace


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--repeat", type=int, default=3)


def run(given: Namespace) -> None:
    from ..train.speed import report

    report(given.repeat)
