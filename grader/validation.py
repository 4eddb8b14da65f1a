"""Check an assignment with the machinery that grades submissions, and write what is generated."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from grader import wire
from grader.assignment import (
    Assignment,
    Exercise,
    assignment_names,
    load_assignment,
    read_assignment,
)
from grader.difference import Returns, Tolerance, first_difference, thaw
from grader.errors import AssignmentError, SubmissionError, WireError
from grader.grading import Task, grade
from grader.model import Result, Status, Verdict
from grader.notebook import read_notebook
from grader.pictures import drawn_by_reference
from grader.public_variants import PUBLIC_VARIANTS, as_text, in_step, recorded_variants
from grader.reference import frozen_outputs
from grader.release import emptied, generated_files
from grader.source import functions
from grader.submissions import Submission

_NOT_GENERATED = "is not what is generated now; `grade generate` writes it"


def validate(root: Path, name: str) -> Iterator[str]:
    """Every problem of the assignment, a line each; none if it is in order.

    The reference must score full marks and the template nothing, with every exercise unanswered,
    graded the very way a submission is; and generated files must be what would be generated now.
    """
    assignment = load_assignment(root, name)
    unusable = [*_unknown_masters(assignment, root), *_unsendable(assignment), *_master(assignment)]
    yield from unusable
    if unusable:
        return  # what follows would only say it again, in worse words
    yield from _undrawable(assignment)
    yield from out_of_step(assignment, root)
    if not assignment.template.exists():
        return
    yield from _problems(assignment, root, assignment.master, _is_correct, assignment.max_score)
    yield from _problems(assignment, root, assignment.template, _is_unanswered, 0)


def generate(root: Path, name: str) -> list[Path]:
    """Write the assignment's generated files where they change, and return those that did.

    Frozen outputs from which the reference differs by no more than the tolerance stay as they are.
    """
    assignment = read_assignment(root, name)
    changed = []
    for path, content in frozen_outputs(assignment, root).items():
        if not _agrees(path, content, assignment) and _write(path, content):
            changed.append(path)
    load_assignment.cache_clear()
    frozen = load_assignment(root, name)
    variants = frozen.folder / PUBLIC_VARIANTS
    if not in_step(frozen) and _write(variants, as_text(recorded_variants(frozen)).encode()):
        changed.append(variants)
    for path, content in generated_files(frozen, root).items():
        if _write(path, content):
            changed.append(path)
    return changed


def _unknown_masters(assignment: Assignment, root: Path) -> Iterator[str]:
    known = assignment_names(root)
    for exercise in assignment.exercises:
        if exercise.outputs_from and exercise.outputs_from not in known:
            yield (
                f"{assignment.folder / 'assignment.toml'}: outputs_from of {exercise.name!r} is "
                f"{exercise.outputs_from!r}, where one of {', '.join(known)} is expected"
            )


def _unsendable(assignment: Assignment) -> Iterator[str]:
    """Cases with inputs that cannot be brought into a kernel."""
    for exercise in assignment.exercises:
        for case in exercise.cases:
            inputs = case.arguments()
            try:
                wire.encode((inputs.args, inputs.kwargs))
            except WireError as error:
                yield (
                    f"{assignment.solutions / 'cases.py'}: the inputs of the case {case.name!r} of "
                    f"{exercise.name!r} cannot be sent to a kernel: {error}; numbers, texts, "
                    "arrays, and lists, tuples, dicts and sets of them can"
                )


def _master(assignment: Assignment) -> Iterator[str]:
    """What keeps the master notebook from being one."""
    path = assignment.master
    if not path.exists():
        yield f"{path}: there is no such file; the notebook with the solutions belongs there"
        return
    try:
        cells = read_notebook(path).cells
    except SubmissionError as error:
        yield f"{path}: {error}"
        return
    for cell in cells:
        try:
            emptied(cell.source)
        except AssignmentError as error:
            yield f"{path}, cell {cell.number}: {error}"
    defined = {name for cell in cells for name in functions(cell.source)}
    for exercise in assignment.exercises:
        if exercise.name not in defined:
            near = difflib.get_close_matches(exercise.name, defined, n=1)
            hint = f" (it defines {near[0]!r})" if near else ""
            yield f"{path}: no cell defines the exercise {exercise.name!r}{hint}"


def _undrawable(assignment: Assignment) -> Iterator[str]:
    """Pictures that cannot even be drawn of the reference."""
    for exercise in assignment.exercises:
        for picture in exercise.pictures:
            try:
                drawn_by_reference(picture, exercise, assignment)
            except AssignmentError as error:
                yield f"{assignment.solutions / 'pictures.py'}: {error}"


def out_of_step(assignment: Assignment, root: Path) -> Iterator[str]:
    """A line for each generated file that is not what would be generated now."""
    for path, content in generated_files(assignment, root).items():
        if not path.exists():
            yield f"{path}: there is no such file; `grade generate` writes it"
        elif path.read_bytes() != content:
            yield f"{path}: {_NOT_GENERATED}"
    if not in_step(assignment):
        yield f"{assignment.folder / PUBLIC_VARIANTS}: {_NOT_GENERATED}"


def _problems(
    assignment: Assignment,
    root: Path,
    path: Path,
    is_right: Callable[[Verdict], bool],
    score: float,
) -> Iterator[str]:
    result = _graded(assignment, root, path)
    if result.status is not Status.GRADED:
        yield f"{path}: could not be graded: {result.reason}"
        return
    for exercise in result.exercises:
        if not is_right(exercise.verdict):
            messages = [f"{c.name}: {c.message}" for c in exercise.cases if c.message]
            why = "; ".join([exercise.message, *messages])
            yield f"{path}: {exercise.name} is {exercise.verdict.value}: {why}"
    if result.score != score:
        yield f"{path}: scores {result.score:g} where {score:g} is expected"


def _graded(assignment: Assignment, root: Path, path: Path) -> Result:
    return grade(Task(root, Submission(path.stem, path.name, path), assignment.name)).result


def _is_correct(verdict: Verdict) -> bool:
    return verdict is Verdict.CORRECT


def _is_unanswered(verdict: Verdict) -> bool:
    return verdict is Verdict.UNANSWERED


def _agrees(path: Path, content: bytes, assignment: Assignment) -> bool:
    """Whether the frozen outputs at `path` are those in `content`, but for rounding."""
    try:
        old, new = json.loads(path.read_text(encoding="utf-8")), json.loads(content)
    except (OSError, ValueError):
        return False
    return _without_values(old) == _without_values(new) and all(
        _agree(exercise, old[exercise.name]["cases"], new[exercise.name]["cases"])
        for exercise in assignment.exercises
    )


def _agree(exercise: Exercise, old: dict[str, Any], new: dict[str, Any]) -> bool:
    return all(
        _same(old[name]["expected"], case["expected"], Tolerance(case["rtol"], case["atol"]))
        for name, case in new.items()
    )


def _same(old: Any, new: Any, tolerance: Tolerance) -> bool:
    if "sha256" in json.dumps(new):
        return bool(old == new)
    return first_difference(thaw(old), thaw(new), tolerance, Returns()) is None


def _without_values(frozen: dict[str, Any]) -> Any:
    return {
        name: {
            **exercise,
            "cases": {key: {**case, "expected": None} for key, case in exercise["cases"].items()},
        }
        for name, exercise in frozen.items()
    }


def _write(path: Path, content: bytes) -> bool:
    if path.exists() and path.read_bytes() == content:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be written: {error.strerror}") from None
    return True
