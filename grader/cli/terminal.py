"""What a run shows in the terminal: progress while it lasts, a table and a summary at its end."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter, deque
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
)
from rich.table import Table
from rich.text import Text

from grader.assignments.match import ANOTHER
from grader.assignments.written import written_exercises
from grader.cli.results_table import FEWEST_ROWS, OTHER_LINES, figures, results_table
from grader.gradebook.late import due_words, why_unknown
from grader.gradebook.recorded import heads
from grader.model import Graded, Owner, Protection, Run, Status
from grader.sandbox.level import Level
from grader.text import counted, one_line

if TYPE_CHECKING:
    from grader.api import Finished
    from grader.assignments.records import Assignment, LateRule
    from grader.submissions.find import Found

# Columns from which the progress fits into a line with a bar in it.
ROOM_FOR_BAR = 80
LAST_FAILURES = 3
# What has to be measured before the time that is left is foretold: so many submissions, such a
# share of all of them, and so many seconds.
ENOUGH_GRADED, ENOUGH_SHARE, ENOUGH_SECONDS = 5, 0.05, 5
# Where no terminal shows a bar, a line tells of the progress, at most one in so many seconds.
SECONDS_A_LINE = 10


class Rate(ProgressColumn):
    """A column with the rate: submissions in a second, or in a minute if that is below 1."""

    def render(self, task: Task) -> Text:
        if not task.completed or not task.elapsed:
            return Text()
        return Text(_rate(task.completed / task.elapsed))


def _rate(speed: float) -> str:
    return f"{speed:.1f} a second" if speed >= 1 else f"{60 * speed:.1f} a minute"


class TimeLeft(ProgressColumn):
    """A column with the time that the rest will take, once enough was measured to foretell that.

    The first results come all at once, when every worker has one, and later than the others, since
    workers have to be started.
    """

    def render(self, task: Task) -> Text:
        total = task.total or 0
        enough = max(ENOUGH_GRADED, ENOUGH_SHARE * total)
        if task.completed < enough or not task.elapsed or task.elapsed < ENOUGH_SECONDS:
            return Text()
        left = round((total - task.completed) * task.elapsed / task.completed)
        return Text(f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02} left")


class Live(Progress):
    """The progress of a run: a bar, and below it the last submissions that could not be graded.

    The bar counts what this run has to grade: not those who handed in nothing, what cannot be
    opened as a notebook, or what an earlier run graded. Where no bar can be shown, `note` is given
    a line with the same, at most one in SECONDS_A_LINE.
    """

    def __init__(
        self,
        console: Console,
        disable: bool,
        say: Callable[[str], None] = lambda _: None,
        get_time: GetTimeCallable | None = None,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.say, self.note = say, note
        self.failures: deque[str] = deque(maxlen=LAST_FAILURES)
        # Of all that was handed in, the number and how many of these are graded by now.
        self.handed_in = 0
        self.done = 0
        # Lines on notebooks that seem to be another assignment's.
        self.remarks: list[str] = []
        columns = (
            TextColumn("grading"),
            *([BarColumn()] if console.width >= ROOM_FOR_BAR else []),
            MofNCompleteColumn(),
            TextColumn("{task.fields[problems]} not graded"),
            Rate(),
            TimeLeft(),
        )
        super().__init__(
            *columns, console=console, disable=disable, transient=True, get_time=get_time
        )
        self.task = self.add_task("grading", total=None, problems=0)
        self.noted = self.get_time()

    @property
    def how_far(self) -> str:
        """How much of what was handed in is graded, in words."""
        return f"{self.done} of {self.handed_in} graded" if self.handed_in else "nothing graded yet"

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        for line in self.failures:
            yield Text(line, style="magenta", no_wrap=True, overflow="ellipsis")

    def found(self, found: Found) -> None:
        """Say how each folder was understood, and count what is to be graded."""
        for line in found.layouts:
            self.say(line)
        to_grade = 0
        for each in found.submissions:
            self.handed_in += bool(each.source)
            to_grade += each.can_be_opened
        self.reset(self.task, total=to_grade, problems=0)

    def graded(self, graded: Graded) -> None:
        """Count one submission, with a line for it if it could not be graded.

        One that an earlier run graded is taken off the total instead: the rate and the time left
        are about the work of this run.
        """
        result, task = graded.result, self.tasks[0]
        self.done += result.status is not Status.NOT_GRADED
        self.remarks += [
            f"{one_line(result.source)}: {one_line(flag)}"
            for flag in result.flags
            if flag.startswith(ANOTHER)
        ]
        if graded.kept:
            self.update(self.task, total=(task.total or 1) - 1)
            return
        failed = result.status is Status.NOT_GRADED and not result.absent
        if failed:
            what = result.source or result.student
            self.failures.append(f"not graded: {one_line(what)}: {one_line(result.reason)}")
        worked = graded.submission.can_be_opened
        self.update(self.task, advance=worked, problems=task.fields["problems"] + failed)
        if self.get_time() - self.noted >= SECONDS_A_LINE:
            self.noted = self.get_time()
            self.note(self._line(task))

    def _line(self, task: Task) -> str:
        """What the bar and its columns say, in a line."""
        parts = [
            f"{task.completed:g} of {task.total or 0:g} graded",
            f"{task.fields['problems']} not graded",
            Rate().render(task).plain,
            TimeLeft().render(task).plain,
        ]
        return "; ".join(filter(None, parts))


class LineConsole(Console):
    """Prints lines to a stream: broken at words on a terminal, and whole anywhere else.

    Where nobody reads the stream any more (`grade … | head -1`), nothing more is printed and the
    command goes on, since it writes its results to files as well.
    """

    def __init__(self, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False)
        self.soft_wrap = not self.is_terminal

    def on_broken_pipe(self) -> None:
        self.quiet = True
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())


class Terminal:
    """Standard output for results, standard error for progress and problems.

    The bar and tables are for people: they appear on a terminal only. With `quiet`, only problems
    are printed.
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
        """Show progress: a bar where standard error is a terminal, and lines where it is not.

        The `Live` that it yields has to be told what was found, and then of each result.
        """
        shown = self.err.is_terminal and not self.quiet
        lines = not shown and not self.quiet
        note = self.problem if lines else (lambda _: None)
        with Live(self.err, not shown, self.say, note=note) as live:
            yield live

    def finish(
        self, assignment: Assignment, run: Run, folder: Path, every_row: bool = False
    ) -> None:
        """Print the table of one assignment's results, what went wrong, and where the report is.

        The table has as many rows as the screen has room for, or with `every_row` all of them.
        """
        for line in _not_graded(run):
            self.err.print(line)
        for line in _about_late_days(assignment, run):
            self.err.print(escape(line))
        absent = [_one_line(result.student) for result in heads(run.results) if result.absent]
        if absent:
            self.err.print(f"handed in nothing ({len(absent)}): {'; '.join(absent)}")
        if run.protection.level == Level.LIMITS.word:
            self.warn(run.protection)
        for line in run.passed_over:
            self.err.print(f"passed over: {_one_line(line)}")
        if self.quiet:
            return
        if self.out.is_terminal:
            room = max(self.out.height - OTHER_LINES, FEWEST_ROWS)
            most_rows = len(run.results) if every_row else room
            for part in results_table(assignment, run, self.out.width, most_rows):
                self.out.print(part)
        for line in _counts(assignment, run, len(absent)):
            self.say(line)
        if assignment.late:
            self.say(_late_rule(assignment.late))
        self.say(f"protection: {run.protection.level}: {run.protection.summary}")
        if run.protection.advice:
            self.say(f"to get more protection: {run.protection.advice}")
        self.say(f"report: {folder / 'report' / 'index.html'}")

    def say_kept(self, finished: Finished) -> None:
        """Print how many results were taken over from earlier runs."""
        if finished.went_on:
            self.say(f"going on with the run of {finished.went_on}, which was cut short")
        if finished.kept:
            new = sum(each.handed_in for each in finished.heads) - finished.kept
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


