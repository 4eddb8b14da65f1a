"""The files that are generated from a master notebook and the expected outputs.

These are the student's template, the master itself (its cells that show expected outputs are filled
in), and copies of the files that assignments share. A cell of a master says in its metadata, under
"fairgrade", what is to be filled in:

    {"expected": "EXERCISE/CASE"}      markdown: its text is the expected output of that case
    {"expected": …, "show": [name]}    … but only the returned values of these names
    {"expected": …, "plain": [name]}   … the keys of these dicts without the dict's name
    {"expected": …, "shapes": true}    … of arrays only the shapes, and how the large ones start
    {"from": "ASSIGNMENT#CELL_ID"}     its source is that of a cell of another master,
    {"from": …, "replace": [[a, b]]}   with every text a, which stands there once, replaced by b
"""

from __future__ import annotations

import ast
import copy
import json
import textwrap
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from grader.assignments.load import read_assignment
from grader.assignments.paths import HANDED_OUT, PARAMETERS
from grader.assignments.records import Assignment, Case, Exercise
from grader.authors.single_file import difference_file
from grader.errors import AssignmentError
from grader.grading.drawn.parameters import cell_id
from grader.model import Visibility
from grader.notebooks.parsing import CELL_MAGIC, parsed_cell
from grader.notebooks.read import read_notebook
from grader.notebooks.stubs import (
    ANSWER_END,
    ANSWER_START,
    END_MARK,
    START_MARK,
    foreign_marker,
)
from grader.text import counted
from grader.values.contents import lines as lines_of
from grader.values.frozen import pretty

_HEADING = "**Expected output**"
# A line of `handout/public_tests.py`, in which the assignment's names are filled in.
_NOT_GRADED = "NOT_GRADED: tuple[str, ...]"


def generated_files(assignment: Assignment, root: Path) -> dict[Path, bytes]:
    """Path -> content of all files that follow from the master and the frozen outputs."""
    master = _read(assignment.master)
    for cell in master["cells"]:
        _fill(cell, assignment, root)
    contents = {
        assignment.master: _written(master),
        assignment.template: _written(template_of(master, _named_cells(assignment, master))),
    }
    if assignment.parameters:
        contents[assignment.folder / PARAMETERS] = _parameters(assignment)
    for name in HANDED_OUT:
        if name in assignment.helpers:
            contents[assignment.folder / name] = _handed_out(name, assignment)
    for name in assignment.shared_files:
        contents[assignment.folder / name] = _bytes(assignment.shared_folder / name)
    return contents


def _parameters(assignment: Assignment) -> bytes:
    """What students get of the parameters: the cell of each, and the source of what draws it."""
    master = read_notebook(assignment.master)
    written = {
        each.name: {
            "cell": cell_id(each, master),
            "name": each.draws.name,
            "source": each.draws.source,
        }
        for each in assignment.parameters
    }
    return f"{pretty(written)}\n".encode()


def _handed_out(name: str, assignment: Assignment) -> bytes:
    if name == "difference.py":
        return difference_file()
    text = files("grader").joinpath("handout", name).read_text(encoding="utf-8")
    names = ", ".join(f'"{each}"' for each in assignment.not_graded)
    names += "," * (len(assignment.not_graded) == 1)
    return text.replace(f"{_NOT_GRADED} = ()\n", f"{_NOT_GRADED} = ({names})\n").encode()


def _named_cells(assignment: Assignment, master: dict[str, Any]) -> dict[str, list[str]]:
    """The ids of the master's cells that belong to exercises -> the names of these.

    Raises AssignmentError where an exercise names a cell that the master has not.
    """
    known = [cell.get("id") for cell in master["cells"]]
    named: dict[str, list[str]] = {}
    for exercise in assignment.exercises:
        if exercise.cell and known.count(exercise.cell) != 1:
            raise AssignmentError(
                f"{assignment.master}: {exercise.name} belongs to the cell {exercise.cell!r}, and "
                f"{counted(known.count(exercise.cell), 'cell')} there have this id where one is "
                "expected"
            )
        if exercise.cell:
            named.setdefault(exercise.cell, []).append(exercise.name)
    return named


