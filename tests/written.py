"""A course with written answers: a function, a text, a plot and, if asked for, a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.authors.validate import generate
from tests.conftest import notebook

NAME = "survey"
SETTINGS = """schema = 1
name = "survey"
title = "A survey"
notebook = "Survey.ipynb"

[[exercise]]
name = "mean"
title = "The mean"
asks = "Return the mean."
points = 10

[[exercise]]
name = "trend"
kind = "written"
cell = "why"
title = "What the numbers say"
asks = "Say in two sentences what you see."
points = 5
rubric = [
    { text = "says that they grow", points = 3 },
    { text = "names the outlier", points = 2 },
]

[[exercise]]
name = "chart"
kind = "written"
cell = "plot"
title = "A chart"
asks = "Draw the numbers."
points = 3
"""
FILE = """
[[exercise]]
name = "essay"
kind = "written"
file = "essay.txt"
title = "An essay"
asks = "Write a page."
points = 2
"""
MEAN = "def mean(x):\n    ### START CODE HERE ###\n    {}\n    ### END CODE HERE ###"
RIGHT = MEAN.format("return sum(x) / len(x)")
MODEL = (
    "Your answer:\n\n<!-- START ANSWER HERE -->\nThey grow, but for 7.\n<!-- END ANSWER HERE -->\n"
)
GIVEN = "Your answer:\n\n<!-- START ANSWER HERE -->\n<!-- END ANSWER HERE -->\n"
PLOT = "### START CODE HERE ###\n{}\n### END CODE HERE ###"
CASES = (
    "from grader.authoring import arguments, case\n\n\n@case('mean')\ndef two():\n"
    '    """Two."""\n    return arguments([1.0, 2.0])\n'
)


def cell(cell_id: str, kind: str, source: str, **metadata: Any) -> dict[str, Any]:
    code: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    made = {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return {**made, **code, **({"id": cell_id} if cell_id else {})}


def cells(mean: str, why: str, plot: str) -> list[dict[str, Any]]:
    """The notebook's cells with these answers."""
    return [
        cell("head", "markdown", "# A survey"),
        cell("mean", "code", mean),
        cell("ask-why", "markdown", "**What do you see?**"),
        cell("why", "markdown", why),
        cell("ask-plot", "markdown", "**Draw it.**"),
        cell("plot", "code", plot),
    ]


MASTER = cells(RIGHT, MODEL, PLOT.format("print('a chart')"))


def as_notebook(every: list[dict[str, Any]]) -> str:
    return json.dumps({**notebook(), "nbformat_minor": 5, "cells": every})


def course(root: Path, more: str = "", cases: str = CASES) -> Path:
    """Write the course below `root`, and generate what is generated; returns `root`."""
    folder, solutions = root / "assignment" / NAME, root / "solutions" / NAME
    for each in (folder, solutions):
        each.mkdir(parents=True, exist_ok=True)
    (folder / "assignment.toml").write_text(SETTINGS + more)
    (solutions / "Survey.ipynb").write_text(as_notebook(MASTER))
    (solutions / "cases.py").write_text(cases)
    generate(root, NAME)
    return root


def handed_in(folder: Path, answers: Mapping[str, str], mean: str = RIGHT) -> Path:
    """Write a notebook for each student, with that answer to `trend`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for student, why in answers.items():
        every = cells(mean, why, PLOT.format("print('drawn')"))
        (folder / f"{student}.ipynb").write_text(as_notebook(every))
    return folder
