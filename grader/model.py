"""The records that pass between the steps of grading. `grader.encoding` makes JSON of them.

Each is built once, by the step that knows what is in it, and never changed. A new field needs a
default, because results in older files do not have it.

They are frozen dataclasses like nearly all other records here, so that `dataclasses.replace` works
for all. msgspec would read its own structs faster, but that saves only 0.2 ms for a result.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

# The reason of a student of the roster of whom it is certain that they handed in nothing.
HANDED_IN_NOTHING = "handed in nothing"
Points: TypeAlias = Annotated[float, Meta(ge=0)]
# The constraints of these types stand in the schema of `results.json`. They are not checked when a
# record is read, since a wrong line number is no reason to lose a result.
Count: TypeAlias = Annotated[int, Meta(extra_json_schema={"minimum": 0})]
Number: TypeAlias = Annotated[int, Meta(extra_json_schema={"minimum": 1})]
Time: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Visibility(StrEnum):
    """Whether students are given a case (public) or not (hidden)."""

    PUBLIC = "public"
    HIDDEN = "hidden"


class Verdict(StrEnum):
    """What is said of one exercise of one submission.

    Its properties say what follows from it; the table `_FOLLOWS` defines them for each verdict.

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
    TO_REVIEW = "to_review"
    REVIEWED = "reviewed"
    NOT_GRADED = "not_graded"

    @property
    def solved(self) -> bool:
        """Whether the exercise is right and gets all its points."""
        return self._follows.solved

    @property
    def answered(self) -> bool:
        """Whether there was a function of the student's that could be called with the cases."""
        return self._follows.answered

    @property
    def returned(self) -> bool:
        """Whether the function returned values, of which some or all are wrong."""
        return self._follows.returned

    @property
    def has_mistake(self) -> bool:
        """Whether the function ended, but is wrong: an edit of a line may make it right."""
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
    Verdict.TO_REVIEW: _NO_ANSWER,
    Verdict.REVIEWED: _NO_ANSWER,
    Verdict.NOT_GRADED: _NO_ANSWER,
}


class Status(StrEnum):
    """Whether a submission got a grade at all.

    With `to_review`, all that a machine can grade is graded, and a person has still to read what
    was written: there is no total before that.

    >>> [status.value for status in Status]
    ['graded', 'to_review', 'not_graded']
    """

    GRADED = "graded"
    TO_REVIEW = "to_review"
    NOT_GRADED = "not_graded"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who handed in a notebook, as far as its layout and the roster say.

    `ids` maps a kind (`canvas`, `moodle`, `sid`, `login`, ...) to an id; the most telling one comes
    last. Where the platform does not say, `late` is None and `submitted_at` (mostly ISO 8601) is
    empty. Notebooks with the same `attempts_of`, if it is not empty, are attempts at the same
    thing, and `attempt` numbers them from 1. `section` is the part of the course that the roster
    names.
    """

    name: str
    ids: dict[str, str] = field(default_factory=dict)
    email: str = ""
    late: bool | None = None
    submitted_at: str = ""
    attempt: Number = 1
    attempts_of: str = ""
    section: str = ""

    def __hash__(self) -> int:
        return hash((self.name, frozenset(self.ids.items()), self.attempts_of, self.attempt))

    @property
    def drawn_for(self) -> str:
        """The id that a student's own inputs are drawn by, without capital letters.

        It is the student number, else the login, else the email address, else the name; empty where
        nobody is known.
        """
        known = self.ids.get("sid") or self.ids.get("login") or self.email or self.name
        return unicodedata.normalize("NFKC", known).strip().casefold()

    @property
    def person(self) -> str:
        """A key that is the same for everything of one student; empty where there is no id."""
        ids = list(self.ids.items())
        known = next(([each] for each in ids if each[0] == "sid"), ids)
        return json.dumps(known) if known else ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One notebook that one student handed in, or what was handed in instead of one.

    `student` is a name that no two submissions share; `owner` is what the layout says of the
    student. `source` is the notebook's path as people are shown it, `file` its path on the disk.
    `problem`, if not empty, says why the notebook cannot even be opened. `flags` are remarks for
    people. `companions` are the other files that the same student handed in, beside the notebook or
    in folders below its folder, as absolute paths on the disk.
    """

    student: str
    source: str
    file: str
    problem: str = ""
    owner: Owner = field(default_factory=lambda: Owner(""))
    flags: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return Path(self.file)

    @property
    def can_be_opened(self) -> bool:
        """Whether there is a notebook that may be graded."""
        return self.source != "" and not self.problem

    @property
    def person(self) -> str:
        """A key that is the same for all submissions of one student; empty where there is no id."""
        return self.owner.person


