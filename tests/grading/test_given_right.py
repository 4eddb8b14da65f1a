"""given_right: a function that is wrong only since it uses a wrong one is not wrong twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignments.load import load_assignment, read_settings
from grader.authors.validate import validate
from grader.errors import AssignmentError
from grader.grading.given_right import candidates
from grader.model import ExerciseResult, Result, Verdict
from tests.authored import authored, exercise, handed_in

SIGMOID = """import numpy as np
LARGEST = 500
def sigmoid(x):
    ### START CODE HERE ###
    return 1 / (1 + np.exp(-np.clip(x, -LARGEST, LARGEST)))
    ### END CODE HERE ###
"""
PREDICT = """def predict(w, x):
    ### START CODE HERE ###
    return sigmoid(w * x) > 0.5
    ### END CODE HERE ###
"""
COST = """def cost(w, x, y):
    ### START CODE HERE ###
    return float(np.mean((sigmoid(w * x) - y) ** 2))
    ### END CODE HERE ###
"""
CASES = '''import numpy as np
@case("sigmoid")
def some():
    """Some numbers."""
    return arguments(np.array([-1.0, 0.0, 2.0]))
@case("predict")
def rising():
    """A rising line."""
    return arguments(2.0, np.array([-1.0, 0.5, 3.0]))
@case("cost", public=True)
def public():
    """Three points."""
    return arguments(0.5, np.array([-1.0, 0.0, 2.0]), np.array([0.0, 1.0, 1.0]))
@case("cost")
def hidden():
    """Others."""
    return arguments(1.5, np.array([-1.0, 0.2, 2.0]), np.array([0.0, 1.0, 0.0]))
'''
USES = 'uses = ["sigmoid"]'
WRONG_SIGMOID = "import numpy as np\ndef sigmoid(x):\n    return 1 / (1 + np.exp(x))\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("course"))


def assignment(root: Path, predict: str = USES, cost: str = USES) -> Path:
    tables = (exercise("sigmoid"), exercise("predict", predict), exercise("cost", cost))
    return authored(root, [SIGMOID, PREDICT, COST], CASES, *tables)


def verdicts(result: Result) -> dict[str, tuple[str, float | None]]:
    return {each.name: (each.verdict.value, each.score) for each in result.exercises}


def of(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def test_functions_that_use_a_wrong_one_are_right_given_a_right_one(course: Path) -> None:
    result = handed_in(course, WRONG_SIGMOID, PREDICT, COST)
    assert verdicts(result) == {
        "sigmoid": ("incorrect", 0.0),
        "predict": ("accepted", 10.0),
        "cost": ("accepted", 10.0),
    }
    said = of(result, "cost").diagnosis
    assert said
    assert said.title == "right, given a right `sigmoid`"
    assert "what is to be mended is `sigmoid`" in said.explanation
    assert not [flag for flag in result.flags if "memoris" in flag]


@pytest.mark.parametrize(
    "sigmoid",
    [
        "def sigmoid(x):\n    ### START CODE HERE ###\n    pass\n    ### END CODE HERE ###",
        "def sigmoid(x):\n    return 1 / (1 + np.exp(-x)",
        "def sigmoid(x):\n    raise ValueError('not yet')",
        "def sigmoid(x):\n    while True: pass",
        "print('I have no idea')",
    ],
)
def test_it_does_not_matter_what_is_wrong_with_the_one_that_is_used(
    course: Path, sigmoid: str
) -> None:
    result = handed_in(course, f"import numpy as np\n{sigmoid}", PREDICT, COST)
    assert not of(result, "sigmoid").verdict.solved
    assert of(result, "predict").score == of(result, "cost").score == 10


def test_a_function_that_is_wrong_by_itself_stays_wrong(course: Path) -> None:
    wrong = COST.replace("np.mean", "np.sum")
    result = handed_in(course, WRONG_SIGMOID, PREDICT, wrong)
    assert verdicts(result)["cost"] == ("incorrect", 0.0)
    assert of(result, "predict").verdict is Verdict.ACCEPTED


def test_where_the_used_one_is_right_nothing_changes(course: Path) -> None:
    result = handed_in(course, SIGMOID, PREDICT, COST.replace("np.mean", "np.sum"))
    assert verdicts(result) == {
        "sigmoid": ("correct", 10.0),
        "predict": ("correct", 10.0),
        "cost": ("incorrect", 0.0),
    }


def test_the_author_chooses_the_share_of_the_points(tmp_path: Path) -> None:
    root = assignment(tmp_path, cost=f"{USES}\nuses_share = 0.6")
    cost = of(handed_in(root, WRONG_SIGMOID, PREDICT, COST), "cost")
    assert (cost.verdict, cost.score) == (Verdict.PARTIAL, 6.0)
    assert cost.message == "right, given a right `sigmoid`, which earns 60% of the points"


def test_nothing_is_given_without_uses(tmp_path: Path) -> None:
    root = assignment(tmp_path, cost="", predict="")
    assert verdicts(handed_in(root, WRONG_SIGMOID, PREDICT, COST))["cost"] == ("incorrect", 0.0)


def test_what_the_references_code_does_is_nowhere_on_the_page(course: Path) -> None:
    """In the kernel with the reference's code a function can see it, but has nowhere to tell it."""
    spy = (
        "def cost(w, x, y):\n"
        "    seen = [str(sigmoid.__code__.co_consts), str(sigmoid.__globals__.get('LARGEST'))]\n"
        "    print('SEEN', seen)\n"
        "    raise ValueError('SEEN ' + ' '.join(seen))\n"
    )
    result = handed_in(course, WRONG_SIGMOID, PREDICT, spy)
    assert of(result, "cost").score == 0
    assert "500" not in str(result)


