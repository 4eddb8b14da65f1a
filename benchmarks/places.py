"""How often the search finds the place of a mistake, on a public set of wrong programs.

    python benchmarks/places.py FOLDER [--sample N] [--seed S] [--jobs J] [--json FILE]

FOLDER is the folder `data` of the data set that came with Refactory (Hu et al., ASE 2019; on
GitHub githubhuyang/refactory, `data.zip`): five tasks with 1,783 wrong programs. It stays where it
is: nothing of it is copied into the repository. Of each task an assignment is made, with a case for
each of its tests. Every wrong program is graded as a submission, by the grader's own steps, with
the same limits for all tasks; the task's right programs are there as right answers of the class.

A program counts as located where each wrong function in it has an edit that makes it pass all
cases: by single edits alone, or by statements of right answers, too. Seconds are those of the step
that searches, by the clock, with the start of its kernel; programs without a place count, too.
With `--sample N`, so many wrong programs of each task are drawn.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median, quantiles

from grader.authors.validate import generate
from grader.grading.grade import grade
from grader.grading.repair.right_answers import RightAnswers
from grader.grading.steps import STEPS, Grading, Step
from grader.grading.task import Task
from grader.model import ExerciseResult, Graded, Submission

SEARCH = "the search for the mistake"
TRACING = "the first step that differs"
# What a task is to reach.
LOCATED, MEDIAN_SECONDS = 0.60, 1.0
HEAD: tuple[str, ...] = ("task", "programs", "wrong here", "by an edit", "by donors", "located")
HEAD += ("median s", "90 % s", "reached")
SETTINGS = """schema = 1
name = "{name}"
title = "{name}"
notebook = "Task.ipynb"
warm_imports = []

[limits]
cell_seconds = 3
call_seconds = 1
submission_seconds = 30
"""
EXERCISE = """
[[exercise]]
name = "{name}"
title = "{name}"
asks = "As the data set describes it."
points = 1
"""


@dataclass(frozen=True, slots=True)
class Set:
    """A task of the data set. `before` is what its programs have before them, `tests` are calls."""

    name: str
    before: str
    reference: str
    tests: tuple[str, ...]
    wrong: tuple[Path, ...]
    right: tuple[Path, ...]

    @property
    def exercises(self) -> list[str]:
        """The functions that tests call."""
        return sorted({_call(each).func.id for each in self.tests})  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one wrong program.

    `how` is `edit`, `donors` or empty, for no place; `wrong` says whether the cases tell that it is
    wrong at all, `ended` whether it came to an end on them. `seconds` are those of all steps.
    """

    task: str
    program: str
    how: str
    wrong: bool
    ended: bool
    lines: int
    statements: int
    search_seconds: float
    tracing_seconds: float
    seconds: float


