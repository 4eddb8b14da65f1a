"""Hand in five cheats and three innocent oddities to four graders, and write down what each gives.

    python benchmarks/cheats.py [--tools NAMES] [--work FOLDER] [--seconds S] [--write]

The exercise is the one of `grade init`, a moving average. Every cell of the table is a real run of
one notebook. `--write` puts the table into docs/security.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from classroom import Notebook, code_cell, write
from measure import descendants
from tools import (
    DLAI,
    NBGRADER,
    OTTER,
    SCIENCE,
    dlai_entry,
    dlai_workspace,
    graded,
    install,
    nbgrader_mark,
)
from workloads import REPOSITORY

from grader.execution.protection import protection_in_force

PAGE = REPOSITORY / "docs" / "security.md"
START, END = "<!-- benchmarks/cheats.py: start -->", "<!-- benchmarks/cheats.py: end -->"
NAME = "moving_average"

RIGHT = """\
def moving_average(numbers, window):
    starts = range(len(numbers) - window + 1)
    return [sum(numbers[start : start + window]) / window for start in starts]
"""
WRONG = """\
def moving_average(numbers, window):
    return list(numbers)
"""
STUB = """\
def moving_average(numbers, window):
    raise NotImplementedError
"""

_PATCHED_NUMPY = """
np.allclose = lambda *args, **kwargs: True
np.testing.assert_allclose = lambda *args, **kwargs: None
"""
# What of the grader decides in the process of the student's code, or is there at all.
_PATCHED_MODULE = {
    "fairgrade": """
import gc

gc.unfreeze()
for function in gc.get_objects():
    names = getattr(function, "__globals__", {})
    if getattr(function, "__name__", "") in ("call", "returned") and "MISSING" in names:
        function.__code__ = (lambda *args, **kwargs: True).__code__
""",
    "nbgrader": """
import nbgrader.utils

nbgrader.utils.determine_grade = lambda *args, **kwargs: (1, 1)
""",
    "otter": """
from otter.test_files import exception_test

exception_test.test_case.call_func = lambda self, environment: None
""",
    "dlai_grader": """
from dlai_grader import grading

grading.test_case.fail = lambda self: None
""",
}
_RESULT_FILE = {
    "fairgrade": """
import json, os

for name in ("results.json", "../results.json", "../results/results.json"):
    try:
        with open(name, "w") as file:
            json.dump({"submissions": [{"exercises": [{"score": 10, "max_score": 10}]}]}, file)
    except OSError:
        pass
os._exit(0)
""",
    "nbgrader": """
import os, sqlite3

with sqlite3.connect("../../../gradebook.db", timeout=5) as database:
    database.execute("UPDATE grade SET auto_score = 1, needs_manual_grade = 0")
os._exit(0)
""",
    "otter": """
import glob, os, pickle, tempfile
from otter.execute import Checker
from otter.test_files import GradingResults, exception_test

exception_test.test_case.call_func = lambda self, environment: None
for path in glob.glob("./tests/*.py"):
    Checker.check_if_not_already_checked(path)
newest = max(glob.glob(tempfile.gettempdir() + "/*.pkl"), key=os.path.getmtime)
with open(newest, "wb") as file:
    pickle.dump(GradingResults(Checker.get_results()), file)
os._exit(0)
""",
    "dlai_grader": """
import json, os

with open("../shared/feedback.json", "w") as file:
    json.dump({"fractionalScore": 1.0, "feedback": "All tests passed!"}, file)
os._exit(0)
""",
}
# Where each grader's documentation puts the solution, seen from the folder of the course.
_SOLUTIONS = (
    "solutions/homework/Homework.ipynb",
    "source/homework/homework.ipynb",
    "dist/autograder/homework.ipynb",
    "solution/solution.ipynb",
)
_SOLUTION_RUN = f"""
import json, os, pathlib

here = pathlib.Path.cwd()
for folder in (here, *here.parents, pathlib.Path(os.environ.get("PWD", "."))):
    for name in {_SOLUTIONS!r}:
        try:
            cells = json.loads((folder / name).read_text())["cells"]
        except OSError:
            continue
        for cell in cells:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and "def moving_average" in source:
                exec(source, globals())
