"""The variants that a student may see: `public_variants.json` has what they return.

Those are the variants that the public cases tell from the reference and from each other. The file
has their outputs on public cases, not their code, so that `grade check` and `public_tests.py` can
name a mistake without the solutions. It is no helper: the kernels in which submissions are graded
do not get it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from grader.assignments.paths import PUBLIC_VARIANTS
from grader.assignments.records import Assignment, Case, Exercise, Variant
from grader.execution.outcome import Raised, Returned
from grader.grading.judging.parts import variant_outcome
from grader.model import Visibility
from grader.values.frozen import freeze, holds_digest, thaw


def recorded_variants(assignment: Assignment) -> dict[str, list[dict[str, Any]]]:
    """Exercise -> its variants that a student may see, as plain JSON data.

    `assignment` must have been loaded with its expected outputs.
    """
    return {
        exercise.name: [
            _record(variant, _public(exercise)) for variant in variants_to_show(exercise)
        ]
        for exercise in assignment.exercises
    }


def in_step(assignment: Assignment) -> bool:
    """Whether `public_variants.json` holds what would be written now, apart from rounding."""
    try:
        old = json.loads((assignment.folder / PUBLIC_VARIANTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    new = recorded_variants(assignment)
    if _without_outputs(old) != _without_outputs(new):
        return False
    return all(
        _same(one["outputs"][case.name], other["outputs"][case.name], case, exercise)
        for exercise in assignment.exercises
        for one, other in zip(old[exercise.name], new[exercise.name], strict=True)
        for case in _public(exercise)
    )


def _without_outputs(recorded: Any) -> Any:
    return {
        name: [{**variant, "outputs": [*variant["outputs"]]} for variant in variants]
        for name, variants in recorded.items()
    }


def _same(old: Any, new: Any, case: Case, exercise: Exercise) -> bool:
    if holds_digest(new):
        return bool(old == new)
    return case.same(thaw(old), thaw(new), exercise.returns)


def as_text(recorded: dict[str, list[dict[str, Any]]]) -> str:
    """JSON with one line for each variant."""
    exercises = []
    for name, variants in recorded.items():
        lines = ",\n".join(f"  {json.dumps(variant, ensure_ascii=False)}" for variant in variants)
        exercises.append(f" {json.dumps(name)}: [\n{lines}\n ]" if variants else f' "{name}": []')
    return "{\n" + ",\n".join(exercises) + "\n}\n"


def variants_to_show(exercise: Exercise) -> Iterator[Variant]:
    """The exercise's variants that its public cases tell from all others and the reference."""
    cases = _public(exercise)
    known = [variant for variant in exercise.variants if _returns(variant, cases)]
    for variant in known:
        others = [other for other in known if other is not variant]
        if any(_is_wrong(variant, case, exercise) for case in cases) and all(
            any(_differ(variant, other, case, exercise) for case in cases) for other in others
        ):
            yield variant


def _returns(variant: Variant, cases: list[Case]) -> bool:
    """Whether the variant returns on all of the cases; a mistake may raise instead."""
    return not any(isinstance(variant_outcome(variant, case), Raised) for case in cases)


def _public(exercise: Exercise) -> list[Case]:
    return [case for case in exercise.of(Visibility.PUBLIC) if not case.raises]


def _output(variant: Variant, case: Case) -> Any:
    outcome = variant_outcome(variant, case)
    assert isinstance(outcome, Returned)
    return outcome.value


def _is_wrong(variant: Variant, case: Case, exercise: Exercise) -> bool:
    """Whether the variant returns something else on the case than the reference."""
    expected, output = (
        _required(each, exercise) for each in (case.expected, _output(variant, case))
    )
    return not _same(freeze(expected), freeze(output), case, exercise)


def _differ(one: Variant, other: Variant, case: Case, exercise: Exercise) -> bool:
    first, second = (_required(_output(each, case), exercise) for each in (one, other))
    return not _same(freeze(first), freeze(second), case, exercise)


def _required(output: Any, exercise: Exercise) -> Any:
    """The output without the values of `may_also_return`, which nobody has to return."""
    count = len(exercise.returns.names)
    return output[:count] if count > 1 and isinstance(output, (tuple, list)) else output


def _record(variant: Variant, cases: list[Case]) -> dict[str, Any]:
    return {
        "name": variant.name,
        "title": variant.title,
        "explanation": variant.explanation,
        "accepted": variant.accepted,
        "share": variant.share,
        "outputs": {case.name: freeze(_output(variant, case)) for case in cases},
    }
