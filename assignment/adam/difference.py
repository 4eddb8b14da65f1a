"""The first difference between an expected and an actual value, said as a person would say it.

Used on both sides: our process judges with it, and `public_tests.py` in a student's folder
explains with a copy of this file. So it needs numpy and nothing else, and knows how expected
outputs are frozen as JSON (`thaw`).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ValuePath = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A large array, remembered by its shape, dtype name, SHA-256 and first three values."""

    shape: tuple[int, ...]
    dtype: str
    sha256: str
    head: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """`actual` is right where `abs(actual - expected) <= atol + rtol * abs(expected)`."""

    rtol: float = 1e-9
    atol: float = 1e-12

    def around(self, expected: Any) -> Any:
        return self.atol + self.rtol * np.abs(expected)


@dataclass(frozen=True, slots=True)
class Returns:
    """What the returned values are called, for exercises that return several.

    A function may return the values in `names`, or those and all in `also`.
    """

    names: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two values differ first.

    `kind` is one of type, count, keys, shape, dtype, nan, value. `message` shows values and may
    be shown for public cases only; `discreet` names kind and place, and no value, count or key that
    the reader does not know already.
    """

    where: str
    kind: str
    message: str
    discreet: str


def digest(array: np.ndarray[Any, Any]) -> str:
    """The SHA-256 of an array's values, little-endian and in C order, as 64 hex digits."""
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return hashlib.sha256(plain.data).hexdigest()


def thaw(frozen: Any) -> Any:
    """The value that a piece of an `expected_outputs.json` stands for.

    Plain JSON stands for itself; other types are objects with one telling key. Raises ValueError
    for an object that is none of these.
    """
    if isinstance(frozen, list):
        return [thaw(item) for item in frozen]
    if not isinstance(frozen, dict):
        return frozen
    match frozen:
        case {"array": values, "dtype": dtype, "shape": shape}:
            flat = [float(v) if isinstance(v, str) else v for v in _flat(values)]
            return np.array(flat, dtype=dtype).reshape(shape)
        case {"sha256": sha256, "dtype": dtype, "shape": shape, "head": head}:
            return Digest(tuple(shape), dtype, sha256, tuple(head))
        case {"tuple": items}:
            return tuple(thaw(item) for item in items)
        case {"dict": pairs}:
            return {thaw(key): thaw(value) for key, value in pairs}
        case {"named": pairs}:
            return {key: thaw(value) for key, value in pairs.items()}
        case {"set": items}:
            return {thaw(item) for item in items}
        case {"float": text}:
            return float(text)
        case {"complex": [real, imag]}:
            return complex(float(real), float(imag))
        case {"bytes": text}:
            return bytes.fromhex(text)
    raise ValueError(f"an object with the keys {sorted(frozen)} stands for no value")


def first_difference(
    expected: Any,
    actual: Any,
    tolerance: Tolerance | None = None,
    returns: Returns | None = None,
    known_keys: Iterable[Any] = (),
) -> Difference | None:
    """Compare two values of base types and name the first place where they differ, or None.

    `expected` comes from `thaw`; `actual` is what a function returned. Key sets, the order of a
    tuple, shapes, kinds of dtype, NaN and infinity must agree, numbers within `tolerance`.
    A list may stand for a tuple, a 0-d array for a number, and floats for the same whole numbers.
    `known_keys` are those that discreet words may name, and others like them: `W3` with `W1`.
    """
    comparison = _Comparison(tolerance or Tolerance(), returns or Returns(), expected, known_keys)
    return next(comparison.returned(expected, actual), None)


