"""terminal: what is seen while a run lasts."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import GetTimeCallable
from rich.text import Text

from grader.assignments.load import load_assignment
from grader.cli.terminal import LAST_FAILURES, MOST_ROWS, Live, Terminal
from grader.model import Graded, Protection, Result, Run, Status, Submission
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


def test_nothing_is_shown_where_output_goes_to_a_file() -> None:
    terminal = Terminal(quiet=False)
    terminal.err.file = io.StringIO()
    with terminal.progress() as live:
        live.graded(replace(graded("s"), kept=False))
    assert isinstance(terminal.err.file, io.StringIO)
    assert terminal.err.file.getvalue() == ""


@pytest.mark.parametrize(("count", "shown"), [(MOST_ROWS, True), (MOST_ROWS + 1, False)])
def test_the_table_is_left_out_where_nobody_could_read_it(count: int, shown: bool) -> None:
    terminal = Terminal(quiet=False)
    terminal.out.file = terminal.err.file = OnScreen()
    terminal.out.width = 100
    protection = Protection("namespaces", "shut in", {}, {})
    results = tuple(graded(f"student{number}").result for number in range(count))
    run = Run("adam", "Adam", "1", "2026-11-20", 1, protection, results)
    terminal.finish(load_assignment(ROOT, "adam"), run, Path("out"))
    assert isinstance(terminal.out.file, io.StringIO)
    said = Text.from_ansi(terminal.out.file.getvalue()).plain
    assert ("student7" in said) is shown
    assert f"{count} graded, 0 not graded" in said
    assert "index.html" in said
