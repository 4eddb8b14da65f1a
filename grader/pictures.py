"""Pictures of what an exercise's function does, drawn by the author's drivers.

Drivers run in our process. The reference and accepted variants are called here as well; a
student's function is called in a kernel of its own, which has run the notebook's cells and has not
seen a hidden input: what is drawn is shown, and a function could draw what it remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from grader import wire
from grader.assignment import Assignment, Exercise, Limits
from grader.authoring import Arguments, Driver
from grader.caller import Call
from grader.cases import Picture
from grader.errors import AssignmentError, SystemFailure, WireError
from grader.execution import Execution
from grader.fresh import reference
from grader.model import Drawing, ExerciseResult, Verdict
from grader.outcome import Incomparable, Outcome, Raised, Returned
from grader.scenes import Ended

# For all pictures of a submission, the start of their kernel included; and for one call.
SECONDS, CALL_SECONDS = 30.0, 2.0
MAX_CALLS = 1000
# What a driver passes on from one call to the next does not grow beyond this.
MAX_INPUT_BYTES = 1_000_000
CALLED = (Verdict.INCORRECT, Verdict.PARTIAL)
ANOTHER_FORM = "returns something of another form than is asked for"
TOO_MUCH = "returns more than can be passed on to the next step"


async def with_drawings(
    results: tuple[ExerciseResult, ...],
    assignment: Assignment,
    start: Callable[[Limits], Execution],
    full: bool,
) -> tuple[ExerciseResult, ...]:
    """The results, with drawings of those functions that are not the reference's equals.

    `start` gives a new execution of the notebook's definitions within some limits.
    """
    limits = replace(assignment.limits, submission_seconds=SECONDS, call_seconds=CALL_SECONDS)
    try:
        async with start(limits) as execution:
            drawn = [
                replace(result, drawings=await _drawings(result, exercise, execution, full))
                for exercise, result in zip(assignment.exercises, results, strict=True)
            ]
            return tuple(drawn)
    except SystemFailure:  # no grade depends on a picture
        return results


def drawn_by_reference(picture: Picture, exercise: Exercise, assignment: Assignment) -> Drawing:
    """The picture of the reference solution.

    Raises AssignmentError if the reference does not get to the end: then the driver is wrong.
    """
    drawing = _drawn_here(picture, reference(assignment)[exercise.name])
    if drawing.ended:
        raise AssignmentError(
            f"the picture {picture.name!r} of {exercise.name!r} cannot be drawn of the reference, "
            f"which {drawing.ended}; every picture is to be one that the reference finishes"
        )
    return drawing


async def _drawings(
    result: ExerciseResult, exercise: Exercise, execution: Execution, full: bool
) -> tuple[Drawing, ...]:
    if result.verdict is Verdict.ACCEPTED and result.diagnosis:
        variants = {each.name: each.function for each in exercise.accepted}
        function = variants[result.diagnosis.variant]
        return tuple(_drawn_here(picture, function) for picture in exercise.pictures)
    drawings: list[Drawing] = []
    for picture in exercise.pictures if result.verdict in CALLED else ():
        if full or not picture.full:
            drawing = await _drawn_inside(picture, exercise, execution)
            if drawing is None:
                break
            drawings.append(drawing)
    return tuple(drawings)


async def _drawn_inside(
    picture: Picture, exercise: Exercise, execution: Execution
) -> Drawing | None:
    """The picture of the student's function; None if its first call returns nothing at all, of
    which the cases say more."""
    hand = _draw(picture)
    try:
        outcome = await execution.call(Call(exercise.names, next(hand)))
        if not isinstance(outcome, (Returned, Incomparable)):
            return None
        while True:
            outcome = await execution.call(Call(exercise.names, hand.send(outcome)))
    except StopIteration as done:
        drawing: Drawing = done.value
        return drawing


@lru_cache(maxsize=256)
def _drawn_here(picture: Picture, function: Callable[..., Any]) -> Drawing:
    """The picture of a function of the author's."""
    hand = _draw(picture)
    try:
        inputs = next(hand)
        while True:
            inputs = hand.send(_called(function, inputs))
    except StopIteration as done:
        drawing: Drawing = done.value
        return drawing


def _called(function: Callable[..., Any], inputs: bytes | memoryview) -> Outcome:
    args, kwargs = wire.decode(inputs)
    try:
        value = function(*args, **kwargs)
    except Exception as error:  # whatever the author's code may raise
        return Raised(type(error).__name__, str(error), None)
    # A value that has been over the wire is of base types, as every answer is.
    return Returned(wire.decode(wire.encode(value)))


def _draw(picture: Picture) -> Generator[bytes | memoryview, Outcome, Drawing]:
    """Run the driver: yields the encoded inputs of each call, is sent its outcome, and returns
    what was drawn."""
    sheet = picture.scene.sheet()
    driver = picture.driver(sheet)
    inputs = next(driver, None)
    for step in range(1, MAX_CALLS + 1):
        if inputs is None:
            return Drawing(picture.name, sheet.data())
        try:
            inputs = _next(driver, (yield _encoded(inputs)))
        except Ended as end:
            return Drawing(picture.name, sheet.data(), f"in step {step} {end}")
    return Drawing(picture.name, sheet.data(), f"goes on for more than {MAX_CALLS} steps")


def _next(driver: Driver, outcome: Outcome) -> Arguments | None:
    """The arguments of the driver's next call; None when it is done. Raises Ended."""
    value = _value(outcome)
    try:
        with np.errstate(all="ignore"):  # the numbers of a stranger may be huge
            return driver.send(value)
    except StopIteration:
        return None
    except Ended:
        raise
    except Exception:  # whatever a driver meets in a value of another form
        raise Ended(ANOTHER_FORM) from None


def _value(outcome: Outcome) -> Any:
    match outcome:
        case Returned(value):
            return value
        case Raised():
            raise Ended("stops with an error")
        case Incomparable():
            raise Ended(ANOTHER_FORM)
    raise Ended("does not return")


def _encoded(inputs: Arguments) -> bytes | memoryview:
    try:
        data = wire.encode((inputs.args, inputs.kwargs))
    except WireError:
        raise Ended(TOO_MUCH) from None
    if len(data) > MAX_INPUT_BYTES:
        raise Ended(TOO_MUCH)
    return data
