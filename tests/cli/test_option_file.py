"""The option file of a course: what may stand in it, and what the command line says instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.option_file import keys, read_option_file


def taken(arguments: list[str], course: Path) -> dict[str, Any]:
    """The values with which a command would be called; raises click's errors."""
    arguments = [*arguments, "--root", str(course)]
    name, command, rest = main.resolve_command(click.Context(main), arguments)
    assert command
    return command.make_context(name, rest).params


def refused(course: Path, *arguments: str) -> str:
    """What is said where the command line or the file is wrong."""
    done = CliRunner().invoke(main, [*arguments, "--root", str(course)])
    assert done.exit_code == 2
    return " ".join(done.output.split())


def test_options_of_the_file_are_defaults_and_the_command_line_wins(course: Path) -> None:
    (course / "roster.csv").write_text("name\nAnn\n")
    (course / "fairgrade.toml").write_text(
        'roster = "roster.csv"\nlayout = "flat"\nfull = true\njobs = 3\nfail-under = 50\n'
        'gradebook = "book.sqlite"\n'
    )
    found = taken(["x.ipynb"], course)
    assert found["roster"] == course / "roster.csv"
    assert found["gradebook"] == course / "book.sqlite"
    assert (found["layout"], found["full"], found["jobs"]) == ("flat", True, 3)
    assert found["fail_under"] == 50
    assert found["attempts"] == "last"
    other = taken(["x.ipynb", "--layout", "canvas", "--no-full", "-j", "1"], course)
    assert (other["layout"], other["full"], other["jobs"]) == ("canvas", False, 1)


def test_a_table_of_pyproject_says_the_same(course: Path) -> None:
    (course / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.fairgrade]\nattempts = "best"\n'
    )
    assert taken(["x.ipynb"], course)["attempts"] == "best"
    (course / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert read_option_file(course) is None
    assert taken(["x.ipynb"], course)["attempts"] == "last"


def test_the_environment_wins_over_the_file(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (course / "fairgrade.toml").write_text('require = "limits"\n')
    monkeypatch.setenv("FAIRGRADE_REQUIRE", "namespaces")
    assert taken(["x.ipynb"], course)["require"] == "namespaces"


def test_what_is_written_elsewhere_is_looked_for_there_by_all_commands(course: Path) -> None:
    (course / "fairgrade.toml").write_text('output = "out"\n')
    assert taken(["x.ipynb"], course)["output"] == course / "out"
    assert taken(["export", "csv"], course) == {}  # its own options are read by the format
    for arguments in (["runs"], ["diff", "1", "2"], ["note", "ann", "hm"], ["adjust", "a", "b"]):
        assert taken(arguments, course)["gradebook"] == course / "out" / "gradebook.sqlite"
    (course / "fairgrade.toml").write_text('output = "out"\ngradebook = "book.sqlite"\n')
    assert taken(["runs"], course)["gradebook"] == course / "book.sqlite"


def test_an_export_takes_the_results_where_the_file_says_they_are(course: Path) -> None:
    (course / "fairgrade.toml").write_text('output = "out"\n')
    done = CliRunner().invoke(main, ["export", "csv", "--root", str(course)])
    assert str(course / "out") in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rooster = 'x'", "rooster: is not a key that is known here"),
        ("rooster = 'x'", "did you mean roster?"),
        ("roster_partial = true", "did you mean roster-partial?"),
        ("full = 1", "full: is 1 where true or false is expected"),
        ("jobs = true", "jobs: is True where a whole number is expected"),
        ("fail-under = 'x'", "fail-under: is 'x' where a whole number or a number is expected"),
        ("layout = ['flat']", "layout: is ['flat'] where a text is expected"),
        ("quiet = true", "quiet: is not a key that is known here"),
        ("root = 'x'", "root: is not a key that is known here"),
        ("attempts = 'bst'", "'bst' is not one of 'last', 'best'. It stands in"),
        ("roster = 'none.csv'", "none.csv' does not exist. It stands in"),
        ("jobs = 0", "0 is not in the range 1<=x<=1024. It stands in"),
        ("x = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_file_and_key(
    course: Path, text: str, said: str
) -> None:
    (course / "fairgrade.toml").write_text(f"{text}\n")
    error = refused(course, "x.ipynb")
    assert said in error
    assert str(course / "fairgrade.toml") in error


def test_what_the_command_line_says_wrongly_is_not_laid_on_the_file(course: Path) -> None:
    (course / "fairgrade.toml").write_text('attempts = "best"\n')
    assert "It stands in" not in refused(course, "x.ipynb", "--attempts", "bst")


def test_a_wrong_table_and_two_files_are_refused(course: Path) -> None:
    (course / "pyproject.toml").write_text("[tool]\nfairgrade = 3\n")
    assert "[tool.fairgrade]: is 3 where a table" in refused(course, "x.ipynb")
    (course / "pyproject.toml").write_text("[tool.fairgrade]\nfull = true\n")
    (course / "fairgrade.toml").write_text("full = true\n")
    assert "both have options" in refused(course, "x.ipynb")
    (course / "fairgrade.toml").write_bytes(b"\xff")
    assert "fairgrade.toml: cannot be read" in refused(course, "x.ipynb")


def test_a_file_beside_the_submissions_is_not_read(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A student could hand one in: with a scheduler of their own, or without protection."""
    handed_in = course / "submissions"
    handed_in.mkdir()
    (handed_in / "fairgrade.toml").write_text('scheduler = "tcp://10.0.0.1:8786"\n')
    monkeypatch.chdir(handed_in)
    name, command, rest = main.resolve_command(click.Context(main), ["x.ipynb"])
    assert command
    assert command.make_context(name, rest).params["scheduler"] == ""


def test_every_key_is_in_the_documents() -> None:
    root = Path(__file__).resolve().parents[2]
    text = (root / "docs" / "instructors.md").read_text(encoding="utf-8")
    section = text.split("## What a course always says", 1)[1].split("\n## ", 1)[0]
    assert [key for key in keys() if f"`{key}`" not in section] == []
