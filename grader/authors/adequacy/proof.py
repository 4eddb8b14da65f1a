"""Prove that an assignment's hidden cases are adequate: that each wrong form of an exercise fails
at least one of them, and each right form passes them all.

A form is an implementation of the exercise that is tried. Wrong forms are the mutants of the
reference, the author's mistakes, and the functions in `wrong.py`, each of which shows what a case
is there for. Right forms are rewritings of the reference. Accepted variants are right too, but a
case must tell them from the reference, or else they could not be named. Each form is tried on each
hidden case by itself, so the proof without one of the cases needs no other trials.
"""

from __future__ import annotations

import ast
import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.assignments.kinds import called
from grader.assignments.load import load_assignment
from grader.assignments.modules import importable, marked
from grader.assignments.records import Assignment, Case, Exercise
from grader.assignments.reference import reference, stands_alone
from grader.assignments.written import without_written
from grader.authoring import Arguments
from grader.authors.adequacy.allowances import ALLOWANCES, Allowances, read_allowances
from grader.authors.adequacy.forms import Form, Kind
from grader.authors.adequacy.mutants import mutants
from grader.authors.adequacy.rewritings import rewritten
from grader.authors.adequacy.student_lines import student_lines
from grader.authors.adequacy.survivors import survivors
from grader.authors.adequacy.trials import APART, SAME, lines_reached, tried
from grader.authors.adequacy.whole_master import in_its_folder, whole_master
from grader.errors import AssignmentError
from grader.marks import WrongMark
from grader.model import Visibility
from grader.notebooks.cells import Function, functions
from grader.notebooks.read import read_notebook
from grader.values import wire

REWRITINGS = 40
WRONG_FORMS = "wrong.py"


@dataclass(frozen=True)
class Proof:
    """What was found out about one exercise. `cases` are the names of its hidden cases."""

    assignment: Assignment
    exercise: Exercise
    cases: tuple[str, ...]
    forms: tuple[Form, ...]
    allowances: Allowances

    @cached_property
    def equivalent(self) -> set[tuple[str, str]]:
        return {(each.was, each.becomes) for each in self.allowances.equivalents}

    @cached_property
    def wrong(self) -> list[Form]:
        """The forms that have to be told from the reference, accepted variants included."""
        return [
            form
            for form in self.forms
            if form.kind is not Kind.REWRITING and (form.was, form.becomes) not in self.equivalent
        ]

    def of(self, kind: Kind) -> list[Form]:
        return [form for form in self.forms if form.kind is kind]

    def needing(self, case: str) -> list[Form]:
        """The forms that no other hidden case than this one tells from the reference."""
        number = self.cases.index(case)
        return [form for form in self.wrong if form.told_by == [number]]

    def without(self, case: str) -> Proof:
        """The proof as it would be if there were no such case."""
        number = self.cases.index(case)
        forms = (replace(f, said=f.said[:number] + f.said[number + 1 :]) for f in self.forms)
        cases = self.cases[:number] + self.cases[number + 1 :]
        return Proof(self.assignment, self.exercise, cases, tuple(forms), self.allowances)

    def problems(self) -> Iterator[str]:
        """Yield what the proof lacks, a line each; nothing if the hidden cases are adequate."""
        missed = [form for form in self.wrong if not form.told_by]
        yield from survivors(self.exercise.name, missed, self.assignment.master, self.folder)
        yield from filter(None, map(self._misjudged, self.of(Kind.REWRITING)))
        yield from filter(None, map(self._unsteady, self.exercise.accepted))
        yield from self._wrongly_listed()
        spare = {each.case for each in self.allowances.spares}
        for case in self.cases:
            if case not in spare and not self.needing(case):
                yield (
                    f"{self.folder / 'cases.py'}: the case {case!r} of {self.exercise.name!r} "
                    f"tells nothing apart that others do not; add to {WRONG_FORMS} what it is "
                    f"there for, list it as spare in {ALLOWANCES} with the reason, or take it out"
                )

    @property
    def folder(self) -> Path:
        return self.allowances.path.parent

    def _misjudged(self, form: Form) -> str:
        failed = [
            name for name, said in zip(self.cases, form.said, strict=True) if said != SAME.decode()
        ]
        if not failed:
            return ""
        return (
            f"{self.assignment.master}: {self.exercise.name!r} means the same in this style, and "
            f"fails the case {failed[0]!r}; what is expected there is more than the exercise "
            f"asks:\n{form.becomes}"
        )

    def _unsteady(self, variant: Any) -> str:
        for case in (each for each in _hidden(self.exercise) if not each.raises):
            one, other = _output(variant.function, case), _output(variant.function, case)
            if case.first_difference(one, other, self.exercise.returns):
                return (
                    f"{self.folder}: the accepted variant {variant.name!r} of "
                    f"{self.exercise.name!r} returns something else every time on {case.name!r}"
                )
        return ""

    def _wrongly_listed(self) -> Iterator[str]:
        path = self.allowances.path
        found = {(form.was, form.becomes): form for form in self.of(Kind.MUTANT)}
        for each in self.allowances.equivalents:
            form = found.get((each.was, each.becomes))
            entry = f"{path}: equivalent: `{each.becomes}` for `{each.was}` in {each.exercise!r}"
            if form is None:
                yield f"{entry} is no mutant of the reference (any more); take it off the list"
            elif form.told_by:
                by = self.cases[form.told_by[0]]
                yield f"{entry} is told apart by the case {by!r}; take it off the list"
        for spare in self.allowances.spares:
            entry = f"{path}: spare: {spare.case!r} of {spare.exercise!r}"
            if spare.case not in self.cases:
                yield f"{entry} is none of its hidden cases; take it off the list"
            elif needing := self.needing(spare.case):
                yield (
                    f"{entry} is needed: nothing else tells {needing[0].name!r} from the "
                    "reference; take it off the list"
                )


