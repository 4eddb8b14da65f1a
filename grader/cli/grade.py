"""`grade run`, which is also `grade PATH`: its options, and its exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from grader.api import Finished, Grader, Listener, Protected
from grader.assignments.load import assignment_names, load_assignment
from grader.cli.shared import (
    ALL_GRADED,
    BELOW,
    NOT_ALL_GRADED,
    CommandError,
    find_root,
    leave,
    quiet_option,
    require_option,
    root_option,
    scheduler_option,
    speaks_plainly,
)
from grader.cli.terminal import Terminal
from grader.submissions.layouts import LAYOUTS


@click.command()
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
@require_option
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="Seed of the cases drawn afresh for this run. Default: another one every time.",
)
@click.option(
    "--layout",
    type=click.Choice([each.name for each in LAYOUTS]),
    default=None,
    help="How the submissions are arranged. Default: found out, and printed.",
)
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="CSV of the course's students: adds those who handed in nothing, and ids.",
)
@click.option(
    "--extensions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="CSV of students who may hand in later: due, or days more.",
)
@click.option(
    "--attempts",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="Which of a student's attempts counts.",
)
@click.option(
    "--gradebook",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File that keeps every result. Default: gradebook.sqlite in the output folder.",
)
@click.option("--similar", is_flag=True, help="Show pairs of similar submissions in the report.")
@scheduler_option
@click.option("--regrade", is_flag=True, help="Grade again what has not changed, too.")
@quiet_option
@root_option
@speaks_plainly
def run(
    paths: tuple[Path, ...],
    assignment: str,
    output: Path,
    jobs: int | None,
    full: bool,
    fail_under: float | None,
    require: Protected,
    seed: int | None,
    layout: str | None,
    roster: Path | None,
    extensions: Path | None,
    attempts: Literal["last", "best"],
    gradebook: Path | None,
    similar: bool,
    scheduler: str,
    regrade: bool,
    quiet: bool,
    root: Path | None,
) -> None:
    """Grade the notebooks at PATHS: files, folders that are searched, or zips of them.

    Exit code: 0 everything that was handed in was graded, 1 something could not be, 2 the command
    line is wrong, 3 a submission is below --fail-under.
    """
    terminal = Terminal(quiet)
    base = find_root(root)
    known = assignment_names(base)
    if assignment and assignment not in known:
        raise CommandError(f"--assignment {assignment}: there are {', '.join(known)}")
    names = [assignment] if assignment else known
    # All assignments are loaded before anything is graded, so that a malformed one is found now.
    rules = [load_assignment(base, name).late for name in names]
    if extensions and not any(rules):
        raise CommandError(f"--extensions {extensions}: no assignment says when it is due ([late])")
    grader = Grader(jobs=jobs, require=require, scheduler=scheduler)
    with grader, terminal.progress() as live:
        finished = grader.grade_class(
            paths,
            base,
            assignment=assignment,
            output=output,
            gradebook=gradebook,
            layout=layout or "",
            roster=roster,
            extensions=extensions,
            attempts=attempts,
            full=full,
            regrade=regrade,
            seed=seed,
            listener=Listener(live.found, live.graded, terminal.problem),
        )
    with finished:
        terminal.say_kept(finished)
        for each, run_, folder in finished.write(similar=similar):
            terminal.finish(each, run_, folder)
        code = _exit_code(finished, fail_under)
    leave(code)


def _exit_code(finished: Finished, fail_under: float | None) -> int:
    if finished.interrupted or not finished.all_graded:
        return NOT_ALL_GRADED
    return BELOW if fail_under is not None and finished.below(fail_under) else ALL_GRADED
