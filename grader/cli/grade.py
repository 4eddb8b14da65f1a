"""The command `grade`: what is typed, and the exit code. No logic of its own."""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace
from pathlib import Path

import click
from click_default_group import DefaultGroup

from grader import __version__
from grader.assignments.load import assignment_names, load_assignment
from grader.authors.adequacy.document import COLUMNS, out_of_date, row, write_document
from grader.authors.adequacy.proof import prove
from grader.authors.validate import generate, validate
from grader.cli.authors import AUTHORING
from grader.cli.cluster import cluster_check
from grader.cli.doctor import examine
from grader.cli.export import autograder, export
from grader.cli.gradebook import GRADEBOOK, adjust, diff, note, runs
from grader.cli.shared import (
    ALL_GRADED,
    BELOW,
    NOT_ALL_GRADED,
    WRONG_COMMAND,
    find_root,
    leave,
    quiet_option,
    require_option,
    root_option,
    scheduler_option,
    speaks_plainly,
)
from grader.cli.terminal import Terminal
from grader.errors import CommandError
from grader.gradebook.extensions import Extensions, read_extensions
from grader.gradebook.store import Gradebook
from grader.model import Status
from grader.results.folder import prepare, remove_output, write_output
from grader.runs.processes import default_jobs
from grader.runs.run import Finished, Options, grade_run
from grader.sandbox.level import Level
from grader.submissions.archives import unzipped
from grader.submissions.attempts import last_attempts
from grader.submissions.find import Found, find
from grader.submissions.layouts import LAYOUTS
from grader.submissions.roster import read_roster, with_roster

__all__ = ["ALL_GRADED", "BELOW", "NOT_ALL_GRADED", "WRONG_COMMAND", "main"]


@click.group(cls=DefaultGroup, default="run", default_if_no_args=False)
@click.version_option(__version__, prog_name="fairgrade")
def main() -> None:
    """Grade Jupyter notebooks.

    `grade PATH…` is short for `grade run PATH…`.
    """


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
@require_option
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="Of the cases drawn afresh for this run. Default: another one every time.",
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
    require: str,
    seed: int | None,
    layout: str | None,
    roster: Path | None,
    extensions: Path | None,
    attempts: str,
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
    # All are read before anything is graded, so that a broken one is found now.
    assignments = [load_assignment(base, name) for name in names]
    required = max([Level.of(require), *(Level.of(each.require) for each in assignments)])
    if extensions and not any(each.late for each in assignments):
        raise CommandError(f"--extensions {extensions}: no assignment says when it is due ([late])")
    options = Options(
        root=base,
        jobs=jobs or default_jobs(),
        assignment=assignment,
        full=full,
        require=required,
        seed=secrets.randbits(32) if seed is None else seed,
        best_attempt=attempts == "best",
        regrade=regrade,
        extensions=read_extensions(extensions) if extensions else Extensions(),
        scheduler=scheduler,
    )
    with unzipped(paths) as (folders, left_out):
        found = _found(find(folders, output, layout or ""), left_out, roster, attempts)
        unused = options.extensions.unused(found.submissions)
        found = replace(found, passed_over=(*found.passed_over, *unused))
        for line in found.layouts:
            terminal.say(line)
        prepare(output)
        with Gradebook(gradebook or output / GRADEBOOK) as book:
            with terminal.progress(len(found.submissions)) as live:
                finished = grade_run(found, options, live.graded, book, terminal.problem)
            _write(finished, output, terminal, similar)
            code = _exit_code(finished, fail_under)
    leave(code)


def _write(finished: Finished, output: Path, terminal: Terminal, similar: bool) -> None:
    terminal.say_kept(finished)
    several = len(finished.runs) > 1
    if several:
        remove_output(output)
    for assignment, each in finished.runs:
        folder = output / each.assignment if several else output
        write_output(each, assignment, folder, similar)
        terminal.finish(assignment, each, folder)


def _found(found: Found, left_out: tuple[str, ...], roster: Path | None, attempts: str) -> Found:
    found = replace(found, passed_over=(*left_out, *found.passed_over))
    found = last_attempts(found) if attempts == "last" else found
    return with_roster(found, read_roster(roster)) if roster else found


@main.command()
@root_option
@speaks_plainly
def doctor(root: Path | None) -> None:
    """Say what this machine can do: protection, tried by a canary, and warm start."""
    terminal = Terminal(quiet=False)
    base = find_root(root)
    assignments = [load_assignment(base, name) for name in assignment_names(base)]
    imports = [name for assignment in assignments for name in assignment.warm_imports]
    for line in examine(tuple(dict.fromkeys(imports))):
        terminal.say(line)


@main.command(name="validate")
@click.argument("assignments", nargs=-1)
@click.option("--strict", is_flag=True, help="Prove that the hidden cases are adequate, too.")
@click.option("--write", is_flag=True, help="With --strict: write the proof to docs/adequacy.md.")
@quiet_option
@root_option
@speaks_plainly
def validate_command(
    assignments: tuple[str, ...], strict: bool, write: bool, quiet: bool, root: Path | None
) -> None:
    """Check ASSIGNMENTS (default: all): reference, template and generated files.

    The reference must score full marks and the template nothing, graded as submissions are.
    """
    if write and not strict:
        raise CommandError("--write writes what --strict finds out; give both")
    if write and assignments:
        raise CommandError("--write writes about all assignments; name none")
    terminal = Terminal(quiet)
    base = find_root(root)
    names = assignments or tuple(assignment_names(base))
    problems = 0
    proofs = []
    for name in names:
        found = list(validate(base, name))
        if strict and not found:
            proofs.append(prove(base, name, default_jobs()))
            terminal.table(name, COLUMNS, [row(proof) for proof in proofs[-1]])
            found = [line for proof in proofs[-1] for line in proof.problems()]
        problems += len(found)
        for line in found:
            terminal.problem(line)
        if not found:
            terminal.say(f"{name}: in order")
    if write and not problems:
        terminal.say(f"wrote {write_document(base, proofs)}")
    for line in out_of_date(base, proofs):
        problems += 1
        terminal.problem(line)
    sys.exit(NOT_ALL_GRADED if problems else ALL_GRADED)


@main.command(name="generate")
@click.argument("assignments", nargs=-1)
@quiet_option
@root_option
@speaks_plainly
def generate_command(assignments: tuple[str, ...], quiet: bool, root: Path | None) -> None:
    """Write what follows from the master notebooks of ASSIGNMENTS (default: all).

    These are templates, expected outputs and shared files. Review the changes before you keep
    them: expected outputs decide about grades.
    """
    terminal = Terminal(quiet)
    base = find_root(root)
    for name in assignments or assignment_names(base):
        changed = generate(base, name)
        for path in changed:
            terminal.say(f"wrote {path}")
        if not changed:
            terminal.say(f"{name}: nothing to change")


def _exit_code(finished: Finished, fail_under: float | None) -> int:
    if finished.interrupted or not finished.all_graded:
        return NOT_ALL_GRADED
    if fail_under is not None and any(
        result.status is Status.GRADED and (result.score or 0) * 100 < fail_under * result.max_score
        for result in finished.heads
    ):
        return BELOW
    return ALL_GRADED


for command in (*AUTHORING, adjust, autograder, cluster_check, diff, export, note, runs):
    main.add_command(command)
