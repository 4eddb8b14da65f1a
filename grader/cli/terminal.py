"""What a run shows in the terminal: progress while it lasts, a table and a summary at its end."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.assignments.written import written_exercises
from grader.cli.results_table import FEWEST_ROWS, OTHER_LINES, figures, results_table
from grader.gradebook.late import due_words, why_unknown
from grader.gradebook.recorded import heads
from grader.model import Owner, Protection, Run, Status
from grader.sandbox.level import Level
from grader.text import counted, one_line

if TYPE_CHECKING:
    from grader.api.finished import Finished
    from grader.assignments.records import Assignment, LateRule
    from grader.cli.progress import Live


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
        # Here, as most commands show none.
        from grader.cli.progress import Live

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
