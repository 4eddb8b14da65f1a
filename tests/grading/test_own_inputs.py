"""Inputs that are each student's own: drawn from the id, right by the reference, never guessed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.api import grade_class, grade_notebook
from grader.assignments.driving import draws_of
from grader.assignments.load import load_assignment
from grader.authoring import EXAMPLE, Arguments, generator_for
from grader.authors.validate import validate
from grader.errors import AssignmentError
from grader.gradebook.fingerprint import content
from grader.grading.drawn.for_student import for_student
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.handout.check import check, explained, passed
from grader.model import ExerciseResult, Owner, Result, Status, Submission, Verdict
from grader.report.findings import own_inputs
from tests.authored import NAME, authored, exercise
from tests.conftest import notebook

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
MASTER = f"""def spread(numbers):
    {START}
    found = max(numbers) - min(numbers)
    {END}
    return found"""
OTHER = f"def double(x):\n    {START}\n    y = 2 * x\n    {END}\n    return y"
CASES = """
from grader.authoring import generator_for

@case("spread", public=True)
def own_numbers(student):
    \"\"\"Numbers of your own.\"\"\"
    return arguments(generator_for(student).normal(size=5).tolist())

@case("spread")
def more_of_them(student):
    \"\"\"More numbers of your own.\"\"\"
    return arguments(generator_for(student, 1).normal(size=50).tolist())

@case("double")
def of_three():
    \"\"\"Three.\"\"\"
    return arguments(3)
