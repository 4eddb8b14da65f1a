"""similarity: copies are found under other names, and nothing is said of what everybody writes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment
from grader.model import ExerciseResult, Result, Status, Verdict
from grader.notebooks.cells import functions
from grader.notebooks.read import read_notebook
from grader.report import write_report
from grader.report.pairs.pair_page import pair_pages
from grader.report.pairs.similarity import ENOUGH, FEWEST, USUAL_LEAST, Likeness, Pair, _own_names
from tests.report.test_report import run

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "submissions").glob("*.ipynb"))
Code = dict[str, str]


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(ROOT, "optimization_methods")


@pytest.fixture(scope="module")
def examples(assignment: Assignment) -> dict[str, Code]:
    """Student -> exercise -> code, of the class of examples."""
    return {path.stem: _code(path, assignment) for path in EXAMPLES}


def _code(path: Path, assignment: Assignment) -> Code:
    names = {name: each.name for each in assignment.exercises for name in each.names}
    return {
        names[name]: cell.source
        for cell in read_notebook(path).cells
        for name in functions(cell.source)
        if name in names
    }


def generated(assignment: Assignment, count: int, right: bool) -> dict[str, Code]:
    """The class of the benchmarks, or those in it who solved everything."""
    sys.path.append(str(ROOT / "benchmarks"))
    try:
        from classroom import students
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
    exercises = [each.name for each in assignment.exercises]
    found = students(3 * count, exercises)
    found = [each for each in found if len(each.right) == len(exercises)] if right else found
    return {each.name: each.functions for each in found[:count]}


def result(student: str, code: Code) -> Result:
    exercises = (
        ExerciseResult(name, Verdict.CORRECT, 1, 1, code=text) for name, text in code.items()
    )
    return Result(student, "a.ipynb", Status.GRADED, 1, 1, exercises=tuple(exercises))


def likeness(assignment: Assignment, *students: Code) -> Likeness:
    found = Likeness(assignment)
    for number, code in enumerate(students):
        found.add(result(f"s{number}", code))
    return found


def pairs(assignment: Assignment, *students: Code) -> list[Pair]:
    return likeness(assignment, *students).pairs()


def disguised(code: Code) -> Code:
    """Every variable and parameter renamed, other quotes and indentation, a comment on top."""
    return {exercise: _disguised(text) for exercise, text in code.items()}


def _disguised(text: str) -> str:
    own = {name for each in functions(text).values() for name in _own_names(each)}
    for name in own:
        text = re.sub(rf"(?<![\w\"'.]){name}(?![\w\"'])", f"my_{name}", text)
    return "# all mine\n" + text.replace('"', "'").replace("    ", "  ").replace("'''", '"""')


def unusual(lines: int, start: int = 0) -> str:
    """A function that nobody else would write."""
    body = "".join(f"    seen[x + {n}, {n} * x] = x ** {n}\n" for n in range(start, start + lines))
    return f"def initialize_adam(x):\n    seen = {{}}\n{body}    return seen\n"


def usual_class() -> list[Code]:
    return [{"initialize_adam": "def initialize_adam(x):\n    return x"}] * FEWEST


@pytest.mark.parametrize("count", [FEWEST, 16, 40, 300])
@pytest.mark.parametrize("right", [True, False])
def test_no_pair_is_shown_in_a_generated_class(
    assignment: Assignment, count: int, right: bool
) -> None:
    students = generated(assignment, count, right)
    assert len(students) == count
    assert pairs(assignment, *students.values()) == []


def test_no_pair_is_shown_among_the_examples(
    assignment: Assignment, examples: dict[str, Code]
) -> None:
    assert pairs(assignment, *examples.values()) == []


@pytest.mark.parametrize(
    "student", ["old_helpers", "all_right_comprehensions", "all_right_in_place"]
)
def test_a_disguised_copy_is_found(
    assignment: Assignment, examples: dict[str, Code], student: str
) -> None:
    place = list(examples).index(student)
    (pair,) = pairs(assignment, *examples.values(), disguised(examples[student]))
    assert (pair.one, pair.two) == (place, len(examples))


def test_a_copy_of_the_reference_is_no_copy_of_each_other(assignment: Assignment) -> None:
    master = _code(assignment.master, assignment)
    assert pairs(assignment, *usual_class(), master, disguised(master)) == []


@pytest.mark.parametrize("other", ["assignment.folder", "variants"])
def test_code_that_the_assignment_explains_says_nothing(assignment: Assignment, other: str) -> None:
    paths = (
        assignment.folder.glob("*.py")
        if other == "assignment.folder"
        else (assignment.solutions / "variants").glob("*.py")
    )
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(paths))
    code = {"initialize_adam": text}
    assert pairs(assignment, *usual_class(), code, disguised(code)) == []


def test_a_short_answer_that_two_share_says_nothing(assignment: Assignment) -> None:
    short = {"initialize_adam": unusual(5)}
    assert pairs(assignment, *usual_class(), short, short) == []


