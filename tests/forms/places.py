"""How often the search finds the line of the mistake: `python -m tests.forms.places`.

Where a wrong form is the plain one with something changed, the right lines are those that differ;
where something is missing, those on both sides of it. Of the others they are known by hand.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from grader.grading.repair.search import WORDS
from grader.model import ExerciseResult
from grader.notebooks.cells import functions
from tests.forms import adam, adam_start, gd, mini_batches, momentum, velocity
from tests.forms.table import diagnosed, words

MODULES = (gd, mini_batches, velocity, momentum, adam_start, adam)
RIGHT, ELSEWHERE, NONE = "the right line", "another line", "none"
# Forms that were not made of the plain one: what their wrong lines begin with.
WRONG_LINES = {
    "two_digit_layers_forgotten": ("key =",),
    "step_before_the_velocity": ("parameters[", "v["),
    "velocity_only_local": ("velocity =",),
    "correction_kept_in_v_and_s": ("v[k] =", "s[k] ="),
    "torch_port_epsilon_hat": ("denom =",),
    "torch_port_weight_decay": ("param = param",),
}
# There is no line to look at again: the whole function is made up.
MADE_UP = ("digits_as_printed", "repeats_published")

# Another line than was changed, that one may change as well.
FOUND_ELSEWHERE = {
    "random_mini_batches": ("single_example_dropped", "Y_from_X", "last_batch_dropped"),
    "initialize_velocity": ("counts_from_0_without_plus_one",),
    "initialize_adam": ("counts_from_0_without_plus_one",),
}
# More than one edit away, or by what the code does not know: a key, a call, a whole line.
NOT_FOUND = {
    "update_parameters_with_gd": ("only_W",),
    "random_mini_batches": (
        "windows_shifted_by_one",
        "second_batch_repeats_the_first",
        "end_case_backwards",
        "end_case_by_the_last_k",
        "end_case_misses_last_column",
        "end_case_takes_one_column",
        "nothing_shuffled",
        "another_permutation",
    ),
    "initialize_velocity": ("keys_of_parameters", "single_number", "copies_of_parameters"),
    "update_parameters_with_momentum": (
        "velocity_only_local",
        "learning_rate_in_the_velocity",
        "only_first_layer",
    ),
    "initialize_adam": ("s_empty",),
    "update_parameters_with_adam": (
        "correction_kept_in_v_and_s",
        "matrix_product_for_square",
        "torch_port_epsilon_hat",
    ),
}


def expected(exercise: str, name: str) -> str:
    """What is known of the search in this form."""
    if name in FOUND_ELSEWHERE.get(exercise, ()):
        return ELSEWHERE
    return NONE if name in (*NOT_FOUND.get(exercise, ()), *MADE_UP) else RIGHT


def wrong_forms() -> Iterator[tuple[str, str, str]]:
    """The exercise, the name and the source of each."""
    for module in MODULES:
        for name, form in module.FORMS.items():
            if name not in module.RIGHT and not form.variant and name not in MADE_UP:
                yield module.EXERCISE, name, form.source


def cell_of(exercise: str, source: str) -> list[str]:
    """The lines of the cell that defines the exercise's function."""
    cells = [cell.strip("\n") for cell in source.split("# %%\n")]
    return next(cell for cell in cells if exercise in functions(cell)).split("\n")


def wrong_lines(exercise: str, name: str, source: str) -> set[int]:
    """The lines of the cell that are wrong, counted from 1."""
    lines = cell_of(exercise, source)
    if name in WRONG_LINES:
        begins = WRONG_LINES[name]
        return {n for n, line in enumerate(lines, 1) if line.strip().startswith(begins)}
    plain = next(module.PLAIN for module in MODULES if exercise == module.EXERCISE)
    matcher = SequenceMatcher(None, cell_of(exercise, plain), lines, autojunk=False)
    wrong: set[int] = set()
    for kind, _, _, first, end in matcher.get_opcodes():
        if kind == "delete":
            wrong |= {first, first + 1}
        elif kind != "equal":
            wrong |= {*range(first + 1, end + 1)}
    return wrong


def found(result: ExerciseResult, wrong: set[int]) -> str:
    """Whether the search marked the right line: nothing but lines that are wrong."""
    marked = {mark.line for mark in result.marks if mark.words == WORDS}
    if not marked:
        return NONE
    return RIGHT if marked <= wrong else ELSEWHERE


def table() -> Iterator[str]:
    yield "| exercise | form | diagnosis | wrong lines | marked | found | edit |"
    yield "|---|---|---|---|---|---|---|"
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="forms-") as folder:
        for exercise, name, source in wrong_forms():
            result = diagnosed(exercise, source, Path(folder))
            wrong = wrong_lines(exercise, name, source)
            counts[exercise, what := found(result, wrong)] += 1
            repair = result.repair
            yield (
                f"| {exercise} | {name} | {words(result) or '—'} | {listed(wrong)} "
                f"| {listed(repair.lines) if repair else '—'} | {what} "
                f"| {f'`{repair.becomes[0]}`' if repair else '—'} |"
            )
    yield ""
    yield from summary(counts)


def summary(counts: Counter[tuple[str, str]]) -> Iterator[str]:
    """A line for each exercise, and one for all together."""
    yield "| exercise | the right line | another line | none |"
    yield "|---|---|---|---|"
    for exercise in [*dict.fromkeys(each for each, _ in counts), "together"]:
        row = [
            sum(
                n
                for (of, kind), n in counts.items()
                if kind == what and exercise in (of, "together")
            )
            for what in (RIGHT, ELSEWHERE, NONE)
        ]
        yield f"| {exercise} | {' | '.join(map(str, row))} |"


def listed(lines: set[int] | tuple[int, ...]) -> str:
    return ", ".join(map(str, sorted(lines)))


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
