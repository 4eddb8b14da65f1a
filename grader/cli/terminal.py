"""What a run shows in the terminal: progress while it lasts, a table and a summary at its end."""

from __future__ import annotations

import io
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    GetTimeCallable,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from grader.gradebook.recorded import heads
from grader.model import Graded, Protection, Result, Run, Status, Verdict
from grader.report.words import BAD, GOOD, NEUTRAL, PARTLY, VERDICTS
from grader.sandbox.level import Level
from grader.text import one_line

if TYPE_CHECKING:
    from grader.api import Finished
    from grader.assignments.records import Assignment, Exercise
    from grader.submissions.find import Found

COLUMNS_FOR_NAMES, COLUMNS_FOR_VERDICT = 40, 14
LAST_FAILURES = 3
# Nobody reads a longer table in a terminal, and all of it would have to be held in memory.
MOST_ROWS = 1000
# The colour of a verdict, by its tone in the report; what could not be graded has its own colour.
COLOURS = {GOOD: "green", PARTLY: "yellow", BAD: "red", NEUTRAL: "dim"}


class Rate(ProgressColumn):
    """A column with the recent rate: submissions in a second, or in a minute if that is below 1."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed or 0.0
        if not speed:
            return Text()
        return Text(f"{speed:.1f} a second" if speed >= 1 else f"{60 * speed:.1f} a minute")


class Live(Progress):
    """The progress of a run: a bar, and below it the last submissions that could not be graded."""

    def __init__(
        self,
        console: Console,
        disable: bool,
        say: Callable[[str], None] = lambda _: None,
        get_time: GetTimeCallable | None = None,
    ) -> None:
        self.say = say
        self.failures: deque[str] = deque(maxlen=LAST_FAILURES)
        columns = (
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[problems]} not graded"),
            Rate(),
            TimeRemainingColumn(),
            TextColumn("left"),
        )
        super().__init__(
            *columns, console=console, disable=disable, transient=True, get_time=get_time
        )
        self.task = self.add_task("grading", total=None, problems=0)

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        for line in self.failures:
            yield Text(line, style="magenta", no_wrap=True, overflow="ellipsis")

    def found(self, found: Found) -> None:
        """Say how each folder was understood, and count what is to be graded."""
        for line in found.layouts:
            self.say(line)
        self.update(self.task, total=len(found.submissions))

    def graded(self, graded: Graded) -> None:
        """Count one submission, with a line for it if it could not be graded.

        One that an earlier run graded is taken off the total instead: the rate and the time left
        are about the work of this run.
        """
        result, task = graded.result, self.tasks[0]
        if graded.kept:
            self.update(self.task, total=(task.total or 1) - 1)
            return
        failed = result.status is Status.NOT_GRADED and result.handed_in
        if failed:
            self.failures.append(
                f"not graded: {one_line(result.source)}: {one_line(result.reason)}"
            )
        self.update(self.task, advance=1, problems=task.fields["problems"] + failed)


class LineConsole(Console):
    """Prints lines to a stream, without wrapping them.

    Where nobody reads the stream any more (`grade … | head -1`), nothing more is printed and the
    command goes on, since it writes its results to files as well.
    """

    def __init__(self, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        self.quiet = True
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())


class Terminal:
    """Standard output for results, standard error for progress and problems.

    Progress and tables are for people: they appear on a terminal only, and not with `quiet`.
    """

    def __init__(self, quiet: bool) -> None:
        for stream in (sys.stdout, sys.stderr):
            # Characters that the terminal's encoding lacks are printed as escapes, not as an error.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        self.out, self.err = LineConsole(), LineConsole(stderr=True)
        self.quiet = quiet

    @contextmanager
    def progress(self) -> Iterator[Live]:
        """Show progress where standard error is a terminal.

        The `Live` that it yields has to be told what was found, and then of each result.
        """
        shown = self.err.is_terminal and not self.quiet
        with Live(self.err, not shown, self.say) as live:
            yield live

    def finish(self, assignment: Assignment, run: Run, folder: Path) -> None:
        """Print the table of one assignment's results, what went wrong, and where the report is."""
        unknown = 0
        for result in heads(run.results):
            if result.status is Status.NOT_GRADED and result.handed_in:
                self.err.print(
                    f"not graded: {_one_line(result.source)}: {_one_line(result.reason)}"
                )
            unknown += result.late is not None and result.late.days is None
        if unknown:
            self.err.print(f"when it was handed in is not known, nothing was taken off: {unknown}")
        absent = [
            _one_line(result.student) for result in heads(run.results) if not result.handed_in
        ]
        if absent:
            self.err.print(f"handed in nothing ({len(absent)}): {'; '.join(absent)}")
        if run.protection.level == Level.LIMITS.word:
            self.warn(run.protection)
        for line in run.passed_over:
            self.err.print(f"passed over: {_one_line(line)}")
        if self.quiet:
            return
        if self.out.is_terminal and len(run.results) <= MOST_ROWS:
            self.out.print(_table(assignment, run, self.out.width))
        graded = sum(result.status is Status.GRADED for result in heads(run.results))
        left = len(run.results) - graded - len(absent)
        self.say(f"{run.title}: {graded} graded, {left} not graded")
        self.say(f"protection: {run.protection.level}: {run.protection.summary}")
        if run.protection.advice:
            self.say(f"to get more protection: {run.protection.advice}")
        self.say(f"report: {folder / 'report' / 'index.html'}")

    def say_kept(self, finished: Finished) -> None:
        """Print how many results were taken over from earlier runs."""
        if finished.went_on:
            self.say(f"going on with the run of {finished.went_on}, which was cut short")
        if finished.kept:
            new = finished.count - finished.kept
            self.say(f"{finished.kept} kept from earlier runs (--regrade grades them), {new} new")

    def warn(self, protection: Protection) -> None:
        """Print, in red, that student code was able to do whatever the grading user can."""
        self.err.print("[bold red]WARNING: student code was not shut in.[/]")
        self.err.print(
            "It ran as the user who grades, and could read and change what that user can. "
            f"To shut it in: {escape(protection.advice)}"
        )

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table of plain text."""
        if self.quiet:
            return
        table = Table(title=escape(title))
        for column in columns:
            table.add_column(escape(column), overflow="fold")
        for row in rows:
            table.add_row(*map(escape, row))
        self.out.print(table)

    def say(self, line: str) -> None:
        if not self.quiet:
            self.out.print(escape(_from_here(line)))

    def problem(self, line: str) -> None:
        self.err.print(escape(_from_here(line)))


def _from_here(line: str) -> str:
    """The line, with paths below the current folder relative to it."""
    try:
        return line.replace(f"{os.getcwd()}{os.sep}", "")
    except OSError:  # this folder is gone
        return line


def _table(assignment: Assignment, run: Run, width: int) -> Table:
    """A row for each submission: its verdicts, if the terminal is wide enough, and its total."""
    wide = width >= COLUMNS_FOR_NAMES + COLUMNS_FOR_VERDICT * len(assignment.exercises)
    exercises = assignment.exercises if wide else ()
    table = Table(title=_one_line(assignment.title))
    table.add_column("student")
    for exercise in exercises:
        table.add_column(_one_line(exercise.title))
    table.add_column("total", justify="right")
    for result in run.results:
        table.add_row(*_row(exercises, result))
    return table


def _row(exercises: Sequence[Exercise], result: Result) -> Iterator[str]:
    verdicts = {each.name: each.verdict for each in result.exercises}
    yield _one_line(result.student)
    for exercise in exercises:
        verdict = verdicts.get(exercise.name)
        yield _in_colour(verdict) if verdict else ""
    yield "" if result.score is None else f"{result.score:g}"


def _in_colour(verdict: Verdict) -> str:
    said = VERDICTS[verdict]
    colour = "magenta" if verdict is Verdict.NOT_GRADED else COLOURS[said.tone]
    return f"[{colour}]{said.word}[/]"


def _one_line(text: str) -> str:
    """Text from outside on one line, escaped so that rich finds no markup in it."""
    return escape(one_line(text))
