"""The command `grade`: its options, its exit codes and what is printed. No logic of its own.

COMMANDS lists the commands. The module of a command is imported when the command is run or its
help is asked for, so that `grade --version` and `grade --help` import none of them.

Ctrl-C while modules are imported, which may take a second, ends the process at once. Python alone
would show a stack trace of what it was importing. What Ctrl-C does later is in `stopping.py`.
"""

from __future__ import annotations

# `signal`, which is made of it, imports a dozen modules, and until then nothing is settled.
import _signal  # type: ignore[import-not-found]
import os

__all__ = ["COMMANDS", "DEFAULT", "main"]


def _end(number: int, _frame: object) -> None:
    os._exit(128 + number)


def _end_at_once() -> None:
    """Have Ctrl-C end this process without a word, unless somebody has settled what it does."""
    try:
        if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
            _signal.signal(_signal.SIGINT, _end)
    except ValueError:
        pass  # this is not the first thread, where no signal is handled


def _as_before() -> None:
    if _signal.getsignal(_signal.SIGINT) is _end:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)


_end_at_once()
try:
    from importlib import import_module
    from typing import Any, NamedTuple

    import click
    from click.shell_completion import CompletionItem
    from click_default_group import DefaultGroup
finally:
    _as_before()


# Where click keeps, for one command line, the name of the file that options were read from.
OPTIONS_FILE = "fairgrade.options_file"


class Entry(NamedTuple):
    """A command: whom it is for, its module in this package, its name there, and its summary.

    The summary is what `grade --help` says.
    """

    reader: str
    module: str
    attribute: str
    summary: str


DEFAULT = "run"
STUDENTS, INSTRUCTORS, AUTHORS, OPERATORS = "students", "instructors", "authors", "operators"
COMMANDS = {
    "check": Entry(
        STUDENTS,
        "check",
        "check_command",
        "Check your own NOTEBOOK on the public cases, and explain what is not right yet.",
    ),
    "run": Entry(
        INSTRUCTORS,
        "grade",
        "run",
        "Grade the notebooks at PATHS: files, folders that are searched, or zips of them.",
    ),
    "export": Entry(
        INSTRUCTORS,
        "export",
        "export",
        "Write the grades in FORMAT, as a platform takes them.",
    ),
    "autograder": Entry(
        INSTRUCTORS,
        "export",
        "autograder",
        "Make the zip from which Gradescope grades ASSIGNMENT with fairgrade.",
    ),
    "adjust": Entry(
        INSTRUCTORS,
        "gradebook",
        "adjust",
        "Give STUDENT a SCORE for EXERCISE that stands above the machine's.",
    ),
    "note": Entry(
        INSTRUCTORS,
        "gradebook",
        "note",
        "Add TEXT as a remark to the page of STUDENT: a name, login, email address or id.",
    ),
    "forget": Entry(
        INSTRUCTORS,
        "gradebook",
        "forget",
        "Delete all that the gradebook holds of STUDENT: a name, login, email address or id.",
    ),
    "review": Entry(
        INSTRUCTORS,
        "review",
        "review",
        "Serve pages on which written answers to EXERCISE are read and given points.",
    ),
    "clusters": Entry(
        INSTRUCTORS,
        "unnamed",
        "clusters",
        "List the wrong answers without a name in RESULTS that behave alike, the most frequent "
        "first.",
    ),
    "name": Entry(
        INSTRUCTORS,
        "unnamed",
        "name",
        "Give BEHAVIOUR words, which all students read whose wrong answers behave so.",
    ),
    "variant": Entry(
        INSTRUCTORS,
        "unnamed",
        "variant",
        "Print the variant for variants.py that explains BEHAVIOUR, with the words `grade name` "
        "gave.",
    ),
    "runs": Entry(
        INSTRUCTORS,
        "gradebook",
        "runs",
        "List the runs that a gradebook holds.",
    ),
    "diff": Entry(
        INSTRUCTORS,
        "gradebook",
        "diff",
        "Say whose score changed from run ONE to run TWO, by how much, where and why.",
    ),
    "examples": Entry(
        INSTRUCTORS,
        "examples",
        "examples_command",
        "Write a small class, and two assignments with their solutions, to FOLDER.",
    ),
    "init": Entry(
        AUTHORS,
        "authors",
        "init_command",
        "Start a new assignment NAME, with one exercise that works at once.",
    ),
    "import": Entry(
        AUTHORS,
        "importing",
        "import_command",
        "Make an assignment of SOURCE, a master notebook of SYSTEM: nbgrader or otter.",
    ),
    "generate": Entry(
        AUTHORS,
        "authors",
        "generate_command",
        "Write what follows from the master notebooks of ASSIGNMENTS (default: all).",
    ),
    "validate": Entry(
        AUTHORS,
        "authors",
        "validate_command",
        "Check ASSIGNMENTS (default: all): reference, template and generated files.",
    ),
    "release": Entry(
        AUTHORS,
        "authors",
        "release_command",
        "Make the bundle that students get of ASSIGNMENT: the same bytes every time.",
    ),
    "doctor": Entry(
        OPERATORS,
        "doctor",
        "doctor",
        "Say what this machine can do: protection, tried by a canary, and warm start.",
    ),
    "cluster-check": Entry(
        OPERATORS,
        "cluster",
        "cluster_check",
        "Say what each worker of the cluster at ADDRESS can do.",
    ),
}


