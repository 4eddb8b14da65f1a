"""grade, judge, score, diagnose, evidence: one submission to one result, in a real kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.encoding import from_json, to_json
from grader.errors import AssignmentError
from grader.execution.protection import protection_in_force
from grader.grading.grade import grade
from grader.grading.not_graded import not_reached
from grader.grading.task import Task
from grader.model import ExerciseResult, Graded, Mark, Result, Status, Submission, Verdict
from grader.sandbox.confinement import close_parents

LONGEST = "def longest(text):\n    return max(text.split(), key=len)"
COUNT = "def count(text):\n    words = text.split()\n    return {w: words.count(w) for w in words}"
SPREAD = (
    "def mean_and_spread(text):\n"
    "    import numpy as np\n"
    "    sizes = [len(w) for w in text.split()]\n"
    "    return np.mean(sizes), np.std(sizes)"
)
GradeCells = Callable[..., Graded]


def exercise(graded: Graded, name: str) -> ExerciseResult:
    return next(each for each in graded.result.exercises if each.name == name)


def messages(result: ExerciseResult) -> dict[str, str]:
    return {case.name: case.message for case in result.cases}


def test_a_right_notebook_gets_all_points(grade_cells: GradeCells) -> None:
    result = grade_cells(LONGEST, COUNT, SPREAD).result
    assert (result.status, result.score, result.max_score) == (Status.GRADED, 20, 20)
    assert [each.verdict for each in result.exercises] == [Verdict.CORRECT] * 3
    assert all(case.passed for each in result.exercises for case in each.cases)


def test_cells_in_another_order_lose_nothing(grade_cells: GradeCells) -> None:
    assert grade_cells("# mine", SPREAD, LONGEST, "", COUNT).result.score == 20


def test_what_is_not_there_is_missing(grade_cells: GradeCells) -> None:
    graded = grade_cells(LONGEST)
    assert exercise(graded, "count").verdict is Verdict.MISSING
    assert exercise(graded, "count").score == 0
    assert "there is no such function" in exercise(graded, "count").message


def test_a_function_is_found_by_its_other_name(grade_cells: GradeCells) -> None:
    graded = grade_cells(COUNT.replace("def count", "def count_words"))
    assert exercise(graded, "count").verdict is Verdict.CORRECT


def test_a_function_that_is_no_def_is_found_too(grade_cells: GradeCells) -> None:
    graded = grade_cells("longest = lambda text: max(text.split(), key=len)")
    assert exercise(graded, "longest").verdict is Verdict.CORRECT


def test_all_cases_must_pass_where_scoring_is_all(grade_cells: GradeCells) -> None:
    graded = grade_cells("def longest(text):\n    return sorted(text.split(), key=len)[-1]")
    assert exercise(graded, "longest").verdict is Verdict.INCORRECT
    assert exercise(graded, "longest").score == 0
    assert exercise(graded, "longest").message == "1 of 2 cases pass"


def test_points_go_by_weight_where_scoring_is_by_weight(grade_cells: GradeCells) -> None:
    graded = grade_cells("def count(text):\n    return {w: 1 for w in text.split()}")
    assert exercise(graded, "count").verdict is Verdict.PARTIAL
    assert exercise(graded, "count").score == 2


def test_repeating_the_public_answer_earns_nothing(grade_cells: GradeCells) -> None:
    graded = grade_cells("def longest(text):\n    return 'secret'")
    assert exercise(graded, "longest").score == 0


def test_an_accepted_variant_gets_all_points_and_a_note(grade_cells: GradeCells) -> None:
    graded = grade_cells(SPREAD.replace("np.std(sizes)", "np.std(sizes, ddof=1)"))
    result = exercise(graded, "mean_and_spread")
    assert (result.verdict, result.score) == (Verdict.ACCEPTED, 10)
    assert result.diagnosis
    assert result.diagnosis.variant == "of_a_sample"
    assert result.diagnosis.explanation == "Divides by one word less. Statistics books have both."


def test_a_public_case_shows_values_and_a_hidden_one_does_not(grade_cells: GradeCells) -> None:
    result = exercise(grade_cells("def longest(text):\n    return text"), "longest")
    assert messages(result) == {
        "one_longest": 'word is "a secret word" where "secret" is expected',
        "two_longest": "word differs from what is expected",
    }


def test_an_exception_is_shown_in_full_for_public_cases_only(grade_cells: GradeCells) -> None:
    source = (
        "class Leak(Exception): pass\n"
        "def longest(text):\n"
        "    if 'secret' in text: raise ValueError(text)\n"
        "    raise type(text.replace(' ', '_'), (Exception,), {})(text)\n"
    )
    graded = grade_cells(source)
    result = exercise(graded, "longest")
    assert result.verdict is Verdict.ERROR
    assert messages(result) == {
        "one_longest": "raises ValueError: a secret word (line 3 of the cell: "
        "if 'secret' in text: raise ValueError(text))",
        "two_longest": "raises an exception of its own",
    }
    assert result.marks == (Mark(3, "raises ValueError"),)  # of the public case, not of the hidden


def test_nothing_of_a_hidden_input_is_anywhere_in_the_result(grade_cells: GradeCells) -> None:
    source = (
        "def longest(text):\n    print(text)\n    return {text: text}\n"
        "def count(text):\n    print(text)\n    raise KeyError(text)\n"
        "def mean_and_spread(text):\n    print(text)\n    return [text] * 3"
    )
    shown = to_json(grade_cells(source).result).decode()
    assert "raises KeyError: 'b a'" in shown  # the public case's own
    assert not [word for word in ("quattro", "hidden words", "fourteen") if word in shown]


def test_a_syntax_error_is_told_with_cell_and_line(grade_cells: GradeCells) -> None:
    graded = grade_cells("x = 1", "def longest(text):\n    return max(text.split(", COUNT)
    result = exercise(graded, "longest")
    assert result.verdict is Verdict.ERROR
    assert result.message.startswith("cell 2, which defines it, is not valid Python in its line 2")
    assert result.marks == (Mark(2, "'(' was never closed"),)
    assert exercise(graded, "count").verdict is Verdict.CORRECT


def test_a_call_that_does_not_end_is_a_timeout_and_is_not_repeated(grade_cells: GradeCells) -> None:
    graded = grade_cells("def longest(text):\n    while True: pass", COUNT)
    result = exercise(graded, "longest")
    assert result.verdict is Verdict.TIMEOUT
    assert [case.passed for case in result.cases] == [False, None]
    assert messages(result)["one_longest"] == (
        "had not returned after 2 s. It was in the loop that begins in line 2, `while True: pass`: "
        "see what makes its condition false in the end."
    )
    assert result.marks == (Mark(2, "time was over here"),)
    assert exercise(graded, "count").verdict is Verdict.CORRECT


def test_a_call_that_kills_the_kernel_has_crashed(grade_cells: GradeCells) -> None:
    graded = grade_cells("def longest(text):\n    import os; os._exit(0)", COUNT)
    assert exercise(graded, "longest").verdict is Verdict.CRASHED
    assert exercise(graded, "count").verdict is Verdict.CORRECT


def test_the_template_is_unanswered_and_scores_nothing(frozen_course: Path) -> None:
    path = frozen_course / "assignment/words/Words.ipynb"
    result = grade(Task(frozen_course, Submission("s", path.name, str(path)), "words")).result
    assert [each.verdict for each in result.exercises] == [Verdict.UNANSWERED] * 3
    assert (result.status, result.score) == (Status.GRADED, 0)


def test_an_untouched_copy_of_an_answered_stub_is_left_out(grade_cells: GradeCells) -> None:
    stub = "    ### START CODE HERE ###\n    word = None\n    ### END CODE HERE ###\n"
    graded = grade_cells(LONGEST, f"def longest(text):\n{stub}    return word")
    assert exercise(graded, "longest").verdict is Verdict.CORRECT
    assert "cell 2 is an untouched copy, and was left out" in graded.result.flags


def test_of_two_answers_the_last_one_counts(grade_cells: GradeCells) -> None:
    graded = grade_cells(LONGEST, "def longest(text):\n    return ''")
    assert exercise(graded, "longest").verdict is Verdict.INCORRECT


def test_code_and_what_was_printed_there_are_the_evidence(grade_cells: GradeCells) -> None:
    graded = grade_cells("print('before')", LONGEST, "print(longest('x yy'))", COUNT, "print('z')")
    result = exercise(graded, "longest")
    assert (result.code, result.printed) == (LONGEST, "yy\n")
    assert exercise(graded, "count").printed == "z\n"


def test_failing_cells_are_flagged(grade_cells: GradeCells) -> None:
    graded = grade_cells("import nowhere", "1/0", "count_for_ever()", LONGEST)
    assert graded.result.long_cells_skipped == 1
    assert graded.result.flags == (
        "cell 1 raised an error in its line 1, `import nowhere`: "
        "ModuleNotFoundError: No module named 'nowhere'",
        "cell 2 raised an error in its line 1, `1/0`: ZeroDivisionError: division by zero",
    )


def test_cells_that_failed_alike_share_a_flag_and_of_different_ones_twenty_are_named(
    grade_cells: GradeCells,
) -> None:
    graded = grade_cells(*["1/0"] * 7, *["2/0"] * 2, *(f"{n}/0" for n in range(3, 30)), LONGEST)
    flags = graded.result.flags
    alike = "raised an error each in line 1, `{}`: ZeroDivisionError: division by zero"
    assert flags[0] == f"cells 1, 2, 3, 4, 5 and 2 more {alike.format('1/0')}"
    assert flags[1] == f"cells 8 and 9 {alike.format('2/0')}"
    assert flags[2] == (
        "cell 10 raised an error in its line 1, `3/0`: ZeroDivisionError: division by zero"
    )
    assert (len(flags), flags[-1]) == (21, "9 more cells failed")


@pytest.mark.parametrize(
    ("metadata", "cells", "assignment"),
    [
        ({"fairgrade": {"assignment": "adam"}}, ["x = 1"], "adam"),
        ({"fairgrade": {"assignment": "gone"}}, ["def initialize_adam(p): pass"], "adam"),
        (
            {},
            ["def initialize_adam(p): 1", "def initialize_velocity(p): 1"],
            "optimization_methods",
        ),
    ],
)
def test_the_assignment_is_found_out(
    root: Path,
    write: Callable[..., Path],
    metadata: dict[str, object],
    cells: list[str],
    assignment: str,
) -> None:
    path = write("mine.ipynb", *cells, **metadata)
    assert grade(Task(root, Submission("s", path.name, str(path)))).assignment == assignment


def test_the_file_name_tells_where_no_function_does(root: Path, write: Callable[..., Path]) -> None:
    path = write("Optimization_methods (3).ipynb", "x = 1")
    assert (
        grade(Task(root, Submission("s", path.name, str(path)))).assignment
        == "optimization_methods"
    )


def test_where_nothing_tells_it_is_not_graded_and_said(
    root: Path, write: Callable[..., Path]
) -> None:
    path = write("mine.ipynb", "x = 1")
    graded = grade(Task(root, Submission("s", path.name, str(path))))
    assert graded.assignment == ""
    assert graded.result.status is Status.NOT_GRADED
    assert "belongs to no assignment for certain" in graded.result.reason
    assert "it has to be named" in graded.result.reason


def test_what_cannot_be_read_is_not_graded_and_has_no_score(
    frozen_course: Path, tmp_path: Path
) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text("{")
    result = grade(Task(frozen_course, Submission("s", path.name, str(path)), "words")).result
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert "is not valid JSON" in result.reason


def test_a_kernel_that_cannot_be_started_is_never_a_zero(
    grade_cells: GradeCells, temporary_files_in: Callable[[Path], None]
) -> None:
    protection_in_force()  # or the canary would be what finds no kernel
    close_parents()
    temporary_files_in(Path("/gone"))
    result = grade_cells(LONGEST).result
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert result.reason.startswith("fairgrade's own failure: ")
    assert "No such file or directory: '/gone" in result.reason


def test_a_mistake_of_ours_is_never_a_zero(tmp_path: Path) -> None:
    """Here the caller's, who gives text where bytes are asked for."""
    text: Any = "{}"
    result = grade(Task(tmp_path, Submission("s", "s.ipynb", "s.ipynb"), "words"), text).result
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert result.reason.startswith("a mistake in fairgrade itself: TypeError: ")


