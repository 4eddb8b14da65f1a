"""What every command shares: exit codes, and errors that end in a sentence."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from grader.errors import CommandError, FairgradeError
from grader.terminal import Terminal

ALL_GRADED, NOT_ALL_GRADED, WRONG_COMMAND, BELOW = 0, 1, 2, 3

_Command = TypeVar("_Command", bound=Callable[..., None])


def speaks_plainly(command: _Command) -> _Command:
    """Errors made on purpose end the command with their sentence and an exit code."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except FairgradeError as error:
            Terminal(quiet=False).problem(f"grade: {error}")
            sys.exit(WRONG_COMMAND if isinstance(error, CommandError) else NOT_ALL_GRADED)
        except OSError as error:
            # Nobody reads what is printed, or it has no room; the files are written all the same.
            print_no_more()
            if error.errno != errno.EPIPE:
                sys.exit(NOT_ALL_GRADED)

    return wrapped  # type: ignore[return-value]


def print_no_more() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