def main() -> None:
    options = _options()
    rows: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="places-") as scratch:
        for folder in sorted(options.folder.glob("question_*")):
            task = read(folder)
            print(f"{task.name}: {len(task.wrong)} wrong programs", file=sys.stderr)
            root = Path(scratch, task.name)
            make(task, root)
            chosen = _chosen(task.wrong, options.sample, options.seed)
            donors = {} if options.without_donors else packed(task)
            rows += _graded(task, root, chosen, donors, options.jobs)
            print(row(task.name, [each for each in rows if each.task == task.name]), flush=True)
    report(rows)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in rows], indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--without-donors", action="store_true")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def read(folder: Path) -> Set:
    """A task of the data set."""
    code, before = folder / "code", folder / "code" / "global.py"
    return Set(
        folder.name,
        _text(before) if before.exists() else "",
        _text(code / "reference" / "reference.py"),
        tuple(_text(each).strip() for each in sorted((folder / "ans").glob("input_*.txt"))),
        tuple(sorted((code / "wrong").glob("*.py"))),
        tuple(sorted((code / "correct").glob("*.py"))),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _call(test: str) -> ast.Call:
    call = ast.parse(test, mode="eval").body
    assert isinstance(call, ast.Call)
    return call


def make(task: Set, root: Path) -> None:
    """Write an assignment whose cases are the task's tests, and generate what it needs."""
    folder, solutions = root / "assignment" / task.name, root / "solutions" / task.name
    for each in (folder, solutions):
        each.mkdir(parents=True)
    exercises = (EXERCISE.format(name=name) for name in task.exercises)
    settings = SETTINGS.format(name=task.name) + "".join(exercises)
    (folder / "assignment.toml").write_text(settings)
    master = json.dumps(notebook(task.before, _marked(task.reference)))
    (solutions / "Task.ipynb").write_text(master)
    (solutions / "cases.py").write_text(_cases(task))
    generate(root, task.name)


def _marked(reference: str) -> str:
    """The reference with every function's body between the comments of a master."""
    lines = reference.split("\n")
    for function in reversed(ast.parse(reference).body):
        last = function.end_lineno or function.lineno
        lines[last:last] = ["    ### END CODE HERE ###"]
        lines[function.lineno : function.lineno] = ["    ### START CODE HERE ###"]
    return "\n".join(lines)


def _cases(task: Set) -> str:
    cases = ["from grader.authoring import arguments, case", task.before]
    for number, test in enumerate(task.tests, 1):
        call = _call(test)
        name = call.func.id  # type: ignore[attr-defined]
        given = ", ".join(map(ast.unparse, call.args))
        first = number == next(n for n, each in enumerate(task.tests, 1) if f"{name}(" in each)
        cases += [
            f'@case("{name}"{", public=True" if first else ""})',
            f"def test_{number}():",
            f'    """Test {number}."""',
            f"    return arguments({given})",
        ]
    return "\n".join(cases) + "\n"


def notebook(*cells: str) -> dict[str, object]:
    sources = [each for each in cells if each.strip()]
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    return {
        "cells": [{**cell, "source": source} for source in sources],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def packed(task: Set) -> dict[str, dict[str, bytes]]:
    """The task's right programs, chosen as those of a class are."""
    pool = RightAnswers()
    for path in task.right:
        for name in task.exercises:
            pool.add(task.name, name, _text(path))
    return pool.packed()


def _chosen(paths: Sequence[Path], count: int, seed: int) -> Sequence[Path]:
    if not count or count >= len(paths):
        return paths
    return sorted(random.Random(seed).sample(paths, count))


def _graded(
    task: Set,
    root: Path,
    paths: Sequence[Path],
    donors: dict[str, dict[str, bytes]],
    jobs: int,
) -> list[Found]:
    one = partial(found, task, root, donors)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(one, paths, chunksize=4))


def found(task: Set, root: Path, donors: dict[str, dict[str, bytes]], path: Path) -> Found:
    """Grade one wrong program, and say what the search found, and how long it took."""
    times: dict[str, float] = {}
    steps = [timed(step, times) for step in STEPS]
    submission = Submission(path.stem, path.name, str(path))
    asked = Task(root, submission, task.name, donors=donors)
    content = json.dumps(notebook(task.before, _text(path))).encode()
    started = time.monotonic()
    graded = grade(asked, content, steps)
    seconds = time.monotonic() - started
    return _summary(task, path, graded, times, seconds)


def timed(step: Step, times: dict[str, float]) -> Step:
    """The step, which adds the seconds it takes to `times`, by what it explains or draws."""

    async def take(grading: Grading) -> None:
        started = time.monotonic()
        try:
            await step.take(grading)
        finally:
            times[step.what] = times.get(step.what, 0.0) + time.monotonic() - started

    return replace(step, take=take)


def _summary(
    task: Set, path: Path, graded: Graded, times: dict[str, float], seconds: float
) -> Found:
    wrong = [each for each in graded.result.exercises if not each.verdict.solved]
    repairs = [each.repair for each in wrong if each.repair]
    located = bool(wrong) and len(repairs) == len(wrong)
    donated = any(each.donated for each in repairs)
    return Found(
        task.name,
        path.stem,
        "" if not located else "donors" if donated else "edit",
        bool(wrong),
        all(each.verdict.has_mistake for each in wrong),
        sum(len(each.lines) for each in repairs),
        sum(map(_statements, wrong)),
        times.get(SEARCH, 0.0),
        times.get(TRACING, 0.0),
        seconds,
    )


def _statements(result: ExerciseResult) -> int:
    """How many statements the function has."""
    try:
        nodes = list(ast.walk(ast.parse(result.code)))
    except (SyntaxError, ValueError):
        return 0
    own = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == result.name]
    return sum(isinstance(each, ast.stmt) for n in own[-1:] for each in ast.walk(n)) - len(own[-1:])


def row(name: str, rows: Sequence[Found]) -> str:
    """A line of the table."""
    wrong = [each for each in rows if each.wrong]
    by = {how: sum(each.how == how for each in wrong) for how in ("edit", "donors")}
    seconds = [each.search_seconds for each in wrong if each.search_seconds]
    share = sum(by.values()) / max(1, len(wrong))
    middle, late = median(seconds or [0.0]), quantiles(seconds or [0.0, 0.0], n=10)[-1]
    reached = share >= LOCATED and middle < MEDIAN_SECONDS
    cells = [name, len(rows), len(wrong), by["edit"], by["donors"], f"{share:.0%}"]
    cells += [f"{middle:.2f}", f"{late:.2f}", "yes" if reached else "no"]
    return f"| {' | '.join(map(str, cells))} |"


def report(rows: Sequence[Found]) -> None:
    print()
    print(f"| {' | '.join(HEAD)} |")
    print("|---" * len(HEAD) + "|")
    for name in sorted({each.task for each in rows}):
        print(row(name, [each for each in rows if each.task == name]))
    print(row("all", rows))
    print()
    print(f"Seconds for each program: {_mean(rows, 'seconds'):.2f} in all, of which", end=" ")
    print(f"{_mean(rows, 'search_seconds'):.2f} for the search", end=" and ")
    print(f"{_mean(rows, 'tracing_seconds'):.2f} for the first step that differs")


def _mean(rows: Sequence[Found], name: str) -> float:
    return mean(float(getattr(each, name)) for each in rows)


if __name__ == "__main__":
    main()
