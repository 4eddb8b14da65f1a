"""Make the calls of an exercise and compare the results in the process that runs the function.

The peers and the floor grade in this way. The file is copied to the folder with the calls' data,
and needs numpy and `difference.py` only.

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
    """The calls of an exercise: (name, pickled inputs, expected output, tolerance, value names)."""
    with (HERE / f"{exercise}.pickle").open("rb") as file:
        calls: list[Call] = pickle.load(file)
    return calls


def failed(calls: list[Call], function: Callable[..., Any]) -> list[str]:
    """The names of the calls whose result is wrong."""
    return [name for name, *call in calls if not _passes(function, *call)]


def check(exercise: str, function: Callable[..., Any]) -> None:
    """Raise AssertionError unless all calls pass; this is what the peers' tests call."""
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
