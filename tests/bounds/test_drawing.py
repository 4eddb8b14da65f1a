"""What drawing a picture costs us is bounded, whatever the student's function returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.assignments.load import load_assignment
from grader.assignments.records import Picture
from grader.assignments.reference import reference
from grader.encoding import to_json
from grader.errors import WireError
from grader.execution.outcome import Incomparable, Outcome, Returned
from grader.grading.pictures.draw import MAX_CALLS, MAX_INPUT_BYTES, _Drawer
from grader.scenes import Training
from grader.values import wire
from tests.bounds import grown
from tests.conftest import ROOT
from tests.counting import calls_made

# Of the author's driver, for each call of the function; and of what is encoded for it.
CALLS_OF_A_STEP, CALLS_OF_A_BYTE, BASE = 2_000, 10, 10_000
# What a picture adds to `results.json`.
MOST_JSON = 60_000
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e308, -1e308, 5e-324, np.inf, -np.inf, np.nan])
# How often an array or a list is repeated.
TIMES = st.sampled_from([0, 1, 1, 2, 40, 3_000])
ANSWERS = st.tuples(NUMBERS, TIMES) | grown.answers


@cache
def pictures() -> dict[str, tuple[Picture, Callable[..., Any]]]:
    assignment = load_assignment(Path(ROOT), "optimization_methods")
    functions = reference(assignment)
    return {
        f"{exercise.name}: {picture.name}": (picture, functions[exercise.name])
        for exercise in assignment.exercises
        for picture in exercise.pictures
        if not isinstance(picture.scene, Training)
    }


def changed(value: object, by: float, times: int) -> object:
    """A right answer, every number of it multiplied, and arrays and lists repeated."""
    match value:
        case dict():
            return {key: changed(each, by, times) for key, each in value.items()}
        case tuple():
            return tuple(changed(each, by, times) for each in value)
        case list():
            return [changed(each, by, 1) for each in value] * times
        case np.ndarray():
            with np.errstate(all="ignore"):
                return value * by if times == 1 else np.tile(value, times)
    return value


def outcome(answer: bytes | tuple[float, int], right: object) -> Outcome:
    try:
        if isinstance(answer, bytes):
            return Returned(wire.decode(answer))
        return Returned(wire.decode(wire.encode(changed(right, *answer))))
    except WireError as error:
        return Incomparable(str(error))


def draw(name: str, answers: list[bytes | tuple[float, int]]) -> int:
    """Draw one picture, of which the last answer is repeated; how often was the function called?"""
    picture, function = pictures()[name]
    drawer = _Drawer(picture)
    steps = 0
    while drawer.inputs is not None:
        assert len(drawer.inputs) <= MAX_INPUT_BYTES
        args, kwargs = wire.decode(drawer.inputs)
        with np.errstate(all="ignore"):
            drawer.take(outcome(answers[min(steps, len(answers) - 1)], function(*args, **kwargs)))
        steps += 1
    assert steps <= MAX_CALLS + 1
    assert len(to_json(drawer.drawing)) < MOST_JSON
    return steps


@pytest.mark.parametrize("name", pictures())
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
def test_steps_of_drawing_are_bounded(name: str, answers: list[bytes | tuple[float, int]]) -> None:
    steps = draw(name, answers)
    longest = max(len(each) if isinstance(each, bytes) else MAX_INPUT_BYTES for each in answers)
    most = steps * (CALLS_OF_A_STEP + CALLS_OF_A_BYTE * longest) + BASE
    assert calls_made(lambda: draw(name, answers)) < most
