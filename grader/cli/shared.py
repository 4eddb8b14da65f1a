"""What every command shares: options, exit codes, errors said plainly, the root of a course."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from grader.assignments.load import assignment_names
from grader.cli.remedies import advised
from grader.cli.terminal import Terminal
from grader.errors import FairgradeError, InputError
from grader.sandbox.level import Level

ALL_GRADED, NOT_ALL_GRADED, WRONG_COMMAND, BELOW = 0, 1, 2, 3

_Command = TypeVar("_Command", bound=Callable[..., None])


class CommandError(InputError):
    """The command line asks for something that cannot be done."""


def speaks_plainly(command: _Command) -> _Command:
    """Errors made on purpose end the command with their sentence and an exit code."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except FairgradeError as error:
            Terminal(quiet=False).problem(f"grade: {advised(error)}")
            sys.exit(WRONG_COMMAND if isinstance(error, InputError) else NOT_ALL_GRADED)
        except OSError as error:
            # Nobody reads what is printed, or it has no room; the files are written all the same.
            print_no_more()
            if error.errno != errno.EPIPE:
                sys.exit(NOT_ALL_GRADED)

    return wrapped  # type: ignore[return-value]


root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with assignment/ and solutions/. Default: this folder, or the nearest above it.",
)
require_option = click.option(
    "--require",
    type=click.Choice([level.word for level in Level]),
    envvar="FAIRGRADE_REQUIRE",
    default=Level.LIMITS.word,
    help="Grade nothing if protection from student code is weaker. Also FAIRGRADE_REQUIRE.",
)
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    default="",
    callback=lambda _context, _option, address: with_dask(address),
    help="Grade on the Dask cluster of this scheduler, such as tcp://10.0.0.1:8786.",
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print problems only.")


def with_dask(address: str) -> str:
    """The address, if there is none or there is what it takes to use it."""
    if address and find_spec("distributed") is None:
        raise click.UsageError("a scheduler takes the extra: pip install 'fairgrade[cluster]'")
    return address


def leave(code: int) -> NoReturn:
    """Exit with the code, even if nobody reads what is still to be printed."""
    try:
        sys.stdout.flush()
    except OSError:
        print_no_more()
    sys.exit(code)


def print_no_more() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def find_root(given: Path | None) -> Path:
    here = (given or Path.cwd()).resolve()
    for folder in [here] if given else [here, *here.parents]:
        if assignment_names(folder):
            return folder
    raise CommandError(
        f"{here}: no assignment/NAME/assignment.toml here{'' if given else ' or above'}; "
        "--root names the folder that holds assignment/ and solutions/"
    )