def prove(root: Path, name: str, jobs: int) -> list[Proof]:
    """The proof for each exercise that is a function, found in `jobs` processes.

    Raises AssignmentError where the assignment or its `adequacy.toml` cannot be read.
    """
    assignment = without_written(load_assignment(root, name))
    allowances = _allowances(assignment)
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as executor:
        parts = {
            exercise: [
                executor.submit(_try_part, root, name, exercise.name, part, jobs)
                for part in range(jobs)
            ]
            for exercise in called(assignment)
        }
        return [
            Proof(
                assignment,
                exercise,
                tuple(case.name for case in _hidden(exercise)),
                _in_order([future.result() for future in futures]),
                allowances.of(exercise.name),
            )
            for exercise, futures in parts.items()
        ]


def not_proved(root: Path, name: str) -> list[Exercise]:
    """The exercises of the assignment of which there is no proof, since they are no functions."""
    assignment = load_assignment(root, name)
    proved = called(assignment)
    return [each for each in assignment.exercises if each not in proved]


def _in_order(parts: list[list[Form]]) -> tuple[Form, ...]:
    """The forms of all parts in order; form n is in part n modulo the number of parts."""
    total = sum(map(len, parts))
    return tuple(parts[n % len(parts)][n // len(parts)] for n in range(total))


def _allowances(assignment: Assignment) -> Allowances:
    owner = load_assignment(assignment.folder.parents[1], assignment.shared_folder.name)
    exercises = tuple(exercise.name for exercise in owner.exercises)
    return read_allowances(assignment.shared_solutions / ALLOWANCES, exercises)


def _hidden(exercise: Exercise) -> list[Case]:
    return [case for case in exercise.cases if case.visibility is Visibility.HIDDEN]


def _try_part(root: Path, name: str, exercise_name: str, part: int, parts: int) -> list[Form]:
    """Try every `parts`-th form of the exercise, from number `part` on, on its hidden cases."""
    assignment = without_written(load_assignment(root.resolve(), name))
    exercise = assignment.exercise(exercise_name)
    with nullcontext() if stands_alone(assignment) else in_its_folder(assignment):
        return _tried(assignment, exercise, part, parts)


def _tried(assignment: Assignment, exercise: Exercise, part: int, parts: int) -> list[Form]:
    cases = _hidden(exercise)
    inputs = [case.arguments() for case in cases]
    forms = []
    for form, make in list(_forms(assignment, exercise))[part::parts]:
        try:
            function = make()
        except Exception:  # a mutant that cannot even be defined
            forms.append(replace(form, said=APART.decode() * len(cases)))
            continue
        form = replace(form, said=tried(function, cases, inputs, exercise.returns))
        if form.kind is Kind.MUTANT and not form.told_by:
            form = replace(form, public=_public_case(function, exercise))
        forms.append(form)
    return _with_reached(forms, assignment, exercise, inputs)


def _public_case(function: Callable[..., Any], exercise: Exercise) -> str:
    """The name of the first public case that tells a function from the reference, if one does."""
    cases = exercise.of(Visibility.PUBLIC)
    said = tried(function, cases, [case.arguments() for case in cases], exercise.returns)
    place = said.find(APART.decode())
    return cases[place].name if place >= 0 else ""


def _with_reached(
    forms: list[Form], assignment: Assignment, exercise: Exercise, inputs: list[Arguments]
) -> list[Form]:
    if not any(form.kind is Kind.MUTANT and not form.told_by for form in forms):
        return forms
    lines = lines_reached(_right(assignment)[exercise.name], inputs)
    return forms if lines is None else [replace(f, reached=f.line in lines) for f in forms]


def _right(assignment: Assignment) -> dict[str, Any]:
    """The reference's functions by name."""
    return reference(assignment) if stands_alone(assignment) else whole_master(assignment)


_Make = Callable[[], Callable[..., Any]]


def _forms(assignment: Assignment, exercise: Exercise) -> Iterator[tuple[Form, _Make]]:
    """The forms to be tried, each with a callable that makes its function.

    The callable raises where a mutant cannot even be defined.
    """
    right = _right(assignment)[exercise.name]
    cell, source = _source(assignment, exercise)

    def defined(function: Function) -> _Make:
        def make() -> Any:
            namespace = dict(right.__globals__)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about what only the mutant says, such as ""[""]
                code = compile(ast.Module([function], []), str(assignment.master), "exec")
            exec(code, namespace)
            return namespace[exercise.name]

        return make

    for mutant in mutants(source, student_lines(cell, source)):
        name = f"{mutant.was} -> {mutant.becomes}"
        form = Form(Kind.MUTANT, name, mutant.line, mutant.was, mutant.becomes)
        yield form, defined(mutant.function)
    for kind, name, variant in _written(assignment, exercise):
        yield Form(kind, name), lambda variant=variant: variant  # type: ignore[misc]
    for number in range(REWRITINGS):
        function = rewritten(source, number)
        form = Form(Kind.REWRITING, f"number {number}", becomes=ast.unparse(function))
        yield form, defined(function)


def _source(assignment: Assignment, exercise: Exercise) -> tuple[str, Function]:
    """The cell of the master that defines the exercise last, and the function in it."""
    found = [
        (cell.source, defined[exercise.name])
        for cell in read_notebook(assignment.master).cells
        if exercise.name in (defined := functions(cell.source))
    ]
    return found[-1]


def _written(
    assignment: Assignment, exercise: Exercise
) -> Iterator[tuple[Kind, str, Callable[..., Any]]]:
    """The author's variants and wrong forms, with their names."""
    for variant in exercise.variants:
        kind = Kind.ACCEPTED if variant.accepted else Kind.MISTAKE
        yield kind, variant.name, variant.function
    folder = assignment.shared_solutions
    if (folder / WRONG_FORMS).exists():
        with importable(assignment.shared_folder, folder):
            for function, mark in marked(folder / WRONG_FORMS, WrongMark):
                if mark.exercise == exercise.name:
                    yield Kind.WRONG, function.__name__, function


def _output(function: Callable[..., Any], case: Case) -> Any:
    inputs = case.arguments()
    try:
        return wire.decode(wire.encode(function(*inputs.args, **inputs.kwargs)))
    except Exception as error:  # whatever the author's code may raise
        raise AssignmentError(
            f"the variant {function.__name__!r} raises {type(error).__name__} on the case "
            f"{case.name!r}: {error}"
        ) from error
