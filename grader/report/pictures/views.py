"""An exercise's pictures as a student's page shows them, beside what the reference draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from grader.assignments.records import Assignment, Exercise, Picture
from grader.caches import cached
from grader.errors import AssignmentError
from grader.grading.pictures.draw import drawn_by_reference
from grader.grading.pictures.trainings import frozen
from grader.model import Drawing, ExerciseResult, Verdict
from grader.report.entries import prose
from grader.report.pictures.landscapes import contours, path_plot
from grader.report.pictures.lessons import dots, lesson_plots, lesson_words
from grader.report.pictures.plots import Ground, Plot
from grader.report.pictures.strips import Strips, strips, strips_words
from grader.scenes import GRID, Groups, Landscape, Scene, Training
from grader.text import one_line


@dataclass(frozen=True, slots=True)
class View:
    """A picture on a page: the author's explanation, words for what is to be seen, and drawings.

    Where there are no drawings, the words say why.
    """

    title: str
    explanation: str
    words: str
    drawings: tuple[Plot | Strips, ...]


def views(result: ExerciseResult, exercise: Exercise, assignment: Assignment) -> tuple[View, ...]:
    """The pictures of an exercise that can be shown on a student's page.

    A right function is not called for its pictures (a training aside): the reference's are shown.
    """
    return tuple(_views(result, exercise, assignment))


def _views(result: ExerciseResult, exercise: Exercise, assignment: Assignment) -> Iterator[View]:
    drawings = {drawing.picture: drawing for drawing in result.drawings}
    right = result.verdict is Verdict.CORRECT
    for picture in exercise.pictures:
        drawing = drawings.get(picture.name)
        if right and not isinstance(picture.scene, Training):
            view = _of_right_function(picture, exercise, assignment)
        elif drawing and _fits(picture.scene, drawing.data):
            reference = _reference(picture, exercise, assignment)
            view = _view(picture, drawing, reference, assignment, right)
        else:
            view = None
        if view:
            yield view


@cached()
def _of_right_function(picture: Picture, exercise: Exercise, assignment: Assignment) -> View | None:
    return _view(picture, None, _reference(picture, exercise, assignment), assignment)


@cached()
def _reference(picture: Picture, exercise: Exercise, assignment: Assignment) -> Drawing | None:
    """What the reference draws; None where it cannot be drawn, which `grade validate` reports."""
    if isinstance(picture.scene, Training):
        known = frozen(assignment).get(picture.name)
        return known if known and _fits(picture.scene, known.data) else None
    with suppress(AssignmentError):
        return drawn_by_reference(picture, exercise, assignment)
    return None


def _view(
    picture: Picture,
    drawing: Drawing | None,
    reference: Drawing | None,
    assignment: Assignment,
    right: bool = True,
) -> View | None:
    if reference is None:
        return None
    scene = picture.scene
    ground = _ground(assignment, scene)
    drawings: tuple[Plot | Strips, ...]
    match scene:
        case Landscape():
            plot = path_plot(scene, picture.title, ground, drawing, reference)
            words, drawings = plot.words, (plot,)
        case Groups():
            words = strips_words(scene, drawing, reference)
            drawings = strips(scene, drawing, reference)
        case Training():
            assert drawing is not None
            words = lesson_words(scene, drawing, reference, right)
            drawings = lesson_plots(scene, ground, drawing, reference)
    explanation = prose(picture.explanation)
    if drawing and explanation:
        explanation = f"As it should be: {explanation}"
    return View(one_line(picture.title), explanation, prose(words), drawings)


@cached()
def _names(assignment: Assignment) -> dict[Scene, str]:
    """A name for each scene of the assignment, as the id of its ground on the page."""
    every = [picture.scene for each in assignment.exercises for picture in each.pictures]
    scenes = dict.fromkeys(every)
    return {scene: f"ground-{number}" for number, scene in enumerate(scenes, start=1)}


@cached()
def _ground(assignment: Assignment, scene: Scene) -> Ground:
    name = _names(assignment)[scene]
    match scene:
        case Landscape():
            return Ground(name, contours=contours(scene))
        case Training():
            return Ground(name, "", *dots(scene))
    return Ground(name)


def _fits(scene: Scene, data: dict[str, Any]) -> bool:
    """Whether the data of a drawing has the form of this scene.

    A result that was kept from an earlier run may have been drawn on another scene.
    """
    if data.keys() != scene.sheet().data().keys():
        return False
    match scene:
        case Landscape():
            return bool(data["points"]) and all(len(point) == 2 for point in data["points"])
        case Groups():
            return all(len(group) == len(scene.rows) for group in data["groups"])
        case Training():
            same = len(data["steps"]) == len(data["costs"])
            return same and len(data["labels"]) in (0, GRID[0] * GRID[1])
