"""Grade the submission that lies in Gradescope's container, and write its `results.json`.

    python -m grader.exports.run_autograder /autograder ASSIGNMENT LEVEL

One notebook is graded here, once: so it is graded in this process, which imports no more than that
needs, and nothing is prepared for others.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.assignments.kinds import answers_in
from grader.assignments.load import load_assignment
from grader.assignments.match import another_assignment
from grader.assignments.records import Assignment
from grader.errors import InputError, SubmissionError, SystemFailure
from grader.execution.protection import protection_in_force
from grader.exports.gradescope import gradescope_results
from grader.files import write_file
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Owner, Result, Status, Submission
from grader.notebooks.read import read_notebook
from grader.runs.worker import limit_memory
from grader.sandbox.confinement import Confinement, close_parents
from grader.sandbox.level import Level
from grader.sandbox.private import keep_private
from grader.submissions.find import find
from grader.text import one_line

# What Gradescope writes about a submission, beside the folders.
METADATA = "submission_metadata.json"
FAILED = (
    "Your submission was not graded, which is not the same as 0: {reason}. You need not do "
    "anything; your instructors see why."
)
TO_MEND = (
    "Your submission could not be graded: {reason}. So it has 0 points for now. Hand in the "
    "notebook {notebook} once more: open it in Jupyter, save it, and hand in the saved file."
)


def main(arguments: Sequence[str]) -> int:
    """Write the results; the exit code is 0 where something was graded.

    `arguments` are the folder with `source`, `submission` and `results`, the assignment's name, and
    the word of the level of protection below which nothing is graded.
    """
    folder, name, word = Path(arguments[0]), arguments[1], arguments[2]
    try:
        limit_memory()
        data = _results(folder, name, Level.of(word))
    except Exception as error:  # whatever it is, the student reads a sentence
        traceback.print_exc()
        data = _failed(str(error) or type(error).__name__)
    finally:
        close_parents()
    write_file(folder / "results" / "results.json", json.dumps(data, indent=1).encode())
    return 0 if "tests" in data else 1


def _results(folder: Path, name: str, least: Level) -> dict[str, object]:
    course, handed_in = folder / "source" / "course", folder / "submission"
    assignment = load_assignment(course, name)
    keep_private([course, handed_in, folder / "results", Path(tempfile.gettempdir())])
    try:
        submission = the_notebook(handed_in, assignment)
    except SubmissionError as error:
        return _to_mend(str(error), assignment)
    limits, imports = assignment.limits, assignment.warm_imports
    kernels = Confinement(Level.LIMITS, imports, limits=limits, rehearsed=False)
    level, protection = protection_in_force(next_kernels=kernels)
    if level < least:
        missed = "; ".join(protection.missed)
        raise SystemFailure(
            f"protection is {level.word} here, and {least.word} is required: {missed}"
        )
    submission = replace(submission, owner=_owner(folder))
    task = Task(course, submission, name, level=level, single=True, pictures=False)
    result = grade(task).result
    if result.score is not None or result.status is Status.TO_REVIEW:
        titles = {each.name: each.title for each in assignment.exercises}
        return gradescope_results(result, result.score, lambda each: titles.get(each, each))
    return _without_points(result, submission, assignment)


def _owner(folder: Path) -> Owner:
    """Who handed in, as Gradescope says beside the submission; nobody where it names several."""
    try:
        data = json.loads((folder / METADATA).read_bytes())
    except (OSError, ValueError):
        return Owner("")
    match data:
        case {"users": [{"name": str() as name, "email": str() as email, **more}]}:
            sid = more.get("sid")
            ids = {"sid": one_line(sid)} if isinstance(sid, str) and sid else {}
            return Owner(one_line(name), ids, one_line(email))
    return Owner("")


def the_notebook(folder: Path, assignment: Assignment) -> Submission:
    """The notebook that is to be graded among what a student handed in.

    Of several it is the one that is called as the assignment's, or else the only one that defines
    some of its functions. Raises SubmissionError, with the reason for the student, where there is
    none or which one counts cannot be told.
    """
    try:
        found = list(find([folder], Path(os.devnull), "flat").submissions)
    except InputError:
        found = []
    if not found:
        names = sorted(path.name for path in folder.iterdir())[:5]
        handed_in = f"; what you handed in is {', '.join(map(one_line, names))}" if names else ""
        raise SubmissionError(f"there is no notebook in it, a file ending in .ipynb{handed_in}")
    own = Path(assignment.notebook).name.casefold()
    chosen = (
        found
        if len(found) == 1
        else [each for each in found if each.path.name.casefold() == own]
        or [each for each in found if _defines_some(each, assignment)]
    )
    if len(chosen) != 1:
        names = [one_line(each.source) for each in chosen or found]
        raise SubmissionError(
            f"there are {len(names)} notebooks, {' and '.join(names[:5])}, and which of them "
            "counts cannot be told"
        )
    (one,) = chosen
    if one.problem:
        raise SubmissionError(f"{one_line(one.source)} {one.problem}")
    return one


def _defines_some(submission: Submission, assignment: Assignment) -> bool:
    try:
        notebook = read_notebook(submission.path)
    except SubmissionError:
        return False
    return any(answers_in(each, notebook) for each in assignment.exercises)


def _without_points(
    result: Result, submission: Submission, assignment: Assignment
) -> dict[str, object]:
    """What is written where nothing was graded, by whose it is to mend."""
    assert result.status is Status.NOT_GRADED
    try:
        another_assignment(read_notebook(submission.path), assignment)
    except SubmissionError as error:
        return _to_mend(f"{one_line(submission.source)} {error}", assignment)
    print(result.reason, file=sys.stderr)
    return _failed(result.reason)


def _to_mend(reason: str, assignment: Assignment) -> dict[str, object]:
    said = TO_MEND.format(reason=one_line(reason), notebook=Path(assignment.notebook).name)
    return {"score": 0, "output": said, "visibility": "visible", "tests": []}


def _failed(reason: str) -> dict[str, object]:
    """No score: Gradescope says then that the autograder failed, which is not 0."""
    return {"output": FAILED.format(reason=one_line(reason)), "visibility": "visible"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
