"""draw: what a function draws in a real kernel, right, wrong, or hostile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from grader.assignments.load import load_assignment
from grader.encoding import from_json, to_json
from grader.errors import AssignmentError
from grader.grading.grade import grade
from grader.grading.pictures.draw import drawn_by_reference
from grader.grading.task import Task
from grader.model import ExerciseResult, Result, Submission, Verdict
from grader.results.schema import schema
from grader.sandbox.level import Level
from grader.scenes import FARTHEST, Training

GD = (
    "import numpy as np\n"
    "def update_parameters_with_gd(parameters, grads, learning_rate):\n"
    "    {body}\n"
)
BATCHES = (
    "import numpy as np\n"
    "def random_mini_batches(X, Y, mini_batch_size=64, seed=0):\n"
    "    np.random.seed(seed)\n"
    "    order = np.random.permutation(X.shape[1])\n"
    "    X, Y, k = X[:, order], Y[:, order], mini_batch_size\n"
    "    return [(X[:, i:i + k], Y[:, i:i + k]) for i in range(0, X.shape[1]{less}, k)]\n"
)


@pytest.fixture
def graded(root: Path, write: Callable[..., Path]) -> Callable[..., Result]:
    def grade_them(*cells: str) -> Result:
        path = write("s.ipynb", *cells)
        submission = Submission("s", path.name, str(path))
        return grade(Task(root, submission, "optimization_methods")).result

    return grade_them


def gd(result: Result) -> ExerciseResult:
    return result.exercises[0]


def of(body: str) -> str:
    return GD.format(body=f"return {{k: {body} for k in parameters}}")


@pytest.mark.parametrize("name", ["optimization_methods", "adam"])
def test_the_reference_finishes_every_picture(root: Path, name: str) -> None:
    assignment = load_assignment(root, name)
    drawn = [
        drawn_by_reference(picture, exercise, assignment)
        for exercise in assignment.exercises
        for picture in exercise.pictures
        if not isinstance(picture.scene, Training)
    ]
    assert len(drawn) == {"optimization_methods": 7, "adam": 2}[name]


def test_a_right_function_is_not_called_again(graded: Callable[..., Result]) -> None:
    result = gd(graded(of("parameters[k] - learning_rate * grads['d' + k]")))
    assert (result.verdict, result.drawings) == (Verdict.CORRECT, ())


def test_ascent_leaves_the_picture_and_is_drawn_no_farther(
    root: Path, graded: Callable[..., Result]
) -> None:
    result = graded(of("parameters[k] + learning_rate * grads['d' + k]"))
    bowl, valley = gd(result).drawings
    assert (bowl.picture, valley.picture) == ("gd_in_a_bowl", "gd_in_a_valley")
    assert bowl.data["points"][:2] == [[-4.2, 2.2], [-5.124, 6.072]]
    assert (bowl.steps, bowl.ended) == (1, "leaves the picture")
    written = to_json(result)
    of_result = {"$ref": "#/$defs/Result", "$defs": schema()["$defs"]}
    jsonschema.validate(json.loads(written), of_result)
    assert from_json(written, Result) == result


def test_huge_numbers_are_clipped(graded: Callable[..., Result]) -> None:
    bowl = gd(graded(of("parameters[k] * 0 + 1e308"))).drawings[0]
    assert bowl.data["points"][1] == [3 + FARTHEST * 8, 3 + FARTHEST * 6]
    assert (bowl.steps, bowl.ended) == (1, "leaves the picture")


@pytest.mark.parametrize(
    ("body", "ended"),
    [
        ("parameters[k] * float('nan')", 'returns numbers in "W1" that are not finite'),
        ("parameters[k] * float('inf')", 'returns numbers in "W1" that are not finite'),
        ("np.zeros((2, 2))", 'returns "W1" in the shape (2, 2), where (1, 1) is asked for'),
        ("'<script>'", 'returns no array "W1"'),
        ("10 ** 400", 'returns "W1" in the shape (), where (1, 1) is asked for'),
        ("parameters[k] * 1j", 'returns something else than real numbers in "W1"'),
    ],
)
def test_what_cannot_be_drawn_is_said(graded: Callable[..., Result], body: str, ended: str) -> None:
    for drawing in gd(graded(of(body))).drawings:
        assert (drawing.steps, drawing.ended) == (1, ended)
        assert len(drawing.data["points"]) == 1


@pytest.mark.parametrize("body", ["return 'text'", "return None", "return [parameters] * 3"])
def test_a_value_of_another_type_is_said(graded: Callable[..., Result], body: str) -> None:
    result = gd(graded(GD.format(body=body)))
    assert {each.ended for each in result.drawings} == {
        "does not return a dictionary where one is asked for"
    }


def test_a_function_that_raises_later_keeps_the_path_so_far(
    graded: Callable[..., Result],
) -> None:
    # A network of one weight is that of the pictures: no case has one. There are two of them.
    body = (
        "calls = globals().setdefault('calls', [])\n"
        "    if parameters['W1'].size == 1: calls.append(1)\n"
        "    if len(calls) == 7: raise ValueError\n"
        "    return {k: parameters[k] - 0.5 * learning_rate * grads['d' + k] for k in parameters}"
    )
    source = GD.format(body=body)
    bowl = gd(graded(source)).drawings[0]
    assert (bowl.steps, bowl.ended) == (4, "stops with an error")
    assert len(bowl.data["points"]) == 4


def test_a_function_cannot_draw_the_hidden_inputs_that_it_remembers(
    root: Path, graded: Callable[..., Result]
) -> None:
    """It answers with a number of the first hidden input it has seen: here it has seen none."""
    body = (
        "seen = globals().setdefault('seen', [])\n"
        "    if parameters['W1'].shape != (1, 1): seen.append(float(parameters['W1'].flat[0]))\n"
        "    return {k: np.full(parameters[k].shape, len(seen) / 100) for k in parameters}"
    )
    points = [
        point
        for each in gd(graded(GD.format(body=body))).drawings
        for point in each.data["points"][1:]
    ]
    assert points
    assert {tuple(point) for point in points} == {(0.0, 0.0)}


def test_what_a_function_leaves_behind_is_not_there_when_it_draws(
    graded: Callable[..., Result], need_level: Callable[[Level], None]
) -> None:
    """It leaves word of a hidden input wherever it may, and draws a path by what it finds."""
    need_level(Level.LANDLOCK)  # below it, files are anybody's
    body = (
        "import os\n"
        "    small, found = parameters['W1'].size == 1, 0\n"
        "    for folder in ('.', '..', '/tmp', '/var/tmp', '/dev/shm', os.path.expanduser('~')):\n"
        "        try:\n"
        "            if small:\n"
        "                found += os.path.exists(folder + '/seen-by-pictures')\n"
        "            else:\n"
        "                open(folder + '/seen-by-pictures', 'w').close()\n"
        "        except OSError: pass\n"
        "    return {k: np.full(parameters[k].shape, found / 100) for k in parameters}"
    )
    drawings = gd(graded(GD.format(body=body))).drawings
    assert {tuple(point) for each in drawings for point in each.data["points"][1:]} == {(0.0, 0.0)}


def test_lost_columns_are_missing_in_the_drawing(graded: Callable[..., Result]) -> None:
    result = graded(BATCHES.format(less=" - k")).exercises[1]
    (drawing,) = result.drawings
    assert [[len(row) for row in group] for group in drawing.data["groups"]] == [[8, 8], [8, 8]]
    found = {item for group in drawing.data["groups"] for item in group[0]}
    assert len(found) == 16
    assert found <= set(range(20))


def test_a_picture_that_the_reference_cannot_finish_is_the_authors_mistake(root: Path) -> None:
    assignment = load_assignment(root, "optimization_methods")
    gd_exercise, batches = assignment.exercises[:2]
    with pytest.raises(AssignmentError, match="cannot be drawn of the reference"):
        drawn_by_reference(gd_exercise.pictures[0], batches, assignment)
