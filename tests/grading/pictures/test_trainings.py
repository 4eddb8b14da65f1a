"""trainings: what the notebook itself trained, in a real kernel, right, wrong, or hostile."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment
from grader.encoding import from_json, to_json
from grader.errors import AssignmentError
from grader.grading.grade import grade
from grader.grading.pictures.trainings import (
    TRAININGS,
    frozen,
    frozen_trainings,
    trainings_out_of_step,
)
from grader.grading.task import Task
from grader.model import Drawing, Result, Submission, Verdict
from grader.results.schema import schema
from grader.scenes import Ended, Training, Window

NAME = "optimization_methods"
GD = """
import numpy as np
def update_parameters_with_gd(parameters, grads, learning_rate):
    return {k: parameters[k] - learning_rate * grads["d" + k] for k in parameters}
"""
# A training that takes no time: it prints what it likes, and returns a network of the right form.
MODEL = """
def model(layers, optimizer, costs=(0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.2, 0.1, 0.2), every=1000):
    for number, cost in enumerate(costs):
        print("Cost after epoch %i: %f" % (every * number, cost))
    shapes = [(5, 2), (2, 5), (1, 2)]
    weights = {f"W{l}": np.ones(shape) for l, shape in enumerate(shapes, 1)}
    biases = {f"b{l}": np.zeros((shape[0], 1)) for l, shape in enumerate(shapes, 1)}
    return weights | biases
"""
TRAIN = 'parameters = model([2, 5, 2, 1], optimizer="gd")'
SETTING = "model([2, 5, 2, 1], 'gd', {})"


def full(root: Path, path: Path, name: str = NAME) -> Result:
    return grade(Task(root, Submission("s", path.name, str(path)), name, full=True)).result


@pytest.fixture
def trained(root: Path, write: Callable[..., Path]) -> Callable[..., Drawing]:
    """What is drawn of the training with gradient descent, in a notebook that ends so."""

    def train(*cells: str) -> Drawing:
        (drawing,) = full(root, write("s.ipynb", GD, MODEL, *cells)).exercises[0].drawings
        return drawing

    return train


@pytest.fixture
def here(root: Path) -> Assignment:
    return load_assignment(root, NAME)


@pytest.mark.thorough
def test_real_notebook_with_a_wrong_adam(root: Path, here: Assignment, tmp_path: Path) -> None:
    """The other two of its trainings are the reference's: that one was frozen as it is trained."""
    pytest.importorskip("sklearn")
    notebook = json.loads(here.master.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        cell["source"] = source.replace('str(l)] = beta2 * s["d', 'str(l)] = beta1 * s["d')
    path = tmp_path / "s.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")

    result = full(root, path)

    gd, momentum, adam = (result.exercises[number] for number in (0, 3, 5))
    assert [each.verdict for each in (gd, momentum)] == [Verdict.CORRECT] * 2
    known = frozen(here)
    for exercise in (gd, momentum):
        (drawing,) = exercise.drawings
        reference = known[drawing.picture].data
        assert drawing.ended == ""
        assert np.allclose(drawing.data["costs"], reference["costs"], atol=2e-4)
        assert drawing.data["right"] == reference["right"]
    assert adam.verdict is Verdict.INCORRECT
    drawing, reference = adam.drawings[-1], known["trained_with_adam"].data
    assert (drawing.picture, drawing.ended) == ("trained_with_adam", "")
    assert drawing.data["steps"] == reference["steps"]
    assert not np.allclose(drawing.data["costs"], reference["costs"], atol=0.01)
    assert len(drawing.data["labels"]) == len(reference["labels"])
    written = to_json(result)
    of_result = {"$ref": "#/$defs/Result", "$defs": schema()["$defs"]}
    jsonschema.validate(json.loads(written), of_result)
    assert from_json(written, Result) == result


