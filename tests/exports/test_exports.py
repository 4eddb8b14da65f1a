"""exports: what platforms take, read again as they would read it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass, field, fields, replace
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped
from packaging.requirements import Requirement

from grader.assignments.load import load_assignment
from grader.cli import main
from grader.cli.export import export_command
from grader.errors import InputError, Mismatch, Remedy
from grader.exports import EXPORTS, Export, Request
from grader.exports.autograder import write_autograder
from grader.exports.base import HELP
from grader.gradebook.store import GRADEBOOK, Gradebook
from grader.model import (
    Adjustment,
    CaseResult,
    Diagnosis,
    ExerciseResult,
    Owner,
    Protection,
    Repair,
    Result,
    Run,
    Status,
    Verdict,
    Visibility,
)
from grader.report import write_report
from grader.results.files import write_results
from grader.submissions.headings import known
from grader.submissions.sheet import Sheet
from grader.text import did_you_mean
from tests.conftest import notebook

CASES = (
    CaseResult("short", "A short text", Visibility.PUBLIC, True),
    CaseResult("empty", "No text", Visibility.HIDDEN, False, "is not what it should be"),
    CaseResult("long", "A long text", Visibility.HIDDEN, None),
)
MISTAKE = Diagnosis("shortest", "The shortest word instead of the longest")
# As "Export Entire Gradebook" writes it.
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,"
    "Words (77),Essay (78),Assignments Current Score,Current Score\r\n"
    ",,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,10.0,5.0,(read only),(read only)\r\n"
    '"Lee, Ann",12,S12,alee,"One, and ""Two""",,4.5,90.0,90.0\r\n'
    '"Kay, Bo",13,S13,bkay,One,,,,\r\n'
    '"Roe, Cy",14,S14,croe,One,"",3,60.0,60.0\r\n'
    '"Student, Test",99,,0a1b2c,One,,,,\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 12,Ann Lee,a@x.edu,Submitted for grading,,10.00,Yes,"Friday, 1 March 2024, '
    '10:00 AM",-,\n'
    "Participant 13,Bo Kay,b@x.edu,Submitted for grading,,10.00,Yes,-,-,<p>Well done</p>\n"
    "Participant 14,Cy Roe,c@x.edu,No submission,,10.00,Yes,-,-,\n"
)


def exercise(name: str, score: float | None, maximum: float, **more: Any) -> ExerciseResult:
    verdict = Verdict.CORRECT if score == maximum else Verdict.PARTIAL
    return ExerciseResult(
        name, Verdict.NOT_GRADED if score is None else verdict, score, maximum, **more
    )


def graded(student: str, longest: float = 4, count: float = 6, **ids: str) -> Result:
    return Result(
        student,
        f"{student}.ipynb",
        Status.GRADED,
        longest + count,
        10,
        seconds=1.5,
        exercises=(
            exercise("longest", longest, 4, cases=CASES, diagnosis=None if longest else MISTAKE),
            exercise("count", count, 6),
        ),
        owner=Owner(student, ids),
    )


def broken(student: str, **ids: str) -> Result:
    owner = Owner(student, ids)
    source = f"{student}.ipynb"
    return Result(student, source, Status.NOT_GRADED, None, 10, "is no notebook", owner=owner)


def absent(student: str, **ids: str) -> Result:
    return replace(broken(student, **ids), source="", reason="handed in nothing")


def run_of(*results: Result) -> Run:
    protection = Protection("limits", "", {}, {})
    started = "2025-11-20T09:05:00+00:00"
    return Run("words", "Words", "1", started, 1, protection, results)


def request_for(folder: Path, *results: Result) -> Request:
    return Request(run_of(*results), folder, folder / "out")


def sheet_in(folder: Path, text: str) -> Path:
    path = folder / "sheet.csv"
    path.write_bytes(text.encode())
    return path


def export(name: str, request: Request, **options: Any) -> bytes:
    next(each for each in EXPORTS if each.name == name)(**options).write(request)
    return request.target.read_bytes() if request.target.is_file() else b""


def zipped(name: str, request: Request) -> dict[str, bytes]:
    request = replace(request, target=request.target.with_suffix(".zip"))
    with zipfile.ZipFile(io.BytesIO(export(name, request))) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


def rows(content: bytes, delimiter: str = ",") -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_the_canvas_sheet_comes_back_with_nothing_changed_but_our_column(tmp_path: Path) -> None:
    results = graded("leeann", 0, 5.5, canvas="12"), graded("kaybo", canvas="13")
    request = request_for(tmp_path, *results)
    out = export("canvas", request, sheet=sheet_in(tmp_path, CANVAS))
    before, after = rows(CANVAS.encode()), rows(out)
    assert [row[5] for row in after[3:]] == ["5.5", "10", "", ""]
    assert [row[:5] + row[6:] for row in after] == [row[:5] + row[6:] for row in before]
    # Every byte of the other columns, quotes and line ends too.
    assert (
        out
        == CANVAS.replace('""",,4.5', '""",5.5,4.5').replace("bkay,One,", "bkay,One,10").encode()
    )
    assert request.notes == []


def test_what_could_not_be_graded_is_blank_with_its_reason_and_never_0(tmp_path: Path) -> None:
    results = broken("leeann", canvas="12"), absent("Kay, Bo", canvas="13")
    request = request_for(tmp_path, *results)
    sheet = sheet_in(tmp_path, CANVAS)
    assert export("canvas", request, sheet=sheet) == CANVAS.encode()
    assert request.notes == ["leeann: left blank: is no notebook"]


@pytest.mark.parametrize(
    ("options", "expected"),
    # The last row is that of Canvas' Test Student.
    [({"zero_missing": True}, ["", "0", "0", ""]), ({"zero_ungraded": True}, ["0", "", "", ""])],
)
def test_0_is_handed_in_where_it_is_asked_for(
    tmp_path: Path, options: dict[str, bool], expected: list[str]
) -> None:
    results = broken("leeann", canvas="12"), absent("Kay, Bo", canvas="13")
    sheet = sheet_in(tmp_path, CANVAS)
    out = export("canvas", request_for(tmp_path, *results), sheet=sheet, **options)
    assert [row[5] for row in rows(out)[3:]] == expected


def test_a_grade_that_is_in_the_sheet_is_not_taken_away(tmp_path: Path) -> None:
    sheet = CANVAS.replace("bkay,One,", "bkay,One,7").replace('One,"",3', "One,EX,3")
    results = broken("kaybo", canvas="13"), graded("roecy", canvas="14")
    request = request_for(tmp_path, *results)
    out = export("canvas", request, sheet=sheet_in(tmp_path, sheet), zero_missing=True)
    assert [row[5] for row in rows(out)[3:]] == ["0", "7", "EX", ""]
    assert request.notes == [
        "kaybo: not graded (is no notebook); the sheet's 7 stays",
        "roecy: the sheet says EX, which stays",
    ]


