"""Write the assignment: its settings, its master, its cases and the files that it needs."""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignments.load import FILE
from grader.authors.importing.foreign import Master, Unit
from grader.authors.importing.literals import FOLDER, Inputs
from grader.authors.importing.planned import Kind, Planned, PlannedCase, PlannedDriver, State
from grader.errors import InputError
from grader.files import write_file
from grader.notebooks.parsing import parsed_cell

_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]+>|[*_`#>|]+|\$[^$]*\$")
_HEADING = re.compile(r"^#+\s+(.+)$", re.MULTILINE)
_PROGRAMS = {"nbgrader": "nbgrader", "otter": "otter-grader"}
MOST_FILE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """Where the assignment was written, and the names of files beside the master it needs."""

    folder: Path
    solutions: Path
    helpers: list[str]


def write_assignment(
    root: Path, name: str, master: Master, planned: list[Planned], kinds: Iterable[Kind]
) -> Written:
    """Write both folders of the assignment. Raises InputError where one of them exists.

    `kinds` are those that can be graded; exercises of others are written as comments.
    """
    folder, solutions = root / "assignment" / name, root / "solutions" / name
    for taken in (folder, solutions):
        if taken.exists():
            raise InputError(f"{taken}: exists already; choose another name")
    helpers = _files_needed(master)
    moved = _moved(master, helpers)
    master.remarks += [
        f"{each}: stands beside the notebook as {moved[each]} here, and its cells call it so"
        if each in moved
        else f"{each}: a notebook finds files only beside it here, not in folders; put it there"
        for each in _files_in_folders(master)
    ]
    notebook = re.sub(r"[^\w.-]+", "_", f"{master.path.stem}.ipynb")
    helpers += dict.fromkeys(moved.values())
    settings = _settings(name, notebook, master, planned, helpers, set(kinds))
    cases, files = _cases(master, planned, set(kinds))
    contents: dict[Path, bytes] = {
        folder / FILE: settings.encode(),
        solutions / notebook: _notebook(master, moved),
        solutions / "cases.py": _with_names(cases, moved).encode(),
    }
    for each, beside in moved.items():
        contents[folder / beside] = (master.path.parent / each).read_bytes()
    contents |= {solutions / FOLDER / file: content for file, content in files.items()}
    for each in helpers:
        if folder / each not in contents:
            contents[folder / each] = (master.path.parent / each).read_bytes()
    for path, content in contents.items():
        try:
            write_file(path, content, parents=True)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    return Written(folder, solutions, helpers)


def _files_needed(master: Master) -> list[str]:
    """The files beside the master that its cells name, or that its settings say it needs."""
    code = "\n".join(each.source for each in master.steps)
    found = []
    for path in sorted(master.path.parent.iterdir()):
        named = path.name in master.names or path.name in code
        imported = path.suffix == ".py" and re.search(rf"\b{re.escape(path.stem)}\b", code)
        usable = (
            path.is_file()
            and path != master.path
            and path.suffix != ".ipynb"
            and not path.name.startswith(".")
        )
        if usable and (named or imported) and path.stat().st_size <= MOST_FILE_BYTES:
            found.append(path.name)
    return found


def _files_in_folders(master: Master) -> list[str]:
    """The files in folders beside the master that its cells name, and modules that they import."""
    found = set[str]()
    for step in master.steps:
        for node in ast.walk(parsed_cell(step.source).tree):
            found |= _modules_in_folders(master, node)
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and "/" in text.strip("/") and len(text) < 200:
                try:
                    found |= {text} if (master.path.parent / text).is_file() else set()
                except (OSError, ValueError):
                    continue
    return sorted(found)


def _modules_in_folders(master: Master, node: ast.AST) -> set[str]:
    """The modules that a statement imports from a folder that cells put on the path for it."""
    names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
    if not names:
        return set()
    here, code = master.path.parent, "\n".join(each.source for each in master.steps)
    return {
        f"{path.parent.name}/{path.name}"
        for name in names
        if name.isidentifier() and not (here / f"{name}.py").exists() and "sys" in code
        for path in here.glob(f"*/{name}.py")
        if re.search(rf"\b{re.escape(path.parent.name)}\b", code)
    }


def _moved(master: Master, helpers: Iterable[str]) -> dict[str, str]:
    """The files of folders below the master's, as its cells name them -> their names beside it."""
    here = master.path.parent.resolve()
    names: dict[Path, str] = {}
    moved = {}
    for each in _files_in_folders(master):
        path = (here / each).resolve()
        inside = path.is_relative_to(here) and not Path(each).is_absolute()
        if not inside or path.stat().st_size > MOST_FILE_BYTES:
            continue
        free = path.name not in {*helpers, *names.values(), FILE}
        names.setdefault(path, path.name if free else "_".join(path.relative_to(here).parts))
        moved[each] = names[path]
    return moved


def _with_names(source: str, moved: Mapping[str, str]) -> str:
    """The source with other names in quotes for these files."""
    for each, beside in moved.items():
        for quote in ("'", '"'):
            source = source.replace(f"{quote}{each}{quote}", f"{quote}{beside}{quote}")
    return source


def _renamed(cell: dict[str, Any], moved: Mapping[str, str]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    source = _with_names("".join(cell["source"]), moved)
    return {**cell, "source": source.splitlines(keepends=True)}


def _notebook(master: Master, moved: Mapping[str, str]) -> bytes:
    kept = ("kernelspec", "language_info")
    notebook = {
        "cells": [_renamed(cell, moved) for cell in master.cells],
        "metadata": {key: each for key, each in master.metadata.items() if key in kept},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


def _settings(
    name: str,
    notebook: str,
    master: Master,
    planned: list[Planned],
    helpers: list[str],
    kinds: set[Kind],
) -> str:
    title = next(
        (
            _plain(found[1])
            for cell in master.cells
            if cell["cell_type"] == "markdown"
            and (found := _HEADING.search("".join(cell["source"])))
        ),
        "",
    )
    lines = [
        f"# From {master.path.name}, a master of {_PROGRAMS[master.system]}.",
        "schema = 1",
        f"name = {_text(name)}",
        f"title = {_text(title or name.replace('_', ' ').capitalize())}",
        f"notebook = {_text(notebook)}",
    ]
    if helpers:
        lines.append(f"helpers = {json.dumps(helpers, ensure_ascii=False)}")
    for each in planned:
        lines += ["", *_exercise(each, is_graded(each, kinds))]
    return "\n".join(lines) + "\n"


def is_graded(planned: Planned, kinds: Iterable[Kind]) -> bool:
    """Whether the exercise is written as one that is graded."""
    return planned.state is not State.AUTHOR and planned.kind in set(kinds)


def _exercise(planned: Planned, graded: bool) -> Iterator[str]:
    unit = planned.unit
    yield f"# {_one_line(unit.name)}: {planned.state.value}"
    yield from (f"# {_one_line(reason)}" for reason in planned.reasons)
    yield from (f"# mark scheme: {line}".rstrip() for line in unit.rubric.splitlines())
    lines = [
        "[[exercise]]",
        f"name = {_text(planned.name)}",
        f"title = {_text(_title(planned))}",
        f"asks = {_text(_asks(unit))}",
        f"points = {unit.points:g}",
    ]
    if planned.kind is not Kind.FUNCTION:
        lines.append(f"kind = {_text(planned.kind.value)}")
    if planned.kind is Kind.WRITTEN or planned.at_cell:
        lines.append(f"cell = {_text(planned.at_cell or unit.cell)}")
    if planned.at_cell:
        lines.append('at = "cell"')
    if planned.weighted:
        lines.append('scoring = "weights"')
    yield from (line if graded else f"# {line}" for line in lines)


def _title(planned: Planned) -> str:
    name = planned.unit.name
    return planned.name if re.fullmatch(r"cell-[0-9a-f]+", name) else _one_line(name)


def _asks(unit: Unit) -> str:
    text = _plain(unit.text)
    sentence = re.split(r"(?<=[.!?:])\s", text, maxsplit=1)[0]
    return sentence[:200] or "See the notebook."


def _plain(text: str) -> str:
    paragraphs = [each for each in re.split(r"\n\s*\n", text) if not each.lstrip().startswith("#")]
    found = _MARKUP.sub(lambda match: match[1] or "", " ".join(paragraphs or [text]))
    return _one_line(found.replace("$", "").replace("\\", ""))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")


def _cases(
    master: Master, planned: list[Planned], kinds: set[Kind]
) -> tuple[str, dict[str, bytes]]:
    """The source of cases.py, and the files of inputs that it reads."""
    inputs = Inputs()
    parts: list[str] = []
    used: set[str] = set()
    for each in planned:
        if each.kind is Kind.WRITTEN:
            continue
        graded = is_graded(each, kinds)
        source = "\n\n".join(_of_exercise(each, inputs, used if graded else set()))
        if not graded:
            source = "\n\n".join(filter(None, [source, _own_tests(each, master)]))
            source = "\n".join(f"# {line}".rstrip() for line in source.splitlines())
        if source:
            parts.append(source.rstrip("\n"))
    return _head(inputs, used) + "".join(f"\n\n{part}\n" for part in parts), inputs.files


def _own_tests(planned: Planned, master: Master) -> str:
    """The tests of a unit as its master has them, for the author to start from."""
    tests = [master.steps[each.step].source.strip("\n") for each in planned.unit.tests]
    title = f"The tests of {_one_line(planned.unit.name)}, as {_PROGRAMS[master.system]} ran them:"
    return "\n\n".join([title, *tests]) if tests else ""


def _head(inputs: Inputs, used: set[str]) -> str:
    lines = ['"""The cases, from the tests of the master that this assignment was made of."""', ""]
    if inputs.files:
        lines += ["from pathlib import Path", ""]
    if inputs.numpy:
        lines += ["import numpy as np", ""]
    if names := sorted(used):
        lines.append(f"from grader.authoring import {', '.join(names)}")
    if inputs.wire:
        lines.append("from grader.values import wire")
    if inputs.files:
        lines += ["", f'INPUTS = Path(__file__).with_name("{FOLDER}")']
    if inputs.wire:
        lines += ["", "", "def saved(name):", '    """The inputs in a file."""']
        lines.append("    return wire.decode((INPUTS / name).read_bytes())")
    return "\n".join(lines) + "\n"


def _of_exercise(planned: Planned, inputs: Inputs, used: set[str]) -> Iterator[str]:
    if planned.cases:
        used |= {"arguments", "case"}
    for number, case in enumerate(planned.cases, start=1):
        yield _case(planned, case, number, inputs)
    if planned.value:
        used.add("value")
        mark = _mark("value", planned.name, planned.value, planned.weighted)
        yield f'{mark}\ndef value_of_{planned.name}():\n    """The value of {planned.name}."""\n'
    for driver in planned.drivers:
        used.add("driver")
        yield _driver(planned, driver)


def _case(planned: Planned, case: PlannedCase, number: int, inputs: Inputs) -> str:
    name = f"{planned.name}_{number}"
    args, kwargs = case.call.arguments
    lines = [
        _mark("case", planned.name, case, planned.weighted),
        f"def {name}():",
        f'    """Call {number} of the tests."""',
        f"    return {inputs.call(args, kwargs, name)}",
    ]
    return "\n".join(lines) + "\n"


def _driver(planned: Planned, driver: PlannedDriver) -> str:
    source = driver.source
    checker = f"{source.name}_holds" if source.checker else ""
    mark = _mark("driver", planned.name, driver, planned.weighted, checker)
    return (f"{source.checker}\n\n" if checker else "") + f"{mark}\n{source.source}"


def _mark(
    decorator: str,
    name: str,
    case: PlannedCase | PlannedDriver,
    weighted: bool,
    checker: str = "",
) -> str:
    parts = [json.dumps(name)]
    parts += [f"rtol={case.rtol!r}"] if case.rtol is not None else []
    parts += [f"atol={case.atol!r}"] if case.atol is not None else []
    parts += [f"weight={case.weight:g}"] if weighted else []
    parts += ["public=True"] if case.public else []
    parts += [f"check={checker}"] if checker else []
    raises = getattr(case, "raises", "")
    if raises:
        parts.append(f"raises={raises if hasattr(builtins, raises) else json.dumps(raises)}")
    return f"@{decorator}({', '.join(parts)})"
