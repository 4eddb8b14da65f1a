"""A run's results in their order, without holding them: each is read when it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from grader.gradebook.decisions import decided
from grader.gradebook.extensions import LateDays
from grader.gradebook.store import Decisions, Gradebook
from grader.model import Graded, Line, Result


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the gradebook holds of a run, with what people decided above it,
    and late days taken off."""

    gradebook: Gradebook
    decisions: Decisions
    late_days: LateDays = field(default_factory=LateDays)

    def result(self, line: Line) -> Result:
        """The whole result of a line, under the line's name for the student."""
        if line.number is None:
            return line.head
        kept = self.gradebook.result(line.number)
        whole = Graded(line.submission, line.assignment, kept.result)
        result = replace(decided(whole, self.decisions), student=line.submission.student)
        return self.late_days.applied(result, line.assignment, line.submission.owner)

    def with_decisions(self, line: Line) -> Line:
        """The line with the status and the score that people's decisions and late days make of
        it."""
        if line.submission.student in self.decisions.students:
            result = self.result(line)
        else:
            owner = line.submission.owner
            result = self.late_days.applied(line.head, line.assignment, owner)
        return replace(
            line,
            status=result.status,
            score=result.score,
            reason=result.reason,
            late=result.late,
        )


@dataclass(frozen=True, slots=True)
class Results:
    """Results to be gone through as often as one likes, for as long as the gradebook is open."""

    recorded: Recorded
    lines: Collection[Line]
    max_score: float

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, result: object) -> bool:
        return any(each == result for each in self)

    def __iter__(self) -> Iterator[Result]:
        for line in self.lines:
            yield replace(self.recorded.result(line), max_score=self.max_score)

    @property
    def heads(self) -> Iterator[Result]:
        """The results in brief: who, whether graded and why not, the score."""
        return (replace(line.head, max_score=self.max_score) for line in self.lines)


def heads(results: Collection[Result]) -> Iterable[Result]:
    """The results for whom status and score are enough; the rest need not be read then."""
    return results.heads if isinstance(results, Results) else results
