"""A run's results in their order, without holding them: each is read when it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.decisions import decided
from grader.extensions import LateDays
from grader.gradebook import Decisions, Gradebook
from grader.grading import Graded
from grader.model import Result
from grader.submissions import Submission


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the gradebook holds of a run, with what people decided above it,
    and late days taken off.

    `numbers` are those of the results in the gradebook; who has none was not reached.
    """

    gradebook: Gradebook
    numbers: Mapping[Submission, int]
    decisions: Decisions
    late_days: LateDays = field(default_factory=LateDays)

    def result(self, line: Graded) -> Result:
        """The whole result of a line, under the line's name for the student."""
        number = self.numbers.get(line.submission)
        if number is None:
            return replace(line.result, owner=line.submission.owner)
        whole = replace(line, result=self.gradebook.result(number).result)
        result = replace(decided(whole, self.decisions), student=line.result.student)
        return self.late_days.applied(result, line.assignment, line.submission.owner)

    def with_decisions(self, line: Graded) -> Graded:
        """The line with the status and the score that people's decisions and late days make of
        it."""
        if line.submission.student in self.decisions.students:
            return as_line(replace(line, result=self.result(line)))
        owner = line.submission.owner
        return replace(line, result=self.late_days.applied(line.result, line.assignment, owner))


@dataclass(frozen=True, slots=True)
class Results:
    """Results to be gone through as often as one likes, for as long as the gradebook is open."""

    recorded: Recorded
    lines: Sequence[Graded]
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
        """The results as they are held: who, whether graded and why not, the score."""
        return (replace(line.result, max_score=self.max_score) for line in self.lines)


def heads(results: Collection[Result]) -> Iterable[Result]:
    """The results for whom status and score are enough; the rest need not be read then."""
    return results.heads if isinstance(results, Results) else results


def as_line(graded: Graded) -> Graded:
    """What is held of a result while the run lasts: no verdicts, code or printed text, and no name
    that the submission has, too."""
    submission = graded.submission
    result = replace(
        graded.result,
        student=submission.student,
        source=submission.source,
        owner=submission.owner,
        exercises=(),
        flags=(),
        remarks=(),
    )
    return replace(graded, result=result)