def test_of_two_notebooks_of_a_student_no_grade_is_chosen(tmp_path: Path) -> None:
    results = graded("leeann (1)", canvas="12"), graded("leeann (2)", 1, canvas="12")
    request = request_for(tmp_path, *results)
    sheet = sheet_in(tmp_path, CANVAS)
    assert export("canvas", request, sheet=sheet) == CANVAS.encode()
    assert "has 2 notebooks" in request.notes[0]


def test_a_namesake_with_another_number_gets_no_grade(tmp_path: Path) -> None:
    request = request_for(tmp_path, graded("leeann", canvas="1200"))
    sheet = sheet_in(tmp_path, CANVAS)
    assert export("canvas", request, sheet=sheet, partial=True) == CANVAS.encode()
    assert "is not in the sheet" in request.notes[0]


@pytest.mark.parametrize("column", ["Essay (78)", "essay", "78"])
def test_the_column_is_found_by_its_name_title_or_number(tmp_path: Path, column: str) -> None:
    request = request_for(tmp_path, graded("leeann", canvas="12"))
    sheet = sheet_in(tmp_path, CANVAS)
    out = export("canvas", request, sheet=sheet, column=column, scale=True)
    assert rows(out)[3][5:7] == ["", "5"]


def test_points_are_not_converted_unless_that_is_asked_for(tmp_path: Path) -> None:
    request = request_for(tmp_path, graded("leeann", canvas="12"))
    with pytest.raises(InputError, match="out of 5 points, and Words out of 10") as raised:
        export("canvas", request, sheet=sheet_in(tmp_path, CANVAS), column="78")
    assert raised.value.remedy is Remedy.SCALE_POINTS


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (CANVAS.replace("Words (77)", "Verbs (77)"), r"it may be one of: Verbs \(77\); Essay"),
        (CANVAS.replace("Section", "Part"), "Export Entire Gradebook"),
        (CANVAS.replace('Test",99', "Test,99"), "a quote in row .* is not closed"),
    ],
)
def test_a_sheet_that_does_not_fit_is_an_error_in_words(
    tmp_path: Path, sheet: str, words: str
) -> None:
    request = request_for(tmp_path, graded("leeann", canvas="12"))
    with pytest.raises(InputError, match=words):
        export("canvas", request, sheet=sheet_in(tmp_path, sheet))
    assert not (tmp_path / "out").exists()


CELL = st.text(st.sampled_from("a1 \",;\n\r'é=") | st.characters(codec="utf-8"), max_size=5)


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.data(),
)
def test_a_sheet_changes_in_the_changed_cell_only(
    cells: list[list[str]], ending: str, quoting: Any, data: st.DataObject
) -> None:
    # Python's own writer leaves these unquoted, so that its reader takes them for line ends.
    odd = "\0" if ending == "\r\n" else "\0\r"
    clean = str.maketrans("", "", odd)
    table = [["a", "b", "c"], *([each.translate(clean) for each in row] for row in cells)]
    assume(not any(map(known, table)))  # the row of column names is the first
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ending, quoting=quoting).writerows(table)
    sheet = Sheet(text.getvalue())
    assert sheet.rows == table
    assert sheet.to_bytes() == text.getvalue().encode()
    row, column = data.draw(st.integers(1, len(cells))), data.draw(st.integers(0, 2))
    table[row][column] = data.draw(st.sampled_from(["", "5", "1,5", 'a "b"']))
    sheet.change(row, column, table[row][column])
    assert rows(sheet.to_bytes()) == table


def test_moodles_worksheet_gets_grades_and_comments(tmp_path: Path) -> None:
    ann = graded("Ann Lee", 0, moodle="12")
    hostile = replace(ann, remarks=("<script>1</script>, & so on",))
    request = request_for(tmp_path, hostile, graded("Bo Kay", moodle="13"))
    out = export("moodle", request, sheet=sheet_in(tmp_path, MOODLE))
    before, after = rows(MOODLE.encode()), rows(out)
    assert [row[4] for row in after] == ["Grade", "6", "10", ""]
    assert [row[:4] + row[5:9] for row in after] == [row[:4] + row[5:9] for row in before]
    assert "longest: partial, 0 of 4 points: The shortest word" in after[1][9]
    assert "&lt;script&gt;1&lt;/script&gt;, &amp; so on" in after[1][9]
    assert after[2][9] == "<p>Well done</p>"
    assert request.notes == ["Bo Kay: somebody wrote feedback comments, which stay"]


def test_moodles_worksheet_may_have_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    sheet = (
        "Identifier;Full name;Status;Grade;Maximum Grade\nParticipant 12;Ann Lee;Submitted;;5,0\n"
    )
    request = request_for(tmp_path, graded("Ann Lee", 3, 6, moodle="12"))
    out = export("moodle", request, sheet=sheet_in(tmp_path, sheet), scale=True)
    assert rows(out, ";")[1][3] == "4.5"


WORKSHEETS = {
    "German": (
        'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,'
        '"Bewertung kann geändert werden","Zuletzt geändert (Abgabe)",'
        '"Zuletzt geändert (Bewertung)","Feedback als Kommentar"',
        "Teilnehmer/in",
        "Zur Bewertung abgegeben",
        "Keine Abgabe",
    ),
    "French": (
        'Identifiant,"Nom complet","Adresse de courriel",Statut,Note,"Note maximale",'
        '"La note peut être modifiée","Dernière modification (travail remis)",'
        '"Dernière modification (note)","Feedback par commentaires"',
        "Participant",
        "Remis pour évaluation",
        "Pas de travail remis",
    ),
    "Spanish": (
        'Identificador,"Nombre completo","Dirección de correo",Estado,Calificación,'
        '"Calificación máxima","La calificación puede ser cambiada",'
        '"Última modificación (entrega)","Última modificación (calificación)",'
        '"Comentarios de retroalimentación"',
        "Participante ",
        "Enviado para calificar",
        "Sin entrega",
    ),
}


@pytest.mark.parametrize("language", WORKSHEETS)
def test_a_worksheet_in_another_language_is_filled_in_and_keeps_its_headings(
    tmp_path: Path, language: str
) -> None:
    header, participant, submitted, nothing = WORKSHEETS[language]
    students = (("Ann Lee", submitted, "x"), ("Bo Kay", submitted, "-"), ("Cy Roe", nothing, "-"))
    sheet = header + "".join(
        f'\n{participant}{number},{name},,{status} - late,,"10,00",,{time},-,'
        for number, (name, status, time) in enumerate(students, start=12)
    )
    request = request_for(tmp_path, graded("Ann Lee", moodle="12"))
    out = export("moodle", request, sheet=sheet_in(tmp_path, sheet), zero_missing=True)
    assert rows(out)[0] == rows(header.encode())[0]
    assert points_in(out, 4) == ["10", "", "0"]
    assert rows(out)[1][9].startswith("Graded by fairgrade. 10 of 10 points")
    assert f"nothing was found, but it is '{submitted} - late'" in request.notes[0]


