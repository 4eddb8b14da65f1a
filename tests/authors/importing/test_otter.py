"""A master of otter-grader's becomes an assignment."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.assignments.load import load_assignment
from grader.authors.importing.otter import read_otter
from grader.authors.importing.otter.lines import from_doctest
from grader.authors.importing.planned import Kind, Planned, State
from grader.authors.importing.run import import_master, plan_master
from grader.authors.validate import generate, validate
from grader.errors import InputError
from tests.authors.importing.masters import code, question, raw, text, written

SQUARE = code(
    "def square(x):\n    y = x * x # SOLUTION\n    return y # SOLUTION\n\nnine = square(3)"
)


def read(tmp_path: Path, *cells: Any) -> Any:
    return read_otter(written(tmp_path / "hw" / "hw01.ipynb", *cells))


def planned(tmp_path: Path, *cells: Any) -> list[Planned]:
    return plan_master(read(tmp_path, *cells))


def sources(master: Any) -> str:
    return "\n".join("".join(cell["source"]) for cell in master.cells)


def test_a_question_becomes_cases_with_the_points_of_its_tests(tmp_path: Path) -> None:
    path = written(
        tmp_path / "hw" / "hw01.ipynb",
        raw("# ASSIGNMENT CONFIG\nfiles:\n    - data.csv"),
        *question(
            "name: q1\npoints: 3",
            solution=[SQUARE],
            tests=[
                '""" # BEGIN TEST CONFIG\npoints: 1\nfailure_message: No: look\n'
                '""" # END TEST CONFIG\nassert square(2) == 4',
                "# HIDDEN\nsquare(16) == 256",
                '""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG\nsquare(1)',
            ],
        ),
    )
    (path.parent / "data.csv").write_text("a,b\n1,2\n")
    import_master("otter", path, tmp_path, "hw01")
    generate(tmp_path, "hw01")
    assert list(validate(tmp_path, "hw01")) == []
    (exercise,) = load_assignment(tmp_path, "hw01").exercises
    assert (exercise.name, exercise.points, exercise.scoring) == ("square", 3, "weights")
    assert [(case.weight, case.visibility.value) for case in exercise.cases] == [
        (1, "public"),
        (1, "hidden"),
        (1, "hidden"),
    ]
    settings = tomllib.loads((tmp_path / "assignment/hw01/assignment.toml").read_text())
    assert settings["helpers"] == ["data.csv"]
    template = (tmp_path / "assignment/hw01/hw01.ipynb").read_text()
    assert "nine = square(3)" in template
    for secret in ("x * x", "BEGIN", "SOLUTION", "256"):
        assert secret not in template


@pytest.mark.parametrize(
    ("points", "tests", "expected"),
    [
        ("name: q", ["x == 1", "x == 2"], [0.5, 0.5]),
        ("name: q\npoints: 4", ["x == 1", "x == 2"], [2, 2]),
        ("name: q\npoints: 0.5", ["x == 1"], [0.5]),
        ("name: q\npoints:\n  - 0\n  - 6", ["x == 1", "x == 2"], [0, 6]),
        ("name: q\npoints:\n  each: 2", ["x == 1", "x == 2"], [2, 2]),
        (
            "name: q",
            ['""" # BEGIN TEST CONFIG\npoints: 3\n""" # END TEST CONFIG\nx == 1', "x == 2"],
            [3, 0],
        ),
    ],
)
def test_points_are_shared_among_tests_as_otter_does(
    tmp_path: Path, points: str, tests: list[str], expected: list[float]
) -> None:
    master = read(tmp_path, *question(points, solution=[code("x = 1 # SOLUTION")], tests=tests))
    (unit,) = master.units
    assert [each.points for each in unit.tests] == expected
    assert unit.points == sum(expected)


