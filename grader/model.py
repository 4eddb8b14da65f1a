"""The records that travel between the steps: frozen, typed, JSON in and out.

What they hold is final: built once by the step that knows it, read by every later one.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1


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

    `ids` are pairs of a kind (`canvas`, `moodle`, `sid`, `login`, ...) and an id, one of a kind.
    `late` is None and `submitted_at` (mostly ISO 8601) empty where the platform does not say.
    Notebooks with the same `attempts_of`, if any, are attempts at the same thing, numbered by
    `attempt` from 1.
    """

    name: str
    ids: tuple[tuple[str, str], ...] = ()
    email: str = ""
    late: bool | None = None
    submitted_at: str = ""
    attempt: int = 1
    attempts_of: str = ""


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
        ids = self.owner.ids
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

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit that makes a wrong function pass every case. Students are told its lines only.

    `function`, in the cell of that number, is the exercise's or one that it calls; `lines` of that
    cell differ. `was` and `becomes` are the statements that do, each in one line.
    """

    function: str
    cell: int
    lines: tuple[int, ...]
    was: tuple[str, ...]
    becomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A person's decision on an exercise's points, with the score it stands above."""

    instead_of: float | None
    score: float
    reason: str
    made: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a function, or a training of the notebook, left on the sheet of a picture.

    `data` is what the sheet's `data()` gives, see `grader.scenes`; `steps` is how often the
    function was called, or how many costs the training told. `ended` says why it could not go on,
    if so; it follows "your function" or "your notebook's training": "returns NaN".
    """

    picture: str
    data: dict[str, Any]
    steps: int
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a notebook was handed in, and what that takes off.

    `due` (ISO 8601) includes an extension. `days` are those begun after it, 0 if it was in time,
    None if nobody knows. `before` is the score that `points_lost` were taken off; `words`, empty if
    it was in time, say so to the student.
    """

    due: str
    days: int | None
    points_lost: float
    before: float | None
    words: str


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
    score: float | None
    max_score: float
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
    score: float | None
    max_score: float
    reason: str = ""
    flags: tuple[str, ...] = ()
    seconds: float = 0.0
    exercises: tuple[ExerciseResult, ...] = ()
    remarks: tuple[str, ...] = ()
    owner: Owner | None = None
    late: Lateness | None = None

    @property
    def handed_in(self) -> bool:
        return self.source != ""

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON data, in the result file's order of keys."""
        data: dict[str, Any] = _plain(self)
        if self.owner:
            data["owner"]["ids"] = dict(self.owner.ids)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """The record that `to_json` wrote."""
        return cls(
            **{
                **data,
                "status": Status(data["status"]),
                "flags": tuple(data["flags"]),
                "remarks": tuple(data.get("remarks", ())),
                "owner": _owner_from_json(data.get("owner")),
                "late": Lateness(**data["late"]) if data.get("late") else None,
                "exercises": tuple(map(_exercise_from_json, data["exercises"])),
            }
        )


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

    level: str
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

    def head(self) -> dict[str, Any]:
        """The content of `results.json` up to its last part, `submissions`."""
        return {
            "schema": SCHEMA_VERSION,
            "assignment": self.assignment,
            "title": self.title,
            "version": self.version,
            "started": self.started,
            "seed": self.seed,
            "protection": asdict(self.protection),
            "passed_over": list(self.passed_over),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Run:
        """The record that `to_json` wrote."""
        return cls(
            assignment=data["assignment"],
            title=data["title"],
            version=data["version"],
            started=data["started"],
            seed=data["seed"],
            protection=Protection(
                **{**data["protection"], "missed": tuple(data["protection"]["missed"])}
            ),
            passed_over=tuple(data["passed_over"]),
            results=tuple(map(Result.from_json, data["submissions"])),
        )


def _plain(value: Any) -> Any:
    """What `asdict` makes of a record, without the deep copies that take most of its time."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if fields := getattr(value, "__dataclass_fields__", None):
        return {name: _plain(getattr(value, name)) for name in fields}
    return value


def _owner_from_json(data: dict[str, Any] | None) -> Owner | None:
    return Owner(**{**data, "ids": tuple(data["ids"].items())}) if data else None


def _exercise_from_json(data: dict[str, Any]) -> ExerciseResult:
    adjustment, repair = data.get("adjustment"), data.get("repair")
    cases = tuple(
        CaseResult(**{**case, "visibility": Visibility(case["visibility"])})
        for case in data["cases"]
    )
    return ExerciseResult(
        **{
            **data,
            "verdict": Verdict(data["verdict"]),
            "diagnosis": data["diagnosis"] and _diagnosis_from_json(data["diagnosis"]),
            "also": tuple(map(_diagnosis_from_json, data["also"])),
            "alternatives": tuple(map(_diagnosis_from_json, data["alternatives"])),
            "marks": tuple(Mark(**mark) for mark in data.get("marks", ())),
            "repair": repair and _repair_from_json(repair),
            "adjustment": adjustment and Adjustment(**adjustment),
            "cases": cases,
            "drawings": tuple(Drawing(**each) for each in data.get("drawings", ())),
        }
    )


def _repair_from_json(data: dict[str, Any]) -> Repair:
    lists = {name: tuple(data[name]) for name in ("lines", "was", "becomes")}
    return Repair(**{**data, **lists})


def _diagnosis_from_json(data: dict[str, Any]) -> Diagnosis:
    return Diagnosis(**{**data, "parts": tuple(data["parts"])})
