"""Find out whether the expected outputs are still those of the cases and the reference solution.

If a case was edited and its expected output was not generated again, every right solution would
fail it. So what the outputs were made from is noted beside them, as hashes: for each case that of
its inputs, for each exercise that of the code in the master notebook. Where something is another
now, or was never noted, the reference solution is run again on these cases. So inputs that differ
in their last digit from machine to machine, or a master with other names in it, are no problem.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.assignments.load import read_settings
from grader.assignments.paths import EXPECTED_OUTPUTS, HANDED_OUT, MADE_FROM
from grader.assignments.records import Assignment, Case, Exercise
from grader.assignments.reference import code_for
from grader.assignments.written import without_written
from grader.errors import AssignmentError, Remedy, WireError
from grader.grading.reference_outputs import by_master, reference_outputs
from grader.sandbox.confinement import close_parents
from grader.values import wire


def check_in_step(assignment: Assignment, root: Path) -> None:
    """Raise AssignmentError where an expected output is not what the reference returns now.

    `assignment` must have been loaded with its expected outputs. Without the master notebooks that
    these come from, nothing can be said.
    """
    assignment = without_written(assignment)
    if not all(_source(root, name).master.exists() for name in by_master(assignment)):
        return
    doubtful = _doubtful(assignment, root)
    if not doubtful.exercises:
        return
    try:
        outputs = reference_outputs(doubtful, root)
    finally:
        close_parents()
    for exercise in doubtful.exercises:
        for case in exercise.cases:
            output = outputs[exercise.name, case.name]
            if case.first_difference(case.expected, output, exercise.returns):
                raise AssignmentError(
                    f"{assignment.solutions}: the expected output of the case {case.name!r} of "
                    f"{exercise.name!r} is not what the reference solution returns: one of them "
                    "was edited after the outputs had been generated, and right solutions would "
                    "fail it. Generate them again",
                    Remedy.GENERATE,
                )


def stamps(assignment: Assignment, root: Path) -> tuple[Path, bytes]:
    """The file, and its content, that says what the expected outputs were made from."""
    content = json.dumps(_made_from(without_written(assignment), root), indent=1, sort_keys=True)
    return assignment.solutions / MADE_FROM, f"{content}\n".encode()


def _doubtful(assignment: Assignment, root: Path) -> Assignment:
    """The assignment with only those cases whose expected outputs may be out of step."""
    noted, now = _noted(assignment), _made_from(assignment, root)
    if noted.get("outputs") != now["outputs"]:
        noted = {}

    def changed(exercise: Exercise, case: Case) -> bool:
        key = f"{exercise.name}/{case.name}"
        return any(
            noted.get(kind, {}).get(name) != now[kind][name]
            for kind, name in (("code", exercise.name), ("inputs", key))
        )

    exercises = (
        replace(each, cases=tuple(case for case in each.cases if changed(each, case)))
        for each in assignment.exercises
    )
    return replace(assignment, exercises=tuple(each for each in exercises if each.cases))


def _noted(assignment: Assignment) -> dict[str, Any]:
    try:
        noted = json.loads((assignment.solutions / MADE_FROM).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    parts = noted.values() if isinstance(noted, dict) else [None]
    return noted if all(isinstance(part, dict) for part in parts) else {}


def _made_from(assignment: Assignment, root: Path) -> dict[str, dict[str, str]]:
    return {
        "outputs": {
            folder.parent.name: _hash(*_read(folder / EXPECTED_OUTPUTS))
            for folder in (assignment.folder, assignment.solutions)
        },
        "code": dict(_code(assignment, root)),
        "inputs": {
            f"{exercise.name}/{case.name}": _inputs(exercise, case)
            for exercise in assignment.exercises
            for case in exercise.cases
        },
    }


def _code(assignment: Assignment, root: Path) -> Iterator[tuple[str, str]]:
    """Name of an exercise -> hash of what its reference consists of, helpers included."""
    for name, exercises in by_master(assignment).items():
        source = _source(root, name)
        helpers = [
            part
            for path in sorted(source.helper_files().values())
            if path.suffix == ".py" and path.name not in HANDED_OUT
            for part in _read(path)
        ]
        code = code_for(exercises, source.master)
        yield from ((exercise, _hash(text.encode(), *helpers)) for exercise, text in code.items())


def _source(root: Path, name: str) -> Assignment:
    """The settings of an assignment whose master gives expected outputs."""
    return read_settings(root / "assignment" / name, root / "solutions" / name)


def _inputs(exercise: Exercise, case: Case) -> str:
    inputs = case.arguments()
    try:
        raises = [case.raises.encode(), case.says.encode()] if case.raises else []
        source = [case.driver.source.encode()] if case.driver else []
        return _hash(wire.encode((inputs.args, inputs.kwargs)), *raises, *source)
    except WireError as error:
        raise AssignmentError(
            f"the inputs of the case {case.name!r} of {exercise.name!r} cannot be sent to a "
            f"kernel: {error}"
        ) from None


def _read(path: Path) -> list[bytes]:
    """The file's content with Unix' line ends, as git may change them; nothing if it is gone."""
    try:
        return [path.read_bytes().replace(b"\r\n", b"\n")]
    except OSError:
        return []


def _hash(*pieces: bytes | memoryview) -> str:
    whole = hashlib.sha256()
    for piece in pieces:
        whole.update(len(piece).to_bytes(8, "big"))
        whole.update(piece)
    return whole.hexdigest()[:16]