def _not_graded(run: Run) -> Iterator[str]:
    """A line for each submission that could not be graded, escaped for rich."""
    for result in heads(run.results):
        if result.status is Status.NOT_GRADED and not result.absent:
            what = result.source or result.student
            yield f"not graded: {_one_line(what)}: {_one_line(result.reason)}"


def _counts(assignment: Assignment, run: Run, absent: int) -> Iterator[str]:
    """How many are graded, with figures, and what a person has still to review."""
    of = Counter(result.status for result in heads(run.results))
    open_ones, left = of[Status.TO_REVIEW], of[Status.NOT_GRADED] - absent
    counts = f"{run.title}: {of[Status.GRADED]} graded, {left} not graded"
    counts += f", {open_ones} to be reviewed" if open_ones else ""
    yield "; ".join(filter(None, (counts, figures(run))))
    if open_ones:
        names = ", ".join(each.name for each in written_exercises(assignment))
        yield f"to be reviewed by a person, with `grade review`: {names}"


def _about_late_days(assignment: Assignment, run: Run) -> Iterator[str]:
    """Lines about those of whom it is not known how late they handed in."""
    rule = assignment.late
    if rule is None:
        return
    all_unknown = [each for each in heads(run.results) if each.late and each.late.days is None]
    kept_back = [each for each in all_unknown if each.status is Status.NOT_GRADED]
    if kept_back:
        who = "; ".join(
            f"{one_line(each.student)}: {why_unknown(each.owner or Owner(''))}"
            for each in kept_back
        )
        count = counted(len(kept_back), "submission")
        yield (
            f"late days: how late is not known of {count}, so there is no total; {who}. Put the "
            "time where it is read from, or into a column submitted_at of the file that "
            "--extensions names"
        )
    if len(all_unknown) > len(kept_back):
        left = len(all_unknown) - len(kept_back)
        yield f"late days: when it was handed in is not known, nothing was taken off: {left}"


def _late_rule(rule: LateRule) -> str:
    """The rule for late days, in short."""
    zone = f", {rule.timezone}" if rule.timezone else ", a day is 24 hours (no `timezone` is named)"
    grace = f"{rule.grace_minutes:g} minutes of grace"
    return f"late days: due {due_words(rule.due)}{zone}; {grace}; {rule.percent_per_day:g} % a day"


def _from_here(line: str) -> str:
    """The line, with paths below the current folder relative to it."""
    try:
        return line.replace(f"{os.getcwd()}{os.sep}", "")
    except OSError:  # this folder is gone
        return line


def _one_line(text: str) -> str:
    """Text from outside on one line, escaped so that rich finds no markup in it."""
    return escape(one_line(text))
