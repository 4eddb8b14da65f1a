"""session: one cell's failure is its own; calls come back as what they are."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from grader.assignments.records import Limits
from grader.cli.doctor import examine
from grader.errors import KernelFailure
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep, step_for
from grader.execution.outcome import (
    CellRun,
    Crashed,
    Incomparable,
    Missing,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
)
from grader.execution.protection import protection_in_force
from grader.execution.session import Execution, confinement_for
from grader.notebooks.read import Cell
from grader.sandbox.channels import BoundedChannel
from grader.sandbox.confinement import Confinement, close_parents, warm_parent
from grader.sandbox.kernel import start_kernel
from grader.sandbox.level import Level
from grader.values import wire

LIMITS = Limits(cell_seconds=3, call_seconds=1, submission_seconds=60, output_bytes=5000)
ONE = wire.encode(((1,), {}))
IGNORES_INTERRUPTS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"


def confinement(limits: Limits = LIMITS) -> Confinement:
    """The strongest one that this machine has; the attacks try every level."""
    return confinement_for(limits, (), protection_in_force()[0])


def executed(
    cells: Sequence[str | CellStep], *names: str, limits: Limits = LIMITS
) -> tuple[Execution, list[Outcome]]:
    """Run cells, then call the named functions with the argument 1."""
    steps = [
        each if isinstance(each, CellStep) else CellStep(Cell(number, each))
        for number, each in enumerate(cells, start=1)
    ]

    shut_in = confinement(limits)

    async def run() -> tuple[Execution, list[Outcome]]:
        files = {"helper.py": b"VALUE = 7"}
        async with Execution(steps, files, limits, shut_in) as execution:
            await execution.run_cells()
            return execution, [await execution.call(Call((name,), ONE)) for name in names]

    return asyncio.run(run())


def execute(
    cells: Sequence[str | CellStep], *names: str, limits: Limits = LIMITS
) -> tuple[dict[int, CellRun], list[Outcome]]:
    execution, outcomes = executed(cells, *names, limits=limits)
    return execution.runs, outcomes


@pytest.mark.parametrize("level", [Level.NAMESPACES, Level.LANDLOCK])
def test_a_large_answer_arrives_at_every_level(
    level: Level, need_level: Callable[[Level], None]
) -> None:
    """Sent without being copied, it ended the kernel behind Landlock, as a crash does."""
    need_level(level)

    async def run() -> Outcome:
        cell = CellStep(Cell(1, "def large(count):\n    return bytes(count)"))
        shut_in = confinement_for(LIMITS, (), level)
        async with Execution([cell], {}, LIMITS, shut_in) as execution:
            await execution.run_cells()
            return await execution.call(Call(("large",), wire.encode(((10**6,), {}))))

    assert asyncio.run(run()) == Returned(bytes(10**6))


def ended(runs: dict[int, CellRun]) -> list[str]:
    return [runs[number].ended for number in sorted(runs)]


def test_cells_that_raise_or_do_not_parse_do_not_stop_the_later_ones() -> None:
    runs, outcomes = execute(["1/0", "x = = 1", "def f(a): return a + 1"], "f")
    assert ended(runs) == ["error", "error", "ok"]
    assert runs[1].error == "ZeroDivisionError: division by zero"
    assert outcomes == [Returned(2)]


def test_a_failing_import_does_not_take_its_neighbours_down() -> None:
    cell = "import nowhere_to_be_found\nimport numpy as np\nfrom helper import VALUE"
    _, outcomes = execute([cell, "def f(a): return np.zeros(a) + VALUE"], "f")
    (outcome,) = outcomes
    assert isinstance(outcome, Returned)
    assert outcome.value.tolist() == [7.0]


def test_an_assignments_limits_are_those_of_its_kernel() -> None:
    names = ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CPU")
    cell = f"import resource as r\nprint([r.getrlimit(getattr(r, n)) for n in {names}])"
    limits = Limits(memory_bytes=3_000_000_000, disk_bytes=7_000_000, submission_seconds=50)
    runs, _ = execute([cell], limits=limits)
    expected = [(each, each) for each in (3_000_000_000, 7_000_000, 50 + 60)]
    assert runs[1].printed == f"{expected}\n"


def test_the_working_directory_holds_the_helpers_and_nothing_else() -> None:
    runs, _ = execute(["import os; print(os.listdir())"])
    assert runs[1].printed == "['helper.py']\n"


def test_a_cell_that_kills_the_kernel_costs_only_itself() -> None:
    cells = [
        "def f(a): return a",
        "def g(a): return 2 * a\nimport os\nos._exit(1)",
        "def h(a): return f(a) + g(a)",
    ]
    runs, outcomes = execute(cells, "f", "g", "h")
    assert ended(runs) == ["ok", "crashed", "ok"]
    assert outcomes == [Returned(1), Returned(2), Returned(3)]


def test_a_cell_that_runs_too_long_is_interrupted_and_the_state_kept() -> None:
    runs, outcomes = execute(["x = 5\nwhile True: pass", "def f(a): return x"], "f")
    assert ended(runs) == ["timeout", "ok"]
    assert outcomes == [Returned(5)]


def test_a_cell_that_cannot_be_interrupted_costs_only_itself() -> None:
    runs, outcomes = execute(
        ["def f(a): return a", IGNORES_INTERRUPTS, "def g(a): return a"],
        "f",
        "g",
        limits=Limits(cell_seconds=1, call_seconds=1, submission_seconds=60),
    )
    assert ended(runs) == ["ok", "timeout", "ok"]
    assert outcomes == [Returned(1), Returned(1)]


def test_many_fatal_cells_end_in_a_kernel_that_runs_definitions_only() -> None:
    functions = ["def f(a): return x", "def g(a): return y"]
    cells = ["import os", *["os._exit(1)"] * 5, "x = 1", "y = abs(x)", *functions]
    runs, outcomes = execute(cells, "f", "g")
    assert ended(runs).count("crashed") == 3
    assert outcomes[0] == Returned(1)
    assert isinstance(outcomes[1], Raised)


def test_a_cell_whose_very_definitions_are_fatal_does_not_go_on_for_ever() -> None:
    fatal = "import os\n@os._exit\ndef g(a): pass"
    _, outcomes = execute(["def f(a): return a", fatal], "f", "g")
    assert outcomes == [Returned(1), Missing()]


def test_exit_in_a_cell_ends_neither_kernel_nor_notebook() -> None:
    runs, outcomes = execute(["exit()", "import sys; sys.exit(3)", "def f(a): return a"], "f")
    assert ended(runs)[2] == "ok"
    assert outcomes == [Returned(1)]


def test_shell_commands_are_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    runs, _ = execute([f"!touch {mark}", f"files = !touch {mark}", "%pip install nothing"])
    assert not mark.exists()
    assert "[not run while grading" in runs[1].printed


def test_printed_words_are_kept_up_to_the_limit() -> None:
    runs, outcomes = execute(
        [
            "print('short')",
            "print('x' * 10**7)",
            "for i in range(3000): print(i)",
            "import os; os.write(1, b'y' * 10**6)",
            "raise ValueError('z' * 10**6)",
            "def f(a): return a",
        ],
        "f",
        limits=Limits(cell_seconds=10, call_seconds=1, submission_seconds=60, output_bytes=5000),
    )
    assert runs[1].printed == "short\n"
    assert all(len(run.printed) <= 5000 for run in runs.values())
    assert outcomes == [Returned(1)]


def test_pictures_are_not_sent() -> None:
    pytest.importorskip("matplotlib")
    drawing = "%matplotlib inline\nimport matplotlib.pyplot as plt\n_ = plt.plot([1, 2])"
    runs, _ = execute([drawing], limits=Limits(cell_seconds=20, submission_seconds=60))
    assert ended(runs) == ["ok"]
    assert "Figure" in runs[1].printed
    assert "png" not in runs[1].printed


def test_ansi_codes_are_taken_out_of_what_is_printed() -> None:
    runs, _ = execute(["print('\\x1b[31mred\\x1b[0m')"])
    assert runs[1].printed == "red\n"


CALLS = {
    "value": ("return {'a': (a, None)}", Returned({"a": (1, None)})),
    "printing": ("print('word'); return a", Returned(1)),
    "raising": ("raise KeyError('W1')", Raised("KeyError", "'W1'", 2)),
    "exiting": ("raise SystemExit(3)", Raised("SystemExit", "3", 2)),
    "generator": (
        "return (i for i in range(a))",
        Incomparable("the value is of type generator, which cannot be compared"),
    ),
    "endless": ("while True: pass", TimedOut(1, line=2)),
    "deaf": (IGNORES_INTERRUPTS.replace("\n", "\n    "), TimedOut(1)),
    "fatal": ("import os; os._exit(0)", Crashed()),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_comes_back_as_what_came_of_it(name: str) -> None:
    body, outcome = CALLS[name]
    source = f"def f(a):\n    {body}"
    _, outcomes = execute([source, "def g(a): return a"], "f", "g")
    assert outcomes == [outcome, Returned(1)]


def test_the_exceptions_line_is_that_of_the_functions_own_cell() -> None:
    source = "import json\n\ndef f(a):\n    x = 1\n    return json.loads('{')"
    _, (outcome,) = execute([source], "f")
    assert isinstance(outcome, Raised)
    assert outcome.line == 5


def test_a_function_that_is_not_there_or_no_function_is_missing() -> None:
    _, outcomes = execute(["f = 3"], "f", "g")
    assert outcomes == [Missing(), Missing()]


def test_arguments_are_fresh_for_every_call() -> None:
    shut_in = confinement()

    async def run() -> list[Outcome]:
        steps = [CellStep(Cell(1, "def f(a):\n    a['x'] -= 1\n    a['y'] = 1\n    return a['x']"))]
        inputs = wire.encode((({"x": 5},), {}))
        async with Execution(steps, {}, LIMITS, shut_in) as execution:
            return [await execution.call(Call(("f",), inputs)) for _ in range(2)]

    assert asyncio.run(run()) == [Returned(4), Returned(4)]


def test_random_numbers_are_the_same_in_every_call() -> None:
    source = "import random\nimport numpy as np\ndef f(a): return random.random(), np.random.rand()"
    _, (first, second) = execute([source], "f", "f")
    assert first == second


HANGS = """class Hangs:
    @property
    def __class__(self):
        while True: pass
