"""The list of commands, and what importing fairgrade loads."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

import grader
from grader.cli import COMMANDS, main

HEAVY = ("numpy", "nbclient", "jinja2", "rich", "zmq", "msgspec", "sqlite3", "asyncio")


def loaded(code: str) -> set[str]:
    """The modules that an interpreter has loaded for the code, coverage's measuring left aside."""
    code = f"import sys; before = {{*sys.modules}}\n{code}"
    code += "\nsys.stderr.write(' '.join({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_the_process_that_sends_submissions_to_workers_loads_nothing_that_starts_kernels() -> None:
    starting = {"jupyter_client", "nbclient", "nbformat", "zmq", "tornado", "pandas"}
    assert not loaded("import grader.cli.grade, grader.cli.check") & starting


@pytest.mark.parametrize(
    "code",
    [
        "import grader",
        "from grader.cli import main; main(['--version'], standalone_mode=False)",
        "from grader.cli import main; main(['--help'], standalone_mode=False)",
    ],
)
def test_what_needs_no_grading_loads_nothing_that_grades(code: str) -> None:
    modules = loaded(code)
    assert not modules.intersection(HEAVY)
    assert {each for each in modules if each.startswith("grader")} <= {"grader", "grader.cli"}


def test_every_public_name_is_there_and_is_listed() -> None:
    assert set(grader.__all__) <= set(dir(grader))
    assert all(getattr(grader, name) for name in grader.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = grader.nonsense


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_command_says_first(name: str) -> None:
    context = click.Context(main)
    command = main.get_command(context, name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(200) == COMMANDS[name].summary


def test_a_path_is_an_argument_of_the_default_command() -> None:
    context = click.Context(main)
    name, command, arguments = main.resolve_command(context, ["work.ipynb", "--full"])
    assert (name, arguments) == ("run", ["work.ipynb", "--full"])
    assert command is main.get_command(context, "run")


@pytest.mark.parametrize("module", ["grader", "grader.cli"])
def test_the_command_is_there_as_a_module_too(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"fairgrade, version {grader.__version__}\n"
