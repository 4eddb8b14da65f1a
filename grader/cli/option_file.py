"""What a course always says: options of `grade` that stand in a file of the course's folder.

The file is `fairgrade.toml`, or the table [tool.fairgrade] of `pyproject.toml`, in the folder that
holds `assignment/` and `solutions/`. It is searched for in no other folder: one that a student
handed in must not be able to say how the student is graded.

What is read becomes click's `default_map`, so the command line and the environment win.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from grader.cli import OPTIONS_FILE, main
from grader.encoding import not_known

FILE, PROJECT, TABLE = "fairgrade.toml", "pyproject.toml", "tool.fairgrade"
# What is about one run, or says where the file lies, is no habit of a course.
OF_ONE_RUN = ("help", "root", "all", "json", "quiet", "regrade")
# What other commands call the folder and the file that options of `grade run` name.
GRADEBOOK = "gradebook.sqlite"


@dataclass(frozen=True, slots=True)
class OptionFile:
    """A file with options: its name, with the table if it has other tables too, and its values."""

    name: str
    folder: Path
    values: Mapping[str, Any]


def apply_option_file(context: click.Context, folder: Path) -> None:
    """Make the options of the course's file the defaults of the command that is being read.

    Raises UsageError, with the file and the key, where the file is not as it should be.
    """
    found = read_option_file(folder)
    if found is None:
        return
    values = dict(_by_parameter(found))
    if "output" in values:
        output = values["output"]
        values["results"] = output
        # For `grade run`, the gradebook is in the output folder anyway.
        values.setdefault("gradebook", output / GRADEBOOK)
    context.default_map = values
    context.meta[OPTIONS_FILE] = found.name


def read_option_file(folder: Path) -> OptionFile | None:
    """The options that the files of a folder hold, or None where there are none.

    Raises UsageError, with the file and the key, where they cannot be read.
    """
    found = list(_files(folder))
    if len(found) > 1:
        names = " and ".join(each.name for each in found)
        raise click.UsageError(f"{names} both have options in {folder}: keep one of them")
    return found[0] if found else None


def _files(folder: Path) -> Iterator[OptionFile]:
    if (path := folder / FILE).exists():
        yield OptionFile(str(path), folder, _toml(path))
    if (path := folder / PROJECT).exists():
        table = _toml(path).get("tool", {}).get("fairgrade")
        name = f"{path} [{TABLE}]"
        if isinstance(table, dict):
            yield OptionFile(name, folder, table)
        elif table is not None:
            raise click.UsageError(f"{name}: is {table!r} where a table of options is expected")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise click.UsageError(f"{path}: not valid TOML: {error}") from None


def _by_parameter(found: OptionFile) -> Iterator[tuple[str, Any]]:
    """The values by the names of click's parameters; paths start from the file's folder."""
    known = keys()
    for key, value in found.values.items():
        if key not in known:
            raise click.UsageError(f"{found.name}: {key}: {not_known(key, known)}")
        option = known[key]
        if type(value) not in _types(option):
            wrong = f"is {value!r} where {expected(option)} is expected"
            raise click.UsageError(f"{found.name}: {key}: {wrong}")
        yield str(option.name), found.folder / value if _is_path(option) else value


def keys() -> dict[str, click.Option]:
    """The options of `grade run` that may stand in the file, by their names there."""
    command = main.get_command(click.Context(main), "run")
    assert command
    options = [each for each in command.params if isinstance(each, click.Option)]
    names = {
        name.removeprefix("--"): each
        for each in options
        for name in each.opts
        if name.startswith("--")
    }
    return {name: each for name, each in names.items() if name not in OF_ONE_RUN}


def expected(option: click.Option) -> str:
    """What a value in TOML may be for an option, such as "a text"."""
    return " or ".join(_NAMES[kind] for kind in _types(option))


_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _types(option: click.Option) -> tuple[type, ...]:
    """The types that a value in TOML may have for an option."""
    if option.is_flag:
        return (bool,)
    if isinstance(option.type, click.types.FloatParamType):
        return (int, float)
    return (int,) if isinstance(option.type, click.types.IntParamType) else (str,)


def _is_path(option: click.Option) -> bool:
    return isinstance(option.type, click.Path)
