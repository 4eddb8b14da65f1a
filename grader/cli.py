"""The command `grade`: what is typed, and the exit code. No logic of its own."""

from __future__ import annotations

import functools
import secrets
import sys
from pathlib import Path
from typing import NoReturn

import click
from click_default_group import DefaultGroup

from grader import __version__
from grader.assignment import assignment_names, load_assignment
from grader.command import (
    ALL_GRADED,
    BELOW,
    NOT_ALL_GRADED,
    print_no_more,
    speaks_plainly,
)
from grader.commands_gradebook import GRADEBOOK, adjust, diff, note, runs
from grader.doctor import examine
from grader.errors import CommandError
from grader.gradebook import Gradebook
from grader.model import Status
from grader.output import prepare, remove_output, write_output
from grader.pool import default_jobs
from grader.run import Finished, Options, grade_run
from grader.sandbox.level import Level
from grader.submissions import find
from grader.terminal import Terminal
from grader.validation import generate, validate


@click.group(cls=DefaultGroup, default="run", default_if_no_args=False)
@click.version_option(__version__, prog_name="fairgrade")
def main() -> None:
    """Grade Jupyter notebooks.

    `grade PATH…` is short for `grade run PATH…`.
    """


_root = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with assignment/ and solutions/. Default: this folder, or the nearest above it.",
)
_quiet = click.option("--quiet", "-q", is_flag=True, help="Print problems only.")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--assignment", "-a", default="", help="Name of the assignment. Default: found out.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("grades"),
    show_default=True,
    help="Folder for results.json, grades.csv and the report.",
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 1024),
    default=None,
    help="Submissions graded at once. Default: the number of cores.",
)
@click.option("--full", is_flag=True, help="Run long-running cells too, such as training.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=None,
    metavar="PERCENT",
    help="Exit with 3 if a submission scores less than this share of the points.",
)
@click.option(
    "--require",
    type=click.Choice([level.word for level in Level]),
    envvar="FAIRGRADE_REQUIRE",
    default=Level.LIMITS.word,
    help="Grade nothing if protection from student code is weaker. Also FAIRGRADE_REQUIRE.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="Of the cases drawn afresh for this run. Default: another one every time.",
)
@click.option(
    "--gradebook",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File that keeps every result. Default: gradebook.sqlite in the output folder.",
)
@click.option("--regrade", is_flag=True, help="Grade again what has not changed, too.")
@_quiet
@_root
@speaks_plainly
def run(
    paths: tuple[Path, ...],
    assignment: str,
    output: Path,
    jobs: int | None,
    full: bool,
    fail_under: float | None,
    require: str,
    seed: int | None,
    gradebook: Path | None,
    regrade: bool,
    quiet: bool,
    root: Path | None,
) -> None:
    """Grade the notebooks at PATHS: files, or folders that are searched.

    Exit code: 0 everything was graded, 1 something could not be, 2 the command line is wrong,
    3 a submission is below --fail-under.
    """
    terminal = Terminal(quiet)
    base = _find_root(root)
    known = assignment_names(base)
    if assignment and assignment not in known:
        raise CommandError(f"--assignment {assignment}: there are {', '.join(known)}")
    names = [assignment] if assignment else known
    # All are read before anything is graded, so that a broken one is found now.
    requirements = [Level.of(load_assignment(base, name).require) for name in names]
    required = max([Level.of(require), *requirements])
    options = Options(
        root=base,
        jobs=jobs or default_jobs(),
        assignment=assignment,
        full=full,
        require=required,
        seed=secrets.randbits(32) if seed is None else seed,
        regrade=regrade,
    )
    found = find(paths, output)
    prepare(output)
    with (
        Gradebook(gradebook or output / GRADEBOOK) as book,
        terminal.progress(len(found.submissions)) as progress,
    ):
        finished = grade_run(found, options, functools.partial(terminal.advance, progress), book)
    terminal.say_kept(finished)
    several = len(finished.runs) > 1
    if several:
        remove_output(output)
    for belonging, each in finished.runs:
        folder = output / each.assignment if several else output
        write_output(each, belonging, folder)
        terminal.finish(belonging, each, folder)
    _leave(_exit_code(finished, fail_under))


@main.command()
@_root
@speaks_plainly
def doctor(root: Path | None) -> None:
    """Say what this machine can do: protection, tried by a canary, and warm start."""
    terminal = Terminal(quiet=False)
    base = _find_root(root)
    assignments = [load_assignment(base, name) for name in assignment_names(base)]
    imports = [name for assignment in assignments for name in assignment.warm_imports]
    for line in examine(tuple(dict.fromkeys(imports))):
        terminal.say(line)


@main.command(name="validate")
@click.argument("assignments", nargs=-1)
@_quiet
@_root
@speaks_plainly
def validate_command(assignments: tuple[str, ...], quiet: bool, root: Path | None) -> None:
    """Check ASSIGNMENTS (default: all): reference, template and generated files.

    The reference must score full marks and the template nothing, graded as submissions are.
    """
    terminal = Terminal(quiet)
    base = _find_root(root)
    problems = 0
    for name in assignments or assignment_names(base):
        found = list(validate(base, name))
        problems += len(found)
        for line in found:
            terminal.problem(line)
        if not found:
            terminal.say(f"{name}: in order")
    sys.exit(NOT_ALL_GRADED if problems else ALL_GRADED)


@main.command(name="generate")
@click.argument("assignments", nargs=-1)
@_quiet
@_root
@speaks_plainly
def generate_command(assignments: tuple[str, ...], quiet: bool, root: Path | None) -> None:
    """Write what follows from the master notebooks of ASSIGNMENTS (default: all).

    These are templates, expected outputs and shared files. Review the changes before you keep
    them: expected outputs decide about grades.
    """
    terminal = Terminal(quiet)
    base = _find_root(root)
    for name in assignments or assignment_names(base):
        changed = generate(base, name)
        for path in changed:
            terminal.say(f"wrote {path}")
        if not changed:
            terminal.say(f"{name}: nothing to change")


def _leave(code: int) -> NoReturn:
    """Exit with the code, even if nobody reads what is still to be printed."""
    try:
        sys.stdout.flush()
    except OSError:
        print_no_more()
    sys.exit(code)


def _find_root(given: Path | None) -> Path:
    here = (given or Path.cwd()).resolve()
    for folder in [here] if given else [here, *here.parents]:
        if assignment_names(folder):
            return folder
    raise CommandError(
        f"{here}: no assignment/NAME/assignment.toml here{'' if given else ' or above'}; "
        "--root names the folder that holds assignment/ and solutions/"
    )


def _exit_code(finished: Finished, fail_under: float | None) -> int:
    if finished.interrupted or not finished.all_graded:
        return NOT_ALL_GRADED
    if fail_under is not None and any(
        result.status is Status.GRADED and (result.score or 0) * 100 < fail_under * result.max_score
        for result in finished.results
    ):
        return BELOW
    return ALL_GRADED


for _command in (adjust, diff, note, runs):
    main.add_command(_command)
