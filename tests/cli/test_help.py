"""What every command says of itself, and what the shell completes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from grader.cli import COMMANDS, main
from grader.exports import EXPORTS

Path = tuple[str, ...]
SENTENCE = re.compile(r"[A-Z`].*[^.]\.", re.DOTALL)


def walked(command: click.Command, path: Path = ()) -> Iterator[tuple[Path, click.Command]]:
    """The command and all below it, by the words that one types."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from walked(below, (*path, name))


EVERY = dict(walked(main))


def help_of(path: Path, width: int, option: str = "--help") -> str:
    runner = CliRunner(env={"COLUMNS": str(width)})
    done = runner.invoke(main, [*path, option], prog_name="grade", terminal_width=width)
    assert done.exit_code == 0, done.output
    return done.output


def test_every_command_is_walked() -> None:
    assert {path[0] for path in EVERY if path} == set(COMMANDS)
    assert {path[1] for path in EVERY if len(path) == 2} == {each.name for each in EXPORTS}


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_a_command_and_its_options_are_told_in_whole_sentences(path: Path) -> None:
    command = EVERY[path]
    assert command.help
    for paragraph in command.help.split("\n\n"):
        assert SENTENCE.fullmatch(paragraph.strip()), paragraph
    for option in command.params:
        if isinstance(option, click.Option):
            assert SENTENCE.fullmatch(option.help or ""), f"{option.opts}: {option.help}"


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_is_broken_at_words_and_nothing_of_it_is_cut(path: Path, width: int) -> None:
    command, text = EVERY[path], help_of(path, width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(re.sub(r"-\n\s+", "-", text).split())
    said = [command.help or "", *(str(each.help) for each in command.params if is_option(each))]
    for sentence in said:
        for paragraph in sentence.split("\n\n"):
            assert " ".join(paragraph.split()) in words
    if path in ((), ("export",)):
        assert "..." not in text.replace("[ARGS]...", "")


def is_option(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option)


@pytest.mark.parametrize("path", [(), ("run",), ("export",), ("export", "csv")], ids=" ".join)
def test_h_asks_for_help_too(path: Path) -> None:
    assert help_of(path, 80, "-h") == help_of(path, 80)


def test_commands_are_grouped_by_whom_they_are_for() -> None:
    groups = re.findall(r"^For (\w+):$", help_of((), 80), re.MULTILINE)
    assert groups == ["students", "instructors", "authors", "operators"]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("grade exp", ["plain,export"]),
        ("grade export mood", ["plain,moodle", "plain,moodle-feedback"]),
        ("grade run work.ipynb --roster-", ["plain,--roster-partial"]),
        ("grade work.ipynb --roster-", ["plain,--roster-partial"]),
        ("grade work", ["file,work"]),
    ],
)
def test_the_shell_completes_commands_formats_options_and_files(
    typed: str, completed: list[str]
) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    done = subprocess.run(
        [sys.executable, "-m", "grader"],
        env={**os.environ, "_GRADE_COMPLETE": "bash_complete", **words},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == completed
