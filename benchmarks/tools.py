"""The five tools that are compared: how each grades a class, and where its verdicts are read."""

from __future__ import annotations

import ast
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import venv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar, Protocol

from classroom import Notebook, Student, code_cell, defines, sources, write
from measure import Job
from workloads import HERE, REPOSITORY, Workload

from grader.runs.requests import default_jobs

# Exercises with full marks, by student.
Verdicts = dict[str, frozenset[str]]

NBGRADER, OTTER, DLAI = "nbgrader==0.9.6", "otter-grader==7.0.0", "dlai_grader==2.3.0"
# Packages that notebooks import; the peers get the versions of this environment.
SCIENCE = tuple(f"{name}=={version(name)}" for name in ("numpy", "matplotlib", "scikit-learn"))
# Seconds for a cell: training takes minutes, more than the peers allow by default.
CELL_SECONDS = 3600


class Tool(Protocol):
    """How one of the tools grades a class."""

    name: ClassVar[str]
    runs_training: ClassVar[bool]
    note: ClassVar[str]

    def prepare(self, workload: Workload, students: list[Student], folder: Path) -> Job:
        """Write the submissions to an empty folder; return the job, which alone is measured."""

    def verdicts(self, workload: Workload, folder: Path) -> Verdicts:
        """The verdicts of a job that has ended: student -> exercises with full marks."""


@dataclass(frozen=True, slots=True)
class Fairgrade:
    """`grade FOLDER`, including its sandbox and report."""

    name: ClassVar[str] = "fairgrade"
    runs_training: ClassVar[bool] = False
    note: ClassVar[str] = "a worker per core; training cells are skipped"

    def prepare(self, workload: Workload, students: list[Student], folder: Path) -> Job:
        for student in students:
            path = folder / "submissions" / f"{student.name}.ipynb"
            write(workload.notebook(student.functions), path)
        program = "from grader.cli import main; main()"
        command = [sys.executable, "-c", program, "run", "submissions", "--output", "results"]
        command += ["--root", str(workload.root), "--assignment", workload.assignment.name]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        return Job([[*command, "--quiet"]], folder, folder / "log", environment)

    def verdicts(self, workload: Workload, folder: Path) -> Verdicts:
        results = json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))
        return {
            each["student"]: frozenset(
                exercise["name"]
                for exercise in each["exercises"]
                if exercise["score"] == exercise["max_score"]
            )
            for each in results["submissions"]
        }


@dataclass(frozen=True, slots=True)
class Floor:
    """`floor.py`, which grades without Jupyter, sandbox and report."""

    name: ClassVar[str] = "floor"
    runs_training: ClassVar[bool] = False
    note: ClassVar[str] = "a warm interpreter per core; training cells are skipped"

    def prepare(self, workload: Workload, students: list[Student], folder: Path) -> Job:
        for each in ("cells", "results"):
            (folder / each).mkdir()
        for student in students:
            cells = _plain_cells(workload, workload.notebook(student.functions))
            path = folder / "cells" / f"{student.name}.json"
            path.write_text(json.dumps(cells), encoding="utf-8")
        exercises = ",".join(workload.exercises)
        imports = ",".join(["math", *workload.assignment.warm_imports])
        command = [sys.executable, str(HERE / "floor.py"), str(workload.data), "cells", "results"]
        command += [str(default_jobs()), exercises, imports]
        # As in our kernels: linear algebra has one thread, and no pictures are drawn.
        environment = {**os.environ, "MPLBACKEND": "agg", "OPENBLAS_NUM_THREADS": "1"}
        return Job([command], folder, folder / "log", environment)

    def verdicts(self, workload: Workload, folder: Path) -> Verdicts:
        found: Verdicts = {}
        for path in (folder / "results").glob("*.json"):
            right = json.loads(path.read_text(encoding="utf-8"))
            found |= {student: frozenset(names) for student, names in right.items()}
        return found


def _plain_cells(workload: Workload, notebook: Notebook) -> list[str]:
    """The cells as our kernels run them, without training and without lines of magic."""
    training = workload.assignment.long_running
    plain = [
        "\n".join(line for line in source.splitlines() if not line.startswith("%"))
        for source in sources(notebook)
    ]
    return [source for source in plain if not training & _called(source)]


def _called(source: str) -> set[str]:
    """The names of functions that a cell calls when it is run, not in the functions it defines."""
    statements = [each for each in ast.parse(source).body if not isinstance(each, ast.FunctionDef)]
    nodes = [node for statement in statements for node in ast.walk(statement)]
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    return {function.id for function in calls if isinstance(function, ast.Name)}