def test_a_notebook_that_uses_up_its_time_while_it_defines_is_out_of_time(
    course: Path, write: Callable[..., Path]
) -> None:
    """Whoever could bring about "not graded" at will would have a way around a zero."""
    settings = course / "assignment/words/assignment.toml"
    settings.write_text(
        settings.read_text().replace("submission_seconds = 60", "submission_seconds = 2")
    )
    slow = "import time\ndef f(x=time.sleep(1.2)): pass"
    path = write("s.ipynb", LONGEST, *["x = 1"] * 2, *[slow] * 6, SPREAD)
    result = grade(Task(course, Submission("s", path.name, str(path)), "words")).result
    assert result.status is Status.GRADED
    spread = result.exercises[-1]
    assert (spread.verdict, spread.score) == (Verdict.TIMEOUT, 0)
    assert spread.message == (
        "not called: the 2 s for the whole submission were used up, the most by cell 4"
    )
    assert all(case.passed is None for case in spread.cases)


def test_the_authors_mistakes_stop_the_run(course: Path, write: Callable[..., Path]) -> None:
    (course / "assignment/words/texts.py").unlink()
    path = write("s.ipynb", LONGEST)
    with pytest.raises(AssignmentError, match=r"texts\.py: a helper of 'words' cannot be read"):
        grade(Task(course, Submission("s", path.name, str(path)), "words"))


