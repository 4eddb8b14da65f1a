"""`grade check`: grade a student's own notebook on the public cases, and explain what is wrong."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.api import grade_notebook
from grader.assignments.load import read_settings
from grader.assignments.records import Assignment, Exercise
from grader.assignments.student_copy import load_handed_out
from grader.assignments.written import WRITTEN
from grader.errors import InputError, Remedy
from grader.model import ExerciseResult, Result, Status, Verdict
from grader.report.next_steps import next_step
from grader.report.words import VERDICTS
from grader.text import one_line, visible

# Longer lines are harder to read, however wide the terminal is.
WIDTH = 88


def check(notebook: Path, folder: Path | None, student: str = "") -> tuple[Assignment, Result]:
    """Grade one notebook on the public cases in a student's folder (default: the notebook's own).

    With the id `student`, the notebook is tried with what is drawn for it, too.

    Raises InputError where there is no notebook or no assignment there.
    """
    if not notebook.is_file():
        raise InputError(f"{notebook}: there is no such notebook")
    folder = (folder or notebook.parent).resolve()
    if not (folder / "assignment.toml").exists():
        raise InputError(
            f"{folder}: there is no assignment.toml here, which came with the assignment; keep the "
            "notebook in the assignment's folder",
            Remedy.NAME_ASSIGNMENT_FOLDER,
        )
    assignment = load_handed_out(folder)
    result = grade_notebook(notebook, folder, student=student, public_only=True, pictures=False)
    return assignment, result


def passed(result: Result) -> bool:
    """Whether every exercise that has a public case is right on all of them."""
    return result.status is Status.GRADED and all(
        exercise.verdict.solved for exercise in result.exercises
    )


def explained(assignment: Assignment, result: Result, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines that a student reads, in the order and the words of a student's page.

    What is wrong comes first, with the reasons; what is right has a line each. Reasons are broken
    into lines of at most `width` characters.
    """
    width = min(width, WIDTH)
    if result.status is not Status.GRADED:
        yield f"could not be checked: {one_line(result.reason)}"
    solved = [each for each in result.exercises if each.verdict.solved]
    wrong = [each for each in result.exercises if not each.verdict.solved]
    to_look_at = [each for each in wrong if each.verdict is not Verdict.NOT_GRADED]
    yield f"{len(solved)} of {len(result.exercises)} exercises pass their public cases."
    yield "Grading uses hidden cases too, so this is no grade yet."
    if assignment.parameters:
        names = " and ".join(each.name for each in assignment.parameters)
        given = f"What is expected here is so for {names} as the notebook came"
        yield f"{given}; in grading, yours counts."
    if to_look_at:
        yield from ("", "What to look at next:")
        for exercise in to_look_at:
            title = assignment.exercise(exercise.name).title
            yield from _indented([f"{title}: {next_step(exercise)}"], width)
        yield ""
    for exercise in (*wrong, *solved):
        title = assignment.exercise(exercise.name).title
        yield f"{title} ({exercise.name}): {VERDICTS[exercise.verdict].word}"
        yield from _indented(_reasons(exercise), width)
    for own in _on_own_inputs(result):
        yield from _indented([own], width)
    for flag in result.flags:
        yield f"note: {one_line(flag)}"
    for other in _without_cases(assignment):
        if other.kind == WRITTEN:
            yield f"{other.name}: is not checked here; a person reads it"
        else:
            yield f"{other.name}: has no public case; it is graded all the same"


def _on_own_inputs(result: Result) -> Iterator[str]:
    for exercise in result.exercises:
        for case in exercise.cases:
            if case.drawn_for and case.passed:
                yield (
                    f"{exercise.name}, case {case.name}: with what is drawn for "
                    f"{case.drawn_for!r} it does what is expected as far as can be said here: its "
                    "answer is of the right kind. Whether it is right is found out in grading."
                )


def _reasons(exercise: ExerciseResult) -> Iterator[str]:
    if exercise.diagnosis:
        yield f"{exercise.diagnosis.title}: {exercise.diagnosis.explanation}"
    failed = [case for case in exercise.cases if case.passed is False]
    if exercise.message and not failed and exercise.verdict is not Verdict.CORRECT:
        yield exercise.message
    for case in failed:
        yield f"case {case.name}: {case.message}"


def _indented(paragraphs: Iterable[str], width: int) -> Iterator[str]:
    for paragraph in paragraphs:
        for line in visible(paragraph).splitlines():
            yield from textwrap.wrap(line, width, initial_indent="    ", subsequent_indent="    ")


def _without_cases(assignment: Assignment) -> list[Exercise]:
    there = {exercise.name for exercise in assignment.exercises}
    settings = read_settings(assignment.folder, assignment.folder)
    return [each for each in settings.exercises if each.name not in there]
