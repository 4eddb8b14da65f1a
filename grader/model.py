"""The records that travel between the steps: frozen and typed. `grader.encoding` makes JSON of
them.

What they hold is final: built once by the step that knows it, read by every later one. A field that
is added gets a default, since older gradebooks and results lack it.

They are dataclasses, because everything else here is: msgspec reads them half as fast again as its
own structs, which is 0.2 ms more for a result, and one `replace` serves all records.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

Points: TypeAlias = Annotated[float, Meta(ge=0)]
# What follows is for the schema of `results.json` only, and not checked when a record is read: no
# result is worth losing for the number of a line.
Count: TypeAlias = Annotated[int, Meta(extra_json_schema={"minimum": 0})]
Number: TypeAlias = Annotated[int, Meta(extra_json_schema={"minimum": 1})]
Time: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Visibility(StrEnum):
    """Whether students have a case on their own machine."""

    PUBLIC = "public"
    HIDDEN = "hidden"


class Verdict(StrEnum):
    """What is said of one exercise of one submission.

    What follows from a verdict is asked of it here, and stands in the table `_FOLLOWS`.

    >>> Verdict("not_graded").name
    'NOT_GRADED'
    >>> Verdict.ACCEPTED.solved
    True
    """

    CORRECT = "correct"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    INCORRECT = "incorrect"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    MISSING = "missing"
    UNANSWERED = "unanswered"
    NOT_GRADED = "not_graded"

    @property
    def solved(self) -> bool:
        """Whether the exercise is right and gets all its points."""
        return self._follows.solved

    @property
    def answered(self) -> bool:
        """Whether there was a function of the student's to be tried on the cases."""
        return self._follows.answered

    @property
    def returned(self) -> bool:
        """Whether the function returned values, of which some or all are wrong."""
        return self._follows.returned

    @property
    def has_mistake(self) -> bool:
        """Whether the function ran to an end and is wrong: an edit of a line may make it right."""
        return self._follows.has_mistake

    @property
    def _follows(self) -> _Follows:
        return _FOLLOWS[self]


@dataclass(frozen=True, slots=True)
class _Follows:
    """What follows from a verdict; see the properties of the same names."""

    solved: bool = False
    answered: bool = True
    returned: bool = False
    has_mistake: bool = False


_RIGHT, _UNFINISHED = _Follows(solved=True), _Follows()
_WRONG = _Follows(returned=True, has_mistake=True)
_NO_ANSWER = _Follows(answered=False)
_FOLLOWS = {
    Verdict.CORRECT: _RIGHT,
    Verdict.ACCEPTED: _RIGHT,
    Verdict.PARTIAL: _WRONG,
    Verdict.INCORRECT: _WRONG,
    Verdict.ERROR: _Follows(has_mistake=True),
    Verdict.TIMEOUT: _UNFINISHED,
    Verdict.CRASHED: _UNFINISHED,
    Verdict.MISSING: _NO_ANSWER,
    Verdict.UNANSWERED: _NO_ANSWER,
    Verdict.NOT_GRADED: _NO_ANSWER,
}


class Status(StrEnum):
    """Whether a submission got a grade at all.

    >>> [status.value for status in Status]
    ['graded', 'not_graded']
    """

    GRADED = "graded"
    NOT_GRADED = "not_graded"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who handed in a notebook, as far as its layout and the roster say.

    `ids` has an id for each kind (`canvas`, `moodle`, `sid`, `login`, ...), the one that says most
    last.
    `late` is None and `submitted_at` (mostly ISO 8601) empty where the platform does not say.
    Notebooks with the same `attempts_of`, if any, are attempts at the same thing, numbered by
    `attempt` from 1.
    """

    name: str
    ids: dict[str, str] = field(default_factory=dict)
    email: str = ""
    late: bool | None = None
    submitted_at: str = ""
    attempt: Number = 1
    attempts_of: str = ""

    def __hash__(self) -> int:
        return hash((self.name, frozenset(self.ids.items()), self.attempts_of, self.attempt))


@dataclass(frozen=True, slots=True)
class Submission:
    """One notebook that one student handed in.

    `student` is a name that no two submissions share; `owner` is what the layout says of them.
    `file` is the notebook's path. `problem`, if any, says why the notebook cannot even be opened;
    `flags` are remarks for people.
    """

    student: str
    source: str
    file: str
    problem: str = ""
    owner: Owner = field(default_factory=lambda: Owner(""))
    flags: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return Path(self.file)

    @property
    def person(self) -> str:
        """What is the same for all submissions of one student; empty where nobody can say."""
        ids = list(self.owner.ids.items())
        known = next(([each] for each in ids if each[0] == "sid"), ids)
        return json.dumps(known) if known else ""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One call of an exercise, judged.

    `passed` is None where the case was not called; `message` is empty where it passed.
    """

    name: str
    title: str
    visibility: Visibility
    passed: bool | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A named variant that explains an exercise's outputs.

    `parts` are those parts of the answer that it explains, where the others are right or have
    another explanation; none where it explains all. An `accepted` one is no mistake.
    """

    variant: str
    title: str
    explanation: str = ""
    parts: tuple[str, ...] = ()
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the student's cell, counted from 1, that something is to be said of."""

    line: Number
    words: str


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit that makes a wrong function pass every case. Students are told its lines only.

    `function`, in the cell of that number, is the exercise's or one that it calls; `lines` of that
    cell differ. `was` and `becomes` are the statements that do, each in one line.
    """

    function: str
    cell: Number
    lines: tuple[Number, ...]
    was: tuple[str, ...]
    becomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A person's decision on an exercise's points, with the score it stands above."""

    instead_of: Points | None
    score: Points
    reason: str
    made: Time

    def __post_init__(self) -> None:
        _check_points(self.instead_of, self.score)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a function, or a training of the notebook, left on the sheet of a picture.

    `data` is what the sheet's `data()` gives, see `grader.scenes`; `steps` is how often the
    function was called, or how many costs the training told. `ended` says why it could not go on,
    if so; it follows "your function" or "your notebook's training": "returns NaN".
    """

    picture: str
    data: dict[str, Any]
    steps: Count
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a notebook was handed in, and what that takes off.

    `due` (ISO 8601) includes an extension. `days` are those begun after it, 0 if it was in time,
    None if nobody knows. `before` is the score that `points_lost` were taken off; `words`, empty if
    it was in time, say so to the student.
    """

    due: Time
    days: Count | None
    points_lost: Points
    before: Points | None
    words: str

    def __post_init__(self) -> None:
        _check_points(self.points_lost, self.before)