x = Hangs()"""


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("x = {'a': (1, 2.5)}", Returned({"a": (1, 2.5)})),
        ("x = 1; del x", Missing()),
        (
            "x = (n for n in ())",
            Incomparable("the value is of type generator, which cannot be compared"),
        ),
        (HANGS, TimedOut(1)),
    ],
)
def test_what_a_name_stands_for_is_asked_for(cell: str, outcome: Outcome) -> None:
    execution, _ = executed([CellStep(Cell(1, cell), reads=("x",)), "x = 3"])
    assert execution.values == {(1, "x"): outcome}


def test_what_a_cell_that_failed_has_left_is_asked_for() -> None:
    execution, _ = executed([CellStep(Cell(1, "x = 1\n1 / 0\nx = 2"), reads=("x", "y"))])
    assert execution.values == {(1, "x"): Returned(2), (1, "y"): Missing()}


def test_nothing_is_asked_for_after_a_cell_that_ended_the_kernel() -> None:
    cell = "import os\nx = 1\nos._exit(0)"
    execution, _ = executed([CellStep(Cell(1, cell), reads=("x",))])
    assert execution.values == {(1, "x"): Returned(1)}


def test_what_a_name_stood_for_first_counts() -> None:
    """As with what a cell prints: a later kernel's functions may have seen a hidden input."""
    cell = "import os\nx = os.urandom(8)\ndef f(_): os._exit(0)\ndef g(_): return x"
    execution, (crashed, later) = executed([CellStep(Cell(1, cell), reads=("x",))], "f", "g")
    assert isinstance(crashed, Crashed)
    assert isinstance(execution.values[1, "x"], Returned)
    assert isinstance(later, Returned)
    assert execution.values[1, "x"] != later


