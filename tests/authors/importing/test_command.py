"""`grade import`: what it prints, and where it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from grader.cli import main
from tests.authors.importing.masters import answer, graded, text, written


def cells() -> list[Any]:
    return [
        answer("double", "def double(x):\n    return 2 * x"),
        graded("test_double", 1.5, "assert double(3) == 6"),
        text("Because.", grade_id="why", grade=True, solution=True, points=2),
    ]


def test_a_table_says_of_every_unit_what_became_of_it(tmp_path: Path) -> None:
    path = written(tmp_path / "ps1" / "Problem 1.ipynb", *cells())
    result = CliRunner().invoke(main, ["import", "nbgrader", str(path), "--root", str(tmp_path)])
    assert result.exit_code == 0, result.output
    for words in ("test_double", "1.5", "function", "why", "written", "0 lost"):
        assert words in result.output
    assert (tmp_path / "solutions/problem_1/Problem_1.ipynb").exists()


def test_a_folder_of_notebooks_becomes_an_assignment_each(tmp_path: Path) -> None:
    written(tmp_path / "ps1" / "one.ipynb", *cells())
    written(tmp_path / "ps1" / "2.ipynb", *cells())
    command = ["import", "nbgrader", str(tmp_path / "ps1"), "--root", str(tmp_path), "--json"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert [(each["source"], each["units"], each["lost"]) for each in said] == [
        ("2.ipynb", 2, 0),
        ("one.ipynb", 2, 0),
    ]
    assert said[0]["exercises"][0] == {
        "unit": "test_double",
        "points": 1.5,
        "kind": "function",
        "name": "double",
        "state": "ready",
        "reasons": [],
    }
    assert sorted(each.name for each in (tmp_path / "assignment").iterdir()) == [
        "assignment_2",
        "one",
    ]


def test_one_name_for_several_notebooks_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "ps1" / "one.ipynb", *cells())
    written(tmp_path / "ps1" / "two.ipynb", *cells())
    command = ["import", "nbgrader", str(tmp_path / "ps1"), "--root", str(tmp_path), "--name", "x"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "has 2 notebooks; --name is for one alone" in result.stderr


def test_a_notebook_of_a_folder_that_is_no_master_does_not_stop_the_others(tmp_path: Path) -> None:
    written(tmp_path / "ps1" / "a.ipynb", text("Read this."))
    written(tmp_path / "ps1" / "b.ipynb", *cells())
    command = ["import", "nbgrader", str(tmp_path / "ps1"), "--root", str(tmp_path)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert "a.ipynb: has no cell with metadata of nbgrader's" in result.stderr
    assert "2 units: 2 ready; 0 lost" in result.output
    assert (tmp_path / "assignment/b/assignment.toml").exists()


def test_it_says_so_where_no_unit_can_be_graded_yet(tmp_path: Path) -> None:
    path = written(tmp_path / "m.ipynb", answer("x", "x = 1"), graded("test_x", 1, "print(x)"))
    result = CliRunner().invoke(main, ["import", "nbgrader", str(path), "--root", str(tmp_path)])
    assert result.exit_code == 0
    assert "no unit can be graded yet" in result.output
