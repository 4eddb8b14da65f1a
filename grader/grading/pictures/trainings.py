"""Pictures of what the notebook itself trains, where `--full` runs its training cells.

A training cell prints costs and assigns what it trained to a variable. Both are read right after
the cell has run, before any function has seen a hidden input. They come from a student and are not
trusted: the sheet takes only lines that are costs, and the author's function only values of the
right form. The picture shows them beside those of the same cell of the master notebook, which are
frozen in the solutions folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignments.helpers import files_beside
from grader.assignments.records import Assignment, Exercise, Picture
from grader.caches import cached
from grader.errors import AssignmentError
from grader.execution.cell_steps import CellStep, step_for
from grader.execution.event_loop import run
from grader.execution.outcome import Outcome, Returned
from grader.execution.session import Execution, confinement_for
from grader.grading.master_run import MasterRun, made_of
from grader.model import Drawing, ExerciseResult
from grader.notebooks.cells import Called, calls_of
from grader.notebooks.read import Cell, read_notebook
from grader.sandbox.level import Level
from grader.scenes import ANOTHER_FORM, Ended, Lesson, Training

TRAININGS = MasterRun("trainings.json", "trainings")
_HOW_IT_ENDED = {
    "error": "raised an error",
    "timeout": "ran out of time",
    "crashed": "ended the Python process it ran in",
    "skipped": "was not run, as there was too little time left",
}


def reading(steps: Sequence[CellStep], assignment: Assignment) -> list[CellStep]:
    """The steps; those that train something for a picture say which variable is read after them."""
    cells = [step.cell for step in steps]
    every = _trainings(assignment.exercises)
    found = [_found(scene, picture, cells) for picture, scene in every]
    names = {each.cell.number: each.call.target for each in found if each and each.call.target}
    return [
        replace(step, reads=(*step.reads, names[step.cell.number]))
        if step.cell.number in names
        else step
        for step in steps
    ]


def with_trainings(
    results: Sequence[ExerciseResult], assignment: Assignment, execution: Execution
) -> tuple[ExerciseResult, ...]:
    """The results, with drawings of what the notebook trained with each function."""
    known = frozen(assignment)
    return tuple(
        replace(result, drawings=(*result.drawings, *_drawings(exercise, known, execution)))
        if result.verdict.answered
        else result
        for result, exercise in zip(results, assignment.exercises, strict=True)
    )


@cached()
def frozen(assignment: Assignment) -> dict[str, Drawing]:
    """What the reference trained, by the picture's name; nothing where the master trains nothing.

    Raises AssignmentError where that is not what is generated.
    """
    return {
        name: Drawing(name, data, len(data["costs"]))
        for name, data in TRAININGS.read(assignment)[1].items()
    }


def frozen_trainings(assignment: Assignment) -> dict[Path, bytes]:
    """Path -> content of what the master trains, run as a submission is with `--full`.

    Empty where it trains nothing, or what is frozen was made of the master as it is.
    """
    if not list(trainings_out_of_step(assignment)):
        return {}
    steps = [
        step_for(cell, assignment.long_running, full=True)
        for cell in read_notebook(assignment.master).cells
    ]
    data = run(_trained(assignment, reading(steps, assignment)))
    return TRAININGS.written(assignment, _made_of(assignment), data)


def trainings_out_of_step(assignment: Assignment) -> Iterator[str]:
    """A line if the frozen trainings are not those of the master."""
    if not list(_of_master(assignment)):
        return
    if TRAININGS.read(assignment)[0] != _made_of(assignment):
        path = TRAININGS.path(assignment)
        yield f"{path}: is not what this master trains; generate it again, which runs the master"


@dataclass(frozen=True, slots=True)
class _Found:
    """The cell of a notebook that trains something, its call, and how many such calls it has."""

    cell: Cell
    call: Called
    calls: int


def _trainings(exercises: Sequence[Exercise]) -> Iterator[tuple[Picture, Training]]:
    for exercise in exercises:
        for picture in exercise.pictures:
            if isinstance(picture.scene, Training):
                yield picture, picture.scene


def _found(scene: Training, picture: Picture, cells: Sequence[Cell]) -> _Found | None:
    """The first of the cells that trains what the picture shows: later ones are experiments."""
    for cell in cells:
        calls = calls_of(cell.source, scene.calls)
        for call in calls:
            if picture.given in call.texts:
                return _Found(cell, call, len(calls))
    return None


def _drawings(
    exercise: Exercise, known: dict[str, Drawing], execution: Execution
) -> Iterator[Drawing]:
    for picture, scene in _trainings([exercise]):
        if picture.name in known:
            yield _comparable(_drawing(picture, scene, execution), known[picture.name])


def _drawing(picture: Picture, scene: Training, execution: Execution) -> Drawing:
    lesson, ended = scene.sheet(), ""
    try:
        _draw(lesson, picture, execution)
    except Ended as end:
        ended = str(end)
    except Exception:  # whatever the author's code meets in a value of another form
        ended = ANOTHER_FORM
    return Drawing(picture.name, lesson.data(), len(lesson.costs), ended)


def _draw(lesson: Lesson, picture: Picture, execution: Execution) -> None:
    calls = lesson.scene.calls
    found = _found(lesson.scene, picture, [step.cell for step in execution.steps])
    if found is None:
        raise Ended(f'is not there: no cell calls {calls} with "{picture.given}"')
    number = found.cell.number
    if found.calls > 1:
        raise Ended(f"is not alone in cell {number}, which calls {calls} {found.calls} times")
    run = execution.runs[number]
    if run.ended != "ok":
        raise Ended(f"{_HOW_IT_ENDED[run.ended]} in cell {number}")
    lesson.read(run.printed)
    value = _value(execution.values.get((number, found.call.target)))
    with np.errstate(all="ignore"):  # the numbers of a stranger may be huge
        picture.driver(lesson, value)


def _value(outcome: Outcome | None) -> Any:
    if isinstance(outcome, Returned):
        return outcome.value
    raise Ended("leaves nothing under a name that could be drawn")


def _comparable(drawing: Drawing, reference: Drawing) -> Drawing:
    """The drawing, if its costs are of the same steps as the reference's; else an empty one."""
    steps, theirs = drawing.data["steps"], reference.data["steps"]
    if steps == theirs or (drawing.ended and steps == theirs[: len(steps)]):
        return drawing
    ended = drawing.ended or "was changed: it prints its costs at other times than the reference's"
    nothing: dict[str, Any] = {"steps": [], "costs": [], "labels": "", "right": None}
    return replace(drawing, data=nothing, steps=0, ended=ended)


