"""Millions of crafted bytes against the decoder: `python tests/fuzz/wire.py FOLDER -runs=3000000`.

libFuzzer steers the bytes by the branches they take in `grader/values/`. Whatever it finds that
breaks a law ends it and is written to the working directory. Not part of CI: it needs atheris (the
extra `fuzz`), and hours rather than minutes. FOLDER keeps what it learns, for the next time;
options are libFuzzer's.

The laws: nothing but `WireError` comes out; what is decoded is of exact base types and can be sent
again, as the same bytes but for what has several forms; memory stays in proportion to the limits.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import atheris
import numpy as np

with atheris.instrument_imports(include=["grader.values"]):
    from grader.errors import WireError
    from grader.values import wire
    from grader.values.arrays.masked_array import Masked
    from grader.values.arrays.polynomials import Series1d
    from grader.values.arrays.sparse import Sparse
    from grader.values.python.objects import DataObject, Member, NamedTuple
    from grader.values.tables.column_record import Column
    from grader.values.tables.labels import Labels
    from grader.values.tables.missing import MISSING, Missing
    from grader.values.tables.pandas_time import PandasTime
    from grader.values.tables.table import Frame, Series
    from grader.values.tables.table_record import Table

CONTAINERS = {list, tuple, dict, set, np.ndarray}
BASE_TYPES = {
    *(type(None), bool, int, float, complex, str, bytes, np.datetime64, np.timedelta64),
    *(Decimal, Fraction, datetime, date, time, timedelta, range),
    *(Member, NamedTuple, DataObject, Series1d, Sparse, Masked),
    *(Frame, Series, Labels, Column, Missing, PandasTime),
    *CONTAINERS,
}
WHOLE = Column("int64", np.arange(2))
TEXTS = Column("object", np.array(["a", "bc"], object))
NUMBERED = Labels((None,), (WHOLE,))
SEEDS: list[Any] = [
    {"W1": np.eye(3), "b1": np.zeros((3, 1), "f4")},
    [(1.5, -2, 3 + 4j), {"a", "b"}, b"bytes", "text", None, True],
    {1: {2: {3: [[]]}}},
    np.array([[True], [False]]),
    2**4000,
    [np.array(["a", "bc"]), np.array([b"a", b"bc"]), np.array(["a", None, 1.5], dtype=object)],
    [np.array(["2024-02-29", "NaT"], "M8[D]"), np.timedelta64(3, "ms")],
    np.array([(1, "a")], dtype=[("number", "i8"), ("letter", "U1")]),
    [Decimal("-1.5E+3"), Fraction(1, 3), range(1, 9, 2), date(2024, 2, 29), time(12, 30)],
    [datetime(2024, 2, 29, tzinfo=timezone(timedelta(hours=1))), timedelta(1, 2, 3)],
    [Member("Colour", "RED"), NamedTuple.of("Point", "xy", (1, "a")), DataObject("C", {"r": 1.5})],
    Series1d("Polynomial", np.ones(3), (np.zeros(2), np.ones(2))),
    Masked(np.array([1.0, 0.0]), np.array([False, True])),
    Masked(np.array(["a", ""]), np.array([False, True])),
    Sparse((3, 3), np.arange(3), np.arange(3), np.ones(3)),
    Frame(NUMBERED, Labels((None,), (TEXTS,)), (WHOLE, Column("float64", np.zeros(2)))),
    Series(NUMBERED, "prices", (Column("Int64", np.arange(2), np.array([True, False])),)),
    Labels(("a", None), (TEXTS, WHOLE)),
    Column("category", np.array([0, -1]), None, TEXTS, True),
    [Column("datetime64[us, UTC]", np.zeros(2, "M8[us]")), MISSING],
    [Column("interval[float64, right]", np.zeros((2, 2)), np.zeros(2, bool))],
    PandasTime(np.datetime64("2024-02-29", "ns")),
]


def check(data: bytes) -> None:
    try:
        value = wire.decode(data)
    except WireError:
        return
    check_types(value)
    again = wire.decode(wire.encode(value))
    check_types(again)
    assert plain(again) == plain(value), "it changed on the way"


def plain(value: Any) -> bytes:
    """Bytes that are the same for the same value: NaN differs from itself, and sets with the same
    items may have them in another order."""
    kind = type(value).__name__
    if isinstance(value, dict):
        value = [item for pair in value.items() for item in pair]
    if isinstance(value, list | tuple | set):
        items = [plain(item) for item in value]
        # A digest, since what is nested deep would double with every level otherwise.
        return sha256(kind.encode() + b"".join(sorted(items) if kind == "set" else items)).digest()
    return bytes(wire.encode(value))


def check_types(value: Any) -> None:
    assert type(value) in BASE_TYPES, f"a {type(value)} came out"
    if isinstance(value, np.ndarray):
        assert value.dtype.kind in "biufcUSmMOV", f"an array of {value.dtype} came out"
        for item in value.flat if value.dtype.kind == "O" else ():
            assert type(item) not in CONTAINERS, f"an array of {type(item)} came out"
            check_types(item)
    else:
        for item in inside(value):
            check_types(item)


def inside(value: Any) -> Iterable[Any]:
    """What was decoded for the parts of a value."""
    match value:
        case Table():
            return [value.index, value.columns, *value.data]
        case Labels():
            return [*value.names, *value.levels]
        case Column():
            assert type(value.values) is np.ndarray
            return [value.values, value.missing, value.categories]
        case DataObject():
            return [value.fields]
        case Series1d():
            return [value.coefficients, *value.intervals]
        case Sparse():
            return [value.rows, value.columns, value.numbers]
        case Masked():
            return [value.data, value.mask]
        case dict():
            return [item for pair in value.items() for item in pair]
        case list() | tuple() | set():
            return value
    return ()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, value in enumerate(SEEDS):
        (folder / f"seed-{number}").write_bytes(bytes(wire.encode(value)))
    # An allocation beyond twice the largest value, or a value that takes seconds, is a finding.
    limits = [f"-malloc_limit_mb={2 * wire.MAX_BYTES >> 20}", "-rss_limit_mb=1024", "-timeout=10"]
    atheris.Setup([sys.argv[0], str(folder), *limits, "-max_len=4096", *sys.argv[2:]], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
