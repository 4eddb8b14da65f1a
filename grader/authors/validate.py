"""Check an assignment by grading its master and its template, and write the generated files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.api import grade_notebook
from grader.assignments.kinds import called, kind_of
from grader.assignments.load import FILE, assignment_names, load_assignment, read_assignment
from grader.assignments.modules import error_at
from grader.assignments.paths import HANDED_OUT, PUBLIC_VARIANTS
from grader.assignments.records import VARIANTS, Assignment, Case, Exercise
from grader.assignments.reference import stands_alone
from grader.assignments.written import without_written, written_exercises
from grader.authoring import EXAMPLE
from grader.authors.expected_outputs import frozen_outputs
from grader.authors.parameters import left_over, unusable_parameters
from grader.authors.public_variants import as_text, in_step, recorded_variants
from grader.authors.seeding import passed_without_seed
from grader.authors.template import emptied, generated_files
from grader.errors import AssignmentError, SubmissionError, WireError
from grader.execution.outcome import Raised
from grader.files import write_file
from grader.grading.drawn.for_student import check_for_student
from grader.grading.in_step import check_in_step, stamps
from grader.grading.judging.parts import passed_by, variant_outcome
from grader.grading.long_results import frozen_long_results, long_results_out_of_step
from grader.grading.pictures.draw import drawn_by_reference
from grader.grading.pictures.trainings import frozen_trainings, trainings_out_of_step
from grader.grading.reference_outputs import check_count
from grader.model import ExerciseResult, Status, Verdict, Visibility
from grader.notebooks.cells import functions, syntax_error
from grader.notebooks.read import Cell, read_notebook
from grader.notebooks.stubs import is_marked
from grader.report.typeset import not_typeset
from grader.scenes import Training
from grader.values import wire
from grader.values.frozen import holds_digest, thaw
from grader.values.kinds import SENT

_NOT_GENERATED = "is not what is generated now; generate it again"
_FREEZE = "; if the master is right, generate again, which freezes what it returns now"
# With what is drawn for students of these ids the reference is tried.
STUDENTS = (EXAMPLE, "1", "0042", "ada", "zoë@example.org", "s1234567", "s7654321", "grace.hopper")
_CELL_FAILED = re.compile(r"cells? [0-9, ]{1,60}(and [0-9]+ (more )?)?(raised|ran out|ended)")


def validate(root: Path, name: str) -> Iterator[str]:
    """Yield every problem of the assignment, a line each; none if it is in order.

    The master must score all points, and the template none, with the verdict "unanswered" for every
    exercise; both are graded as submissions are. Generated files must be what would be generated
    now. What is written has no right answer: of the master it is not asked. Raises AssignmentError
    where the assignment cannot be loaded.
    """
    whole = load_assignment(root, name)
    assignment = without_written(whole)
    unusable = [*_unusable(assignment, root), *_miscounted(assignment)]
    yield from unusable
    if unusable:
        return  # grading would fail for the same reasons, and explain them less well
    yield from _undrawable(assignment)
    yield from _not_typeset(whole)
    slips = [*_slips(assignment)]
    yield from slips
    yield from passed_without_seed(assignment)
    if not slips:  # what passes no case because it raises is told as that
        yield from _shares_of_nothing(assignment)
    yield from out_of_step(whole, root)
    if not whole.template.exists():
        return
    if assignment.parameters:  # below, the master is graded by what is right for an id alone
        try:
            check_in_step(whole, root)
        except AssignmentError as error:
            yield str(error)
            return
    for student in STUDENTS if assignment.draws else ():
        try:
            check_for_student(assignment, student)
        except (AssignmentError, WireError) as error:
            yield f"with what is drawn for the student {student!r}: {error}"
            return
    yield from _problems(whole, root, whole.master, Verdict.CORRECT)
    yield from _problems(whole, root, whole.template, Verdict.UNANSWERED)


def generate(root: Path, name: str) -> list[Path]:
    """Write the assignment's generated files where they change, and return those that did.

    What the expected outputs were made from is noted, too; there is nothing to review in that file,
    so it is not among those returned.

    Expected outputs stay as they are where the reference now returns the same within tolerance.
    Raises AssignmentError where the master or a case cannot be used.
    """
    assignment = without_written(read_assignment(root, name))
    for problem in _unusable(assignment, root):
        raise AssignmentError(problem)
    changed = []
    # First, as values of later cells may rest on them.
    for path, content in frozen_long_results(assignment).items():
        if _write(path, content):
            changed.append(path)
    for path, content in frozen_outputs(assignment, root).items():
        if not _agrees(path, content, assignment) and _write(path, content):
            changed.append(path)
    whole = load_assignment(root, name)
    frozen = without_written(whole)
    variants = frozen.folder / PUBLIC_VARIANTS
    if not in_step(frozen) and _write(variants, as_text(recorded_variants(frozen)).encode()):
        changed.append(variants)
    for path, content in generated_files(whole, root).items():
        if path.name in HANDED_OUT and _is_of_the_course(path, content):
            raise AssignmentError(
                f"{path}: is not the file that is generated under this name, so it is not "
                "replaced; give yours another name, or take this one out of `helpers` in "
                "assignment.toml"
            )
        if _write(path, content):
            changed.append(path)
    for path, content in frozen_trainings(frozen).items():
        if _write(path, content):
            changed.append(path)
    _write(*stamps(frozen, root))
    return changed


def _is_of_the_course(path: Path, content: bytes) -> bool:
    """Whether the file is there, and begins otherwise than ours, in whatever version, does."""
    if not path.exists():
        return False
    there, ours = path.read_bytes().split(b"\n"), content.split(b"\n")
    return there[0].rstrip() != ours[0]


def _unusable(assignment: Assignment, root: Path) -> Iterator[str]:
    yield from _unknown_masters(assignment, root)
    yield from _unusable_inputs(assignment)
    yield from _unusable_uses(assignment)
    yield from _master(assignment)
    yield from unusable_parameters(assignment)


def _unusable_uses(assignment: Assignment) -> Iterator[str]:
    """A line where a function that others use cannot be defined without the whole notebook."""
    used = {name for each in assignment.exercises for name in each.uses}
    if used and not stands_alone(assignment):
        names = ", ".join(sorted(used))
        yield (
            f"{assignment.folder / FILE}: `uses` needs {names} to depend on nothing but "
            "definitions; the master's functions use data that other statements change, or a file "
            "of the assignment"
        )


def _unknown_masters(assignment: Assignment, root: Path) -> Iterator[str]:
    known = assignment_names(root)
    for exercise in assignment.exercises:
        if exercise.outputs_from and exercise.outputs_from not in known:
            yield (
                f"{assignment.folder / 'assignment.toml'}: outputs_from of {exercise.name!r} is "
                f"{exercise.outputs_from!r}, where one of {', '.join(known)} is expected"
            )


def _unusable_inputs(assignment: Assignment) -> Iterator[str]:
    """Cases with inputs that cannot be sent to a kernel, or that are different at every call."""
    for exercise in assignment.exercises:
        for case in exercise.cases:
            what = (
                f"{assignment.solutions / 'cases.py'}: the inputs of the case {case.name!r} of "
                f"{exercise.name!r}"
            )
            try:
                once, again = _sent(case), _sent(case)
            except WireError as error:
                yield (f"{what} cannot be sent to a kernel: {error}; {SENT} can")
                continue
            if once != again:
                yield f"{what} are others every time; draw them from `generator(seed)`"


def _sent(case: Case) -> bytes:
    inputs = case.arguments()
    return bytes(wire.encode((inputs.args, inputs.kwargs), inputs=True))


def _miscounted(assignment: Assignment) -> Iterator[str]:
    """Expected outputs with another number of values than the exercise's `returns` names."""
    for exercise in assignment.exercises:
        for case in exercise.cases:
            try:
                check_count(exercise, case, case.expected, assignment.master)
            except AssignmentError as error:
                yield str(error)
                break