def test_what_the_notebook_printed_and_trained_is_drawn(trained: Callable[..., Drawing]) -> None:
    drawing = trained(TRAIN)
    assert (drawing.picture, drawing.steps, drawing.ended) == ("trained_with_gd", 10, "")
    assert drawing.data["steps"] == list(range(0, 10_000, 1000))
    assert drawing.data["costs"] == [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.2, 0.1, 0.2]
    assert set(drawing.data["labels"]) == {"0", "1"}


def test_it_is_what_the_name_stood_for_after_its_own_cell(
    trained: Callable[..., Drawing],
) -> None:
    later = 'parameters = {"W1": "<script>"}'
    experiment = SETTING.format("costs=[9]")
    assert trained(TRAIN, later, f"parameters = {experiment}") == trained(TRAIN)
    assert trained(f"other = {SETTING.format('')}", later) == trained(TRAIN)


def test_without_full_nothing_is_trained(root: Path, write: Callable[..., Path]) -> None:
    path = write("s.ipynb", GD, MODEL, TRAIN)
    result = grade(Task(root, Submission("s", path.name, str(path)), NAME)).result
    assert result.exercises[0].drawings == ()


@pytest.mark.parametrize(
    ("cells", "ended"),
    [
        (["1"], 'is not there: no cell calls model with "gd"'),
        (["def model(*_): raise ValueError", TRAIN], "raised an error in cell 4"),
        ([f"{TRAIN}\n1 / 0"], "raised an error in cell 3"),
        (["def model(*_): __import__('os')._exit(0)", TRAIN.replace("optimizer=", "")], "ended"),
        (["def model(*_, **__): return {}", TRAIN], "prints no cost"),
        ([f"{TRAIN}; {SETTING.format('')}"], "is not alone in cell 3, which calls model 2 times"),
        ([SETTING.format("costs=[float('nan')]")], "has a cost after epoch 0 that is NaN"),
        ([SETTING.format("costs=[-float('inf')]")], "has a cost after epoch 0 that is infinite"),
        ([f"print('Cost after epoch 0: 1_0')\n{TRAIN}"], "prints a cost after epoch 0 that is no"),
        ([f"print('Cost after epoch 0: 0x1p3')\n{TRAIN}"], "prints a cost after epoch 0 that is"),
        ([f"print('Cost after epoch 1: 1')\n{TRAIN}"], "prints a cost of epoch 0 after that of 1"),
        ([SETTING.format("costs=[0.5] * 10 ** 6")], "prints more than 1000 costs"),
        ([f"parameters = {SETTING.format('costs=[1] * 3')}"], "was changed: it prints its costs"),
        ([f"parameters = {SETTING.format('every=100')}"], "was changed: it prints its costs"),
        ([f"print('Cost after epoch ' + '9' * 10 ** 6 + ': 1')\n{TRAIN}"], "prints no cost"),
    ],
)
def test_training_without_costs_is_a_sentence(
    trained: Callable[..., Drawing], cells: list[str], ended: str
) -> None:
    drawing = trained(*cells)
    assert drawing.ended.startswith(ended)
    assert drawing.data == {"steps": [], "costs": [], "labels": "", "right": None}


@pytest.mark.parametrize(
    ("then", "ended"),
    [
        ("del parameters", "leaves nothing under a name that could be drawn"),
        ("parameters = object()", "leaves nothing under a name that could be drawn"),
        ("parameters = '<script>'", "does not return a dictionary where one is asked for"),
        ("parameters['W1'] = '<b>'", 'returns no array "W1"'),
        ("parameters['W2'] = np.ones((7, 5))", 'returns "W2" in the shape (7, 5), where (2, 5) is'),
        ("parameters['b3'] = np.array([[np.nan]])", 'returns numbers in "b3" that are not finite'),
        ("parameters['b3'] = np.array([['1']])", "returns something else than real numbers in"),
        ("parameters['b3'] = np.array([[1j]])", "returns something else than real numbers in"),
        ("parameters = np.ones(4_000_000)", "does not return a dictionary where one is asked for"),
    ],
)
def test_rubbish_for_a_network_leaves_the_costs_alone(
    trained: Callable[..., Drawing], then: str, ended: str
) -> None:
    drawing = trained(f"{TRAIN}\n{then}")
    assert drawing.ended.startswith(ended)
    assert (len(drawing.data["costs"]), drawing.data["labels"]) == (10, "")
    assert drawing.data["right"] is None


