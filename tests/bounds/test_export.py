"""What an export costs us is bounded by the length of what stands in the results."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.assignments.load import load_assignment
from grader.exports import EXPORTS, Export, Request
from grader.exports.sheet_export import SheetExport
from grader.model import (
    CaseResult,
    ExerciseResult,
    Mark,
    Owner,
    Protection,
    Result,
    Run,
    Status,
    Verdict,
    Visibility,
)
from grader.report import write_report
from grader.text import one_line, plain
from tests.bounds import grown
from tests.counting import calls_made

PROTECTION = Protection("limits", "", {}, {})
# The sheets that platforms make, with a line for the student.
SHEETS = {
    "canvas": "Student,ID,SIS User ID,SIS Login ID,Section,Words (77)\n"
    "    Points Possible,,,,,10.0\nAnn Lee,12,S12,alee,One,\n",
    "moodle": "Identifier,Full name,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed\nParticipant 12,Ann Lee,a@x.edu,Submitted for grading,,10.00,Yes\n",
}
# Calls for each character, and for each export of one student's results however short they are.
FEW, BASE = 60, 60_000


def run_with(text: str) -> Run:
    """A run in which all that a student can choose is this text, as grading lets it through."""
    text, line = plain(text), one_line(text)[:2_000]
    case = CaseResult("short", "A short text", Visibility.PUBLIC, False, text[:2_000])
    exercise = ExerciseResult(
        *("longest", Verdict.INCORRECT, 0, 10, text[:2_000]),
        cases=(case,),
        code=text[:20_000],
        printed=text[:6_000],
        marks=(Mark(1, "Look here."),),
    )
    ids = {"id": "12", "canvas": "12", "moodle": "12", "login": "alee", "email": "a@x.edu"}
    owner = Owner("Ann Lee", ids)
    result = Result(
        *("Ann Lee", f"{line}.ipynb", Status.GRADED, 0, 10),
        flags=(line,) * 20,
        exercises=(exercise,),
        owner=owner,
    )
    return Run("words", "Words", "1", "2026-01-01T00:00:00+00:00", 1, PROTECTION, (result,))


def export_all(kind: type[Export], run: Run, folder: Path) -> None:
    # Those that have no default. Only a sheet's content matters.
    options: dict[str, Any] = {each.name: "x" for each in fields(kind) if each.default is MISSING}
    if issubclass(kind, SheetExport):
        options["sheet"] = folder / "sheet.csv"
        options["sheet"].write_text(SHEETS[kind.name])
    kind(**options).write(Request(run, folder, folder / kind.target))


@pytest.mark.parametrize("kind", EXPORTS, ids=lambda kind: kind.name)
@given(text=grown.texts | grown.cells | st.just("=1+1\n" * 4_000))
@settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
def test_steps_of_an_export_are_bounded(frozen_course: Path, kind: type[Export], text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    with TemporaryDirectory() as name:
        folder, run = Path(name), run_with(text)
        (folder / "report").mkdir()
        write_report(run, load_assignment(frozen_course, "words"), folder / "report")
        export_all(kind, run, folder)  # imports what it needs
        most = FEW * min(len(text), 20_000) + BASE
        assert calls_made(lambda: export_all(kind, run, folder)) < most
