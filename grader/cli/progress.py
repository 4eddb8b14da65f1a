"""The progress of a run: a bar on a terminal, and lines elsewhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    GetTimeCallable,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
)
from rich.text import Text

from grader.assignments.match import ANOTHER
from grader.model import Graded, Status
from grader.text import one_line

if TYPE_CHECKING:
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
