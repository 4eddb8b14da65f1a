"""The command of students: `grade check`."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.shared import ALL_GRADED, BELOW, NOT_ALL_GRADED, leave, speaks_plainly
from grader.cli.terminal import Terminal
from grader.handout.check import WIDTH, check, explained, passed
from grader.model import Status


@click.command(name="check")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take the assignment from this folder, as it was handed out. Default: the notebook's "
    "folder.",
)
@click.option(
    "--student",
    metavar="ID",
    default="",
    help="Your id in this course, such as your student number: where inputs or values of the "
    "notebook are drawn for each student, it is tried with yours, too, and says what they are.",
)
@speaks_plainly
def check_command(notebook: Path, folder: Path | None, student: str) -> None:
    """Check your own NOTEBOOK on the public cases, and explain what is not right yet.

    This needs nothing but the folder that came with the assignment. Exit code: 0 all of them pass,
    1 the notebook could not be checked, 2 the command line is wrong, 3 something is not right yet.
    """
    terminal = Terminal(quiet=False)
    assignment, result = check(notebook, folder, student)
    width = terminal.out.width if terminal.out.is_terminal else WIDTH
    for line in explained(assignment, result, width):
        terminal.say(line)
    if result.status is not Status.GRADED:
        leave(NOT_ALL_GRADED)
    leave(ALL_GRADED if passed(result) else BELOW)
