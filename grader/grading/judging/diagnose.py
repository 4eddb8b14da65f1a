"""Find the variants that explain what a function returned on every case.

A variant explains a part of an answer if it returns the same part on every case, public and hidden.
It explains the answer if it explains every part that is wrong. Where no single variant does, two
may: each explains some of the parts, or both are combined in one function. If nothing explains the
answer, no diagnosis is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from grader.assignments.records import Case, Exercise, RecordedOutputs, Variant
from grader.caches import cached
from grader.execution.outcome import Outcome, Raised, Returned
from grader.grading.judging.expected import is_right, not_raised
from grader.grading.judging.parts import (
    WHOLE,
    Cut,
    Function,
    Parts,
    cut_for,
    expected_parts,
    parts_from,
    quickest_first,
)
from grader.model import Diagnosis

# What is said of an accepted form that stands beside a mistake, if its author has not said it.
BESIDE = "This form is accepted as well: the mistake is the other one."


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains an exercise's outcomes: the variants `named`, which are at work together.

    Each of `alternatives` explains them just as well as the one that is named. `accepted` says that
    the answer is right.
    """

    named: tuple[Diagnosis, ...]
    alternatives: tuple[Diagnosis, ...] = ()
    accepted: bool = False


def explain(exercise: Exercise, outcomes: Sequence[Outcome]) -> Explanation | None:
    """What explains these outcomes, one for each of the exercise's cases, if anything does.

    Variants are the author's code and run in our process, once for each case.
    """
    known = [each for each in outcomes if isinstance(each, (Returned, Raised))]
    if not exercise.variants or len(known) < len(exercise.cases):
        return None
    if any(isinstance(each.function, RecordedOutputs) for each in exercise.variants):
        # What such a variant raises is not recorded.
        pairs = zip(exercise.cases, known, strict=True)
        known = [outcome for case, outcome in pairs if not case.raises]
        cases = tuple(case for case in exercise.cases if not case.raises)
        exercise = replace(exercise, cases=cases)
    answer = _taken_apart(exercise, known)
    if not answer.wrong:
        return None
    explained = {
        variant: answer.explained_by(variant.function, answer.wrong)
        for variant in exercise.variants
    }
    return _by_one(answer, explained) or _by_two(answer, explained)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A student's outcomes by case, the quickest to compare first; `wrong` are parts of `names`."""

    cut: Cut
    outcomes: tuple[tuple[Case, Parts], ...]
    names: tuple[str, ...]
    wrong: frozenset[str]

    def explained_by(self, function: Function, names: frozenset[str]) -> frozenset[str]:
        """Which of these parts the function gives as well, on every case."""
        for case, mine in self.outcomes:
            theirs = parts_from(case, function, self.cut)
            names = frozenset(n for n in names if self.cut.same(case, theirs, mine, n))
            if not names:
                break
        return names

    def explains_all_wrong(self, function: Function) -> bool:
        """Whether the function gives all that is wrong as well, on every case."""
        return all(
            self.cut.same(case, parts_from(case, function, self.cut), mine, name)
            for case, mine in self.outcomes
            for name in self.wrong
        )


_Explained = dict[Variant, frozenset[str]]


def _taken_apart(exercise: Exercise, outcomes: Sequence[Returned | Raised]) -> _Compared:
    cut = cut_for(exercise, outcomes)
    parts = [cut.parts_of(outcome) for outcome in outcomes]
    expected = {case: expected_parts(cut, case) for case in exercise.cases}
    by_case = dict(zip(exercise.cases, parts, strict=True))
    taken = tuple((case, by_case[case]) for case in quickest_first(exercise))
    names = next((tuple(parts) for parts in expected.values() if parts), (WHOLE,))
    wrong = frozenset(
        name
        for name in names
        if not all(_is_right(cut, case, expected[case], mine, name) for case, mine in taken)
    )
    return _Compared(cut, taken, names, wrong)


def _is_right(cut: Cut, case: Case, expected: Parts, mine: Parts, name: str) -> bool:
    if case.raises:
        return isinstance(mine, Raised) and not not_raised(case, mine)
    if case.is_checked:
        return not isinstance(mine, Raised) and is_right(case, cut.exercise, Returned(mine[name]))
    return cut.same(case, expected, mine, name)


def _by_one(answer: _Compared, explained: _Explained) -> Explanation | None:
    """The variants that explain all that is wrong, and most of the rest."""
    enough = [variant for variant, names in explained.items() if names == answer.wrong]
    if not enough:
        return None
    every = frozenset(answer.names)
    fully = {each: len(answer.explained_by(each.function, every)) for each in enough}
    most = max(fully.values())
    found = [variant for variant in enough if fully[variant] == most]
    parts = () if most == len(every) else _in_order(answer, answer.wrong)
    right = [variant for variant in found if variant.accepted]
    diagnoses = [_diagnosis(variant, parts) for variant in right[:1] or found]
    return Explanation((diagnoses[0],), tuple(diagnoses[1:]), bool(right))


def _by_two(answer: _Compared, explained: _Explained) -> Explanation | None:
    """The one pair of variants that explains all that is wrong; of several, what they share."""
    pairs = [
        (one, other)
        for one, other in combinations(explained, 2)
        if not (one.accepted and other.accepted)
    ]
    apart = [pair for pair in pairs if explained[pair[0]] | explained[pair[1]] == answer.wrong]
    found = apart or [pair for pair in pairs if _explained_together(answer, *pair)]
    if not found:
        return None
    common = set(found[0]).intersection(*found[1:])
    # Mistakes come first; what is only an accepted form is a note.
    named = sorted((each for each in found[0] if each in common), key=lambda each: each.accepted)
    if not named:
        return None
    return Explanation(
        tuple(
            _diagnosis(each, _in_order(answer, explained[each]) if apart else (), beside=True)
            for each in named
        )
    )


def _explained_together(answer: _Compared, one: Variant, other: Variant) -> bool:
    function = _together(one, other)
    return function is not None and answer.explains_all_wrong(function)


@cached()
def _together(one: Variant, other: Variant) -> Function | None:
    """Both variants at work in one function, where they change different things of one form."""
    if one.of is None or one.of is not other.of or one.changes.keys() & other.changes.keys():
        return None
    return partial(one.of, **one.changes, **other.changes)


def _diagnosis(variant: Variant, parts: tuple[str, ...], beside: bool = False) -> Diagnosis:
    """What is said of a variant; `beside` a mistake, an accepted form does not make a right answer,
    and its own sentences are about one."""
    words = (variant.beside or BESIDE) if beside and variant.accepted else variant.explanation
    return Diagnosis(variant.name, variant.title, words, parts, variant.accepted)


def _in_order(answer: _Compared, names: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in answer.names if name in names)
