"""Pictures of what an exercise's function does, drawn by the author's drivers.

Drivers run in our process. The reference and accepted variants are called here as well; a
student's function is called in a kernel of its own, which has run the notebook's definitions and
has not seen a hidden input: what is drawn is shown, and a function could draw what it remembers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.assignments.records import Assignment, Exercise, Picture
from grader.assignments.reference import reference
from grader.authoring import Arguments, Driver
from grader.caches import cached
from grader.errors import AssignmentError, WireError
from grader.execution.calls import Call
from grader.execution.outcome import (
    Incomparable,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    Unmade,
)
from grader.execution.session import Execution
from grader.model import Drawing, ExerciseResult, Verdict
from grader.scenes import ANOTHER_FORM, Ended, Landscape, Training
from grader.values import wire

# For all pictures of a submission, the start of their kernel included; and for one call.
SECONDS, CALL_SECONDS = 15.0, 2.0
MAX_CALLS = 1000
# The inputs of one call, encoded. A driver may pass on what a function returned, and let it grow.
MAX_INPUT_BYTES = 1_000_000
TOO_MUCH = "returns more than can be passed on to the next step"


async def with_drawings(
    results: Sequence[ExerciseResult],
    assignment: Assignment,
    execution: Execution,
) -> tuple[ExerciseResult, ...]:
    """The results, with drawings of those functions that are not the reference's equals.

    `execution` is one of the notebook's definitions, with no hidden input.
    """
    drawers = [
        _drawers(result, exercise)
        for result, exercise in zip(results, assignment.exercises, strict=True)
    ]
    await _draw_together([drawer for group in drawers for drawer in group], execution)
    return tuple(
        replace(result, drawings=(*_known(result, exercise), *_drawings(group)))
        for result, exercise, group in zip(results, assignment.exercises, drawers, strict=True)
    )


def drawn_by_reference(picture: Picture, exercise: Exercise, assignment: Assignment) -> Drawing:
    """The picture of the reference solution.

    Raises AssignmentError if the reference does not get to the end, as then the driver is wrong, or
    if the scene cannot be drawn.
    """
    if isinstance(picture.scene, Landscape):
        _check(picture.scene, f"the picture {picture.name!r} of {exercise.name!r}")
    drawing, cause = _drawn_here(picture, reference(assignment)[exercise.name])
    if drawing.ended:
        why = f" ({type(cause).__name__}: {cause})" if cause else ""
        raise AssignmentError(
            f"the picture {picture.name!r} of {exercise.name!r} cannot be drawn of the reference, "
            f"which in step {drawing.steps} {drawing.ended}{why}; every picture is to be one that "
            "the reference finishes"
        )
    return drawing


def _check(scene: Landscape, what: str) -> None:
    try:
        scene.heights()
    except Exception as error:  # whatever the author's code may raise
        raise AssignmentError(
            f"{what} has no landscape to be drawn on: {type(error).__name__}: {error}"
        ) from error


class _Drawer:
    """Draws a picture, one call of the function after another.

    `inputs` are those of the next call, encoded; None if there is none. `ended` says why the
    drawing ended before its driver did, if so, and `cause` is what the driver raised there.
    """

    def __init__(self, picture: Picture, names: tuple[str, ...] = ()) -> None:
        self.names = names
        self.inputs: bytes | memoryview | None = None
        self.ended = ""
        self.cause: BaseException | None = None
        self.speechless = False
        self._steps = 0
        self._picture = picture
        self._sheet = picture.scene.sheet()
        self._driver = picture.driver(self._sheet)
        self._go_on(None)

    @property
    def drawing(self) -> Drawing:
        return Drawing(self._picture.name, self._sheet.data(), self._steps, self.ended)

    def take(self, outcome: Outcome) -> None:
        """Continue with the outcome of the call that was due.

        The drawer is `speechless` from then on if it was the first call and did not return.
        """
        self._steps += 1
        if self._steps == 1:
            self.speechless = not isinstance(outcome, (Returned, Incomparable))
        self._go_on(outcome)

    def _go_on(self, outcome: Outcome | None) -> None:
        try:
            if self._steps > MAX_CALLS:
                raise Ended("goes on and on")
            inputs = _next(self._driver, None if outcome is None else _value(outcome))
            self.inputs = None if inputs is None else _encoded(inputs)
        except Ended as end:
            self.inputs, self.cause = None, end.__cause__
            self.ended = str(end)


def _drawers(result: ExerciseResult, exercise: Exercise) -> list[_Drawer]:
    """A drawer for each picture that the student's own function is called for."""
    called = result.verdict.returned or (
        result.verdict is Verdict.ACCEPTED and _variant(result, exercise) is None
    )
    return [_Drawer(each, exercise.names) for each in _pictures(exercise) if called]