def test_forged_replies_are_no_answers() -> None:
    """A reply sent ahead of the call has no request to belong to; a garbled one crashes."""
    forge = (
        "k = get_ipython().kernel\n"
        "def f(a):\n"
        "    parent = k.get_parent('shell')\n"
        "    k.session.send(k.shell_stream, 'call_reply', {}, parent, buffers=[b'garbage'])\n"
        "    return a\n"
        "k.session.send(k.shell_stream, 'call_reply', {}, {}, buffers=[b'iX'])"
    )
    _, outcomes = execute([forge, "def g(a): return a"], "g", "f")
    assert outcomes[0] == Returned(1)
    assert outcomes[1] in (Returned(1), Crashed())


def test_time_for_the_whole_submission_ends_calls_without_blame() -> None:
    limits = Limits(cell_seconds=1, call_seconds=1, submission_seconds=1.5)
    _, outcomes = execute(["def f(a):\n    while True: pass"], "f", "f", "f", limits=limits)
    assert isinstance(outcomes[-1], NotCalled)
    assert "1.5 s for the whole submission" in outcomes[-1].reason


def test_slow_functions_take_no_time_from_quick_ones() -> None:
    limits = Limits(cell_seconds=60, call_seconds=60, submission_seconds=8)
    cell = "def slow(a):\n    while True: pass\ndef quick(a): return a"
    groups = [[Call((name,), ONE)] for name in ("slow", "slow", "quick")]
    shut_in = confinement(limits)

    async def run() -> list[list[Outcome]]:
        step = CellStep(Cell(1, cell))
        async with Execution([step], {}, limits, shut_in) as execution:
            return await execution.call_all(groups)

    first, second, quick = asyncio.run(run())
    assert quick == [Returned(1)]
    assert isinstance(first[0], TimedOut)
    assert second == [
        NotCalled(
            "the 8 s for the whole submission were used up, the most by the calls of functions"
        )
    ]


