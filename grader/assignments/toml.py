"""Reading TOML with errors an author can act on: file, key, what was expected."""

from __future__ import annotations

import difflib
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import AssignmentError

_T = TypeVar("_T")
_WORDS: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list of strings",
    dict: "a table",
    datetime: "a time such as 2026-03-01T23:59:00+01:00",
}


def read_table(path: Path) -> Table:
    """The TOML file at `path`; raises AssignmentError where it is missing or malformed."""
    try:
        return Table(tomllib.loads(path.read_text(encoding="utf-8")), path)
    except FileNotFoundError:
        raise AssignmentError(f"{path}: there is no such file; an assignment needs one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError(f"{path}: not valid TOML: {error}") from None


class Table:
    """One TOML table: every key that is asked for is checked, every other one is an error."""

    def __init__(self, data: dict[str, Any], path: Path, place: str = "") -> None:
        self._data = data
        self._path = path
        self._place = place
        self._asked: set[str] = set()

    def error(self, key: str, problem: str) -> AssignmentError:
        return AssignmentError(f"{self._path}: {self._place}{key}: {problem}")

    def get(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """The value of `key`, of the kind asked for; required unless there is a default."""
        self._asked.add(key)
        if key not in self._data:
            if default is not None:
                return default
            near = difflib.get_close_matches(key, self._data.keys() - self._asked, n=1)
            hint = f" ({near[0]!r} is there: is it meant?)" if near else ""
            raise self.error(key, f"is missing; {_WORDS[kind]} is expected{hint}")
        value = self._data[key]
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.error(key, f"is {value!r} where {_WORDS[kind]} is expected")
        return value

    def positive(self, key: str, default: float | None = None) -> float:
        value = self.get(key, float, default)
        if not value > 0:
            raise self.error(key, f"is {value:g} where a number above 0 is expected")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        values = self.get(key, list, [])
        for value in values:
            if not isinstance(value, str):
                raise self.error(key, f"holds {value!r} where only strings are expected")
        return tuple(values)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of `choices`; the first is the default."""
        value = self.get(key, str, choices[0])
        if value not in choices:
            raise self.error(key, f"is {value!r} where one of {', '.join(choices)} is expected")
        return value

    def table(self, key: str) -> Table:
        return Table(self.get(key, dict, {}), self._path, f"{self._place}{key}.")

    def tables(self, key: str) -> list[Table]:
        self._asked.add(key)
        values = self._data.get(key, [])
        if isinstance(values, dict):
            raise self.error(
                key, f"stands in single brackets; [[{key}]] is expected, in double ones"
            )
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.error(key, f"is {values!r} where [[{key}]] tables are expected")
        return [
            Table(value, self._path, f"{key} {number}: ")
            for number, value in enumerate(values, start=1)
        ]

    def lists(self) -> dict[str, tuple[str, ...]]:
        """All of the table, whose keys are free and whose values are lists of strings."""
        return {key: self.strings(key) for key in self._data}

    def no_more(self) -> None:
        """Raise AssignmentError for the first key that nothing has asked for."""
        for key in self._data:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                known = ", ".join(sorted(self._asked))
                raise self.error(key, f"is not a key that is known here ({known}){hint}")
