"""Try a function on cases in a child process, where it may loop for ever or eat memory.

The functions are the author's, or mutants of them; a student's never come here.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import random
import resource
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import CodeType, FrameType
from typing import Any, NoReturn

import numpy as np

from grader.assignments.records import Case
from grader.authoring import UNSEEDED, Arguments
from grader.execution.outcome import Raised
from grader.grading.judging.expected import not_raised
from grader.values import wire
from grader.values.difference import Returns, Tolerance

# An answer counts as told apart if it is not right even within this many tolerances, so that it
# never is by chance or by rounding.
MARGIN = 1000
# What comes of a trial. SAME: the answer is as expected. NEAR: it is not, but the difference is
# below the margin. APART: it is above the margin, or the function raises, does not end, or returns
# what cannot be compared.
SAME, NEAR, APART = b"=", b"~", b"!"

CPU_SECONDS, WALL_SECONDS = 2, 60
MORE_BYTES = 1024**3
# Ends a list of lines: without it the child was ended before it had written all.
_WHOLE = b"whole"


def tried(
    function: Callable[..., Any],
    cases: Sequence[Case],
    inputs: Sequence[Arguments],
    returns: Returns,
) -> str:
    """What comes of each case: a character each, of SAME, NEAR and APART.

    `function` can change nothing but the child's own copies, so that the `inputs` are the same for
    the next function that is tried. Where a case ends the child, a new one goes on after it.
    """
    said = b""
    while len(said) < len(cases):
        left = slice(len(said), None)
        said += _in_child(function, cases[left], inputs[left], returns)
        if len(said) < len(cases):
            said += APART  # the case that ended the child
    return said.decode()


def lines_reached(
    function: Callable[..., Any], inputs: Sequence[Arguments]
) -> frozenset[int] | None:
    """The lines of the function's cell that are run when it is called with each of the `inputs`.

    None where that cannot be known, for example since it is no function of Python's.
    """
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return None
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        _trace_all(function, {*_nested(code)}, inputs, writer)
    os.close(writer)
    said = _read_to_end(reader, child)
    numbers = said.split()
    return frozenset(map(int, numbers[:-1])) if numbers[-1:] == [_WHOLE] else None


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _nested(each)


def _trace_all(
    function: Callable[..., Any],
    codes: set[CodeType],
    inputs: Sequence[Arguments],
    writer: int,
) -> NoReturn:
    lines: set[int] = set()

    def follow(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code not in codes:
            return None
        lines.add(frame.f_lineno)
        return follow

    try:
        _limit()
        for given in inputs:
            sys.settrace(follow)
            with contextlib.suppress(Exception):  # a case may expect that it raises
                function(*given.args, **given.kwargs)
            sys.settrace(None)
        os.write(writer, b" ".join([*(b"%d" % line for line in lines), _WHOLE]))
    finally:
        os._exit(0)


def _in_child(
    function: Callable[..., Any],
    cases: Sequence[Case],
    inputs: Sequence[Arguments],
    returns: Returns,
) -> bytes:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        _try_all(function, cases, inputs, returns, writer)
    os.close(writer)
    return _read_to_end(reader, child)


def _read_to_end(reader: int, child: int) -> bytes:
    """What the child writes until it ends, or is silent for too long; then it is gone."""
    said = b""
    try:
        while select.select([reader], [], [], WALL_SECONDS)[0] and (more := os.read(reader, 4096)):
            said += more
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return said


def _try_all(
    function: Callable[..., Any],
    cases: Sequence[Case],
    inputs: Sequence[Arguments],
    returns: Returns,
    writer: int,
) -> NoReturn:
    try:
        _limit()
        for case, given in zip(cases, inputs, strict=True):
            os.write(writer, _try(function, case, given, returns))
    finally:
        os._exit(0)  # nothing of the parent's may run here: no handler, no buffer to be flushed


def _limit() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MORE_BYTES, MORE_BYTES))


def _try(function: Callable[..., Any], case: Case, given: Arguments, returns: Returns) -> bytes:
    random.seed(UNSEEDED)
    np.random.seed(UNSEEDED)
    try:
        if case.raises:
            return SAME if _raises(function, case, given) else APART
        # A value that has been over the wire is of base types, as every answer is.
        value = wire.decode(wire.encode(function(*given.args, **given.kwargs)))
        if case.check:
            given_to = {"answer": value, "expected": case.expected, "arguments": given}
            said = case.check.function(**{name: given_to[name] for name in case.check.takes})
            return SAME if isinstance(said, (bool, np.bool_)) and said else APART
        if case.first_difference(case.expected, value, returns) is None:
            return SAME
        wide = Tolerance(MARGIN * case.tolerance.rtol, MARGIN * case.tolerance.atol)
        near = replace(case, tolerance=wide).first_difference(case.expected, value, returns) is None
        return NEAR if near else APART
    except BaseException:  # whatever the function may raise, SystemExit too
        return APART


def _raises(function: Callable[..., Any], case: Case, given: Arguments) -> bool:
    try:
        function(*given.args, **given.kwargs)
    except Exception as error:  # whatever the function may raise
        bases = tuple(each.__name__ for each in type(error).__mro__)
        return not not_raised(case, Raised(type(error).__name__, str(error), None, bases))
    return False
