"""The tracer: what it notes of a function, line by line, and where it stops."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import numpy as np
import pytest

from grader.sandbox.inside.tracing import ARRAY, LARGE_BYTES, TooMuch, Tracer, condensed
from grader.values import wire

MOST_LINES, MOST_BYTES = 1_000, 100_000


def followed(
    source: str, *args: Any, lines: int = MOST_LINES, size: int = MOST_BYTES, name: str = "f"
) -> Tracer:
    """The tracer after a call of the source's function, which may raise."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, "<form>", "exec"), namespace)
    tracer = Tracer("<form>", name, ("x", "y", "d"), wire.encode, lines, size)
    with contextlib.suppress(ZeroDivisionError):
        tracer.call(namespace[name], args, {})
    return tracer


def changes(tracer: Tracer) -> list[tuple[str, Any, int, Any]]:
    return [
        (name, key, line, wire.decode(data) if data else None)
        for name, key, line, data in tracer.changes.values()
    ]


def test_each_binding_of_a_variable_is_a_change_with_its_line() -> None:
    tracer = followed("def f():\n    x = 1\n    y = x\n    x = 2\n    other = 3\n    return x")
    assert changes(tracer) == [("x", None, 2, 1), ("y", None, 3, 1), ("x", None, 4, 2)]
    assert tracer.ended


def test_value_that_is_changed_in_place_is_noted_as_it_is_at_last() -> None:
    tracer = followed("def f():\n    x = [1]\n    y = x\n    x += [2]\n    x[0] = 5\n    return x")
    assert changes(tracer) == [("x", None, 5, [5, 2]), ("y", None, 5, [5, 2])]
    tracer = followed("def f():\n    x = []\n    x.append(np.float64(1))\n    return x")
    assert changes(tracer) == [("x", None, 3, [1.0])]


def test_items_are_noted_by_their_keys_with_the_line_of_the_last_change() -> None:
    tracer = followed(
        'def f(d):\n    d["a"] = 1\n    d["a"] += 1\n    d["b"] = 2\n    del d["b"]\n    return d',
        {"a": 0, "c": 0},
    )
    assert changes(tracer) == [("d", "a", 3, 2)]
    assert tracer.given == [("d", None), ("d", "a"), ("d", "c")]


def test_copy_of_a_dictionary_is_no_change_of_its_items() -> None:
    source = 'def f(d):\n    d = {k: d[k] + 0 for k in d}\n    d["a"] = 2\n    return d'
    tracer = followed(source, {"a": 1000.0, "c": 1000.0})
    assert changes(tracer) == [("d", None, 2, None), ("d", "a", 3, 2)]


def test_item_that_is_set_to_an_equal_value_is_a_change() -> None:
    source = 'def f(d):\n    d["a"] = d["a"] + 0\n    return d'
    assert changes(followed(source, {"a": 1000.0})) == [("d", "a", 2, 1000.0)]


def test_line_of_a_statement_over_several_lines_is_its_first() -> None:
    tracer = followed("def f():\n    x = max(\n        1,\n        2,\n    )\n    return x")
    assert changes(tracer) == [("x", None, 2, 2)]


def test_what_was_done_before_an_error_is_noted() -> None:
    tracer = followed("def f():\n    x = 1\n    y = 1 / 0\n    return y")
    assert changes(tracer) == [("x", None, 2, 1)]
    assert tracer.ended


def test_calls_of_itself_are_not_followed() -> None:
    source = "def f(n=3):\n    x = n\n    if n: f(n - 1)\n    y = n\n    return x"
    assert changes(followed(source)) == [("x", None, 2, 3), ("y", None, 4, 3)]


def test_lines_are_counted_and_one_more_is_too_much() -> None:
    source = "def f():\n    x = 0\n    while x < 10:\n        x = x + 1\n    return x"
    # Each line that is run, and the return.
    steps = 1 + 11 + 10 + 1 + 1
    assert followed(source, lines=steps).ended
    with pytest.raises(TooMuch):
        followed(source, lines=steps - 1)


def test_bytes_are_counted_and_one_more_is_too_much() -> None:
    source = "def f():\n    x = 'abc'\n    y = 'def'\n    return x"
    size = 2 * len(wire.encode("abc"))
    assert followed(source, size=size).ended
    with pytest.raises(TooMuch):
        followed(source, size=size - 1)


def test_too_much_is_no_exception_that_a_function_handles() -> None:
    source = (
        "def f():\n    x = 0\n    while True:\n"
        "        try: x = x + 1\n        except Exception: return x"
    )
    with pytest.raises(TooMuch):
        followed(source)


def test_other_tracing_goes_on_afterwards() -> None:
    def other(*_: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(other)
    try:
        followed("def f():\n    x = 1\n    return x")
        assert sys.gettrace() is other
    finally:
        sys.settrace(before)


def test_large_array_is_noted_by_a_digest_and_a_sample() -> None:
    large = np.arange(LARGE_BYTES // 8 + 1.0)
    kind, shape, dtype, digest, sample = condensed(large)
    assert (kind, shape, dtype) == (ARRAY, large.shape, "<f8")
    assert len(sample) < 2_000
    assert condensed(large.copy())[3] == digest != condensed(large + 1)[3]
    assert condensed((large, 1))[1] == 1
    square = np.arange(10_000.0).reshape(100, 100)
    columns = np.roll(square, 1, axis=1)
    assert len({condensed(each)[3] for each in (square, columns, square.T, square[::-1])}) == 4
    assert condensed(square)[3] == condensed(np.asfortranarray(square))[3]
    assert condensed(square * 1j)[3] != condensed(square * 2j)[3]
    source = "def f(x):\n    x = x + 0\n    x[1:] += 1\n    return x"
    ((_, _, line, noted),) = changes(followed(source, large))
    assert (line, noted[3]) == (3, condensed(np.append(0, large[1:] + 1))[3])


def test_values_of_no_kind_are_noted_without_bytes() -> None:
    assert changes(followed("def f():\n    x = object()\n    y = 1\n    return y")) == [
        ("x", None, 2, None),
        ("y", None, 3, 1),
    ]
