"""The commands about the gradebook: `grade runs`, `diff`, `adjust`, `note` and `forget`."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from grader.cli.shared import CommandError, course_option, speaks_plainly
from grader.cli.terminal import Terminal
from grader.encoding import Malformed
from grader.gradebook.diff import Change, changes
from grader.gradebook.store import GRADEBOOK, Gradebook
from grader.gradebook.store.forget import Held
from grader.gradebook.store.results import Kept
from grader.gradebook.store.runs import ListedRun
from grader.model import ExerciseResult, Owner, Run
from grader.report import write_diff
from grader.results.files import read_results
from grader.results.folder import RESULTS
from grader.submissions.people import Known, Student
from grader.text import counted, did_you_mean, one_line

AGAIN = "run `grade` as before to write it into the report"

gradebook_option = click.option(
    "--gradebook",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("grades", GRADEBOOK),
    show_default=True,
    help="Take the results from this file, which keeps every one.",
)
_assignment = click.option(
    "--assignment",
    "-a",
    default="",
    metavar="NAME",
    help="Change this assignment, if the student has several.",
)


@click.command()
@gradebook_option
@course_option
@speaks_plainly
def runs(gradebook: Path) -> None:
    """List the runs that a gradebook holds."""
    with Gradebook(gradebook, create=False) as book:
        lines = book.runs()
    rows = [
        [
            *(str(r.number), ", ".join(r.assignments), r.started, r.version, r.protection),
            *(str(r.seed), str(r.results), "finished" if r.finished else "cut short"),
        ]
        for r in lines
    ]
    head = ["run", "assignment", "started", "version", "protection", "seed", "results", "state"]
    _print(head, rows)


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
@gradebook_option
@course_option
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
@click.option("--reason", default="", help="Say why, which the student reads.")
@click.option("--undo", is_flag=True, help="Let the machine's score stand again.")
@_assignment
@gradebook_option
@course_option
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
    """Give STUDENT a SCORE for EXERCISE that stands above the machine's.

    STUDENT is the name in the table of results, or a login, email address or id. EXERCISE is the
    title, or the function's name.
    """
    titles = _titles(gradebook.parent)
    with Gradebook(gradebook, create=False) as book:
        student = _name_in(book, student)
        name, found = _exercise(book.latest(student), student, exercise, assignment, titles)
        title = titles.get(found.name, found.name)
        if undo:
            if not book.undo(name, student, found.name):
                raise CommandError(f"{student}, {title}: there is no adjustment to undo")
        else:
            book.adjust(name, student, found.name, _checked(score, reason, found), reason.strip())
    what = "the machine's score stands again" if undo else f"{score:g} of {found.max_score:g}"
    Terminal(quiet=False).say(f"{student}, {title}: {what}; {AGAIN}")


@click.command()
@click.argument("student")
@click.argument("text")
@gradebook_option
@course_option
@speaks_plainly
def note(student: str, text: str, gradebook: Path) -> None:
    """Add TEXT as a remark to the page of STUDENT: a name, login, email address or id."""
    if not text.strip():
        raise CommandError("the remark is empty")
    with Gradebook(gradebook, create=False) as book:
        student = _name_in(book, student)
        book.latest(student)
        book.note(student, text.strip())
    Terminal(quiet=False).say(f"{student}: the remark is kept; {AGAIN}")


@click.command()
@click.argument("student")
@click.option("--yes", is_flag=True, help="Delete it without asking first.")
@gradebook_option
@course_option
@speaks_plainly
def forget(student: str, yes: bool, gradebook: Path) -> None:
    """Delete all that the gradebook holds of STUDENT: a name, login, email address or id.

    This cannot be undone. What earlier runs wrote beside the gradebook stays until the next run
    writes it anew: take the student's files out of the submissions before that.
    """
    terminal = Terminal(quiet=False)
    with Gradebook(gradebook, create=False) as book:
        student = _name_in(book, student)
        found = book.held(student)
        what = _in_words(found)
        if not yes and not click.confirm(f"Delete what {gradebook} holds of {student}: {what}?"):
            return
        alone = book.forget(student)
    terminal.say(f"{student}: {what} deleted from {gradebook}")
    for name in found.other_names:
        terminal.say(
            f"the same file is kept under the name {name}: of a group, or of an earlier run"
        )
    if not alone:
        terminal.problem(f"another program has {gradebook} open; it has traces until that ends")
    terminal.say("the report and the tables have the student until the next run writes them anew")


def _in_words(found: Held) -> str:
    """Such as "2 results, 1 remark"."""
    counts = {
        "result": found.results,
        "adjusted score": found.decisions,
        "remark": found.remarks,
    }
    return ", ".join(counted(number, noun) for noun, number in counts.items() if number)


def _name_in(book: Gradebook, text: str) -> str:
    """The name under which the gradebook has a student; the text itself if nobody is found.

    The results that `grade` wrote beside the gradebook know logins, email addresses and ids.
    """
    if book.has(text):
        return text
    found = {name for name in _called(book.path.parent, text) if book.has(name)}
    return found.pop() if len(found) == 1 else text


def _called(folder: Path, text: str) -> Iterator[str]:
    """The names of the results whose student is the one meant by the text."""
    for run in _runs_in(folder):
        students = {
            Student(owner.name or each.student, owner.email, tuple(owner.ids.items())): each.student
            for each in run.results
            if (owner := each.owner)
        }
        student = Known(students).find(Owner(text, {"login": text}))
        if student:
            yield students[student]


def _titles(folder: Path) -> dict[str, str]:
    """The titles of exercises by their names, as the results beside the gradebook have them."""
    return {name: title for run in _runs_in(folder) for name, title in run.titles.items()}


def _runs_in(folder: Path) -> Iterator[Run]:
    """What is in the results of a run's output folder; what cannot be read is left out."""
    for path in (folder / RESULTS, *sorted(folder.glob(f"*/{RESULTS}"))):
        with contextlib.suppress(OSError, Malformed):
            yield read_results(path)


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
    kept: list[Kept], student: str, exercise: str, assignment: str, titles: dict[str, str]
) -> tuple[str, ExerciseResult]:
    """The name of the assignment that has the exercise, and the student's result for it.

    `exercise` is its name or title, `titles` maps names to titles. Raises CommandError where the
    student has no result for it, or has it in several assignments.
    """
    found = [
        (each.assignment, result)
        for each in kept
        for result in each.result.exercises
        if exercise in (result.name, titles.get(result.name))
        and assignment in ("", each.assignment)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{student} has {exercise} in several assignments: --assignment tells")
    names = [result.name for each in kept for result in each.result.exercises]
    known = list(dict.fromkeys(titles.get(name, name) for name in names))
    there_are = (
        f"(there are: {', '.join(known) or 'none'}){did_you_mean(exercise, [*known, *names])}"
    )
    raise CommandError(f"{student} has no result for {exercise!r} {there_are}")


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
