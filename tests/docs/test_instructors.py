"""docs/instructors.md: its commands, typed one after the other, lead from download to upload."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
import yaml

from grader.exports.tables import Csv
from grader.gradebook.times import moment
from grader.model import HANDED_IN_NOTHING, Owner, Result, Status
from grader.submissions.find import find
from tests.conftest import notebook

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "submissions"
DOCUMENT = ROOT / "docs" / "instructors.md"
# Who handed in what; the last one's file is no notebook, and a fourth handed in nothing.
NOTEBOOKS = {"Ann Lee": "all_right_power", "Bo Kay": "wrong_last_batch", "Cy Roe": ""}
PLATFORMS = ("Canvas", "Moodle", "Gradescope")
FIRST = 5001


def commands(*headings: str) -> list[str]:
    """The commands of the document's sections, in their order."""
    sections = re.split(r"^##+ (.*)$", DOCUMENT.read_text(), flags=re.MULTILINE)
    named = zip(sections[1::2], sections[2::2], strict=True)
    blocks = [
        block
        for heading, text in named
        if heading in headings
        for block in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def download(folder: Path, place: str, **more: str) -> None:
    """`submissions.zip`, in which a notebook lies at `place` with its student's name and number."""
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for number, (name, notebook) in enumerate(NOTEBOOKS.items(), start=FIRST):
            text = (EXAMPLES / f"{notebook}.ipynb").read_text() if notebook else "no notebook"
            letters = "".join(reversed(name.lower().split()))
            archive.writestr(place.format(name=name, letters=letters, number=number), text)
        for path, text in more.items():
            archive.writestr(path, text)


def table(path: Path, *rows: tuple[object, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def canvas(folder: Path) -> None:
    download(folder, "{letters}_{number}_9{number}_home_work.ipynb")
    canvas_roster(folder)


def canvas_roster(folder: Path) -> None:
    table(
        folder / "gradebook.csv",
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Optimization methods (77)"),
        ("    Points Possible", "", "", "", "", "100.0"),
        ("Lee, Ann", 5001, "S1", "alee", "One", ""),
        ("Kay, Bo", 5002, "S2", "bkay", "One", ""),
        ("Roe, Cy", 5003, "S3", "croe", "One", ""),
        ("Ode, Di", 5004, "S4", "dode", "One", ""),
    )


def moodle(folder: Path) -> None:
    download(folder, "{name}_{number}_assignsubmission_file/work.ipynb")
    status, when = "Submitted for grading", "Friday, 1 March 2024, 10:00 AM"
    table(
        folder / "worksheet.csv",
        (
            *("Identifier", "Full name", "Status", "Grade", "Maximum Grade"),
            *("Last modified (submission)", "Last modified (grade)", "Feedback comments"),
        ),
        ("Participant 5001", "Ann Lee", status, "", "100.00", when, "-", ""),
        ("Participant 5002", "Bo Kay", status, "", "100.00", when, "-", ""),
        ("Participant 5003", "Cy Roe", status, "", "100.00", when, "-", ""),
        ("Participant 5004", "Di Ode", "No submission", "", "100.00", "-", "-", ""),
    )


def gradescope(folder: Path) -> None:
    said = {
        f"submission_{number}": {
            ":submitters": [{":name": name, ":sid": str(number), ":email": f"{number}@x.edu"}],
            ":created_at": "2024-03-01 10:00:00 Z",
        }
        for number, name in enumerate(NOTEBOOKS, start=FIRST)
    }
    download(
        folder,
        "submission_{number}/work.ipynb",
        **{"submission_metadata.yml": yaml.safe_dump(said)},
    )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in ("assignment", "solutions"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def typed(folder: Path, lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each command with what it prints; each must succeed, but for what could not be graded."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for line in lines:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
        )
        said = done.stdout + done.stderr
        not_all = shlex.split(line)[1] == "submissions.zip" and "not graded: " in said
        assert done.returncode == (1 if not_all else 0), f"{line}\n{said}"
        yield line, said


def column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def totals(folder: Path) -> dict[str, str]:
    data = json.loads((folder / "grades" / "results.json").read_text())
    return {
        each["owner"]["name"]: "" if each["score"] is None else f"{each['score']:g}"
        for each in data["submissions"]
    }


def test_from_canvas_download_to_its_upload_and_on_to_decisions(course: Path) -> None:
    canvas(course)
    lines = commands("Canvas")
    assert len(lines) == 3
    list(typed(course, lines))
    grades = course / "grades"
    found = totals(course)
    assert (found["Lee, Ann"], found["Roe, Cy"], found["Ode, Di"]) == ("100", "", "")
    assert 0 < float(found["Kay, Bo"]) < 100
    sheet = column(grades / "canvas.csv", "Optimization methods (77)")
    assert sheet == ["100.0", "100", found["Kay, Bo"], "", ""]
    with zipfile.ZipFile(grades / "canvas-feedback.zip") as archive:
        assert len(archive.namelist()) == 3
        assert "leeann_5001_95001_home_work.ipynb" in archive.namelist()
    list(typed(course, commands("Your decisions", "What changed")))
    sheet = column(grades / "canvas.csv", "Optimization methods (77)")
    assert sheet == ["100.0", "90", found["Kay, Bo"], "", ""]
    assert "right idea" in next((grades / "report" / "students").glob("*[Ll]ee*.html")).read_text()


@pytest.mark.thorough
def test_late_days_with_extensions(course: Path) -> None:
    canvas(course)
    path = course / "assignment" / "optimization_methods" / "assignment.toml"
    rule = "[late]\ndue = 2026-03-01T23:59:00Z\n\n[limits]"
    path.write_text(path.read_text().replace("[limits]", rule))
    (course / "extensions.csv").write_text("id,days\n5001,2\n")
    ((_, said),) = typed(course, commands("Late days"))
    # Canvas' names say that nothing was late; what is not late needs no time.
    assert "is not known" not in said
    assert totals(course)["Lee, Ann"] == "100"


def test_from_moodles_download_to_its_upload(course: Path) -> None:
    moodle(course)
    lines = commands("Moodle")
    assert len(lines) == 3
    list(typed(course, lines))
    found = totals(course)
    (line,) = (each for each in commands("In the terminal") if each.startswith("grade "))
    ((_, summary),) = typed(course, [line])
    assert json.loads(summary.splitlines()[0])["assignments"][0]["highest"] == 100
    assert column(course / "grades" / "moodle.csv", "Grade") == ["100", found["Bo Kay"], "", ""]
    with zipfile.ZipFile(course / "grades" / "moodle-feedback.zip") as archive:
        assert "Bo Kay_5002_assignsubmission_file/feedback.html" in archive.namelist()


@pytest.mark.thorough
def test_from_gradescopes_export_to_points(course: Path) -> None:
    gradescope(course)
    lines = commands("Gradescope")
    assert len(lines) == 4
    list(typed(course, lines))
    assert zipfile.is_zipfile(course / "autograder.zip")
    grades = course / "grades"
    found = totals(course)
    assert column(grades / "export.csv", "total") == ["100", found["Bo Kay"], ""]
    assert column(grades / "export.csv", "sid") == ["5001", "5002", "5003"]
    paths = sorted(grades.glob("gradescope/*/results.json"))
    assert [path.parent.name for path in paths] == ["submission_5001", "submission_5002"]


@pytest.mark.thorough
def test_similar_submissions_are_asked_for(course: Path) -> None:
    (course / "submissions").mkdir()
    (course / "submissions" / "ann.ipynb").write_bytes(
        (EXAMPLES / "all_right_power.ipynb").read_bytes()
    )
    list(typed(course, commands("Similar submissions")))
    assert 'id="similar"' in (course / "grades" / "report" / "index.html").read_text()


@pytest.mark.thorough
def test_words_for_answers_that_behave_alike(course: Path) -> None:
    wrong = notebook(
        "import numpy as np",
        "def initialize_velocity(parameters):\n"
        "    return {f'd{key}': np.zeros(value.size) for key, value in parameters.items()}",
    )
    with zipfile.ZipFile(course / "submissions.zip", "w") as archive:
        for name in ("leeann_5001", "kaybo_5002"):
            archive.writestr(f"{name}_9_home_work.ipynb", json.dumps(wrong))
    canvas_roster(course)
    list(typed(course, commands("Canvas")[:1]))
    first, *rest = commands("Wrong answers without a name")
    ((_, listed),) = typed(course, [first])
    assert listed.startswith("1: 2 answers to")
    said = dict(typed(course, rest))
    pages = (course / "grades" / "report" / "students").glob("*.html")
    told = ["the arrays are flat" in page.read_text() for page in pages]
    assert told.count(True) == 2
    assert "def the_arrays_are_flat(parameters):" in list(said.values())[-1]


def test_no_command_of_the_document_is_left_out() -> None:
    tried = commands(
        *PLATFORMS,
        "In the terminal",
        "Similar submissions",
        "Your decisions",
        "Wrong answers without a name",
        "Late days",
        "What changed",
    )
    every = re.findall(r"^grade .*$", DOCUMENT.read_text(), re.MULTILINE)
    assert [each for each in tried if each.startswith("grade ")] == every


def promise(document: Path, begin: str) -> str:
    """The paragraph of a document with a sentence that begins so, on one line."""
    paragraphs = document.read_text().split("\n\n")
    (found,) = (" ".join(each.split()) for each in paragraphs if begin in " ".join(each.split()))
    return found


def test_the_downloads_that_are_said_to_have_times_have_them(
    make: ModuleType, tmp_path: Path
) -> None:
    said = promise(DOCUMENT, "When a notebook was handed in is known")
    known = {}
    for layout in make.LAYOUTS:
        found = find([make.make_class(layout, tmp_path / layout, 3)], Path("/nowhere"))
        known[layout] = {
            moment(each.owner.submitted_at, UTC) is not None for each in found.submissions
        }
    having = {layout.partition("_")[0] for layout, times in known.items() if times == {True}}
    assert having == {"gradescope", "blackboard", "brightspace", "sakai", "nbgrader"}
    assert all(name in said.lower() for name in having)
    assert {layout for layout, times in known.items() if len(times) > 1} == set()


@pytest.mark.parametrize(
    ("language", "time"),
    [
        ("English", "Sunday, October 25, 2026, 7:30 PM"),
        ("German", "Sonntag, 25. Oktober 2026, 19:30"),
        ("French", "dimanche 25 octobre 2026, 19:30"),
        ("Spanish", "domingo, 25 de octubre de 2026, 19:30"),
        ("Italian", "domenica, 25 ottobre 2026, 19:30"),
        ("Portuguese", "domingo, 25 de outubro de 2026, 19:30"),
        ("Dutch", "zondag, 25 oktober 2026, 19:30"),
    ],
)
def test_times_are_read_in_the_languages_that_are_named(language: str, time: str) -> None:
    assert language in promise(DOCUMENT, "Times are read as")
    assert moment(time, UTC) == datetime(2026, 10, 25, 19, 30, tzinfo=UTC)


def test_abbreviations_with_several_meanings_are_read_in_the_courses_zone_only() -> None:
    assert "such as CST, only where the course's zone uses it" in promise(DOCUMENT, "Abbreviations")
    for zone, read in (("Europe/Berlin", False), ("America/Chicago", True)):
        assert (moment("2026-10-25 19:30 CST", ZoneInfo(zone)) is not None) is read


def test_the_three_states_are_those_of_results() -> None:
    table_of_states = promise(ROOT / "docs" / "rosters.md", "| state | where it shows |")
    owner = Owner("Ann")
    graded = Result("a", "a.ipynb", Status.GRADED, 1, 1, owner=owner)
    no_notebook = Result("a", "a.pdf", Status.NOT_GRADED, None, 1, "is a PDF", owner=owner)
    nothing = Result("a", "", Status.NOT_GRADED, None, 1, HANDED_IN_NOTHING, owner=owner)
    zeros = [Csv(zero_missing=True).points(each) for each in (graded, no_notebook, nothing)]
    assert zeros == [1, None, 0]
    assert [each in table_of_states for each in ("graded", "handed in, not gradable")] == [True] * 2
    assert f'"{HANDED_IN_NOTHING}"; `--zero-missing` gives 0 to these alone' in table_of_states


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        *((f"work.{suffix}", True) for suffix in ("ipynb", "IPYNB", "ipynb.txt", "ipynb.json")),
        *(("work.ipynb (1)", True), ("work.json", True), ("work", True)),
        *(("work.html", False), ("work.7z", False), ("work.ipynb", False)),
    ],
)
def test_what_is_said_to_be_read_as_a_notebook_is(tmp_path: Path, name: str, is_read: bool) -> None:
    layouts = promise(ROOT / "docs" / "layouts.md", "- `work.ipynb`, and also")
    path = tmp_path / "Ann Lee_1_assignsubmission_file" / name
    path.parent.mkdir()
    path.write_text('{"cells": [], "nbformat": 4, "metadata": {}}' if is_read else "")
    (ann,) = find([tmp_path], Path("/nowhere")).submissions
    assert (ann.problem == "") is is_read
    assert f"`{name}`" in layouts or not is_read
