"""What a notebook can find out in its kernel: nothing that is worth stealing.

The notebook searches where student code runs: its files, environment, arguments, modules and
memory. (What it may do to the rest of the machine is the sandbox's matter.)
"""

from __future__ import annotations

import asyncio
import json
import struct
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Case, Limits
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep
from grader.execution.outcome import Returned
from grader.execution.session import Execution, confinement_for
from grader.model import Visibility
from grader.notebooks.read import Cell
from grader.sandbox.level import Level
from grader.values.wire import encode

SEARCH = '''
import gc, io, os, re, sys

def readable_memory():
    """All of this process's memory that can be read, in pieces."""
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("r") and "[v" not in line:
                try:
                    memory.seek(start)
                    yield memory.read(end - start)
                except (OSError, ValueError, OverflowError):
                    pass

def files():
    """Every file in the working directory, the home and the folders above them, up to /tmp."""
    for top in {os.getcwd(), os.path.dirname(os.getcwd()), os.path.expanduser("~")}:
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        yield path.encode() + file.read()

def everything():
    yield repr(dict(os.environ)).encode()
    yield open("/proc/self/environ", "rb").read()
    yield open("/proc/self/cmdline", "rb").read()
    yield repr((sys.argv, sys.orig_argv, sys.path)).encode()
    yield repr([(n, getattr(m, "__file__", "")) for n, m in list(sys.modules.items())]).encode()
    yield from files()
    yield from readable_memory()

def found(hexes):
    """How often each needle is anywhere. They come masked, or the search would find itself."""
    needles = [bytes(byte ^ 85 for byte in bytes.fromhex(each)) for each in hexes]
    counts = [0] * len(needles)
    for piece in everything():
        for index, needle in enumerate(needles):
            counts[index] += piece.count(needle)
    return counts
'''


CONTROL = b"a-needle-that-is-nowhere-else"
LIMITS = Limits(cell_seconds=20, call_seconds=120)
# The weakest level: what is not in the process need not be kept from it.
CONFINEMENT = confinement_for(LIMITS, (), Level.LIMITS)
# What the kernel is given, and what IPython and ipykernel set themselves.
KNOWN_VARIABLES = {
    *("PATH", "HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "LANG", "PYTHONHASHSEED"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE"),
    *("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "GIT_PAGER", "PAGER", "TERM", "MPLBACKEND"),
    "PYDEVD_USE_FRAME_EVAL",
}


def search(
    needles: dict[str, bytes], files: dict[str, bytes], cell: str = "", cases: tuple[Case, ...] = ()
) -> set[str]:
    """The names of the needles that a notebook finds in its kernel, after calls on the cases.

    A needle that is nowhere but in the search itself is counted as often as the control needle.
    """
    masked = [bytes(byte ^ 85 for byte in needle).hex() for needle in [CONTROL, *needles.values()]]

    async def run() -> list[int]:
        steps = [CellStep(Cell(1, SEARCH)), CellStep(Cell(2, cell))]
        async with Execution(steps, files, LIMITS, CONFINEMENT) as execution:
            for case in cases:
                inputs = case.arguments()
                await execution.call(Call(("files",), encode((inputs.args, inputs.kwargs))))
            outcome = await execution.call(Call(("found",), encode(((masked,), {}))))
            assert isinstance(outcome, Returned)
            return list(outcome.value)

    control, *counts = asyncio.run(run())
    assert control > 0
    return {name for name, count in zip(needles, counts, strict=True) if count > control}


def _outputs_that_are_no_inputs(case: Case) -> list[float]:
    """Some expected parameters; where a gradient is zero the output is an input, and no secret."""
    before, after = case.arguments().args[0], case.expected[0]
    return [
        float(after[key].flat[0])
        for key in ("W1", "b1")
        if before[key].flat[0] != after[key].flat[0]
    ]


def test_a_search_of_the_kernel_finds_no_secret(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRGRADE_TEST_TOKEN", "token-of-the-instructor")
    assignment = load_assignment(root, "optimization_methods")
    cases = assignment.exercise("update_parameters_with_adam").cases
    hidden = [case for case in cases if case.visibility is Visibility.HIDDEN]
    numbers = [number for case in hidden for number in _outputs_that_are_no_inputs(case)]
    assert len(numbers) > len(hidden)
    needles = {
        "solutions": b"solutions/optimization_methods",
        "repository": f"{root}/solutions".encode(),
        "a case's source": b"def large_epsilon",
        "a case's name": b"thousandth_step",
        "environment": b"token-of-the-instructor",
        "variable": b"FAIRGRADE_TEST_TOKEN",
        **{f"text of {number}": repr(number).encode() for number in numbers},
        **{f"bytes of {number}": struct.pack("<d", number) for number in numbers},
    }
    files = {name: path.read_bytes() for name, path in assignment.helper_files().items()}
    assert search(needles, files, cases=cases) == set()


@pytest.mark.parametrize("place", ["file", "variable", "environment", "number"])
def test_the_search_would_find_a_secret_if_there_were_one(place: str) -> None:
    secret, number = b"a-secret-that-is-there", 0.12345678912345
    files = {"note.txt": secret} if place == "file" else {}
    cell = {
        "variable": f"kept = [{secret!r}]",
        "environment": f"import os; os.environ['X'] = {secret.decode()!r}",
        "number": f"kept = [{number}]",
    }.get(place, "")
    needle = struct.pack("<d", number) if place == "number" else secret
    assert search({"secret": needle}, files, cell) == {"secret"}


def test_the_kernels_environment_holds_only_what_it_is_given() -> None:
    async def environment() -> str:
        cell = Cell(1, "import json, os\nprint(json.dumps(sorted(os.environ)))")
        async with Execution([CellStep(cell)], {}, LIMITS, CONFINEMENT) as execution:
            await execution.run_cells()
            return execution.runs[1].printed

    assert set(json.loads(asyncio.run(environment()))) <= KNOWN_VARIABLES