def _pictures(exercise: Exercise) -> list[Picture]:
    return [each for each in exercise.pictures if not isinstance(each.scene, Training)]


async def _draw_together(drawers: Sequence[_Drawer], execution: Execution) -> None:
    """Let all drawers draw, side by side: each step of them is one message."""
    end = time.monotonic() + SECONDS
    while at_work := [(drawer, drawer.inputs) for drawer in drawers if drawer.inputs is not None]:
        calls = [[Call(drawer.names, inputs)] for drawer, inputs in at_work]
        outcomes = await execution.call_all(calls) if time.monotonic() < end else []
        for index, (drawer, _) in enumerate(at_work):
            drawer.take(outcomes[index][0] if outcomes else NotCalled("no time is left"))


def _drawings(drawers: Sequence[_Drawer]) -> tuple[Drawing, ...]:
    """What was drawn; nothing where the first call failed, of which the cases say more."""
    return tuple(drawer.drawing for drawer in drawers if not drawer.speechless)


def _known(result: ExerciseResult, exercise: Exercise) -> tuple[Drawing, ...]:
    """The drawings of an accepted variant, if the function is the same: it need not be called."""
    function = _variant(result, exercise)
    return tuple(_drawn_here(each, function)[0] for each in _pictures(exercise) if function)


def _variant(result: ExerciseResult, exercise: Exercise) -> Callable[..., Any] | None:
    """The accepted variant that a function is the same as, if it is that of one."""
    diagnosis = result.diagnosis
    if result.verdict is not Verdict.ACCEPTED or not diagnosis or diagnosis.parts or result.also:
        return None
    accepted = {each.name: each.function for each in exercise.accepted}
    return accepted.get(diagnosis.variant)


@cached(most=64)
def _drawn_here(
    picture: Picture, function: Callable[..., Any]
) -> tuple[Drawing, BaseException | None]:
    """The picture of a function of the author's, and what the driver raised, if it did."""
    drawer = _Drawer(picture)
    while drawer.inputs is not None:
        drawer.take(_called(function, drawer.inputs))
    return drawer.drawing, drawer.cause


def _called(function: Callable[..., Any], inputs: bytes | memoryview) -> Outcome:
    args, kwargs = wire.decode(inputs, build=True)
    try:
        # A value that has been over the wire is of base types, as every answer is.
        return Returned(wire.decode(wire.encode(function(*args, **kwargs))))
    except Exception as error:  # whatever the author's code may raise
        return Raised(type(error).__name__, str(error), None)


def _next(driver: Driver, value: Any) -> Arguments | None:
    """The arguments of the driver's next call; None when it is done. Raises Ended."""
    try:
        with np.errstate(all="ignore"):  # the numbers of a stranger may be huge
            return driver.send(value)
    except StopIteration:
        return None
    except Ended:
        raise
    except Exception as error:  # whatever a driver meets in a value of another form
        raise Ended(ANOTHER_FORM) from error


def _value(outcome: Outcome) -> Any:
    match outcome:
        case Returned(value):
            return value
        case Raised():
            raise Ended("stops with an error")
        case Incomparable():
            raise Ended(ANOTHER_FORM)
        case Unmade(reason):
            raise RuntimeError(f"the inputs of a picture cannot be made in the kernel: {reason}")
    raise Ended("does not return")


def _encoded(inputs: Arguments) -> bytes | memoryview:
    try:
        data = wire.encode((inputs.args, inputs.kwargs))
    except WireError:
        raise Ended(TOO_MUCH) from None
    if len(data) > MAX_INPUT_BYTES:
        raise Ended(TOO_MUCH)
    return data
