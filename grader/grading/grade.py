"""One submission -> one result, whatever goes wrong."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from grader.assignments.anchors import Anchored
from grader.assignments.load import load_assignment
from grader.assignments.match import another_assignment, which_assignment
from grader.assignments.records import Assignment
from grader.assignments.student_copy import InputsOf, load_handed_out
from grader.assignments.untouched import template_of
from grader.assignments.written import without_written
from grader.errors import AssignmentError, SubmissionError, SystemFailure
from grader.execution.event_loop import run
from grader.execution.protection import protection_in_force
from grader.execution.public_inputs import public_inputs
from grader.grading.drawn.for_student import for_student
from grader.grading.drawn.parameters import in_words
from grader.grading.not_graded import not_graded
from grader.grading.remarks import Remarks
from grader.grading.steps import STEPS, Grading, Step, put_beside, take
from grader.grading.task import Task
from grader.grading.total import total
from grader.grading.written import HandedIn, WrittenAnswer, found_in, written_answers
from grader.model import ExerciseResult, Graded, Result, Submission
from grader.notebooks.companions import companion_names, companions
from grader.notebooks.parsing import parsed_once
from grader.notebooks.read import parse_notebook, read_notebook
from grader.sandbox.private import keep_private

# How the inputs of public cases are had, by whether nothing else is graded.
_INPUTS: dict[bool, InputsOf] = {False: public_inputs, True: partial(public_inputs, single=True)}


def grade(
    task: Task,
    content: bytes | None = None,
    steps: Sequence[Step] = STEPS,
    came: Mapping[str, bytes] | None = None,
) -> Graded:
    """Grade one submission. Whatever goes wrong becomes its reason, with two exceptions:
    AssignmentError, and MemoryError, after which this process is not to be used any more. Where
    memory runs out after the verdicts, these stand, and the result says `exhausted`.

    With `content`, the notebook's bytes, its file is not opened: it may be on another machine. So
    may the files that came with it, whose content by name is `came` then.
    """
    started = time.monotonic()
    submission, name = task.submission, task.assignment
    came = {} if content is not None and came is None else came
    keep_private([task.root])
    try:
        if submission.problem:
            raise SubmissionError(submission.problem)
        notebook = read_notebook(submission.path) if content is None else parse_notebook(content)
        with parsed_once() as parsed:
            if task.public_only:
                assignment = load_handed_out(task.root, _INPUTS[task.single])
            else:
                name = name or which_assignment(notebook, submission.path, task.root)
                assignment = load_assignment(task.root, name)
            template = template_of(assignment)
            parsed.known = template.parsed
            remark = another_assignment(notebook, assignment)
            task = replace(task, level=task.level or protection_in_force()[0])
            called, undecided = without_written(assignment), dict[str, str]()
            if not task.public_only:
                called, undecided = for_student(called, submission.owner.drawn_for)
            grading = Grading(notebook, called, task, template, remarks=Remarks(task.strict))
            grading.undecided = undecided
            found = found_in(assignment, template, notebook)
            grading.drawing = frozenset(each.number for of in found.values() for each in of.answers)
            grading.flags += [remark] if remark else []
            came = companions(submission) if came is None else came
            put_beside(grading, came)
            run(take(steps, grading))
            written = _written(assignment, grading, came, found)
    except (AssignmentError, MemoryError):
        raise
    except Exception as error:  # a mistake of ours must not become a student's zero
        return Graded(submission, name, not_graded(submission, _reason(error)))
    seconds = round(time.monotonic() - started, 2)
    result = _result(submission, grading, assignment, [each.result for each in written], seconds)
    return Graded(
        submission,
        name,
        result,
        exhausted=grading.remarks.exhausted,
        behaviours=grading.behaviours,
        pictures={each.result.name: each.pictures for each in written if each.pictures},
    )


def _reason(error: Exception) -> str:
    """Why a submission is not graded, by who can mend it."""
    match error:
        case SubmissionError():
            return str(error)
        case SystemFailure():
            return f"fairgrade's own failure: {error}"
        case OSError():  # a full disk, or a folder that is gone
            return f"fairgrade's own failure: this machine refused: {str(error)[:300]}"
    return f"a mistake in fairgrade itself: {f'{type(error).__name__}: {error}'[:300]}"


def _written(
    assignment: Assignment,
    grading: Grading,
    came: Mapping[str, bytes],
    found: Mapping[str, Anchored],
) -> tuple[WrittenAnswer, ...]:
    """What is written, for a person to review."""
    if grading.assignment.keeper is assignment:
        return ()
    handed_in = HandedIn(grading.notebook, came, companion_names(grading.task.submission))
    return written_answers(assignment, grading.template, handed_in, found, grading.execution.runs)


def _result(
    submission: Submission,
    grading: Grading,
    assignment: Assignment,
    written: Sequence[ExerciseResult],
    seconds: float,
) -> Result:
    """The result of what was called and what was written, in the assignment's order."""
    by_name = {each.name: each for each in (*grading.exercises, *written)}
    exercises = tuple(by_name[each.name] for each in assignment.exercises if each.name in by_name)
    status, score, reason = total(exercises)
    return Result(
        student=submission.student,
        source=submission.source,
        status=status,
        score=score,
        max_score=assignment.max_score,
        reason=reason,
        flags=(*submission.flags, *grading.flags, *grading.remarks.lines),
        seconds=seconds,
        exercises=exercises,
        long_cells_skipped=sum(bool(step.skipped) for step in grading.cells),
        drawn=in_words(grading.assignment.parameters),
    )
