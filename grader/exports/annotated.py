"""A student's own notebook with what is said of it: points on top, reasons below the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import nbformat

from grader.assignments.written import WRITTEN
from grader.exports.summary import summary
from grader.grading.evidence import shown_code
from grader.model import ExerciseResult, Result, Run
from grader.notebooks.read import whole_notebook
from grader.report.explanation import explanation
from grader.text import one_line

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~$])")
# From format 4.5 on, each cell has an id.
FIRST_MINOR_WITH_IDS = 5

Cell = dict[str, Any]


def annotated(content: bytes, result: Result, run: Run) -> bytes | None:
    """The notebook with the bytes `content`, all cells of it, and what is said of each answer.

    None where it is in an older format, or has not the code that was graded: then it was changed
    since, or is another one. Raises SubmissionError where it is no notebook.
    """
    data = whole_notebook(content)
    cells = data.get("cells")
    if data["nbformat"] != nbformat.current_nbformat or not isinstance(cells, list):
        return None
    answers: dict[int, list[ExerciseResult]] = {}
    unanswered: list[ExerciseResult] = []
    for exercise in result.exercises:
        if exercise.code:
            place = _place(cells, exercise)
            if place is not None:
                answers.setdefault(place, []).append(exercise)
            elif exercise.kind == WRITTEN:  # in several cells, or in a file
                unanswered.append(exercise)
            else:
                return None
        else:
            unanswered.append(exercise)
    said = [_summary(result, run)]
    for exercise in unanswered:
        said += _explained(exercise, run)
    for place, cell in enumerate(cells):
        said.append(cell)
        for exercise in answers.get(place, []):
            said += _explained(exercise, run)
    return json.dumps({**data, "cells": _with_ids(said, data)}, indent=1).encode()


def answers_only(result: Result, run: Run) -> bytes:
    """A notebook of the cells that answer the exercises, with what is said of each of them."""
    cells = [_summary(result, run)]
    for exercise in result.exercises:
        title, said = _explained(exercise, run)
        cells += [title, *_answer(exercise), said]
    data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(data, indent=1).encode()


def _answer(exercise: ExerciseResult) -> Iterator[Cell]:
    """Yield the answer as a cell; what was written as one that is shown as it is."""
    if exercise.code and exercise.kind == WRITTEN:
        yield {"cell_type": "raw", "source": exercise.code, "metadata": {}}
    elif exercise.code:
        code = {"cell_type": "code", "source": exercise.code, "metadata": {}}
        yield {**code, "execution_count": None, "outputs": []}


def _place(cells: list[Any], exercise: ExerciseResult) -> int | None:
    """Which cell has exactly the exercise's code; the last one, as later definitions count."""
    for place in reversed(range(len(cells))):
        cell = cells[place]
        if not isinstance(cell, dict):
            continue
        may_be = exercise.kind == WRITTEN or cell.get("cell_type") == "code"
        if may_be and shown_code(_text(cell.get("source"))) == exercise.code:
            return place
    return None


def _text(source: object) -> str:
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _summary(result: Result, run: Run) -> Cell:
    title, *lines = summary(result, run)
    text = "\n\n".join([f"# {_literal(run.title)}", f"**{_literal(title)}**"])
    return _markdown(text + "\n\n" + "\n".join(f"- {_literal(line)}" for line in lines))


def _explained(exercise: ExerciseResult, run: Run) -> Iterator[Cell]:
    """Yield the exercise's title, then what is said of the answer."""
    yield _markdown(f"## {_literal(one_line(run.title_of(exercise.name)))}")
    yield _markdown(explanation(exercise))


def _markdown(source: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _with_ids(cells: list[Any], data: dict[str, Any]) -> list[Any]:
    """Give our cells ids that no other cell has, in a notebook whose cells have ids."""
    minor = data.get("nbformat_minor")
    if not isinstance(minor, int) or minor < FIRST_MINOR_WITH_IDS:
        return cells
    taken = {str(cell["id"]) for cell in cells if isinstance(cell, dict) and "id" in cell}
    free = (name for number in count(1) if (name := f"fairgrade-{number}") not in taken)
    ours = {"cell_type", "metadata", "source"}
    return [
        {"id": next(free), **cell} if isinstance(cell, dict) and cell.keys() == ours else cell
        for cell in cells
    ]


def _literal(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)