def _master(assignment: Assignment) -> Iterator[str]:
    """Problems of the master notebook: it is not there, has a wrong cell, or lacks an exercise."""
    path = assignment.master
    if not path.exists():
        yield f"{path}: there is no such file; the notebook with the solutions belongs there"
        return
    try:
        notebook = read_notebook(path)
    except SubmissionError as error:
        yield f"{path}: {error}"
        return
    for cell in notebook.cells:
        yield from (f"{path}, cell {cell.number}: {what}" for what in _cell(cell, assignment))
    for exercise in assignment.exercises:
        if problem := kind_of(exercise).problem(exercise, notebook):
            yield f"{path}: {problem}"


def _undrawable(assignment: Assignment) -> Iterator[str]:
    """Pictures that cannot be drawn of the reference."""
    for exercise in assignment.exercises:
        for picture in exercise.pictures:
            if isinstance(picture.scene, Training):
                continue
            try:
                drawn_by_reference(picture, exercise, assignment)
            except AssignmentError as error:
                yield f"{assignment.solutions / 'pictures.py'}: {error}"
    try:
        yield from trainings_out_of_step(assignment)
        yield from long_results_out_of_step(assignment)
    except AssignmentError as error:
        yield str(error)


def _not_typeset(assignment: Assignment) -> Iterator[str]:
    for exercise in assignment.exercises:
        texts = {f"{exercise.name}: `asks`": exercise.asks}
        texts |= {f"{exercise.name}: {each.name}": each.written for each in exercise.variants}
        texts |= {f"{exercise.name}: {each.name}": each.explanation for each in exercise.pictures}
        for what, text in texts.items():
            for latex in not_typeset(text):
                yield f"{what}: ${latex}$ cannot be typeset: it is no LaTeX that is known here"