class CommandGroup(DefaultGroup):
    """A group of the commands in COMMANDS, each of which is imported when it is first needed."""

    def main(self, args: Any = None, *rest: Any, **options: Any) -> Any:
        """Run the command of the arguments.

        Without arguments, those of the process are meant, which ends after this. Ctrl-C before the
        command begins, or when it is over, then ends the process at once.
        """
        if args is not None:
            return super().main(args, *rest, **options)
        _end_at_once()
        try:
            return super().main(args, *rest, **options)
        finally:
            _end_at_once()

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        # What is no command is an argument of the default one: `grade PATH`.
        name = cmd_name if cmd_name in COMMANDS else DEFAULT
        if name not in self.commands:
            entry = COMMANDS[name]
            module = import_module(f"grader.cli.{entry.module}")
            self.add_command(getattr(module, entry.attribute), name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the arguments; raises UsageError for a word that is like a command's name,
        and neither a command nor a file."""
        word = args[0] if args else ""
        if word.isidentifier() and word not in COMMANDS and not os.path.lexists(word):
            from grader.text import did_you_mean

            if hint := did_you_mean(word, COMMANDS):
                raise click.UsageError(f"{word} is neither a command nor a file{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What may follow, without importing the commands; a file, where no command begins so."""
        found = [
            CompletionItem(name, help=entry.summary)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        found += click.Command.shell_complete(self, ctx, incomplete)
        return found or [CompletionItem(incomplete, type="file")]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. An error in an option that a file gave names the file."""
        try:
            return super().invoke(ctx)
        except click.BadParameter as error:
            raise _with_file(error) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by whom they are for, without importing them."""
        width = max(map(len, COMMANDS)) + 1
        for reader in dict.fromkeys(entry.reader for entry in COMMANDS.values()):
            rows = [
                (name.ljust(width), entry.summary)
                for name, entry in COMMANDS.items()
                if entry.reader == reader
            ]
            with formatter.section(f"For {reader}"):
                formatter.write_dl(rows)


def _with_file(error: click.BadParameter) -> click.BadParameter:
    """The error, with the file in its message if the value came from an option file."""
    context, option = error.ctx, error.param
    if not context or not option or not option.name:
        return error
    if context.get_parameter_source(option.name) is not click.core.ParameterSource.DEFAULT_MAP:
        return error
    message = f"{error.message} It stands in {context.meta[OPTIONS_FILE]}."
    return click.BadParameter(message, context, option)


@click.group(
    cls=CommandGroup,
    default=DEFAULT,
    default_if_no_args=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="fairgrade", prog_name="fairgrade")
def main() -> None:
    """Grade Jupyter notebooks.

    `grade PATH…` is short for `grade run PATH…`.
    """
