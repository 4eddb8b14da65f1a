"""Drivers that draw what they do with a student's class from the student's id."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from grader.api import grade_class
from grader.assignments.load import load_assignment
from grader.authoring import EXAMPLE, generator_for
from grader.authors.validate import validate
from grader.errors import AssignmentError
from grader.grading.drawn.for_student import for_student
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.handout.check import check, explained, passed
from grader.model import ExerciseResult, Owner, Status, Submission, Verdict
from tests.authored import NAME, authored, exercise
from tests.conftest import notebook
from tests.handout.test_kinds import printed

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
MASTER = f"""class Total:
    {START}
    def __init__(self):
        self.sum = 0
    def add(self, number):
        self.sum += number
        return self.sum
    {END}"""
CASES = """
from grader.authoring import driver, generator_for

@driver("Total", public=True)
def own_numbers(Total, student):
    \"\"\"Numbers of your own.\"\"\"
    total = Total()
    for number in generator_for(student).integers(1, 100, 3).tolist():
        yield total.add(number)

@driver("Total")
def more_of_them(Total, student):
    \"\"\"More numbers of your own.\"\"\"
    total = Total()
    for number in generator_for(student, 1).integers(1, 100, 5).tolist():
        total.add(number)
    yield total.add(0)

@driver("Total")
def of_nothing(Total):
    \"\"\"Nothing is added.\"\"\"
    yield Total().add(0)
"""
RIGHT = MASTER.replace(START, "").replace(END, "")
KIND = 'kind = "driver"'


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    helpers = 'helpers = ["public_tests.py", "difference.py"]\n'
    folder = tmp_path_factory.mktemp("own_drivers")
    return authored(folder, [MASTER], CASES, exercise("Total", KIND), settings=helpers)


def graded(root: Path, student: str, *cells: str) -> ExerciseResult:
    path = root / "handed_in.ipynb"
    path.write_text(json.dumps(notebook(*cells)))
    submission = Submission("s", path.name, str(path), owner=Owner(student))
    (found,) = grade(Task(root, submission, NAME)).result.exercises
    return found


def test_everybody_is_judged_by_what_is_right_for_the_own_inputs(root: Path) -> None:
    for student in ("ann", "bob"):
        found = graded(root, student, RIGHT)
        assert (found.verdict, found.score) == (Verdict.CORRECT, 10)
        assert [case.drawn_for for case in found.cases] == [student, student, ""]


def test_sums_that_are_right_for_another_student_are_wrong(root: Path) -> None:
    own, _ = for_student(load_assignment(root, NAME), "ann")
    one, other, _ = (case.expected for case in own.exercise("Total").cases)
    assert one == generator_for("ann").integers(1, 100, 3).cumsum().tolist()
    copied = (
        f"class Total:\n    known = {[*one, *other, *other, *other, *other, *other, *other, 0]}\n"
        "    count = 0\n    def add(self, number):\n        Total.count += 1\n"
        "        return self.known[Total.count - 1]"
    )
    assert graded(root, "ann", copied).cases[0].passed
    assert not graded(root, "bob", copied).cases[0].passed
    assert graded(root, "bob", copied).verdict is Verdict.INCORRECT


def test_whose_notebook_it_is_has_to_be_known(root: Path) -> None:
    found = graded(root, "", RIGHT)
    assert found.verdict is Verdict.NOT_GRADED
    assert "it is not known whose notebook this is" in found.message


def test_an_id_in_the_notebook_changes_nothing(root: Path) -> None:
    taken = f"student = 'bob'\ndef generator_for(student, seed=0): return None\n{RIGHT}"
    assert graded(root, "ann", taken).verdict is Verdict.CORRECT


def test_a_class_is_graded_again_where_ids_change(root: Path, tmp_path: Path) -> None:
    class_ = tmp_path / "class"
    class_.mkdir()
    (class_ / "ann.ipynb").write_text(json.dumps(notebook(RIGHT)))
    book, roster, kept = tmp_path / "book.db", tmp_path / "roster.csv", []
    for number in ("1", "1", "2"):
        roster.write_text(f"name,login,sid\nann,ann,{number}\n")
        with grade_class(class_, root, gradebook=book, roster=roster, jobs=1) as finished:
            kept.append(finished.kept)
            (result,) = finished.results
            assert (result.status, result.score) == (Status.GRADED, 10)
            assert result.exercises[0].cases[0].drawn_for == number
    assert kept == [0, 1, 0]


def test_the_assignment_is_in_order_and_the_example_frozen(root: Path) -> None:
    assert [*validate(root, NAME)] == []
    frozen = json.loads((root / "assignment" / NAME / "expected_outputs.json").read_text())
    (case,) = frozen["Total"]["cases"].values()
    assert case["driver"]["student"] == EXAMPLE
    assert case["driver"]["takes"] == ["Total"]
    numbers = generator_for(EXAMPLE).integers(1, 100, 3)
    assert case["expected"] == numbers.cumsum().tolist()


def test_validate_tries_several_students(tmp_path: Path) -> None:
    shaky = CASES.replace("total.add(0)", "1 / (student != 'ada')", 1)
    root = authored(tmp_path, [MASTER], shaky, exercise("Total", KIND))
    (problem,) = validate(root, NAME)
    assert "with what is drawn for the student 'ada'" in problem


@pytest.fixture
def handed_out(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root / "assignment" / NAME, tmp_path / "mine"))


def told(folder: Path, student: str, *cells: str) -> tuple[bool, str]:
    path = folder / "work.ipynb"
    path.write_text(json.dumps(notebook(*cells)))
    assignment, result = check(path, None, student)
    return passed(result), " ".join("\n".join(explained(assignment, result)).split())


def test_students_are_told_of_their_own_inputs_what_is_known(handed_out: Path) -> None:
    right, words = told(handed_out, "Ann", RIGHT)
    assert right
    assert "Total, case own_numbers: with what is drawn for 'ann'" in words
    assert "drawn for" not in told(handed_out, "", RIGHT)[1]


def test_the_inputs_on_a_students_machine_are_those_of_grading(handed_out: Path) -> None:
    first = int(generator_for("ann").integers(1, 100, 3)[0])
    guard = RIGHT.replace("self.sum += number", f"self.sum += number; number != {first} or 1 / 0")
    right, words = told(handed_out, "ann", guard)
    assert not right
    assert "with what is drawn for 'ann', raises ZeroDivisionError" in words
    assert told(handed_out, "bob", guard)[0]


def test_something_of_another_kind_is_told(handed_out: Path) -> None:
    first = int(generator_for("ann").integers(1, 100, 3)[0])
    text = RIGHT.replace("return self.sum", f"return 'none' if number == {first} else self.sum")
    right, words = told(handed_out, "ann", text)
    assert not right
    assert "what is seen of it is a string where an integer is expected" in words


def test_the_notebooks_own_test_knows_the_example(handed_out: Path) -> None:
    assert printed(handed_out, f"{RIGHT}\nTotal_test(Total)") == ["Total, case own_numbers: passed"]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("def c(student):\n    yield 1", "a driver takes names of the notebook, one or more"),
        ("def c(Total):\n    yield generator_for('ann')", "the driver uses 'generator_for'"),
    ],
)
def test_what_cannot_draw_for_students_is_refused(
    tmp_path: Path, written: str, problem: str
) -> None:
    cases = f"from grader.authoring import driver, generator_for\n@driver('Total')\n{written}\n"
    with pytest.raises(AssignmentError, match=problem):
        authored(tmp_path, [MASTER], cases, exercise("Total", KIND))
