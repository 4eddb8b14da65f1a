"""recorded: a run reads what it found from the gradebook, as often as it is asked."""

from __future__ import annotations

import gc
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.gradebook.recorded import ResultReader, Results, heads
from grader.gradebook.store import Gradebook
from grader.model import Owner, Protection, Result, Run, Status, Summary
from grader.results.files import read_results, write_results
from tests.gradebook.test_store import begin, kept, result, submission


def a_run(*results: Result, **more: Any) -> Run:
    protection = Protection("limits", "", {"é": True}, {})
    whole = Run("words", "Wörter", "1", "2025-11-20", 1, protection, results)
    return replace(whole, **more)


def recorded(book: Gradebook, *results: Result) -> Results:
    run = begin(book)
    summaries = [
        Summary.of(submission(each.student), "words", each, book.record(run, 1, kept(each), "b"))
        for each in results
    ]
    return Results(ResultReader(book, book.decisions()), summaries, 4)


@pytest.mark.parametrize(
    "results",
    [(), (result(),), (result(), replace(result("bo", None), reason='a "b"\n\\n c\u2028'))],
)
def test_each_result_is_a_line_of_the_file_which_holds_the_whole_run(
    tmp_path: Path, results: tuple[Result, ...]
) -> None:
    run = a_run(*results, passed_over=("a: no notebook",))
    write_results(run, tmp_path / "results.json")
    text = (tmp_path / "results.json").read_bytes().decode()
    assert read_results(tmp_path / "results.json") == run
    lines = [line.strip().removesuffix(",") for line in text.split("\n") if "student" in line]
    assert [json.loads(summary)["student"] for summary in lines] == [
        each.student for each in results
    ]


def test_results_come_from_the_gradebook_each_time_in_their_order(tmp_path: Path) -> None:
    found = [result("bo", 3), result("ann", 2), result("cy", None)]
    with Gradebook(tmp_path / "book") as book:
        stored = recorded(book, *found)
        assert len(stored) == 3
        expected = [
            replace(each, max_score=4, owner=submission(each.student).owner) for each in found
        ]
        assert list(stored) == expected
        assert list(stored) == expected


def test_who_was_not_reached_is_known_by_all_that_the_layout_said(tmp_path: Path) -> None:
    owner = Owner("Ann Lee", {"sis": "7"})
    summary = Summary.of(replace(submission("ann"), owner=owner), "words", result("ann", None))
    with Gradebook(tmp_path / "book") as book:
        (only,) = Results(ResultReader(book, book.decisions()), [summary], 4)
    assert (only.owner, only.status, only.score) == (owner, Status.NOT_GRADED, None)


def test_status_and_score_are_known_without_reading_the_gradebook(tmp_path: Path) -> None:
    found = [result("bo", 3), result("cy", None)]
    with Gradebook(tmp_path / "book") as book:
        book.adjust("words", "bo", "longest", 1, "read by hand")
        stored = recorded(book, *found)
        summaries = [stored.recorded.with_decisions(summary) for summary in stored.summaries]
        stored = replace(stored, summaries=summaries)
    known = [(each.student, each.status, each.score, each.max_score) for each in heads(stored)]
    assert known == [("bo", Status.GRADED, 1, 4), ("cy", Status.NOT_GRADED, None, 4)]
    assert list(heads(found)) == found


def test_a_run_holds_no_verdicts_while_it_goes_through_its_results(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        stored = recorded(book, *(result(f"student{number}") for number in range(30)))
        for _ in stored:
            assert alive() <= 2


def alive() -> int:
    gc.collect()
    results = (each for each in gc.get_objects() if isinstance(each, Result))
    return sum("student" in each.student and each.exercises != () for each in results)


def test_a_decision_stands_above_what_is_in_the_gradebook(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book") as book:
        book.adjust("words", "bo", "longest", 1, "read by hand")
        book.note("bo", "see me")
        stored = recorded(book, result("ann"), result("bo"))
        ann, bo = stored
        _, summary_of_bo = stored.summaries
        assert (ann.score, ann.remarks) == (4, ())
        assert (bo.score, bo.remarks) == (1, ("see me",))
        assert stored.recorded.with_decisions(summary_of_bo).score == 1