@dataclass(frozen=True, slots=True)
class Nbgrader:
    """`nbgrader autograde` on a course of one assignment; test cells call `checks.check`."""

    environments: Path
    name: ClassVar[str] = "nbgrader"
    runs_training: ClassVar[bool] = True
    note: ClassVar[str] = "`nbgrader autograde`, which grades one after the other; runs every cell"

    def prepare(self, workload: Workload, students: list[Student], folder: Path) -> Job:
        python = install(self.environments / "nbgrader", NBGRADER, *SCIENCE)
        environment = _peers_environment(python, workload)
        (folder / "nbgrader_config.py").write_text(
            "c = get_config()\n"
            f"c.CourseDirectory.root = {str(folder)!r}\n"
            f"c.Execute.timeout = {CELL_SECONDS}\n",
            encoding="utf-8",
        )
        self._write(workload, students[0].functions, folder / "source" / "homework")
        generate = ["generate_assignment", "homework", "--create", "--force"]
        _run([python, "-m", "nbgrader", *generate], folder, environment)
        for student in students:
            self._write(
                workload, student.functions, folder / "submitted" / student.name / "homework"
            )
        command = [python, "-m", "nbgrader", "autograde", "homework"]
        return Job([command], folder, folder / "log", environment)

    def _write(self, workload: Workload, functions: dict[str, str], folder: Path) -> None:
        write(_with_test_cells(workload.notebook(functions), functions), folder / "homework.ipynb")

    def verdicts(self, workload: Workload, folder: Path) -> Verdicts:
        found: dict[str, set[str]] = defaultdict(set)
        with sqlite3.connect(folder / "gradebook.db") as database:
            for student, exercise, score in database.execute(_NBGRADER_SCORES):
                found[student] |= {exercise.removeprefix("test-")} if score else set()
        return {student: frozenset(exercises) for student, exercises in found.items()}


_NBGRADER_SCORES = """
SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score
FROM grade
JOIN base_cell ON base_cell.id = grade.cell_id
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
"""


def _with_test_cells(notebook: Notebook, functions: dict[str, str]) -> Notebook:
    """The notebook with nbgrader's metadata, and a test cell after each answer."""
    cells = []
    for cell in notebook["cells"]:
        cells.append(cell)
        exercise = defines(cell, functions)
        if exercise:
            cell["metadata"]["nbgrader"] = nbgrader_mark(exercise, grade=False)
            mark = nbgrader_mark(f"test-{exercise}", grade=True)
            test = f"from checks import check\n\ncheck({exercise!r}, {exercise})"
            cells.append(code_cell(test, len(cells) + 1000, nbgrader=mark))
    return {**notebook, "cells": cells}


def nbgrader_mark(name: str, grade: bool) -> dict[str, object]:
    mark = {"grade": grade, "solution": not grade, "locked": grade, "task": False}
    return {**mark, "grade_id": name, "schema_version": 3, **({"points": 1} if grade else {})}


