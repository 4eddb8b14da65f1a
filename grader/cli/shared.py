"""What the commands share: options, exit codes, how errors are printed, the root of a course."""

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
from grader.cli.stopping import Stopping
from grader.cli.terminal import Terminal
from grader.errors import FairgradeError, InputError, Mismatch
from grader.sandbox.level import Level

ALL_GRADED, NOT_ALL_GRADED, WRONG_COMMAND, BELOW, STOPPED = 0, 1, 2, 3, 130

_Command = TypeVar("_Command", bound=Callable[..., None])


class CommandError(InputError):
    """The command line asks for something that cannot be done."""


def speaks_plainly(command: _Command) -> _Command:
    """Decorate a command so that our own errors print their message instead of a traceback.

    The exit code is WRONG_COMMAND for an InputError, and NOT_ALL_GRADED for any other; also for a
    Mismatch, since the command line is right then. After Ctrl-C or SIGTERM, a line says that the
    command was stopped, and the exit code is 130 or 143.
    """

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        with Stopping() as stopping:
            try:
                command(*args, **kwargs)
            except KeyboardInterrupt as stopped:
                _end_stopped(str(stopped), stopping.code)
            except FairgradeError as error:
                if stopping.code:  # it comes of what was ended
                    _end_stopped("", stopping.code)
                Terminal(quiet=False).problem(f"grade: {advised(error)}")
                wrong = isinstance(error, InputError) and not isinstance(error, Mismatch)
                sys.exit(WRONG_COMMAND if wrong else NOT_ALL_GRADED)
            except OSError as error:
                # Nobody reads what is printed any more (EPIPE), or its disk is full: the files that
                # the command writes do not depend on that. Or this machine refused something else.
                print_no_more()
                if error.errno != errno.EPIPE:
                    Terminal(quiet=False).problem(f"grade: this machine refused: {error}")
                    sys.exit(NOT_ALL_GRADED)

    return wrapped  # type: ignore[return-value]


def _end_stopped(how_far: str, code: int) -> NoReturn:
    Terminal(quiet=False).problem(f"stopped: {how_far}" if how_far else "stopped")
    sys.exit(code or STOPPED)


def _read_option_file(
    context: click.Context, _option: click.Parameter, root: Path | None
) -> Path | None:
    """Read the course's option file, if there is a course, before the other options are read."""
    if context.resilient_parsing:  # the shell asks what may follow
        return root
    try:
        folder = find_root(root)
    except CommandError:
        return root  # the command says so, if it needs one
    # It asks the command `run` for its options, which uses this module.
    from grader.cli.option_file import apply_option_file

    apply_option_file(context, folder)
    return root


_ROOT: dict[str, Any] = {
    "type": click.Path(exists=True, file_okay=False, path_type=Path),
    "is_eager": True,
    "callback": _read_option_file,
}
root_option = click.option(
    "--root",
    **_ROOT,
    help="Take this folder, which holds assignment/ and solutions/. Default: the current folder, "
    "or the nearest above it.",
)
# For commands that need nothing of the course but its option file.
COURSE = {
    **_ROOT,
    "expose_value": False,
    "help": "Take the option file of this folder, which holds assignment/ and solutions/. Default: "
    "the current folder, or the nearest above it.",
}
course_option = click.option("--root", **COURSE)
require_option = click.option(
    "--require",
    type=click.Choice([level.word for level in Level]),
    envvar="FAIRGRADE_REQUIRE",
    default=Level.LIMITS.word,
    help="Grade nothing if protection from student code is weaker. The environment variable "
    "FAIRGRADE_REQUIRE says the same.",
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
    """Return the address; raises UsageError where there is one, and Dask is not installed."""
    if address and find_spec("distributed") is None:
        raise click.UsageError("a scheduler takes the extra: pip install 'fairgrade[cluster]'")
    return address


def leave(code: int) -> NoReturn:
    """Exit with the code, also where the rest of the output cannot be printed any more."""
    try:
        sys.stdout.flush()
    except OSError:
        print_no_more()
    sys.exit(code)


def print_no_more() -> None:
    """Redirect standard output to nowhere, so that flushing it at the exit cannot fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def find_root(given: Path | None) -> Path:
    """The folder of the course: `given`, or the nearest with assignments from here upwards.

    Raises CommandError where there is no assignment.
    """
    try:
        here = (given or Path.cwd()).resolve()
    except FileNotFoundError:
        raise CommandError("the current folder was removed; change to another one") from None
    for folder in [here] if given else [here, *here.parents]:
        if assignment_names(folder):
            return folder
    raise CommandError(
        f"{here}: no assignment/NAME/assignment.toml here{'' if given else ' or above'}; "
        "--root names the folder that holds assignment/ and solutions/"
    )


def course_folder(given: Path | None) -> Path:
    """Where a new assignment is written: the given folder, or the course that is found, or here."""
    try:
        return given or find_root(None)
    except CommandError:
        return Path.cwd()