def test_network_that_is_given_no_name_leaves_the_costs_alone(
    trained: Callable[..., Drawing],
) -> None:
    drawing = trained(SETTING.format(""))
    assert drawing.ended.startswith("leaves nothing under a name")
    assert len(drawing.data["costs"]) == 10


def test_cost_that_becomes_nan_ends_the_curve(trained: Callable[..., Drawing]) -> None:
    drawing = trained(f"parameters = {SETTING.format('costs=[0.7, 0.6, np.nan, 0.5]')}")
    assert drawing.ended == "has a cost after epoch 2000 that is NaN"
    assert drawing.data["costs"] == [0.7, 0.6]


def test_huge_finite_numbers_do_no_harm(trained: Callable[..., Drawing]) -> None:
    drawing = trained(
        f"parameters = {SETTING.format('costs=[1e300] * 10')}\n"
        "parameters = {k: v + 1e308 for k, v in parameters.items()}"
    )
    assert drawing.ended == ""
    assert drawing.data["costs"] == [1e300] * 10


def test_training_of_a_later_kernel_is_not_drawn(root: Path, write: Callable[..., Path]) -> None:
    """A function that sees a hidden input leaves word of it, and ends the kernel: the notebook is
    run again in another one, and may find that. What it trains and prints then is not looked at."""
    function = (
        "import os\nimport numpy as np\n"
        "PLACES = [f + '/seen' for f in ('.', '/tmp', '/var/tmp', '/dev/shm')]\n"
        "def update_parameters_with_gd(parameters, grads, learning_rate):\n"
        "    if learning_rate != 0.01:\n"
        "        for place in PLACES:\n"
        "            try: open(place, 'w').close()\n"
        "            except OSError: pass\n"
        "        os._exit(0)\n"
        "    return {k: parameters[k] - 0.01 * grads['d' + k] for k in parameters}"
    )
    tells = "seen = [place for place in PLACES if os.path.exists(place)]\n"
    train = f"parameters = {SETTING.format('costs=[0.5 + len(seen)] * 10')}"
    paths = write("s.ipynb", function, MODEL, tells + train), write("plain.ipynb", GD, MODEL, train)
    paths[1].write_text(paths[1].read_text().replace("len(seen)", "0"))
    hostile, plain = (full(root, path).exercises[0] for path in paths)
    assert hostile.verdict is Verdict.CRASHED
    assert hostile.drawings == plain.drawings


@pytest.mark.parametrize("cell", ["1", "def update_parameters_with_gd(parameters): return None"])
def test_function_that_is_not_there_or_wrong(
    root: Path, write: Callable[..., Path], cell: str
) -> None:
    """Of one that is missing there is nothing to show, of a wrong one what was trained with it."""
    source = GD if cell.startswith("def") else "import numpy as np"
    path = write("s.ipynb", source, MODEL, TRAIN, cell)
    exercise = full(root, path).exercises[0]
    drawn = [each.picture for each in exercise.drawings if each.picture == "trained_with_gd"]
    assert len(drawn) == (exercise.verdict is not Verdict.MISSING)


def test_assignment_whose_master_trains_nothing_has_no_such_picture(
    root: Path, write: Callable[..., Path]
) -> None:
    adam = load_assignment(root, "adam")
    assert frozen(adam) == {}
    assert frozen_trainings(adam) == {}
    answer = "def initialize_adam(parameters): return {}, {}"
    path = write("s.ipynb", GD, answer, MODEL, TRAIN.replace("gd", "adam"))
    assert {each.drawings for each in full(root, path, "adam").exercises} == {()}


