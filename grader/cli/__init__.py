"""The command `grade`: its options, its exit codes and what is printed. No logic of its own.

COMMANDS lists the commands. The module of a command is imported when the command is run or its
help is asked for, so that `grade --version` and `grade --help` import none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import click
from click_default_group import DefaultCommandFormatter, DefaultGroup

__all__ = ["COMMANDS", "main"]


class Entry(NamedTuple):
    """A command: its module in this package, its name in there, and what `grade --help` says."""

    module: str
    attribute: str
    summary: str


DEFAULT = "run"
COMMANDS = {
    "run": Entry(
        "grade",
        "run",
        "Grade the notebooks at PATHS: files, folders that are searched, or zips of them.",
    ),
    "adjust": Entry(
        "gradebook",
        "adjust",
        "Give STUDENT a SCORE for EXERCISE that stands above the machine's.",
    ),
    "autograder": Entry(
        "export",
        "autograder",
        "Make the zip from which Gradescope grades ASSIGNMENT with fairgrade.",
    ),
    "check": Entry(
        "check",
        "check_command",
        "Check your own NOTEBOOK on the public cases, and explain what is not right yet.",
    ),
    "cluster-check": Entry(
        "cluster",
        "cluster_check",
        "Say what each worker of the cluster at ADDRESS can do.",
    ),
    "diff": Entry(
        "gradebook",
        "diff",
        "Say whose score changed from run ONE to run TWO, by how much, where and why.",
    ),
    "doctor": Entry(
        "doctor",
        "doctor",
        "Say what this machine can do: protection, tried by a canary, and warm start.",
    ),
    "export": Entry(
        "export",
        "export",
        "Write the grades in FORMAT, as a platform takes them.",
    ),
    "generate": Entry(
        "authors",
        "generate_command",
        "Write what follows from the master notebooks of ASSIGNMENTS (default: all).",
    ),
    "init": Entry(
        "authors",
        "init_command",
        "Start a new assignment NAME, with one exercise that works at once.",
    ),
    "note": Entry(
        "gradebook",
        "note",
        "Add TEXT as a remark to the page of STUDENT.",
    ),
    "release": Entry(
        "authors",
        "release_command",
        "Make the bundle that students get of ASSIGNMENT: the same bytes every time.",
    ),
    "runs": Entry(
        "gradebook",
        "runs",
        "List the runs that a gradebook holds.",
    ),
    "validate": Entry(
        "authors",
        "validate_command",
        "Check ASSIGNMENTS (default: all): reference, template and generated files.",
    ),
}


class CommandGroup(DefaultGroup):
    """A group of the commands in COMMANDS, each of which is imported when it is first needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        # What is no command is an argument of the default one: `grade PATH`.
        name = cmd_name if cmd_name in COMMANDS else DEFAULT
        if name not in self.commands:
            entry = COMMANDS[name]
            module = import_module(f"{__name__}.{entry.module}")
            self.add_command(getattr(module, entry.attribute), name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = [(name, entry.summary) for name, entry in COMMANDS.items()]
        with formatter.section("Commands"):
            DefaultCommandFormatter(self, formatter, mark="*").write_dl(rows)


@click.group(cls=CommandGroup, default=DEFAULT, default_if_no_args=False)
@click.version_option(package_name="fairgrade", prog_name="fairgrade")
def main() -> None:
    """Grade Jupyter notebooks.

    `grade PATH…` is short for `grade run PATH…`.
    """
