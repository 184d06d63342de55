"""From argparse's namespace to the typed options of a command, at the edge of the house."""

from argparse import Namespace
from dataclasses import fields, is_dataclass
from typing import TypeVar

TEXT_LIMIT = 5000  # characters

Options = TypeVar("Options")


def typed(kind: type[Options], given: Namespace) -> Options:
    """The dataclass `kind`, each field from the option of its name; fields that are dataclasses are filled likewise."""
    parts = {
        field.name: typed(field.type, given) if is_dataclass(field.type) else getattr(given, field.name)
        for field in fields(kind)
    }
    return kind(**parts)
