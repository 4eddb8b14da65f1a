"""in_step: an assignment whose expected outputs are another state's is refused before grading."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.api import grade_class
from grader.assignments.load import load_assignment
from grader.authors.validate import generate
from grader.errors import AssignmentError, Remedy
from grader.grading.in_step import _doubtful, check_in_step

CASES, MASTER = "solutions/words/cases.py", "solutions/words/Words.ipynb"
HELPER, NOTED = "assignment/words/texts.py", "solutions/words/made_from.json"
HIDDEN = '"hidden words hidden hidden"'


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def doubted(course: Path) -> list[str]:
    """The cases for which the reference has to be asked."""
    assignment = load_assignment(course, "words")
    found = _doubtful(assignment, course)
    return [f"{each.name}/{case.name}" for each in found.exercises for case in each.cases]


def test_what_changes_no_output_costs_no_kernel(course: Path) -> None:
    assert doubted(course) == []
    edit(course / CASES, '"""Some words stand more', '# of old\n    """Some words can stand more')
    edit(course / CASES, "weight=2", "weight=3, rtol=1e-3")
    edit(course / MASTER, "# len() gives the length", "# len() returns the length")
    edit(course / MASTER, "How often each word stands", "How often every word stands")
    for name in (CASES, HELPER, "solutions/words/expected_outputs.json"):
        (course / name).write_bytes((course / name).read_bytes().replace(b"\n", b"\r\n"))
    assert doubted(course) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "cases"),
    [
        (CASES, HIDDEN, '"other words"', ["count/again"]),
        (CASES, '"b a"', '"b b a"', ["count/once_each"]),
        (MASTER, "max(text.split(), key=len)", "text", ["longest/one_longest"]),
        (HELPER, "\n", "\n\nMORE = 1\n", ["longest/one_longest", "count/again"]),
        ("solutions/words/expected_outputs.json", "quattro", "due", ["longest/two_longest"]),
    ],
)
def test_whatever_an_output_depends_on_is_noticed(
    course: Path, file: str, old: str, new: str, cases: list[str]
) -> None:
    edit(course / file, old, new)
    assert {*cases} <= {*doubted(course)}


@pytest.mark.parametrize("noted", [True, False])
def test_an_edited_hidden_case_stops_the_run_until_it_is_generated(
    course: Path, write: Callable[..., Path], tmp_path: Path, noted: bool
) -> None:
    """Also where an older version of fairgrade had generated the outputs, and noted nothing."""
    edit(course / CASES, HIDDEN, '"other words"')
    if not noted:
        (course / NOTED).unlink()
    path = write("ann.ipynb", "def longest(text): return max(text.split(), key=len)")
    with pytest.raises(
        AssignmentError, match=r"the case 'again' of 'count' is not .* would fail it"
    ) as e:
        grade_class(path, course, output=tmp_path / "out").close()
    assert e.value.remedy is Remedy.GENERATE
    assert not (tmp_path / "out").exists()
    generate(course, "words")
    assert doubted(course) == []


def test_another_form_of_the_same_solution_is_no_problem(course: Path) -> None:
    edit(
        course / MASTER, "word = max(text.split(), key=len)", "word = max(text.split(' '), key=len)"
    )
    (course / NOTED).write_text(json.dumps({"code": [], "inputs": 3}))
    assert len(doubted(course)) == 6
    check_in_step(load_assignment(course, "words"), course)


def test_a_master_that_returns_something_else_now_is_noticed(course: Path) -> None:
    edit(course / MASTER, "counts.get(word, 0) + 1", "counts.get(word, 0) + 2")
    with pytest.raises(AssignmentError, match="the case 'once_each' of 'count' is not what"):
        check_in_step(load_assignment(course, "words"), course)


def test_without_the_master_nothing_can_be_said(course: Path) -> None:
    (course / MASTER).unlink()
    edit(course / CASES, HIDDEN, '"other words"')
    check_in_step(load_assignment(course, "words"), course)
