"""Expected outputs as JSON that a person can review, and back."""

from __future__ import annotations

import json
from typing import Any

from grader.errors import AssignmentError

from .kind import CannotFreeze, Kinds
from .kinds import KINDS


def freeze(value: Any, *, kinds: Kinds = KINDS) -> Any:
    """Plain JSON data for a value, as `thaw` reads it.

    Raises AssignmentError for a value that cannot be an expected output.
    """

    def inner(value: Any) -> Any:
        return kinds.of(value).freeze(value, inner)

    try:
        return inner(value)
    except CannotFreeze as what:
        raise AssignmentError(f"expected outputs {what} are not supported") from None


def thaw(frozen: Any, *, kinds: Kinds = KINDS) -> Any:
    """The value that a piece of an `expected_outputs.json` stands for.

    Plain JSON stands for itself; other types are objects with one telling key. Raises ValueError
    for an object that is none of these, and that or KeyError or TypeError for one that is broken.
    """

    def inner(frozen: Any) -> Any:
        if isinstance(frozen, list):
            return [inner(item) for item in frozen]
        if not isinstance(frozen, dict):
            return frozen
        kind = next((kinds.by_mark[key] for key in frozen if key in kinds.by_mark), None)
        if kind is None:
            raise ValueError(f"an object with the keys {sorted(frozen)} stands for no value")
        return kind.thaw(frozen, inner)

    return inner(frozen)


def holds_digest(frozen: Any) -> bool:
    """Whether JSON data holds the hash of a large array, which is equal or not and never near."""
    return '"sha256"' in json.dumps(frozen)


def pretty(data: Any, indent: str = "") -> str:
    """JSON text with a line for each entry of an object, and a line for each row of numbers."""
    deeper = f"{indent} "
    if isinstance(data, dict) and data:
        entries = [f"{deeper}{json.dumps(key)}: {pretty(v, deeper)}" for key, v in data.items()]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(data, list) and any(isinstance(item, (list, dict)) for item in data):
        items = [f"{deeper}{pretty(item, deeper)}" for item in data]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    return json.dumps(data)
