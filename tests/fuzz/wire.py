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
from pathlib import Path
from typing import Any

import atheris
import numpy as np

with atheris.instrument_imports(include=["grader.values"]):
    from grader.errors import WireError
    from grader.values import wire

BASE_TYPES = {
    *(type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, np.ndarray)
}
SEEDS: list[Any] = [
    {"W1": np.eye(3), "b1": np.zeros((3, 1), "f4")},
    [(1.5, -2, 3 + 4j), {"a", "b"}, b"bytes", "text", None, True],
    {1: {2: {3: [[]]}}},
    np.array([[True], [False]]),
    2**4000,
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
        return f"{kind}{sorted(items) if kind == 'set' else items}".encode()
    return bytes(wire.encode(value))


def check_types(value: Any) -> None:
    assert type(value) in BASE_TYPES, f"a {type(value)} came out"
    if isinstance(value, np.ndarray):
        assert value.dtype.kind in "biufc", f"an array of {value.dtype} came out"
    elif isinstance(value, dict):
        for key, item in value.items():
            check_types(key)
            check_types(item)
    elif isinstance(value, list | tuple | set):
        for item in value:
            check_types(item)


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
