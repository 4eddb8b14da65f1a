"""Read the results that `grade` wrote, and make sure that they have what people decided since."""

from __future__ import annotations

from pathlib import Path

from grader.encoding import Malformed
from grader.errors import InputError, Remedy
from grader.gradebook.store import GRADEBOOK, Gradebook
from grader.gradebook.store.decisions import Decisions
from grader.model import Adjustment, Run
from grader.results.files import read_results
from grader.results.folder import RESULTS
from grader.text import one_line


def read_run(folder: Path) -> Run:
    """The run whose results `grade` wrote to the folder.

    Raises InputError where the folder has no results.json of its own (those of several assignments
    are in folders below it), or where the file cannot be read as one.
    """
    path = folder / RESULTS
    if not path.exists():
        inner = [str(each.parent) for each in sorted(folder.glob(f"*/{RESULTS}"))]
        hint = f"there are {', '.join(inner)}" if inner else "grade first"
        raise InputError(f"{path}: there is no such file; {hint}", Remedy.OTHER_RESULTS)
    try:
        return read_results(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except Malformed as error:
        raise InputError(
            f"{path}: is no result file of this fairgrade ({error})", Remedy.GRADE_AGAIN
        ) from None


def check_decisions(run: Run, folder: Path, gradebook: Path | None) -> None:
    """Raise InputError where people decided something that is not in the results yet."""
    places = [gradebook] if gradebook else [folder / GRADEBOOK, folder.parent / GRADEBOOK]
    path = next((each for each in places if each.exists()), None)
    if path is None:
        return
    with Gradebook(path, create=False) as book:
        decisions = book.decisions()
    undone = [f"{student}, {run.title_of(name)}" for student, name in _undone(run, decisions)]
    open_ones = [*undone, *_unsaid(run, decisions)]
    if open_ones:
        raise InputError(
            f"{path}: people decided since the results were written ({'; '.join(open_ones)})",
            Remedy.GRADE_AGAIN,
        )


def _undone(run: Run, decisions: Decisions) -> list[tuple[str, str]]:
    """Where the results do not have the gradebook's decisions: students and names of exercises.

    These are decisions that were made, changed or undone after the results had been written.
    """
    students = {result.student for result in run.results}
    shown = {
        (result.student, exercise.name): exercise.adjustment
        for result in run.results
        for exercise in result.exercises
        if exercise.adjustment
    }
    standing = {
        (student, exercise): made
        for (assignment, student, exercise), made in decisions.scores.items()
        if assignment == run.assignment and student in students
    }
    return [
        decided
        for decided in sorted(shown.keys() | standing.keys())
        if _made(shown, decided) != _made(standing, decided)
    ]


def _unsaid(run: Run, decisions: Decisions) -> list[str]:
    """Where the results do not have the words that people gave to answers that behave alike, as
    "title of the exercise: title"."""
    found = set()
    for exercise in (each for result in run.results for each in result.exercises):
        shown = next(((e.title, e.explanation) for e in exercise.mistakes if e.by_staff), None)
        words = decisions.words.get(exercise.behaviour or 0)
        due = (words.title, words.explanation) if words else None
        if (shown or exercise.is_unnamed) and shown != due:
            title, _ = due or shown or ("", "")
            found.add(one_line(f"{run.title_of(exercise.name)}: {title}"))
    return sorted(found)


def _made(found: dict[tuple[str, str], Adjustment], key: tuple[str, str]) -> str:
    return found[key].made if key in found else ""