def test_solutions_go_between_our_marks_in_every_form_they_have(tmp_path: Path) -> None:
    master = read(
        tmp_path,
        *question(
            "name: q",
            solution=[
                code(
                    '''
                    ## solution ##
                    np.random.seed(42) # SEED
                    pi = 3.14
                    if True:
                        # BEGIN SOLUTION
                        radius = 3
                        area = radius * pi * pi
                        # END SOLUTION
                        print(area)
                    plot(area); # SOLUTION NO PROMPT
                    """ # BEGIN PROMPT
                    plot(...);
                    """ # END PROMPT
                    debug(area) # IGNORE
                    '''
                )
            ],
            tests=[],
        ),
    )
    assert sources(master).split("**Question.** Do it.\n")[1].splitlines() == [
        "### START CODE HERE ###",
        "np.random.seed(42)",
        "### END CODE HERE ###",
        "pi = 3.14",
        "if True:",
        "    ### START CODE HERE ###",
        "    radius = 3",
        "    area = radius * pi * pi",
        "    ### END CODE HERE ###",
        "    print(area)",
        "### START CODE HERE ###",
        "plot(area);",
        "### END CODE HERE ###",
        "# plot(...);",
    ]


def test_written_questions_keep_the_authors_answer_between_marks(tmp_path: Path) -> None:
    master = read(
        tmp_path,
        *question(
            "name: q1\nmanual: true\npoints: 1.5",
            solution=[text("**SOLUTION**: Equal sides.")],
            tests=[],
        ),
        raw("# BEGIN QUESTION\nname: q2\nmanual: true"),
        raw("# BEGIN PROMPT"),
        text("_Write here._"),
        raw("# END PROMPT"),
        raw("# END QUESTION"),
    )
    first, second = master.units
    assert (first.manual, first.points, second.points) == (True, 1.5, 1)
    cells = {cell["id"]: "".join(cell["source"]) for cell in master.cells}
    assert "<!-- START ANSWER HERE -->\n**SOLUTION**: Equal sides." in cells[first.cell]
    assert cells[second.cell] == "_Write here._"


def test_the_older_form_in_markdown_is_read(tmp_path: Path) -> None:
    master = read(
        tmp_path,
        text("```\nBEGIN ASSIGNMENT\nfiles:\n  - a.csv\n```"),
        text("**Question 1.** Do it.\n\n```\nBEGIN QUESTION\nname: q1\npoints: 2\n```"),
        code("x = 2 # SOLUTION"),
        code("## Test ##\nisinstance(x, int)"),
        code("# HIDDEN TEST\nx"),
        text("<!--\nBEGIN QUESTION\nname: q2\nmanual: true\n-->\nWhy?"),
        text("**SOLUTION:** Because."),
        code("given = 3"),
    )
    first, second = master.units
    assert (first.name, first.points, len(first.tests)) == ("q1", 2, 2)
    assert [bool(each.hidden) for each in first.tests] == [False, True]
    assert (second.name, second.manual) == ("q2", True)
    assert master.names == ["a.csv"]
    assert "BEGIN QUESTION" not in sources(master)


def test_fenced_blocks_are_read_as_raw_cells(tmp_path: Path) -> None:
    master = read(
        tmp_path,
        text("```otter\n# BEGIN QUESTION\nname: q1\n```"),
        text("```otter\n# BEGIN SOLUTION\n```"),
        code("x = 2 # SOLUTION"),
        text("```otter\n# END SOLUTION\n```"),
        text("```otter\n# BEGIN TESTS\n```"),
        code("x == 2"),
        text("```otter\n# END TESTS\n```"),
        text("```otter\n# END QUESTION\n```"),
    )
    assert [(unit.name, len(unit.tests)) for unit in master.units] == [("q1", 1)]
    assert "otter" not in sources(master)


def test_tests_that_are_functions_are_read_as_what_stands_in_them(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        *question(
            "name: q1",
            solution=[SQUARE],
            tests=[
                "def test_it(square):\n    assert square(16) == 256\n\ntest_it(square)  # IGNORE",
                "# HIDDEN\ndef test_hidden(square):\n    assert square(1) == 1",
            ],
        ),
    )
    assert (plan.kind, plan.state, plan.name) == (Kind.FUNCTION, State.READY, "square")
    assert [case.public for case in plan.cases] == [True, False]


def test_a_value_that_a_test_shows_is_to_be_the_same(tmp_path: Path) -> None:
    first, second = planned(
        tmp_path,
        *question("name: q1", solution=[SQUARE], tests=["isinstance(nine, int)", "nine"]),
        *question(
            "name: q2",
            solution=[code("import numpy as np\nz = np.arange(3.0) # SOLUTION")],
            tests=["len(z) == 3", "# HIDDEN\nnp.allclose(z, [0, 1, 2])"],
        ),
    )
    assert (first.kind, first.name, first.state) == (Kind.VALUE, "nine", State.READY)
    assert first.reasons == ["a test that follows from the others gives no points of its own"]
    assert second.value is not None
    assert (second.name, second.value.rtol, second.value.public) == ("z", 1e-5, False)


