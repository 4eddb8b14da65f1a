"""Written answers on the pages: what is to be reviewed is open, and what was reviewed is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.model import Adjustment, ExerciseResult, Result, RubricItem, Status, Verdict
from grader.report import write_report
from tests.report.test_report import Page as PageText
from tests.report.test_report import (
    answer,
    assignment,
    class_page,
    data_of,
    exercise,
    graded,
    run,
    table_row,
)

TEXT = "They grow. <script>alert(1)</script>\n\n  *Then* they fall."
WHY = "10 of 10 points, and 5 points to be reviewed"
EXERCISES = (
    exercise(),
    replace(exercise("trend", "What they say", 5), kind="written"),
)


def written(verdict: Verdict, score: float | None, **more: Any) -> ExerciseResult:
    fields: dict[str, Any] = {"max_score": 5.0, "code": TEXT, "kind": "written"} | more
    return ExerciseResult("trend", verdict, score, **fields)


def to_review(student: str = "Ann") -> Result:
    result = graded(student, answer(), written(Verdict.TO_REVIEW, None), max_score=15.0)
    return replace(result, status=Status.TO_REVIEW, score=None, reason=WHY)


def reviewed(score: float = 3.0, reason: str = "Look at the last one.") -> Result:
    items = (RubricItem("says that they <grow>", 3.0),)
    made = Adjustment(None, score, reason, "2026-03-01T12:00:00+00:00", "Bo", items)
    return graded("Bea", answer(), written(Verdict.REVIEWED, score, adjustment=made), max_score=15)


def page_of(result: Result, folder: Path) -> str:
    """The HTML of the student's page."""
    write_report(run(result), assignment(*EXERCISES), folder)
    return next(folder.glob("students/*.html")).read_text(encoding="utf-8")


def text_of(result: Result, folder: Path) -> str:
    """What one reads on the student's page."""
    return PageText(page_of(result, folder)).text


def test_a_student_reads_what_the_total_is_without_the_answer(tmp_path: Path) -> None:
    text = text_of(to_review(), tmp_path)
    assert "No total yet" in text
    assert WHY in text
    assert "What a person has still to read" in text
    assert "its 5 points are open, and it does not count as 0" in text
    assert "Could not be graded" not in text
    assert "What does not work yet" not in text


def test_an_answer_is_shown_as_it_was_typed(tmp_path: Path) -> None:
    html = page_of(to_review(), tmp_path)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n\n  *Then* they fall." in html
    assert "<script>alert" not in html


def test_comments_around_an_answer_are_not_shown_and_others_are(tmp_path: Path) -> None:
    code = (
        "Why?\n\n<!-- START ANSWER HERE -->\nThey grow.\n  <!--- END ANSWER HERE (below) --->\r\n"
        "<!-- START ANSWER HERE -->Then <!-- not --> fall.<!-- END ANSWER HERE -->\n"
        "<!-- START ANSWER HERE <script>"
    )
    html = page_of(graded("Ann", answer(), written(Verdict.TO_REVIEW, None, code=code)), tmp_path)
    shown = (
        "<code>Why?\n\nThey grow.\nThen &lt;!-- not --&gt; fall.\n"
        "&lt;!-- START ANSWER HERE &lt;script&gt;</code>"
    )
    assert shown in html


def test_an_answer_of_comments_alone_is_shown_as_nothing(tmp_path: Path) -> None:
    code = "<!-- START ANSWER HERE -->\n\n<!-- END ANSWER HERE -->\n"
    result = graded("Ann", answer(), written(Verdict.UNANSWERED, 0.0, code=code))
    assert "The answer" not in text_of(result, tmp_path)


def test_code_in_what_an_exercise_asks_is_set_as_code(tmp_path: Path) -> None:
    asks = "Call it `a<b>` and not <i>."
    result = graded("Ann", answer(), written(Verdict.UNANSWERED, 0.0))
    known = assignment(EXERCISES[0], replace(EXERCISES[1], asks=asks))
    write_report(run(result), known, tmp_path)
    html = next(tmp_path.glob("students/*.html")).read_text(encoding="utf-8")
    assert "Call it <code>a&lt;b&gt;</code> and not &lt;i&gt;." in html


def test_a_review_is_told_with_items_remark_and_points_and_not_by_whom(tmp_path: Path) -> None:
    text = text_of(reviewed(), tmp_path)
    assert "Reviewed by a person: 3 of 5 points" in text
    assert "says that they <grow>: 3" in text
    assert "Look at the last one." in text
    assert "What a person has reviewed" in text
    assert "Bo" not in text.split()


def test_a_review_without_a_remark_says_nothing_in_its_place(tmp_path: Path) -> None:
    assert '<p class="prose"></p>' not in page_of(reviewed(5.0, ""), tmp_path)


def test_an_unanswered_text_is_no_function(tmp_path: Path) -> None:
    result = graded("Cem", answer(), written(Verdict.UNANSWERED, 0.0, code=""), max_score=15.0)
    assert "Nothing has been written here yet." in text_of(result, tmp_path)


def test_the_class_page_counts_and_links_what_is_to_be_reviewed(tmp_path: Path) -> None:
    write_report(run(to_review(), to_review("Eve"), reviewed()), assignment(*EXERCISES), tmp_path)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    page = PageText(html)
    assert "Handed in 3 Graded 1 To review 2 Could not be graded 0" in page.text
    assert 'href="#status=to+review">2</a>' in html
    assert (
        'href="#verdict.trend=to+review">2 to review</a>: <code>grade review trend</code>' in html
    )
    assert [row["status"] for row in data_of(page)] == [1, 1, 0]
    assert [row["total"] for row in data_of(page)] == ["", "", "13"]
    assert WHY in table_row(tmp_path, "Ann")
    exercise_page = (tmp_path / "exercises" / "trend.html").read_text(encoding="utf-8")
    assert "2 to review: <code>grade review trend</code>" in exercise_page
    assert "<script>alert" not in exercise_page


def test_a_reviewed_answer_with_all_points_counts_as_solved(tmp_path: Path) -> None:
    results = (reviewed(5.0), reviewed(4.0))
    text = class_page(run(*results), tmp_path, *EXERCISES).text
    assert "50 % solved it (1 of 2); 4.5 of 5 points on average" in text


def test_no_mistake_is_looked_for_in_a_written_answer(tmp_path: Path) -> None:
    for result in (written(Verdict.TO_REVIEW, None), written(Verdict.REVIEWED, 1.0)):
        assert not result.is_unnamed
    text = class_page(run(to_review(), reviewed(1.0)), tmp_path, *EXERCISES).text
    assert "no mistake with a name" not in text


def test_where_every_total_is_open_there_is_no_empty_chart(tmp_path: Path) -> None:
    text = class_page(run(to_review()), tmp_path, *EXERCISES).text
    assert "No submission has a total." in text
    assert "How many submissions have a total in each range" not in text