def test_a_draft_is_something_that_was_handed_in(tmp_path: Path) -> None:
    sheet = MOODLE.replace("No submission,,10.00,Yes,-", "Draft (not submitted),,10.00,Yes,Monday")
    request = request_for(tmp_path, graded("Ann Lee", moodle="12"))
    out = export("moodle", request, sheet=sheet_in(tmp_path, sheet), zero_missing=True)
    assert points_in(out, 4) == ["10", "", ""]


@pytest.mark.parametrize("changed", [("Grade,", "Cijfer,"), ("Identifier,", "Nummer,")])
def test_a_sheet_that_is_no_worksheet_is_refused_with_its_columns(
    tmp_path: Path, changed: tuple[str, str]
) -> None:
    sheet = MOODLE.replace(*changed, 1).replace("Participant ", "Nr. ")
    request = request_for(tmp_path, graded("Ann Lee", moodle="12"))
    with pytest.raises(InputError, match=f"its columns are: .*{changed[1][:-1]}"):
        export("moodle", request, sheet=sheet_in(tmp_path, sheet))


def with_report(folder: Path, course: Path, *results: Result) -> Request:
    (folder / "report").mkdir()
    request = request_for(folder, *results)
    write_report(request.run, load_assignment(course, "words"), folder / "report")
    return request


def test_moodle_finds_the_student_of_every_feedback_file(
    tmp_path: Path, frozen_course: Path
) -> None:
    results = (
        *(graded("Jo_12 van/Dyk", moodle="77"), broken("Bo", moodle="8")),
        *(graded("nobody"), absent("Di", moodle="9")),
    )
    files = zipped("moodle-feedback", request := with_report(tmp_path, frozen_course, *results))
    # Moodle takes a folder's name apart at its underscores: name, number, and whose file it is.
    parts = [name.split("/")[0].split("_", 4) for name in files]
    assert [each[1:] for each in parts] == [
        ["77", "assignsubmission", "file"],
        ["8", "assignsubmission", "file"],
    ]
    assert all(name.endswith("/feedback.html") for name in files)
    assert request.notes == ["nobody: left out: Moodle's number of the student is not known"]


def test_a_page_for_a_student_does_not_lead_to_the_others(
    tmp_path: Path, frozen_course: Path
) -> None:
    request = with_report(tmp_path, frozen_course, graded("ann"), broken("bo"))
    export("feedback", request)
    pages = {path.name: path.read_text() for path in request.target.glob("*.html")}
    assert sorted(pages) == ["ann.html", "bo.html"]
    assert all("index.html" not in page and "</html>" in page for page in pages.values())
    assert not any(
        "<script" in page or "dialog" in page.split("</style>")[1] for page in pages.values()
    )
    assert "is no notebook" in pages["bo.html"]


def test_canvas_gets_back_the_names_that_it_gave(tmp_path: Path) -> None:
    source = "leeann_LATE_12_90_home_work-1.ipynb"
    result = replace(graded("leeann", 0, canvas="12"), source=f"folder/{source}")
    longest = replace(result.exercises[0], code="def longest(text): ...")
    hostile = replace(
        result,
        remarks=("<b>*see* me</b> [x](http://y)",),
        exercises=(longest, *result.exercises[1:]),
    )
    request = request_for(tmp_path, hostile, graded("bo"), absent("cy", canvas="14"))
    files = zipped("canvas-feedback", request)
    assert list(files) == [source]
    book = nbformat.reads(files[source].decode(), as_version=4)
    nbformat.validate(book)
    assert "6 of 10 points" in book.cells[0].source
    assert [cell.cell_type for cell in book.cells] == ["markdown"] * 2 + ["code"] + ["markdown"] * 3
    assert book.cells[2].source == "def longest(text): ..."
    assert "The shortest word instead of the longest" in book.cells[3].source
    assert "\n\n" not in book.cells[3].source
    assert r"\<b\>\*see\* me\</b\> \[x\]\(http://y\)" in book.cells[0].source
    assert request.notes == ["bo: left out: its file is not named as Canvas names them"]


def own_notebook(folder: Path, name: str, answer: str, minor: int) -> Path:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {}, "source": ["My *own* words\n", "and $x$"]},
        {"cell_type": "code", "metadata": {}, "source": "x = 1", "execution_count": 1},
        {"cell_type": "code", "metadata": {}, "source": answer.splitlines(True)},
    ]
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            output = {"output_type": "stream", "name": "stdout", "text": "printed"}
            cell.update(execution_count=1, outputs=[output])
        if minor >= 5:
            cell["id"] = f"fairgrade-{number}"
    data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
    (folder / name).write_text(json.dumps(data))
    return folder / name


@pytest.mark.parametrize("minor", [2, 5])
@pytest.mark.parametrize("packed", [False, True])
def test_canvas_gets_back_each_students_own_notebook(
    minor: int, packed: bool, tmp_path: Path
) -> None:
    """All of its cells and outputs are there; what is said stands below the answer."""
    (folder := tmp_path / "submissions").mkdir()
    answer = "def longest(text):\n    return text"
    own = own_notebook(folder, "leeann_12_90_hw.ipynb", answer, minor)
    own_notebook(folder, "roebo_13_91_hw.ipynb", "def longest(text):\n    return 'later'", minor)
    given = folder
    if packed:
        given = tmp_path / "submissions.zip"
        with zipfile.ZipFile(given, "w") as archive:
            for path in folder.iterdir():
                archive.write(path, path.name)
    people = []
    for student, number, source in (
        ("leeann", "12", own.name),
        ("roebo", "13", "roebo_13_91_hw.ipynb"),
    ):
        result = graded(student, 0, canvas=number)
        longest = replace(result.exercises[0], code=answer)
        exercises = (longest, *result.exercises[1:])
        people.append(replace(result, source=source, exercises=exercises))
    request = request_for(tmp_path, *people)
    request = replace(request, target=tmp_path / "out.zip")
    with zipfile.ZipFile(
        io.BytesIO(export("canvas-feedback", request, notebooks=given))
    ) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    book = nbformat.reads(files[own.name], as_version=4)
    nbformat.validate(book)
    sources = [cell.source for cell in book.cells]
    assert "6 of 10 points" in sources[0]
    place = sources.index(answer)
    assert sources[place - 2 : place] == ["My *own* words\nand $x$", "x = 1"]
    assert book.cells[place].outputs[0].text == "printed"
    assert sources[place + 1] == "## longest"
    assert "The shortest word instead of the longest" in sources[place + 2]
    assert "later" not in files["roebo_13_91_hw.ipynb"]  # what was graded, and nothing else
    assert request.notes == [
        f"roebo: roebo_13_91_hw.ipynb comes back with the answers only: {given} has not the "
        "notebook that was graded"
    ]


