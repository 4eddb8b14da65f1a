"""diff_page: what changed between two runs, as a page."""

from __future__ import annotations

from pathlib import Path

from grader.gradebook.diff import Change, Since
from grader.gradebook.store.runs import ListedRun
from grader.report import write_diff, write_report
from tests.report.test_report import HOSTILE, Page, assignment, graded, run

ONE = ListedRun(1, "2025-11-20T09:05:00+00:00", "x", "1.2", 7, "limits", {"a": "1", "b": "1"}, 3)
TWO = ListedRun(2, "2025-11-21T09:05:00+00:00", "x", "1.3", 7, "limits", {"a": "1", "b": "2"}, 3)


def page(tmp_path: Path, *changes: Change, two: ListedRun = TWO) -> Page:
    write_diff(ONE, two, list(changes), tmp_path / "diff.html")
    return Page((tmp_path / "diff.html").read_text(encoding="utf-8"))


def test_page_says_whose_score_changed_by_how_much_and_why(tmp_path: Path) -> None:
    text = page(
        tmp_path,
        Change("ann", "count", 5, 2.5, "the case empty"),
        Change("ann", "spread", 0, 3, "the notebook"),
        Change("bo", "count", None, 5, "only in the second run"),
    ).text
    assert "What changed from run 1 to run 2" in text
    assert "Run 1 of 20 November 2025, 09:05 UTC , run 2 of 21 November 2025" in text
    assert "Students with other scores 2 Other scores 3 Points won 3 Points lost 2.5" in text
    assert "ann count 5 2.5 -2.5 the case empty" in text
    assert "ann spread 0 3 +3 the notebook" in text
    assert "bo count no score 5 only in the second run" in text


def test_page_sums_by_reason_and_exercise_the_most_frequent_first(tmp_path: Path) -> None:
    found = [Change(name, "count", 5, 2, "the case empty") for name in ("ann", "bo")]
    text = page(tmp_path, Change("ann", "spread", 1, 2, "the grader"), *found).text
    assert "2 the case empty 0 6 1 the grader 1 0" in text
    assert "2 count 0 6 1 spread 1 0" in text


def test_page_says_what_else_was_another(tmp_path: Path) -> None:
    assert "What grades rest on and was another b Made" in page(tmp_path).text


def test_page_of_two_equal_runs_says_so(tmp_path: Path) -> None:
    text = page(tmp_path, two=ONE).text
    assert "Every score is the same in both runs." in text
    assert "rest on" not in text


def test_page_shows_a_hostile_name_as_text_and_has_no_script(tmp_path: Path) -> None:
    changes = (Change(name, name, 1, 2, name) for name in HOSTILE)
    tags = [tag for tag, _ in page(tmp_path, *changes).tags]
    assert not {"script", "img"} & set(tags)


def test_the_class_page_tells_what_changed_since_the_run_before(tmp_path: Path) -> None:
    changes = [Change(f"s{n:03}", "count", 5, 2.5, "the case empty") for n in range(205)]
    for folder, since in (("some", changes), ("none", [])):
        (tmp_path / folder).mkdir()
        write_report(run(graded()), assignment(), tmp_path / folder, since=Since(ONE, TWO, since))
    some, none = (
        Page((tmp_path / folder / "index.html").read_text(encoding="utf-8")).text
        for folder in ("some", "none")
    )
    assert "205 scores of 205 students are another, 0 points won and 512.5 lost." in some
    assert "s199 count 5 2.5 -2.5 the case empty" in some
    assert "s200" not in some
    assert "… and 5 more: grade diff 1 2 tells all." in some
    assert "every score is the same" in none
