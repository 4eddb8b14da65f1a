"""A cache for functions of a record, stored on the record itself.

What is computed from an assignment, a case or a picture is computed once and then shared by all
submissions, for as long as that record exists. `functools.cache` would keep every record that it
was called with until the process ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

_LOCK = threading.Lock()
_MISSING = object()


class CacheOwner:
    """A record on which `cached` may keep results. Its subclasses are dataclasses with slots.

    The results are an attribute of the record, not entries of a global table. So a result may refer
    to its record, as a diagnosis does to its exercise: the garbage collector can free such a cycle.
    `dataclasses.replace` makes a record without results.
    """

    __slots__ = ("__weakref__", "_results")
    _results: dict[Callable[..., Any], dict[Any, Any]]

    @property
    def keeper(self) -> Self:
        """The record that results are computed for and kept on, in the place of this one."""
        return self


_Owner = TypeVar("_Owner", bound=CacheOwner)
_Rest = ParamSpec("_Rest")
_Value = TypeVar("_Value")
_Function = Callable[Concatenate[_Owner, _Rest], _Value]


def cached(
    most: int | None = None,
) -> Callable[[_Function[_Owner, _Rest, _Value]], _Function[_Owner, _Rest, _Value]]:
    """Cache a function's results by the identity of its first argument and the value of the others.

    `most` bounds how many results are kept for one first argument: the oldest are dropped. Threads
    that miss the same result at the same time each compute it, and all get the one stored first.
    An exception is not kept.
    """

    def decorate(
        function: _Function[_Owner, _Rest, _Value],
    ) -> _Function[_Owner, _Rest, _Value]:
        @wraps(function)
        def wrapper(owner: _Owner, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> _Value:
            key = (args, *sorted(kwargs.items())) if kwargs else args
            owner = owner.keeper
            results = _results_of(owner, function)
            value = results.get(key, _MISSING)
            if value is _MISSING:
                value = _stored(results, key, function(owner, *args, **kwargs), most)
            return value  # type: ignore[no-any-return]

        return wrapper

    return decorate


def _results_of(owner: CacheOwner, function: Callable[..., Any]) -> dict[Any, Any]:
    """The results of the function that are stored on the record: arguments -> result."""
    try:
        return owner._results[function]
    except (AttributeError, KeyError):
        pass
    with _LOCK:
        if not hasattr(owner, "_results"):
            object.__setattr__(owner, "_results", {})  # the record is frozen
        return owner._results.setdefault(function, {})


def _stored(results: dict[Any, Any], key: Any, value: Any, most: int | None) -> Any:
    """Store the value unless another thread has stored one; return the stored value."""
    with _LOCK:
        value = results.setdefault(key, value)
        while most is not None and len(results) > most:
            del results[next(iter(results))]
    return value