@dataclass(frozen=True, slots=True)
class Otter:
    """`otter run`, once for each submission; exception-based tests call `checks.check`."""

    environments: Path
    name: ClassVar[str] = "otter"
    runs_training: ClassVar[bool] = True
    note: ClassVar[str] = "`otter run` for each submission, one per core at once; runs every cell"

    def prepare(self, workload: Workload, students: list[Student], folder: Path) -> Job:
        # otter-grader starts a kernel, but does not install ipykernel as a requirement.
        python = install(self.environments / "otter", OTTER, "ipykernel>=7", *SCIENCE)
        environment = _peers_environment(python, workload)
        (folder / "tests").mkdir()
        for exercise in workload.exercises:
            test = _OTTER_TEST.format(exercise=exercise)
            (folder / "tests" / f"{exercise}.py").write_text(test, encoding="utf-8")
        generate = ["generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
        _run([python, "-m", "otter", *generate, "--no-requirements"], folder, environment)
        for student in students:
            path = folder / "submissions" / student.name / "homework.ipynb"
            write(workload.notebook(student.functions), path)
        start = [python, "-m", "otter", "run", "--no-logo", "-a", "autograder.zip"]
        homes = [f"submissions/{student.name}" for student in students]
        commands = [[*start, "-o", home, f"{home}/homework.ipynb"] for home in homes]
        return Job(commands, folder, folder / "log", environment, at_once=default_jobs())

    def verdicts(self, workload: Workload, folder: Path) -> Verdicts:
        return {
            path.parent.name: frozenset(_otter_right(path))
            for path in (folder / "submissions").glob("*/results.json")
        }


_OTTER_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = "{exercise}"
points = 1


@test_case(points=1, hidden=False)
def test_{exercise}({exercise}):
    from checks import check

    check("{exercise}", {exercise})
"""


def _otter_right(path: Path) -> set[str]:
    tests = json.loads(path.read_text(encoding="utf-8"))["tests"]
    return {
        test["name"]
        for test in tests
        if test.get("max_score") and test["score"] >= test["max_score"]
    }


@dataclass(frozen=True, slots=True)
class Dlai:
    """dlai_grader: the `entry.py` of its workspace, once for each exercise of a submission.

    On its platform that is a container's command, and every exercise is a part with a number of its
    own. Here the parts have the exercises' names and run one after the other, as `make grade` does.
    """

    environments: Path
    name: ClassVar[str] = "dlai_grader"
    runs_training: ClassVar[bool] = False
    note: ClassVar[str] = (
        "`entry.py` for each exercise of each submission, without its container, a submission per "
        "core at once; training cells, which have no tag, and lines of magic are left out"
    )

    def prepare(self, workload: Workload, students: list[Student], folder: Path) -> Job:
        python = install(self.environments / "dlai_grader", DLAI, *SCIENCE)
        environment = {**_peers_environment(python, workload), "MPLBACKEND": "agg"}
        made = folder / "grader"
        dlai_workspace(python, made, _DLAI_GRADER, environment)
        write(_tagged(workload, students[0].functions), made / "solution" / "solution.ipynb")
        commands = []
        for student in students:
            home = folder / "students" / student.name
            shutil.copytree(made, home / "grader")
            write(_tagged(workload, student.functions), home / "shared" / "submission.ipynb")
            commands.append(["/bin/sh", "-c", self._parts(python, workload, home)])
        return Job(commands, folder, folder / "log", environment, at_once=default_jobs())

    def _parts(self, python: str, workload: Workload, home: Path) -> str:
        """A shell's line that grades every part; `entry.py` fails for a part that is missing."""
        lines = []
        for exercise in workload.exercises:
            feedback = home / "shared" / f"{exercise}.json"
            command = dlai_entry(python, home / "grader", home / "shared", feedback)
            lines.append(f"partId={exercise} {shlex.join(command)}")
        return "; ".join([f"cd {shlex.quote(str(home / 'grader'))}", *lines, "true"])

    def verdicts(self, workload: Workload, folder: Path) -> Verdicts:
        return {
            home.name: frozenset(
                path.stem
                for path in (home / "shared").glob("*.json")
                if json.loads(path.read_text(encoding="utf-8"))["fractionalScore"] == 1
            )
            for home in (folder / "students").iterdir()
        }


_DLAI_GRADER = """\
import functools
from types import FunctionType

import checks
from dlai_grader.grading import object_to_grade, test_case


def part(exercise, learner_mod, solution_mod=None):
    @object_to_grade(learner_mod, exercise)
    def g(function):
        if not isinstance(function, FunctionType):
            return [test_case(f"{exercise} has incorrect type", FunctionType, type(None), True)]
        calls = checks.load(exercise)
        wrong = set(checks.failed(calls, function))
        return [test_case(name, failed=name in wrong) for name, *_ in calls]

    return g


def handle_part_id(part_id):
    return functools.partial(part, part_id)
"""

# Starts `entry.py` with the folders that its platform mounts at /shared elsewhere.
_DLAI_START = """\
import functools
import runpy
import sys

from dlai_grader import io

_, submission, feedback = sys.argv
io.copy_submission_to_workdir = functools.partial(
    io.copy_submission_to_workdir, dir_origin=submission
)
io.send_feedback = functools.partial(io.send_feedback, feedback_path=feedback)
runpy.run_path("entry.py", run_name="__main__")
"""
# Name, number and module of a course; a full grader with unit tests of the usual name, without
# data, with a solution, for notebooks, and with the usual limits of the container.
_DLAI_ANSWERS = "C\n1\n1\nn\n\nn\ny\nn\n\n\n\n"


def dlai_workspace(python: str, folder: Path, grader: str, environment: Mapping[str, str]) -> None:
    """What `dlai_grader --init` makes, with the text of `grader.py`."""
    folder.mkdir(parents=True)
    program = "from dlai_grader.cli import parse_dlai_grader_args as main; main()"
    _run([python, "-c", program, "--init"], folder, environment, _DLAI_ANSWERS)
    (folder / "grader.py").write_text(grader, encoding="utf-8")
    (folder / "start.py").write_text(_DLAI_START, encoding="utf-8")


def dlai_entry(python: str, workspace: Path, submission: Path, feedback: Path) -> list[str]:
    """The command that grades the `submission.ipynb` of a folder, to be run in the workspace."""
    return [python, str(workspace / "start.py"), str(submission), str(feedback)]


def graded(notebook: Notebook, cells: set[int]) -> Notebook:
    """The notebook with these cells tagged as `dlai_grader --tag` does; the others are left out."""
    for number in cells:
        notebook["cells"][number]["metadata"]["tags"] = ["graded"]
    return notebook


def _tagged(workload: Workload, functions: dict[str, str]) -> Notebook:
    """A submission with tags, of the cells as our kernels run them."""
    sources = _plain_cells(workload, workload.notebook(functions))
    cells = [code_cell(source, number) for number, source in enumerate(sources)]
    return graded({**workload.notebook(functions), "cells": cells}, set(range(len(cells))))


def install(folder: Path, *requirements: str) -> str:
    """The interpreter of a virtual environment with these packages, which is made if missing."""
    python, done = folder / "bin" / "python", folder / "installed.txt"
    wanted = "\n".join(requirements)
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        print(f"installing {requirements[0]} …", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        _run([str(python), "-m", "pip", "install", "--quiet", *requirements], folder, os.environ)
        done.write_text(wanted, encoding="utf-8")
    return str(python)


def _peers_environment(python: str, workload: Workload) -> dict[str, str]:
    """Environment variables with which checks, helper modules and the peer's kernels are found."""
    path = os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", os.defpath)])
    settings = {"PYTHONPATH": str(workload.data), "PATH": path, "PYTHONDONTWRITEBYTECODE": ""}
    return {**os.environ, **settings}


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str], answers: str = ""
) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=answers,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