@dataclass(frozen=True, slots=True)
class ExerciseResult:
    """The verdict on one exercise, with its evidence.

    `score` is None exactly where `verdict` is `not_graded` and no person gave one: `adjustment`
    says if one did. `also` are variants that are at work besides that of `diagnosis`; each of
    `alternatives` explains as much as it does. `code` is the student's own cell, `printed` what the
    notebook printed there; both are text that a student controls. `marks` are lines of that code.
    `drawings` has none of those that a right function shares with the reference.
    `repair`, if one was found, is for the instructor's eyes.
    """

    name: str
    verdict: Verdict
    score: Points | None
    max_score: Points
    message: str = ""
    diagnosis: Diagnosis | None = None
    also: tuple[Diagnosis, ...] = ()
    alternatives: tuple[Diagnosis, ...] = ()
    cases: tuple[CaseResult, ...] = ()
    code: str = ""
    printed: str = ""
    marks: tuple[Mark, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    repair: Repair | None = None
    adjustment: Adjustment | None = None

    def __post_init__(self) -> None:
        _check_points(self.score, self.max_score)


@dataclass(frozen=True, slots=True)
class Result:
    """All verdicts on one submission.

    `score` is None exactly where `status` is `not_graded`; `reason` then says why.
    `source` is the notebook's path relative to what was asked to be graded, and empty for somebody
    in the roster who handed in nothing. `owner` is None while a result is not part of a run, `late`
    also where the assignment has no rule for late days; `score` is what it leaves.

        >>> result = grade_notebook("ann.ipynb", "course/assignment/averages")
        >>> [(each.name, each.verdict.value, each.score) for each in result.exercises]
        [('moving_average', 'correct', 10.0)]
    """

    student: str
    source: str
    status: Status
    score: Points | None
    max_score: Points
    reason: str = ""
    flags: tuple[str, ...] = ()
    seconds: Annotated[float, Meta(extra_json_schema={"minimum": 0})] = 0.0
    exercises: tuple[ExerciseResult, ...] = ()
    remarks: tuple[str, ...] = ()
    owner: Owner | None = None
    late: Lateness | None = None

    def __post_init__(self) -> None:
        _check_points(self.score, self.max_score)

    @property
    def handed_in(self) -> bool:
        return self.source != ""


@dataclass(frozen=True, slots=True)
class Graded:
    """A submission's result, and the assignment it belongs to (empty where that stayed unclear).

    `kept` if it was taken over from an earlier run.
    """

    submission: Submission
    assignment: str
    result: Result
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a submission, in brief. The rest is in the gradebook, under `number`; what was
    not reached has none."""

    submission: Submission
    assignment: str
    number: int | None
    status: Status
    score: float | None
    reason: str
    late: Lateness | None = None

    @classmethod
    def of(
        cls, submission: Submission, assignment: str, result: Result, number: int | None = None
    ) -> Summary:
        return cls(submission, assignment, number, result.status, result.score, result.reason)

    @property
    def head(self) -> Result:
        """The result without its verdicts, and without the most one can reach."""
        return Result(
            student=self.submission.student,
            source=self.submission.source,
            status=self.status,
            score=self.score,
            max_score=0,
            reason=self.reason,
            flags=self.submission.flags,
            owner=self.submission.owner,
            late=self.late,
        )


@dataclass(frozen=True, slots=True)
class Protection:
    """What keeps a student's code from the rest of the machine.

    `promises` maps each promise, in words, to whether it is kept; `evidence` says what came of
    trying to break it. `missed` has a line for each stronger level that could not be had, and
    `advice` what would get it.
    """

    level: Annotated[str, Meta(extra_json_schema={"enum": ["limits", "landlock", "namespaces"]})]
    summary: str
    promises: dict[str, bool]
    evidence: dict[str, str]
    missed: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One assignment's share of a run: every result, and what was passed over.

    `seed` is that of the cases drawn afresh for this run. `passed_over` are lines about files and
    links that are no submissions.
    """

    assignment: str
    title: str
    version: str
    started: str
    seed: int
    protection: Protection
    results: Collection[Result]
    passed_over: tuple[str, ...] = ()


def _check_points(*points: float | None) -> None:
    """Raise ValueError for what JSON cannot hold: nobody's score may become null in a file."""
    if not all(each is None or math.isfinite(each) for each in points):
        raise ValueError(f"holds points that are no finite number: {points}")
