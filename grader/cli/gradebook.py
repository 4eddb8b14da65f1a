"""The commands about the gradebook: `grade runs`, `diff`, `adjust` and `note`."""

from __future__ import annotations

import math
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from grader.cli.shared import CommandError, speaks_plainly
from grader.cli.terminal import Terminal
from grader.gradebook.diff import Change, changes
from grader.gradebook.store import GRADEBOOK, Gradebook, Kept, ListedRun
from grader.model import ExerciseResult
from grader.report import write_diff
from grader.text import one_line

AGAIN = "run `grade` as before to write it into the report"

_gradebook = click.option(
    "--gradebook",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("grades", GRADEBOOK),
    show_default=True,
    help="File that keeps every result.",
)
_assignment = click.option(
    "--assignment", "-a", default="", help="Name of the assignment, if the student has several."
)


@click.command()
@_gradebook
@speaks_plainly
def runs(gradebook: Path) -> None:
    """List the runs that a gradebook holds."""
    with Gradebook(gradebook, create=False) as book:
        lines = book.runs()
    rows = [
        [
            *(str(r.number), r.started, r.version, r.protection, str(r.seed), str(r.results)),
            "" if r.finished else "cut short",
        ]
        for r in lines
    ]
    _print(["run", "started", "version", "protection", "seed", "results", ""], rows)


@click.command()
@click.argument("one", type=int)
@click.argument("two", type=int)
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE.html",
    help="Write it as a page, too.",
)
@_gradebook
@speaks_plainly
def diff(one: int, two: int, page: Path | None, gradebook: Path) -> None:
    """Say whose score changed from run ONE to run TWO, by how much, where and why."""
    with Gradebook(gradebook, create=False) as book:
        known = {each.number: each for each in book.runs()}
        before, after = _run(one, known), _run(two, known)
        found = changes(book, before, after)
    if page:
        _write_page(before, after, found, page)
    head = ["student", "exercise", "before", "after", "change", "why"]
    _print(head, [_row(each) for each in found])
    students = len({each.student for each in found})
    Terminal(quiet=False).say(f"students with other scores: {students}; exercises: {len(found)}")


@click.command()
@click.argument("student")
@click.argument("exercise")
@click.argument("score", type=float, required=False)
@click.option("--reason", default="", help="Why; shown to the student.")
@click.option("--undo", is_flag=True, help="Let the machine's score stand again.")
@_assignment
@_gradebook
@speaks_plainly
def adjust(
    student: str,
    exercise: str,
    score: float | None,
    reason: str,
    undo: bool,
    assignment: str,
    gradebook: Path,
) -> None:
    """Give STUDENT a SCORE for EXERCISE that stands above the machine's."""
    with Gradebook(gradebook, create=False) as book:
        name, found = _exercise(book.latest(student), student, exercise, assignment)
        if undo:
            if not book.undo(name, student, exercise):
                raise CommandError(f"{student}, {exercise}: there is no adjustment to undo")
        else:
            book.adjust(name, student, exercise, _checked(score, reason, found), reason.strip())
    what = "the machine's score stands again" if undo else f"{score:g} of {found.max_score:g}"
    Terminal(quiet=False).say(f"{student}, {exercise}: {what}; {AGAIN}")


@click.command()
@click.argument("student")
@click.argument("text")
@_gradebook
@speaks_plainly
def note(student: str, text: str, gradebook: Path) -> None:
    """Add TEXT as a remark to the page of STUDENT."""
    if not text.strip():
        raise CommandError("the remark is empty")
    with Gradebook(gradebook, create=False) as book:
        book.latest(student)
        book.note(student, text.strip())
    Terminal(quiet=False).say(f"{student}: the remark is kept; {AGAIN}")


def _run(number: int, known: dict[int, ListedRun]) -> ListedRun:
    if number not in known:
        raise CommandError(f"there is no run {number}; `grade runs` lists them")
    return known[number]


def _write_page(one: ListedRun, two: ListedRun, found: list[Change], page: Path) -> None:
    if page.suffix.lower() not in (".html", ".htm"):
        raise CommandError(f"--page {page}: the name of a page ends in .html")
    try:
        write_diff(one, two, found, page)
    except OSError as error:
        raise CommandError(f"--page {page}: cannot be written: {error.strerror}") from None


def _exercise(
    kept: list[Kept], student: str, exercise: str, assignment: str
) -> tuple[str, ExerciseResult]:
    """The name of the assignment that has the exercise, and the student's result for it.

    Raises CommandError where the student has no result for it, or has it in several assignments.
    """
    found = [
        (each.assignment, result)
        for each in kept
        for result in each.result.exercises
        if result.name == exercise and assignment in ("", each.assignment)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{student} has {exercise} in several assignments: --assignment tells")
    known = ", ".join(result.name for each in kept for result in each.result.exercises)
    raise CommandError(f"{student} has no result for {exercise!r} (there are: {known or 'none'})")


def _checked(score: float | None, reason: str, exercise: ExerciseResult) -> float:
    if score is None:
        raise CommandError("SCORE is missing; or --undo takes an adjustment back")
    if not math.isfinite(score) or not 0 <= score <= exercise.max_score:
        raise CommandError(f"{score:g} is not between 0 and {exercise.max_score:g}")
    if not reason.strip():
        raise CommandError("--reason is missing; the student reads it")
    return score


def _row(change: Change) -> list[str]:
    by = "" if change.by is None else f"{change.by:+g}"
    scores = ["-" if each is None else f"{each:g}" for each in (change.before, change.after)]
    return [change.student, change.exercise, *scores, by, change.why]


def _print(head: list[str], rows: list[list[str]]) -> None:
    """Print a table; where the output is no terminal, as lines with tabs between the columns."""
    terminal = Terminal(quiet=False)
    if not terminal.out.is_terminal:
        for row in [head, *rows]:
            click.echo("\t".join(map(one_line, row)))
        return
    table = Table(*head)
    for row in rows:
        table.add_row(*(escape(one_line(each)) for each in row))
    terminal.out.print(table)
