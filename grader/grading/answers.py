"""A student's answer to one exercise: its cells, the calls to make, the judged cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.assignments.kinds import kind_of
from grader.assignments.kinds.kind import ExerciseKind
from grader.assignments.records import Case, Exercise
from grader.assignments.untouched import Template
from grader.authoring import Arguments
from grader.execution.calls import Call
from grader.execution.inputs import encoded
from grader.execution.outcome import CellRun, NotCalled, Outcome
from grader.execution.session import LAST
from grader.grading.judging.checked import CheckerFailed
from grader.grading.judging.judge import judge, mark
from grader.grading.judging.right_parts import with_right_parts
from grader.grading.judging.score import score, without_cases
from grader.grading.judging.similar_names import nearest
from grader.grading.remarks import Remarks
from grader.model import CaseResult, ExerciseResult, Mark, Verdict, Visibility
from grader.notebooks.cells import functions, syntax_error
from grader.notebooks.read import Cell, Notebook
from grader.sandbox.shared import SharedInputs
from grader.values import wire


@dataclass(slots=True)
class Answer:
    """The cells in which an exercise is answered, and what came of its cases, by their name.

    `untouched` are the numbers of the cells in which there is still a stub. `stopped`, if not
    empty, says why no further cases are called. If `kept`, it is called as its cell left it.
    `judged` are the judged cases, `marks` remarks on lines. `undecided`, if not empty, says why a
    checker could not judge a case.
    """

    exercise: Exercise
    cells: list[Cell]
    untouched: set[int]
    stopped: str = ""
    kept: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    judged: dict[str, CaseResult] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    undecided: str = ""

    @property
    def kind(self) -> ExerciseKind:
        return kind_of(self.exercise)

    @property
    def code(self) -> str:
        """The source of the last cell whose answer can be parsed; empty if there is none."""
        return self.kind.code(self.exercise, self.cells)

    def keeps(self, cell: Cell) -> tuple[str, ...]:
        """The exercise's names that the cell defines, if it is the last one that does."""
        names = {*self.exercise.names} if self.kind.is_called else set[str]()
        run = [each for each in self.cells if each.number not in self.copies]
        defining = [each.number for each in run if functions(each.source).keys() & names]
        if cell.number not in defining[-1:]:
            return ()
        return tuple(name for name in self.exercise.names if name in functions(cell.source))

    @property
    def is_untouched(self) -> bool:
        """Whether all of its cells have nothing but a stub."""
        return bool(self.cells) and len(self.untouched) == len(self.cells)

    @property
    def copies(self) -> set[int]:
        """The numbers of cells with a stub that are not run, as another cell has the answer."""
        return set() if self.is_untouched else {*self.kind.copies(self.cells, self.untouched)}


def answer_to(exercise: Exercise, notebook: Notebook, template: Template) -> Answer:
    """The notebook's answer to the exercise, before any case has been called."""
    kind = kind_of(exercise)
    cells = kind.cells(exercise, notebook, template)
    return Answer(exercise, cells, {*kind.untouched(exercise, cells, template)})


def calls_for(
    answer: Answer, visibility: Visibility, inputs: Mapping[Case, SharedInputs]
) -> list[Call]:
    """The calls for the exercise's public or hidden cases; none where the answer is `stopped`.

    `inputs` are those that the kernel has in memory; others are sent.
    """
    if answer.stopped or answer.kind.is_observed:
        return []
    exercise = answer.exercise
    return [
        call_for(exercise, case, inputs.get(case), answer.kept) for case in exercise.of(visibility)
    ]


def call_for(
    exercise: Exercise,
    case: Case,
    inputs: SharedInputs | Arguments | None = None,
    kept: bool = False,
) -> Call:
    """The call for a case, with its own inputs or others."""
    if case.driver:
        driver = case.driver
        asked = driver.source, driver.name, list(driver.takes), driver.given
        return Call(driver.takes, wire.encode(asked), how="drive")
    if isinstance(inputs, Arguments):
        return Call(exercise.names, wire.encode((inputs.args, inputs.kwargs)), kept)
    return Call(exercise.names, inputs or encoded(case), kept)


def judge_cases(
    answer: Answer,
    visibility: Visibility,
    outcomes: Sequence[Outcome],
    remarks: Remarks | None = None,
) -> None:
    """Judge the exercise's public or hidden cases by their outcomes, and store that in the answer.

    There may be fewer outcomes than cases, since no calls are made after one that timed out, for
    example. The remaining cases count as not called.
    """
    exercise = answer.exercise
    for index, case in enumerate(exercise.of(visibility)):
        outcome = outcomes[index] if index < len(outcomes) else NotCalled(answer.stopped)
        result = _judged(answer, case, outcome, remarks)
        shown = case.visibility is Visibility.PUBLIC and not result.passed
        if shown and (marked := mark(outcome, answer.code)):
            answer.marks.append(marked)
        answer.outcomes[case.name], answer.judged[case.name] = outcome, result
        if isinstance(outcome, NotCalled):
            answer.stopped = outcome.reason
        elif isinstance(outcome, LAST) or (answer.is_untouched and not result.passed):
            answer.stopped = f"after {case.name!r}"


