"""Written answers: find what a student wrote, which a person then reviews.

Nothing here runs or interprets it. An answer has no score until a person has given one. It is
unanswered, with 0 points, only where nothing was written: its cell is empty or as it was handed
out, no cell of the student's own stands beside it, and none of theirs with text anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.assignments.anchors import Anchored, find_cell, recognised
from grader.assignments.records import Assignment, Exercise
from grader.assignments.untouched import Template
from grader.assignments.written import WRITTEN, written_exercises
from grader.execution.outcome import CellRun
from grader.grading.evidence import MAX_SHOWN
from grader.model import ExerciseResult, Verdict
from grader.notebooks.any_cell import AnyCell
from grader.notebooks.read import Notebook
from grader.text import counted, one_line, plain

# How many names of files, and numbers of cells, a message has.
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a student handed in: the notebook, and the files that came with it, by their path.

    `names` are the paths of all files, also of those that are too large to be read.
    """

    notebook: Notebook
    files: Mapping[str, bytes]
    names: Sequence[str]


def written_answers(
    assignment: Assignment, template: Template, handed_in: HandedIn, runs: Mapping[int, CellRun]
) -> tuple[ExerciseResult, ...]:
    """The results of the assignment's written exercises; `runs` is by the number of a cell."""
    notebook, original = handed_in.notebook, template.notebook
    known = recognised(notebook, original)
    exercises = written_exercises(assignment)
    found = {
        each.name: find_cell(each.cell, each.name, notebook, original, known)
        for each in exercises
        if not each.file
    }
    strays = _strays(notebook, known, found.values())
    return tuple(
        _in_file(each, handed_in) if each.file else _in_cell(each, found[each.name], strays, runs)
        for each in exercises
    )


def _strays(
    notebook: Notebook, known: Mapping[int, int], found: Iterable[Anchored]
) -> list[AnyCell]:
    """The text cells of the student's own that are in no exercise's place, though perhaps beside
    one: an answer there may be to another."""
    own = {each.number for one in found for each in one.cells}
    given = {notebook.every[place].number for place in known.values()}
    return [
        each
        for each in notebook.every
        if each.kind != "code" and each.number not in own | given and each.source.strip()
    ]


def _in_cell(
    exercise: Exercise, found: Anchored, strays: Sequence[AnyCell], runs: Mapping[int, CellRun]
) -> ExerciseResult:
    answers = found.answers
    if answers:
        printed = "".join(runs[each.number].printed for each in answers if each.number in runs)
        cut = len(_text(answers)) > MAX_SHOWN or any(each.cut for each in answers)
        message = "only the beginning is shown here; the rest is in the notebook" if cut else ""
        return _to_review(exercise, message, _text(answers), printed)
    if strays:
        where = ", ".join(str(each.number) for each in strays[:_MOST_NAMED])
        cells = "cell" if len(strays) == 1 else "cells"
        return _to_review(
            exercise,
            f"nothing new stands in the place of this answer; it may be in {cells} {where}, which "
            "did not come with the assignment",
        )
    if not found.how:
        return _to_review(exercise, "the cell for this answer is not in the notebook any more")
    message = "nothing has been written here yet"
    return ExerciseResult(
        exercise.name, Verdict.UNANSWERED, 0.0, exercise.points, message, kind=WRITTEN
    )


def _text(cells: Sequence[AnyCell]) -> str:
    """The text of the cells; of several, each below its number."""
    if len(cells) == 1:
        return cells[0].source
    return "\n\n".join(f"[cell {each.number}]\n{each.source}" for each in cells)


def _in_file(exercise: Exercise, handed_in: HandedIn) -> ExerciseResult:
    """The result of an exercise whose answer is a file: its text, if it is one."""
    wanted = exercise.file.casefold()
    name = next((n for n in handed_in.names if PurePosixPath(n).name.casefold() == wanted), None)
    if name is None:
        return _to_review(exercise, f"no file {exercise.file} was found beside the notebook")
    content = handed_in.files.get(name)
    if content is None:
        what = f"handed in as {one_line(name)}, which is too large to be shown here"
        return _to_review(exercise, what)
    if b"\0" in content:
        return _to_review(exercise, _to_be_opened(name, content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _to_review(exercise, _to_be_opened(name, content))
    cut = "; only the beginning is shown here" if len(text) > MAX_SHOWN else ""
    return _to_review(exercise, f"handed in as {one_line(name)}{cut}", text)


def _to_be_opened(name: str, content: bytes) -> str:
    size = counted(len(content), "byte")
    return f"handed in as {one_line(name)}, {size}; it is no text, so whoever reads it opens it"


def _to_review(
    exercise: Exercise, message: str, text: str = "", printed: str = ""
) -> ExerciseResult:
    return ExerciseResult(
        exercise.name,
        Verdict.TO_REVIEW,
        None,
        exercise.points,
        message,
        code=plain(text[:MAX_SHOWN]),
        printed=printed[:MAX_SHOWN],
        kind=WRITTEN,
    )
