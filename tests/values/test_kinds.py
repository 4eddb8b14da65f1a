"""kinds: a kind of value is one object, which is sent, frozen, compared and shown by its word."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AssignmentError, WireError
from grader.sandbox.launch import lay_out_agent, site_packages
from grader.values.difference import Difference, Walk, first_difference
from grader.values.frozen import freeze, thaw
from grader.values.kind import CannotFreeze, Kind, Kinds, ValuePath
from grader.values.kinds import KINDS
from grader.values.python.number import FLOAT, INTEGER
from grader.values.python.sequence import LIST
from grader.values.wire import Reader, Writer, decode, encode

VALUES = Path(__file__).parents[2] / "grader" / "values"


class Ratio(Kind):
    """Fractions in lowest terms, equal to whole numbers too: on the wire `q` and two integers."""

    types = (Fraction,)
    tags = b"q"
    marks = ("fraction",)
    words = "a fraction"

    def encode(self, value: Fraction, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"q")
        for part in (value.numerator, value.denominator):
            writer.write(part, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Fraction:
        above, below = reader.read(depth + 1), reader.read(depth + 1)
        if type(above) is not int or type(below) is not int:
            raise WireError("a fraction of what is no integer")
        value = Fraction(above, below)
        if value.denominator != below:
            raise WireError("a fraction that is not in lowest terms")
        return value

    def freeze(self, value: Fraction, inner: Callable[[Any], Any]) -> dict[str, str]:
        if abs(value) > 10**9:
            raise CannotFreeze("with fractions that large")
        return {"fraction": str(value)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Fraction:
        return Fraction(frozen["fraction"])

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if type(actual) not in (Fraction, int):
            yield walk.wrong_type(expected, actual, path)
        elif expected != actual:
            what = f"is {walk.brief(actual)} where {walk.brief(expected)} is expected"
            yield walk.found(path, "value", what, "is another fraction")

    def brief(self, value: Any) -> str:
        return str(value)


WITH_RATIOS = Kinds(Ratio(), INTEGER, FLOAT, LIST)
HALF = Fraction(1, 2)


def integer(value: int) -> bytes:
    return bytes(encode(value))


def words(expected: Any, actual: Any) -> str:
    difference = first_difference(expected, actual, kinds=WITH_RATIOS)
    return difference.message if difference else ""


def test_a_kind_of_ones_own_is_sent_inside_of_others() -> None:
    sent = [[HALF], 1.5]
    assert decode(encode(sent, kinds=WITH_RATIOS), kinds=WITH_RATIOS) == sent
    assert encode(HALF, kinds=WITH_RATIOS) == b"q" + integer(1) + integer(2)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"q" + integer(1), "end in the middle"),
        (b"q" + integer(2) + integer(4), "lowest terms"),
        (b"q" + integer(1) + b"f" + struct.pack("<d", 2), "no integer"),
        (b"q" + integer(1) + integer(0), "no value: ZeroDivisionError"),
        (b"q" * 40 + integer(1), "nested more than"),
        (b"s\x01\0\0\0a", "an unknown tag b's'"),
    ],
)
def test_bytes_that_are_none_of_it_are_a_wire_error(data: bytes, problem: str) -> None:
    with pytest.raises(WireError, match=problem):
        decode(data, kinds=WITH_RATIOS)


def test_a_kind_of_ones_own_is_frozen_inside_of_others() -> None:
    frozen = freeze([HALF, math.inf], kinds=WITH_RATIOS)
    assert frozen == [{"fraction": "1/2"}, {"float": "inf"}]
    assert thaw(frozen, kinds=WITH_RATIOS) == [HALF, math.inf]
    with pytest.raises(AssignmentError, match="outputs with fractions that large are not supp"):
        freeze([Fraction(10**10)], kinds=WITH_RATIOS)


def test_a_kind_of_ones_own_is_compared_and_named_inside_of_others() -> None:
    assert words([HALF, Fraction(2)], [HALF, 2]) == ""
    assert words([HALF], [Fraction(1, 3)]) == "result[0] is 1/3 where 1/2 is expected"
    assert words([HALF], [0.5]) == "result[0] is a float where a fraction is expected"
    assert words(0.5, HALF) == "result is a fraction where a float is expected"
    assert words([HALF], HALF) == "result is a fraction where a list is expected"


def test_a_kind_that_is_not_in_the_list_is_named_and_neither_sent_nor_frozen() -> None:
    unknown = object()
    with pytest.raises(WireError, match=r"the value\[0\] is of type object"):
        encode([unknown])
    with pytest.raises(AssignmentError, match="outputs of type object are not supported"):
        freeze([unknown])
    difference = first_difference(0.5, unknown)
    assert difference
    assert difference.message == "result is a object where a float is expected"


def test_no_two_kinds_have_a_type_a_tag_or_a_mark_in_common() -> None:
    for said in ("types", "tags", "marks"):
        every = [each for kind in KINDS for each in getattr(kind, said)]
        assert len(every) == len(set(every))


@pytest.mark.parametrize("module", ["complex_number", "sets"])
def test_a_kinds_file_is_known_to_the_list_of_kinds_alone(module: str) -> None:
    grader = VALUES.parent
    mention = {
        path.name
        for path in grader.rglob("*.py")
        if f"{module} import" in path.read_text() or f"import {module}" in path.read_text()
    }
    assert mention == {"kinds.py"}


def test_what_lies_in_a_kernel_needs_nothing_of_ours(tmp_path: Path) -> None:
    lay_out_agent(tmp_path)
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; sys.path += {site_packages()!r}\n"
        "from values import wire\n"
        "assert wire.decode(wire.encode([1, {2.5, 1j}])) == [1, {2.5, 1j}]\n"
        "print(*[name for name in sys.modules if name.split('.')[0] == 'grader'])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
