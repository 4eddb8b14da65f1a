"""Wrong answers without a name on the class page, and a person's words on the pages of students."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.exports.summary import about
from grader.model import CaseResult, Diagnosis, ExerciseResult, Result, Verdict, Visibility
from grader.report.explanation import explanation
from tests.report.test_report import (
    HOSTILE,
    answer,
    class_page,
    data_of,
    exercise,
    graded,
    run,
    student_page,
)

MARK = "Your course's staff says this of all answers that do the same as yours."


def unnamed(behaviour: int, **more: Any) -> ExerciseResult:
    cases = (
        CaseResult("zero", "Zero", Visibility.HIDDEN, False),
        CaseResult("one", "One", Visibility.PUBLIC, True),
    )
    fields = {"cases": cases, "code": f"def double(x):\n    return 'b{behaviour}'"} | more
    return answer(Verdict.INCORRECT, 0, behaviour=behaviour, **fields)


def a_class(*sizes: int) -> list[Result]:
    """As many students as the sizes say share a behaviour each."""
    return [
        graded(f"s{number}_{member}", unnamed(number))
        for number, size in enumerate(sizes, start=1)
        for member in range(size)
    ]


def test_answers_that_behave_alike_stand_together_the_most_frequent_first(tmp_path: Path) -> None:
    page = class_page(run(*a_class(1, 2, 4), graded("right")), tmp_path)
    told = page.text[page.text.index("Wrong answers without a name") :]
    assert "Below are 6 of 7 wrong answers without a name (86 %)" in told
    assert told.index("4 answers to Doubling") < told.index("2 answers to Doubling")
    assert "incorrect by s3_0 , s3_1 , s3_2 , s3_3 They fail zero , and no other case." in told
    assert 'grade name 3 --title "…" --text "…"' in told
    assert "return 'b3'" in told.replace(" ( ", "(")
    assert "grade name 1" not in told
    counted = [[0, 1], *[[0, 2]] * 2, *[[0, 3]] * 4, []]
    assert [row["mistakes"] for row in data_of(page)] == counted


def test_those_that_are_rarer_than_ten_others_are_folded_away(tmp_path: Path) -> None:
    page = class_page(run(*a_class(*[2] * 12)), tmp_path)
    assert page.text.index("grade name 10 ") < page.text.index("2 more")
    assert page.text.index("2 more") < page.text.index("grade name 11 ")


def test_where_no_two_behave_alike_the_page_says_nothing_of_it(tmp_path: Path) -> None:
    assert "Wrong answers without a name" not in class_page(run(*a_class(1, 1)), tmp_path).text


def test_answers_to_what_is_no_exercise_any_more_are_told_by_its_name(tmp_path: Path) -> None:
    page = class_page(run(*a_class(2)), tmp_path, exercise("other", "Others"))
    assert "2 answers to double" in page.text


def test_what_students_wrote_stands_there_as_text(tmp_path: Path) -> None:
    results = [
        graded(text, unnamed(number, code=text))
        for number, text in enumerate(HOSTILE, start=1)
        for _ in range(2)
    ]
    page = class_page(run(*results), tmp_path)
    assert "<script>document.title='owned'</script>" in page.text
    source = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<img src=x" not in source
    assert "<svg onload" not in source


def test_the_words_of_a_person_are_marked_on_pages_and_in_exports(tmp_path: Path) -> None:
    said = Diagnosis("halved", "it is <i>halved</i>", "Look at $x / 2$ again.", by_staff=True)
    result = unnamed(1, diagnosis=said)
    page = student_page(graded("Ada", result), tmp_path)
    assert f"it is <i>halved</i> {MARK} Look at" in page.text
    assert "What to look at next Doubling : It is <i>halved</i>." in page.text
    html = explanation(result)
    assert "<strong>it is &lt;i&gt;halved&lt;/i&gt;</strong>" in html
    assert MARK.replace("'", "&#x27;") in html
    assert "it is <i>halved</i> (says the course's staff)" in about(result)


def test_answers_that_a_person_has_named_count_as_a_mistake_with_a_name(tmp_path: Path) -> None:
    said = Diagnosis("halved", "it is halved", by_staff=True)
    results = [graded(f"s{n}", unnamed(n + 1, diagnosis=said)) for n in range(3)]
    page = class_page(run(*results, *a_class(1, 2)), tmp_path)
    assert "3 it is halved Doubling" in page.text
    assert "Below are 2 of 3 wrong answers without a name" in page.text
