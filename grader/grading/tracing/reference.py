"""What right solutions give the variables that the template names, on a public case."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.assignments.records import Assignment, Case, Exercise
from grader.assignments.reference import reference
from grader.authoring import UNSEEDED
from grader.caches import cached
from grader.execution.outcome import Returned
from grader.execution.traced import Change, Key, Trace
from grader.grading.judging.parts import variant_outcome
from grader.grading.tracing.named import variables
from grader.sandbox.inside.tracing import Tracer
from grader.values import wire

# Of one call: lines that are followed, and bytes of the values that are set. Functions of exercises
# run a few hundred lines, and a large array counts as the kilobytes that stand for it.
MAX_LINES, MAX_BYTES = 5_000, 2_000_000


@cached()
def reference_trace(exercise: Exercise, case: Case, assignment: Assignment) -> Trace:
    """What the reference does on the case; it is followed in our process, once."""
    function, names = reference(assignment)[exercise.name], variables(assignment)[exercise.name]
    file = function.__code__.co_filename
    tracer = Tracer(file, function.__name__, names, wire.encode, MAX_LINES, MAX_BYTES)
    inputs = case.arguments()
    with _seeded():
        tracer.call(function, inputs.args, inputs.kwargs)
    changes = tuple(Change(*each) for each in tracer.changes.values())
    return Trace(changes, frozenset(tracer.given), b"")


@contextmanager
def _seeded() -> Iterator[None]:
    """Seed both global generators as a kernel does before a call, and restore them afterwards."""
    ours, numpys = random.getstate(), np.random.get_state()
    random.seed(UNSEEDED)
    np.random.seed(UNSEEDED)
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(numpys)


def accepted_values(exercise: Exercise, case: Case, name: str, key: Key) -> Iterator[Any]:
    """What accepted variants return on the case as this variable, or as this item of it."""
    names = exercise.returns.names
    for variant in exercise.accepted:
        outcome = variant_outcome(variant, case)
        if name in names and isinstance(outcome, Returned):
            whole = outcome.value[names.index(name)] if len(names) > 1 else outcome.value
            yield from _at(whole, key)


def _at(whole: Any, key: Key) -> Iterator[Any]:
    match whole:
        case _ if key is None:
            yield whole
        case dict() if key in whole:
            yield whole[key]
        case list() | tuple() if isinstance(key, int) and key < len(whole):
            yield whole[key]
