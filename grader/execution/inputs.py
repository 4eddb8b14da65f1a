"""What kernels are given from the start: an assignment's files, and inputs that they share.

Inputs of cases are encoded here, and the large public ones put in memory that kernels share.
"""

from __future__ import annotations

import os

from grader.assignments.helpers import files_beside
from grader.assignments.records import Assignment, Case
from grader.caches import cached
from grader.errors import AssignmentError, WireError
from grader.model import Visibility
from grader.sandbox.files import PackedFiles
from grader.sandbox.shared import MAX_SHARED, SharedInputs
from grader.values import wire

# Smaller inputs are sent with the call: to share them would save nothing.
SHARED_BYTES = 1024 * 1024


@cached()
def encoded(case: Case) -> bytes | memoryview:
    """The case's inputs as bytes; raises AssignmentError where they cannot be encoded."""
    inputs = case.arguments()
    try:
        return wire.encode((inputs.args, inputs.kwargs), inputs=True)
    except WireError as error:
        raise AssignmentError(f"the inputs of the case {case.name!r}: {error}") from None


@cached()
def packed(assignment: Assignment) -> PackedFiles:
    """The assignment's helpers, packed once for all kernels."""
    return PackedFiles(files_beside(assignment))


@cached()
def shared(assignment: Assignment) -> dict[Case, SharedInputs]:
    """The `MAX_SHARED` largest inputs of public cases, which kernels have in memory from the start.

    Students know the inputs of public cases, so they are no secret. The result is empty where the
    system has no such memory (macOS) or grants none; inputs are then sent with each call.
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
