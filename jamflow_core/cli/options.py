"""From argparse's namespace to the typed options of a command, at the edge of the house."""

from argparse import Namespace
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

TEXT_LIMIT = 5000  # characters

Options = TypeVar("Options")


def typed(kind: type[Options], given: Namespace) -> Options:
    """The dataclass `kind`, each field from the option of its name; fields that are dataclasses are filled likewise."""
    known: Any = kind
    types: dict[str, Any] = {field.name: field.type for field in fields(known)}
    parts = {
        name: typed(part, given) if isinstance(part, type) and is_dataclass(part) else getattr(given, name)
        for name, part in types.items()
    }
    return kind(**parts)
