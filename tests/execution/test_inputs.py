"""inputs: large public ones are shared by kernels, and no call sees what another did to them."""

from __future__ import annotations

import asyncio
import mmap
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Limits
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep
from grader.execution.inputs import encoded, shared
from grader.execution.outcome import Outcome, Raised, Returned
from grader.execution.protection import protection_in_force
from grader.execution.session import Execution, confinement_for
from grader.model import Visibility
from grader.notebooks.read import Cell
from grader.sandbox.shared import MAX_SHARED, SharedInputs
from grader.values import wire

DENY = Path(__file__).parents[1] / "sandbox" / "deny.py"
ONES = np.ones((300, 500))
SPOILS = "def f(a):\n    before = float(a.sum())\n    a[:] = 7\n    return before, a"


def outcomes(*cells: str, calls: list[Call], given: tuple[SharedInputs, ...]) -> list[Outcome]:
    """What comes of the calls, made one by one and then together."""
    steps = [CellStep(Cell(number, source)) for number, source in enumerate(cells)]
    shut_in = confinement_for(Limits(), (), protection_in_force()[0], given)

    async def run() -> list[Outcome]:
        async with Execution(steps, {}, Limits(), shut_in) as execution:
            await execution.run_cells()
            one_by_one = [await execution.call(each) for each in calls]
            return one_by_one + (await execution.call_all([calls]))[0]

    return asyncio.run(run())


def inputs_of(array: np.ndarray) -> SharedInputs:
    return SharedInputs(wire.encode(((array,), {})))


def test_what_a_function_writes_to_shared_inputs_no_other_call_sees() -> None:
    given = inputs_of(ONES), inputs_of(2 * ONES)
    calls = [Call(("f",), each) for each in (given[0], given[1], given[0])]
    for _ in range(2):  # in another kernel, too
        found = outcomes(SPOILS, calls=calls, given=given)
        assert all(isinstance(each, Returned) for each in found)
        values = [each.value for each in found if isinstance(each, Returned)]
        assert [before for before, _ in values] == 2 * [ONES.sum(), 2 * ONES.sum(), ONES.sum()]
        assert all((after == 7).all() for _, after in values)


def test_shared_inputs_and_those_that_are_sent_may_be_mixed() -> None:
    given = (inputs_of(ONES),)
    calls = [Call(("f",), wire.encode(((3 * ONES,), {}))), Call(("f",), given[0])]
    found = outcomes("def f(a): return a.sum(), a.flags.writeable", calls=calls, given=given)
    assert found == 2 * [Returned((3 * ONES.sum(), True)), Returned((ONES.sum(), True))]


def test_as_many_inputs_may_be_shared_as_are() -> None:
    given = tuple(inputs_of(number * ONES) for number in range(MAX_SHARED))
    calls = [Call(("f",), each) for each in given]
    found = outcomes("def f(a): return float(a.sum())", calls=calls, given=given)
    assert found == 2 * [Returned(number * ONES.sum()) for number in range(MAX_SHARED)]


def test_a_kernel_keeps_no_descriptor_by_which_it_could_leave_word_for_the_next() -> None:
    """Its position and the file's times would be the next kernel's, too.

    A library may hold its own file open, as libffi does on some systems: then each kernel has its
    own position in it. What we give to a kernel has no name.
    """
    given = (inputs_of(ONES),)
    cell = (
        "import os, stat\n"
        "def f(a):\n"
        "    count, ours, moved = 0, False, False\n"
        "    for number in range(256):\n"
        "        try:\n"
        "            status = os.fstat(number)\n"
        "        except OSError:\n"
        "            continue\n"
        "        count += 1\n"
        "        if stat.S_ISREG(status.st_mode):\n"
        "            ours = ours or status.st_nlink == 0\n"
        "            moved = moved or os.lseek(number, 0, os.SEEK_CUR) != 0\n"
        "    for number in range(3, 256):\n"
        "        try:\n"
        "            if stat.S_ISREG(os.fstat(number).st_mode): os.lseek(number, 1, os.SEEK_SET)\n"
        "        except OSError:\n"
        "            continue\n"
        "    return count > 3, ours, moved\n"
    )
    for _ in range(2):  # in another kernel of the same parent, too
        (found, _) = outcomes(cell, calls=[Call(("f",), given[0])], given=given)
        assert found == Returned((True, False, False))


def test_shared_memory_cannot_be_changed_by_who_has_its_descriptor() -> None:
    inputs = inputs_of(ONES)
    for attempt in (lambda fd: os.pwrite(fd, b"x", 0), lambda fd: os.ftruncate(fd, 0)):
        with pytest.raises(PermissionError):
            attempt(inputs.descriptor)
    with pytest.raises(PermissionError):
        mmap.mmap(inputs.descriptor, 0)


def test_shared_memory_goes_with_its_owner() -> None:
    inputs = inputs_of(ONES)
    descriptor = inputs.descriptor
    del inputs
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


HOW_MANY_SHARED = """
import sys
from pathlib import Path
from grader.assignments.load import load_assignment
from grader.execution.inputs import shared
print(len(shared(load_assignment(Path(sys.argv[1]), "optimization_methods"))))
"""


@pytest.mark.parametrize(
    ("denied", "before", "count"),
    [
        pytest.param("nothing", "", "1", id="everywhere else"),
        pytest.param("memory", "", "0", id="where an administrator forbids it"),
        pytest.param("nothing", "import os\ndel os.memfd_create", "0", id="as on macOS"),
    ],
)
def test_without_memory_of_this_kind_nothing_is_shared(
    denied: str, before: str, count: str, root: Path
) -> None:
    python = [sys.executable, "-c", before + HOW_MANY_SHARED, str(root)]
    done = subprocess.run(
        [sys.executable, str(DENY), denied, *python], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == count


def test_only_large_inputs_of_public_cases_are_shared(root: Path) -> None:
    """Those of hidden cases would lie in the kernel before a cell has run."""
    assignment = load_assignment(root, "optimization_methods")
    assert [case.name for case in shared(assignment)] == ["published"]
    for exercise in assignment.exercises:
        for case in exercise.of(Visibility.HIDDEN):
            assert case not in shared(assignment)
    (case, inputs), *_ = shared(assignment).items()
    assert inputs.data is encoded(case)


def test_a_call_with_inputs_that_the_kernel_does_not_have_is_a_mistake_of_ours() -> None:
    calls = [Call(("f",), inputs_of(ONES))]
    with pytest.raises(ValueError, match="the kernel was not given"):
        outcomes("def f(a): return 1", calls=calls, given=())


def test_a_function_that_raises_on_shared_inputs_can_be_called_again() -> None:
    given = (inputs_of(ONES),)
    calls = [Call(("f",), given[0]), Call(("g",), given[0])]
    found = outcomes("def f(a): 1/0\ndef g(a): return 1", calls=calls, given=given)
    assert found == 2 * [Raised("ZeroDivisionError", "division by zero", 1), Returned(1)]
