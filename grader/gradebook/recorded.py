"""A run's results in their order, without holding them: each is read when it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from grader.gradebook.decisions import decided
from grader.gradebook.extensions import LateDays
from grader.gradebook.store import Decisions, Gradebook
from grader.model import Graded, Result, Summary


@dataclass(frozen=True, slots=True)
class ResultReader:
    """What the gradebook holds of a run, with what people decided above it,
    and late days taken off."""

    gradebook: Gradebook
    decisions: Decisions
    late_days: LateDays = field(default_factory=LateDays)

    def result(self, summary: Summary) -> Result:
        """The whole result of a line, under the line's name for the student."""
        if summary.number is None:
            return summary.head
        kept = self.gradebook.result(summary.number)
        whole = Graded(summary.submission, summary.assignment, kept.result)
        result = replace(decided(whole, self.decisions), student=summary.submission.student)
        return self.late_days.applied(result, summary.assignment, summary.submission.owner)

    def with_decisions(self, summary: Summary) -> Summary:
        """The summary with the status and the score that people's decisions and late days make of
        it."""
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
    """Results to be gone through as often as one likes, for as long as the gradebook is open."""

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
        """The results in brief: who, whether graded and why not, the score."""
        return (replace(summary.head, max_score=self.max_score) for summary in self.summaries)


def heads(results: Collection[Result]) -> Iterable[Result]:
    """The results for whom status and score are enough; the rest need not be read then."""
    return results.heads if isinstance(results, Results) else results
