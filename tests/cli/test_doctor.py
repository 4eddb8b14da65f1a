"""grade doctor: it helps where nothing is set up yet, and where something is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main


def test_doctor_works_without_an_assignment_and_with_a_broken_one(
    tmp_path: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 0
    assert "assignments: none are tried: " in done.output
    assert "no assignment/NAME/assignment.toml here or above" in done.output
    assert "protection: " in done.output

    (course / "assignment/words/assignment.toml").write_text("title = 3")
    done = CliRunner().invoke(main, ["doctor", "--root", str(course)])
    assert done.exit_code == 0
    assert "assignments: words is not tried: " in done.output
    assert "warm start: yes" in done.output