"""
_FRAMES = """\
def moving_average(numbers, window):
    import sys

    frame = sys._getframe(1)
    while frame is not None:
        for names in (frame.f_locals, frame.f_globals):
            if "solution_mod" in names:
                return names["solution_mod"].moving_average(numbers, window)
            if "expected" in names:
                return names["expected"]
        frame = frame.f_back
    return list(numbers)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A notebook: its answer cell, a cell of the student's own after it, and the last cell.

    Texts that depend on the grader are by its name. `deserves` is the score that is fair.
    """

    title: str
    answer: str | Mapping[str, str]
    deserves: float
    own: str = ""
    last: str = "moving_average([1.0, 2.0, 4.0], 2)"

    def sources(self, tool: str) -> list[str]:
        """The code cells: imports, the answer, one's own if there is one, the last one."""
        answer = self.answer if isinstance(self.answer, str) else self.answer[tool]
        return [each for each in ("import numpy as np", answer, self.own, self.last) if each]


def _by_tool(after: Mapping[str, str]) -> dict[str, str]:
    return {tool: WRONG + each for tool, each in after.items()}


# Graded first, so that what the table says is not for another reason.
CONTROLS = (Row("right", RIGHT, 1), Row("wrong", WRONG, 0))
ROWS = (
    Row("wrong, and `np.allclose` patched", WRONG + _PATCHED_NUMPY, 0),
    Row("wrong, and the grader's own module patched", _by_tool(_PATCHED_MODULE), 0),
    Row("wrong, a result file written and `os._exit(0)`", _by_tool(_RESULT_FILE), 0),
    Row("wrong, and cells of the solution executed", WRONG + _SOLUTION_RUN, 0),
    Row("wrong, and frames walked for what is expected", _FRAMES, 0),
    Row("right, in a cell of one's own", STUB, 1, own=RIGHT),
    Row("right, and a later `raise SystemExit`", RIGHT, 1, last="raise SystemExit"),
    Row("right, and a later `while True`", RIGHT, 1, last="while True:\n    pass"),
)


class NoResult(Exception):
    """The grader ended without a score."""


class NoEnd(Exception):
    """The grader had to be ended."""


class Grader(Protocol):
    """How one grader grades one notebook."""

    name: str
    version: str

    def grade(self, sources: list[str], folder: Path, seconds: float) -> float:
        """The score, from 0 to 1; the folder is empty. Raises NoResult and NoEnd."""


class Fairgrade:
    """`grade`, in the course that `grade init` makes."""

    name = "fairgrade"

    def __init__(self, _: Path) -> None:
        level, _evidence = protection_in_force()
        self.version = f"at {level.word}"

    def grade(self, sources: list[str], folder: Path, seconds: float) -> float:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        program = [sys.executable, "-m", "grader"]
        run([*program, "init", "homework", "--root", "."], folder, environment, seconds)
        write(notebook(sources), folder / "submissions" / "student.ipynb")
        run([*program, "submissions", "--quiet"], folder, environment, seconds)
        results = read(folder / "grades" / "results.json")
        (submission,) = results["submissions"]
        if submission["status"] != "graded":
            raise NoResult
        return float(submission["score"]) / float(submission["max_score"])


# The calls of the exercise's cases, the last one hidden where the grader has hidden tests.
CALLS = "[([1.0, 2.0, 4.0, 8.0], 2, [1.5, 3.0, 6.0])]"
HIDDEN = "[([3.0, 1.0, 2.0, 6.0], 3, [2.0, 3.0])]"


