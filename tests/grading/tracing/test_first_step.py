"""What is told of wrong functions that are followed in a real kernel, honest and hostile ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.grading.grade import grade
from grader.grading.steps import STEPS
from grader.grading.task import Task
from grader.grading.tracing.named import variables
from grader.model import ExerciseResult, FirstStep, Result, Submission
from grader.report.explanation import explanation
from grader.report.next_steps import next_step
from tests.conftest import UNHURRIED
from tests.forms import adam, changed, gd, mini_batches, momentum, velocity

IMPORTS = "import math\nimport numpy as np"
# What takes long and has no part in this.
LEFT_OUT = {"search_mistakes", "call_fresh_cases", "draw_pictures"}
QUICK = [step for step in STEPS if step.take.__name__ not in LEFT_OUT]
Graded = Callable[..., Result]


@pytest.fixture
def graded(root: Path, write: Callable[..., Path]) -> Graded:
    """Grade a notebook of the given cells; with `search`, all steps are taken."""

    def grade_them(
        *cells: str, assignment: str = "optimization_methods", search: bool = False
    ) -> Result:
        path = write("s.ipynb", IMPORTS, *cells)
        submission = Submission("s", path.name, str(path))
        task = Task(root, submission, assignment, search=UNHURRIED)
        return grade(task, steps=STEPS if search else QUICK).result

    return grade_them


def of(result: Result, exercise: str) -> ExerciseResult:
    assert not [flag for flag in result.flags if "failed: " in flag]
    return next(each for each in result.exercises if each.name == exercise)


def step_of(result: Result, exercise: str) -> FirstStep:
    step = of(result, exercise).first_step
    assert step is not None
    return step


def test_variable_and_line_are_told_in_each_wrong_exercise(graded: Graded) -> None:
    result = graded(
        gd.FORMS["ascends"].source.strip(),
        mini_batches.FORMS["end_case_backwards"].source.strip(),
        velocity.FORMS["keys_of_parameters"].source.strip(),
        momentum.FORMS["gradient_not_weighted"].source.strip(),
        adam.FORMS["correction_with_plus"].source.strip(),
    )
    told = {each.name: each.first_step for each in result.exercises if each.first_step}
    assert {name: (step.variable, step.line) for name, step in told.items()} == {
        "update_parameters_with_gd": ('parameters["W1"]', 4),
        "random_mini_batches": ("mini_batch_X", 14),
        "initialize_velocity": ('v["W1"]', 5),
        "update_parameters_with_momentum": ('v["dW1"]', 4),
        "update_parameters_with_adam": ('v_corrected["dW1"]', 8),
    }
    assert "the 3rd time that it is set" in told["random_mini_batches"].words
    assert "There should be no such key." in told["initialize_velocity"].words


def test_sentences_are_these(graded: Graded) -> None:
    result = graded(adam.FORMS["correction_with_plus"].source.strip(), assignment="adam")
    assert step_of(result, adam.EXERCISE).words == (
        'On the public case "The case that the notebook shows", the first value that is not as '
        'expected is v_corrected["dW1"], set in line 8. None of its numbers is right. '
        "The 3 values set before it under names of the given code are as expected."
    )


def test_page_and_platforms_and_next_step_have_the_line(graded: Graded) -> None:
    result = graded(adam.FORMS["correction_with_plus"].source.strip())
    exercise = of(result, adam.EXERCISE)
    assert "Line 8 of your cell: sets v_corrected[&quot;dW1&quot;], the first" in explanation(
        exercise
    )
    assert next_step(exercise).endswith(
        " The first value that differs is set in line 8 of your code."
    )


def test_value_that_is_set_in_two_steps_is_compared_when_it_is_complete(graded: Graded) -> None:
    source = changed(
        adam.FORMS["correction_with_plus"].source.strip(),
        (
            "v['dW' + str(l)] = beta1 * v['dW' + str(l)] + (1 - beta1) * grads['dW' + str(l)]",
            "v['dW' + str(l)] *= beta1\n"
            "        v['dW' + str(l)] += (1 - beta1) * grads['dW' + str(l)]",
        ),
    )
    step = step_of(graded(source), adam.EXERCISE)
    assert (step.variable, step.line) == ('v_corrected["dW1"]', 9)


def test_own_names_and_own_order_are_no_difference(graded: Graded) -> None:
    source = """def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for name in grads:
        old = v[name]
        v[name] = beta * old + (1 - beta) * grads[name]
    for name in parameters:
        parameters[name] = parameters[name] + learning_rate * v["d" + name]
    return parameters, v"""
    step = step_of(graded(source), momentum.EXERCISE)
    assert (step.variable, step.line) == ('parameters["W1"]', 6)
    assert "after" not in step.words


def test_what_differs_before_an_error_is_told(graded: Graded) -> None:
    source = changed(
        adam.FORMS["correction_with_plus"].source.strip(),
        ("    return parameters, v, s", "    return parameters, v, z"),
    )
    step = step_of(graded(source), adam.EXERCISE)
    assert (step.variable, step.line) == ('v_corrected["dW1"]', 8)


def test_number_of_the_line_is_that_of_the_cell(graded: Graded) -> None:
    source = "%%time\n# mine\nx = 1\n\n" + gd.FORMS["ascends"].source.strip()
    step = step_of(graded(source), gd.EXERCISE)
    assert step.line == 8


@pytest.mark.parametrize("name", ["single_example_dropped", "empty_last_batch"])
def test_nothing_is_told_of_hidden_cases(graded: Graded, name: str) -> None:
    exercise = of(graded(mini_batches.FORMS[name].source.strip()), mini_batches.EXERCISE)
    assert not exercise.verdict.solved
    assert exercise.first_step is None


def test_only_what_the_template_assigns_to_is_followed(root: Path) -> None:
    assert variables(load_assignment(root, "optimization_methods")) == {
        "update_parameters_with_gd": ("L", "parameters"),
        "random_mini_batches": (
            *("m", "mini_batches", "permutation", "shuffled_X", "shuffled_Y"),
            *("num_complete_minibatches", "mini_batch_X", "mini_batch_Y"),
        ),
        "initialize_velocity": ("L", "v"),
        "update_parameters_with_momentum": ("L", "v", "parameters"),
        "initialize_adam": ("L", "v", "s"),
        "update_parameters_with_adam": (
            *("L", "v_corrected", "s_corrected", "v", "s", "parameters"),
        ),
    }


def test_silent_where_an_edit_further_down_makes_all_right(graded: Graded) -> None:
    """`L` is another number here, which is no mistake."""
    source = """def update_parameters_with_gd(parameters, grads, learning_rate):
    L = len(parameters)
    for l in range(1, L // 2 + 1):
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] + learning_rate * grads["db" + str(l)]
    return parameters"""
    exercise = of(graded(source, search=True), gd.EXERCISE)
    assert exercise.repair is not None
    assert exercise.repair.lines == (5,)
    assert exercise.first_step is None


WRONG = changed(gd.FORMS["ascends"].source.strip(), ("    L = ", "    {}\n    L = "))
HOSTILE = {
    "loops_for_ever_when_followed": "import sys\n    while sys.gettrace(): pass",
    "catches_what_ends_it": (
        "import sys\n    while sys.gettrace():\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    ),
    "millions_of_lines": "for i in range(10**5): x = i\n    L = 0",
    "ends_the_tracing": "import sys\n    sys.settrace(None)",
    "leaves_the_frame_alone": "import sys\n    sys._getframe().f_trace = None",
    "exits_when_followed": "import os, sys\n    if sys.gettrace(): os._exit(0)",
    "large_values": "L = [{n: list(range(1000)) for n in range(100)} for _ in range(5)]",
    "holds_itself": "L = []\n    L.append(L)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_function_harms_nothing_but_what_is_told_of_itself(
    graded: Graded, name: str
) -> None:
    source = WRONG.format(HOSTILE[name])
    result = graded(source, velocity.FORMS["ones"].source.strip())
    exercise = of(result, gd.EXERCISE)
    assert exercise.score == 0
    assert [case.passed for case in exercise.cases] == [False] * len(exercise.cases)
    step = exercise.first_step
    assert step is None or step.line >= 5
    assert step_of(result, velocity.EXERCISE).variable == 'v["dW1"]'


def test_values_that_answer_comparisons_as_they_like_are_passed_over(graded: Graded) -> None:
    source = """class Any(dict):
    def __eq__(self, other): raise SystemExit
    def __len__(self): raise KeyboardInterrupt
    def __getattribute__(self, name): raise SystemExit
    __hash__ = None

def update_parameters_with_gd(parameters, grads, learning_rate):
    L = Any()
    for name in parameters:
        parameters[name] = parameters[name] + learning_rate * grads["d" + name]
    return parameters"""
    exercise = of(graded(source), gd.EXERCISE)
    assert exercise.score == 0
    assert [case.passed for case in exercise.cases] == [False] * len(exercise.cases)
