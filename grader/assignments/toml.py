"""Reading TOML with errors an author can act on: file, key, what was expected.

The structs that mirror a file refuse keys that they do not have: a misspelling is found at once.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from grader.encoding import Keys, Malformed, convert
from grader.errors import AssignmentError

_T = TypeVar("_T")


def read_toml(path: Path) -> dict[str, Any]:
    """The TOML file at `path`, as it stands; raises AssignmentError where there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=_number)
    except FileNotFoundError:
        raise AssignmentError(f"{path}: there is no such file; an assignment needs one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError(f"{path}: not valid TOML: {error}") from None


def mirrored(data: dict[str, Any], kind: type[_T], path: Path) -> _T:
    """What stands in the file as the struct that mirrors it.

    Raises AssignmentError, with the file and the key, where it does not.
    """
    try:
        return convert(data, kind)
    except Malformed as error:
        raise wrong(path, error.keys, _problem(error, data)) from None


def wrong(path: Path, keys: Keys, problem: str) -> AssignmentError:
    """The error that a key of the file is wrong: `("exercise", 0, "name")` is the name in the
    first of the tables [[exercise]]."""
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
    """A number with a point or an exponent; a whole one may stand for bytes, say 4e9."""
    number = float(text)
    return int(number) if number.is_integer() else number
