"""Pickles of plain data and numpy arrays, read without pickle: no object of the file is made, no code of it runs.

The opcodes (as the standard library's pickletools lists them) build lists, tuples, dicts, texts and numbers here;
arrays are made by this code from a shape, a plain number format and as many bytes as the two ask for. What is nested
too deep, or grows when it is unfolded, is refused.
"""

import io
import math
import pickletools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import JamFlowError
from .safe import kind_of_file, unreadable

LARGEST = 1 << 28  # bytes of a file
MOST_OPCODES = 2_000_000
MOST_VALUES = 500_000  # what is referred to twice counts twice
MOST_BYTES = 1 << 30  # of all arrays, counted in the same way
DEEPEST = 16
_NUMBERS = {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}
_ORDERS = {"<": "<", ">": ">", "|": "=", "=": "="}


def load_pickle(path, expected: str = "a pickle of arrays") -> Any:
    """A pickle of plain data, numpy arrays and numbers (a motion template).

    JamFlowError for a file that is missing, cut short, something else, too large, or that asks to run code (which is
    named).
    """
    path = Path(path)
    kind_of_file(path, expected)
    if path.stat().st_size > LARGEST:
        raise JamFlowError(f"Refused {path}: it is larger than {LARGEST >> 20} MB, expected {expected}.")
    try:
        return _Budget().unfolded(_Machine().run(path.read_bytes()))
    except JamFlowError as error:
        raise JamFlowError(f"Refused {path}: {error}") from None
    except Exception as error:  # a broken pickle can fail in any way
        raise unreadable(path, expected) from error


class _Format:
    """A number format on its way: `code` as "f4", and the order of its bytes."""

    def __init__(self, code: str, *_):
        if str(code) not in _NUMBERS:
            raise JamFlowError(f"it holds an array of {str(code)[:40]!r}; only arrays of plain numbers are read.")
        self.code, self.order = code, "="

    def build(self, state) -> None:
        """(version, order of bytes, then what only structures have, which is refused)."""
        if any(part is not None for part in state[2:5]):
            raise JamFlowError("it holds an array of structures; only arrays of plain numbers are read.")
        self.order = _ORDERS[state[1]]

    def numpy(self) -> np.dtype:
        return np.dtype(self.order + self.code)


class _Array:
    """An array on its way: `value` is there once it is built."""

    value: np.ndarray | None = None

    def build(self, state) -> None:
        """(version, shape, format, column-major, bytes)."""
        _, shape, form, columns, data = state
        self.value = _array(data, form, shape, "F" if columns else "C")


def _array(data, form: _Format, shape, order: str = "C") -> np.ndarray:
    dtype, data = form.numpy(), _bytes(data)
    fits = len(shape) <= 8 and all(isinstance(side, int) and side >= 0 for side in shape)
    if not fits or math.prod(shape) * dtype.itemsize != len(data):
        raise JamFlowError(f"it holds an array of shape {str(shape)[:60]} in {len(data)} bytes, which do not fit.")
    return np.frombuffer(data, dtype).reshape(shape, order=order).copy()


def _bytes(data) -> bytes:
    """Bytes as they are; of Python 2 they come as text."""
    return data.encode("latin1") if isinstance(data, str) else bytes(memoryview(data))


def _frombuffer(data, form: _Format, shape, order: str) -> np.ndarray:
    return _array(data, form, shape, "F" if order == "F" else "C")


def _mapping(items=()) -> dict:
    """A dictionary; keys other than texts and numbers are refused, as their hash can be without end."""
    if not all(isinstance(key, (str, int)) for key, _ in items):
        raise JamFlowError("it has a dictionary whose keys are no texts; only plain data are read.")
    return dict(items)


# What a pickle of numpy may name, and what stands for it here.
_KNOWN: dict[tuple[str, str], Callable] = {
    ("numpy", "dtype"): _Format,
    ("numpy", "ndarray"): lambda: _Array(),  # a name alone: numpy pickles no call of it
    ("_codecs", "encode"): lambda text, *_: _bytes(text),  # how old protocols write bytes
    ("__builtin__", "bytes"): lambda: b"",  # and none
    ("collections", "OrderedDict"): _mapping,
}
for _core in ("numpy.core", "numpy._core"):
    _KNOWN[f"{_core}.multiarray", "_reconstruct"] = lambda *_: _Array()
    _KNOWN[f"{_core}.multiarray", "scalar"] = lambda form, data: _array(data, form, ())[()]
    _KNOWN[f"{_core}.numeric", "_frombuffer"] = _frombuffer


