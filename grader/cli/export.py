"""The commands that hand grades in: `grade export FORMAT`, `grade autograder ASSIGNMENT`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from grader.cli.gradebook import GRADEBOOK
from grader.cli.shared import find_root, root_option, speaks_plainly
from grader.cli.terminal import Terminal
from grader.encoding import Malformed
from grader.errors import CommandError
from grader.exports import EXPORTS, Request
from grader.exports.autograder import write_autograder
from grader.gradebook.store import Decisions, Gradebook
from grader.model import Adjustment, Run
from grader.results.files import read_results
from grader.results.folder import RESULTS
from grader.sandbox.level import Level
from grader.text import one_line


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice([each.name for each in EXPORTS]))
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("grades"),
    show_default=True,
    help="Folder that `grade` wrote.",
)
@click.option(
    "--sheet",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Canvas' exported gradebook, or Moodle's grading worksheet.",
)
@click.option("--column", default="", help="Column of the sheet to fill in. Default: found out.")
@click.option("--scale", is_flag=True, help="Convert points to those of the sheet.")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="File or folder to write. Default: one in the folder of results.",
)
@click.option("--zero-missing", is_flag=True, help="0 for who handed in nothing.")
@click.option("--zero-ungraded", is_flag=True, help="0 for what could not be graded.")
@click.option(
    "--gradebook",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with people's decisions. Default: gradebook.sqlite where the results are.",
)
@speaks_plainly
def export(
    form: str,
    results: Path,
    sheet: Path | None,
    column: str,
    scale: bool,
    to: Path | None,
    zero_missing: bool,
    zero_ungraded: bool,
    gradebook: Path | None,
) -> None:
    """Write the grades in FORMAT, as a platform takes them.

    What could not be graded has no points, and the reason is printed.
    """
    kind = next(each for each in EXPORTS if each.name == form)
    run = read_run(results)
    check_decisions(run, results, gradebook)
    request = Request(
        run,
        results,
        to or results / kind.target,
        *(sheet, column, scale, zero_missing, zero_ungraded),
    )
    with _writing(request.target, "--to"):
        kind().write(request)
    terminal = Terminal(quiet=False)
    for line in request.notes:
        terminal.problem(one_line(line))
    terminal.say(f"wrote {request.target}")


@click.command()
@click.argument("assignment")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("autograder.zip"),
    show_default=True,
    help="The zip to write.",
)
@click.option(
    "--require",
    type=click.Choice([level.word for level in Level]),
    default=Level.LANDLOCK.word,
    show_default=True,
    help="Grade nothing there if protection from student code is weaker.",
)
@root_option
@speaks_plainly
def autograder(assignment: str, output: Path, require: str, root: Path | None) -> None:
    """Make the zip from which Gradescope grades ASSIGNMENT with fairgrade.

    It holds the solutions: give it to nobody but Gradescope.
    """
    with _writing(output, "--output"):
        write_autograder(find_root(root), assignment, require, output)
    Terminal(quiet=False).say(f"wrote {output}, which holds the solutions")


@contextmanager
def _writing(target: Path, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(
            f"{target}: cannot be written: {error.strerror}; {option} names another place"
        ) from None


def read_run(folder: Path) -> Run:
    """The run whose results `grade` wrote to the folder.

    Raises CommandError where there are none, those of several assignments, or no such results.
    """
    path = folder / RESULTS
    if not path.exists():
        inner = [str(each.parent) for each in sorted(folder.glob(f"*/{RESULTS}"))]
        hint = f"there are {', '.join(inner)}" if inner else "grade first"
        raise CommandError(f"{path}: there is no such file; {hint}; --results names the folder")
    try:
        return read_results(path)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror}") from None
    except Malformed as error:
        raise CommandError(f"{path}: {error}; run `grade` as before, then export") from None


def check_decisions(run: Run, folder: Path, gradebook: Path | None) -> None:
    """Raise CommandError where people decided something that is not in the results yet."""
    places = [gradebook] if gradebook else [folder / GRADEBOOK, folder.parent / GRADEBOOK]
    path = next((each for each in places if each.exists()), None)
    if path is None:
        return
    with Gradebook(path, create=False) as book:
        open_ones = _undone(run, book.decisions())
    if open_ones:
        raise CommandError(
            f"{path}: people decided since the results were written ({'; '.join(open_ones)}); "
            "run `grade` as before, then export"
        )


def _undone(run: Run, decisions: Decisions) -> list[str]:
    """The decisions, as "student, exercise", that the results do not show, or still show."""
    students = {result.student for result in run.results}
    shown = {
        (result.student, exercise.name): exercise.adjustment
        for result in run.results
        for exercise in result.exercises
        if exercise.adjustment
    }
    standing = {
        (student, exercise): made
        for (assignment, student, exercise), made in decisions.scores.items()
        if assignment == run.assignment and student in students
    }
    return [
        f"{student}, {exercise}"
        for student, exercise in sorted(shown.keys() | standing.keys())
        if _made(shown, (student, exercise)) != _made(standing, (student, exercise))
    ]


def _made(found: dict[tuple[str, str], Adjustment], key: tuple[str, str]) -> str:
    return found[key].made if key in found else ""
