"""Pickles from strangers: arrays and plain data come out as numpy wrote them, and nothing else does anything at all."""

import pickle
import random
import time
from collections import OrderedDict

import numpy as np
import pytest

from jamflow_core.catalog.pickles import load_pickle
from jamflow_core.catalog.templates import load_template
from jamflow_core.errors import JamFlowError


class Calls:
    """Pickled as a call of a function with arguments, and a state for what it returns."""

    def __init__(self, function, arguments, state=None):
        self.parts = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.parts


def reconstruct(shape, dtype, data, version=1):
    """An array the way numpy pickles one, of any parts."""
    function, arguments, _ = np.zeros(1).__reduce__()
    return Calls(function, arguments, (version, shape, dtype, False, data))


def dtype_with(*state):
    return Calls(np.dtype, ("f8", False, True), state)


def refused(path, value, protocol=4):
    path.write_bytes(value if isinstance(value, bytes) else pickle.dumps(value, protocol=protocol))
    start = time.process_time()
    for read in (load_pickle, load_template):
        with pytest.raises(JamFlowError) as told:
            read(path)
        assert "\n" not in str(told.value) and len(str(told.value)) < 400 + len(str(path))
    assert time.process_time() - start < 5


@pytest.mark.parametrize("protocol", range(6))
def test_arrays_and_plain_data_come_back(tmp_path, protocol):
    stored = {
        "arrays": [
            np.arange(6).reshape(2, 3).astype(kind) for kind in ("f2", "f4", "f8", "i1", ">i2", "i8", "u1", "?")
        ],
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "empty": np.zeros((0, 3)),
        "number": np.float32(2.5),
        "plain": [None, True, 3, -(2**70), 0.5, "text é", b"bytes", b"", (1, 2, (3,)), [], {}, ()],
        "ordered": OrderedDict(a=1),
    }
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(stored, protocol=protocol))
    read = load_pickle(tmp_path / "a.pkl")
    for before, after in zip(stored["arrays"], read["arrays"], strict=True):
        assert before.dtype == after.dtype and np.array_equal(before, after)
    assert np.array_equal(read["columns"], stored["columns"]) and read["empty"].shape == (0, 3)
    assert read["number"] == np.float32(2.5) and read["plain"] == stored["plain"] and read["ordered"] == {"a": 1}


HOSTILE = {
    "objects by address": lambda: Calls(np.ndarray, ((1,), np.dtype("O"), bytes(range(8)))),
    "objects": lambda: np.array([{}, None], object),
    "objects by state": lambda: reconstruct((1,), np.dtype("O"), b"A" * 8),
    "object field": lambda: dtype_with(3, "<", None, ("x",), {"x": (np.dtype("O"), 0)}, 8, 1, 27),
    "object field in an array": lambda: reconstruct(
        (1,), dtype_with(3, "|", None, ("x",), {"x": (np.dtype("O"), 0)}, 8, 1, 27), b"A" * 8
    ),
    "subarray": lambda: reconstruct((1,), dtype_with(3, "<", (np.dtype("O"), (1,)), None, None, 8, 1, 27), b"A" * 8),
    "negative offset": lambda: Calls(np.ndarray, ((4,), np.dtype("f8"), b"A" * 8, -4096)),
    "strides": lambda: Calls(np.ndarray, ((4,), np.dtype("f8"), b"A" * 32, 0, (-800,))),
    "more values than bytes": lambda: reconstruct((1 << 40,), np.dtype("f8"), b"A" * 8),
    "overflowing shape": lambda: reconstruct((1 << 32, 1 << 32), np.dtype("f8"), b""),
    "negative shape": lambda: reconstruct((-1, -8), np.dtype("f8"), b"A" * 64),
    "many axes": lambda: reconstruct((1,) * 60, np.dtype("f8"), b"A" * 8),
    "texts": lambda: np.array(["a" * 100]),
    "structures": lambda: np.zeros(2, [("a", "f4")]),
    "dates": lambda: np.zeros(2, "M8[s]"),
    "an array without values": lambda: Calls(np.zeros(1).__reduce__()[0], (np.ndarray, (0,), b"b")),
    "a number of objects": lambda: Calls(np.float64(1).__reduce__()[0], (np.dtype("O"), b"A" * 8)),
    "a class": lambda: np.ndarray,
    "a set": lambda: {1, 2},
    "nested deep": lambda: nested(200, lambda inner: [inner]),
    "unfolds to 2**40": lambda: nested(40, lambda inner: [inner, inner]),
    "unfolds to 10**9 values": lambda: nested(9, lambda inner: [inner] * 10),
    "arrays unfold": lambda: [np.zeros(1 << 20)] * 200,
}


def nested(times, wrap):
    """What `wrap` makes again and again."""
    inner = 1
    for _ in range(times):
        inner = wrap(inner)
    return inner


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_break_out_or_grow_is_refused(tmp_path, name):
    refused(tmp_path / "a.pkl", HOSTILE[name]())


BY_HAND = {
    "memo without end": b"\x80\x04K\x01r\xff\xff\xff\x7fr\xff\xff\xff\xff)R.",
    "bytes that are not there": b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x00AAAA.",
    "text that is not there": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x00AAAA.",
    "an empty stack": b"\x80\x04.",
    "no end": b"\x80\x04]",
    "a mark alone": b"\x80\x04(.",
    "get what was not put": b"\x80\x04h\x05.",
    "a call of a number": b"\x80\x04K\x01)R.",
    "a state for a list": b"\x80\x04]}b.",
    "a list in itself": b"\x80\x04]\x94h\x00a.",
    "tuples without end": b"\x80\x04K\x01" + b"\x85" * 100_000 + b".",
    "tuples as a key": b"\x80\x04}K\x01" + b"\x85" * 100_000 + b"K\x01s.",
    "tuples as an ordered key": b"\x80\x04ccollections\nOrderedDict\n(]K\x01" + b"\x85" * 100_000 + b"K\x01\x86atR.",
    "a persistent object": b"\x80\x04Pname\n.",
    "an extension": b"\x80\x04\x82\x01.",
    "an instance": b"(ios\nsystem\n.",
    "a long number": b"I" + b"9" * 200_000 + b"\n.",
    "code": b"cos\nsystem\n(S'true'\ntR.",
}


@pytest.mark.parametrize("name", BY_HAND)
def test_opcodes_by_hand_are_refused(tmp_path, name):
    refused(tmp_path / "a.pkl", BY_HAND[name])


def test_damaged_templates_are_told(tmp_path):
    """Every byte of a small template changed, and cut at every length that is asked for: a template or one line."""
    shapes = {"exp": (1, 21, 3), "R": (1, 3, 3), "t": (1, 3), "scale": (1, 1)}
    face = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    whole = pickle.dumps({"motion": [face] * 3, "output_fps": 25, "c_eyes_lst": [np.zeros((1, 2))] * 3})
    path, draw = tmp_path / "a.pkl", random.Random(5)
    for _ in range(400):
        data = bytearray(whole[: draw.choice((len(whole), draw.randrange(len(whole))))])
        for _ in range(draw.randrange(1, 4)):
            if data:
                data[draw.randrange(len(data))] = draw.randrange(256)
        path.write_bytes(data)
        try:
            load_template(path)
        except JamFlowError as error:
            assert "\n" not in str(error)
