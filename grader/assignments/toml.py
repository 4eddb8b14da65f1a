"""Read TOML files into structs, with errors that name the file, the key and what was expected.

A key that the struct does not have is an error, so that a misspelled key is noticed.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from grader.encoding import Keys, Malformed, convert
from grader.errors import AssignmentError

_T = TypeVar("_T")


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file; raises AssignmentError where it is missing or not valid."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=_number)
    except FileNotFoundError:
        raise AssignmentError(f"{path}: there is no such file; an assignment needs one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError(f"{path}: not valid TOML: {error}") from None


def mirrored(data: dict[str, Any], kind: type[_T], path: Path) -> _T:
    """A file's content as the struct whose fields are the file's keys.

    Raises AssignmentError, with the file and the key, where it does not have that form.
    """
    try:
        return convert(data, kind)
    except Malformed as error:
        raise wrong(path, error.keys, _problem(error, data)) from None


def wrong(path: Path, keys: Keys, problem: str) -> AssignmentError:
    """The error that something is wrong at a key of the file.

    `keys` lead to it: `("exercise", 0, "name")` is the name in the first table [[exercise]].
    """
    place = ""
    for key in keys:
        after_number = place and place[-1].isdigit() and isinstance(key, str)
        if isinstance(key, int):
            place += f" {key + 1}"
        else:
            place += f": {key}" if after_number else f".{key}"
    return AssignmentError(f"{path}: {place.lstrip('.')}: {problem}")


def _problem(error: Malformed, data: dict[str, Any]) -> str:
    match error.keys:
        case (str() as key,) if isinstance(data.get(key), dict) and "a list of t" in error.problem:
            return f"stands in single brackets; [[{key}]] is expected, in double ones"
    return error.problem


def _number(text: str) -> float:
    """A number with a point or an exponent; as an int if it is whole, since bytes may be 4e9."""
    number = float(text)
    return int(number) if number.is_integer() else number
