"""Read a master of nbgrader's: cells whose metadata say what they are, and marks in their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.authors.importing.foreign import (
    Master,
    Role,
    Step,
    Test,
    Unit,
    answer_between_marks,
    new_cell,
    read_cells,
    with_unique_ids,
)
from grader.authors.importing.marks import Line, marked
from grader.errors import InputError
from grader.notebooks.parsing import source_lines


def _mark(words: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*(?:#+|={{3}})\s*{words}\b", re.IGNORECASE)


_BEGIN, _END = _mark("BEGIN SOLUTION"), _mark("END SOLUTION")
_HIDE, _SHOW = _mark("BEGIN HIDDEN TESTS?"), _mark("END HIDDEN TESTS?")
_SCHEME, _SCHEME_END = _mark("BEGIN MARK SCHEME"), _mark("END MARK SCHEME")
_AUTOTEST = re.compile(r"^(\s*)#+\s*(?:HASHED\s+)?AUTOTEST\s+(.+?)\s*;?\s*$")


def read_nbgrader(path: Path) -> Master:
    """The master at `path`. Raises InputError where it is no master of nbgrader's."""
    cells, metadata = read_cells(path)
    if not any(_notes(cell) for cell in cells):
        raise InputError(
            f"{path}: has no cell with metadata of nbgrader's; the notebook in the course's folder "
            "source/ is expected, not one made from it by hand"
        )
    reader = _Reader(Master(path, "nbgrader", [], [], [], metadata))
    for cell in cells:
        reader.read(cell)
    with_unique_ids(reader.master.cells)
    return reader.master


def _notes(cell: dict[str, Any]) -> dict[str, Any]:
    found = cell["metadata"].get("nbgrader", {})
    return dict(found) if isinstance(found, dict) else {}


class _Reader:
    def __init__(self, master: Master) -> None:
        self.master = master
        self.text = ""
        self.answered = ""

    def read(self, cell: dict[str, Any]) -> None:
        notes = _notes(cell)
        graded, solution = bool(notes.get("grade")), bool(notes.get("solution"))
        if cell["cell_type"] != "code":
            self._prose(cell, notes, graded or bool(notes.get("task")), solution)
        elif graded and not solution:
            self._test(cell, notes)
        else:
            self._code(cell, notes, graded, solution)

    def _prose(
        self, cell: dict[str, Any], notes: dict[str, Any], graded: bool, solution: bool
    ) -> None:
        rest, scheme = _parted(cell["source"], _SCHEME, _SCHEME_END)
        if not graded:
            self.text = rest
            kept = answer_between_marks(rest) if solution else rest
            self.master.cells.append(new_cell(cell, kept))
            if solution:
                self._remark_ungraded(cell, notes)
            return
        unit = self._unit(notes, cell)
        unit.manual, unit.rubric, unit.cell = True, scheme, cell["id"]
        if solution:
            rest = answer_between_marks(rest)
        elif notes.get("task"):
            self.text = unit.text = rest
        self.master.cells.append(new_cell(cell, rest))

    def _remark_ungraded(self, cell: dict[str, Any], notes: dict[str, Any]) -> None:
        name = notes.get("grade_id", cell["id"])
        self.master.remarks.append(
            f"{name}: an answer that nbgrader does not grade, nor is it graded here"
        )

    def _code(
        self, cell: dict[str, Any], notes: dict[str, Any], graded: bool, solution: bool
    ) -> None:
        lines, hidden = _lines(cell["source"], solution)
        made = marked(lines)
        source = "\n".join(each.text for each in lines)
        if made.problem:
            self.master.remarks.append(f"{cell['id']}: its solution is not Python: {made.problem}")
        if made.comments_left_out:
            count = made.comments_left_out
            self.master.remarks.append(
                f"{cell['id']}: {count} comment{'s' * (count > 1)} of the solution left out, as "
                "students get the comments between our marks"
            )
        self.master.cells.append(new_cell(cell, made.source))
        is_answer = solution or any(each.solution for each in lines)
        self.master.steps.append(Step(source, Role.ANSWER if is_answer else Role.GIVEN))
        if is_answer:
            self.answered = cell["id"]
        if graded:
            unit = self._unit(notes, cell)
            unit.manual, unit.cell = True, cell["id"]
        if hidden.strip():
            self._hidden_in_answer(hidden, cell, graded)

    def _hidden_in_answer(self, hidden: str, cell: dict[str, Any], graded: bool) -> None:
        """Tests that stand in the cell of an answer, where nbgrader runs them, too."""
        self.master.steps.append(Step(hidden, Role.TEST))
        self.master.remarks.append(
            f"{cell['id']}: hidden tests stand in a cell that is "
            f"{'graded by hand' if graded else 'not graded'}; they are no cases"
        )

    def _test(self, cell: dict[str, Any], notes: dict[str, Any]) -> None:
        lines, hidden = _test_lines(cell["source"])
        unit = self._unit(notes, cell)
        unit.cell = self.answered
        unit.tests.append(Test(len(self.master.steps), hidden))
        number = len(self.master.units) - 1
        self.master.steps.append(Step("\n".join(lines), Role.TEST, number))

    def _unit(self, notes: dict[str, Any], cell: dict[str, Any]) -> Unit:
        points = notes.get("points")
        worth = float(points) if isinstance(points, (int, float)) else 0.0
        unit = Unit(str(notes.get("grade_id") or cell["id"]), worth, text=self.text)
        self.master.units.append(unit)
        return unit


def _lines(source: str, whole: bool) -> tuple[list[Line], str]:
    """The lines of an answer without nbgrader's marks, and the hidden tests among them."""
    lines: list[Line] = []
    hidden: list[str] = []
    inside = hiding = marks = False
    for text in source_lines(source):
        if _BEGIN.match(text):
            inside = marks = True
        elif _END.match(text):
            inside = False
        elif _HIDE.match(text):
            hiding = True
        elif _SHOW.match(text):
            hiding = False
        elif hiding:
            hidden.append(text)
        else:
            lines.append(Line(text, inside))
    if whole and not marks:
        lines = [Line(each.text, solution=True) for each in lines]
    return lines, "\n".join(hidden)


def _test_lines(source: str) -> tuple[list[str], frozenset[int]]:
    """The lines of a test, where the marks are empty, and the numbers of those that are hidden."""
    lines: list[str] = []
    hidden: set[int] = set()
    hiding = False
    for number, text in enumerate(source_lines(source), start=1):
        if _HIDE.match(text) or _SHOW.match(text):
            hiding = bool(_HIDE.match(text))
            lines.append("")
            continue
        lines.append(_autotest(text))
        if hiding:
            hidden.add(number)
    return lines, frozenset(hidden)


def _autotest(text: str) -> str:
    """A line such as `### AUTOTEST f(1); x` as what it means: its values are to be the master's."""
    found = _AUTOTEST.match(text)
    if not found:
        return text
    return found[1] + "; ".join(f"assert ({each}) == ({each})" for each in _expressions(found[2]))


def _expressions(text: str) -> Iterator[str]:
    yield from (each.strip() for each in text.split(";") if each.strip())


def _parted(source: str, begin: re.Pattern[str], end: re.Pattern[str]) -> tuple[str, str]:
    """A text without what stands between two marks, and what stands there."""
    outside: list[str] = []
    between: list[str] = []
    inside = False
    for line in source.splitlines():
        if begin.match(line) or end.match(line):
            inside = bool(begin.match(line))
        else:
            (between if inside else outside).append(line)
    return "\n".join(outside), "\n".join(between).strip()
