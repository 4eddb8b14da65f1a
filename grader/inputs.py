"""The inputs of cases as they reach a kernel."""

from __future__ import annotations

from functools import cache

from grader import wire
from grader.assignment import Assignment
from grader.cases import Case
from grader.errors import AssignmentError, WireError
from grader.model import Visibility
from grader.sandbox.kernel import SharedInputs

# To share less is not worth while; all that is shared goes in one message.
MIN_SHARED_BYTES = 1024 * 1024
MAX_SHARED_BYTES = wire.MAX_BYTES // 2


@cache
def encoded(case: Case) -> bytes | memoryview:
    """The case's inputs as they go over the wire; raises AssignmentError where they cannot."""
    inputs = case.arguments()
    try:
        return wire.encode((inputs.args, inputs.kwargs))
    except WireError as error:
        raise AssignmentError(f"the inputs of the case {case.name!r}: {error}") from None


@cache
def shared(assignment: Assignment) -> dict[Case, SharedInputs]:
    """The large inputs of public cases, which students have anyway: kernels have them from the
    start."""
    found: dict[Case, SharedInputs] = {}
    left = MAX_SHARED_BYTES
    for exercise in assignment.exercises:
        for case in exercise.of(Visibility.PUBLIC):
            inputs = encoded(case)
            if MIN_SHARED_BYTES <= len(inputs) <= left:
                found[case] = SharedInputs(inputs)
                left -= len(inputs)
    return found