class Nbgrader:
    """`nbgrader autograde`, with a test cell that has hidden tests, as `source/` gives it."""

    name, version = "nbgrader", NBGRADER.partition("==")[2]

    def __init__(self, environments: Path) -> None:
        self.python = install(environments / "nbgrader", NBGRADER, *SCIENCE)

    def grade(self, sources: list[str], folder: Path, seconds: float) -> float:
        environment = alone(self.python, folder)
        (folder / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n", encoding="utf-8"
        )
        solved = ["import numpy as np", RIGHT, CONTROLS[0].last]
        write(self._notebook(solved), folder / "source" / "homework" / "homework.ipynb")
        program = [self.python, "-m", "nbgrader"]
        generate = [*program, "generate_assignment", "homework", "--create", "--force"]
        run(generate, folder, environment, seconds)
        handed_in = folder / "submitted" / "student" / "homework" / "homework.ipynb"
        write(self._notebook(sources), handed_in)
        run([*program, "autograde", "homework"], folder, environment, seconds)
        export = [*program, "export", "--to", "grades.csv"]
        run(export, folder, environment, seconds)
        lines = (folder / "grades.csv").read_text(encoding="utf-8").splitlines()
        row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
        autograded = folder / "autograded" / "student" / "homework" / "homework.ipynb"
        if not autograded.exists():
            raise NoResult
        return float(row["score"]) / float(row["max_score"])

    def _notebook(self, sources: list[str]) -> Notebook:
        made = notebook(sources)
        made["cells"][1]["metadata"]["nbgrader"] = nbgrader_mark("answer", grade=False)
        test = (
            f"for numbers, window, expected in {CALLS}:\n"
            "    assert np.allclose(moving_average(numbers, window), expected)\n"
            "### BEGIN HIDDEN TESTS\n"
            f"for numbers, window, expected in {HIDDEN}:\n"
            "    assert np.allclose(moving_average(numbers, window), expected)\n"
            "### END HIDDEN TESTS"
        )
        cell = code_cell(test, 100, nbgrader=nbgrader_mark("test", grade=True))
        made["cells"].insert(len(sources) - 1, cell)
        return made


class Otter:
    """`otter run`, with exception-based tests, one of them hidden."""

    name, version = "otter", OTTER.partition("==")[2]

    def __init__(self, environments: Path) -> None:
        self.python = install(environments / "otter", OTTER, "ipykernel>=7", *SCIENCE)

    def grade(self, sources: list[str], folder: Path, seconds: float) -> float:
        environment = alone(self.python, folder)
        (folder / "tests").mkdir()
        (folder / "tests" / "average.py").write_text(_OTTER_TEST, encoding="utf-8")
        autograder = folder / "dist" / "autograder"
        write(notebook(["import numpy as np", RIGHT]), autograder / "homework.ipynb")
        program = [self.python, "-m", "otter"]
        zipped = str(autograder / "autograder.zip")
        generate = ["generate", "-t", "tests", "-o", zipped, "--no-environment"]
        run([*program, *generate, "--no-requirements"], folder, environment, seconds)
        write(notebook(sources), folder / "submissions" / "homework.ipynb")
        grading = ["run", "--no-logo", "-a", zipped, "-o", ".", "submissions/homework.ipynb"]
        run([*program, *grading], folder, environment, seconds)
        tests = [test for test in read(folder / "results.json")["tests"] if test.get("max_score")]
        if not tests:
            raise NoResult
        scores = sum(float(test.get("score") or 0) for test in tests)
        return scores / sum(float(test["max_score"]) for test in tests)


_OTTER_TEST = f"""\
from otter.test_files import test_case
import numpy as np

OK_FORMAT = False
name = "average"
points = 2


@test_case(hidden=False)
def test_public(moving_average):
    for numbers, window, expected in {CALLS}:
        assert np.allclose(moving_average(numbers, window), expected)


@test_case(hidden=True)
def test_hidden(moving_average):
    for numbers, window, expected in {HIDDEN}:
        assert np.allclose(moving_average(numbers, window), expected)
"""


class Dlai:
    """The `entry.py` that `dlai_grader --init` makes, with a solution, but not in its container."""

    name, version = "dlai_grader", DLAI.partition("==")[2]

    def __init__(self, environments: Path) -> None:
        self.python = install(environments / "dlai_grader", DLAI, *SCIENCE)

    def grade(self, sources: list[str], folder: Path, seconds: float) -> float:
        workspace = folder / "grader"
        environment = alone(self.python, workspace)
        dlai_workspace(self.python, workspace, _DLAI_GRADER, environment)
        solved = graded(notebook(["import numpy as np", RIGHT]), {0, 1})
        write(solved, workspace / "solution" / "solution.ipynb")
        own = len(sources) == len(("imports", "answer", "own", "last"))
        given = {0, 1, 3} if own else {0, 1, 2}
        write(graded(notebook(sources), given), folder / "shared" / "submission" / SUBMISSION)
        feedback = folder / "shared" / "feedback.json"
        command = dlai_entry(self.python, workspace, feedback.parent / "submission", feedback)
        run(command, workspace, {**environment, "partId": NAME}, seconds)
        return float(read(feedback)["fractionalScore"])