HOSTILE_NOTEBOOKS: list[Any] = [
    [],
    {"nbformat": 4},
    {"nbformat": 4, "cells": None},
    {"nbformat": 4, "cells": [None, 3, {"cell_type": "code", "source": [1, None]}]},
    {"nbformat": 4, "nbformat_minor": "5", "cells": [{"cell_type": [], "id": []}]},
    {"nbformat": 3, "worksheets": []},
]


@pytest.mark.parametrize("data", HOSTILE_NOTEBOOKS)
def test_what_cannot_be_annotated_comes_back_with_its_answers_only(
    data: Any, tmp_path: Path
) -> None:
    (folder := tmp_path / "submissions").mkdir()
    (folder / "leeann_12_90_hw.ipynb").write_text(json.dumps(data))
    result = replace(graded("leeann", 0, canvas="12"), source="leeann_12_90_hw.ipynb")
    longest = replace(result.exercises[0], code="def longest(text): ...")
    result = replace(result, exercises=(longest, *result.exercises[1:]))
    request = replace(request_for(tmp_path, result), target=tmp_path / "out.zip")
    content = export("canvas-feedback", request, notebooks=folder)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = nbformat.reads(archive.read("leeann_12_90_hw.ipynb").decode(), as_version=4)
    nbformat.validate(book)
    assert "def longest(text): ..." in [cell.source for cell in book.cells]


def test_a_folder_that_is_no_export_is_not_replaced(tmp_path: Path, frozen_course: Path) -> None:
    request = with_report(tmp_path, frozen_course, graded("ann"))
    request.target.mkdir()
    (request.target / "mine.txt").write_text("")
    with pytest.raises(InputError, match="so it is not replaced"):
        export("feedback", request)
    (request.target / "mine.txt").unlink()
    export("feedback", request)
    export("gradescope", replace(request, run=run_of(graded("ann"))))
    assert sorted(path.name for path in request.target.iterdir()) == [".fairgrade-export", "ann"]


def test_gradescope_gets_a_file_for_each_graded_submission(tmp_path: Path) -> None:
    ann = graded("Ann", 0, 5.5, gradescope="submission_7")
    request = request_for(tmp_path, ann, graded("bo"), broken("cy", gradescope="submission_8"))
    export("gradescope", request)
    paths = sorted(request.target.glob("*/results.json"))
    assert [path.parent.name for path in paths] == ["bo", "submission_7"]
    data = json.loads(paths[1].read_text())
    assert data["score"] == 5.5
    assert data.keys() <= {"score", "execution_time", "output", "visibility", "tests"}
    allowed = {"score", "max_score", "name", "output", "output_format", "status", "visibility"}
    assert all(test.keys() <= allowed for test in data["tests"])
    assert [test["status"] for test in data["tests"]] == ["failed", "failed"]
    assert [(test["score"], test["max_score"]) for test in data["tests"]] == [(0, 4), (5.5, 6)]
    assert request.notes == ["cy: no file: is no notebook"]


def test_a_groups_submission_is_there_once_and_a_difference_is_said(tmp_path: Path) -> None:
    ann, bo = (graded(name, gradescope="submission_7") for name in ("ann", "bo"))
    other = graded("cy", 1, gradescope="submission_7")
    request = request_for(tmp_path, ann, bo, other)
    files = zipped("gradescope", request)
    assert list(files) == ["submission_7/results.json"]
    assert json.loads(files["submission_7/results.json"])["score"] == 10
    assert request.notes == [
        "submission_7/results.json: comes twice with different contents; the first is kept"
    ]


TEXT, WHOLE = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}
# The fields of `result.json` as Classroom 50's wiki describes them (Advanced Autograding).
RESULT_OF_CLASSROOM50 = {
    "type": "object",
    "required": [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission"),
        *("commit", "release", "review", "datetime", "score", "max-score", "tests"),
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        **dict.fromkeys(("classroom", "assignment", "owner", "commit", "release", "review"), TEXT),
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "format": "date-time"},
        **dict.fromkeys(("score", "max-score"), WHOLE),
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": TEXT,
                    "passed": {"type": "boolean"},
                    **dict.fromkeys(("score", "max-score"), WHOLE),
                },
            },
        },
    },
}
CLASSROOM50 = {
    "classroom": "ml",
    "slug": "words",
    "tag": "submit/2026-09-01T10-00-00Z-a1b2c3d",
    "commit": "https://github.com/x/y/commit/1",
    "release": "https://github.com/x/y/releases/tag/1",
}


