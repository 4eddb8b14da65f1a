"""The commands of students and authors, without logic of their own; `cli` registers them."""

from __future__ import annotations

from pathlib import Path

import click

from grader.authors.init import start
from grader.authors.release import bundle, write_bundle
from grader.cli.shared import (
    ALL_GRADED,
    BELOW,
    NOT_ALL_GRADED,
    find_root,
    leave,
    root_option,
    speaks_plainly,
)
from grader.cli.terminal import Terminal
from grader.errors import CommandError
from grader.handout.check import check, explained, passed
from grader.model import Status


@click.command(name="check")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The assignment's folder, as it was handed out. Default: the notebook's folder.",
)
@speaks_plainly
def check_command(notebook: Path, folder: Path | None) -> None:
    """Check your own NOTEBOOK on the public cases, and explain what is not right yet.

    This needs nothing but the folder that came with the assignment. Exit code: 0 all of them pass,
    1 the notebook could not be checked, 2 the command line is wrong, 3 something is not right yet.
    """
    terminal = Terminal(quiet=False)
    assignment, result = check(notebook, folder)
    for line in explained(assignment, result):
        terminal.say(line)
    if result.status is not Status.GRADED:
        leave(NOT_ALL_GRADED)
    leave(ALL_GRADED if passed(result) else BELOW)


@click.command(name="release")
@click.argument("assignment")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="A .zip file, or a folder. Default: ASSIGNMENT.zip.",
)
@root_option
@speaks_plainly
def release_command(assignment: str, output: Path | None, root: Path | None) -> None:
    """Make the bundle that students get of ASSIGNMENT: the same bytes every time.

    Nothing is written if something of the solutions would be in it.
    """
    output = output or Path(f"{assignment}.zip")
    files = bundle(find_root(root), assignment)
    write_bundle(files, assignment, output)
    Terminal(quiet=False).say(f"wrote {output}: {', '.join(files)}")


@click.command(name="init")
@click.argument("name")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the course. Default: the nearest one with assignments, or this folder.",
)
@speaks_plainly
def init_command(name: str, root: Path | None) -> None:
    """Start a new assignment NAME, with one exercise that works at once.

    A new course is made where there is none yet.
    """
    terminal = Terminal(quiet=False)
    for path in start(_course(root), name):
        terminal.say(f"wrote {path}")
    terminal.say(f"next: change what you like, then `grade generate {name}`")


def _course(given: Path | None) -> Path:
    try:
        return given or find_root(None)
    except CommandError:
        return Path.cwd()


AUTHORING = (check_command, release_command, init_command)