def test_a_result_survives_json(grade_cells: GradeCells) -> None:
    result = grade_cells(LONGEST, SPREAD.replace("np.std(sizes)", "np.std(sizes, ddof=1)")).result
    assert from_json(to_json(result), Result) == result


def test_a_submission_nobody_reached_has_its_reason(tmp_path: Path) -> None:
    task = Task(tmp_path, Submission("s", "s.ipynb", str(tmp_path / "s.ipynb")), "words")
    assert not_reached(task, "stopped").result.reason == "stopped"


@pytest.mark.parametrize("answer", ["longest = mine", "longest = lambda t: mine(t)"])
def test_an_untouched_stub_that_is_answered_elsewhere_is_called(
    grade_cells: GradeCells, answer: str
) -> None:
    stub = "    ### START CODE HERE ###\n    word = None\n    ### END CODE HERE ###\n"
    mine = LONGEST.replace("longest", "mine")
    graded = grade_cells(f"def longest(text):\n{stub}    return word", f"{mine}\n{answer}")
    assert exercise(graded, "longest").verdict is Verdict.CORRECT


def test_an_answer_outside_of_the_markers_counts(grade_cells: GradeCells) -> None:
    stub = "    ### START CODE HERE ###\n    word = None\n    ### END CODE HERE ###\n"
    graded = grade_cells(f"def longest(text):\n{stub}    return max(text.split(), key=len)")
    assert exercise(graded, "longest").verdict is Verdict.CORRECT


def test_a_public_cases_words_cannot_carry_hidden_inputs_of_another_exercise(
    grade_cells: GradeCells,
) -> None:
    graded = grade_cells(
        "SEEN = []",
        "def longest(text):\n    SEEN.append(text)\n    return max(text.split(), key=len)",
        "def count(text):\n    raise ValueError(repr(SEEN))",
    )
    shown = to_json(graded.result).decode()
    assert "a secret word" in shown
    assert "quattro" not in shown


def test_a_cell_that_is_not_all_python_is_graded_by_what_can_be_read(
    grade_cells: GradeCells,
) -> None:
    graded = grade_cells(f"{LONGEST}\nprint 'done'")
    assert exercise(graded, "longest").verdict is Verdict.CORRECT