@dataclass(frozen=True, slots=True)
class CaseResult:
    """Whether an exercise's function passed one case.

    `passed` is None where the case was not called; `message` is empty where it passed. `drawn_for`
    is the id of the student for whom its inputs were drawn, or what is right depends on parameters
    that were; empty where it is the same for everybody.
    """

    name: str
    title: str
    visibility: Visibility
    passed: bool | None
    message: str = ""
    drawn_for: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A named variant that explains an exercise's outputs.

    `parts` are the parts of the answer that it explains; empty if it explains the whole answer. The
    other parts are right, or explained by another variant. If `accepted`, it is no mistake. With
    `by_staff` no variant explains it: a person has given a name to all answers that behave alike.
    """

    variant: str
    title: str
    explanation: str = ""
    parts: tuple[str, ...] = ()
    accepted: bool = False
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A remark, `words`, on a line of the student's cell, counted from 1."""

    line: Number
    words: str


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit that makes a wrong function pass every case. Students are shown its lines only.

    `function` is the exercise's function or one that it calls, in the cell numbered `cell`. The
    edit changes `lines` of that cell: statements `was` into `becomes`, each written in one line.
    `donated` says that some of these come from a right answer of somebody else.
    """

    function: str
    cell: Number
    lines: tuple[Number, ...]
    was: tuple[str, ...]
    becomes: tuple[str, ...]
    donated: bool = False


@dataclass(frozen=True, slots=True)
class FirstStep:
    """The first value that a wrong function gives a variable and the reference does not.

    It was found with the inputs of the public case `case`. `variable` is one that the template
    names, or an item of one; `line` of the student's cell gives it the value. `words` tell it to
    the student.
    """

    case: str
    variable: str
    line: Number
    words: str


@dataclass(frozen=True, slots=True)
class RubricItem:
    """A line of a rubric, and the points that it gives; below 0 where it takes some off."""

    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A score that a person gave to an exercise; `instead_of` is the one that grading gave.

    `reason` is what the student reads. Where a written answer was reviewed, `by` is who did it, as
    far as that is known, and `items` are those of the rubric that hold, as they were then.
    """

    instead_of: Points | None
    score: Points
    reason: str
    made: Time
    by: str = ""
    items: tuple[RubricItem, ...] = ()

    def __post_init__(self) -> None:
        _check_points(self.instead_of, self.score)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a function, or a training of the notebook, left on the sheet of a picture.

    `data` is what the sheet's `data()` returns, see `grader.scenes`. `steps` is how often the
    function was called, or how many costs the training printed. `ended`, if not empty, says why it
    could not go on, in words that follow "your function", such as "returns NaN".
    """

    picture: str
    data: dict[str, Any]
    steps: Count
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a notebook was handed in, and what that takes off.

    `due` (ISO 8601) includes an extension. `days` counts the days begun after it: 0 if the notebook
    was in time, None if nobody knows. `before` is the score from which `points_lost` were taken.
    `words` tell the student; they are empty if it was in time.
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

    `score` is None exactly where `verdict` is `not_graded` or `to_review`, and no person gave a
    score; `adjustment` is that person's decision. `kind` is the exercise's, such as "function".
    `diagnosis` is the variant that explains the outputs, `also` are further variants that take part
    in the explanation, and each of `alternatives` explains as much as `diagnosis`. `code` is the
    student's cell, or what was written, and `printed` what it printed, both of which the student
    controls; `marks` are remarks on lines of `code`. `drawings` lacks those of a right
    function that look like the reference's. `repair`, if one was found, is for the instructor only.
    `behaviour` is the number that the gradebook has for all answers which behave alike on every
    case. There is none where the answer is right, where a mistake with a name explains it, or where
    a call did not come to an end. `first_step` is where a wrong function first leaves the
    reference's way, if that is known.
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
    first_step: FirstStep | None = None
    adjustment: Adjustment | None = None
    behaviour: Number | None = None
    kind: str = "function"

    def __post_init__(self) -> None:
        _check_points(self.score, self.max_score)

    @property
    def solved(self) -> bool:
        """Whether the answer is right; of a reviewed one, whether it has all points."""
        if self.verdict is Verdict.REVIEWED:
            return self.score is not None and self.score >= self.max_score
        return self.verdict.solved

    @property
    def mistakes(self) -> tuple[Diagnosis, ...]:
        """The mistakes with a name that explain the answer together."""
        explained = (self.diagnosis, *self.also)
        return tuple(each for each in explained if each and not each.accepted)

    @property
    def is_unnamed(self) -> bool:
        """Whether it is a wrong answer that no mistake with a name explains."""
        wrong = self.verdict.answered and not self.verdict.solved
        return wrong and not self.mistakes


@dataclass(frozen=True, slots=True)
class Result:
    """All verdicts on one submission.

    `score`, in points out of `max_score`, is None exactly where `status` is not `graded`; `reason`
    then says why. `source` is the notebook's path relative to the path that was to be graded; it is
    empty for a student of the roster of whom nothing was found. `owner` and `late` are None while
    the result is not part of a run, `late` also where the assignment has no rule for late days.
    `score` is what is left after late days. `seconds` is how long grading took.
    `long_cells_skipped` is the number of cells that train, for example, and were not run. `drawn`
    are the values of the notebook that were drawn for the student, such as `seed = 5123`.

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
    long_cells_skipped: Annotated[int, Meta(ge=0)] = 0
    drawn: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_points(self.score, self.max_score)

    @property
    def handed_in(self) -> bool:
        return self.source != ""

    @property
    def absent(self) -> bool:
        """Whether it is certain that the student handed in nothing, and no person gave a score."""
        return not self.handed_in and self.score is None and self.reason == HANDED_IN_NOTHING


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a written answer: a plot that a cell has drawn, or a file that was handed in.

    `media` is its type, such as "image/png". `data` are the bytes of a picture of that type and
    size, as far as its header tells: a student controls them.
    """

    media: str
    width: Count
    height: Count
    data: bytes


@dataclass(frozen=True, slots=True)
class Graded:
    """A submission's result, and the name of its assignment (empty if that is not known).

    `kept` says whether the result was taken over from an earlier run, `exhausted` that memory ran
    out when something was explained or drawn: the process that graded it should do no more.
    `behaviours` maps exercises to keys that are equal for answers which behave alike. They are made
    of hidden values, too, and so stay out of the result, which people read. `pictures` maps written
    exercises to their pictures, which only those see who review.
    """

    submission: Submission
    assignment: str
    result: Result
    kept: bool = False
    exhausted: bool = False
    behaviours: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, tuple[Picture, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """Status and score of a submission. The whole result is in the gradebook, under `number`.

    `number` is None for a submission that the run did not reach.
    """

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
        """The result without exercises; its `max_score` is 0, since a summary does not know it."""
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

    `promises` maps each promise, in words, to whether it is kept; `evidence` maps it to what came
    of trying to break it. `missed` has a line for each stronger level that is not in force, and
    `advice` says how to get a stronger one.
    """

    level: Annotated[str, Meta(extra_json_schema={"enum": ["limits", "landlock", "namespaces"]})]
    summary: str
    promises: dict[str, bool]
    evidence: dict[str, str]
    missed: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The results of a run for one assignment.

    `titles` maps the name of each exercise to its title.

    `seed` seeds the cases that were drawn afresh for this run. `passed_over` are lines about files
    and links that are no submissions, and about attempts that do not count.
    """

    assignment: str
    title: str
    version: str
    started: str
    seed: int
    protection: Protection
    results: Collection[Result]
    passed_over: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)

    def title_of(self, exercise: str) -> str:
        """The exercise's title, by which people know it; its name where none is recorded."""
        return self.titles.get(exercise, exercise)


def _check_points(*points: float | None) -> None:
    """Raise ValueError for NaN and infinity, which JSON lacks: a score would become null."""
    if not all(each is None or math.isfinite(each) for each in points):
        raise ValueError(f"holds points that are no finite number: {points}")