def template_of(
    master: dict[str, Any], named: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """The student's notebook: no answers between the markers, no outputs, no notes to fairgrade.

    `named` has the exercises that belong to a cell, by the cell's id. Their names are put into its
    metadata, by which the cell is found where a program has given it another id.
    """
    template = copy.deepcopy(master)
    for number, cell in enumerate(template["cells"], start=1):
        cell["metadata"].pop("fairgrade", None)
        if names := (named or {}).get(cell.get("id", "")):
            cell["metadata"]["fairgrade"] = {"exercise": names[0] if len(names) == 1 else names}
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            cell["source"] = _as_lines(emptied(source))
        elif marker := foreign_marker(source):
            raise AssignmentError(f"cell {number}: {_foreign(marker)}")
        else:
            cell["source"] = _as_lines(without_answer(source))
    return template


def without_answer(source: str) -> str:
    """The source of a text cell without the lines between the markers of a written answer.

    Raises AssignmentError where one of the markers is missing.
    """
    kept: list[str] = []
    inside = False
    for line in source.splitlines(keepends=True):
        if inside and ANSWER_END.match(line):
            inside = False
        elif not inside and ANSWER_START.match(line):
            kept.append(line)
            inside = True
            continue
        elif ANSWER_START.match(line) or ANSWER_END.match(line):
            raise AssignmentError(f"a text cell has {line.strip()} without its other marker")
        if not inside:
            kept.append(line)
    if inside:
        raise AssignmentError("a text cell has START ANSWER HERE without END ANSWER HERE")
    return "".join(kept)


def emptied(source: str) -> str:
    """The source of a code cell without the answers between its markers.

    There, `name = value` becomes `name = None`, `a, b = value` becomes `a, b = None, None`, other
    statements are removed and comments stay. Where no statement is left, `pass` is added, so that
    the cell can still be parsed. Raises AssignmentError where a marker is missing or the lines
    between them are not Python, and where another program's marker would be left.
    """
    lines: list[str] = []
    stub: list[str] | None = None
    for line in source.splitlines():
        if END_MARK.match(line):
            if stub is None:
                raise AssignmentError("a cell has END CODE HERE without START CODE HERE")
            lines += _emptied(stub)
            stub = None
        if stub is None:
            lines.append(line)
            if START_MARK.match(line):
                stub = []
        else:
            stub.append(line)
    if stub is not None:
        raise AssignmentError("a cell has START CODE HERE without END CODE HERE")
    emptied_source = "\n".join(lines)
    if marker := foreign_marker(emptied_source):
        raise AssignmentError(_foreign(marker))
    return emptied_source


def _foreign(marker: str) -> str:
    return (
        f"`{marker}` is a marker of nbgrader's or otter-grader's, and students would get what it "
        "marks; put answers between START CODE HERE and END CODE HERE, and remove the marker"
    )


def _emptied(stub: list[str]) -> list[str]:
    text = textwrap.dedent("\n".join(stub))
    indent = next((line[: len(line) - len(line.lstrip())] for line in stub if line.strip()), "")
    lines: list[str | None] = list(stub)
    # Lines of magic, such as `!head data.csv`, are part of the answer, too.
    read = parsed_cell(text)
    if read.error or CELL_MAGIC.match(text):
        raise AssignmentError(
            "what stands between START CODE HERE and END CODE HERE is not Python by itself: "
            + (read.error.msg if read.error else "it begins with a cell magic")
        )
    for node in read.tree.body:
        first = min(each.lineno for each in (node, *getattr(node, "decorator_list", [])))
        for number in range(first - 1, node.end_lineno or node.lineno):
            lines[number] = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = ast.get_source_segment(text, node.targets[0])
            lines[node.lineno - 1] = f"{indent}{target} = {_nothing(node.targets[0])}"
    kept = [line for line in lines if line is not None]
    if not any(line.strip() and not line.strip().startswith("#") for line in kept):
        kept.append(f"{indent}pass")
    return kept


def _nothing(target: ast.expr) -> str:
    """None for each name that is assigned to: `None, None` for `a, b`."""
    if not isinstance(target, ast.Tuple | ast.List):
        return "None"
    inner = (
        f"({_nothing(each)})" if isinstance(each, ast.Tuple | ast.List) else "None"
        for each in target.elts
    )
    joined = ", ".join(inner)
    return f"{joined}," if len(target.elts) == 1 else joined


def _fill(cell: dict[str, Any], assignment: Assignment, root: Path) -> None:
    notes = cell["metadata"].get("fairgrade", {})
    if "from" in notes:
        cell["source"] = _as_lines(_included(notes, assignment, root))
    elif "expected" in notes:
        exercise_name, _, case_name = notes["expected"].partition("/")
        exercise, case = _case(assignment, exercise_name, case_name)
        cell["source"] = _as_lines(_expected_text(exercise, case, notes))


def _included(notes: dict[str, Any], assignment: Assignment, root: Path) -> str:
    name, _, cell_id = notes["from"].partition("#")
    other = read_assignment(root, name)
    found = [cell for cell in _read(other.master)["cells"] if cell.get("id") == cell_id]
    if not found:
        raise AssignmentError(
            f"{assignment.master}: a cell is to be from {notes['from']!r}, "
            f"but {other.master} has no cell of that id"
        )
    source = "".join(found[0]["source"])
    for old, new in notes.get("replace", []):
        if source.count(old) != 1:
            raise AssignmentError(
                f"{assignment.master}: {old!r} is to be replaced in the cell from "
                f"{notes['from']!r}, where it stands {source.count(old)} times and not once"
            )
        source = source.replace(old, new)
    return source


def _case(assignment: Assignment, exercise_name: str, case_name: str) -> tuple[Exercise, Case]:
    for exercise in assignment.exercises:
        for case in exercise.cases:
            wanted = (exercise.name, case.name) == (exercise_name, case_name)
            if wanted and case.visibility is Visibility.PUBLIC:
                return exercise, case
    public = [
        f"{exercise.name}/{case.name}"
        for exercise in assignment.exercises
        for case in exercise.of(Visibility.PUBLIC)
    ]
    raise AssignmentError(
        f"{assignment.master}: a cell is to show the expected output of "
        f"'{exercise_name}/{case_name}', which is not a public case (there are: "
        f"{', '.join(public) or 'none'}); change it in the cell's metadata"
    )


def _expected_text(exercise: Exercise, case: Case, notes: dict[str, Any]) -> str:
    """The text of a markdown cell that shows the expected output of a case, value by value."""
    names = exercise.returns.names + exercise.returns.also
    several = len(exercise.returns.names) > 1 and isinstance(case.expected, (tuple, list))
    values = case.expected if several else (case.expected,)
    show, plain = notes.get("show", names), notes.get("plain", ())
    lines = [
        line
        for name, value in zip(names, values, strict=False)
        if name in show
        for line in lines_of(name, value, plain=plain, shapes=notes.get("shapes", False))
    ]
    lines = [f"raises {case.raises}"] if case.raises else lines
    return "\n".join([_HEADING, "", "```", *lines, "```"])


def _read(path: Path) -> dict[str, Any]:
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AssignmentError(f"{path}: cannot be read as a notebook: {error}") from None
    return notebook


def _written(notebook: dict[str, Any]) -> bytes:
    """A notebook's bytes as Jupyter writes them."""
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


def _as_lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be read: {error.strerror}") from None
