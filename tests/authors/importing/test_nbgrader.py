"""A master of nbgrader's becomes an assignment."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.assignments.load import load_assignment
from grader.authors.importing.planned import Kind, State
from grader.authors.importing.run import Imported, import_master
from grader.authors.validate import generate, validate
from grader.errors import InputError
from grader.model import Visibility
from tests.authors.importing.masters import answer, code, graded, text, written

SQUARES = answer(
    "squares",
    '''
    def squares(n):
        """Return the squares of the numbers from 1 to n."""
        ### BEGIN SOLUTION
        # None below one.
        if n < 1:
            raise ValueError("n is below 1")
        return [i ** 2 for i in range(1, n + 1)]
        ### END SOLUTION
    ''',
)


def imported(tmp_path: Path, *cells: Any, files: dict[str, str] | None = None) -> Imported:
    for name, content in (files or {}).items():
        (tmp_path / "source").mkdir(exist_ok=True)
        (tmp_path / "source" / name).write_text(content)
    path = written(tmp_path / "source" / "sums.ipynb", *cells)
    return import_master("nbgrader", path, tmp_path, "sums")


def settings(tmp_path: Path) -> dict[str, Any]:
    return tomllib.loads((tmp_path / "assignment/sums/assignment.toml").read_text())


def test_calls_of_visible_and_hidden_tests_become_public_and_hidden_cases(tmp_path: Path) -> None:
    imported(
        tmp_path,
        text("# Sums\n\nWrite `squares`."),
        SQUARES,
        graded(
            "correct",
            1.5,
            """
            assert squares(1) == [1]
            for n in range(2, 4):
                assert squares(n)[-1:] + squares(n) == [n * n] + squares(n)
            """,
        ),
        graded(
            "hidden",
            2,
            """
            assert squares(2) == [1, 4]
            ### BEGIN HIDDEN TESTS
            assert squares(5) == [1, 4, 9, 16, 25]
            ### END HIDDEN TESTS
            """,
        ),
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    (exercise,) = [e for e in load_assignment(tmp_path, "sums").exercises if e.kind == "function"]
    assert (exercise.name, exercise.points) == ("squares", 2)
    public, hidden = exercise.of(Visibility.PUBLIC), exercise.of(Visibility.HIDDEN)
    assert [case.expected for case in (*public, *hidden)] == [[1, 4], [1, 4, 9, 16, 25]]


def test_students_get_neither_solutions_nor_tests(tmp_path: Path) -> None:
    imported(tmp_path, SQUARES, graded("correct", 1, "assert squares(2) == [1, 4]"))
    generate(tmp_path, "sums")
    template = (tmp_path / "assignment/sums/sums.ipynb").read_text()
    assert "Return the squares" in template
    for secret in ("BEGIN", "range(1, n", "None below one", "assert"):
        assert secret not in template


def test_inputs_are_literals_and_large_ones_are_files(tmp_path: Path) -> None:
    imported(
        tmp_path,
        code("import numpy as np"),
        answer(
            "total",
            """
            def total(x, by=1):
                ###BEGIN SOLUTION
                return x.sum() * by
                ###END SOLUTION
            """,
        ),
        graded(
            "test_total",
            1,
            """
            assert total(np.array([1.0, 2.0])) == 3
            assert np.isclose(total(np.arange(5000), by=2), 24995000)
            """,
        ),
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    cases = (tmp_path / "solutions/sums/cases.py").read_text()
    assert "arguments(np.array([1.0, 2.0]))" in cases
    assert 'np.load(INPUTS / "total_2_0.npy"), by=2' in cases
    # Students get the inputs of public cases as text, for which these are too many.
    assert '@case("total", rtol=1e-05, atol=1e-08)' in cases


def test_a_function_without_marks_is_a_solution_as_a_whole(tmp_path: Path) -> None:
    imported(
        tmp_path,
        answer("double", "def double(x): return 2 * x"),
        graded("test_double", 1, "assert double(3) == 6"),
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []


def test_files_that_the_master_reads_come_with_it(tmp_path: Path) -> None:
    imported(
        tmp_path,
        code("import shapes\nlines = open('words.txt').read().split()"),
        answer(
            "count",
            """
            def count(word):
                ### BEGIN SOLUTION
                return lines.count(word)
                ### END SOLUTION
            """,
        ),
        graded("test_count", 1, "assert count('a') == 2"),
        files={"words.txt": "a b a", "shapes.py": "SIDES = 3", "unused.csv": "1"},
    )
    assert settings(tmp_path)["helpers"] == ["shapes.py", "words.txt"]
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []


def test_every_unit_is_in_the_plan_whatever_it_is(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        SQUARES,
        graded("correct", 1, "assert squares(1) == [1]"),
        graded(
            "raises",
            1,
            "try:\n    squares(0)\nexcept ValueError:\n    pass\nelse:\n    assert False",
        ),
        answer("value", "x = 42"),
        graded("test_x", 0.5, "assert isinstance(x, int)\nassert x == 42"),
        graded("no_points", 0, "assert squares(3) == [1, 4, 9]"),
        graded("empty", 1, ""),
        text("Because.", grade_id="why", grade=True, solution=True, points=3),
        text("Do it.", grade_id="task", task=True, points=4),
        code("plot = 1", grade_id="plot", grade=True, solution=True, points=2),
    )
    found = {each.unit.name: (each.kind, each.state) for each in made.planned}
    assert found == {
        "correct": (Kind.FUNCTION, State.READY),
        "raises": (Kind.DRIVER, State.READY),
        "test_x": (Kind.VALUE, State.READY),
        "no_points": (Kind.DRIVER, State.AUTHOR),
        "empty": (Kind.DRIVER, State.AUTHOR),
        "why": (Kind.WRITTEN, State.READY),
        "task": (Kind.WRITTEN, State.READY),
        "plot": (Kind.WRITTEN, State.READY),
    }


def test_what_is_not_nbgraders_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    path = written(tmp_path / "source" / "sums.ipynb", code("x = 1"))
    with pytest.raises(InputError, match="no cell with metadata of nbgrader"):
        import_master("nbgrader", path, tmp_path, "sums")
    path = written(tmp_path / "source" / "sums.ipynb", SQUARES, language="R")
    with pytest.raises(InputError, match="a notebook in R"):
        import_master("nbgrader", path, tmp_path, "sums")


def test_nothing_is_written_over_an_assignment_that_is_there(tmp_path: Path) -> None:
    imported(tmp_path, SQUARES, graded("correct", 1, "assert squares(1) == [1]"))
    with pytest.raises(InputError, match="exists already"):
        imported(tmp_path, SQUARES, graded("correct", 1, "assert squares(1) == [1]"))


def test_a_function_that_has_to_raise_gets_cases_that_say_what(tmp_path: Path) -> None:
    imported(
        tmp_path,
        code("import numpy as np"),
        SQUARES,
        graded(
            "raises",
            1,
            """
            try:
                squares(0)
            except ValueError:
                pass
            else:
                raise AssertionError("did not raise")
            assert squares(1) == [1]
            """,
        ),
        answer("inverse", "def inverse(a):\n    return np.linalg.inv(a)"),
        graded(
            "singular",
            1,
            """
            from numpy.testing import assert_raises
            assert_raises(np.linalg.LinAlgError, inverse, np.zeros((2, 2)))
            """,
        ),
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    squares, inverse = load_assignment(tmp_path, "sums").exercises
    assert [case.raises for case in squares.cases] == ["ValueError", ""]
    assert [case.raises for case in inverse.cases] == ["LinAlgError"]


def test_a_variable_is_compared_after_its_cell_where_the_notebook_changes_it(
    tmp_path: Path,
) -> None:
    imported(
        tmp_path,
        answer("first", "### BEGIN SOLUTION\nx = 1.5\n### END SOLUTION"),
        graded("test_first", 1, "assert abs(x - 1.5) < 1e-3"),
        answer("second", "y = [1, 2]"),
        graded("test_second", 1, "assert isinstance(y, list) and len(y) == 2\nassert y == [1, 2]"),
        code("x = x + 1"),
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    first, second = load_assignment(tmp_path, "sums").exercises
    assert (first.kind, first.at, first.cell) == ("value", "cell", "first")
    assert (second.kind, second.at) == ("value", "end")
    assert first.cases[0].tolerance.atol == 1e-3
    assert [case.expected for exercise in (first, second) for case in exercise.cases] == [
        1.5,
        [1, 2],
    ]


def test_drivers_of_all_forms_are_in_order(tmp_path: Path) -> None:
    imported(
        tmp_path,
        code("import numpy as np"),
        SQUARES,
        graded("first", 1, "assert squares(2) == [1, 4]"),
        graded("part", 1, "assert len(squares(3)) == 3\nassert squares(3)[0] == 1"),
        graded("above", 1, "assert all(each > 0 for each in squares(3))"),
        graded("near", 1, "assert np.isclose(sum(squares(3)), 14)"),
        graded("two", 1, "assert squares(3)[:2] == squares(2)"),
        graded(
            "raises",
            1,
            """
            for n in (0, -4):
                try:
                    squares(n)
                except ValueError:
                    pass
                else:
                    raise AssertionError("did not raise")
            """,
        ),
        graded("loop", 1, "for n in (1, 2):\n    assert len(squares(n)) >= n"),
        files={"unused.txt": ""},
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    exercises = load_assignment(tmp_path, "sums").exercises
    assert [each.kind for each in exercises] == ["function"] + 6 * ["driver"]


def test_files_in_folders_come_to_stand_beside_the_notebook(tmp_path: Path) -> None:
    for folder in ("data", "more"):
        (tmp_path / "source" / folder).mkdir(parents=True)
        (tmp_path / "source" / folder / "a.txt").write_text(folder)
    (tmp_path / "outside.txt").write_text("outside")
    made = imported(
        tmp_path,
        code("one = open('data/a.txt').read()\nother = open(\"./more/a.txt\").read()"),
        code("import os\nthere = os.path.exists('../outside.txt')"),
        answer("letters", "### BEGIN SOLUTION\nletters = len(one) + len(other)\n### END SOLUTION"),
        graded("first", 1, "assert letters == len(open('data/a.txt').read()) * 2"),
    )
    assert made.written.helpers == ["a.txt", "data_a.txt"]
    assert (made.written.folder / "a.txt").read_text() == "more"
    assert (made.written.folder / "data_a.txt").read_text() == "data"
    assert made.master.remarks[-3:] == [
        "../outside.txt: a notebook finds files only beside it here, not in folders; put it there",
        "./more/a.txt: stands beside the notebook as a.txt here, and its cells call it so",
        "data/a.txt: stands beside the notebook as data_a.txt here, and its cells call it so",
    ]
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []


def test_a_module_in_a_folder_that_cells_put_on_the_path_comes_along(tmp_path: Path) -> None:
    (tmp_path / "source" / "tools").mkdir(parents=True)
    (tmp_path / "source" / "tools" / "doubling.py").write_text("def double(x):\n    return 2 * x\n")
    made = imported(
        tmp_path,
        code("from sys import path\npath.append('./tools')\nfrom doubling import double"),
        answer("total", "### BEGIN SOLUTION\ntotal = double(2)\n### END SOLUTION"),
        graded("first", 1, "assert total == 4"),
    )
    assert (made.written.folder / "doubling.py").exists()
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []


def test_a_unit_that_needs_the_author_comes_with_its_test_as_a_comment(tmp_path: Path) -> None:
    imported(
        tmp_path,
        answer("total", "total = 4"),
        graded("first", 1, "assert total == 4"),
        graded("credit", 2, "points = 0\npoints += total == 4\npoints"),
    )
    cases = (tmp_path / "solutions/sums/cases.py").read_text()
    assert "# The tests of credit, as nbgrader ran them:\n#\n# points = 0\n" in cases
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []


def test_what_follows_a_line_that_fails_is_there_for_the_tests_as_in_grading(
    tmp_path: Path,
) -> None:
    made = imported(
        tmp_path,
        code(
            "import a_package_that_is_nowhere\nfactor = 2\n%matplotlib inline\nmore = 1 / 0\n"
            "last = 5"
        ),
        answer("total", "### BEGIN SOLUTION\ntotal = factor * last\n### END SOLUTION"),
        graded("first", 1, "assert total == 10"),
    )
    assert [(each.kind, each.state) for each in made.planned] == [(Kind.VALUE, State.READY)]
    assert any("a_package_that_is_nowhere" in remark for remark in made.master.remarks)
    generate(tmp_path, "sums")
    (problem,) = validate(tmp_path, "sums")
    assert "a_package_that_is_nowhere" in problem


def test_answers_that_are_read_by_a_person_are_in_order(tmp_path: Path) -> None:
    imported(
        tmp_path,
        SQUARES,
        graded("first", 1, "assert squares(2) == [1, 4]"),
        text("Because of this.", grade_id="why", grade=True, solution=True, points=3),
        text(
            "Draw it.\n=== BEGIN MARK SCHEME ===\n1 for the axes\n=== END MARK SCHEME ===",
            grade_id="task",
            task=True,
            points=4,
        ),
        code("plot = 1", grade_id="plot", grade=True, solution=True, points=2),
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
    exercises = load_assignment(tmp_path, "sums").exercises
    assert [each.kind for each in exercises] == ["function"] + 3 * ["written"]
    assert (
        "# mark scheme: 1 for the axes"
        in (tmp_path / "assignment/sums/assignment.toml").read_text()
    )
    assert "Because of this" not in (tmp_path / "assignment/sums/sums.ipynb").read_text()


def test_two_answers_that_are_not_written_yet_do_not_agree(tmp_path: Path) -> None:
    imported(
        tmp_path,
        answer("k", "### BEGIN SOLUTION\nk = 2.5\n### END SOLUTION"),
        answer(
            "field", "def field(x):\n    ### BEGIN SOLUTION\n    return k / x\n    ### END SOLUTION"
        ),
        graded("agree", 1, "assert field(1) == k"),
    )
    generate(tmp_path, "sums")
    assert list(validate(tmp_path, "sums")) == []
