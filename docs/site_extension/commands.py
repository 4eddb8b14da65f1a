"""Every command with its options, as click knows them."""

from __future__ import annotations

from collections.abc import Iterator

import click

from grader.cli import COMMANDS, main
from site_extension.markdown import defined, escaped


def commands() -> str:
    """A section for each reader, and in it one for each command."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    group = click.Context(main, info_name="grade", **main.context_settings)
    for reader in dict.fromkeys(entry.reader for entry in COMMANDS.values()):
        yield f"## For {reader}\n"
        for name, entry in COMMANDS.items():
            command = main.get_command(group, name)
            if entry.reader == reader and command:
                yield from _command(command, click.Context(command, group, name), "###")


def _command(command: click.Command, context: click.Context, heading: str) -> Iterator[str]:
    yield f"{heading} {context.command_path}\n"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```\n"
    for paragraph in (command.help or "").split("\n\n"):
        yield f"{escaped(paragraph)}\n"
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            yield defined(_names(option, context), _help(option, context))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below:
                yield from _command(below, click.Context(below, context, name), f"{heading}#")


def _names(option: click.Option, context: click.Context) -> str:
    """The option as one types it, such as `-o, --output DIRECTORY`."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    takes_value = not option.is_flag and not option.count
    return f"{names} `{option.make_metavar(context)}`" if takes_value else names


def _help(option: click.Option, context: click.Context) -> str:
    """What the option does, as `--help` says it, with its default where that is shown there."""
    found = option.get_help_record(context)
    assert found is not None  # only hidden options have none
    return escaped(found[1])
