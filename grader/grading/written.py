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
from grader.execution.pictures import picture_in
from grader.grading.evidence import MAX_SHOWN
from grader.model import ExerciseResult, Picture, Verdict
from grader.notebooks.any_cell import AnyCell
from grader.notebooks.read import Notebook
from grader.text import counted, one_line, plain

# How many names of files, and numbers of cells, a message has.
_MOST_NAMED = 5
# How many pictures of one answer are shown.
MAX_PICTURES = 8
_LEFT_OUT = "left out, as too many, too large, or neither PNG nor JPEG"
# What is said of a cell that has not run as it was meant to.
_ENDED = {
    "error": "stopped with an error when the notebook was run for grading",
    "timeout": "was not done in time when the notebook was run for grading, and was interrupted",
    "crashed": "ended its process when the notebook was run for grading",
    "skipped": "was not run, or not all of it, when the notebook was graded",
}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a student handed in: the notebook, and the files that came with it, by their path.

    `names` are the paths of all files, also of those that are too large to be read.
    """

    notebook: Notebook
    files: Mapping[str, bytes]
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """The result of a written exercise, and the pictures that belong to it."""

    result: ExerciseResult
    pictures: tuple[Picture, ...] = ()


def found_in(assignment: Assignment, template: Template, notebook: Notebook) -> dict[str, Anchored]:
    """Where the notebook has the cells of the assignment's written exercises, by their names."""
    exercises = [each for each in written_exercises(assignment) if not each.file]
    known = recognised(notebook, template.notebook) if exercises else {}
    return {
        each.name: find_cell(each.cell, each.name, notebook, template.notebook, known)
        for each in exercises
    }


def written_answers(
    assignment: Assignment,
    template: Template,
    handed_in: HandedIn,
    found: Mapping[str, Anchored],
    runs: Mapping[int, CellRun],
) -> tuple[WrittenAnswer, ...]:
    """The answers to the assignment's written exercises; `runs` is by the number of a cell."""
    notebook = handed_in.notebook
    known = recognised(notebook, template.notebook)
    strays = _strays(notebook, known, found.values())
    return tuple(
        _in_file(each, handed_in) if each.file else _in_cell(each, found[each.name], strays, runs)
        for each in written_exercises(assignment)
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
) -> WrittenAnswer:
    answers = found.answers
    if answers:
        of_cells = {each.number: runs[each.number] for each in answers if each.number in runs}
        printed = "".join(run.printed for run in of_cells.values())
        cut = len(_text(answers)) > MAX_SHOWN or any(each.cut for each in answers)
        said = ["only the beginning is shown here; the rest is in the notebook"] if cut else []
        said += [
            f"cell {number} {_ENDED[run.ended]}"
            for number, run in of_cells.items()
            if run.ended in _ENDED
        ]
        pictures = [each for run in of_cells.values() for each in run.pictures]
        left_out = sum(run.left_out for run in of_cells.values())
        left_out += max(0, len(pictures) - MAX_PICTURES)
        if left_out:
            said.append(f"{counted(left_out, 'picture')} {_LEFT_OUT}")
        shown = tuple(pictures[:MAX_PICTURES])
        return _to_review(exercise, "; ".join(said), _text(answers), printed, shown)
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
    unanswered = ExerciseResult(
        exercise.name, Verdict.UNANSWERED, 0.0, exercise.points, message, kind=WRITTEN
    )
    return WrittenAnswer(unanswered)


def _text(cells: Sequence[AnyCell]) -> str:
    """The text of the cells; of several, each below its number."""
    if len(cells) == 1:
        return cells[0].source
    return "\n\n".join(f"[cell {each.number}]\n{each.source}" for each in cells)


def _in_file(exercise: Exercise, handed_in: HandedIn) -> WrittenAnswer:
    """The answer to an exercise that is a file: its text, or the picture that it is."""
    wanted = exercise.file.casefold()
    name = next((n for n in handed_in.names if PurePosixPath(n).name.casefold() == wanted), None)
    if name is None:
        return _to_review(exercise, f"no file {exercise.file} was found beside the notebook")
    content = handed_in.files.get(name)
    if content is None:
        what = f"handed in as {one_line(name)}, which is too large to be shown here"
        return _to_review(exercise, what)
    if picture := picture_in(content):
        return _to_review(exercise, f"handed in as {one_line(name)}", pictures=(picture,))
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
    exercise: Exercise,
    message: str,
    text: str = "",
    printed: str = "",
    pictures: tuple[Picture, ...] = (),
) -> WrittenAnswer:
    result = ExerciseResult(
        exercise.name,
        Verdict.TO_REVIEW,
        None,
        exercise.points,
        message,
        code=plain(text[:MAX_SHOWN]),
        printed=printed[:MAX_SHOWN],
        kind=WRITTEN,
    )
    return WrittenAnswer(result, pictures)
