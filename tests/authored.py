"""Assignments that a test writes as an author would: a master of a few cells, cases, settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
    """Write the assignment `lesson` below `root`, and generate what is generated from it.

    The master's cells have the ids `c1`, `c2`, ….
    """
    folder, solutions = root / "assignment" / NAME, root / "solutions" / NAME
    for each in (folder, solutions):
        each.mkdir(parents=True, exist_ok=True)
    (folder / "assignment.toml").write_text("".join([SETTINGS, settings, *exercises]))
    (solutions / "Lesson.ipynb").write_text(json.dumps(with_ids(*cells)))
    (solutions / "cases.py").write_text(
        f"from grader.authoring import arguments, case, generator\n{cases}"
    )
    generate(root, NAME)
    return root


def with_ids(*cells: str) -> dict[str, Any]:
    """A notebook of these code cells, which have the ids `c1`, `c2`, …."""
    made = notebook(*cells)
    for number, cell in enumerate(made["cells"], start=1):
        cell["id"] = f"c{number}"
    return {**made, "nbformat_minor": 5}


def handed_in(root: Path, *cells: str, ids: bool = False) -> Result:
    """The result of a notebook of these cells, which have the ids of the template's or none."""
    path = root / "handed_in.ipynb"
    path.write_text(json.dumps(with_ids(*cells) if ids else notebook(*cells)))
    return grade(Task(root, Submission("ann", path.name, str(path)), NAME)).result
