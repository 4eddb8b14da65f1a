"""The commands of docs/coming-from-*.md are run on masters at the paths that they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from tests.authors.importing.masters import Cell, answer, code, graded, question, written

MASTERS: dict[str, tuple[str, list[Cell]]] = {
    "nbgrader": (
        "source/ps1/problem1.ipynb",
        [answer("f", "def f(x):\n    return 2 * x"), graded("t", 1, "assert f(2) == 4")],
    ),
    "otter": (
        "hw01/hw01.ipynb",
        question("name: q1", solution=[code("x = 3 # SOLUTION")], tests=["x == 3"]),
    ),
}


@pytest.mark.parametrize("system", MASTERS)
def test_the_commands_of_the_page_run(
    system: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cells = MASTERS[system]
    written(tmp_path / path, *cells)
    monkeypatch.chdir(tmp_path)
    page = (root / "docs" / f"coming-from-{system}.md").read_text()
    (block,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    for line in block.splitlines():
        words = line.split()
        assert words.pop(0) == "grade"
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, f"{line}: {result.output}{result.stderr}"
    assert "in order" in result.output