def _cell(cell: Cell, assignment: Assignment) -> Iterator[str]:
    """What is wrong with a cell of the master."""
    if error := syntax_error(cell.source):
        yield f"line {error.lineno}: this is not Python: {error.msg}"
        return
    try:
        emptied(cell.source)
    except AssignmentError as error:
        yield str(error)
        return
    answers = functions(cell.source).keys() & {each.name for each in called(assignment)}
    if answers and not is_marked(cell.source):
        yield (
            f"no line `### START CODE HERE ###` stands in {min(answers)!r}, nor END CODE HERE, so "
            "students would get the solution"
        )


def _slips(assignment: Assignment) -> Iterator[str]:
    """Variants that raise because of a slip of their author, not on purpose.

    An accepted variant should never raise; a mistake may, but hardly a NameError, for instance.
    """
    for exercise in assignment.exercises:
        cases = [*exercise.of(Visibility.PUBLIC), *exercise.cases]
        case = next((each for each in cases if not each.raises), cases[0])
        for variant in exercise.variants if not case.raises else ():
            outcome = variant_outcome(variant, case)
            if isinstance(outcome, Raised) and (variant.accepted or _is_slip(outcome)):
                what = f"raises {outcome.type} on the case {case.name!r}: {outcome.message}"
                yield str(error_at(variant.function, f"the variant {variant.name!r} {what}"))


def _shares_of_nothing(assignment: Assignment) -> Iterator[str]:
    """Mistakes whose share of the points nobody gets, as they pass no case."""
    for exercise in assignment.exercises:
        for mistake in exercise.mistakes:
            if mistake.share and exercise.scoring == VARIANTS and not passed_by(mistake, exercise):
                what = (
                    f"the mistake {mistake.name!r} has a share of the points and passes no case; "
                    "an answer that passes no case gets no points, whether it has a name or not: "
                    "leave the share out, or write a case that the mistake passes"
                )
                yield str(error_at(mistake.function, what))


def _is_slip(raised: Raised) -> bool:
    wrong_call = re.match(r"[\w.<>]+\(\) (takes|missing|got an unexpected) ", raised.message)
    return raised.type in ("NameError", "ModuleNotFoundError") or (
        raised.type == "TypeError" and bool(wrong_call)
    )


def out_of_step(assignment: Assignment, root: Path) -> Iterator[str]:
    """A line for each generated file that is not what would be generated now."""
    for path, content in generated_files(assignment, root).items():
        if not path.exists():
            yield f"{path}: there is no such file; generate it"
        elif path.read_bytes() != content:
            yield f"{path}: {_NOT_GENERATED}"
    yield from left_over(assignment)
    if not in_step(without_written(assignment)):
        yield f"{assignment.folder / PUBLIC_VARIANTS}: {_NOT_GENERATED}"


def _problems(assignment: Assignment, root: Path, path: Path, expected: Verdict) -> Iterator[str]:
    """Grade the notebook, and say where it is not as it should be.

    Every exercise is to have the verdict `expected`. Of the master, no cell may fail either.
    """
    student = EXAMPLE if assignment.draws else ""
    result = grade_notebook(path, assignment.folder, strict=True, student=student)
    if result.status is Status.NOT_GRADED:
        yield f"{path}: could not be graded: {result.reason}"
        return
    is_master = expected is Verdict.CORRECT
    # A master's written answers are nobody's, and a template comes without files.
    written = written_exercises(assignment)
    left_out = {each.name for each in written if is_master or each.file}
    called = [each for each in result.exercises if each.name not in left_out]
    for exercise in called:
        if exercise.verdict is not expected:
            what = f"{exercise.name} is {exercise.verdict.value} where {expected} is expected"
            freeze = _FREEZE if is_master and exercise.verdict.returned else ""
            yield f"{path}: {what}{_why(exercise)}{freeze}"
    if is_master:
        yield from (f"{path}: {flag}" for flag in result.flags if _CELL_FAILED.match(flag))
    asked = without_written(assignment).max_score if is_master else 0
    score = sum(each.score or 0.0 for each in called)
    if score != asked:
        yield f"{path}: scores {score:g} where {asked:g} is expected"


def _why(exercise: ExerciseResult) -> str:
    messages = [f"{case.name}: {case.message}" for case in exercise.cases if case.message]
    return "".join(f"; {each}" for each in (exercise.message, *messages) if each)


def _agrees(path: Path, content: bytes, assignment: Assignment) -> bool:
    """Whether the outputs in the file at `path` are those in `content`, apart from rounding."""
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
        _same(old[case.name]["expected"], new[case.name]["expected"], case, exercise)
        for case in exercise.cases
        if case.name in new
    )


def _same(old: Any, new: Any, case: Case, exercise: Exercise) -> bool:
    if holds_digest(new):
        return bool(old == new)
    return case.same(thaw(old), thaw(new), exercise.returns)


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
        write_file(path, content, parents=True)
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be written: {error.strerror}") from None
    return True
