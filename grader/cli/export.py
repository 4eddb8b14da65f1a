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

from grader.cli.shared import COURSE, CommandError, find_root, root_option, speaks_plainly
from grader.cli.terminal import Terminal
from grader.exports import EXPORTS, Export, Request
from grader.exports.autograder import write_autograder
from grader.exports.base import HELP, OR_FOLDER
from grader.exports.written import check_decisions, read_run
from grader.sandbox.level import Level
from grader.text import did_you_mean, one_line

# How click reads an option of an export, by the type of the export's field.
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)
_TYPES: dict[Any, click.ParamType[Any]] = {
    bool: click.BOOL,
    str: click.STRING,
    int: click.INT,
    float: click.FLOAT,
    Path: _FILE,
    Path | None: _FILE,
}


# More characters than any summary has.
WHOLE = 1000


class ExportGroup(click.Group):
    """The group of all formats. Its error for an unknown format lists those that there are."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            formats = ", ".join(self.commands)
            hint = did_you_mean(args[0], self.commands)
            raise click.UsageError(
                f"{args[0]} is no format; there are {formats}{hint}", ctx
            ) from None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options that each format has of its own."""
        own = [(each.name, ", ".join(_flags(each))) for each in EXPORTS]
        with formatter.section("Options of the formats, besides those that all have"):
            formatter.write_dl([(name, flags) for name, flags in own if flags])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the formats with whole sentences, which click would cut."""
        with formatter.section("Formats"):
            formatter.write_dl(
                [(name, each.get_short_help_str(WHOLE)) for name, each in self.commands.items()]
            )


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
        help="Take the results from this folder, which `grade` wrote.",
    )
    yield click.Option(
        ["--to"],
        type=click.Path(path_type=Path),
        help=f"Write to this file or folder. Default: {kind.target} in the folder of results.",
    )
    yield click.Option(
        ["--gradebook"],
        type=click.Path(dir_okay=False, path_type=Path),
        help="Take people's decisions from this file. Default: gradebook.sqlite where the results "
        "are.",
    )
    yield click.Option(["--root"], **COURSE)


def _option(each: Field[Any], kind: type) -> click.Option:
    """An option of the command line for a field of an export."""
    # For click, `default=None` is a default too, so a required option must be made without any.
    default = {} if each.default is MISSING else {"default": each.default}
    return click.Option(
        [_flag(each)],
        type=_FILE_OR_FOLDER if OR_FOLDER in each.metadata else _TYPES[kind],
        is_flag=kind is bool,
        required=not default,
        help=each.metadata[HELP],
        **default,
    )


def _flag(each: Field[Any]) -> str:
    return f"--{each.name.replace('_', '-')}"


def _flags(kind: type[Export]) -> list[str]:
    return [_flag(each) for each in fields(kind)]


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
    help="Write the zip to this file.",
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