"""
RIGHT = "def spread(numbers):\n    return max(numbers) - min(numbers)"
WRONG = "def spread(numbers):\n    return max(numbers)"
DOUBLE = "def double(x):\n    return x + x"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    helpers = 'helpers = ["public_tests.py", "difference.py"]\n'
    both = exercise("spread"), exercise("double")
    return authored(folder, [MASTER, OTHER], CASES, *both, settings=helpers)


def graded(root: Path, owner: Owner, *cells: str) -> Result:
    path = root / "handed_in.ipynb"
    path.write_text(json.dumps(notebook(*cells)))
    return grade(Task(root, Submission("s", path.name, str(path), owner=owner), NAME)).result


def spread_of(result: Result) -> ExerciseResult:
    return result.exercises[0]


def test_an_id_draws_the_same_numbers_every_time_whatever_its_capital_letters() -> None:
    draw = [generator_for(each).normal(size=3).tolist() for each in ("Ada", " ada ", "ADA", "bob")]
    assert draw[0] == draw[1] == draw[2] != draw[3]
    assert generator_for("ada", 1).normal() != generator_for("ada").normal()
    # Students' machines draw them, too: another version of numpy or fairgrade must not change them.
    assert generator_for("ada").integers(0, 10**9, 3).tolist() == ADAS


ADAS = [932586665, 191396879, 56429072]


def test_everybody_is_judged_by_what_is_right_for_the_own_inputs(root: Path) -> None:
    for student in ("ann", "bob"):
        result = graded(root, Owner(student), RIGHT, DOUBLE)
        assert (result.status, result.score) == (Status.GRADED, 20)
        assert {case.drawn_for for case in spread_of(result).cases} == {student}
        assert {case.drawn_for for case in result.exercises[1].cases} == {""}


def test_numbers_that_are_right_for_another_student_are_wrong(root: Path) -> None:
    assignment, _ = for_student(load_assignment(root, NAME), "ann")
    known = {
        len(case.arguments().args[0]): case.expected for case in assignment.exercise("spread").cases
    }
    copied = f"def spread(numbers):\n    return {known}[len(numbers)]"
    assert spread_of(graded(root, Owner("ann"), copied, DOUBLE)).verdict is Verdict.CORRECT
    found = spread_of(graded(root, Owner("bob"), copied, DOUBLE))
    assert found.verdict is Verdict.INCORRECT


def test_the_student_number_decides_then_the_login_then_the_address_then_the_name() -> None:
    everything = Owner("Ann Lee", {"canvas": "77", "login": "ALee", "sid": "S12"}, "a@b.org")
    assert everything.drawn_for == "s12"
    assert Owner("Ann Lee", {"canvas": "77", "login": "ALee"}, "a@b.org").drawn_for == "alee"
    assert Owner("Ann Lee", {"canvas": "77"}, "A@b.org").drawn_for == "a@b.org"
    assert Owner("Ann Lee", {"canvas": "77"}).drawn_for == "ann lee"
    assert Owner("").drawn_for == ""


def test_without_an_id_the_exercise_is_not_graded_and_the_others_are(root: Path) -> None:
    result = graded(root, Owner(""), RIGHT, DOUBLE)
    assert spread_of(result).verdict is Verdict.NOT_GRADED
    assert "it is not known whose notebook this is" in spread_of(result).message
    assert spread_of(result).score is None
    assert result.exercises[1].verdict is Verdict.CORRECT
    assert (result.status, result.score) == (Status.NOT_GRADED, None)


def test_one_notebook_from_a_program_needs_the_students_id(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    path.write_text(json.dumps(notebook(RIGHT, DOUBLE)))
    assert grade_notebook(path, root / "assignment" / NAME).status is Status.NOT_GRADED
    assert grade_notebook(path, root / "assignment" / NAME, student="ann").score == 20


def test_inputs_for_which_there_is_no_right_answer_cost_nobody_points(tmp_path: Path) -> None:
    cases = CASES.replace(
        "return arguments(generator_for(student, 1)",
        "return arguments([] if student == 'eve' else generator_for(student, 1)",
    )
    root = authored(tmp_path, [MASTER, OTHER], cases, exercise("spread"), exercise("double"))
    assert graded(root, Owner("ann"), RIGHT, DOUBLE).score == 20
    found = spread_of(graded(root, Owner("Eve"), RIGHT, DOUBLE))
    assert (found.verdict, found.score) == (Verdict.NOT_GRADED, None)
    assert "does not return on those of the id 'eve'" in found.message


def test_validate_tries_several_students(root: Path, tmp_path: Path) -> None:
    assert [*validate(root, NAME)] == []
    cases = CASES.replace(
        "return arguments(generator_for(student, 1).normal(size=50).tolist())",
        "return arguments([] if student == 'ada' else [1, 2])",
    )
    shaky = authored(tmp_path, [MASTER, OTHER], cases, exercise("spread"), exercise("double"))
    (problem,) = validate(shaky, NAME)
    assert "with what is drawn for the student 'ada'" in problem
    assert "'more_of_them'" in problem


def test_a_class_is_graded_by_its_roster_and_again_when_an_id_changes(
    root: Path, tmp_path: Path
) -> None:
    class_ = tmp_path / "class"
    class_.mkdir()
    for name in ("ann", "bob"):
        (class_ / f"{name}.ipynb").write_text(json.dumps(notebook(RIGHT, DOUBLE)))
    book, roster = tmp_path / "book.db", tmp_path / "roster.csv"
    drawn = []
    for number in ("1001", "1001", "2002"):
        roster.write_text(f"name,login,sid\nann,ann,{number}\nbob,bob,77\n")
        with grade_class(class_, root, gradebook=book, roster=roster, jobs=1) as finished:
            kept = finished.kept
            by_name = {each.student: each for each in finished.results}
            drawn.append((kept, by_name["ann"].exercises[0].cases[0].drawn_for))
            assert all(each.score == 20 for each in by_name.values())
    assert drawn == [(0, "1001"), (2, "1001"), (1, "2002")]


def test_the_id_is_part_of_what_a_kept_result_is_valid_for(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("{}")
    ann, bob = (Submission("s", "a.ipynb", str(path), owner=Owner(each)) for each in ("ann", "bob"))
    assert content(ann) == content(bob)
    assert content(ann, draws=True) != content(bob, draws=True)


def test_wrong_answers_to_own_inputs_are_not_told_to_behave_alike(root: Path) -> None:
    path = root / "handed_in.ipynb"
    path.write_text(json.dumps(notebook(WRONG, "def double(x):\n    return x")))
    submission = Submission("s", path.name, str(path), owner=Owner("ann"))
    assert {*grade(Task(root, submission, NAME)).behaviours} == {"double"}


def test_the_page_says_for_which_id_inputs_were_drawn(root: Path) -> None:
    cases = spread_of(graded(root, Owner("Ann"), RIGHT, DOUBLE)).cases
    assert own_inputs(cases) == (
        "What is right in these cases is found for each student, here for the id “ann”."
    )


@pytest.fixture
def handed_out(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root / "assignment" / NAME, tmp_path / "mine"))


ALIKE = "def spread(numbers):\n    found = max(numbers) - min(numbers)\n"


def told(folder: Path, student: str, *cells: str) -> tuple[bool, str]:
    path = folder / "work.ipynb"
    path.write_text(json.dumps(notebook(*cells)))
    assignment, result = check(path, None, student)
    return passed(result), " ".join("\n".join(explained(assignment, result)).split())


def test_students_are_called_on_their_own_inputs_and_told_what_is_not_known(
    handed_out: Path, root: Path
) -> None:
    assert (
        str(generator_for("ann").normal()) not in (handed_out / "expected_outputs.json").read_text()
    )
    right, words = told(handed_out, "Ann", RIGHT)
    assert right
    assert "spread, case own_numbers: with what is drawn for 'ann'" in words
    assert "Whether it is right is found out in grading." in words
    assert "drawn for" not in told(handed_out, "", RIGHT)[1]


def test_the_inputs_on_a_students_machine_are_those_of_grading(
    handed_out: Path, root: Path
) -> None:
    own, _ = for_student(load_assignment(root, NAME), "ann")
    (numbers,) = own.exercise("spread").cases[0].arguments().args
    guard = f"{ALIKE}    if list(numbers) == {numbers}: raise KeyError('here')\n    return found"
    right, words = told(handed_out, "ann", guard)
    assert not right
    assert "with what is drawn for 'ann', raises KeyError: 'here'" in words
    assert told(handed_out, "bob", guard)[0]


def test_an_answer_of_another_kind_is_told(handed_out: Path) -> None:
    own = generator_for("ann").normal()
    text = f"{ALIKE}    return str(found) if {own} in numbers else found"
    right, words = told(handed_out, "ann", text)
    assert not right
    assert "with what is drawn for 'ann', returns a string where a float is expected" in words


def test_what_draws_inputs_may_import_the_generator_itself() -> None:
    def drawn(student: str) -> Arguments:
        from grader.authoring import arguments
        from grader.authoring import generator_for as generator

        return arguments(int(generator(student).integers(1000)))

    there: dict[str, Callable[[str], object]] = {}
    draws = draws_of(drawn, public=True)
    assert draws
    assert "grader" not in draws.source
    exec(draws.source, there)
    assert there["drawn"]("ann") == ((int(generator_for("ann").integers(1000)),), {})


def test_what_is_handed_out_runs_nowhere_but_in_a_kernel(handed_out: Path) -> None:
    path = handed_out / "expected_outputs.json"
    frozen = json.loads(path.read_text())
    draws = frozen["spread"]["cases"]["own_numbers"]["draws"]
    draws["source"] = f"open({str(handed_out / 'ran')!r}, 'w')\n{draws['source']}"
    path.write_text(json.dumps(frozen))
    told(handed_out, "ann", RIGHT)
    assert not (handed_out / "ran").exists()


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (
            "import math\n@case('spread', public=True)\ndef c(student):\n"
            "    return arguments([math.pi])",
            "uses 'math'",
        ),
        ("@case('spread')\ndef c(who):\n    return arguments([1])", "the case raises TypeError"),
    ],
)
def test_what_cannot_draw_for_students_is_refused(
    tmp_path: Path, written: str, problem: str
) -> None:
    with pytest.raises(AssignmentError, match=problem):
        authored(tmp_path, [MASTER], f"{written}\n", exercise("spread"))


def test_the_frozen_outputs_are_those_of_the_example(root: Path) -> None:
    frozen = json.loads((root / "assignment" / NAME / "expected_outputs.json").read_text())
    numbers = generator_for(EXAMPLE).normal(size=5)
    assert np.isclose(frozen["spread"]["cases"]["own_numbers"]["expected"], np.ptp(numbers))
