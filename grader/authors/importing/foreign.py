"""What is read of a master of another program, whichever it is."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import nbformat
import yaml

from grader.errors import InputError
from grader.notebooks.scripts import ScriptCell, is_script, read_script

# Behind this, jupytext writes what nbgrader notes of a cell.
_NBGRADERS = "nbgrader="
_NOT_IN_AN_ID = re.compile(r"[^a-zA-Z0-9_-]+")


class Role(StrEnum):
    """What a cell of a master is there for."""

    GIVEN = "given"
    ANSWER = "answer"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Step:
    """A code cell as the master runs it. `unit` is the number of the unit that a test belongs to.

    `shown` says that the value of the test's last expression is compared, as otter-grader does.
    """

    source: str
    role: Role
    unit: int | None = None
    shown: bool = False


@dataclass(slots=True)
class Test:
    """A test cell. `step` is its number among the steps, `hidden` has its hidden lines.

    `points` is what this test alone is worth; None where the points are those of the whole unit.
    """

    step: int
    hidden: frozenset[int]
    points: float | None = None


@dataclass(slots=True)
class Unit:
    """What the other program grades by itself: a test cell, or a question, with its points.

    `cell` is the id of the cell that is answered, the first if there are several. `text` is what
    the students read about it.
    """

    name: str
    points: float
    manual: bool = False
    text: str = ""
    cell: str = ""
    tests: list[Test] = field(default_factory=list)
    all_or_nothing: bool = True
    rubric: str = ""


@dataclass(slots=True)
class Master:
    """A master notebook that has been read.

    `cells` are those of the new master, with our marks and without tests; `steps` are the code
    cells in the order in which the old one ran them. `names` are files that it says it needs.
    """

    path: Path
    system: str
    cells: list[dict[str, Any]]
    steps: list[Step]
    units: list[Unit]
    metadata: dict[str, Any]
    names: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def answers(self) -> str:
        """The source of all cells that are answered."""
        return "\n".join(each.source for each in self.steps if each.role is Role.ANSWER)


def read_cells(path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The cells of a notebook of any version, each with an id and its source as one text, and the
    notebook's metadata. Raises InputError where it is no notebook, or one in another language."""
    try:
        text = path.read_text(encoding="utf-8")
        notebook = _of_script(text) if is_script(text) else nbformat.reads(text, as_version=4)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except Exception as error:  # nbformat raises several kinds, its own and Python's
        raise InputError(f"{path}: cannot be read as a notebook: {error}") from None
    metadata = copy.deepcopy(dict(notebook.metadata))
    kernel = metadata.get("kernelspec", {})
    language = str(kernel.get("language") or metadata.get("language_info", {}).get("name") or "")
    if language and language.lower() not in ("python", "ipython", "python3"):
        raise InputError(f"{path}: is a notebook in {language}; only those in Python can be graded")
    return [_with_id(dict(cell), number) for number, cell in enumerate(notebook.cells)], metadata


def _of_script(text: str) -> Any:
    """The notebook that jupytext wrote as this text."""
    script = read_script(text)
    cells = [
        {"cell_type": each.kind, "source": each.source, "metadata": _metadata(each)}
        for each in script.cells
    ]
    language = {"name": script.language} if script.language else {}
    return nbformat.from_dict({"cells": cells, "metadata": {"language_info": language}})


def _metadata(cell: ScriptCell) -> dict[str, Any]:
    """A cell's metadata: in MyST before its source, else behind its mark.

    Raises ValueError where what stands before the source cannot be read.
    """
    if not cell.options:
        return _noted(cell.notes)
    try:
        found = yaml.safe_load(cell.options)
    except yaml.YAMLError as error:
        first, why = cell.options.partition("\n")[0], " ".join(str(error).split())
        raise ValueError(f"the metadata of a cell, from {first!r} on, are no YAML: {why}") from None
    return found if isinstance(found, dict) else {}


def _noted(notes: str) -> dict[str, Any]:
    """A cell's metadata that jupytext wrote behind its mark: all as JSON, or nbgrader's alone."""
    begin = notes.find("{") if notes.startswith("{") else notes.find(_NBGRADERS)
    if begin < 0:
        return {}
    named = not notes.startswith("{")
    try:
        found, _ = json.JSONDecoder().raw_decode(notes, begin + (len(_NBGRADERS) if named else 0))
    except ValueError:
        return {}
    return {"nbgrader": found} if named else found


def _with_id(cell: dict[str, Any], number: int) -> dict[str, Any]:
    noted = cell["metadata"].get("nbgrader")
    named = noted.get("grade_id") if isinstance(noted, dict) else None
    given = named or cell.get("id") or f"cell-{number}"
    cell["id"] = _NOT_IN_AN_ID.sub("-", str(given)).strip("-")[:64] or f"cell-{number}"
    return cell


def new_cell(cell: dict[str, Any], source: str) -> dict[str, Any]:
    """A cell of the new master: this one with another source, and without outputs or old marks."""
    kept = ("tags", "jupyter", "slideshow")
    made: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": cell["id"],
        "metadata": {key: each for key, each in cell["metadata"].items() if key in kept},
        "source": source.splitlines(keepends=True),
    }
    if cell.get("attachments"):
        made["attachments"] = cell["attachments"]
    if cell["cell_type"] == "code":
        made |= {"outputs": [], "execution_count": None}
    return made


def with_unique_ids(cells: list[dict[str, Any]]) -> None:
    """Give cells of the same id, as copied ones have, ids of their own."""
    known: set[str] = set()
    for number, cell in enumerate(cells):
        if cell["id"] in known:
            cell["id"] = f"{cell['id'][:50]}-{number}"
        known.add(cell["id"])


def answer_between_marks(answer: str) -> str:
    """The text of a cell where students write, with the author's answer between our marks."""
    marks = "<!-- START ANSWER HERE -->", "<!-- END ANSWER HERE -->"
    return f"*Write your answer here.*\n\n{marks[0]}\n{answer}\n{marks[1]}"