def test_a_dictionary_of_tests_is_read(tmp_path: Path) -> None:
    tests = """
    test = {
        "name": "q1",
        "points": 1,
        "suites": [{"cases": [
            {"code": ">>> square(3)\\n9", "hidden": False, "locked": False},
            {"code": ">>> y = 4\\n>>> square(y) == 16\\nTrue", "hidden": True},
        ]}],
    }
    """
    (plan,) = planned(tmp_path, *question("name: q1", solution=[SQUARE], tests=[tests]))
    assert (plan.kind, plan.name) == (Kind.FUNCTION, "square")
    assert [case.public for case in plan.cases] == [True, False]


def test_tests_in_the_metadata_of_a_notebook_that_otter_made_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path / "hw" / "hw01.ipynb",
        code("import otter\ngrader = otter.Notebook()"),
        text("**Question 1.**"),
        code("def double(x):\n    return 2 * x"),
        code('grader.check("q1")'),
    )
    notebook: Any = nbformat.read(path, as_version=4)
    case = {"code": ">>> double(4)\n8", "hidden": False}
    notebook.metadata["otter"] = {"tests": {"q1": {"points": 2, "suites": [{"cases": [case]}]}}}
    nbformat.write(notebook, path)
    master = read_otter(path)
    (plan,) = plan_master(master)
    assert (plan.kind, plan.name, plan.unit.points) == (Kind.FUNCTION, "double", 2)
    assert "otter" not in sources(master)
    assert "check" not in sources(master)


def test_examples_of_a_doctest_become_asserts() -> None:
    code = ">>> x = 1\n>>> x + 1\n2\n>>> print(x)\n1\n>>> x == 1\nTrue\n"
    code += ">>> for i in [1]:\n...     x\n1"
    assert from_doctest(code).splitlines() == [
        "x = 1",
        "assert (x + 1) == (x + 1)",
        "assert (x) == (x)",
        "assert x == 1",
        "for i in [1]:",
        "    x",
    ]


def test_what_otter_does_otherwise_is_said(tmp_path: Path) -> None:
    master = read(
        tmp_path,
        raw("# ASSIGNMENT CONFIG\nseed:\n  variable: rng_seed\n  autograder_value: 42"),
        code("x == 1\n"),
        *question("name: q1", solution=[code("x = 1 # SOLUTION")], tests=["x == 1"]),
    )
    assert master.remarks == [
        "otter sets rng_seed to 42 when it grades; here the notebook runs as it is"
    ]


def test_what_is_not_otters_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no cell with BEGIN QUESTION"):
        read(tmp_path, code("x = 1"))


def test_tests_worth_no_points_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    (plan,) = planned(
        tmp_path,
        *question(
            "name: q1\npoints:\n  - 0\n  - 6",
            solution=[SQUARE],
            tests=["square(2) == 4", "square(3) == 9"],
        ),
    )
    assert (plan.kind, plan.state, plan.unit.points) == (Kind.FUNCTION, State.READY, 6)
    assert [case.call.arguments for case in plan.cases] == [((3,), {})]
    assert plan.reasons == ["a test that is worth 0 points is left out"]


def test_an_ignored_cell_is_none_of_the_assignment_and_parts_no_question(tmp_path: Path) -> None:
    master = read(
        tmp_path,
        text("**Question 1.** Two.\n```\nBEGIN QUESTION\nname: q1\npoints: 1\n```"),
        code("## Ignore ##\nsecret = 1"),
        code("two = 2 # SOLUTION"),
        code("## Test ##\ntwo == 2"),
        code("## Hidden Test ##\ntwo > 1"),
    )
    (unit,) = master.units
    assert len(unit.tests) == 2
    assert "secret" not in sources(master)
    assert "left out, as otter ignores it, too" in master.remarks[0]


def test_points_that_tests_share_add_up_to_what_the_question_is_worth(tmp_path: Path) -> None:
    tests = [f"assert square({n}) == {n * n}" for n in range(6)]
    (unit,) = read(tmp_path, *question("name: q1", solution=[SQUARE], tests=tests)).units
    assert unit.points == 1.0
