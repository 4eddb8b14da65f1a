"""Read a master of otter-grader's: blocks between raw cells, or the older form in markdown."""

from __future__ import annotations

import re
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
from grader.authors.importing.otter.lines import (
    OK_TEST,
    answer_lines,
    cases_of,
    from_doctest,
    is_ignored_cell,
    is_test_cell,
    mapping,
    ok_cases,
    test_of,
)
from grader.errors import InputError
from grader.notebooks.parsing import source_lines

_BOUNDARY = re.compile(r"^\s*#\s*(BEGIN|END)\s+(QUESTION|SOLUTION|TESTS|PROMPT)\b", re.IGNORECASE)
_CONFIG = re.compile(r"^\s*#\s*(?:ASSIGNMENT|OTTER)\s+CONFIG\b", re.IGNORECASE)
_FENCE = re.compile(r"\A\s*```otter\s*\n(.*?)\n\s*```\s*\Z", re.DOTALL)
# The older form: a block in the question's text, fenced or in a comment of HTML.
_OLD = re.compile(
    r"(?:```|<!--)\s*\n?\s*#?\s*BEGIN (QUESTION|ASSIGNMENT)\b[^\n]*\n(.*?)(?:```|-->)",
    re.DOTALL | re.IGNORECASE,
)
_SOLUTION_TEXT = re.compile(r"\A\s*(?:<[^>]*>\s*)*[*_#\s]*SOLUTION\b", re.IGNORECASE)
_CHECK = re.compile(
    r"^\s*(?:grader|ok|_)\s*\.?\s*(?:check|grade)\(\s*[\"']([^\"']+)[\"']", re.MULTILINE
)
_CLIENT = re.compile(
    r"^\s*(?:import otter\b|grader\s*=\s*otter\.Notebook|grader\.(?:check_all|export))"
)


def read_otter(path: Path) -> Master:
    """The master at `path`. Raises InputError where it is no master of otter-grader's."""
    cells, metadata = read_cells(path)
    cells = [_unfenced(cell) for cell in cells]
    reader = _Reader(Master(path, "otter", [], [], [], metadata), metadata)
    if not any(_begins_question(cell) for cell in cells) and not reader.kept:
        raise InputError(
            f"{path}: has no cell with BEGIN QUESTION, nor tests in its metadata; the master that "
            "`otter assign` is called with is expected"
        )
    for cell in cells:
        reader.read(cell)
    reader.close()
    with_unique_ids(reader.master.cells)
    return reader.master


def _unfenced(cell: dict[str, Any]) -> dict[str, Any]:
    found = _FENCE.match(cell["source"]) if cell["cell_type"] == "markdown" else None
    return cell | {"cell_type": "raw", "source": found[1]} if found else cell


def _begins_question(cell: dict[str, Any]) -> bool:
    found = _BOUNDARY.match(cell["source"]) if cell["cell_type"] == "raw" else None
    return bool(found and found[2].upper() == "QUESTION") or bool(_OLD.search(cell["source"]))


