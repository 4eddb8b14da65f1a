"""Run a master in a child process, with its tests or without them, and read what was noted."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.authors.importing.foreign import Role, Step
from grader.errors import WireError
from grader.notebooks.cells import anchored
from grader.values import wire

SECONDS_A_STEP = 60.0
SECONDS_IN_ALL = 600.0
_LEFT_OUT = (".git", ".ipynb_checkpoints", "__pycache__", "dist", "*.ipynb")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the master's functions, made at a line of a test, or at several at once.

    `sent` has its arguments as they are sent to kernels; it is empty where they cannot be, and
    `why` then says why not. `raised` are the names of the exception's type and its bases.
    """

    name: str
    lines: tuple[int, ...]
    sent: str
    why: str = ""
    raised: tuple[str, ...] = ()
    returned: bool = False

    @property
    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        args, kwargs = wire.decode(base64.b64decode(self.sent))
        return tuple(args), kwargs


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver to try: its function's name, the names it needs, its source, its checker's."""

    function: str
    needs: tuple[str, ...]
    source: str
    checker: str = ""


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of trying a driver: what is wrong, in which line.

    `of_value` says that it yields a value that cannot be sent, `random` that it yields others where
    the random generators have another seed.
    """

    problem: str
    line: int = 0
    of_value: bool = False
    random: bool = False


@dataclass(slots=True)
class Recorded:
    """What was noted of one run of a master, by the numbers of its steps.

    `values` has, for a test's step and for the end (`END`), the value of each name as it is sent,
    or a hash of that after `#` where it is long; it is empty where the value cannot be sent.
    """

    errors: dict[int, str] = field(default_factory=dict)
    failed_lines: dict[int, list[int]] = field(default_factory=dict)
    calls: dict[int, list[Call]] = field(default_factory=dict)
    values: dict[int, dict[str, str]] = field(default_factory=dict)
    problems_of_calls: list[str] = field(default_factory=list)
    driven: list[Driven] = field(default_factory=list)
    ended: str = ""


END = -1


def short_value(noted: str) -> tuple[Any] | None:
    """The value that was noted down for a name, alone in a tuple; None where only its hash was."""
    if not noted or noted.startswith("#"):
        return None
    return (wire.decode(base64.b64decode(noted)),)


def run_master(
    steps: Sequence[Step],
    folder: Path,
    *,
    functions: Sequence[str],
    values: Sequence[str],
    tests: bool,
    calls: Sequence[tuple[Call, str]] = (),
    drivers: Sequence[Driver] = (),
    seconds: float = SECONDS_A_STEP,
    seconds_in_all: float = SECONDS_IN_ALL,
) -> Recorded:
    """Run the steps in a copy of `folder`, with the tests among them or without.

    After them, the `calls` are tried, each with the name of what it raises, and the `drivers`.
    """
    request = {
        "steps": [
            {"source": anchored(each.source), "test": each.role is Role.TEST} for each in steps
        ],
        "functions": list(functions),
        "values": list(values),
        "tests": tests,
        "calls": [{"name": c.name, "sent": c.sent, "raises": raises} for c, raises in calls],
        "drivers": [
            {
                "function": each.function,
                "needs": each.needs,
                "source": each.source,
                "checker": each.checker,
            }
            for each in drivers
        ],
        "seconds": seconds,
    }
    with tempfile.TemporaryDirectory() as temporary:
        beside, told = Path(temporary, "folder"), Path(temporary, "request.json")
        answer = Path(temporary, "answer.jsonl")
        shutil.copytree(folder, beside, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
        told.write_text(json.dumps(request), encoding="utf-8")
        answer.touch()
        ended = _run(beside, [str(told), str(answer)], seconds_in_all)
        lines = answer.read_text(encoding="utf-8").splitlines()
    recorded = _read([json.loads(line) for line in lines])
    recorded.ended = ended if END not in recorded.values else ""
    return recorded


def _run(folder: Path, arguments: list[str], seconds: float) -> str:
    """Run the child, and say how it ended too early, if so."""
    # -P: a file of the master's folder must not take the place of a module of ours.
    command = [sys.executable, "-P", "-m", "grader.authors.importing.child", *arguments]
    environment = os.environ | {"MPLBACKEND": "Agg", "IPYTHONDIR": str(folder.parent / "ipython")}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {seconds:g} seconds"
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return f"its process ended with {done.returncode}" + (f": {said[-1][:200]}" if said else "")


def _read(lines: list[dict[str, Any]]) -> Recorded:
    recorded = Recorded()
    for line in lines:
        match line:
            case {"step": step}:
                if line["error"]:
                    recorded.errors[step] = line["error"]
                recorded.failed_lines[step] = [number for number, _ in line.get("errors", ())]
                recorded.calls[step] = [_call(each) for each in line.get("calls", ())]
                recorded.values[step] = line.get("values", {})
            case {"call": _, "problem": problem}:
                recorded.problems_of_calls.append(problem)
            case {"driver": _}:
                fields = {
                    key: line[key]
                    for key in ("problem", "line", "of_value", "random")
                    if key in line
                }
                recorded.driven.append(Driven(**fields))
            case {"end": True}:
                recorded.values[END] = line["values"]
    return recorded


def _call(found: dict[str, Any]) -> Call:
    sent, why = found["sent"], found["why"]
    try:
        if sent:
            wire.decode(base64.b64decode(sent))
    except (WireError, ValueError) as error:
        sent, why = "", str(error)
    raised = tuple(found.get("raised", ()))
    return Call(
        found["name"], tuple(found["lines"]), sent, why, raised, found.get("returned", False)
    )
