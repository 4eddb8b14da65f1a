"""What changed between two runs: whose score, by how much, in which exercise, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.gradebook.store import Gradebook
from grader.gradebook.store.results import Kept
from grader.gradebook.store.runs import ListedRun
from grader.model import ExerciseResult

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """An exercise whose score differs between two runs; None stands for no score."""

    student: str
    exercise: str
    before: float | None
    after: float | None
    why: str

    @property
    def by(self) -> float | None:
        """The points gained (negative: lost); None where one of the runs has no score."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Since:
    """What changed in an assignment's scores from run `one`, the one before, to run `two`."""

    one: ListedRun
    two: ListedRun
    changes: list[Change]


def since_before(gradebook: Gradebook, run: int, assignment: str) -> Since | None:
    """What changed since the latest whole run before `run` that graded the assignment, if any."""
    listed = [each for each in gradebook.runs() if each.number <= run]
    two = next((each for each in listed if each.number == run), None)
    before = [
        each
        for each in listed
        if each.number < run and each.finished and assignment in each.assignments
    ]
    if two is None or not before:
        return None
    return Since(before[-1], two, changes(gradebook, before[-1], two, assignment))


def changes(
    gradebook: Gradebook, one: ListedRun, two: ListedRun, assignment: str = ""
) -> list[Change]:
    """Every change from run `one` to run `two`, by student; of one assignment, if it is named.

    The scores are those of grading, without people's decisions and late days.
    """
    before, after = _results(gradebook, one, two), _results(gradebook, two, one)
    return [
        change
        for key in sorted(before.keys() | after.keys())
        if assignment in ("", key[1])
        for change in _of_student(key, before.get(key), after.get(key), (one, two))
    ]


def _results(gradebook: Gradebook, run: ListedRun, other: ListedRun) -> dict[_Key, Kept]:
    """The results of a run that are not those of the other one as well, without what is bulky."""
    found = gradebook.results_of(run.number, but_not_of=other.number)
    return {(each.result.student, each.assignment): _slim(each) for each in found}


def _slim(kept: Kept) -> Kept:
    """The result without code, output and drawings, as two whole classes of these are compared."""
    exercises = tuple(
        ExerciseResult(each.name, each.verdict, each.score, each.max_score, cases=each.cases)
        for each in kept.result.exercises
    )
    return replace(kept, result=replace(kept.result, exercises=exercises))


def _of_student(
    key: _Key, before: Kept | None, after: Kept | None, runs: tuple[ListedRun, ListedRun]
) -> Iterator[Change]:
    student, assignment = key
    old, new = _exercises(before), _exercises(after)
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        scores = (was.score if was else None, now.score if now else None)
        if scores[0] != scores[1]:
            why = _why(before, after) or _why_of(assignment, name, was, now, runs)
            yield Change(student, name, *scores, why)


def _exercises(kept: Kept | None) -> dict[str, ExerciseResult]:
    return {each.name: each for each in kept.result.exercises} if kept else {}


def _why(before: Kept | None, after: Kept | None) -> str:
    if before is None or after is None:
        return "only in the second run" if before is None else "only in the first run"
    return "the notebook" if before.content != after.content else ""


def _why_of(
    assignment: str,
    exercise: str,
    was: ExerciseResult | None,
    now: ExerciseResult | None,
    runs: tuple[ListedRun, ListedRun],
) -> str:
    """The parts of the fingerprint that changed and concern the exercise, the closest first."""
    one, two = (run.parts for run in runs)
    changed = [name for name in {**one, **two} if one.get(name) != two.get(name)]
    place = f"{assignment}/{exercise}"

    def names(start: str) -> list[str]:
        return [name.removeprefix(start) for name in changed if name.startswith(start)]

    reasons = ["its points"] if f"points {place}" in changed else []
    reasons += [f"the tolerance of {name}" for name in names(f"tolerance {place}/")]
    reasons += [f"the case {name}" for name in names(f"case {place}/")]
    reasons += [] if reasons else [f"the case {name}" for name in _other_cases(was, now)]
    reasons += [f"the option {name}" for name in names("option ")]
    reasons += [each for each in ("the grader", "Python") if each.split()[-1] in changed]
    reasons += [f"the package {name}" for name in names("package ")]
    reasons += [] if reasons else names(f"file {assignment} ")
    return ", ".join(reasons) or "graded again"


def _other_cases(was: ExerciseResult | None, now: ExerciseResult | None) -> list[str]:
    """The names of the cases that passed in one run and not in the other."""
    old, new = ({c.name: c.passed for c in each.cases} if each else {} for each in (was, now))
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]