def _judged(answer: Answer, case: Case, outcome: Outcome, remarks: Remarks | None) -> CaseResult:
    try:
        return judge(case, answer.exercise, outcome, answer.code, remarks)
    except CheckerFailed as error:
        answer.undecided = answer.undecided or f"case {case.name}: {error}"
        return CaseResult(case.name, case.title, case.visibility, None)


def result_of(
    answer: Answer,
    notebook: Notebook,
    runs: Mapping[int, CellRun],
    given: Collection[str] = (),
    remarks: Remarks | None = None,
) -> ExerciseResult:
    """The verdict and points of an answer whose cases have been judged.

    `runs` has what came of the notebook's cells, by their number. `given` are names that stand for
    something else than a student's answer: other exercises, and what the notebook and its helpers
    define from the start.
    """
    exercise, cells = answer.exercise, answer.cells
    cases = tuple(answer.judged[case.name] for case in exercise.cases)
    outcomes = [answer.outcomes[case.name] for case in exercise.cases]
    unanswered = without_cases(exercise, Verdict.UNANSWERED, "nothing has been written here yet")
    if answer.undecided:
        if answer.is_untouched:
            return unanswered
        result = without_cases(exercise, Verdict.NOT_GRADED, answer.undecided)
        return replace(result, score=None, cases=cases)
    result = score(exercise, cases, outcomes)
    if answer.is_untouched and not result.verdict.solved:
        return unanswered
    if result.verdict is Verdict.MISSING:
        if cells and not answer.code and _has_syntax_error(cells[-1]):
            result = without_cases(exercise, Verdict.ERROR, _syntax_message(cells[-1]))
            return replace(result, marks=_syntax_marks(cells[-1]))
        defining = [cell for cell in cells if answer.kind.defines(exercise, cell)]
        why = (remarks or Remarks()).unless_it_fails(
            "looking for a function that is missing",
            lambda: (
                _unreached(defining[-1], runs) if defining else _nearly(exercise, notebook, given)
            ),
            "",
        )
        return without_cases(exercise, Verdict.MISSING, f"{result.message}{why}")
    if not result.verdict.solved and not result.diagnosis:
        told = (remarks or Remarks()).unless_it_fails(
            "saying which parts of an answer are right",
            lambda: with_right_parts(exercise, result.cases, outcomes),
            result.cases,
        )
        result = replace(result, cases=told)
    return replace(result, marks=tuple(dict.fromkeys(answer.marks)))


def _unreached(cell: Cell, runs: Mapping[int, CellRun]) -> str:
    run = runs.get(cell.number)
    ended = run.ended if run else ""
    if ended in ("ok", "skipped"):
        gone = "once it has run the name is gone, or stands for something else"
        return f": there is a definition in cell {cell.number}, but {gone}"
    why = {
        "timeout": ", since it ran out of time",
        "crashed": ", since it ended the Python process it ran in",
        "error": f", which ended with {run.error}" if run and run.error else "",
    }.get(ended, "")
    return f": cell {cell.number} would define it, but did not get there{why}"


def _nearly(exercise: Exercise, notebook: Notebook, given: Collection[str]) -> str:
    """A hint at a function of the notebook that may be the exercise's under another name."""
    kind = kind_of(exercise)
    names = {name for cell in notebook.cells for name in kind.names_in(cell)}
    like = nearest(exercise.name, names.difference(given))
    return (
        f". There is `{like}`: if that is it, it needs the name `{exercise.name}`" if like else ""
    )


def _has_syntax_error(cell: Cell) -> bool:
    """Whether the cell is not valid Python; one that is too long or too deep for us may be."""
    error = syntax_error(cell.source)
    return bool(error and error.lineno)


def _syntax_message(cell: Cell) -> str:
    error = syntax_error(cell.source)
    place = f" in its line {error.lineno}" if error and error.lineno else ""
    what = f": {error.msg}" if error else ""
    return f"cell {cell.number}, which defines it, is not valid Python{place}{what}"


def _syntax_marks(cell: Cell) -> tuple[Mark, ...]:
    error = syntax_error(cell.source)
    return (Mark(error.lineno, error.msg),) if error and error.lineno else ()