def test_what_runs_long_is_left_out_without_full() -> None:
    cell = Cell(1, "ONE = 1\nparameters = model(1)")
    assert step_for(cell, frozenset({"model"}), full=False).skipped == {"model"}
    assert step_for(cell, frozenset({"model"}), full=True) == CellStep(cell, long=True)
    assert step_for(Cell(1, "def model(): pass"), frozenset({"model"}), full=False).skipped == set()
    skipping = CellStep(
        Cell(2, "ONE = 1\np = model(1)\ndef f(a): return ONE"), skipped=frozenset({"model"})
    )
    runs, outcomes = execute(["def model(x): raise MemoryError", skipping], "f")
    assert ended(runs) == ["ok", "skipped"]
    assert outcomes == [Returned(1)]


@pytest.mark.parametrize(
    "line", ["os.chdir('/content')", "open('train.csv')", "print 'hello'", "1/0", "x = = 1"]
)
def test_a_line_that_fails_costs_only_itself(line: str) -> None:
    cells = [f"import os\n{line}\nimport numpy as np\ndef g(a):\n    return a", "f = np.negative"]
    _, outcomes = execute(cells, "f", "g")
    assert outcomes == [Returned(-1), Returned(1)]


FAILING = {
    "os.chdir('/content')": "error",
    "import seaborn_of_another_machine": "error",
    "name = input('Your name: ')": "error",
    "assert 1 == 2": "error",
    "raise SystemExit": "error",
    "while True: pass": "timeout",
    IGNORES_INTERRUPTS: "timeout",
    "os._exit(1)": "crashed",
}


