"""exports: what platforms take, read again as they would read it."""

from __future__ import annotations

import csv
import io
import json
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

import nbformat
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped
from packaging.requirements import Requirement

from grader.assignments.load import load_assignment
from grader.cli import main
from grader.cli.export import export_command
from grader.errors import InputError, Remedy
from grader.exports import EXPORTS, Export, Request
from grader.exports.base import HELP
from grader.exports.csv_sheet import Sheet
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
    [({"zero_missing": True}, ["", "0", "0", "0"]), ({"zero_ungraded": True}, ["0", "", "", ""])],
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
    assert [row[5] for row in rows(out)[3:]] == ["0", "7", "EX", "0"]
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
    assert export("canvas", request, sheet=sheet) == CANVAS.encode()
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


def test_a_worksheet_in_another_language_is_an_error_that_names_its_columns(
    tmp_path: Path,
) -> None:
    sheet = MOODLE.replace("Grade,", "Bewertung,", 1)
    request = request_for(tmp_path, graded("Ann Lee", moodle="12"))
    with pytest.raises(InputError, match=r"where Moodle speaks English; .*Bewertung"):
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
    assert "is no notebook" in pages["bo.html"]


def test_canvas_gets_back_the_names_that_it_gave(tmp_path: Path) -> None:
    source = "leeann_LATE_12_90_home_work-1.ipynb"
    result = replace(graded("leeann", 0, canvas="12"), source=f"folder/{source}")
    hostile = replace(result, remarks=("<b>*see* me</b> [x](http://y)",))
    request = request_for(tmp_path, hostile, graded("bo"), absent("cy", canvas="14"))
    files = zipped("canvas-feedback", request)
    assert list(files) == [source]
    book = nbformat.reads(files[source].decode(), as_version=4)
    nbformat.validate(book)
    assert "6 of 10 points" in book.cells[0].source
    assert r"\<b\>\*see\* me\</b\> \[x\]\(http://y\)" in book.cells[0].source
    assert request.notes == ["bo: left out: its file is not named as Canvas names them"]


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
    allowed = {"score", "max_score", "name", "output"}
    assert all(test.keys() <= allowed for test in data["tests"])
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


def reported(data: dict[str, Any]) -> tuple[float, float]:
    """What GitHub Classroom's reporter makes of a file: the points, and out of how many."""
    if not data["max_score"]:
        return 0, 0
    return sum(test["score"] for test in data["tests"]), data["max_score"]


def test_github_classroom_adds_up_to_the_total(tmp_path: Path) -> None:
    late = replace(graded("ann", 3, 6), score=7.2)
    request = request_for(tmp_path, graded("bo"), late, broken("cy"))
    export("classroom", request)
    files = {
        path.stem: json.loads(path.read_text()) for path in sorted(request.target.glob("*.json"))
    }
    assert {name: reported(data) for name, data in files.items()} == {
        "ann": (pytest.approx(7.2), 10),
        "bo": (10, 10),
        "cy": (0, 0),
    }
    assert [data["status"] for data in files.values()] == ["fail", "pass", "error"]
    assert request.notes == ["cy: no points are reported: is no notebook"]


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
    common = {"--results", "--to", "--gradebook", "--help"}
    assert set(re.findall(r"^  (--[a-z-]+)", said, re.MULTILINE)) == own | common


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


def run_autograder(folder: Path, **notebooks: str | dict[str, Any]) -> dict[str, Any] | None:
    """What Gradescope gets when it runs the autograder on these files; None for no results."""
    for path in (folder / "submission").iterdir():
        path.unlink()
    (folder / "results" / "results.json").unlink(missing_ok=True)
    for name, cells in notebooks.items():
        text = cells if isinstance(cells, str) else json.dumps(cells)
        (folder / "submission" / f"{name}.ipynb").write_text(text)
    done = subprocess.run(
        [folder / "run_autograder"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    path = folder / "results" / "results.json"
    assert path.exists() == (done.returncode == 0), done.stdout + done.stderr
    return json.loads(path.read_text()) if path.exists() else None


def test_the_autograder_grades_with_the_fairgrade_that_it_brings(
    frozen_course: Path, tmp_path: Path
) -> None:
    folder = gradescope(frozen_course, tmp_path / "autograder")
    where = subprocess.run(
        [folder / "venv" / "bin" / "python", "-c", "import grader; print(grader.__file__)"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(folder))
    data = run_autograder(folder, work=notebook(*RIGHT))
    assert data is not None
    assert data["score"] == 10
    scores = {test["name"]: test["score"] for test in data["tests"]}
    assert scores == {"longest": 4, "count": 6, "mean_and_spread": 0}
    # No results are no points: Gradescope says that the autograder failed, and not 0.
    assert run_autograder(folder, work="no notebook") is None
    assert run_autograder(folder, one=notebook(*RIGHT), two=notebook(*RIGHT)) is None
    assert run_autograder(folder) is None


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
    options = {"sheet": sheet_in(tmp_path, sheets[name])} if name in sheets else {}
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
