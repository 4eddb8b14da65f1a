"""The documents say what is true: commands, options, exit codes, files."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
from msgspec.structs import asdict

from grader.assignments.load import load_assignment
from grader.assignments.records import Limits
from grader.cli import COMMANDS, DEFAULT, main
from grader.cli.shared import ALL_GRADED, BELOW, NOT_ALL_GRADED, WRONG_COMMAND
from grader.encoding import convert
from grader.errors import FairgradeError
from grader.exports import EXPORTS
from grader.model import Verdict
from grader.submissions.layouts import LAYOUTS
from grader.values.kinds import SENT


@pytest.fixture
def readme(root: Path) -> str:
    return (root / "README.md").read_text()


def tracked(root: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [root / name for name in listed.stdout.split("\0") if name]


def test_the_readme_has_two_commands_of_one_line(readme: str) -> None:
    commands = re.findall(r"^bash \.ci/setup.*$", readme, re.MULTILINE)
    assert len(commands) == 2
    assert "grade examples/submissions" in commands[0]
    assert "pytest" in commands[1]


def said_to(words: list[str]) -> click.Command:
    """The command that a line is about: `export` has one for each format."""
    command = main.get_command(click.Context(main), words[0])
    if isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words[1])
    assert command is not None
    return command


def test_every_option_that_the_documents_use_exists(root: Path) -> None:
    used = 0
    for path in (root / "README.md", *root.glob("docs/**/*.md")):
        for line in re.findall(r"^grade (.*)$", path.read_text(), re.MULTILINE):
            command = said_to(line.split())
            options = set(re.findall(r"(--[a-z-]+)", line.partition("#")[0]))
            used += len(options)
            assert options <= {each for param in command.params for each in param.opts}, line
    assert used


def test_the_exit_codes_are_those_of_the_readme(readme: str) -> None:
    table = dict(re.findall(r"^\| (\d) \| (.*?)[;|]", readme, re.MULTILINE))
    assert {int(code) for code in table} == {ALL_GRADED, NOT_ALL_GRADED, WRONG_COMMAND, BELOW}


def test_every_verdict_is_explained_in_the_readme(readme: str) -> None:
    assert not [verdict for verdict in Verdict if f"`{verdict.value}`" not in readme]


def test_every_layout_is_in_its_document(root: Path) -> None:
    assert {each.name for each in LAYOUTS} == names_in_tables(root / "docs" / "layouts.md")


def test_every_export_is_in_its_document(root: Path) -> None:
    named = names_in_tables(root / "docs" / "exports.md")
    assert {each.name for each in EXPORTS} == named - {"grade export", "grade autograder"}


def names_in_tables(path: Path) -> set[str]:
    """What stands in code in the first column of a document's tables."""
    firsts = re.findall(r"^\| (`.*?) \|", path.read_text(), re.MULTILINE)
    return {name for first in firsts for name in re.findall(r"`(.*?)`", first)}


def test_every_limit_is_in_its_document(root: Path) -> None:
    text = (root / "docs" / "assignments.md").read_text()
    table = tomllib.loads(text.split("```toml\n")[1].split("```")[0])
    limits = asdict(convert(table["limits"], Limits))
    assert limits == asdict(Limits())
    assert limits.keys() == table["limits"].keys()


def test_what_functions_may_take_and_return_is_in_its_document(root: Path) -> None:
    assert SENT in " ".join((root / "docs" / "assignments.md").read_text().split())


def test_every_command_is_in_a_document(root: Path) -> None:
    """But for `run`, as `grade run PATH` is `grade PATH`."""
    text = "".join(path.read_text() for path in (root / "README.md", *root.glob("docs/**/*.md")))
    assert {name for name in COMMANDS if not re.search(rf"grade {name}\b", text)} <= {DEFAULT}


def test_links_between_documents_lead_somewhere(root: Path) -> None:
    for path in [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_changelog_counts_the_cases_there_are(root: Path) -> None:
    full, lesson = (
        sum(len(exercise.cases) for exercise in load_assignment(root, name).exercises)
        for name in ("optimization_methods", "adam")
    )
    assert f"{full} and {lesson} cases" in (root / "CHANGELOG.md").read_text()


def test_the_error_tree_in_the_docstring_is_the_one_in_the_code() -> None:
    import grader.errors

    drawn = set(re.findall(r"[├└]── (\w+)", grader.errors.__doc__ or ""))
    waiting, found = [FairgradeError], set()
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found |= {each.__name__ for each in children if each.__module__ == grader.errors.__name__}
    assert drawn == found


def test_every_dependency_has_its_reason_beside_it(root: Path) -> None:
    text = (root / "pyproject.toml").read_text()
    block = text.split("dependencies = [")[1].split("]")[0]
    lines = [line for line in block.splitlines() if line.strip()]
    assert len(lines) == len(tomllib.loads(text)["project"]["dependencies"])
    assert all(re.search(r'",\s+# \S+', line) for line in lines)


def test_no_file_speaks_of_the_machine_it_was_written_on(root: Path) -> None:
    home = re.compile(rb"/(root|home|work|Users)/[a-z.]")
    for path in tracked(root):
        # A zip that somebody handed in may have a folder called `work`.
        if path.is_file() and path.suffix not in (".png", ".zip"):
            assert not home.search(path.read_bytes()), path
