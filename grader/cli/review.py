"""The command `grade review`: read written answers, and give points for them, in a browser."""

from __future__ import annotations

import contextlib
import getpass
from importlib.util import find_spec
from pathlib import Path

import click

from grader.assignments.load import assignment_names, load_assignment
from grader.assignments.records import Assignment, Exercise
from grader.assignments.written import WRITTEN, written_exercises
from grader.cli.gradebook import AGAIN, gradebook_option
from grader.cli.shared import CommandError, find_root, root_option, speaks_plainly
from grader.cli.terminal import Terminal
from grader.gradebook.store import Gradebook
from grader.text import did_you_mean, one_line

_LONGEST_NAME = 80


@click.command()
@click.argument("exercise")
@click.option(
    "--assignment",
    "-a",
    default="",
    metavar="NAME",
    help="Take the exercise of this assignment, if several have one of its name.",
)
@click.option(
    "--anonymous", is_flag=True, help="Hide names, in an order that says nothing of them."
)
@click.option(
    "--as",
    "by",
    default="",
    metavar="NAME",
    help="Note this name with what is decided. Default: that of the user of this machine.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Serve the pages on this port. Default: any that is free.",
)
@gradebook_option
@root_option
@speaks_plainly
def review(
    exercise: str,
    assignment: str,
    anonymous: bool,
    by: str,
    port: int,
    gradebook: Path,
    root: Path | None,
) -> None:
    """Serve pages on which written answers to EXERCISE are read and given points.

    EXERCISE is its name or title. The pages are on this machine's loopback address, and are there
    until Ctrl-C. What is saved there is in the gradebook at once.
    """
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise click.UsageError("a review takes the extra: pip install 'fairgrade[review]'")
    found, asked = _exercise(find_root(root), exercise, assignment)
    terminal = Terminal(quiet=False)
    # What these import is needed by no other command.
    from grader.review.answers import Answers, Progress, model_answer
    from grader.review.server import serve

    with Gradebook(gradebook, create=False) as book:
        answers = Answers(book, found, asked, _name(by), anonymous)
        listed = answers.every()
        if not listed:
            raise CommandError(f"{gradebook}: holds no answer to {asked.title}; grade them first")
        terminal.say(f"{asked.title}: {Progress.of(listed).words}; Ctrl-C ends it")
        with contextlib.suppress(KeyboardInterrupt):  # which is how a review ends
            serve(answers, model_answer(found, asked), port, terminal.say)
        terminal.say(f"{asked.title}: {Progress.of(answers.every()).words}; {AGAIN}")


def _name(by: str) -> str:
    """The name of whoever reviews: the one given, or that of the user of this machine."""
    try:
        name = by.strip() or getpass.getuser()
    except (OSError, KeyError):
        name = ""
    return one_line(name)[:_LONGEST_NAME]


def _exercise(root: Path, text: str, assignment: str) -> tuple[Assignment, Exercise]:
    """The written exercise of this name or title; raises CommandError where it is not clear."""
    names = [assignment] if assignment else assignment_names(root)
    assignments = [load_assignment(root, name) for name in names]
    every = [(each, exercise) for each in assignments for exercise in each.exercises]
    found = [(of, one) for of, one in every if text in (one.name, one.title)]
    written = [(of, one) for of, one in found if one.kind == WRITTEN]
    if len(written) == 1:
        return written[0]
    if written:
        raise CommandError(f"several assignments have an exercise {text!r}: --assignment tells")
    if found:
        raise CommandError(
            f"{text}: is no written answer, so there is nothing to review; `grade adjust` changes "
            "what the machine gave"
        )
    known = [one.name for each in assignments for one in written_exercises(each)]
    raise CommandError(
        f"there is no exercise {text!r} (written ones: {', '.join(known) or 'none'})"
        f"{did_you_mean(text, known)}"
    )
