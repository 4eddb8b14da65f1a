"""Every figure that is published with the assignment is reproduced by the reference solution.

`published/optimization_methods.json` has the figures, to the digits in which they are published.
"""

from __future__ import annotations

import asyncio
import json
import re
import runpy
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment
from grader.execution.cell_steps import step_for
from grader.execution.session import Execution, confinement_for
from grader.notebooks.read import read_notebook
from grader.sandbox.level import Level
from grader.values import wire

PUBLISHED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "published/optimization_methods.json").read_text(), parse_float=Decimal
)
UPDATES = (
    "update_parameters_with_gd",
    "update_parameters_with_momentum",
    "update_parameters_with_adam",
)


@pytest.fixture
def assignment(root: Path) -> Assignment:
    return load_assignment(root, "optimization_methods")


def expected(assignment: Assignment, exercise: str) -> Any:
    (public,) = (c for c in assignment.exercise(exercise).cases if c.visibility == "public")
    return public.expected


def agree(values: Any, published: Any) -> bool:
    """Whether the values, rounded as the published figures are, are those figures."""
    if isinstance(published, list):
        return len(values) == len(published) and all(map(agree, values, published))
    # Figures were printed with eight decimals, or nine significant digits if smaller than that.
    unit = Decimal(1).scaleb(published.as_tuple().exponent)
    most = max(unit, Decimal("1e-8")) / 2 + Decimal("1e-15")
    return bool(abs(Decimal(float(values)) - published) <= most)


def test_agreement_is_to_the_last_published_digit() -> None:
    assert agree([0.123456784], [Decimal("0.12345678")])
    assert not agree([0.123456786], [Decimal("0.12345678")])
    assert not agree([0.1, 0.2], [Decimal("0.1")])


@pytest.mark.parametrize("exercise", UPDATES)
def test_parameters_after_one_step(assignment: Assignment, exercise: str) -> None:
    output = expected(assignment, exercise)
    parameters = output if isinstance(output, dict) else output[0]
    published = PUBLISHED[exercise]
    published = published.get("parameters", published)
    assert set(parameters) == set(published) == {"W1", "b1", "W2", "b2"}
    assert all(agree(parameters[key], published[key]) for key in published)


@pytest.mark.parametrize("exercise", UPDATES[1:])
def test_velocity_after_one_step(assignment: Assignment, exercise: str) -> None:
    published = PUBLISHED["update_parameters_with_momentum"]["v"]
    assert all(agree(expected(assignment, exercise)[1][key], published[key]) for key in published)
    assert PUBLISHED["update_parameters_with_adam"]["v"] == "as update_parameters_with_momentum.v"


def test_squared_gradients_after_one_step_of_adam(assignment: Assignment) -> None:
    published = PUBLISHED["update_parameters_with_adam"]["s"]
    output = expected(assignment, "update_parameters_with_adam")[2]
    assert all(agree(output[key], published[key]) for key in published)


def test_adam_with_epsilon_inside_the_root(assignment: Assignment) -> None:
    exercise = assignment.exercise("update_parameters_with_adam")
    inputs = exercise.cases[0].arguments()
    (variant,) = exercise.accepted
    parameters = variant.function(*inputs.args, **inputs.kwargs)[0]
    published = PUBLISHED["update_parameters_with_adam"]["with_epsilon_inside_the_root"]
    assert agree(parameters["W2"][2, 1], published["W2[2,1]"])
    assert agree(parameters["b2"][0, 0], published["b2[0]"])


def test_initial_averages_are_zero(assignment: Assignment) -> None:
    averages = [
        expected(assignment, "initialize_velocity"),
        *expected(assignment, "initialize_adam"),
    ]
    for average in averages:
        shapes = {key: array.shape for key, array in average.items()}
        assert shapes == {"dW1": (2, 3), "db1": (2, 1), "dW2": (3, 3), "db2": (3, 1)}
        assert not any(array.any() for array in average.values())


def test_mini_batches(assignment: Assignment) -> None:
    batches = expected(assignment, "random_mini_batches")
    published = PUBLISHED["random_mini_batches"]
    assert [list(x.shape) for x, _ in batches] == published["shapes_X"]
    assert [list(y.shape) for _, y in batches] == published["shapes_Y"]
    assert agree(batches[0][0].head, published["first_row_first_three"])


@pytest.mark.thorough
def test_training_costs_and_accuracies(assignment: Assignment) -> None:
    """The master notebook, training cells and all, in a kernel as a submission with --full."""
    pytest.importorskip("sklearn")
    notebook = read_notebook(assignment.master)
    steps = [step_for(cell, assignment.long_running, full=True) for cell in notebook.cells]
    files = {name: path.read_bytes() for name, path in assignment.helper_files().items()}

    async def run() -> list[str]:
        confinement = confinement_for(assignment.limits, (), Level.LIMITS)
        async with Execution(steps, files, assignment.limits, confinement) as execution:
            await execution.run_cells()
            assert {each.ended for each in execution.runs.values()} == {"ok"}
            return [
                execution.runs[step.cell.number].printed
                for step in steps
                if step.long and "Cost after" in execution.runs[step.cell.number].printed
            ]

    published = PUBLISHED["training"]
    printed = asyncio.run(run())
    assert len(printed) == 3
    for optimizer, text in zip(("gd", "momentum", "adam"), printed, strict=True):
        costs = {int(e): Decimal(c) for e, c in re.findall(r"epoch (\d+): ([\d.]+)", text)}
        every_1000 = published["cost_every_1000_epochs"][optimizer]
        assert costs == dict(zip(range(0, 10_000, 1000), every_1000, strict=True))
        (accuracy,) = re.findall(r"Accuracy: ([\d.]+)", text)
        assert np.isclose(float(accuracy), float(published["accuracy"][optimizer]), atol=1e-12)


@pytest.mark.parametrize("name", ["optimization_methods", "adam"])
def test_every_call_of_a_test_case_gives_the_same_and_leaves_the_generator_the_same(
    root: Path, name: str
) -> None:
    """Whatever was done to the arrays of the call before: nothing of them is kept."""
    module = runpy.run_path(str(root / "assignment" / name / "testCases.py"))
    # `np` is handed out with the cases, as in the published ones.
    for case in (module[each] for each in module["__all__"] if each != "np"):
        results = []
        for seed in (3, 4):
            np.random.seed(seed)
            result = case()
            results.append((wire.encode(result), np.random.random()))
            for each in result if isinstance(result, tuple) else (result,):
                if isinstance(each, np.ndarray):
                    each[:] = 0
        assert results[0] == results[1]
