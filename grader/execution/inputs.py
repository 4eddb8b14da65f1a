"""The inputs of cases as they reach a kernel."""

from __future__ import annotations

import os

from grader.assignments.records import Assignment, Case
from grader.caches import cached
from grader.errors import AssignmentError, WireError
from grader.model import Visibility
from grader.sandbox.shared import MAX_SHARED, SharedInputs
from grader.values import wire

# To share less is not worth while.
SHARED_BYTES = 1024 * 1024


@cached()
def encoded(case: Case) -> bytes | memoryview:
    """The case's inputs as they go over the wire; raises AssignmentError where they cannot."""
    inputs = case.arguments()
    try:
        return wire.encode((inputs.args, inputs.kwargs))
    except WireError as error:
        raise AssignmentError(f"the inputs of the case {case.name!r}: {error}") from None


@cached()
def shared(assignment: Assignment) -> dict[Case, SharedInputs]:
    """The largest inputs of public cases, by case: shared memory that kernels have from the start.

    Inputs of public cases are no secret. The result is empty where the system has no such memory
    (macOS) or grants none; inputs are then sent with each call.
    """
    if not hasattr(os, "memfd_create"):
        return {}
    public = [case for each in assignment.exercises for case in each.of(Visibility.PUBLIC)]
    large = [case for case in public if len(encoded(case)) >= SHARED_BYTES]
    large.sort(key=lambda case: len(encoded(case)), reverse=True)
    try:
        return {case: SharedInputs(encoded(case)) for case in large[:MAX_SHARED]}
    except OSError:
        return {}
