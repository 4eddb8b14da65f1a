"""Pages and notes for students, named as a platform takes them back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from grader.errors import InputError, Remedy
from grader.exports.base import Files, Request
from grader.exports.summary import summary
from grader.model import Result, Run
from grader.report.entries import Entry, entries
from grader.report.explanation import explanation
from grader.text import one_line

# What leads to the class page, and from there to others, is taken out: a student gets no page but
# their own.
_TO_THE_CLASS = re.compile(rb'<nav [^>]*aria-label="Report".*?</nav>\n?', re.DOTALL)
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~$])")


class Feedback(Files):
    """The pages of the report, one for each student, under the names that they have there."""

    name = "feedback"
    title = "a page for each student"
    target = "feedback"

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        for entry in _present(request.run):
            yield f"{entry.slug}.html", _page(entry, request.folder)


class MoodleFeedback(Files):
    """`Full Name_12345_assignsubmission_file/feedback.html`: the folders that Moodle handed out.

    Moodle takes the number between the first two underscores for the participant's, so names
    have none.
    """

    name = "moodle-feedback"
    title = "a zip for Moodle's feedback files"
    target = "moodle-feedback.zip"

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        for entry in _present(request.run):
            owner = entry.result.owner
            number = dict(owner.ids).get("moodle", "") if owner else ""
            if owner and number.isdigit():
                name = re.sub(r'[_/\\:*?"<>|\s]+', " ", owner.name).strip(" .") or "student"
                page = _page(entry, request.folder)
                yield f"{name}_{number}_assignsubmission_file/feedback.html", page
            else:
                request.note(entry.result, "left out: Moodle's number of the student is not known")


class CanvasFeedback(Files):
    """The files that Canvas handed out, by their names, each a notebook that says the result.

    Below each of the student's cells that answers an exercise stands what is said of it.

    Canvas shows a file that comes back under the name of the one that the student uploaded, and
    that was a notebook.
    """

    name = "canvas-feedback"
    title = "a zip for Canvas' upload of submissions"
    target = "canvas-feedback.zip"

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        for result in request.run.results:
            ids = dict(result.owner.ids) if result.owner else {}
            name = PurePath(result.source).name
            if not result.handed_in:
                continue
            if not ids.keys() & {"canvas", "canvas_anonymous"}:
                request.note(result, "left out: its file is not named as Canvas names them")
            elif not name.lower().endswith(".ipynb"):
                request.note(result, f"left out: {name} is no notebook that could come back")
            else:
                yield name, _notebook(result, request)


def _present(run: Run) -> Iterator[Entry]:
    """Everybody of whom something was found."""
    return (entry for entry in entries(run) if entry.graded or entry.result.handed_in)


def _page(entry: Entry, folder: Path) -> bytes:
    path = folder / "report" / "students" / f"{entry.slug}.html"
    try:
        return _TO_THE_CLASS.sub(b"", path.read_bytes())
    except OSError:
        raise InputError(
            f"{path}: this page of the report is missing", Remedy.GRADE_AGAIN
        ) from None


def _notebook(result: Result, request: Request) -> bytes:
    title, *lines = summary(result, request.run)
    text = "\n\n".join([f"# {_literal(request.run.title)}", f"**{_literal(title)}**"])
    text += "\n\n" + "\n".join(f"- {_literal(line)}" for line in lines)
    cells = [_cell("markdown", text)]
    for exercise in result.exercises:
        title = _literal(one_line(request.run.title_of(exercise.name)))
        cells.append(_cell("markdown", f"## {title}"))
        if exercise.code:
            cells.append(_cell("code", exercise.code))
        cells.append(_cell("markdown", explanation(exercise)))
    data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(data, indent=1).encode()


def _cell(kind: str, source: str) -> dict[str, object]:
    more: dict[str, object] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def _literal(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)
