"""Find the variant that explains what an exercise returned on every case."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from grader.assignment import Exercise
from grader.cases import Case, Variant
from grader.difference import first_difference
from grader.errors import AssignmentError
from grader.model import Diagnosis
from grader.outcome import Outcome, Returned


def accepted_variant(exercise: Exercise, outcomes: Sequence[Outcome]) -> Diagnosis | None:
    """The accepted variant that gives these outcomes, one for each of the exercise's cases.

    Variants are the author's code and run in our process, once for each case.
    """
    for variant in exercise.accepted:
        if all(
            isinstance(outcome, Returned)
            and first_difference(
                variant_output(variant, case), outcome.value, case.tolerance, exercise.returns
            )
            is None
            for case, outcome in zip(exercise.cases, outcomes, strict=True)
        ):
            return Diagnosis(variant.name, variant.title, variant.explanation)
    return None


@cache
def variant_output(variant: Variant, case: Case) -> Any:
    """What the variant returns on the case: computed once, or recorded before."""
    if variant.recorded is not None:
        return variant.recorded[case.name]
    inputs = case.arguments()
    try:
        return variant.function(*inputs.args, **inputs.kwargs)
    except Exception as error:  # whatever the author's code may raise
        raise AssignmentError(
            f"the variant {variant.name!r} raises {type(error).__name__} on the case "
            f"{case.name!r}: {error}"
        ) from error