async def _trained(assignment: Assignment, steps: Sequence[CellStep]) -> dict[str, Any]:
    """What the master's cells trained, by the picture's name.

    The master is the author's own code: no stranger's, so it needs no more than limits.
    """
    files, limits = files_beside(assignment), assignment.limits
    confinement = confinement_for(limits, assignment.warm_imports, Level.LIMITS)
    async with Execution(steps, files, limits, confinement) as execution:
        await execution.run_cells()
    drawings = [_drawing(picture, scene, execution) for picture, scene in _of_master(assignment)]
    for drawing in drawings:
        if drawing.ended:
            raise AssignmentError(
                f"{assignment.master}: what the picture {drawing.picture!r} is to show "
                f"{drawing.ended}"
            )
    return {drawing.picture: drawing.data for drawing in drawings}


def _of_master(assignment: Assignment) -> Iterator[tuple[Picture, Training]]:
    """The pictures of what the master trains.

    Where they are another assignment's, the master need not train anything.
    """
    cells = read_notebook(assignment.master).cells
    for picture, scene in _trainings(assignment.exercises):
        if _found(scene, picture, cells):
            yield picture, scene
        elif assignment.shared_folder == assignment.folder:
            raise AssignmentError(
                f"{assignment.master}: no cell calls {scene.calls!r} with {picture.given!r}, which "
                f"the picture {picture.name!r} is to show"
            )


def _made_of(assignment: Assignment) -> str:
    """A hash of what a training rests on: the master's code, the author's modules, and how it is
    drawn.

    The trainings themselves are not the same to the last digit on every machine.
    """
    pictures = assignment.shared_solutions / "pictures.py"
    return made_of(assignment, ".py", [pictures.read_bytes()])