class _Comparison:
    """One walk along two values; every method yields the differences it meets, in order."""

    def __init__(
        self, tolerance: Tolerance, returns: Returns, expected: Any, known_keys: Iterable[Any]
    ) -> None:
        self.tolerance = tolerance
        self.known = {_family(key) for key in known_keys}
        self.names = returns.names + returns.also
        self.counts = {len(returns.names), len(self.names)}
        self.several = len(returns.names) > 1
        # A key that only one of several returned dicts has needs no more than itself as a name.
        values = expected if self.several else ()
        self.keys = [key for value in values if isinstance(value, dict) for key in value]

    def returned(self, expected: Any, actual: Any) -> Iterator[Difference]:
        if not self.several:
            yield from self.value(expected, actual, ())
            return
        wanted = f"{_counts(self.counts)} values are expected: {', '.join(self.names)}"
        if not isinstance(actual, (tuple, list)):
            message = f"the function returns {_kind_of(actual)} where {wanted}"
            yield Difference("", "type", message, message)
        elif len(actual) not in self.counts:
            message = f"the function returns {_plural(len(actual), 'value')} where {wanted}"
            hushed = f"the function returns another number of values where {wanted}"
            yield Difference("", "count", message, hushed)
        else:
            for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
                yield from self.value(one, other, (index,))

    def value(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        expected, actual = _scalar(expected), _scalar(actual)
        if isinstance(expected, Mapping):
            yield from self.dict(expected, actual, path)
        elif isinstance(expected, (list, tuple)):
            yield from self.sequence(expected, actual, path)
        elif isinstance(expected, (np.ndarray, Digest)):
            yield from self.array(expected, actual, path)
        elif isinstance(expected, (int, float, complex)) and not isinstance(expected, bool):
            yield from self.number(expected, actual, path)
        elif type(expected) is not type(actual):
            yield self.wrong_type(expected, actual, path)
        elif expected != actual:
            shown = f"{_brief(actual)} where {_brief(expected)} is expected"
            yield self.found(path, "value", f"is {shown}", "differs from what is expected")

    def dict(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        if not isinstance(actual, dict):
            yield self.wrong_type(expected, actual, path)
            return
        missing = [key for key in expected if key not in actual]
        extra = [key for key in actual if key not in expected]
        if missing:
            what = f"has no key {_brief(missing[0])}"
            has = f" (it has {', '.join(map(_brief, extra[:4]))} instead)" if extra else ""
            hushed = what if self.knows(missing[0]) else "lacks a key that is expected"
            yield self.found(path, "keys", what + has, hushed)
        elif extra:
            what = f"has the key {_brief(extra[0])}, which is not expected"
            yield self.found(path, "keys", what, "has a key that is not expected")
        else:
            for key, value in expected.items():
                yield from self.value(value, actual[key], (*path, key))

    def sequence(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        if not isinstance(actual, (list, tuple)):
            yield self.wrong_type(expected, actual, path)
            return
        for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from self.value(one, other, (*path, _Index(index)))
        if len(actual) != len(expected):
            few = "few" if len(actual) < len(expected) else "many"
            has = f"has {_plural(len(actual), 'item')} where {len(expected)} are expected"
            yield self.found(path, "count", has, f"has too {few} items")

    def array(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        if not isinstance(actual, np.ndarray):
            yield self.wrong_type(expected, actual, path)
        elif actual.shape != expected.shape:
            shapes = f"has shape {actual.shape} where {expected.shape} is expected"
            yield self.found(path, "shape", shapes, "has another shape than expected")
        elif not _kind_fits(np.dtype(expected.dtype), actual.dtype):
            what = f"holds {_dtype_words(actual.dtype)} where {_dtype_words(expected.dtype)} are"
            yield self.found(path, "dtype", f"{what} expected", f"{what} expected")
        elif isinstance(expected, Digest):
            yield from self.digest(expected, actual, path)
        else:
            yield from self.elements(expected, actual, path)

    def elements(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        wrong = actual != expected
        if expected.dtype.kind in "fc" and wrong.any():
            with np.errstate(invalid="ignore", over="ignore"):
                near = np.abs(actual - expected) <= self.tolerance.around(expected)
            both_nan = np.isnan(actual) & np.isnan(expected)
            wrong &= ~(near & np.isfinite(expected) | both_nan)
        if not wrong.any():
            return
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        others = f"; {int(wrong.sum())} of {wrong.size} numbers differ" if wrong.size > 1 else ""
        yield self.wrong_number(
            expected[index].item(), actual[index].item(), (*path, _Element(index)), others
        )

    def digest(self, expected: Digest, actual: Any, path: ValuePath) -> Iterator[Difference]:
        plain = actual.astype(expected.dtype, copy=False)
        same = plain.dtype == actual.dtype or np.array_equal(plain, actual)
        if same and digest(plain) == expected.sha256:
            return
        head = tuple(actual.flat[: len(expected.head)])
        start = ", ".join(f"{value:.8g}" for value in expected.head)
        what = "holds other values than expected"
        if head == expected.head:
            shown = f"{what}, though it starts with {start} as it should"
        else:
            shown = f"{what}: it should start with {start}"
        yield self.found(path, "value", shown, what)

    def number(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        kinds = (int, float, complex) if isinstance(expected, complex) else (int, float)
        if isinstance(actual, bool) or not isinstance(actual, kinds):
            yield self.wrong_type(expected, actual, path)
        elif expected != actual and (
            isinstance(expected, int) or not self.is_near(expected, actual)
        ):
            yield self.wrong_number(expected, actual, path, "")

    def is_near(self, expected: Any, actual: Any) -> bool:
        if expected != expected:
            return bool(actual != actual)
        try:
            return bool(
                np.isfinite(expected) and abs(actual - expected) <= self.tolerance.around(expected)
            )
        except OverflowError:  # an int beyond every float
            return False

    def wrong_number(self, expected: Any, actual: Any, path: ValuePath, others: str) -> Difference:
        if expected == expected and actual != actual:
            hushed = "is nan where a number is expected"
        elif expected != expected:
            hushed = "is a number where nan is expected"
        else:
            hushed = "differs from what is expected"
        kind = "value" if hushed.startswith("differs") else "nan"
        one, other = _tell_apart(actual, expected)
        apart = ""
        if isinstance(expected, (float, complex)) and kind == "value":
            apart = _apart(expected, actual, self.tolerance)
        return self.found(path, kind, f"is {one} where {other} is expected{apart}{others}", hushed)

    def wrong_type(self, expected: Any, actual: Any, path: ValuePath) -> Difference:
        what = f"is {_kind_of(actual)} where {_kind_of(expected)} is expected"
        return self.found(path, "type", what, what)

    def found(self, path: ValuePath, kind: str, message: str, discreet: str) -> Difference:
        where, hushed = self.name(path), self.discreet_name(path)
        return Difference(where, kind, f"{where} {message}", f"{hushed} {discreet}")

    def discreet_name(self, path: ValuePath) -> str:
        """The place, but for what is below a key that the reader may not know."""
        for depth, step in enumerate(path):
            position = isinstance(step, (_Index, _Element)) or (self.several and depth == 0)
            if not position and not self.knows(step):
                return f"{self.name(path[:depth])}: a value in it"
        return self.name(path)

    def knows(self, key: Any) -> bool:
        return _family(key) in self.known

    def name(self, path: ValuePath) -> str:
        """`W2[2, 1]`, `v["dW1"][0, 0]` or `mini_batches[0][1]`: the place as code would say it."""
        steps = list(path)
        name = self.names[0] if self.names else "result"
        if self.several and steps:
            name = self.names[steps.pop(0)]
        if steps and self.speaks_for_itself(steps[0]):
            name = steps.pop(0)
        for step in steps:
            name += str(step) if isinstance(step, (_Index, _Element)) else f"[{_brief(step)}]"
        return name

    def speaks_for_itself(self, key: Any) -> bool:
        """Whether a dict's key is a name, and no other returned dict has it too."""
        alone = not self.several or self.keys.count(key) == 1
        return alone and isinstance(key, str) and key.isidentifier()


class _Index(int):
    def __str__(self) -> str:
        return f"[{int(self)}]"


class _Element(tuple[int, ...]):
    def __str__(self) -> str:
        return f"[{', '.join(map(str, self))}]"


def _family(key: Any) -> Any:
    """What a key has in common with others that differ in small numbers, as `W1` and `W12` do."""
    return re.sub(r"(?<!\d)\d{1,2}(?!\d)", "1", key) if isinstance(key, str) else key


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    return value


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield values


def _kind_fits(expected: np.dtype[Any], actual: np.dtype[Any]) -> bool:
    """Whether numbers of one kind may stand for the other: a wider kind, of the same values."""
    wider = {"b": "biuf", "i": "iuf", "u": "iuf", "f": "f", "c": "c"}
    return actual.kind in wider[expected.kind]


def _dtype_words(dtype: Any) -> str:
    words = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats"}
    return words.get(np.dtype(dtype).kind, "complex numbers")


def _kind_of(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, (np.ndarray, Digest)):
        return "an array"
    words = {
        "int": "an integer",
        "float": "a float",
        "str": "a string",
        "bool": "a boolean",
        "complex": "a complex number",
    }
    name = type(value).__name__
    return words.get(name, f"a {name}")


def _brief(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) and '"' not in value else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _counts(counts: Sequence[int] | set[int]) -> str:
    return " or ".join(map(str, sorted(counts)))


def _tell_apart(one: Any, other: Any) -> tuple[str, str]:
    """Both numbers with as many digits as show that they differ, and one more."""
    if not (isinstance(one, float) and isinstance(other, (float, int))):
        return str(one)[:60], str(other)[:60]
    for digits in range(6, 17):
        if f"{one:.{digits}g}" != f"{other:.{digits}g}":
            return f"{one:.{digits + 1}g}", f"{other:.{digits + 1}g}"
    return repr(one), repr(other)


def _apart(expected: Any, actual: Any, tolerance: Tolerance) -> str:
    try:
        distance = abs(actual - expected)
    except OverflowError:  # an int beyond every float
        return ""
    if not math.isfinite(distance):
        return ""
    return f": {distance:.2g} apart, tolerance {tolerance.around(expected):.1g}"
