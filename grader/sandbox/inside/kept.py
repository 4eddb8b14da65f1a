"""Keep a function as its cell left it, with what the names that it uses stood for then.

A later cell may give such a name another meaning, as `sum = 0` does, or remove it. The function can
then still be called with the names as they were. Values are kept as they are, not copied.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import functools
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

_ABSENT = object()
# Names that IPython binds anew for every cell.
_IPYTHONS = frozenset({"_", "__", "___", "_i", "_ii", "_iii", "_oh", "_dh", "In", "Out"})
_MOST = 1000  # names, of functions that call each other


class KeptFunction:
    """The function `name` of a notebook's namespace, and what the names it uses stand for now."""

    def __init__(self, name: str, namespace: dict[str, Any]) -> None:
        self.function = namespace[name]
        self._namespace = namespace
        used = {name, *_names_used(self.function, namespace)} - _IPYTHONS
        found = {each: self._meaning(each) for each in used}
        # What is not there yet, a later cell may define.
        self._meanings = {each: value for each, value in found.items() if value is not _ABSENT}
        self._seen = dict(self._meanings)
        self._changed: dict[str, int] = {}

    def note(self, cell: int) -> None:
        """Note which names stand for something else since the last time, because of a cell."""
        for name, before in self._seen.items():
            now = self._meaning(name)
            if now is not before:
                self._seen[name] = now
                self._changed[name] = cell

    def taken(self) -> dict[str, tuple[int, bool]]:
        """The names that stand for something else now: the cell, and whether it removed them."""
        return {
            name: (self._changed.get(name, 0), self._meaning(name) is _ABSENT)
            for name, value in self._meanings.items()
            if self._meaning(name) is not value
        }

    @contextlib.contextmanager
    def restored(self) -> Iterator[None]:
        """Let the names stand for what they did while the context lasts."""
        taken = self.taken()
        now = {name: self._namespace.get(name, _ABSENT) for name in taken}
        self._namespace.update({name: self._meanings[name] for name in taken})
        try:
            yield
        finally:
            for name, value in now.items():
                if value is _ABSENT:
                    self._namespace.pop(name, None)
                else:
                    self._namespace[name] = value

    def _meaning(self, name: str) -> Any:
        """What a name stands for in the notebook's functions."""
        return self._namespace.get(name, vars(builtins).get(name, _ABSENT))


def _names_used(function: Any, namespace: dict[str, Any]) -> set[str]:
    """The global names that a function reads, and those that what they stand for reads in turn."""
    names: set[str] = set()
    waiting, seen = [function], set[int]()
    while waiting and len(names) < _MOST:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if type(value) is FunctionType and value.__globals__ is namespace:
            found = set(_globals_of(value.__code__)) - names
            names |= found
            waiting += [namespace[name] for name in found if name in namespace]
            waiting += _enclosed(value)
        elif type(value) is type and value.__module__ == "__main__":
            waiting += [each for each in vars(value).values() if type(each) is FunctionType]
        elif type(value) is functools._lru_cache_wrapper:
            waiting.append(value.__wrapped__)
    return names


def _enclosed(function: FunctionType) -> Iterator[Any]:
    """What a function has from the one around it, such as the function that a decorator wraps."""
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # empty yet
            yield cell.cell_contents


def _globals_of(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_of(constant)
