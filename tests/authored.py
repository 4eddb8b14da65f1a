"""Assignments that a test writes as an author would: a master of a few cells, cases, settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from grader.authors.validate import generate
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Result, Submission
from tests.conftest import notebook

NAME = "lesson"
IMPORTS = "from grader.authoring import arguments, case, generator"
SETTINGS = """schema = 1
name = "lesson"
title = "Lesson"
notebook = "Lesson.ipynb"
"""


def exercise(name: str, more: str = "") -> str:
    return f"""
[[exercise]]
name = "{name}"
title = "Exercise {name}"
asks = "What is asked."
points = 10
{more}
"""


def authored(
    root: Path, cells: Sequence[str], cases: str, *exercises: str, settings: str = ""
) -> Path:
    """Write the assignment `lesson` below `root`, and generate what is generated from it."""
    folder, solutions = root / "assignment" / NAME, root / "solutions" / NAME
    for each in (folder, solutions):
        each.mkdir(parents=True, exist_ok=True)
    (folder / "assignment.toml").write_text("".join([SETTINGS, settings, *exercises]))
    (solutions / "Lesson.ipynb").write_text(json.dumps(notebook(*cells)))
    (solutions / "cases.py").write_text(
        f"from grader.authoring import arguments, case, generator\n{cases}"
    )
    generate(root, NAME)
    return root


def handed_in(root: Path, *cells: str) -> Result:
    """The result of a notebook of these cells."""
    path = root / "handed_in.ipynb"
    path.write_text(json.dumps(notebook(*cells)))
    return grade(Task(root, Submission("ann", path.name, str(path)), NAME)).result
