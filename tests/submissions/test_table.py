"""table: submissions and what came of them, in order, on the disk."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Lateness, Owner, Status, Submission, Summary
from grader.submissions.find import tell_apart
from grader.submissions.table import ROWS, SubmissionTable

ANN = Owner("Ann", {"canvas": "7", "sid": "s7"}, "a@x.edu", True, "2025-11-20", 2, "7/hw")


def submission(student: str, **more: Any) -> Submission:
    return replace(Submission(student, f"{student}.ipynb", f"/in/{student}.ipynb"), **more)


def summary(student: str, assignment: str = "words", score: float | None = 1.0) -> Summary:
    status = Status.NOT_GRADED if score is None else Status.GRADED
    return Summary(submission(student), assignment, 3, status, score, "")


def test_what_was_added_comes_out_as_it_was_in_its_order_and_as_often_as_one_likes() -> None:
    given = [
        submission("zoë", owner=ANN, flags=("look", "here"), problem="is broken"),
        Submission("b", "b", os.fsdecode(b"/in/M\xfcller.ipynb")),
        submission("a", owner=Owner("", late=False)),
    ]
    table = SubmissionTable(given)
    assert list(table) == list(table) == given
    assert len(table) == 3


def test_a_pile_may_be_changed_while_it_is_gone_through() -> None:
    names = [str(number) for number in range(2 * ROWS + 1)]
    table = SubmissionTable(map(submission, names))
    for each in table:
        table.put(summary(each.student))
    table.change(lambda each: replace(each, student=f"{each.student}!"), lambda _: "")
    assert [each.student for each in table] == [f"{name}!" for name in names]
    assert [each.submission.student for each in table.summaries()] == [f"{name}!" for name in names]


@pytest.mark.thorough
def test_of_a_large_pile_few_submissions_are_in_memory() -> None:
    table = SubmissionTable(submission(str(number)) for number in range(5 * ROWS))
    assert max(_alive() for _ in table) <= 2


def _alive() -> int:
    return sum(isinstance(each, Submission) for each in gc.get_objects())


def test_a_notebook_is_known_by_its_place_and_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = SubmissionTable([Submission("a", "a.ipynb", "a.ipynb", owner=ANN)])
    assert Submission("x", "y", str(tmp_path / "a.ipynb"), owner=ANN) in table
    assert Submission("a", "a.ipynb", "a.ipynb") not in table
    name: object = "a"
    assert name not in table


def test_people_are_told_by_their_number_then_by_all_that_is_known() -> None:
    table = SubmissionTable(
        [
            submission("a", owner=ANN),
            submission("b", owner=replace(ANN, name="Anne", ids={"sid": "s7"}, attempt=1)),
            submission("c", owner=Owner("Bo", {"canvas": "8"})),
            submission("d"),
            submission("e"),
        ]
    )
    (one,) = table.of_one_person()
    assert [each.student for _, each in one] == ["a", "b"]
    table.flag({one[1][0]: "a flag"}, re.compile("another flag"))
    table.drop([one[0][0]])
    assert next((each.student, each.flags) for each in table) == ("b", ("a flag",))
    assert submission("d").person == ""


def test_lines_are_found_by_assignment_in_the_order_of_submissions() -> None:
    table = SubmissionTable(map(submission, "abcd"))
    assert [each.student for each in table.left] == list("abcd")
    late = Lateness("2025-11-20T12:00", 2, 1.5, 9.0, "Handed in late")
    first = replace(summary("d", "adam", 7.5), late=late, reason="not text: \ud800")
    table.put(first)
    table.put(summary("a"))
    table.put(summary("c", "", None))
    assert [each.student for each in table.left] == ["b"]
    assert table.assignments == {"words": 1, "": 1, "adam": 1}
    assert list(table.summaries("adam")) == [first]
    assert [each.submission.student for each in table.summaries()] == ["a", "c", "d"]
    both = table.summaries("words", "")
    assert [each.submission.student for each in both] == ["a", "c"]
    assert len(both) == 2
    assert first not in both
    assert summary("a") in both


def test_a_line_that_is_put_again_takes_the_place_of_the_first() -> None:
    table = SubmissionTable([submission("a")])
    table.put(summary("a", score=1))
    table.put(summary("a", score=None))
    assert list(table.summaries()) == [summary("a", score=None)]


NAMES = st.sampled_from(["ann", "ann (2)", "bo", "cy"])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "x", "y"]))), st.integers(0, 3))
def test_no_two_names_are_equal_and_one_that_nobody_else_has_is_kept(
    owners: list[tuple[str, str]], before: int
) -> None:
    table = SubmissionTable(
        submission("kept" + str(number) if number < before else "", owner=owner(*each))
        for number, each in enumerate(owners)
    )
    tell_apart(table, after=before)
    named = [each.student for each in table]
    assert len(set(named)) == len(named)
    assert named[:before] == [f"kept{number}" for number in range(min(before, len(owners)))]
    short = [name for name, _ in owners[before:]]
    for (name, _), became in zip(owners[before:], named[before:], strict=True):
        assert became == name or short.count(name) > 1


def owner(name: str, number: str) -> Owner:
    return Owner(name, {"sid": number} if number else {})


def test_a_name_that_clashes_gets_an_id_then_the_folder_then_a_number() -> None:
    places = ["1/x/hw", "1/y/hw", "2/x/hw", "2/y/hw", "2/y/hw"]
    ids = ["1", "2", "3", "3", "3"]
    table = SubmissionTable(
        Submission("", f"{place}.ipynb", f"/in/{place}.ipynb", owner=owner("Lee", sid))
        for place, sid in zip(places, ids, strict=True)
    )
    tell_apart(table)
    assert [each.student for each in table] == [
        *("Lee (1)", "Lee (2)", "2/x", "/in/2/y/hw.ipynb", "/in/2/y/hw.ipynb (2)")
    ]


FULL = """
import resource
from grader.errors import SystemFailure
from grader.submissions.table import SubmissionTable, Submission

resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
table = SubmissionTable()
try:
    while True:
        table.add(Submission("x" * 1000, "", ""))
except SystemFailure as error:
    print(error)
"""


def test_a_full_disk_is_said_in_words() -> None:
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=True)
    assert "cannot be kept in temporary files" in done.stdout
    assert "make room" in done.stdout
