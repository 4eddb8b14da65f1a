"""Make the class that is graded: students with answers from `pool/`, and their notebooks."""

from __future__ import annotations

import ast
import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Module of `pool/` -> of a hundred students, how many take a given function from it.
SHARES = {"plain": 45, "comprehensions": 40, "mistaken": 15}
WRONG = "mistaken"

Notebook = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Student:
    """The functions that a student wrote (exercise -> source), and the exercises that are right."""

    name: str
    functions: dict[str, str]
    right: frozenset[str]


def students(count: int, exercises: list[str]) -> list[Student]:
    """The first `count` students of the class; they are the same every time."""
    draw = random.Random(0)
    return [_student(f"student{number:04}", draw, exercises) for number in range(count)]


def _student(name: str, draw: random.Random, exercises: list[str]) -> Student:
    taken = draw.choices(list(SHARES), list(SHARES.values()), k=len(exercises))
    pairs = list(zip(exercises, taken, strict=True))
    return Student(
        name,
        {exercise: pool(module)[exercise] for exercise, module in pairs},
        frozenset(exercise for exercise, module in pairs if module != WRONG),
    )


@cache
def pool(module: str) -> dict[str, str]:
    """The functions of a module of `pool/`: name -> source."""
    source = (HERE / "pool" / f"{module}.py").read_text(encoding="utf-8")
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {each.name: ast.get_source_segment(source, each) or "" for each in functions}


def functions_notebook(functions: dict[str, str]) -> Notebook:
    """A notebook with two imports and a cell for each function."""
    sources = ["import math\n\nimport numpy as np", *functions.values()]
    return {
        "cells": [code_cell(source, number) for number, source in enumerate(sources)],
        "metadata": {"kernelspec": {"display_name": "", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def assignment_notebook(template: Notebook, functions: dict[str, str]) -> Notebook:
    """The assignment's template with its stubs replaced by these functions."""
    notebook = copy.deepcopy(template)
    notebook["metadata"]["kernelspec"]["name"] = "python3"
    for cell in notebook["cells"]:
        exercise = defines(cell, functions)
        if exercise:
            cell["source"] = functions[exercise]
    return notebook


def code_cell(source: str, number: int, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{number}",
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def defines(cell: dict[str, Any], functions: dict[str, str]) -> str:
    """The name of the function that a cell defines; empty if it is none of these."""
    if cell["cell_type"] != "code":
        return ""
    source = "".join(cell["source"])
    return next((name for name in functions if f"def {name}(" in source), "")


def sources(notebook: Notebook) -> Iterator[str]:
    """The code cells of a notebook."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def write(notebook: Notebook, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