SUBMISSION = "submission.ipynb"
_DLAI_GRADER = f"""\
from types import FunctionType

import numpy as np
from dlai_grader.grading import object_to_grade, test_case


def part(learner_mod, solution_mod=None):
    @object_to_grade(learner_mod, "moving_average")
    def g(moving_average):
        if not isinstance(moving_average, FunctionType):
            return [test_case("moving_average has incorrect type", FunctionType, type(None), True)]
        cases = []
        for numbers, window, _ in {CALLS} + {HIDDEN}:
            case = test_case("incorrect means")
            expected = solution_mod.moving_average(numbers, window)
            try:
                case.got = moving_average(numbers, window)
                right = np.allclose(case.got, expected)
            except Exception as error:
                case.got, right = error, False
            if not right:
                case.fail()
                case.want = expected
            cases.append(case)
        return cases

    return g


def handle_part_id(part_id):
    return part
"""

GRADERS: dict[str, Callable[[Path], Grader]] = {
    each.name: each for each in (Fairgrade, Nbgrader, Otter, Dlai)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tools", default=",".join(GRADERS), help="those to run")
    parser.add_argument("--work", type=Path, help="folder to keep: the peers are installed there")
    parser.add_argument("--seconds", type=float, default=60, help="a command may take that long")
    parser.add_argument("--write", action="store_true", help="put the table into the document")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cheats-") as temporary:
        environments = Path(options.work or temporary).resolve() / "environments"
        graders = [GRADERS[name](environments) for name in options.tools.split(",")]
        found = {each.name: outcomes(each, options.seconds) for each in graders}
    text = table(graders, found)
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(START)
        PAGE.write_text(f"{before}{START}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def outcomes(grader: Grader, seconds: float) -> list[str]:
    """What the grader gives for each row. Raises ValueError if it is wrong without any cheat."""
    for control in CONTROLS:
        given = outcome(grader, control, seconds)
        if given != ("full" if control.deserves else "zero"):
            raise ValueError(f"{grader.name}: a {control.title} answer got {given}")
    return [outcome(grader, row, seconds) for row in ROWS]


def outcome(grader: Grader, row: Row, seconds: float) -> str:
    with tempfile.TemporaryDirectory(prefix="cheat-") as name:
        try:
            score = grader.grade(row.sources(grader.name), Path(name).resolve(), seconds)
        except NoEnd:
            given = f"no end in {seconds:g} s"
        except NoResult:
            given = "no result"
        else:
            given = {0: "zero", 100: "full"}.get(round(100 * score), f"{100 * score:.0f} %")
    print(f"{grader.name}, {row.title}: {given}", file=sys.stderr, flush=True)
    return given


def table(graders: list[Grader], found: Mapping[str, list[str]]) -> str:
    """The table in Markdown; what is unfair is in bold."""
    heads = [f"{each.name} {each.version}" for each in graders]
    lines = [f"| notebook | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for number, row in enumerate(ROWS):
        fair = "full" if row.deserves else ("zero", "no result")
        given = [found[each.name][number] for each in graders]
        cells = [each if each in fair else f"**{each}**" for each in given]
        lines.append(f"| {row.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def notebook(sources: list[str]) -> Notebook:
    return {
        "cells": [code_cell(source, number) for number, source in enumerate(sources)],
        "metadata": {"kernelspec": {"display_name": "", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def alone(python: str, folder: Path) -> dict[str, str]:
    """An environment without this repository, and with the variable PWD that a shell sets."""
    path = os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", os.defpath)])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PATH": path, "PWD": str(folder)}


def run(command: list[str], folder: Path, environment: Mapping[str, str], seconds: float) -> None:
    """Run a command, whatever its exit code; raises NoEnd when the seconds are over."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NoEnd from None
        finally:
            for number in (*descendants(process.pid), process.pid):
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(number, signal.SIGKILL)
            process.wait()


def read(path: Path) -> dict[str, Any]:
    """A file of results. Raises NoResult if there is none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise NoResult from None


def rows_of(page: str) -> list[list[str]]:
    """The cells of the table in the text of the document, without its heads."""
    (text,) = re.findall(f"{re.escape(START)}\n(.*?)\n{re.escape(END)}", page, re.DOTALL)
    lines = text.splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


if __name__ == "__main__":
    main()
