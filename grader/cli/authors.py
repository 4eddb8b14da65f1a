"""The commands of authors: `grade init`, `generate`, `validate`, `release`."""

from __future__ import annotations

from pathlib import Path

import click

from grader.assignments.load import assignment_names
from grader.authors.adequacy.document import COLUMNS, out_of_date, row, write_document
from grader.authors.adequacy.proof import not_proved, prove
from grader.authors.init import start
from grader.authors.release import bundle, write_bundle
from grader.authors.validate import generate, validate
from grader.cli.shared import (
    ALL_GRADED,
    NOT_ALL_GRADED,
    CommandError,
    course_folder,
    find_root,
    leave,
    quiet_option,
    root_option,
    speaks_plainly,
)
from grader.cli.terminal import Terminal
from grader.runs.requests import default_jobs


@click.command(name="release")
@click.argument("assignment")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Write to this .zip file, or folder. Default: ASSIGNMENT.zip.",
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
    help="Start it in this folder. Default: the nearest one with assignments, or the current one.",
)
@speaks_plainly
def init_command(name: str, root: Path | None) -> None:
    """Start a new assignment NAME, with one exercise that works at once.

    A new course is made where there is none yet.
    """
    terminal = Terminal(quiet=False)
    for path in start(course_folder(root), name):
        terminal.say(f"wrote {path}")
    terminal.say(f"next: change what you like, then `grade generate {name}`")


@click.command(name="validate")
@click.argument("assignments", nargs=-1)
@click.option("--strict", is_flag=True, help="Prove that the hidden cases are adequate, too.")
@click.option(
    "--write", is_flag=True, help="Write the proof that --strict finds to docs/adequacy.md."
)
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
            of_it = prove(base, name, default_jobs())
            if of_it:
                proofs.append(of_it)
                terminal.table(name, COLUMNS, [row(proof) for proof in of_it])
            if others := ", ".join(each.name for each in not_proved(base, name)):
                terminal.say(f"{name}: no mutants are made of what is no function: {others}")
            found = [line for proof in of_it for line in proof.problems()]
        problems += len(found)
        for line in found:
            terminal.problem(line)
        if not found:
            terminal.say(f"{name}: in order")
    if write and not problems:
        terminal.say(f"wrote {write_document(base, proofs)}")
    for line in out_of_date(base, proofs):
        problems += 1
        terminal.problem(f"{line}; `grade validate --strict --write` writes it")
    leave(NOT_ALL_GRADED if problems else ALL_GRADED)


@click.command(name="generate")
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
