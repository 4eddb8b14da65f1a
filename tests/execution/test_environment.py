"""environment: what the machine lacks is said once, before anybody is graded, and blamed on it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.api import grade_class
from grader.api.grader import Listener
from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment
from grader.encoding import from_json, to_json
from grader.errors import SystemFailure
from grader.execution.environment import Need, in_words, needs_of, unmet
from grader.execution.installation import installation
from grader.execution.outcome import CellRun
from grader.grading.machine import with_machine_named
from grader.model import ExerciseResult, Protection, Status, Verdict
from grader.runs.cluster.client import Member
from grader.runs.cluster.worker import WorkerReport
from grader.sandbox.level import Level
from tests.conftest import ROOT, notebook

HERE = np.__version__
INSTALL = f"{sys.executable} -m pip install"


def importing(course: Path, *cells: str, requirements: tuple[str, ...] = ()) -> Assignment:
    """The small course's assignment, handed out with a notebook of these cells."""
    assignment = load_assignment(course, "words")
    assignment.template.write_text(json.dumps(notebook(*cells)), encoding="utf-8")
    return replace(assignment, requirements=requirements)


def test_nothing_is_missing_for_the_assignments_of_this_repository() -> None:
    assignment = load_assignment(ROOT, "optimization_methods")
    modules = {each.module: each.requirement for each in needs_of(assignment)}
    # scipy and sklearn are imported by a helper, under the name of an older edition, too.
    assert modules.keys() == {"matplotlib", "numpy", "scipy", "sklearn"}
    assert modules["sklearn"].startswith("scikit-learn==")
    assert [each for each in unmet(needs_of(assignment)) if not each.found] == []


@pytest.mark.parametrize(
    ("cells", "requirements", "words"),
    [
        (("import numpy as np",), (f"numpy=={HERE}",), ""),
        (("import numpy as np",), ("numpy>=1.26",), ""),
        (("import json, os.path\nfrom collections import abc",), (), ""),
        (("import numpy",), ("numpy==1.0", "absent==2.0"), "numpy==1.0"),
        (("import absent",), ("absent==2.0",), "absent==2.0"),
        (("%matplotlib inline\nimport absent.part as p",), ("Absent >= 2",), "'Absent>=2'"),
        (("from cv2 import imread",), (), "opencv-python-headless"),
        (("import pytz_absent",), ("pytz.absent==1",), "pytz.absent==1"),
        (("try:\n    import absent\nexcept ImportError:\n    pass",), (), ""),
        (("def f():\n    import absent",), (), ""),
        (("import absent",), ('absent==2; python_version < "3"', "not a requirement!"), "absent"),
        (("import texts_v2",), (), ""),
    ],
)
def test_what_the_notebook_imports_is_looked_for(
    course: Path, cells: tuple[str, ...], requirements: tuple[str, ...], words: str
) -> None:
    lacks = unmet(needs_of(importing(course, *cells, requirements=requirements)))
    assert " ".join(in_words(lacks).rpartition("pip install ")[2:]) == words if lacks else not words


def test_a_helper_that_is_imported_counts_and_its_imports_too(course: Path) -> None:
    helper = course / "assignment/words/texts.py"
    helper.write_text("import absent\n")
    (need,) = unmet(needs_of(importing(course, "from texts import *")))
    assert need.module == "absent"
    assert unmet(needs_of(importing(course, "x = 1"))) == ()


def test_the_line_has_everything_and_the_command() -> None:
    needs = (
        Need("sklearn", "scikit-learn==1.9.1", "adam"),
        Need("numpy", "numpy==2.4.6", "adam", found="2.0.0"),
    )
    assert in_words(needs) == (
        "this machine lacks sklearn, which adam imports, and has numpy 2.0.0, where adam pins "
        f"numpy==2.4.6; to install: {INSTALL} scikit-learn==1.9.1 numpy==2.4.6"
    )


def exercise(name: str, verdict: Verdict, message: str = "") -> ExerciseResult:
    return ExerciseResult(name, verdict, float(verdict.solved), 1, message)


def test_who_suffers_from_the_machine_is_not_graded_and_nobody_else(course: Path) -> None:
    assignment = importing(course, "import absent")
    runs = {1: CellRun("error", error="ModuleNotFoundError: No module named 'absent'")}
    results = (
        exercise("longest", Verdict.CORRECT),
        exercise("count", Verdict.ERROR, "NameError: name 'absent' is not defined"),
        exercise("mean_and_spread", Verdict.INCORRECT),
    )
    named, (flag,) = with_machine_named(results, assignment, runs)
    assert flag.startswith("this machine lacks absent, which the assignment imports")
    assert [each.verdict for each in named] == [
        *(Verdict.CORRECT, Verdict.NOT_GRADED, Verdict.INCORRECT)
    ]
    assert (named[1].score, named[1].message) == (None, flag)
    # Another module that a student imports is the student's own affair.
    own = {1: CellRun("error", error="ModuleNotFoundError: No module named 'mine'")}
    assert with_machine_named(results, assignment, own) == (results, [])


def test_another_version_is_named_where_something_raised(course: Path) -> None:
    assignment = importing(course, "import numpy", requirements=("numpy==1.0",))
    results = (exercise("longest", Verdict.ERROR, "AttributeError: numpy has no attribute"),)
    named, (flag,) = with_machine_named(results, assignment, {})
    assert named == results
    assert flag == f"errors may come of this machine: numpy==1.0 is pinned, and {HERE} is here"


def test_a_clusters_worker_that_lacks_something_is_used_unless_nothing_may_be_missing() -> None:
    protection = Protection("namespaces", "", {}, {})
    lacks = (Need("absent", "absent==2", "words"),)
    report = WorkerReport(installation(), protection, "", 1, 1, lacks=lacks)
    member = Member("tcp://10.0.0.2:1", from_json(to_json(report), WorkerReport), "")
    assert member.unfit(Level.NAMESPACES) == ""
    assert member.unfit(Level.NAMESPACES, environment=True) == (
        "it lacks absent, which words imports; to install: python -m pip install absent==2"
    )


def test_a_run_says_it_once_before_anything_is_graded_or_grades_nothing(
    course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    importing(course, "import absent")
    cells = ("import absent", "def longest(text):\n    return absent.longest(text)")
    path = write("in/ann.ipynb", *cells)
    write("in/bo.ipynb", "def longest(text):\n    return max(text.split(), key=len)")
    said: list[str] = []
    listener = Listener(told=said.append, graded=lambda each: said.append(each.result.student))
    with grade_class(path.parent, course, listener=listener) as finished:
        ann, bo = finished.results
    line = f"this machine lacks absent, which words imports; to install: {INSTALL} absent"
    assert sorted(said) == ["ann", "bo", line]
    assert said[0] == line
    assert (ann.status, ann.score) == (Status.NOT_GRADED, None)
    assert "this machine lacks absent" in ann.reason
    assert (bo.status, bo.score) == (Status.GRADED, 4)
    with pytest.raises(SystemFailure, match="nothing was graded: this machine lacks absent"):
        grade_class(path.parent, course, require_environment=True)
