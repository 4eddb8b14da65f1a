"""The commands that hand grades in: `grade export FORMAT`, `grade autograder ASSIGNMENT`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

import click

from grader.cli.shared import CommandError, find_root, root_option, speaks_plainly
from grader.cli.terminal import Terminal
from grader.encoding import Malformed
from grader.exports import EXPORTS, Export, Request
from grader.exports.autograder import write_autograder
from grader.exports.base import HELP
from grader.gradebook.store import GRADEBOOK, Decisions, Gradebook
from grader.model import Adjustment, Run
from grader.results.files import read_results
from grader.results.folder import RESULTS
from grader.sandbox.level import Level
from grader.text import one_line

# How click reads an option of an export, by the type of the export's field.
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TYPES: dict[Any, click.ParamType[Any]] = {
    bool: click.BOOL,
    str: click.STRING,
    int: click.INT,
    float: click.FLOAT,
    Path: _FILE,
    Path | None: _FILE,
}


class ExportGroup(click.Group):
    """The group of all formats. Its error for an unknown format lists those that there are."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            formats = ", ".join(self.commands)
            raise click.UsageError(f"{args[0]} is no format; there are {formats}", ctx) from None


@click.group(cls=ExportGroup, subcommand_metavar="FORMAT [OPTIONS]")
def export() -> None:
    """Write the grades in FORMAT, as a platform takes them.

    What could not be graded has no points, and the reason is printed.
    """


class ExportCommand(click.Command):
    """The command of one format. Its error for an option it lacks names those that have it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            having = [each.name for each in EXPORTS if error.option_name in _flags(each)]
            if not having:
                raise
            raise click.UsageError(
                f"{self.name} has no option {error.option_name}; these formats have it: "
                f"{', '.join(having)}",
                ctx,
            ) from None
        except click.MissingParameter as error:
            if not isinstance(error.param, click.Option):
                raise
            what = (error.param.help or "").rstrip(".")
            raise click.UsageError(f"{error.param.opts[0]} is missing: {what}", ctx) from None


def export_command(kind: type[Export]) -> click.Command:
    """The command of a format, with the options that the format declares."""
    types = get_type_hints(kind)
    return ExportCommand(
        kind.name,
        params=[*_common(kind), *(_option(each, types[each.name]) for each in fields(kind))],
        callback=speaks_plainly(partial(_export, kind)),
        help=f"Write {kind.title}.\n\n{inspect.getdoc(kind)}",
    )


def _common(kind: type[Export]) -> Iterator[click.Option]:
    """The options of every format."""
    yield click.Option(
        ["--results"],
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("grades"),
        show_default=True,
        help="Folder that `grade` wrote.",
    )
    yield click.Option(
        ["--to"],
        type=click.Path(path_type=Path),
        help=f"File or folder to write. Default: {kind.target} in the folder of results.",
    )
    yield click.Option(
        ["--gradebook"],
        type=click.Path(dir_okay=False, path_type=Path),
        help="File with people's decisions. Default: gradebook.sqlite where the results are.",
    )


def _option(each: Field[Any], kind: type) -> click.Option:
    """An option of the command line for a field of an export."""
    # For click, `default=None` is a default too, so a required option must be made without any.
    default = {} if each.default is MISSING else {"default": each.default}
    return click.Option(
        [_flag(each)],
        type=_TYPES[kind],
        is_flag=kind is bool,
        required=not default,
        help=each.metadata[HELP],
        **default,
    )


def _flag(each: Field[Any]) -> str:
    return f"--{each.name.replace('_', '-')}"


def _flags(kind: type[Export]) -> set[str]:
    return {_flag(each) for each in fields(kind)}


def _export(
    kind: type[Export], results: Path, to: Path | None, gradebook: Path | None, **options: Any
) -> None:
    run = read_run(results)
    check_decisions(run, results, gradebook)
    request = Request(run, results, to or results / kind.target)
    with _writing(request.target, "--to"):
        kind(**options).write(request)
    terminal = Terminal(quiet=False)
    for line in request.notes:
        terminal.problem(one_line(line))
    terminal.say(f"wrote {request.target}")


for _kind in EXPORTS:
    export.add_command(export_command(_kind))


@click.command()
@click.argument("assignment")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("autograder.zip"),
    show_default=True,
    help="The zip to write.",
)
@click.option(
    "--require",
    type=click.Choice([level.word for level in Level]),
    default=Level.LANDLOCK.word,
    show_default=True,
    help="Grade nothing there if protection from student code is weaker.",
)
@root_option
@speaks_plainly
def autograder(assignment: str, output: Path, require: str, root: Path | None) -> None:
    """Make the zip from which Gradescope grades ASSIGNMENT with fairgrade.

    It holds the solutions: give it to nobody but Gradescope.
    """
    with _writing(output, "--output"):
        write_autograder(find_root(root), assignment, require, output)
    Terminal(quiet=False).say(f"wrote {output}, which holds the solutions")


@contextmanager
def _writing(target: Path, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(
            f"{target}: cannot be written: {error.strerror}; {option} names another place"
        ) from None


def read_run(folder: Path) -> Run:
    """The run whose results `grade` wrote to the folder.

    Raises CommandError where the folder has no results.json of its own (those of several
    assignments are in folders below it), or where the file cannot be read as one.
    """
    path = folder / RESULTS
    if not path.exists():
        inner = [str(each.parent) for each in sorted(folder.glob(f"*/{RESULTS}"))]
        hint = f"there are {', '.join(inner)}" if inner else "grade first"
        raise CommandError(f"{path}: there is no such file; {hint}; --results names the folder")
    try:
        return read_results(path)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror}") from None
    except Malformed as error:
        raise CommandError(
            f"{path}: is no result file of this fairgrade ({error}); "
            "run `grade` as before, then export"
        ) from None


def check_decisions(run: Run, folder: Path, gradebook: Path | None) -> None:
    """Raise CommandError where people decided something that is not in the results yet."""
    places = [gradebook] if gradebook else [folder / GRADEBOOK, folder.parent / GRADEBOOK]
    path = next((each for each in places if each.exists()), None)
    if path is None:
        return
    with Gradebook(path, create=False) as book:
        open_ones = _undone(run, book.decisions())
    if open_ones:
        raise CommandError(
            f"{path}: people decided since the results were written ({'; '.join(open_ones)}); "
            "run `grade` as before, then export"
        )


def _undone(run: Run, decisions: Decisions) -> list[str]:
    """Where the results do not have the gradebook's decisions, as "student, exercise".

    These are decisions that were made, changed or undone after the results had been written.
    """
    students = {result.student for result in run.results}
    shown = {
        (result.student, exercise.name): exercise.adjustment
        for result in run.results
        for exercise in result.exercises
        if exercise.adjustment
    }
    standing = {
        (student, exercise): made
        for (assignment, student, exercise), made in decisions.scores.items()
        if assignment == run.assignment and student in students
    }
    return [
        f"{student}, {exercise}"
        for student, exercise in sorted(shown.keys() | standing.keys())
        if _made(shown, (student, exercise)) != _made(standing, (student, exercise))
    ]


def _made(found: dict[tuple[str, str], Adjustment], key: tuple[str, str]) -> str:
    return found[key].made if key in found else ""
