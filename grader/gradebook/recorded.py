"""The results of a run in their order, each read from the gradebook when it is asked for.

So a large class need not be held in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from grader.gradebook.decided import decided
from grader.gradebook.extensions import LateDays
from grader.gradebook.store import Gradebook
from grader.gradebook.store.decisions import Decisions
from grader.model import Graded, Result, Summary


@dataclass(frozen=True, slots=True)
class ResultReader:
    """Reads results from the gradebook, with people's decisions and late days applied."""

    gradebook: Gradebook
    decisions: Decisions
    late_days: LateDays = field(default_factory=LateDays)

    def result(self, summary: Summary) -> Result:
        """The whole result of a summary, with the student named as in the summary."""
        if summary.number is None:
            return summary.head
        kept = self.gradebook.result(summary.number)
        whole = Graded(summary.submission, summary.assignment, kept.result)
        behaviours = self.gradebook.behaviours_of(summary.number)
        result = decided(whole, self.decisions, behaviours)
        result = replace(result, student=summary.submission.student)
        return self.late_days.applied(result, summary.assignment, summary.submission.owner)

    def with_decisions(self, summary: Summary) -> Summary:
        """The summary with status and score as they are after people's decisions and late days."""
        if summary.submission.student in self.decisions.students:
            result = self.result(summary)
        else:
            owner = summary.submission.owner
            result = self.late_days.applied(summary.head, summary.assignment, owner)
        return replace(
            summary,
            status=result.status,
            score=result.score,
            reason=result.reason,
            late=result.late,
        )


@dataclass(frozen=True, slots=True)
class Results:
    """Results that may be iterated over several times while the gradebook is open."""

    recorded: ResultReader
    summaries: Collection[Summary]
    max_score: float

    def __len__(self) -> int:
        return len(self.summaries)

    def __contains__(self, result: object) -> bool:
        return any(each == result for each in self)

    def __iter__(self) -> Iterator[Result]:
        for summary in self.summaries:
            yield replace(self.recorded.result(summary), max_score=self.max_score)

    @property
    def heads(self) -> Iterator[Result]:
        """Each result without its exercises: student, status with its reason, and score."""
        return (replace(summary.head, max_score=self.max_score) for summary in self.summaries)


def heads(results: Collection[Result]) -> Iterable[Result]:
    """Each result, without its exercises where that saves reading it from the gradebook."""
    return results.heads if isinstance(results, Results) else results