def test_assignments_after_a_line_that_cannot_run_are_made() -> None:
    """One line costs only itself, and what stands before it is not run a second time."""
    cells = ["import os\ncount = 0"]
    for number, line in enumerate(FAILING):
        after = f"b{number} = {number}\nc{number} = lambda a: b{number} + a"
        cells.append(f"count += 1\n{line}\n{after}")
    names = ", ".join(f"c{number}(a)" for number in range(len(FAILING)))
    cells.append(f"def f(a): return [{names}]")
    limits = Limits(cell_seconds=3, call_seconds=5, submission_seconds=100, grace_seconds=0.2)
    runs, outcomes = execute(cells, "f", limits=limits)
    assert ended(runs)[1:-1] == list(FAILING.values())
    assert outcomes == [Returned([number + 1 for number in range(len(FAILING))])]
    assert [runs[number].line for number in (2, 3)] == [2, 2]


THREADS = """import threading, queue
asked, answers = queue.Queue(), queue.Queue()
def work():
    while True: answers.put(asked.get() + 1)
threading.Thread(target=work, daemon=True).start()
SPIN
for _ in range(COUNT): threading.Thread(target=spin, name="busy", daemon=True).start()
def f(a):
    asked.put(a)
    return answers.get(), sum(each.name == "busy" for each in threading.enumerate())"""


CATCHING = """def spin():
    while True:
        try:
            while True: pass
        except BaseException: pass"""


@pytest.mark.parametrize(
    ("spin", "count"),
    [("def spin():\n    while True: pass", 4), (CATCHING, 2)],
    ids=["that_do_not_notice", "that_catch_everything"],
)
def test_threads_that_go_on_computing_are_ended_before_a_call_that_takes_long(
    spin: str, count: int
) -> None:
    """Those that wait are left alone: a function may need them."""
    limits = Limits(cell_seconds=60, call_seconds=60, submission_seconds=400)
    shut_in = confinement(limits)

    async def run() -> list[Outcome]:
        cell = THREADS.replace("SPIN", spin).replace("COUNT", str(count))
        step = CellStep(Cell(1, cell))
        async with Execution([step], {}, limits, shut_in) as execution:
            await execution.run_cells()
            call = Call(("f",), ONE)
            return [await execution.call(call, alone=alone) for alone in (False, True, False)]

    first, _, last = asyncio.run(run())
    assert (first, last) == (Returned((2, count)), Returned((2, 0)))


def test_what_is_run_again_counts_against_the_submission() -> None:
    """Neither second tries nor cells reduced to what they define have time of their own."""
    slow = "def f(x=time.sleep(0.6)): pass"
    failing = "\n".join(["import nowhere_to_be_found", *["time.sleep(0.2)"] * 60])
    limits = Limits(cell_seconds=4, call_seconds=1, submission_seconds=12)
    cells = ["import time\ndef g(a): return a", failing, *[slow] * 60, "def h(a): return a"]
    started = time.monotonic()
    _, outcomes = execute(cells, "g", "h", limits=limits)
    assert time.monotonic() - started < 60 * 0.6
    assert outcomes[0] == Returned(1)
    assert isinstance(outcomes[1], NotCalled)


@pytest.mark.parametrize("top", ["", "\n\n\n"])
def test_lines_are_counted_from_the_top_of_the_cell(top: str) -> None:
    _, (outcome,) = execute([f"{top}def f(a):\n    return 1 / 0"], "f")
    assert isinstance(outcome, Raised)
    assert outcome.line == len(top) + 2


def children(pid: int) -> int:
    """How many processes there are below another."""
    below = [
        int(number)
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for number in path.read_text().split()
    ]
    return len(below) + sum(map(children, below))


def fewest_children(pid: int) -> int:
    """Of many looks: what has just ended is still there for a moment."""
    return min(children(pid) for _ in range(1000))


