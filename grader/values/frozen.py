"""Expected outputs as JSON that a person can review, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from grader.errors import AssignmentError

from .arrays.array import Digest, head_of
from .kind import CannotFreeze, Kinds
from .kinds import KINDS
from .python.objects import NamedTuple
from .tables.column_record import Column
from .tables.table_record import Table


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


def built(value: Any, *, kinds: Kinds = KINDS) -> Any:
    """What a function is called with for a thawed value: objects of pandas, for example."""
    kind = kinds.of(value)
    return kind.built(kind.mapped(value, lambda each: built(each, kinds=kinds)))


def with_whole_arrays(value: Any, whole: Callable[[], Any]) -> Any:
    """The thawed value, in which large arrays are worked out where they are needed.

    `whole` returns the value with all its numbers, or None where that cannot be done. An array of
    it counts only where it begins as `value` says; its digest may be another on a machine that
    rounds otherwise.
    """

    def inner(part: Any, of_whole: Callable[[], Any]) -> Any:
        if isinstance(part, dict):
            return {key: inner(each, _item(of_whole, key)) for key, each in part.items()}
        if isinstance(part, (list, tuple)):
            items = [inner(each, _item(of_whole, place)) for place, each in enumerate(part)]
            return part.with_items(items) if isinstance(part, NamedTuple) else type(part)(items)
        if isinstance(part, Table):
            return _with_whole_columns(part, of_whole)
        return replace(part, values=_array(part, of_whole)) if isinstance(part, Digest) else part

    return inner(value, whole)


def _with_whole_columns(table: Table, of_whole: Callable[[], Any]) -> Table:
    def column(place: int) -> Column:
        kept = table.data[place]
        if not isinstance(kept.values, Digest):
            return kept
        whole = _array(kept.values, lambda: of_whole().data[place].values)
        return replace(kept, values=replace(kept.values, values=whole))

    return replace(table, data=tuple(map(column, range(len(table.data)))))


def _item(of_whole: Callable[[], Any], key: Any) -> Callable[[], Any]:
    def item() -> Any:
        try:
            return of_whole()[key]
        except (IndexError, KeyError, TypeError):
            return None

    return item


def _array(known: Digest, of_whole: Callable[[], Any]) -> Callable[[], Any]:
    def array() -> Any:
        try:
            found = of_whole()
        except (AttributeError, IndexError):  # it is no such table
            return None
        if not isinstance(found, np.ndarray) or found.dtype.name != known.dtype:
            return None
        begins = found.shape == known.shape and np.allclose(
            head_of(found), known.head, rtol=1e-6, atol=0, equal_nan=True
        )
        return found if begins else None

    return array


def holds_digest(frozen: Any) -> bool:
    """Whether JSON data holds the hash of a large array."""
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
