"""The floor: a warm interpreter for each core, which forks a child for every submission.

    python floor.py DATA CELLS RESULTS JOBS EXERCISE,... IMPORT,...

There is no Jupyter, no sandbox and no report, and a child sends back only which functions are
right: this is the least that grading costs. A child reads a submission's cells (CELLS/STUDENT.json,
a list of sources), executes them one by one, ignoring exceptions, and makes the calls of
`checks.py`. Imports and expected outputs are loaded before the fork; the child unpickles the inputs
for every call.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any


def main(data: str, cells: str, results: str, jobs: str, exercises: str, imports: str) -> None:
    sys.path.insert(0, data)
    for name in imports.split(","):
        importlib.import_module(name)
    checks = importlib.import_module("checks")
    calls = {name: checks.load(name) for name in exercises.split(",")}
    paths = sorted(Path(cells).glob("*.json"))
    workers = []
    for number in range(int(jobs)):
        worker = os.fork()
        if worker == 0:
            mine = paths[number :: int(jobs)]
            right = {path.stem: grade(path, checks, calls) for path in mine}
            Path(results, f"{number}.json").write_text(json.dumps(right), encoding="utf-8")
            os._exit(0)
        workers.append(worker)
    for worker in workers:
        os.waitpid(worker, 0)


def grade(path: Path, checks: Any, calls: dict[str, Any]) -> list[str]:
    """The exercises that a submission got right; a forked child executes and calls its code."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.redirect_stdout(io.StringIO()):
            right = in_child(path, checks, calls)
        os.write(write, json.dumps(right).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    names: list[str] = json.loads(answer or b"[]")
    return names


def in_child(path: Path, checks: Any, calls: dict[str, Any]) -> list[str]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for source in json.loads(path.read_text(encoding="utf-8")):
        with contextlib.suppress(Exception):  # a student's cell may raise anything
            exec(compile(source, "cell", "exec"), namespace)
    return [name for name in calls if not checks.failed(calls[name], namespace.get(name))]


if __name__ == "__main__":
    main(*sys.argv[1:])