def test_short_answers_to_several_exercises_add_up(assignment: Assignment) -> None:
    several = {
        each.name: unusual(5, 10 * number).replace("initialize_adam", each.name)
        for number, each in enumerate(assignment.exercises)
    }
    (pair,) = pairs(assignment, *usual_class(), several, several)
    assert [each.exercise for each in pair.alike] == list(several)
    assert pair.rows >= ENOUGH


def test_functions_of_one_cell_count_once(assignment: Assignment) -> None:
    """Somebody has everything in one cell, which is shown with every exercise."""
    cell = unusual(5) + "\n" + "".join(f"def {e.name}(x): pass\n" for e in assignment.exercises[:4])
    code = {each.name: cell for each in assignment.exercises}
    assert pairs(assignment, *usual_class(), code, code) == []


def test_what_more_than_a_few_have_says_nothing(assignment: Assignment) -> None:
    long = {"initialize_adam": unusual(20)}
    few, many = ([long] * count for count in (USUAL_LEAST, USUAL_LEAST + 1))
    assert len(pairs(assignment, *usual_class(), *few)) == 3
    assert pairs(assignment, *usual_class(), *many) == []


def test_answers_that_are_alike_in_a_part_only_are_not_shown(assignment: Assignment) -> None:
    one = {"initialize_adam": unusual(20)}
    two = {"initialize_adam": unusual(40)}
    assert pairs(assignment, *usual_class(), one, two) == []


def test_who_has_no_code_does_not_make_a_class_larger(assignment: Assignment) -> None:
    long = {"initialize_adam": unusual(20)}
    assert pairs(assignment, *[{}] * FEWEST, long, long) == []


def test_nothing_is_said_of_a_very_small_class(assignment: Assignment) -> None:
    long = {"initialize_adam": unusual(20)}
    assert pairs(assignment, *usual_class()[: FEWEST - 3], long, long) == []
    assert len(pairs(assignment, *usual_class()[: FEWEST - 2], long, long)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "",
        "def initialize_adam(",
        "def initialize_adam(x):\n    %timeit x\n    !ls\n    return x",
        'def initialize_adam(x):\n    """only a docstring"""',
        "def initialize_adam(x):\n    return '\u2028\x0c'",
        "def initialize_adam(x): return x; y = (\n",
        "def initialize_adam(x):\n\treturn (x\n  )\n",
        "x = 1\n" * 5000,
    ],
)
def test_code_of_any_kind_is_taken(assignment: Assignment, code: str) -> None:
    whole = {"initialize_adam": code}
    assert pairs(assignment, *usual_class(), whole, whole) == []


def test_lines_that_are_alike_are_marked_in_both(assignment: Assignment) -> None:
    one = unusual(20)
    two = "# a comment\n\n" + _disguised(one)
    found = likeness(assignment, *usual_class(), {"initialize_adam": one}, {"initialize_adam": two})
    left, right = found.lines(one, two)
    assert left == frozenset(range(2, 24))
    assert right == {line + 3 for line in left}


def test_report_shows_a_pair_side_by_side_and_leaves_students_pages_alone(
    assignment: Assignment, tmp_path: Path
) -> None:
    long = {"initialize_adam": unusual(20)}
    students = [*usual_class(), long, disguised(long)]
    results = [result(f"s{number}", code) for number, code in enumerate(students)]
    write_report(run(*results), assignment, tmp_path, similar=True)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<a href="similar/1.html"><bdi>s10</bdi> and <bdi>s11</bdi></a>: ' in index
    page = (tmp_path / "similar" / "1.html").read_text(encoding="utf-8")
    assert "a question for a person, not a verdict" in page
    assert page.count('class="l marked"') == 44
    for path in (tmp_path / "students").iterdir():
        assert "similar" not in path.read_text(encoding="utf-8").partition("</style>")[2]


def test_report_says_when_no_pair_was_found_or_the_class_is_too_small(
    assignment: Assignment, tmp_path: Path
) -> None:
    results = [result(f"s{number}", code) for number, code in enumerate(usual_class())]
    said = []
    for name, some in (("all", results), ("few", results[:2])):
        (tmp_path / name).mkdir()
        write_report(run(*some), assignment, tmp_path / name, similar=True)
        said.append((tmp_path / name / "index.html").read_text(encoding="utf-8"))
    assert "No two submissions are alike beyond" in said[0]
    assert "With fewer than 10 submissions nobody can tell" in said[1]


def test_report_without_the_option_has_no_such_section(
    assignment: Assignment, tmp_path: Path
) -> None:
    write_report(run(result("ann", {})), assignment, tmp_path)
    assert 'id="similar"' not in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not (tmp_path / "similar").exists()


def test_pages_are_the_same_for_the_same_run(assignment: Assignment) -> None:
    long = {"initialize_adam": unusual(20)}
    students = [*usual_class(), long, long, long]
    results = [result(f"s{number}", code) for number, code in enumerate(students)]
    found = [
        list(pair_pages(run(*results), assignment, likeness(assignment, *students)))
        for _ in range(2)
    ]
    assert found[0] == found[1]
    assert [(page.one.name, page.two.name) for page in found[0]] == [
        ("s10", "s11"),
        ("s10", "s12"),
        ("s11", "s12"),
    ]
