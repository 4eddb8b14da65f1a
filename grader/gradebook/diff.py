"""What changed between two runs: whose score, by how much, in which exercise, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.gradebook.store import Gradebook, Kept, ListedRun
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


def changes(gradebook: Gradebook, one: ListedRun, two: ListedRun) -> list[Change]:
    """Every change from run `one` to run `two`, by student.

    The scores are those of grading, without people's decisions and late days.
    """
    before, after = _results(gradebook, one), _results(gradebook, two)
    return [
        change
        for key in sorted(before.keys() | after.keys())
        for change in _of_student(key, before.get(key), after.get(key), (one, two))
    ]


def _results(gradebook: Gradebook, run: ListedRun) -> dict[_Key, Kept]:
    return {
        (each.result.student, each.assignment): each for each in gradebook.results_of(run.number)
    }


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