def test_kernels_leave_no_process_folder_or_descriptor(
    short_folder: Path, temporary_files_in: Callable[[Path], None]
) -> None:
    shut_in = confinement()
    close_parents()
    temporary_files_in(short_folder)
    execute(["import os; os._exit(1)"])
    parent = warm_parent(shut_in).number
    before = len(os.listdir("/proc/self/fd")), fewest_children(parent)
    for _ in range(3):
        execute(["import os; os._exit(1)", "def f(a): os._exit(1)"], "f")
    assert (len(os.listdir("/proc/self/fd")), fewest_children(parent)) == before
    assert list(short_folder.glob("fg-*/sockets/*")) == []
    close_parents()
    assert list(short_folder.iterdir()) == []


@pytest.mark.parametrize("ended", [True, False])
def test_a_warm_parent_that_died_is_replaced(ended: bool) -> None:
    """So is one that is about to end: its connection is closed, and the process is still there."""
    execute(["x = 1"])
    parent = warm_parent(confinement())
    if ended:
        os.kill(parent.number, signal.SIGKILL)
        os.waitid(os.P_PID, parent.number, os.WEXITED | os.WNOWAIT)
    else:
        os.kill(parent.number, signal.SIGSTOP)
        parent._control.shutdown(socket.SHUT_RDWR)
    _, outcomes = execute(["def f(a): return a"], "f")
    assert outcomes == [Returned(1)]
    assert warm_parent(confinement()).number != parent.number


@pytest.mark.parametrize(
    "warm_import",
    [
        "nowhere_to_be_found",
        "unittest.__main__",  # which ends the process
    ],
)
def test_what_cannot_be_imported_ahead_leaves_a_cold_start_and_doctor_says_so(
    warm_import: str,
) -> None:
    shut_in = confinement_for(LIMITS, ("numpy", warm_import), protection_in_force()[0])
    steps = [CellStep(Cell(1, "import numpy as np\ndef f(a): return a + int(np.ones(1)[0])"))]

    async def run() -> Outcome:
        async with Execution(steps, {}, LIMITS, shut_in) as execution:
            await execution.run_cells()
            return await execution.call(Call(("f",), ONE))

    assert asyncio.run(run()) == Returned(2)
    (told,) = [line for line in examine(("numpy", warm_import)) if line.startswith("warm start")]
    assert "not imported ahead" in told
    assert warm_import in told


@pytest.mark.parametrize("name", ["x" * 100, "\u4f60" * 30], ids=["long", "long_in_bytes"])
def test_a_folder_for_temporary_files_too_deep_for_sockets_is_not_used_for_them(
    tmp_path: Path, temporary_files_in: Callable[[Path], None], name: str
) -> None:
    deep = tmp_path / name
    deep.mkdir()
    temporary_files_in(deep)
    close_parents()
    protection_in_force(anew=True)
    assert executed(["def f(x): return x"], "f")[1] == [Returned(1)]
    assert list(deep.iterdir()) == []


def test_the_watch_does_not_outlive_its_cell() -> None:
    started = time.monotonic()
    execute(["x = 1"] * 5, limits=Limits(cell_seconds=1000, submission_seconds=5000))
    assert time.monotonic() - started < 500