def test_a_cell_that_changes_a_name_of_the_references_changes_nothing(course: Path) -> None:
    """The reference's function has its own `np` and `LARGEST`."""
    result = handed_in(course, WRONG_SIGMOID, PREDICT, COST, "LARGEST = 0")
    assert of(result, "cost").verdict is Verdict.ACCEPTED


def test_who_cheats_with_the_references_function_gets_nothing_by_it(course: Path) -> None:
    """Only functions that use another one are called with the reference's, and by hidden cases."""
    lazy = "def cost(w, x, y):\n    return sigmoid(w * x)"
    assert of(handed_in(course, WRONG_SIGMOID, PREDICT, lazy), "cost").score == 0


def test_only_wrong_answers_that_use_wrong_ones_are_called_again(course: Path) -> None:
    known = load_assignment(course, "lesson")
    results = handed_in(course, SIGMOID, PREDICT, "x = 1").exercises
    assert candidates(results, known) == {}
    results = handed_in(course, WRONG_SIGMOID, PREDICT, "x = 1").exercises
    assert candidates([r for r in results if r.name != "predict"], known) == {}


def test_an_assignment_with_uses_is_in_order(course: Path) -> None:
    assert list(validate(course, "lesson")) == []


@pytest.mark.parametrize(
    ("uses", "words"),
    [
        ('uses = ["cost"]', "'cost' is the exercise itself"),
        ('uses = ["sigmid"]', "no function of an exercise (others are: predict, sigmoid)"),
        ('uses = ["sigmoid"]\nuses_share = 0', "uses_share"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, uses: str, words: str) -> None:
    with pytest.raises(AssignmentError, match=r"assignment\.toml") as caught:
        assignment(tmp_path, cost=uses)
    assert words in str(caught.value)
    with pytest.raises(AssignmentError):
        read_settings(tmp_path / "assignment/lesson", tmp_path / "solutions/lesson")


def test_a_used_function_that_needs_the_whole_notebook_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "solutions/lesson"
    folder.mkdir(parents=True)
    with pytest.raises(AssignmentError, match="`uses` needs sigmoid to depend on nothing but"):
        authored(
            tmp_path,
            [SIGMOID.replace("LARGEST = 500", "LARGEST = [1]\nLARGEST.append(5)"), PREDICT, COST],
            CASES,
            exercise("sigmoid"),
            exercise("predict", USES),
            exercise("cost"),
        )