# The author's side


@pytest.fixture
def copied(root: Path, tmp_path: Path) -> Path:
    for side in ("assignment", "solutions"):
        shutil.copytree(root / side / NAME, tmp_path / side / NAME)
    return tmp_path


def test_frozen_trainings_are_of_the_master_as_it_is(here: Assignment) -> None:
    assert list(trainings_out_of_step(here)) == []
    assert frozen_trainings(here) == {}
    assert [len(each.data["costs"]) for each in frozen(here).values()] == [10, 10, 10]


@pytest.mark.parametrize(
    "path", [f"assignment/{NAME}/opt_utils.py", f"solutions/{NAME}/pictures.py"]
)
def test_what_a_training_rests_on_puts_it_out_of_step(copied: Path, path: str) -> None:
    with (copied / path).open("a") as file:
        file.write("# changed\n")
    (problem,) = trainings_out_of_step(load_assignment(copied, NAME))
    assert problem.endswith(
        "is not what this master trains; generate it again, which runs the master"
    )


def test_master_that_does_not_train_is_the_authors_mistake(copied: Path) -> None:
    pictures = copied / "solutions" / NAME / "pictures.py"
    pictures.write_text(pictures.read_text().replace('given="gd"', 'given="newton"'))
    with pytest.raises(AssignmentError, match="no cell calls 'model' with 'newton'"):
        list(trainings_out_of_step(load_assignment(copied, NAME)))


@pytest.mark.parametrize("content", ["", "[]", "{}", "{"])
def test_file_that_was_not_generated_is_the_authors_mistake(copied: Path, content: str) -> None:
    (copied / "solutions" / NAME / TRAININGS.name).write_text(content)
    with pytest.raises(AssignmentError, match="not what is generated"):
        frozen(load_assignment(copied, NAME))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("@training(", "@picture(", "@training, and nothing else, draws on a `Training`"),
        ("    _decide(lesson, parameters)\n", "    yield parameters\n", "is called once"),
        ("{step}: {cost}", "{step}", "`prints` is to have {step} and {cost} in it, once each"),
        ('given="gd"', 'given="gd", full=True', "unexpected keyword argument"),
    ],
)
def test_pictures_that_cannot_be_are_the_authors_mistake(
    copied: Path, old: str, new: str, problem: str
) -> None:
    pictures = copied / "solutions" / NAME / "pictures.py"
    text = pictures.read_text().replace(old, new)
    if new.startswith("@picture"):
        text = text.replace(', given="gd"', "").replace(', given="momentum"', "")
        text = text.replace(', given="adam"', "")
    pictures.write_text(text)
    with pytest.raises(AssignmentError) as raised:
        load_assignment(copied, NAME)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("prints", "printed"),
    [
        ("{step}. {cost} (a|b)", "noise\n10. 0.5 (a|b)\n20. 2e-1 (a|b)\n30. 0.1 (a)\n"),
        ("{step} -> {cost}", "  10 -> 0.5\n10 -> .5 \n10 -> 0.5\n20 -> 0.2"),
    ],
)
def test_costs_are_read_where_a_line_is_as_it_is_said_to_be(prints: str, printed: str) -> None:
    nothing: Any = np.zeros((2, 0))
    lesson = Training(nothing, nothing[:1], Window(0, 1, 0, 1), "fit", prints).sheet()
    lesson.read(printed)
    assert (lesson.steps, lesson.costs) == ([10, 20], [0.5, 0.2])


def test_costs_that_come_twice_are_not_believed() -> None:
    nothing: Any = np.zeros((2, 0))
    lesson = Training(nothing, nothing[:1], Window(0, 1, 0, 1), "fit", "{step}: {cost}").sheet()
    with pytest.raises(Ended, match="prints a cost of step 1 after that of 2"):
        lesson.read("2: 1\n1: 1")
