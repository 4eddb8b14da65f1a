"""docs/written.md: its assignment, and its commands typed one after the other, do what it says."""

from __future__ import annotations

import csv
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT
from tests.written import CASES, NAME, PLOT, RIGHT, SETTINGS, as_notebook, cells, handed_in

DOCUMENT = (ROOT / "docs" / "written.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course with the document's exercise, and two notebooks that were handed in."""
    given, solutions = tmp_path / "assignment" / NAME, tmp_path / "solutions" / NAME
    given.mkdir(parents=True)
    solutions.mkdir(parents=True)
    (exercise,) = blocks("toml")
    (model,) = blocks("markdown")
    first = SETTINGS.index('[[exercise]]\nname = "trend"')
    (given / "assignment.toml").write_text(SETTINGS[:first] + exercise)
    (solutions / "Survey.ipynb").write_text(as_notebook(cells(RIGHT, model, PLOT.format("pass"))))
    (solutions / "cases.py").write_text(CASES)
    handed_in(tmp_path / "submissions", {"ann": "They grow.", "bo": ""})
    return tmp_path


def command(line: str) -> list[str]:
    program, *words = shlex.split(line)
    assert program == "grade"
    return [sys.executable, "-c", "from grader.cli import main; main()", *words]


def typed(line: str, folder: Path) -> str:
    done = subprocess.run(
        command(line), cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def reviewed(line: str, folder: Path) -> str:
    """Give the first answer the points of the first item; returns its page."""
    with subprocess.Popen(command(line), cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = (re.search(r"http://\S+/", each) for each in process.stdout)
        address = next(each[0] for each in found if each)
        with urlopen(address) as overview:
            (path, *_) = re.findall(r'href="(/\S+/answers/\w+)"', overview.read().decode())
        url = re.sub(r"(http://[^/]+)/.*", rf"\1{path}", address)
        form = {"token": address.split("/")[3], "instead_of": 0, "item": 0, "points": ""}
        with urlopen(url, data=urlencode(form).encode()) as page:
            text: str = page.read().decode()
        process.send_signal(signal.SIGINT)
    assert process.returncode == 0
    return text


def totals(path: Path) -> dict[str, tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: (row["status"], row["total"]) for row in csv.DictReader(file)}


def test_the_commands_lead_from_the_exercise_to_the_points(folder: Path) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    lines.remove("pip install 'fairgrade[review]'")
    generate, grade, review, again, export = lines
    typed(generate, folder)
    template = (folder / "assignment" / NAME / "Survey.ipynb").read_text()
    assert "START ANSWER HERE" in template
    assert "They grow" not in template
    assert "1 graded, 0 not graded, 1 to be reviewed" in typed(grade, folder)
    assert totals(folder / "grades" / "grades.csv") == {
        "ann": ("to_review", ""),
        "bo": ("graded", "10"),
    }
    assert "10 of 10 points, and 5 points to be reviewed" in DOCUMENT.replace("\n", " ")
    page = reviewed(review, folder)
    assert "They grow, but for the last one." in page
    assert "Saved: 3 of 5 points" in page
    assert "2 kept from earlier runs" in typed(again, folder)
    typed(export, folder)
    assert totals(folder / "grades" / "grades.csv")["ann"] == ("graded", "13")
    with (folder / "grades" / "export.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["total"] for row in csv.DictReader(file)] == ["13", "10"]


def test_an_export_refuses_results_that_are_older_than_a_review(folder: Path) -> None:
    for line in ("grade generate", "grade submissions/"):
        typed(line, folder)
    reviewed("grade review trend", folder)
    done = subprocess.run(
        command("grade export csv"), cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "people decided since the results were written" in done.stderr
