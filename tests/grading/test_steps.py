"""grade: what a step that fails does to the result, and which steps a submission takes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.grading.grade import grade
from grader.grading.steps import STEPS, Grading, Step
from grader.grading.task import Task
from grader.model import Result, Status, Submission, Verdict

RIGHT = "def longest(text):\n    return max(text.split(), key=len)"
WRONG = (
    "def count(text):\n    words = text.split()\n    return {w: words.count(w) + 1 for w in words}"
)
EXPLAINS = [step for step in STEPS if step.what]
GradeWith = Callable[..., Result]


@pytest.fixture
def grade_with(frozen_course: Path, write: Callable[..., Path]) -> GradeWith:
    def graded(steps: Sequence[Step], full: bool = True, strict: bool = False) -> Result:
        path = write("s.ipynb", RIGHT, WRONG, "1/0")
        submission = Submission("s", path.name, str(path))
        task = Task(frozen_course, submission, "words", full=full, strict=strict)
        return grade(task, steps=steps).result

    return graded


async def fail(grading: Grading) -> None:
    raise ZeroDivisionError("a secret of a hidden case")


def failing(failed: Step) -> list[Step]:
    """All steps, of which one fails."""
    return [replace(step, take=fail) if step is failed else step for step in STEPS]


def name_of(step: Step) -> str:
    return step.take.__name__


def test_the_steps_that_only_explain_are_these() -> None:
    assert [name_of(step) for step in EXPLAINS] == [
        "show_evidence",
        "call_fresh_cases",
        "flag_cells",
        "find_behaviours",
        "search_mistakes",
        "draw_pictures",
        "trace_first_steps",
        "draw_trainings",
    ]


@pytest.mark.parametrize("step", EXPLAINS, ids=name_of)
def test_without_a_step_that_only_explains_the_verdicts_stand_and_it_is_flagged(
    grade_with: GradeWith, step: Step
) -> None:
    whole, result = grade_with(STEPS), grade_with(failing(step))
    assert (result.status, result.score) == (Status.GRADED, whole.score)
    assert [each.verdict for each in result.exercises] == [
        Verdict.CORRECT,
        Verdict.INCORRECT,
        Verdict.MISSING,
    ]
    assert [each.cases for each in result.exercises] == [each.cases for each in whole.exercises]
    (flag,) = (each for each in result.flags if "failed: " in each)
    assert flag.startswith(f"{step.what} failed: ZeroDivisionError in ")
    assert "secret" not in flag
    assert not [each for each in whole.flags if "failed: " in each]


@pytest.mark.parametrize("step", [step for step in STEPS if not step.what], ids=name_of)
def test_without_a_step_that_verdicts_need_nothing_is_graded(
    grade_with: GradeWith, step: Step
) -> None:
    result = grade_with(failing(step))
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert "ZeroDivisionError: a secret" in result.reason


@pytest.mark.parametrize("step", EXPLAINS, ids=name_of)
def test_where_an_author_checks_every_step_counts(grade_with: GradeWith, step: Step) -> None:
    result = grade_with(failing(step), strict=True)
    assert result.status is Status.NOT_GRADED
    assert "ZeroDivisionError: a secret" in result.reason


def test_a_failure_is_told_with_the_line_of_ours_in_which_it_happened(
    grade_with: GradeWith,
) -> None:
    async def misled(grading: Grading) -> None:
        load_assignment(grading.task.root, "nowhere")

    steps = [replace(step, take=misled) if step is EXPLAINS[0] else step for step in STEPS]
    (flag,) = [each for each in grade_with(steps).flags if "failed: " in each]
    assert "AssignmentError in grader/assignments/load.py, line " in flag


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_where_memory_or_the_stack_ran_out_in_what_explains_the_verdicts_stand(
    grade_with: GradeWith, error: type[Exception]
) -> None:
    async def exhausted(grading: Grading) -> None:
        raise error

    steps = [replace(step, take=exhausted) if step is EXPLAINS[0] else step for step in STEPS]
    result = grade_with(steps)
    assert result.score == grade_with(STEPS).score
    assert any(f"{EXPLAINS[0].what} failed: {error.__name__}" in flag for flag in result.flags)


def test_where_memory_ran_out_nothing_more_is_explained_and_the_process_is_not_used_again(
    frozen_course: Path, write: Callable[..., Path]
) -> None:
    async def exhausted(grading: Grading) -> None:
        raise MemoryError

    path = write("s.ipynb", RIGHT)
    submission = Submission("s", path.name, str(path))
    steps = [replace(step, take=exhausted) if step.what else step for step in STEPS]
    graded = grade(Task(frozen_course, submission, "words"), steps=steps)
    assert graded.exhausted
    assert len([flag for flag in graded.result.flags if "failed: " in flag]) == 1
    steps = [replace(step, take=exhausted) if step is STEPS[0] else step for step in STEPS]
    with pytest.raises(MemoryError):
        grade(Task(frozen_course, submission, "words"), steps=steps)


def test_the_trainings_are_drawn_of_a_full_run_only(grade_with: GradeWith) -> None:
    steps = failing(STEPS[-1])
    assert not [flag for flag in grade_with(steps, full=False).flags if "failed: " in flag]
    assert [flag for flag in grade_with(steps, full=True).flags if "failed: " in flag]


def test_with_public_cases_alone_nothing_is_suspected_and_no_mistake_searched(
    frozen_course: Path, write: Callable[..., Path]
) -> None:
    path = write("s.ipynb", RIGHT)
    folder = frozen_course / "assignment/words"
    task = Task(folder, Submission("s", path.name, str(path)), public_only=True)
    for name in ("call_fresh_cases", "search_mistakes", "trace_first_steps"):
        (step,) = (each for each in STEPS if name_of(each) == name)
        assert grade(task, steps=failing(step)).result.flags == ()


def test_an_assignment_that_a_notebook_was_graded_with_is_collected_when_it_was_read_anew(
    course: Path, write: Callable[..., Path]
) -> None:
    path = write("s.ipynb", RIGHT, WRONG, "def mean_and_spread(text):\n    return 1, 2")
    task = Task(course, Submission("s", path.name, str(path)), "words", full=True)
    assert grade(task).result.status is Status.GRADED
    before = load_assignment(course, "words")
    gone = [
        weakref.ref(each) for each in (before, before.exercises[0], before.exercises[0].cases[0])
    ]
    settings = course / "assignment/words/assignment.toml"
    settings.write_text(settings.read_text().replace("points = 4", "points = 5"))
    del before
    load_assignment(course, "words")
    gc.collect()
    assert [each() for each in gone] == [None, None, None]
