"""The command `grade import`: make an assignment of another program's master notebook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from grader.authors.importing.report import COLUMNS, rows, summary
from grader.authors.importing.run import KINDS, READERS, Imported, import_master, masters_in
from grader.authors.importing.write import is_graded
from grader.cli.shared import ALL_GRADED, NOT_ALL_GRADED, course_folder, leave, speaks_plainly
from grader.cli.terminal import Terminal
from grader.errors import InputError


@click.command(name="import")
@click.argument("system", type=click.Choice(sorted(READERS)))
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--name", help="The assignment's name. Default: made of the notebook's.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Write it to this folder. Default: the nearest one with assignments, or the current one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what became of each unit as JSON.")
@speaks_plainly
def import_command(
    system: str, source: Path, name: str | None, root: Path | None, as_json: bool
) -> None:
    """Make an assignment of SOURCE, a master notebook of SYSTEM: nbgrader or otter.

    SOURCE is a notebook, or a folder with several, each of which becomes an assignment. The master
    is run, on this computer and not shut in, and what its tests call becomes cases.
    """
    terminal = Terminal(quiet=as_json)
    paths = masters_in(source)
    if name and len(paths) > 1:
        raise InputError(f"{source}: has {len(paths)} notebooks; --name is for one alone")
    course = course_folder(root)
    made: list[Imported] = []
    refused: list[str] = []
    for path in paths:
        try:
            made.append(import_master(system, path, course, name or _name(path)))
        except InputError as error:
            if len(paths) == 1:
                raise
            refused.append(str(error))
    if as_json:
        print(json.dumps([summary(each.master, each.planned, KINDS) for each in made], indent=2))
    else:
        for each in made:
            _say(terminal, each)
    for problem in refused:
        click.echo(f"not imported: {problem}", err=True)
    leave(NOT_ALL_GRADED if refused else ALL_GRADED)


def _name(path: Path) -> str:
    """An assignment's name made of a notebook's, with small letters, digits and _ only."""
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_")
    return name if name[:1].isalpha() else f"assignment_{name}".rstrip("_")


def _say(terminal: Terminal, imported: Imported) -> None:
    master, planned = imported.master, imported.planned
    found = summary(master, planned, KINDS)
    terminal.table(master.path.name, COLUMNS, rows(planned, KINDS))
    for remark in master.remarks:
        terminal.say(f"remark: {remark}")
    states = ", ".join(f"{count} {state}" for state, count in found["states"].items() if count)
    terminal.say(f"{found['units']} units: {states}; {found['lost']} lost")
    for path in (imported.written.folder, imported.written.solutions):
        terminal.say(f"wrote {path}")
    name = imported.written.folder.name
    if not any(is_graded(each, KINDS) for each in planned):
        terminal.say(
            "no unit can be graded yet: all stand as comments in assignment.toml and cases.py; "
            "write at least one before `grade generate`"
        )
    terminal.say(f"next: look at it, then `grade generate {name}` and `grade validate {name}`")