def test_a_kernel_that_is_not_ready_in_time_is_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it had never seen that somebody listens: no cell is blamed for that.

    The client's library is made to hear nothing, as a real kernel that says nothing would take the
    whole minute that one has.
    """

    async def deaf(self: Any, timeout: float | None = None) -> dict[str, Any]:
        raise Empty

    shut_in = confinement()

    async def start() -> None:
        async with start_kernel({}, shut_in):
            pass

    monkeypatch.setattr(BoundedChannel, "get_msg", deaf)
    with pytest.raises(KernelFailure, match="the kernel did not answer within"):
        asyncio.run(start())


def test_a_cell_may_wait_for_something_itself() -> None:
    cell = "import asyncio\nawait asyncio.sleep(0)\nx = 3\nprint('slept')"
    runs, outcomes = execute([cell, "def f(a): return x"], "f")
    assert runs[1] == CellRun("ok", "slept\n")
    assert outcomes == [Returned(3)]


def test_a_cell_that_waits_for_ever_is_interrupted_and_the_state_kept() -> None:
    cell = "import asyncio\nx = 3\nawait asyncio.sleep(1000)"
    runs, outcomes = execute([cell, "def f(a): return x"], "f")
    assert ended(runs) == ["timeout", "ok"]
    assert outcomes == [Returned(3)]


def test_what_is_shown_stays_in_order_whatever_shows_it() -> None:
    cell = (
        "import sys, threading\n"
        "print('a'); display(2); print('c', file=sys.stderr); print('d', flush=True)\n"
        "other = threading.Thread(target=print, args=('e',)); other.start(); other.join()\n"
        "sys.stdout.write('f\\n')"
    )
    assert execute([cell])[0][1].printed == "a\n2\nc\nd\ne\nf\n2\n"


def test_what_other_programs_and_processes_print_is_not_kept() -> None:
    forked = (
        "print('a')\n"
        "if (child := os.fork()) == 0:\n"
        "    print('b', flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "print('c')"
    )
    program = "import os\nos.write(sys.stdout.fileno(), b'x')\nprint(os.system('echo y'))"
    # From Python 3.12 on, it warns of a fork where there are threads, as in every kernel.
    first = "import os, sys, warnings\nwarnings.simplefilter('ignore')"
    runs, _ = execute([first, program, forked])
    assert [runs[number].printed for number in (2, 3)] == ["0\n", "a\nc\n"]


def test_what_a_cell_printed_some_time_before_it_ended_the_kernel_is_kept() -> None:
    cell = "import os, time\nprint('a')\nprint('b')\ntime.sleep(1)\nos._exit(1)"
    assert execute(["print('before')", cell])[0][2] == CellRun("crashed", "a\nb\n")


def test_a_cell_prints_when_it_may_start_no_more_threads() -> None:
    cell = (
        "import threading\n"
        'def start(*_): raise RuntimeError("can\'t start new thread")\n'
        "threading.Thread.start = start\n"
        "for number in range(3): print(number)"
    )
    assert execute([cell])[0][1] == CellRun("ok", "0\n1\n2\n")


def test_a_notebook_finds_the_names_that_every_notebook_has_and_no_others() -> None:
    """The warm parent has run cells of its own before it forked this kernel."""
    names = "print(sorted(name for name in dir() if not name.startswith('_')))"
    count = "print(get_ipython().execution_count, len(In), Out, __name__, __doc__, __spec__)"
    runs, _ = execute([names, count])
    assert runs[1].printed == "['In', 'Out', 'exit', 'get_ipython', 'open', 'quit']\n"
    assert runs[2].printed.startswith("3 3 {} __main__ ")
    assert runs[2].printed.endswith(" None\n")


def test_pictures_that_the_warm_parent_drew_are_in_no_notebook() -> None:
    shut_in = confinement_for(LIMITS, ("matplotlib.pyplot",), protection_in_force()[0])
    cells = ["import matplotlib.pyplot as plt\nprint(plt.get_fignums(), 'plt' in In)", "plt.plot()"]

    async def run() -> dict[int, CellRun]:
        steps = [CellStep(Cell(number, source)) for number, source in enumerate(cells)]
        async with Execution(steps, {}, LIMITS, shut_in) as execution:
            await execution.run_cells()
            return execution.runs

    runs = asyncio.run(run())
    assert runs[0].printed == "[] False\n"
    assert runs[1].printed == "[]\n<Figure size 640x480 with 1 Axes>\n"


def test_nothing_is_lost_of_what_many_threads_print_at_once() -> None:
    cell = (
        "import sys, threading\n"
        "sys.setswitchinterval(1e-6)\n"
        "def say():\n"
        "    for _ in range(200): print('x')\n"
        "threads = [threading.Thread(target=say) for _ in range(8)]\n"
        "for each in threads: each.start()\n"
        "for each in threads: each.join()"
    )
    assert execute([cell])[0][1].printed.count("x") == 1600
