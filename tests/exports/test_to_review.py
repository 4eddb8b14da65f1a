"""Exports of what a person has still to review: blank with a note, never 0, whatever is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader.exports.annotated import annotated, answers_only
from grader.exports.run_autograder import main as run_autograder
from grader.model import Adjustment, ExerciseResult, Result, RubricItem, Status, Verdict
from tests.exports.test_exports import CANVAS, export, graded, request_for, rows, run_of, sheet_in
from tests.exports.test_exports import zipped as zip_of
from tests.written import GIVEN, PLOT, RIGHT, as_notebook, cells, course

WHY = "10 of 10 points, and 5 points to be reviewed"


def to_review(student: str, canvas: str = "") -> Result:
    whole = graded(student, canvas=canvas) if canvas else graded(student)
    trend = ExerciseResult("trend", Verdict.TO_REVIEW, None, 5, code="They grow.", kind="written")
    return replace(
        whole,
        status=Status.TO_REVIEW,
        score=None,
        max_score=15,
        reason=WHY,
        exercises=(*whole.exercises, trend),
    )


def reviewed(student: str) -> Result:
    open_one = to_review(student)
    items = (RubricItem("says that they grow", 3),)
    made = Adjustment(None, 3, "Look again.", "2026-03-01T12:00:00+00:00", "Bo", items)
    *others, trend = open_one.exercises
    done = replace(trend, verdict=Verdict.REVIEWED, score=3, adjustment=made)
    return replace(open_one, status=Status.GRADED, score=13, reason="", exercises=(*others, done))


@pytest.mark.parametrize("options", [{}, {"zero_missing": True}, {"zero_ungraded": True}])
def test_a_sheet_stays_blank_whatever_is_to_be_0(tmp_path: Path, options: dict[str, Any]) -> None:
    request = request_for(tmp_path, to_review("leeann", canvas="12"))
    out = export("canvas", request, sheet=sheet_in(tmp_path, CANVAS), **options)
    assert rows(out)[3][5] == ""
    assert f"leeann: left blank: {WHY}" in request.notes


@pytest.mark.parametrize("options", [{}, {"zero_ungraded": True}])
def test_gradescope_gets_no_file_for_it(tmp_path: Path, options: dict[str, Any]) -> None:
    request = request_for(tmp_path, to_review("ann"), graded("bo"))
    export("gradescope", request, **options)
    assert [path.parent.name for path in (tmp_path / "out").rglob("results.json")] == ["bo"]
    assert f"ann: no file: {WHY}" in request.notes


def test_junit_counts_it_as_skipped_and_not_as_an_error(tmp_path: Path) -> None:
    request = request_for(tmp_path, to_review("ann"))
    root = ElementTree.fromstring(export("junit", request))
    assert root.get("errors") == "0"
    assert len(root.findall(".//testcase[@name='grading']/skipped")) == 1
    assert f"No total yet: {WHY}" in ElementTree.tostring(root, encoding="unicode")


def test_a_table_has_no_total_and_says_why(tmp_path: Path) -> None:
    head, row = rows(export("csv", request_for(tmp_path, to_review("ann"))))
    found = dict(zip(head, row, strict=True))
    assert (found["status"], found["total"], found["reason"]) == ("to_review", "", WHY)


def test_after_the_review_points_items_and_remark_go_out(tmp_path: Path) -> None:
    files = zip_of("gradescope", request_for(tmp_path, reviewed("ann")))
    data = json.loads(next(content for path, content in files.items() if path.endswith(".json")))
    assert data["score"] == 13
    said = data["tests"][-1]["output"]
    assert "<p>Reviewed by a person: Look again.</p>" in said
    assert "<p>says that they grow: 3</p>" in said
    assert "Bo" not in json.dumps(data)


def test_an_annotated_notebook_has_its_say_below_the_text_that_was_written() -> None:
    notebook = as_notebook(cells(RIGHT, "They grow.", PLOT.format("pass"))).encode()
    result = replace(reviewed("ann"), exercises=reviewed("ann").exercises[-1:])
    content = annotated(notebook, result, run_of(result))
    assert content is not None
    sources = ["".join(each["source"]) for each in json.loads(content)["cells"]]
    place = sources.index("They grow.")
    assert "Reviewed by a person" in sources[place + 2]


def test_an_answer_of_several_cells_is_spoken_of_at_the_beginning() -> None:
    notebook = as_notebook(cells(RIGHT, GIVEN, PLOT.format("pass"))).encode()
    result = replace(reviewed("ann"), exercises=reviewed("ann").exercises[-1:])
    content = annotated(notebook, result, run_of(result))
    assert content is not None
    sources = ["".join(each["source"]) for each in json.loads(content)["cells"]]
    assert any("Reviewed by a person" in source for source in sources[:3])


def test_a_notebook_of_answers_shows_what_was_written_as_it_was_typed() -> None:
    made = json.loads(answers_only(reviewed("ann"), run_of(reviewed("ann"))))
    (cell,) = [each for each in made["cells"] if each["source"] == "They grow."]
    assert cell["cell_type"] == "raw"


def test_on_gradescope_the_rest_has_points_and_the_open_ones_none(tmp_path: Path) -> None:
    course(tmp_path / "source" / "course")
    for folder in ("submission", "results"):
        (tmp_path / folder).mkdir()
    notebook = as_notebook(cells(RIGHT, "They grow.", PLOT.format("pass")))
    (tmp_path / "submission" / "Survey.ipynb").write_text(notebook)
    assert run_autograder([str(tmp_path), "survey", "limits"]) == 0
    data = json.loads((tmp_path / "results" / "results.json").read_text())
    assert "score" not in data
    assert data["output"] == "No total yet: 10 of 13 points, and 5 points to be reviewed"
    assert [test.get("score") for test in data["tests"]] == [10, None, 0]