def test_classroom50_gets_what_its_contract_asks_for(tmp_path: Path) -> None:
    late = replace(graded("ann", 3, 6), score=7.2)
    half = replace(graded("di", 1.5, 5.5, login="di-gh"))
    request = request_for(tmp_path, graded("bo"), late, broken("cy"), half)
    export("classroom50", request, **CLASSROOM50)
    files = {
        path.parent.name: json.loads(path.read_text())
        for path in sorted(request.target.glob("*/result.json"))
    }
    for data in files.values():
        jsonschema.validate(data, RESULT_OF_CLASSROOM50)
        for key in ("score", "max-score"):
            assert data[key] == sum(test[key] for test in data["tests"])
        assert data["score"] <= data["max-score"]
        assert all(test["score"] <= test["max-score"] for test in data["tests"])
    assert {name: (data["score"], data["max-score"]) for name, data in files.items()} == {
        "ann": (7, 10),
        "bo": (10, 10),
        "di": (8, 10),
    }
    assert files["di"]["owner"] == "di-gh"
    assert request.notes == ["cy: no file: is no notebook"]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\uff1d1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula_in_a_table(tmp_path: Path, text: str) -> None:
    result = replace(graded(text), owner=Owner(text, {"sid": text}, email=text))
    for row in rows(export("csv", request_for(tmp_path, result)))[1:]:
        assert not [cell for cell in row if re.match(r"\s*[=+\-@\uff1d\t]", cell)]
    out = export("xlsx", request_for(tmp_path, result))
    sheet = openpyxl.load_workbook(io.BytesIO(out)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_a_table_has_points_as_numbers_and_blanks_with_reasons(tmp_path: Path) -> None:
    decided = exercise("longest", 2.5, 4, adjustment=Adjustment(0, 2.5, "right idea", "2025"))
    ann = replace(graded("ann"), score=8.5, exercises=(decided, exercise("count", 6, 6)))
    request = request_for(tmp_path, ann, broken("bo"), absent("cy"))
    sheet = openpyxl.load_workbook(io.BytesIO(export("xlsx", request))).active
    assert sheet is not None
    names, *lines = sheet.iter_rows(values_only=True)
    found = [dict(zip(names, line, strict=True)) for line in lines]
    assert [line["total"] for line in found] == [8.5, None, None]
    assert [line["longest"] for line in found] == [2.5, None, None]
    assert [line["reason"] for line in found] == [None, "is no notebook", "handed in nothing"]
    assert found[0]["decided by a person"] == "longest: right idea"
    text = rows(export("csv", request))
    as_text = [["" if cell is None else str(cell) for cell in line] for line in lines]
    assert text[1:] == as_text


@pytest.mark.parametrize(
    ("titles", "columns"),
    [
        ({"longest": "The longest word", "count": "Words"}, ["The longest word", "Words"]),
        ({"longest": "Words", "count": "Words"}, ["Words (longest)", "Words (count)"]),
    ],
)
def test_exercises_are_called_by_their_titles(
    titles: dict[str, str], columns: list[str], tmp_path: Path
) -> None:
    decided = exercise("longest", 2.5, 4, adjustment=Adjustment(0, 2.5, "right idea", "2025"))
    ann = replace(graded("ann"), exercises=(decided, exercise("count", 6, 6)))
    request = request_for(tmp_path, ann)
    request = replace(request, run=replace(request.run, titles=titles))
    head, line = rows(export("csv", request))
    assert head[head.index("status") + 1 : head.index("total")] == columns
    assert line[head.index("decided by a person")] == f"{columns[0]}: right idea"
    (tmp_path / "junit.xml").write_bytes(export("junit", request))
    (suite,) = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert {case.classname for case in suite} == set(titles.values())


def test_junit_is_read_by_others_as_it_is_meant(tmp_path: Path) -> None:
    hostile = replace(broken("bo \x00\ud800<&>"), reason="\x1b[31m]]> & \x01")
    out = export("junit", request_for(tmp_path, graded("ann", 0), hostile))
    (tmp_path / "junit.xml").write_bytes(out)
    ann, bo = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    found = {f"{case.classname}/{case.name}": [type(each) for each in case.result] for case in ann}
    assert found == {
        "longest/short": [],
        "longest/empty": [Failure],
        "longest/long": [Skipped],
        "longest/points": [Failure],
        "count/points": [],
    }
    assert (ann.tests, ann.failures, ann.errors, ann.skipped) == (5, 2, 0, 1)
    assert {each.name: each.value for each in ann.properties()} == {"score": "6", "max_score": "10"}
    (case,) = bo
    assert [type(each) for each in case.result] == [Error]
    assert bo.errors == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_results(run_of(graded("ann", canvas="12"), broken("bo")), tmp_path / "results.json")
    (tmp_path / "sheet.csv").write_bytes(CANVAS.encode())
    return tmp_path


def grade(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*map(str, arguments)])
    return done.exit_code, done.output


def test_the_command_writes_beside_the_results_and_prints_what_is_left_out(folder: Path) -> None:
    code, said = grade("export", "gradescope", "--results", folder)
    assert code == 0, said
    assert "bo: no file: is no notebook" in said
    assert f"wrote {folder / 'gradescope'}" in said
    assert (folder / "gradescope" / "ann" / "results.json").exists()


def test_the_command_says_what_is_missing(folder: Path, tmp_path: Path) -> None:
    code, said = grade("export", "csv", "--results", tmp_path / "none")
    assert (code, "grade first" in said) == (2, True), said
    code, said = grade("export", "canvas", "--results", folder)
    assert (code, "--sheet is missing" in said) == (2, True), said
    (folder / "results.json").write_text('{"schema": 1}')
    code, said = grade("export", "csv", "--results", folder)
    assert code == 2
    assert "is no result file of this fairgrade (assignment: is missing; a string" in said


def test_a_format_says_of_an_option_that_it_lacks_which_formats_have_it(folder: Path) -> None:
    code, said = grade("export", "feedback", "--results", folder, "--scale")
    assert code == 2
    assert "feedback has no option --scale; these formats have it: canvas, moodle" in said
    code, said = grade("export", "csv", "--results", folder, "--nonsense")
    assert (code, "No such option" in said) == (2, True), said
    code, said = grade("export", "nonsense")
    assert (code, "nonsense is no format; there are canvas," in said) == (2, True), said


@pytest.mark.parametrize("kind", EXPORTS)
def test_the_help_of_a_format_has_its_own_options_and_no_others(kind: type[Export]) -> None:
    code, said = grade("export", kind.name, "--help")
    assert code == 0
    own = {f"--{each.name.replace('_', '-')}" for each in fields(kind)}
    common = {"--results", "--to", "--gradebook", "--root", "--help"}
    assert set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", said, re.MULTILINE)) == own | common


def test_the_formats_and_their_options_are_in_the_help_and_in_the_table_of_the_documents() -> None:
    code, said = grade("export", "--help")
    assert code == 0
    text = (Path(__file__).parents[2] / "docs" / "exports.md").read_text()
    for kind in EXPORTS:
        flags = [f"--{each.name.replace('_', '-')}" for each in fields(kind)]
        shown = ", ".join(f"`{flag}`" for flag in flags) or "none"
        assert f"| `{kind.name}` | {kind.title} | {shown} |" in text
        assert all(flag in said for flag in (kind.name, *flags))


def test_a_word_that_is_nearly_right_is_asked_about() -> None:
    for arguments, words in {
        ("chek", "work.ipynb"): "chek is neither a command nor a file; did you mean 'check'?",
        ("export", "canvsa"): "; did you mean 'canvas'?",
    }.items():
        code, said = grade(*arguments)
        assert (code, words in said) == (2, True), said
    assert did_you_mean("Longst", ["count", "longest"]) == "; did you mean 'longest'?"
    assert did_you_mean("nothing", ["count", "longest"]) == ""


@dataclass(frozen=True, kw_only=True)
class Best(Export):
    """A format that is nowhere but here, with options of every type."""

    name = "best"
    title = "the best students"
    target = "best.txt"

    count: int = field(metadata={HELP: "How many."})
    share: float = field(default=0.5, metadata={HELP: "The least share of the points."})
    before: str = field(default="", metadata={HELP: "What stands before a name."})
    heading: Path | None = field(default=None, metadata={HELP: "A file with the heading."})
    upper_case: bool = field(default=False, metadata={HELP: "In capital letters."})

    def write(self, request: Request) -> None:
        good = [each for each in request.run.results if (each.score or 0) >= 10 * self.share]
        names = [f"{self.before}{each.student}" for each in good][: self.count]
        lines = [self.heading.read_text() if self.heading else "", *names]
        text = "\n".join(lines)
        request.target.write_text(text.upper() if self.upper_case else text)


