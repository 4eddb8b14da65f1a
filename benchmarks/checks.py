"""The calls of an exercise, made and compared where the function is: the peers' way, and the
floor's. Copied beside the calls' data, it needs numpy and `difference.py`.

Inputs are unpacked afresh for every call, and all calls are made whatever became of the first.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from difference import first_difference

HERE = Path(__file__).parent

Call = tuple[str, bytes, Any, Any, Any]


def load(exercise: str) -> list[Call]:
    """Name, packed inputs, expected output, tolerance and names of the values, for each call."""
    with (HERE / f"{exercise}.pickle").open("rb") as file:
        calls: list[Call] = pickle.load(file)
    return calls


def failed(calls: list[Call], function: Callable[..., Any]) -> list[str]:
    """The names of the calls that the function does not pass."""
    return [name for name, *call in calls if not _passes(function, *call)]


def check(exercise: str, function: Callable[..., Any]) -> None:
    """Raise AssertionError unless the function passes every call: a test cell's content."""
    names = failed(load(exercise), function)
    assert not names, names


def _passes(
    function: Callable[..., Any], inputs: bytes, expected: Any, tolerance: Any, returns: Any
) -> bool:
    args, kwargs = pickle.loads(inputs)
    try:
        returned = function(*args, **kwargs)
    except Exception:  # a student's function may raise anything
        return False
    return first_difference(expected, returned, tolerance, returns) is None