class _Reader:
    """Reads cell after cell. `block` is what it is in: a question, or a part of one."""

    def __init__(self, master: Master, metadata: dict[str, Any]) -> None:
        self.master = master
        self.unit: Unit | None = None
        self.config: dict[str, Any] = {}
        self.block = ""
        self.old = self.answered = False
        self.answer: str | None = None
        self.last_code = -1
        otter = metadata.pop("otter", {})
        tests = otter.get("tests", {}) if isinstance(otter, dict) else {}
        # The tests of a notebook that otter has made, by the name of their question.
        self.kept: dict[str, Any] = dict(tests) if isinstance(tests, dict) else {}

    def read(self, cell: dict[str, Any]) -> None:
        source, kind = cell["source"], cell["cell_type"]
        boundary = _BOUNDARY.match(source) if kind == "raw" else None
        if kind == "raw" and _CONFIG.match(source):
            self._assignment(mapping(source))
        elif boundary:
            self._boundary(boundary[1].upper(), boundary[2].upper(), source, cell)
        elif kind == "code" and is_ignored_cell(source):
            self.master.remarks.append(f"{cell['id']}: left out, as otter ignores it, too")
        elif kind != "code" and (old := _OLD.search(source)):
            self._old(old, cell)
        elif self.block == "TESTS" or (kind == "code" and is_test_cell(source)):
            self._test(cell)
        elif kind == "code":
            self._code(cell)
        else:
            self._prose(cell)

    def close(self) -> None:
        """End the question that is being read."""
        unit, self.unit, self.old = self.unit, None, False
        if unit is None:
            return
        if unit.manual and not unit.cell:
            self._written_cell(self.answer or "")
            unit.cell = self.master.cells[-1]["id"]
        self.answer = None
        _share_points(unit, self.config)

    def _assignment(self, config: dict[str, Any]) -> None:
        for key in ("files", "student_files"):
            given = config.get(key) or ()
            self.master.names += [str(each) for each in given] if isinstance(given, list) else []
        seed = config.get("seed") or {}
        if isinstance(seed, dict) and seed.get("variable"):
            self.master.remarks.append(
                f"otter sets {seed['variable']} to {seed.get('autograder_value')} when it grades; "
                "here the notebook runs as it is"
            )

    def _boundary(self, edge: str, block: str, source: str, cell: dict[str, Any]) -> None:
        if block == "QUESTION":
            self.close()
            if edge == "BEGIN":
                self._begin(mapping(source))
        else:
            self.block = block if edge == "BEGIN" else ""

    def _begin(self, config: dict[str, Any]) -> None:
        self.block, self.config, self.answered = "", config, False
        number = len(self.master.units) + 1
        points = config.get("points")
        worth = float(points) if isinstance(points, (int, float)) else 1.0
        self.unit = Unit(
            str(config.get("name") or f"question {number}"),
            worth,
            manual=bool(config.get("manual")),
            all_or_nothing=bool(config.get("all_or_nothing")),
        )
        self.master.units.append(self.unit)

    def _old(self, found: re.Match[str], cell: dict[str, Any]) -> None:
        self.close()
        rest = (cell["source"][: found.start()] + cell["source"][found.end() :]).strip()
        if found[1].upper() == "QUESTION":
            self._begin(mapping(found[2]))
            self.old = True
        else:
            self._assignment(mapping(found[2]))
        if rest:
            self._prose(cell | {"cell_type": "markdown", "source": rest})

    def _prose(self, cell: dict[str, Any]) -> None:
        source, unit = cell["source"], self.unit
        is_answer = self.block == "SOLUTION" or (self.old and bool(_SOLUTION_TEXT.match(source)))
        if cell["cell_type"] != "markdown":
            return  # a raw cell that otter takes out, too
        if "otter_include" in cell["metadata"].get("tags", ()):
            is_answer = False
        if unit and is_answer:
            self.answer = "\n\n".join(filter(None, [self.answer, source]))
            return
        if self.old and self.answered:
            self.close()
        if unit and self.block == "PROMPT" and unit.manual:
            unit.cell = unit.cell or cell["id"]
        elif unit and not unit.text:
            unit.text = source
        self.master.cells.append(new_cell(cell, source))

    def _written_cell(self, answer: str) -> None:
        unit = self.master.units[-1]
        made = {
            "cell_type": "markdown",
            "id": re.sub(r"\W+", "-", unit.name)[:50] + "-answer",
            "metadata": {},
        }
        self.master.cells.append(new_cell(made, answer_between_marks(answer)))

    def _code(self, cell: dict[str, Any]) -> None:
        source, unit = cell["source"], self.unit
        if checked := _CHECK.search(source):
            self._checked(checked[1])
            source = "\n".join(each for each in source_lines(source) if not _CHECK.match(each))
        source = "\n".join(each for each in source_lines(source) if not _CLIENT.match(each))
        if not source.strip() and cell["source"].strip():
            return
        if self.old and self.answered:
            self.close()
            unit = None
        lines, source = answer_lines(source)
        is_answer = unit is not None and (self.block == "SOLUTION" or self.old or not self.block)
        is_answer = is_answer or any(each.solution for each in lines)
        self._add_code(cell, lines, source, is_answer)
        if unit and is_answer:
            unit.cell = unit.cell or cell["id"]
            self.answered = True

    def _add_code(
        self, cell: dict[str, Any], lines: list[Line], source: str, is_answer: bool
    ) -> None:
        made = marked(lines)
        if made.problem:
            self.master.remarks.append(f"{cell['id']}: its solution is not Python: {made.problem}")
        if made.comments_left_out:
            self.master.remarks.append(f"{cell['id']}: comments of the solution left out")
        self.master.cells.append(new_cell(cell, made.source))
        self.last_code = len(self.master.steps)
        self.master.steps.append(Step(source, Role.ANSWER if is_answer else Role.GIVEN))

    def _checked(self, name: str) -> None:
        """`grader.check("q1")` in a notebook that otter made: what is before it is the answer."""
        test = self.kept.pop(name, None)
        if not isinstance(test, dict):
            return
        points = test.get("points")
        self._begin({"name": name, "points": points})
        unit = self.master.units[-1]
        if self.last_code >= 0:
            step = self.master.steps[self.last_code]
            cell = next(each for each in reversed(self.master.cells) if each["cell_type"] == "code")
            if step.role is Role.GIVEN:
                lines = [Line(text, solution=True) for text in source_lines(step.source)]
                cell["source"] = marked(lines).source.splitlines(keepends=True)
                self.master.steps[self.last_code] = Step(step.source, Role.ANSWER)
            unit.cell = cell["id"]
        for case in cases_of(test):
            self._add_test(from_doctest(str(case.get("code", ""))), case, bool(case.get("hidden")))
        self.close()

    def _test(self, cell: dict[str, Any]) -> None:
        if cell["cell_type"] != "code":
            return
        if self.unit is None:
            self.master.remarks.append(f"{cell['id']}: a test outside of a question")
            return
        self.answered = True
        if OK_TEST.match(cell["source"]):
            for case in ok_cases(cell["source"]):
                self._add_test(
                    from_doctest(str(case.get("code", ""))), case, bool(case.get("hidden"))
                )
            return
        source, config, hidden = test_of(cell["source"])
        self._add_test(source, config, hidden, shown=True)

    def _add_test(
        self, source: str, config: dict[str, Any], hidden: bool, shown: bool = False
    ) -> None:
        assert self.unit is not None
        lines = frozenset(range(1, source.count("\n") + 2)) if hidden else frozenset[int]()
        points = config.get("points")
        worth = float(points) if isinstance(points, (int, float)) else None
        self.unit.tests.append(Test(len(self.master.steps), lines, worth))
        number = len(self.master.units) - 1
        self.master.steps.append(Step(source, Role.TEST, number, shown))


def _share_points(unit: Unit, config: dict[str, Any]) -> None:
    """Give each test its points, as otter does: those that say none share what is left."""
    given, tests = config.get("points"), unit.tests
    if isinstance(given, dict):
        each, given = given.get("each"), given.get("total", given.get("points"))
        given = [each] * len(tests) if isinstance(each, (int, float)) else given
    if isinstance(given, list):
        for test, points in zip(tests, given, strict=False):
            test.points = float(points) if isinstance(points, (int, float)) else test.points
        given = None
    total = float(given) if isinstance(given, (int, float)) else None
    said = sum(test.points for test in tests if test.points is not None)
    silent = [test for test in tests if test.points is None]
    if silent:
        left = total - said if total is not None else 0.0 if said else 1.0
        for test in silent:
            test.points = max(left, 0.0) / len(silent)
    if tests and not unit.manual:
        # Three thirds are one point, not 0.9999999999999999.
        unit.points = round(sum(test.points or 0.0 for test in tests), 9)
