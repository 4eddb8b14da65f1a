"""A later cell that takes a name from a function costs no points, and wins none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.model import ExerciseResult, Graded, Verdict

GradeCells = Callable[..., Graded]
LONGEST = "def longest(text):\n    return max(text.split(), key=size)"
SIZE = "def size(word):\n    return len(word)"
AS_THEY_WERE = "it was called with the names as they were when its own cell had run"


def longest(graded: Graded) -> ExerciseResult:
    return next(each for each in graded.result.exercises if each.name == "longest")


@pytest.mark.parametrize(
    ("later", "says"),
    [
        ("max = 3", "longest uses `max` (cell 3 gives it another meaning)"),
        ("len = len([1, 2])", "longest uses `len` (cell 3 gives it another meaning)"),
        ("x = 1\nfor size in range(3): pass", "longest uses `size` (cell 3 gives it another"),
        ("del size", "longest uses `size` (cell 3 removes it)"),
        ("%reset -f", "longest: cell 3 removes it"),
        ("del longest", "longest: cell 3 removes it"),
        ("longest = longest('a b')", "longest: cell 3 gives its name another meaning"),
    ],
)
def test_a_later_cell_that_takes_a_name_costs_no_points(
    grade_cells: GradeCells, later: str, says: str
) -> None:
    graded = grade_cells(SIZE, LONGEST, later, "print('the end')")
    assert longest(graded).verdict is Verdict.CORRECT
    (flag,) = [each for each in graded.result.flags if each.startswith("longest")]
    assert flag.startswith(says)
    assert flag.endswith(AS_THEY_WERE)
    assert "memorised" not in str(graded.result.flags)


def test_a_function_that_is_right_in_the_end_is_called_as_things_stand_there(
    grade_cells: GradeCells,
) -> None:
    """What it uses may have been mended below it, or have been made there."""
    wrong = "def size(word):\n    return -len(word)"
    for cells in ((wrong, LONGEST, SIZE), (LONGEST, SIZE), (SIZE, LONGEST, "word = max = max")):
        graded = grade_cells(*cells)
        assert longest(graded).verdict is Verdict.CORRECT
        assert graded.result.flags == ()


def test_a_wrong_function_stays_wrong_and_the_cell_is_named(grade_cells: GradeCells) -> None:
    graded = grade_cells(SIZE, LONGEST.replace("max", "min"), "min = 3")
    assert longest(graded).score == 0
    (flag,) = [each for each in graded.result.flags if each.startswith("longest")]
    assert "(cell 3 gives it another meaning)" in flag


def test_nobody_has_a_second_guess_at_a_hidden_case(grade_cells: GradeCells) -> None:
    """The names are chosen by public cases, which both of these answers pass."""
    guess = (
        "GUESS = max\n"
        "def longest(text):\n"
        "    words = text.split()\n"
        "    return max(words, key=len) if 'secret' in words else GUESS(words, key=len)"
    )
    assert longest(grade_cells(guess)).verdict is Verdict.CORRECT
    later = grade_cells(guess, "GUESS = min")
    assert longest(later).verdict is Verdict.INCORRECT
    assert not [each for each in later.result.flags if each.startswith("longest")]


def test_a_name_that_a_failed_line_would_have_made_is_explained_by_that_line(
    grade_cells: GradeCells,
) -> None:
    made = "import os\nSCALE = float(open('scale.txt').read())\nOTHER = 1"
    function = "def longest(text):\n    return SCALE * max(text.split(), key=len) * OTHER"
    case = longest(grade_cells(made, function)).cases[0]
    assert "Cell 1 would give `SCALE` a value, but it raised an error in its line 2" in case.message
    assert "scale.txt" in case.message