def test_a_format_and_its_options_are_declared_in_its_class_alone(folder: Path) -> None:
    command = export_command(Best)
    (folder / "heading.txt").write_text("these")

    def run(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(command, ["--results", str(folder), *options])
        return done.exit_code, done.output

    code, said = run()
    assert (code, "--count is missing: How many" in said) == (2, True), said
    code, said = run("--count", "1")
    assert (code, (folder / "best.txt").read_text()) == (0, "\nann"), said
    options = ("--before", "- ", "--heading", str(folder / "heading.txt"), "--upper-case")
    code, said = run("--count", "1", *options)
    assert (code, (folder / "best.txt").read_text()) == (0, "THESE\n- ANN"), said
    code, said = run("--count", "1", "--share", "1.1")
    assert (code, (folder / "best.txt").read_text()) == (0, ""), said


def test_points_that_differ_are_converted_on_the_command_line(folder: Path) -> None:
    sheet = folder / "sheet.csv"
    arguments = ("export", "canvas", "--results", folder, "--sheet", sheet, "--column", "78")
    code, said = grade(*arguments)
    assert (code, "; or --scale converts them" in said) == (2, True), said
    code, said = grade(*arguments, "--scale")
    assert code == 0, said
    assert rows((folder / "canvas.csv").read_bytes())[3][6] == "5"


def test_the_command_names_the_folders_of_several_assignments(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    write_results(run_of(graded("ann")), tmp_path / "words" / "results.json")
    code, said = grade("export", "csv", "--results", tmp_path)
    assert (code, f"there are {tmp_path / 'words'}" in said) == (2, True), said


def test_decisions_that_are_not_in_the_results_yet_stop_the_export(folder: Path) -> None:
    with Gradebook(folder / GRADEBOOK) as book:
        book.adjust("words", "ann", "longest", 1, "see our talk")
    code, said = grade("export", "csv", "--results", folder)
    assert (code, "people decided since" in said, "ann, longest" in said) == (2, True, True), said
    with Gradebook(folder / GRADEBOOK) as book:
        made = book.decisions().scores["words", "ann", "longest"]
    ann = graded("ann", 1, canvas="12")
    first, *others = ann.exercises
    ann = replace(ann, exercises=(replace(first, adjustment=made), *others))
    write_results(run_of(ann), folder / "results.json")
    code, said = grade("export", "csv", "--results", folder)
    assert code == 0, said


RIGHT = (
    "def longest(text):\n    return max(text.split(), key=len)",
    "def count(text):\n    words = text.split()\n    return {w: words.count(w) for w in words}",
)


# Where PYTHONPATH names this repository, its fairgrade would be imported instead of the zip's.
ALONE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def gradescope(course: Path, folder: Path) -> Path:
    """The folder that Gradescope's container has, set up from the zip; submission and results are
    empty. Instead of installing what fairgrade needs, it takes what these tests run with."""
    code, said = grade(
        *("autograder", "words", "--root", course, "--require", "limits"),
        *("--output", folder.with_suffix(".zip")),
    )
    assert code == 0, said
    for name in ("source", "submission", "results"):
        (folder / name).mkdir(parents=True)
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        for member in archive.infolist():
            path = archive.extract(member, folder / "source")
            Path(path).chmod(member.external_attr >> 16 & 0o777)
    shutil.copy(folder / "source" / "run_autograder", folder)
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    for name in needed("fairgrade", set()) - {"fairgrade"}:
        for file in distribution(name).files or ():
            if ".." not in file.parts:
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), packages / file)
    (wheel,) = (folder / "source").glob("fairgrade-*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    return folder


def needed(package: str, found: set[str]) -> set[str]:
    """The package and all that it needs, by name."""
    found.add(package)
    for line in distribution(package).requires or ():
        requirement = Requirement(line)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in found:
            needed(requirement.name, found)
    return found


def run_autograder(folder: Path, code: int = 0, **notebooks: str | dict[str, Any]) -> Any:
    """What Gradescope gets when it runs the autograder on these files."""
    for path in (folder / "submission").iterdir():
        path.unlink()
    for name, cells in notebooks.items():
        text = cells if isinstance(cells, str) else json.dumps(cells)
        (folder / "submission" / f"{name}.ipynb").write_text(text)
    done = subprocess.run(
        [folder / "run_autograder"],
        cwd=folder,
        env=ALONE,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads((folder / "results" / "results.json").read_text())


@pytest.mark.thorough
def test_the_autograder_grades_with_the_fairgrade_that_it_brings(
    frozen_course: Path, tmp_path: Path
) -> None:
    folder = gradescope(frozen_course, tmp_path / "autograder")
    where = subprocess.run(
        [folder / "venv" / "bin" / "python", "-P", "-c", "import grader; print(grader.__file__)"],
        cwd=folder,
        env=ALONE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(folder))
    wrong = notebook(RIGHT[0], RIGHT[1].replace("w: words", "w: 1 + words"))
    data = run_autograder(folder, work=wrong)
    assert data["score"] == 4
    tests = {test["name"]: test for test in data["tests"]}
    assert {name: test["score"] for name, test in tests.items()} == {
        "The longest word": 4,
        "Count words": 0,
        "Mean and spread": 0,
    }
    assert [test["status"] for test in data["tests"]] == ["passed", "failed", "failed"]
    said = tests["Count words"]["output"]
    assert "<strong>incorrect</strong>, 0 of 6 points" in said
    assert "The first public case that did not pass" in said
    assert "hidden case" in said

    # What is the student's to mend has no points yet, and a sentence that says what to do.
    to_mend: dict[str, dict[str, Any]] = {
        "is not valid JSON": {"work": "no notebook"},
        "is empty": {"work": ""},
        "there are 2 notebooks": {"one": notebook(*RIGHT), "two": notebook(*RIGHT)},
        "there is no notebook in it": {},
    }
    for reason, handed_in in to_mend.items():
        data = run_autograder(folder, **handed_in)
        assert data["score"] == 0
        assert reason in data["output"]
        assert "Hand in the notebook Words.ipynb once more" in data["output"]

    # Of two, the one that is called as the assignment's counts, or that has its functions.
    assert run_autograder(folder, Words=wrong, two=notebook(*RIGHT))["score"] == 4
    assert run_autograder(folder, one=notebook("x = 1"), two=notebook(*RIGHT))["score"] == 10

    # What is ours has no points at all, which is not 0.
    (folder / "source" / "course" / "solutions" / "words" / "cases.py").write_text("import nothing")
    data = run_autograder(folder, work=wrong, code=1)
    assert "score" not in data
    assert "not the same as 0" in data["output"]
    (folder / "venv" / "bin" / "python").unlink()
    data = run_autograder(folder, work=wrong, code=127)
    assert "not the same as 0" in data["output"]


def test_the_autograder_is_the_same_bytes_every_time(frozen_course: Path, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        grade("autograder", "words", "--root", frozen_course, "--output", tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert b"require=landlock" in archive.read("settings")
        assert {"setup.sh", "run_autograder", "requirements.txt"} <= set(archive.namelist())
        assert "course/solutions/words/cases.py" in archive.namelist()
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o111
        for script in ("setup.sh", "run_autograder"):
            text = archive.read(script).decode()
            subprocess.run(["bash", "-n"], input=text, text=True, check=True)


def test_the_autograder_installs_what_the_notebook_imports_and_no_jupyterlab(
    root: Path, tmp_path: Path
) -> None:
    write_autograder(root, "optimization_methods", "landlock", tmp_path / "autograder.zip")
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        lines = archive.read("requirements.txt").decode().splitlines()
    names = {Requirement(line).name for line in lines}
    assert names == {"matplotlib", "numpy", "scikit-learn", "scipy"}


@pytest.mark.parametrize("name", [each.name for each in EXPORTS])
def test_no_export_tells_the_edit_that_makes_an_answer_right(
    name: str, tmp_path: Path, frozen_course: Path
) -> None:
    """It is for the instructor: what is handed in reaches students."""
    repair = Repair("longest", 1, (1,), ("w4s this",), ("b3comes that",))
    ann = graded("leeann", 0, canvas="12", moodle="12", gradescope="submission_7")
    wrong = replace(ann.exercises[0], repair=repair)
    request = with_report(
        tmp_path, frozen_course, replace(ann, exercises=(wrong, *ann.exercises[1:]))
    )
    sheets = {"canvas": CANVAS, "moodle": MOODLE}
    options: dict[str, Any] = CLASSROOM50 if name == "classroom50" else {}
    if name in sheets:
        options = {"sheet": sheet_in(tmp_path, sheets[name])}
    export(name, request, **options)
    target = request.target
    written = [target] if target.is_file() else [p for p in target.rglob("*") if p.is_file()]

    assert written
    for path in written:
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                content = b"".join(map(archive.read, archive.namelist()))
        assert b"w4s" not in content
        assert b"b3comes" not in content


def points_in(content: bytes, column: int, delimiter: str = ",") -> list[str]:
    return [row[column] for row in rows(content, delimiter)[1:]]


def test_only_who_certainly_handed_in_nothing_gets_0(tmp_path: Path) -> None:
    """In every format that hands in points: not who handed in a PDF, nor who may be in a group."""
    results = (
        *(graded("Ann Lee", moodle="12"), broken("Bo Kay", moodle="13")),
        replace(absent("Cy Roe", moodle="14"), reason="perhaps in a group"),
        absent("Di Fox", moodle="15"),
    )
    sheet = MOODLE + "Participant 15,Di Fox,d@x.edu,No submission,,10.00,Yes,-,-,\n"
    request = request_for(tmp_path, *results)
    out = export("moodle", request, sheet=sheet_in(tmp_path, sheet), zero_missing=True)
    assert points_in(out, 4) == ["10", "", "", "0"]
    assert {
        "Bo Kay: left blank: is no notebook",
        "Cy Roe: left blank: perhaps in a group",
    } <= set(request.notes)
    assert [row[-7] for row in rows(export("csv", request, zero_missing=True))[1:]] == [
        *("10", "", "", "0")
    ]
    export("gradescope", replace(request, target=tmp_path / "g"), zero_missing=True)
    folders = sorted(path.name for path in (tmp_path / "g").iterdir() if path.is_dir())
    assert [name.rpartition("-")[0] for name in folders] == ["ann-lee", "di-fox"]
    options = {**CLASSROOM50, "zero_missing": True}
    export("classroom50", replace(request, target=tmp_path / "c"), **options)
    files = sorted((tmp_path / "c").glob("*/result.json"))
    assert [json.loads(path.read_text())["score"] for path in files] == [10, 0]


def test_whom_moodle_knows_to_have_submitted_gets_no_0(tmp_path: Path) -> None:
    request = request_for(tmp_path, graded("Ann Lee", moodle="12"))
    out = export("moodle", request, sheet=sheet_in(tmp_path, MOODLE), zero_missing=True)
    assert points_in(out, 4) == ["10", "", "0"]
    assert "Participant 13, Bo Kay: left blank: nothing was found, but it is" in request.notes[0]


GROUP_SHEET = (
    "Student,ID,SIS Login ID,Section,Words (77)\n    Points Possible,,,,10\n"
    '"Lee, Ann",12,a,One,\n"Kay, Bo",13,b,One,\n"Roe, Cy",14,c,One,\n"Student, Test",99,t,One,\n'
)


def test_a_groups_name_on_a_students_number_gives_nobody_a_0(tmp_path: Path) -> None:
    request = request_for(tmp_path, graded("projectgroup1", canvas="12"))
    sheet = sheet_in(tmp_path, GROUP_SHEET)
    out = export("canvas", request, sheet=sheet, zero_missing=True)
    assert points_in(out, 4) == ["10", "10", "", "", ""]
    assert "nobody gets 0" in request.notes[-1]
    assert "'projectgroup1' has nothing in common with 'Lee, Ann'" in request.notes[-1]


@pytest.mark.parametrize(
    ("student", "ids", "zero"),
    [("Ed Fox", {}, ""), ("foxed", {"canvas": "900"}, "0"), ("group7", {"canvas": "900"}, "")],
)
def test_a_submission_that_may_be_of_somebody_in_the_sheet_stops_zeros(
    tmp_path: Path, student: str, ids: dict[str, str], zero: str
) -> None:
    other = replace(graded(student), owner=Owner(student, ids))
    request = request_for(tmp_path, graded("leeann", canvas="12"), other)
    sheet = sheet_in(tmp_path, GROUP_SHEET)
    out = export("canvas", request, sheet=sheet, zero_missing=True)
    assert points_in(out, 4)[1:] == ["10", zero, zero, ""]


def test_moodles_column_of_groups_gives_every_member_the_points(tmp_path: Path) -> None:
    sheet = (
        "Identifier,Full name,Status,Group,Grade\nParticipant 12,Ann Lee,,The Winners,\n"
        "Participant 13,Bo Kay,,The Winners,\nParticipant 14,Cy Roe,,Others,\n"
    )
    request = request_for(tmp_path, graded("The Winners", moodle="500"))
    out = export("moodle", request, sheet=sheet_in(tmp_path, sheet), zero_missing=True)
    assert points_in(out, 4) == ["10", "10", "0"]


def test_a_sheet_of_another_class_is_not_filled_in(tmp_path: Path) -> None:
    results = graded("leeann", canvas="12"), graded("Eva Eck"), graded("Finn Fox", sid="7")
    request = request_for(tmp_path, *results)
    with pytest.raises(Mismatch, match="of 3 submissions, 1 are of students in it") as raised:
        export("canvas", request, sheet=sheet_in(tmp_path, GROUP_SHEET))
    assert "'Eva Eck'; 'Finn Fox' (sid 7); of the sheet: 'Lee, Ann' (canvas 12" in str(raised.value)
    assert raised.value.remedy is Remedy.SHEET_PARTIAL
    assert not request.target.exists()
    out = export("canvas", request, sheet=sheet_in(tmp_path, GROUP_SHEET), partial=True)
    assert points_in(out, 4)[1] == "10"


def test_a_worksheet_that_excel_saved_is_filled_in_by_number_and_comes_back_in_utf_8(
    tmp_path: Path,
) -> None:
    sheet = (
        "Identifier;Full name;Status;Grade;Maximum Grade\r\n"
        "Participant 101;Jörg Müller;Submitted;;10,00\r\nParticipant 103;???;Submitted;;10,00\r\n"
    )
    path = tmp_path / "sheet.csv"
    path.write_bytes(sheet.encode("cp1252"))
    results = graded("Jörg Müller", moodle="101"), graded("王小明", moodle="103")
    request = request_for(tmp_path, *results)
    out = export("moodle", request, sheet=path)
    assert out.decode() == sheet.replace(";;10,00", ";10;10,00")
    assert "read as Windows-1252" in request.notes[0]
    assert "is written in UTF-8 with semicolons" in request.notes[1]


def test_ids_as_spreadsheets_show_them_are_found_and_written_as_canvas_has_them(
    tmp_path: Path,
) -> None:
    sheet = GROUP_SHEET.replace(",12,", ",1012.0,").replace(",13,", ",1.013E+03,")
    results = graded("leeann", canvas="1012"), graded("kaybo", canvas="1013")
    out = export("canvas", request_for(tmp_path, *results), sheet=sheet_in(tmp_path, sheet))
    assert points_in(out, 4)[1:3] == ["10", "10"]
    assert points_in(out, 1)[1:3] == ["1012", "1013"]
    cut = GROUP_SHEET.replace(",13,", ",1.0E+11,")
    with pytest.raises(InputError, match=r"row 4 has the ID 1\.0E\+11, of which a spreadsheet cut"):
        export("canvas", request_for(tmp_path, *results), sheet=sheet_in(tmp_path, cut))


@pytest.mark.parametrize(
    "title", ["Final Score project (77)", "Words: Current Grade (77)", "Override Status (77)"]
)
def test_a_column_that_canvas_passes_over_is_refused(tmp_path: Path, title: str) -> None:
    sheet = sheet_in(tmp_path, GROUP_SHEET.replace("Words (77)", title))
    request = request_for(tmp_path, graded("leeann", canvas="12"))
    for column in ("", "77"):
        with pytest.raises(InputError, match="Canvas passes over the column"):
            export("canvas", request, sheet=sheet, column=column)


def test_a_computed_column_beside_the_assignments_is_no_candidate(tmp_path: Path) -> None:
    sheet = GROUP_SHEET.replace("Words (77)", "Unposted Final Score (5),Words (77)")
    sheet = sheet.replace(",One,", ",One,,").replace("Possible,,,,10", "Possible,,,,10,10")
    out = export(
        "canvas",
        request_for(tmp_path, graded("leeann", canvas="12")),
        sheet=sheet_in(tmp_path, sheet),
    )
    assert points_in(out, 5)[1] == "10"


@pytest.mark.parametrize(
    ("said", "points"),
    [
        *(("10", "10"), ("10.00", "10"), ('"10,00"', "10"), ("", "10"), ('"1,000.00"', "1000")),
        *(('"1.000,00"', "1000"), ("1 000", "1000"), ("1'000.0", "1000"), ('"2,000"', "2000")),
        ("20.5", "20.5"),
    ],
)
def test_a_maximum_is_a_number_however_it_is_written(
    tmp_path: Path, said: str, points: str
) -> None:
    sheet = sheet_in(tmp_path, GROUP_SHEET.replace("Possible,,,,10", f"Possible,,,,{said}"))
    request = request_for(tmp_path, graded("leeann", canvas="12"))
    assert points_in(export("canvas", request, sheet=sheet, scale=True), 4)[1] == points


@pytest.mark.parametrize("said", ["ten", "10 points", "-", "0", "1,2,3.4.5"])
def test_a_maximum_that_is_no_number_is_an_error(tmp_path: Path, said: str) -> None:
    sheet = sheet_in(tmp_path, GROUP_SHEET.replace("Possible,,,,10", f'Possible,,,,"{said}"'))
    request = request_for(tmp_path, graded("leeann", canvas="12"))
    with pytest.raises(InputError, match="which is no number of points"):
        export("canvas", request, sheet=sheet, scale=True)


@pytest.mark.parametrize("name", ["canvas-feedback", "moodle-feedback", "gradescope"])
def test_a_zip_of_nothing_is_not_written(tmp_path: Path, name: str) -> None:
    request = request_for(tmp_path, absent("ann", sid="1"))
    request = replace(request, target=tmp_path / "out.zip")
    with pytest.raises(InputError, match="there is nothing to put into it"):
        export(name, request)
    assert not request.target.exists()


def test_only_a_notebook_comes_back_to_canvas_as_a_notebook(tmp_path: Path) -> None:
    pdf = replace(broken("leeann", canvas="12"), source="leeann_12_90_report.pdf")
    right = replace(graded("kaybo", canvas="13"), source="kaybo_13_91_hw.ipynb")
    request = request_for(tmp_path, pdf, right)
    assert list(zipped("canvas-feedback", request)) == ["kaybo_13_91_hw.ipynb"]
    assert "report.pdf is no notebook that could come back" in request.notes[0]


def test_a_sheet_that_does_not_fit_is_no_error_of_the_command_line(folder: Path) -> None:
    (folder / "sheet.csv").write_text(GROUP_SHEET.replace(",12,", ",77,"))
    arguments = ("export", "canvas", "--results", folder, "--sheet", folder / "sheet.csv")
    code, said = grade(*arguments)
    assert (code, "; --partial writes it all the same" in said) == (1, True), said
    assert not (folder / "canvas.csv").exists()
    code, said = grade(*arguments, "--partial")
    assert code == 0, said