class _Machine:
    """The stack machine that a pickle is written for, as far as plain data goes."""

    def __init__(self):
        self.stack: list = []
        self.marks: list[list] = []
        self.memo: dict[int, Any] = {}

    def run(self, data: bytes) -> Any:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(io.BytesIO(data))):
            if count > MOST_OPCODES:
                raise JamFlowError(f"it has more than {MOST_OPCODES} parts.")
            if opcode.name in _CONSTANTS:
                self.stack.append(_CONSTANTS[opcode.name])
            elif opcode.name in _LITERALS:
                self.stack.append(argument)
            elif opcode.name not in ("PROTO", "FRAME", "STOP"):
                step = getattr(self, f"_{opcode.name.lower()}", None)
                if step is None:
                    raise JamFlowError(f"it has a {opcode.name}; only arrays and plain data are read.")
                step(argument)
        return self.stack.pop()

    def _marked(self) -> list:
        """What lies above the last mark."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def _mark(self, _):
        self.marks.append(self.stack)
        self.stack = []

    def _pop(self, _):
        self.stack.pop()

    def _pop_mark(self, _):
        self._marked()

    def _dup(self, _):
        self.stack.append(self.stack[-1])

    def _empty_list(self, _):
        self.stack.append([])

    def _list(self, _):
        items = self._marked()
        self.stack.append(items)

    def _append(self, _):
        value = self.stack.pop()
        self._top(list).append(value)

    def _appends(self, _):
        values = self._marked()
        self._top(list).extend(values)

    def _tuple(self, _):
        items = self._marked()
        self.stack.append(tuple(items))

    def _tuple1(self, _):
        self.stack[-1:] = [tuple(self.stack[-1:])]

    def _tuple2(self, _):
        self.stack[-2:] = [tuple(self.stack[-2:])]

    def _tuple3(self, _):
        self.stack[-3:] = [tuple(self.stack[-3:])]

    def _empty_tuple(self, _):
        self.stack.append(())

    def _empty_dict(self, _):
        self.stack.append({})

    def _dict(self, _):
        items = self._marked()
        self.stack.append({})
        self._set(items)

    def _setitem(self, _):
        items, self.stack = self.stack[-2:], self.stack[:-2]
        self._set(items)

    def _setitems(self, _):
        self._set(self._marked())

    def _set(self, items: list) -> None:
        self._top(dict).update(_mapping(list(zip(items[::2], items[1::2]))))

    def _top(self, kind: type):
        if not isinstance(self.stack[-1], kind):
            raise TypeError("nothing to fill")
        return self.stack[-1]

    def _memoize(self, _):
        self.memo[len(self.memo)] = self.stack[-1]

    def _put(self, place: int):
        self.memo[int(place)] = self.stack[-1]

    _binput = _long_binput = _put

    def _get(self, place: int):
        self.stack.append(self.memo[int(place)])

    _binget = _long_binget = _get

    def _global(self, name: str):
        module, _, name = name.partition(" ")
        self._name(module, name)

    def _stack_global(self, _):
        name, module = self.stack.pop(), self.stack.pop()
        self._name(module, name)

    def _name(self, module, name) -> None:
        known = _KNOWN.get((str(module), str(name)))
        if known is None:
            raise JamFlowError(f"this pickle wants to run {module}.{name}; only arrays and plain data are read.")
        self.stack.append(known)

    def _reduce(self, _):
        arguments, function = self.stack.pop(), self.stack.pop()
        if function not in _KNOWN.values():
            raise ValueError("nothing to call")
        self.stack.append(function(*arguments))

    def _build(self, _):
        state = self.stack.pop()
        self._top((_Array, _Format)).build(state)


_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_LITERALS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}


class _Budget:
    """What may still come out of a file, everything counted as often as it is referred to."""

    def __init__(self):
        self.values, self.bytes = MOST_VALUES, MOST_BYTES

    def unfolded(self, value, depth: int = 0) -> Any:
        """The value with its arrays finished; JamFlowError where it is too deep or too much."""
        self.values -= 1
        if isinstance(value, _Array):
            if value.value is None:
                raise ValueError("an array without values")
            value = value.value
        self.bytes -= value.nbytes if isinstance(value, np.ndarray) else 0
        if self.values < 0 or self.bytes < 0 or depth > DEEPEST:
            raise JamFlowError("it is nested too deep, or unfolds to more than any template holds.")
        if isinstance(value, dict):
            return {key: self.unfolded(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.unfolded(item, depth + 1) for item in value)
        if value is None or isinstance(value, (bool, int, float, str, bytes, bytearray, np.ndarray, np.generic)):
            return value
        raise ValueError(f"{type(value).__name__} is no value")
