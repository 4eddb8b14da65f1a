"""Pages and notes for students, named as a platform takes them back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from grader.errors import InputError, Remedy, SubmissionError
from grader.exports.annotated import annotated, answers_only
from grader.exports.base import HELP, OR_FOLDER, Files, Request
from grader.model import Result, Run
from grader.notebooks.read import notebook_bytes
from grader.report.entries import Entry, entries
from grader.submissions.archives import unzipped
from grader.submissions.find import find

# What leads to the class page, and from there to others, is taken out: a student gets no page but
# their own.
_TO_THE_CLASS = re.compile(rb'<nav [^>]*aria-label="Report".*?</nav>\n?', re.DOTALL)


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


@dataclass(frozen=True, kw_only=True)
class CanvasFeedback(Files):
    """The notebooks that Canvas handed out, by their names, with what is said of each answer.

    With --notebooks, each is the student's own with all its cells; without, it has the cells that
    answer the exercises. Canvas shows a file that comes back under the name of the one that the
    student uploaded, and that was a notebook.
    """

    name = "canvas-feedback"
    title = "a zip for Canvas' upload of submissions"
    target = "canvas-feedback.zip"

    notebooks: Path | None = field(
        default=None,
        metadata={
            HELP: "Take the students' notebooks from this zip or folder, which was graded.",
            OR_FOLDER: True,
        },
    )

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        with unzipped([self.notebooks] if self.notebooks else []) as opened:
            handed_in = {}
            if opened.paths:
                found = find(opened.paths, Path(os.devnull), scratch=opened.scratch)
                handed_in = {each.source: each.path for each in found.submissions}
            yield from self._files(request, handed_in)

    def _files(self, request: Request, handed_in: dict[str, Path]) -> Iterator[tuple[str, bytes]]:
        """`handed_in` has the paths of notebooks on the disk by those that results have."""
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
                whole = _annotated(handed_in.get(result.source), result, request.run)
                if self.notebooks and not whole:
                    request.note(
                        result,
                        f"{name} comes back with the answers only: {self.notebooks} has not the "
                        "notebook that was graded",
                    )
                yield name, whole or answers_only(result, request.run)


def _annotated(path: Path | None, result: Result, run: Run) -> bytes | None:
    try:
        return annotated(notebook_bytes(path), result, run) if path else None
    except SubmissionError:
        return None


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
