"""What the given cells of a master need, and what of them cannot stand in an assignment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.authors.importing.planned import State
from grader.authors.importing.run import Imported, import_master
from grader.authors.validate import generate, validate
from grader.notebooks.read import read_notebook
from tests.authors.importing.masters import answer, code, graded, text, written


def imported(tmp_path: Path, *cells: Any) -> Imported:
    path = written(tmp_path / "source" / "sums.ipynb", *cells)
    return import_master("nbgrader", path, tmp_path, "sums")


def in_order(tmp_path: Path) -> bool:
    generate(tmp_path, "sums")
    return list(validate(tmp_path, "sums")) == []


def test_what_a_visible_test_imports_is_given_where_later_cells_use_it(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        answer("two", "two = 1 + 1"),
        graded(
            "first",
            1,
            """
            from math import floor as down, pi
            import json
            assert two == 2
            ### BEGIN HIDDEN TESTS
            import os
            ### END HIDDEN TESTS
            """,
        ),
        text("Now the area."),
        answer("area", "area = down(pi * two)"),
        graded("second", 1, "assert area == 6"),
    )
    assert [each.state for each in made.planned] == [State.READY, State.READY]
    assert made.master.remarks == [
        "imports-1: a cell with what a test imports and other cells use: "
        "`from math import floor as down, pi`"
    ]
    notebook = read_notebook(made.written.solutions / "sums.ipynb")
    assert [cell.source for cell in notebook.cells][1] == "from math import floor as down, pi"
    assert in_order(tmp_path)


def test_what_other_cells_import_themselves_is_not_given_again(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        code("import math"),
        answer("area", "area = math.floor(math.pi)"),
        graded("first", 1, "import math\nassert area == 3"),
    )
    assert made.master.remarks == []
    assert len(made.master.cells) == 2


def test_a_given_cell_that_shows_a_syntax_error_is_raw_and_the_rest_is_in_order(
    tmp_path: Path,
) -> None:
    made = imported(
        tmp_path,
        code('print("This line lacks something."'),
        answer("two", "two = 1 + 1"),
        graded("first", 1, "assert two == 2"),
    )
    assert made.master.cells[0]["cell_type"] == "raw"
    (remark,) = made.master.remarks
    assert "is not Python (line 1: '(' was never closed), and a raw cell here" in remark
    assert in_order(tmp_path)
