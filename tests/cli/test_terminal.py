"""terminal: what is seen while a run lasts."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import GetTimeCallable
from rich.table import Table
from rich.text import Text

from grader.assignments.load import load_assignment
from grader.assignments.match import ANOTHER
from grader.assignments.records import Assignment
from grader.cli.progress import LAST_FAILURES, SECONDS_A_LINE, Live
from grader.cli.results_table import results_table, summary
from grader.cli.terminal import Terminal
from grader.grading.not_graded import not_reached
from grader.grading.task import Task
from grader.model import (
    HANDED_IN_NOTHING,
    ExerciseResult,
    Graded,
    Protection,
    Result,
    Run,
    Status,
    Submission,
    Verdict,
)
from grader.submissions.find import Found
from grader.submissions.table import SubmissionTable
from tests.conftest import ROOT


def graded(student: str, reason: str = "", kept: bool = False, source: str = "x.ipynb") -> Graded:
    status = Status.NOT_GRADED if reason else Status.GRADED
    result = Result(student, source, status, None if reason else 1, 1, reason)
    return Graded(Submission(student, source, source), "words", result, kept)


class OnScreen(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


def console(width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, soft_wrap=True)


def seen(live: Live) -> list[str]:
    with live.console.capture() as capture:
        live.console.print(live.get_renderable(), soft_wrap=False)
    return [Text.from_ansi(line).plain.rstrip() for line in capture.get().split("\n")]


def started(total: int, on: Console, get_time: GetTimeCallable | None = None) -> Live:
    live = Live(on, disable=True, get_time=get_time)
    live.update(live.task, total=total)
    return live


def test_rate_and_time_left_are_those_of_what_is_graded_now() -> None:
    now = [0.0]
    live = started(110, console(), get_time=lambda: now[0])
    for number in range(10):
        live.graded(graded(f"old{number}", kept=True))
    for number in range(20):
        now[0] += 0.5
        live.graded(graded(f"new{number}"))
    shown = " ".join(seen(live))
    assert "20/100" in shown
    assert "2.0 a second" in shown
    assert "0:00:40 left" in shown


def test_the_bar_counts_what_is_to_be_graded() -> None:
    live = Live(console(), disable=True)
    handed_in = [Submission(name, f"{name}.ipynb", f"{name}.ipynb") for name in "abc"]
    broken = replace(handed_in[0], problem="is no notebook")
    absent = Submission("d", "", "", "handed in nothing")
    live.found(Found(SubmissionTable([broken, *handed_in[1:], absent]), ()))
    assert live.how_far == "0 of 3 graded"
    for each in (broken, absent):
        live.graded(not_reached(Task(ROOT, each), each.problem))
    assert "0/2" in seen(live)[0]
    assert "1 not graded" in seen(live)[0]
    live.graded(graded("b"))
    assert "1/2" in seen(live)[0]
    assert live.how_far == "1 of 3 graded"


def test_nothing_is_foretold_before_enough_was_measured() -> None:
    now = [0.0]
    live = started(200, console(), get_time=lambda: now[0])
    for _ in range(9):  # all at once, as when each of many workers has its first result
        live.graded(graded("s"))
    now[0] = 20
    assert "left" not in seen(live)[0]
    live.graded(graded("s"))
    assert "0:06:20 left" in seen(live)[0]


def test_a_remark_on_another_assignments_notebook_is_kept_for_the_end() -> None:
    live = started(2, console())
    remark = f"{ANOTHER}: this is the notebook of adam\x1b[2J"
    for kept in (False, True):
        one = graded("s", kept=kept)
        flagged = replace(one.result, flags=("cell 1 raised an error", remark))
        live.graded(replace(one, result=flagged))
    assert live.remarks == ["x.ipynb: another assignment: this is the notebook of adam"] * 2


def test_slow_grading_is_told_by_the_minute() -> None:
    now = [0.0]
    live = started(10, console(), get_time=lambda: now[0])
    for number in range(3):
        now[0] += 10
        live.graded(graded(f"s{number}"))
    assert "6.0 a minute" in " ".join(seen(live))


def test_the_last_failures_are_shown_below_and_counted() -> None:
    live = started(10, console())
    for number in range(LAST_FAILURES + 2):
        live.graded(graded("s", f"is broken {number}", source=f"{number}.ipynb"))
    live.graded(graded("fine"))
    lines = seen(live)
    assert "5 not graded" in lines[0]
    assert [line for line in lines[1:] if line] == [
        f"not graded: {number}.ipynb: is broken {number}" for number in (2, 3, 4)
    ]


def test_who_handed_in_nothing_is_no_failure() -> None:
    live = started(2, console())
    live.graded(graded("absent", "handed in nothing", source=""))
    assert "0 not graded" in seen(live)[0]


def test_a_long_reason_takes_one_line_and_cannot_steer_the_terminal() -> None:
    live = started(2, console(60))
    live.graded(graded("s", "\x1b[2J" + "[red]long[/] " * 50))
    lines = [line for line in seen(live) if line]
    assert len(lines) == 2
    assert len(lines[1]) <= 60
    assert "[red]long[/]" in lines[1]
    assert "\x1b[2J" not in lines[1]


def test_where_output_goes_to_a_file_a_line_in_ten_seconds_tells_how_far_it_is() -> None:
    now = [0.0]
    lines: list[str] = []
    live = Live(console(), disable=True, get_time=lambda: now[0], note=lines.append)
    live.update(live.task, total=100)
    for second in range(1, 36):
        now[0] = second
        live.graded(graded("s", "" if second > 1 else "is broken"))
    assert lines == [
        "10 of 100 graded; 1 not graded; 1.0 a second; 0:01:30 left",
        "20 of 100 graded; 1 not graded; 1.0 a second; 0:01:20 left",
        "30 of 100 graded; 1 not graded; 1.0 a second; 0:01:10 left",
    ]
    assert SECONDS_A_LINE == 10


def test_a_run_of_a_moment_shows_nothing_where_output_goes_to_a_file() -> None:
    terminal = Terminal(quiet=False)
    terminal.err.file = io.StringIO()
    with terminal.progress() as live:
        live.graded(replace(graded("s"), kept=False))
    assert isinstance(terminal.err.file, io.StringIO)
    assert terminal.err.file.getvalue() == ""


TITLES = ("Random mini-batches", "Velocity", "An update with momentum", "Bias correction")
PROTECTION = Protection("namespaces", "student code runs shut in", {}, {})


def a_class(count: int) -> tuple[Assignment, Run]:
    """Students with 0, 1, 2, … of 10 points in each of four exercises."""
    assignment = load_assignment(ROOT, "adam")
    exercises = tuple(
        replace(assignment.exercises[0], name=f"e{at}", title=title)
        for at, title in enumerate(TITLES)
    )
    results = tuple(
        Result(
            f"student{points}",
            "x.ipynb",
            Status.GRADED,
            4 * points,
            40,
            exercises=tuple(
                ExerciseResult(each.name, Verdict.INCORRECT, points, 10) for each in exercises
            ),
        )
        for points in range(count)
    )
    run = Run("adam", "Adam", "1", "2026-11-20", 1, PROTECTION, results)
    return replace(assignment, exercises=exercises), run


def finished(width: int, height: int, count: int, every_row: bool = False) -> list[str]:
    """What is printed at the end of a run on a terminal of this size."""
    terminal = Terminal(quiet=False)
    for each in (terminal.out, terminal.err):
        each.file, each.width, each.height = OnScreen(), width, height
        each.soft_wrap = False
    terminal.finish(*a_class(count), Path("out"), every_row)
    assert isinstance(terminal.out.file, OnScreen)
    return Text.from_ansi(terminal.out.file.getvalue()).plain.split("\n")


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (140, ["student", *TITLES, "total"]),
        (80, ["student", "1", "2", "3", "4", "total"]),
        (45, ["student", "total"]),
    ],
)
def test_the_table_has_the_points_of_each_exercise_where_there_is_room(
    width: int, headings: list[str]
) -> None:
    assignment, run = a_class(4)
    table, *lines = results_table(assignment, run, width, 20)
    assert isinstance(table, Table)
    assert [column.header for column in table.columns] == headings
    points = len(headings) - 2
    shown = [[Text.from_markup(str(cell)).plain for cell in each._cells] for each in table.columns]
    rows = [list(row) for row in zip(*shown, strict=True)]
    assert rows[3] == ["student3", *["3"] * points, "12"]
    assert rows[4:] == [["mean", *["1.5"] * points, "6"], ["median", *["1.5"] * points, "6"]]
    assert lines == (
        ["1: Random mini-batches; 2: Velocity; 3: An update with momentum; 4: Bias correction"]
        if headings[1] == "1"
        else []
    )


@pytest.mark.parametrize("width", [60, 80, 140])
def test_lines_are_broken_at_words_and_fit_into_a_screen(width: int) -> None:
    lines = finished(width, 24, 200)
    assert len(lines) <= 24
    assert max(map(len, lines)) <= width
    words = set(" ".join(lines).split())
    assert {"protection:", "namespaces:", "student", "code", "out/report/index.html"} <= words
    said = " ".join(line.strip() for line in lines)
    assert "the first 8 of 200: --all shows 192 more" in said
    assert "Adam: 200 graded, 0 not graded; mean 398, median 398 of 40 points" in said


def test_all_shows_the_whole_table() -> None:
    shown = finished(80, 24, 200, every_row=True)
    assert sum("student" in line for line in shown[2:] if line.startswith("│")) == 200


def test_a_line_of_a_file_is_never_broken() -> None:
    terminal = Terminal(quiet=False)
    terminal.out.file, terminal.out.width = io.StringIO(), 60
    terminal.say("word " * 100)
    assert isinstance(terminal.out.file, io.StringIO)
    assert terminal.out.file.getvalue().count("\n") == 1


def test_the_summary_is_for_programs() -> None:
    _, run = a_class(5)
    absent = Result("b", "", Status.NOT_GRADED, None, 40, HANDED_IN_NOTHING)
    failed = Result("c", "c.ipynb", Status.NOT_GRADED, None, 40, "is broken")
    found = summary(replace(run, results=(*run.results, absent, failed)), Path("out"))
    assert found == {
        "assignment": "adam",
        "title": "Adam",
        "graded": 5,
        "to_review": [],
        "not_graded": [{"student": "c", "source": "c.ipynb", "reason": "is broken"}],
        "handed_in_nothing": ["b"],
        "mean": 8,
        "median": 8,
        "lowest": 0,
        "highest": 16,
        "max_score": 40,
        "protection": "namespaces",
        "folder": "out",
    }
    nobody = summary(replace(run, results=(absent,)), Path("out"))
    assert (nobody["mean"], nobody["median"], nobody["lowest"]) == (None, None, None)
