"""The command line: `python -m jamflow_core COMMAND`, one module of this package a command.

Bad input gets one clear line and exit code 2. Outputs are checked before the work starts and appear whole or not at
all.
"""

import logging
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from ..errors import JamFlowError
from .files import say

# Commands whose options are added to the common parser: a module with `add_options` and `run`.
COMMANDS = {
    "speak": "text -> speech and face",
    "animate": "a recording -> the face that says it",
    "dub": "text and lips -> speech on the lips' timing",
    "edit": "say words of a recording anew",
    "voice": "learn a voice from recordings of it",
    "read": "how a text will be read: the words, and the phonemes",
    "info": "what is installed and which models are there",
    "bench": "speed on this machine",
}
# Commands that read their own: a module with `main`.
OWN = {"train": "train a part of the model", "eval": "measure the model on held-out sentences"}


def main(argv: list[str]) -> int:
    """Run one command; returns the exit code."""
    if hasattr(sys.stdout, "reconfigure"):  # names that the terminal cannot show must not end a run
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with _stoppable(), _heard():
            if argv[:1] and argv[0] in OWN:
                return _module(argv[0]).main(argv[1:])
            given = parser(argv[0] if argv else "").parse_args(argv)
            _module(given.command).run(given)
        return 0
    except JamFlowError as error:
        say(str(error))
        return 2
    except MemoryError:
        print("jamflow: Shorten it or cut it into parts: there is not enough memory for this.", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print("jamflow: stopped; no output is half-written.", file=sys.stderr)
        return 128 + (stop.args[0] if stop.args else signal.SIGINT)


@contextmanager
def _heard() -> Iterator[None]:
    """Warnings of the core are told, each once."""
    told: set[str] = set()

    class Teller(logging.Handler):
        def emit(self, record) -> None:
            message = " ".join(record.getMessage().split())
            if message not in told:
                told.add(message)
                say(message)

    teller = Teller(logging.WARNING)
    loggers = [logging.getLogger(name) for name in ("jamflow", __package__.split(".")[0])]
    for logger in loggers:
        logger.addHandler(teller)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(teller)


@contextmanager
def _stoppable() -> Iterator[None]:
    """The signals that end a process end it like Ctrl+C, which cleans up; where they can be handled at all."""

    def stop(number, _) -> None:
        raise KeyboardInterrupt(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:
        before = [(number, signal.signal(number, stop)) for number in numbers]
    except ValueError:  # only the main thread may
        before = []
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def parser(chosen: str = "") -> ArgumentParser:
    """All commands, and the options of the chosen one: only its module is loaded."""
    top = ArgumentParser("jamflow_core", description="Speech and the face that says it, made together.")
    commands = top.add_subparsers(dest="command", required=True)
    for name, summary in (COMMANDS | OWN).items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == chosen and name in COMMANDS:
            _module(name).add_options(sub)
    return top


def _module(command: str):
    return import_module(f".{command}", __package__)
