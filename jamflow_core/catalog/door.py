"""The one door for weights: what a file promises is held against what lies in it before anything is built.

`Stored` is a file that has been read and not believed yet. Its configuration becomes a dataclass only where every
number has its type and is finite, layers are counted in the tensors, and `fill` takes tensors only where names, shapes
and values fit.
"""

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import torch
from torch import Tensor, nn

from ..errors import JamFlowError
from ..meta_init import meta_init
from .safe import load_header, load_state

LARGEST = 1 << 20  # of a whole number, and of the length of a list
WIDEST = 1e9  # of any other number


@dataclass(frozen=True)
class Stored:
    """The tensors of a file and the texts of its header. expected: what the caller wants, for the messages."""

    path: Path
    expected: str
    tensors: Mapping[str, Tensor]
    header: Mapping[str, str]

    @staticmethod
    def read(path, expected: str) -> "Stored":
        """JamFlowError as `load_state`."""
        path = Path(path)
        return Stored(path, expected, load_state(path, expected), load_header(path))

    def refused(self, why: str) -> JamFlowError:
        """What is wrong with the file, in one line."""
        return JamFlowError(f"Choose another file: {self.path} is no sound file of {self.expected} ({why[:200]}).")

    def below(self, prefix: str) -> dict[str, Tensor]:
        """The tensors whose names begin with `prefix`, without it."""
        return {key[len(prefix) :]: value for key, value in self.tensors.items() if key.startswith(prefix)}

    def config(self, kind: type, key: str = "config"):
        """The dataclass that a JSON text of the header describes."""
        try:
            raw = json.loads(self.header[key])
        except (KeyError, ValueError, RecursionError) as error:
            raise self.refused(f"its header has no readable `{key}`") from error
        return self.typed(kind, raw, key)

    def typed(self, kind: Any, value: Any, name: str):
        """A value of JSON as what the type annotation `kind` asks for: dataclasses, tuples, numbers, texts."""
        if is_dataclass(kind):
            return self._dataclass(kind, value, name)
        if get_origin(kind) in (Union, types.UnionType):
            kinds = [option for option in get_args(kind) if option is not type(None)]
            return None if value is None and len(kinds) < len(get_args(kind)) else self.typed(kinds[0], value, name)
        if get_origin(kind) is tuple:
            return self._tuple(get_args(kind), value, name)
        if kind is float and type(value) is int:
            value = float(value) if abs(value) < WIDEST else math.inf
        if type(value) is not kind:
            raise self.refused(f"{name} is {json.dumps(value)[:60]}, not of type {kind.__name__}")
        if kind is int and not 0 <= value <= LARGEST or kind is float and not abs(value) < WIDEST:
            raise self.refused(f"{name} is {value}")
        return value

    def _dataclass(self, kind, value, name: str):
        known = {field.name: field for field in fields(kind)}
        if not isinstance(value, dict) or value.keys() - known.keys():
            raise self.refused(f"{name} has other parts than {', '.join(known)}")
        missing = [key for key, field in known.items() if key not in value and _needed(field)]
        if missing:
            raise self.refused(f"{name} lacks {missing[0]}")
        hints = get_type_hints(kind)
        return kind(**{key: self.typed(hints[key], value[key], f"{name}.{key}") for key in value})

    def _tuple(self, kinds: tuple, value, name: str) -> tuple:
        if not isinstance(value, list) or len(value) > LARGEST:
            raise self.refused(f"{name} is no list")
        if kinds[-1] is Ellipsis:
            kinds = kinds[:1] * len(value)
        if len(kinds) != len(value):
            raise self.refused(f"{name} has {len(value)} parts, not {len(kinds)}")
        return tuple(self.typed(kind, item, name) for kind, item in zip(kinds, value))

    def check(self, fits: bool, why: str) -> None:
        """Refuse the file unless something fits."""
        if not fits:
            raise self.refused(why)

    def layers(self, prefix: str) -> int:
        """How many layers `prefix`0., `prefix`1., ... there are, none left out."""
        numbers = {key[len(prefix) :].partition(".")[0] for key in self.tensors if key.startswith(prefix)}
        self.check(numbers == {str(number) for number in range(len(numbers))}, f"layers of {prefix} are missing")
        return len(numbers)

    def build(self, make: Callable[[], nn.Module]) -> nn.Module:
        """A network without values, on the meta device. Numbers that make no network are the file's fault."""
        try:
            with meta_init():
                return make()
        except (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise self.refused(f"its configuration makes no network: {_first_line(error)}") from error

    def fill(self, net: nn.Module, tensors: Mapping[str, Tensor], dtype: torch.dtype | None = None) -> nn.Module:
        """Give a network its values (in `dtype`, None: as they are stored) and return it in eval mode, without
        gradients.

        Weights that are `dtype` already stay mapped to the file.
        """
        wanted = net.state_dict()
        for key, value in wanted.items():
            if key not in tensors:
                raise self.refused(f"{key} is missing")
            if tensors[key].shape != value.shape:
                raise self.refused(f"{key} is of shape {list(tensors[key].shape)}, not {list(value.shape)}")
            if tensors[key].is_floating_point() != value.is_floating_point():
                raise self.refused(f"{key} is of {str(tensors[key].dtype).removeprefix('torch.')}")
        surplus = tensors.keys() - wanted.keys()
        self.check(not surplus, f"{min(surplus, default='')} has no place in it")
        for key, value in tensors.items():
            self.check(finite(value), f"{key} holds numbers that are not finite")
        net.load_state_dict({key: _in_format(value, dtype) for key, value in tensors.items()}, assign=True)
        return net.eval().requires_grad_(False)


def finite(tensor: Tensor) -> bool:
    """Whether all values are numbers (of a tensor without values: yes)."""
    if not tensor.is_floating_point() or not tensor.numel() or tensor.is_meta:
        return True
    tensor = tensor.float() if tensor.element_size() == 1 else tensor
    low, high = torch.aminmax(tensor)
    return math.isfinite(low) and math.isfinite(high)


def _in_format(value: Tensor, dtype: torch.dtype | None) -> Tensor:
    return value.to(dtype) if dtype is not None and value.is_floating_point() else value


def _needed(field) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
