"""How often the first step that differs is in the right line: `python -m tests.forms.first_steps`.

The right lines are those of `places`. What passes the public case has no such step.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from grader.model import ExerciseResult, Visibility
from tests.forms.places import ELSEWHERE, NONE, RIGHT, listed, summary, wrong_forms, wrong_lines
from tests.forms.table import diagnosed, words

# The mistake is in what the template does not name: a seed, an argument, a variable of their own.
SET_ELSEWHERE = {
    "random_mini_batches": ("another_permutation",),
    "update_parameters_with_adam": (
        "t_counted_in_every_layer",
        "betas_swapped_in_defaults",
        "torch_port_epsilon_hat",
        "torch_port_weight_decay",
    ),
}
# Nothing is set that differs: it is never set, or not returned, or an error comes before.
NOT_SET = {
    "update_parameters_with_gd": (
        "only_W",
        "wrong_key_that_raises",
        "gradient_of_first_layer",
        "last_layer_forgotten",
        "returns_nothing",
    ),
    "random_mini_batches": (
        "last_batch_dropped",
        "float_bounds_everywhere",
        "float_bounds_in_end_case",
        "X_and_Y_apart",
    ),
    "initialize_velocity": (
        "one_plus_one_instead_of_l_plus_one",
        "counts_from_0_without_plus_one",
        "last_layer_forgotten",
        "shape_called",
    ),
    "update_parameters_with_momentum": (
        "velocity_only_local",
        "velocity_not_returned",
        "returned_the_other_way_round",
        "key_without_d",
    ),
    "initialize_adam": (
        "one_plus_one_instead_of_l_plus_one",
        "one_plus_one_in_s_only",
        "counts_from_0_without_plus_one",
        "s_empty",
        "only_v_returned",
        "one_dict_with_both",
    ),
    "update_parameters_with_adam": (
        "caret_for_power",
        "matrix_product_for_square",
        "corrected_averages_returned",
        "only_parameters_returned",
        "four_values",
    ),
}


def expected_step(exercise: str, name: str, result: ExerciseResult) -> str:
    """What is known of the first step that differs in this form."""
    public = [case.passed for case in result.cases if case.visibility is Visibility.PUBLIC]
    if all(public) or name in NOT_SET.get(exercise, ()):
        return NONE
    return ELSEWHERE if name in SET_ELSEWHERE.get(exercise, ()) else RIGHT


def found_step(result: ExerciseResult, wrong: set[int]) -> str:
    """Whether the line of the first step that differs is one of those that are wrong."""
    step = result.first_step
    if step is None:
        return NONE
    return RIGHT if step.line in wrong else ELSEWHERE


def table() -> Iterator[str]:
    yield "| exercise | form | diagnosis | wrong lines | first step | found |"
    yield "|---|---|---|---|---|---|"
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="forms-") as folder:
        for exercise, name, source in wrong_forms():
            result = diagnosed(exercise, source, Path(folder))
            wrong = wrong_lines(exercise, name, source)
            counts[exercise, what := found_step(result, wrong)] += 1
            step = result.first_step
            yield (
                f"| {exercise} | {name} | {words(result) or '—'} | {listed(wrong)} "
                f"| {f'`{step.variable}` in {step.line}' if step else '—'} | {what} |"
            )
    yield ""
    yield from summary(counts)


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
