"""error_hints: what stopped a function, in words that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.execution.outcome import Raised
from grader.grading.judging.error_hints import in_words
from grader.grading.judging.error_place import Place, loop_at, place
from grader.grading.judging.similar_names import nearest
from grader.model import ExerciseResult, Graded

GradeCells = Callable[..., Graded]
PARAMETERS = {"W1": np.zeros((2, 3)), "b1": np.zeros((2, 1)), "W2": np.zeros((1, 2))}
GRADS = {"dW1": np.zeros((2, 3)), "db1": np.zeros((2, 1)), "dW2": np.zeros((1, 2))}
INPUTS = (PARAMETERS, GRADS, 0.1)
HEAD = "import numpy as np\ndef step(parameters, grads, rate=0.1):\n"


def explained(body: str, head: str = HEAD, inputs: tuple[Any, ...] = INPUTS) -> str:
    """What is said of a function with that body, called with the inputs, as the agent tells it."""
    code = f"{head}    {body}"
    namespace: dict[str, Any] = {}
    exec(compile(code, "cell", "exec"), namespace)
    try:
        namespace["step"](*inputs)
    except BaseException as error:
        line, traceback = None, error.__traceback__
        while traceback:
            if traceback.tb_frame.f_code.co_filename == "cell":
                line = traceback.tb_lineno
            traceback = traceback.tb_next
        raised = Raised(type(error).__name__, str(error), line)
        return in_words(raised, place(code, ("step",), line, inputs, {}))
    raise AssertionError("it did not raise")


def longest(graded: Graded) -> ExerciseResult:
    return next(each for each in graded.result.exercises if each.name == "longest")


NONE = "Something in this line is still None"
WHOLE = "A whole number is needed there"
FEWER = "There are not as many names on the left of ="
IN_PLACE = "An operation in place, such as `-=`, cannot turn whole numbers into floats"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("grads['dw1']", "`grads` has no key 'dw1'; its keys are 'dW1', 'db1', 'dW2'."),
        ("grads['dw1']", "Is 'dW1' meant?"),
        ("parameters['W' + str(1)] - grads['dw' + str(1)]", "`grads` has no key 'dw1'; its keys"),
        ("parameters[f'W{1}'] - grads[f'dw{1}']", "`grads` has no key 'dw1'; its keys"),
        ("grads['dW' + str(0)]", "The keys that begin with 'dW' go from 1 to 2: look at where"),
        (
            "v = {}; v['dW1'] + parameters['W1']",
            "No such key was there when this line was reached. 'dW1' is a key of `grads`.",
        ),
        ("parameters['W1'] - rte", "Nothing is called `rte` there"),
        ("parameters['W1'] - rte", "Is `rate` meant?"),
        ("x = y; y = 1", "in a later one, or in a branch that was not taken"),
        ("v = None; v['dW1']", NONE),
        ("rate * None", NONE),
        ("float(None)", NONE),
        ("None.shape", NONE),
        ("parameters - grads", "A whole dictionary stands in a calculation"),
        ("'dW' + 1", "`str(...)` makes a text of the number"),
        ("grads('dW1')", "Round brackets call a function"),
        ("np.zeros(3)[1.0]", WHOLE),
        ("range(3 / 1)", WHOLE),
        ("[1, 2][rate]", WHOLE),
        ("{np.zeros(1): 1}", "That cannot be a key"),
        ("rate[0]", "Square brackets stand after something that has no items"),
        ("len(rate)", "this is a single number"),
        ("a, b = rate", "A loop, or an assignment to several names"),
        ("(1, 2)[0] = 3", "Nothing can be stored there"),
        ("np.zeros()", "A call of `zeros`"),
        ("parameters.W1", "taken with square brackets, as in d['W1']."),
        ("np.sqr(rate)", "Is `sqrt` meant?"),
        ("np.zeros(3).shapes", "Is `shape` meant?"),
        ("parameters['W1'] + np.zeros((3, 2))", "(2,3) is the shape of `parameters['W1']` and"),
        ("parameters['W1'] @ grads['dW1']", "as many columns as the second has rows"),
        ("np.dot(parameters['W1'], grads['dW1'])", "as many columns as the second has rows"),
        ("a, b = 1, 2, 3", FEWER),
        ("a, b, c = 1, 2", FEWER),
        ("if parameters['W1'] > 0: pass", "An array has many values"),
        ("parameters['W1'].reshape(5)", "as many values as the old one"),
        ("np.concatenate([parameters['W1'], np.zeros((1, 1))])", "Arrays that are joined"),
        ("x = np.zeros(2, int); x -= 0.5", IN_PLACE),
        ("parameters['W1'][:, 7]", "the last one there is 2"),
        ("[][0]", "the last one is the length less 1"),
        ("parameters['W1'][0, 0, 0]", "more indices in the square brackets"),
        ("1 / 0", "A number was divided by 0"),
        ("step(parameters, grads)", "The function calls itself without an end."),
        ("open('/no/such/file')", "Files of your own computer"),
        ("import no_such_module", "That package is not there"),
        ("raise Warning('no words for this')", ""),
    ],
)
def test_an_exception_is_told_in_words(body: str, words: str) -> None:
    said = explained(body)
    assert words in said if words else said == ""


def test_a_missing_numpy_is_told_as_such() -> None:
    head = "def step(parameters, grads, rate):\n"
    said = explained("np.zeros(1)", head)
    assert said == "Nothing is called `np` there: neither a parameter nor a variable."


@pytest.mark.parametrize(
    "head", ["def step(parameters, grads):\n", "def step(parameters, grads, rate, *, t):\n"]
)
def test_changed_parameters_are_told_as_such(head: str) -> None:
    assert explained("pass", head).endswith("leave that line as it was given.")


def test_a_wrong_call_of_a_helper_is_told_with_its_name() -> None:
    head = "def helper(a, beta1): return a\ndef step(parameters, grads, rate):\n"
    assert "A call of `helper` leaves out what it needs" in explained("helper(1)", head)
    assert "`helper` has no parameter `beta`. Is `beta1` meant?" in explained(
        "helper(1, beta=2)", head
    )
    # A name of the caller's is no parameter of what it calls.
    told = explained("bets = 2\n    helper(1, bet=bets)", head)
    assert "Is `bets` meant?" not in told
    assert "has no parameter `bet`" in told
    assert "A call of `helper` gives it more" in explained("helper(1, 2, 3)", head)


def test_inputs_mean_nothing_in_another_function_of_the_cell() -> None:
    head = "def helper(grads): return grads['x']\ndef step(parameters, grads, rate):\n"
    said = explained("helper({})", head)
    assert said == "No such key was there when this line was reached."


@given(st.sampled_from(["KeyError", "TypeError", "ValueError", "AttributeError"]), st.text())
def test_any_message_is_survived(kind: str, message: str) -> None:
    """A student's exception may be named like Python's own, and say anything."""
    assert isinstance(in_words(Raised(kind, message, 3), Place(inputs={"a": {1: 2}})), str)


def test_the_innermost_loop_around_a_line_is_told() -> None:
    code = "def f(n):\n    for i in range(n):\n        while n:\n            n += 1\n    return n"
    assert loop_at(code, 4).startswith(
        "It was in the loop that begins in line 3, `while n:`: see what"
    )
    assert loop_at(code, 2).startswith(
        "It was in the loop that begins in line 2, `for i in range(n):`"
    )
    assert loop_at(code, 5) == ""


def test_the_nearest_name_is_near() -> None:
    assert nearest("update_paramters", ["initialize", "update_parameters"]) == "update_parameters"
    assert nearest("update_parameters", ["x", "plot_costs"]) == ""


def test_a_function_under_another_name_is_pointed_at(grade_cells: GradeCells) -> None:
    result = longest(grade_cells("def longest_word(text):\n    return text"))
    assert result.message.endswith(
        "There is `longest_word`: if that is it, it needs the name `longest`"
    )


def test_words_are_for_public_cases_only(grade_cells: GradeCells) -> None:
    """What is said of a hidden case is what kind of exception of Python's own it raised."""
    source = "def longest(text):\n    return {}[text]"
    first, second = (case.message for case in longest(grade_cells(source)).cases)
    assert first.endswith("\nNo such key was there when this line was reached.")
    assert second == "raises KeyError"
