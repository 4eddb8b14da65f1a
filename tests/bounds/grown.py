"""Texts, cells, notebooks and messages that are grown, repeated and nested, for hypothesis."""

from __future__ import annotations

import json
import struct
from typing import Any

from hypothesis import strategies as st

from grader.values import wire

# What students, and those who mean harm, make long texts of.
PIECES = (
    *(
        "a",
        "1",
        " ",
        "\t",
        "\n",
        "\r",
        "\f",
        "\0",
        "\u2028",
        "\u0301",
        "\ud800",
        "é",
        "\x1b[",
        "\x9b0",
    ),
    *(
        "#",
        "%",
        "%%",
        "!",
        "?",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        '"""',
        "\\",
        "\\\n",
        ",",
        ".",
        "=",
        ";",
    ),
    *(
        "a=1;",
        "a,",
        "a.",
        "a[",
        "f(",
        "-",
        "not ",
        "lambda:",
        "0x",
        "1_",
        "f'{",
        "@a\n",
        "if a:\n",
        " if a else ",
    ),
    *(
        "import a;",
        "def f(a): pass\n",
        "class A: pass\n",
        "x = = 1\n",
        "%time x\n",
        "!ls\n",
        "async ",
        "await ",
    ),
    *(
        "# START CODE HERE\n",
        "# END CODE HERE\n",
        "    x = None\n",
        "elif a: pass\n",
        "(1, ",
        "'k1' ",
        "a + ",
        "**",
    ),
    *(
        "broadcast (",
        "argument 'a'",
        "unsupported operand",
        "name '",
        "has no attribute '",
        "index -1 ",
        "_-_",
        "(",
    ),
)

repeated = st.tuples(st.sampled_from(PIECES), st.integers(1, 300)).map(lambda two: two[0] * two[1])
texts = st.lists(repeated | st.text(max_size=20), max_size=6).map("".join)


def nested(piece: str, end: str, depth: int) -> str:
    return piece * depth + "1" + end * depth


expressions = st.builds(
    nested,
    st.sampled_from(["(", "[", "{", "f(", "a[", "-", "not ", "lambda: ", "{1: ", "(a, ", "a + ("]),
    st.sampled_from([")", "]", "}", "", " + 1", ".b", ".b()", "[0]", ", 1)"]),
    st.integers(0, 400),
)
functions = st.builds(
    lambda name, body, times: f"def {name}(a, b=1):\n" + f"    {body}\n" * times + "    return a",
    st.sampled_from(["longest", "count", "f"]),
    st.one_of(
        expressions.map(lambda one: f"x = {one}"),
        st.sampled_from(
            ["pass", "a = b", "x['k'] = a", "for i in a: b", "return {'k': a, 'l': b}"]
        ),
    ),
    st.integers(1, 60),
)
cells = st.one_of(texts, functions, st.builds(lambda a, b: f"{a}\n{b}", texts, functions))

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


def _file(parts: tuple[list[str], Any, Any, int]) -> bytes:
    sources, outputs, metadata, format_ = parts
    code = [
        {
            "cell_type": "code",
            "source": each,
            "input": each,
            "outputs": [outputs] * 20,
            "metadata": {},
        }
        for each in sources
    ]
    held = {"cells": code} if format_ >= 4 else {"worksheets": [{"cells": code}]}
    data = {"nbformat": format_, "nbformat_minor": 0, "metadata": metadata, **held}
    return json.dumps(data).encode("utf-8", "replace")


files = st.one_of(
    st.tuples(st.lists(cells, max_size=4), values, values, st.integers(1, 5)).map(_file),
    texts.map(lambda text: text.encode("utf-8", "replace")),
    st.tuples(
        st.sampled_from(["[", '{"a":', "1", '"', "\ufeff", "<<<<<<< "]), st.integers(1, 2_000)
    ).map(lambda two: (two[0] * two[1]).encode()),
)

# What a kernel answers: values of every kind, and bytes that are hardly any.
_MODULUS = 2**61 - 1  # whole numbers that differ by multiples of it have one hash
numbers = st.integers() | st.integers(0, 90).map(lambda bits: 1 << (bits * bits)) | st.floats()
_few = texts.map(lambda text: text[:300])
_leaves = st.none() | st.booleans() | numbers | st.complex_numbers() | _few | st.binary(max_size=50)


def _many(value: Any, times: int, kind: str) -> Any:
    match kind:
        case "list":
            return [value] * times
        case "dict":
            return {f"k{number}": value for number in range(times)}
        case "alike":
            return {number * _MODULUS: value for number in range(times)}
        case "set":
            return {number * _MODULUS for number in range(times)}
    return (value, [value] * times)


grown_values = st.recursive(
    _leaves,
    lambda inner: st.builds(
        _many,
        inner,
        st.integers(0, 30),
        st.sampled_from(["list", "dict", "alike", "set", "tuple"]),
    ),
    max_leaves=3,
)


def _nested_bytes(head: bytes, depth: int, times: int) -> bytes:
    return b"l" + struct.pack("<I", times) + (head * depth + b"N") * times


def _damaged(data: bytes, at: int, piece: bytes) -> bytes:
    at %= len(data) + 1
    return data[:at] + piece + data[at + len(piece) :]


_encoded = grown_values.map(lambda value: bytes(wire.encode(value)))
answers = st.one_of(
    _encoded,
    st.builds(_damaged, _encoded, st.integers(0, 10_000), st.binary(max_size=8)),
    st.builds(
        _nested_bytes,
        st.sampled_from([b"l\1\0\0\0", b"t\1\0\0\0", b"d\1\0\0\0N", b"e\1\0\0\0", b"d\0\0\0\0"]),
        st.integers(0, 40),
        st.integers(0, 200),
    ),
    st.binary(max_size=200),
)

# What students call files and folders, besides what platforms put before it.
_BEGINNINGS = (
    *(
        "",
        "ann_LATE_12_34_",
        "Ann Lee_12_assignsubmission_file_",
        "submission_12/",
        "HW1/Lee, Ann(lee)/",
    ),
    *(
        "HW1_lee_attempt_2026-03-01-10-00-00_",
        "11-22 - Ann Lee - Mar 1, 2026 1000 AM/",
        "submitted/ann/hw1/",
    ),
)
_NAME_PIECES = (
    *(
        "a",
        "-",
        "_",
        ".",
        " ",
        "1",
        "é",
        "e\u0301",
        "\u202e",
        "\U0001f600",
        "'",
        '"',
        "=",
        "(1)",
        "~",
        "/",
    ),
    *(
        "_LATE_",
        "_1_",
        " - ",
        "_attempt_",
        "_assignsubmission_",
        "(a)",
        "Version 1/",
        "../",
        ".git/",
        "CON",
    ),
)
_grown_name = st.tuples(st.sampled_from(_NAME_PIECES), st.integers(1, 250)).map(
    lambda two: two[0] * two[1]
)
file_names = st.builds(
    "{}{}{}".format,
    st.sampled_from(_BEGINNINGS),
    st.lists(_grown_name | st.text(max_size=20), max_size=3).map("".join),
    st.sampled_from([".ipynb", ".ipynb.txt", ".py", ".zip", ".ipynb (1)", "/x.ipynb", ""]),
).filter(bool)
