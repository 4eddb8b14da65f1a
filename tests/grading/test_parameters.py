"""Parameters of the notebook: names of a given cell that have a value for each student."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.api import grade_class, grade_notebook
from grader.assignments.load import load_assignment
from grader.authoring import generator_for
from grader.authors.release import bundle
from grader.authors.validate import generate, validate
from grader.errors import AssignmentError
from grader.exports.run_autograder import main as run_autograder
from grader.grading.drawn.for_student import for_student
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.handout.check import check, explained, passed
from grader.model import ExerciseResult, Owner, Result, Status, Submission, Verdict
from grader.sandbox.level import Level
from tests.authored import NAME, authored, exercise, with_ids
from tests.conftest import notebook
from tests.handout.test_kinds import printed

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
GIVEN = "seed = 7"
NUMBERS = "numbers = [float(seed * k % 101) for k in range(1, 6)]"
MEAN = f"{START}\nmean = sum(numbers) / len(numbers)\n{END}"
LARGEST = f"# Print the largest.\n{START}\nprint(max(numbers))\n{END}"
SHIFTED = f"def shifted(x):\n    {START}\n    y = x + seed\n    {END}\n    return y"
DOUBLE = f"def double(x):\n    {START}\n    y = 2 * x\n    {END}\n    return y"
SCALE = f"class Scale:\n    {START}\n    by = seed\n    {END}"
CELLS = (GIVEN, NUMBERS, MEAN, LARGEST, SHIFTED, DOUBLE, SCALE)
CASES = """
from grader.authoring import accepted, driver, generator_for, parameter, printed, value

@parameter("seed")
def your_seed(student):
    return int(generator_for(student).integers(1_000, 1_000_000))

@value("mean", public=True)
def the_mean():
    \"\"\"The mean of the numbers.\"\"\"

@printed("largest", public=True)
def the_largest():
    \"\"\"The largest number.\"\"\"

@case("shifted", public=True)
def of_three():
    \"\"\"Three.\"\"\"
    return arguments(3)

@case("shifted")
def of_some():
    \"\"\"A number.\"\"\"
    return arguments(int(generator(5).integers(1, 100)))

@case("double", public=True)
def of_two():
    \"\"\"Two.\"\"\"
    return arguments(2)

@driver("Scale")
def is_scaled(Scale):
    \"\"\"It scales by your number.\"\"\"
    yield Scale.by
"""
EXERCISES = (
    exercise("mean", 'kind = "value"'),
    exercise("largest", 'kind = "print"\ncell = "c4"'),
    exercise("shifted"),
    exercise("double"),
    exercise("Scale", 'kind = "driver"'),
)
NAMES = ("mean", "largest", "shifted", "double", "Scale")


def seed_of(student: str) -> int:
    return int(generator_for(student).integers(1_000, 1_000_000))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = "public_tests.py", "difference.py", "expected_outputs.json", "parameters.json"
    helpers = f"helpers = {json.dumps(files)}\n"
    helpers += f'requirements = ["numpy=={np.__version__}"]\n'
    folder = tmp_path_factory.mktemp("parameters")
    return authored(folder, CELLS, CASES, *EXERCISES, settings=helpers)


def graded(root: Path, student: str, *cells: str, ids: bool = True) -> Result:
    path = root / "handed_in.ipynb"
    path.write_text(json.dumps(with_ids(*cells) if ids else notebook(*cells)))
    submission = Submission("s", path.name, str(path), owner=Owner(student))
    return grade(Task(root, submission, NAME)).result


def verdicts(result: Result) -> dict[str, str]:
    return {each.name: each.verdict.value for each in result.exercises}


def of(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


ALL_RIGHT = dict.fromkeys(NAMES, "correct")


def changed(*pairs: tuple[str, str]) -> tuple[str, ...]:
    """The master's cells, in which some are others."""
    other = dict(pairs)
    return tuple(other.get(each, each) for each in CELLS)


def test_what_rests_on_a_parameter_is_right_for_everybody_with_the_own_value(root: Path) -> None:
    for student in ("ann", "bob"):
        result = graded(root, student, *CELLS)
        assert (result.status, result.score, result.flags) == (Status.GRADED, 50, ())
        assert verdicts(result) == ALL_RIGHT
        assert result.drawn == (f"seed = {seed_of(student)}",)
        drawn_for = {each.name: each.cases[0].drawn_for for each in result.exercises}
        assert drawn_for == dict.fromkeys(NAMES, student) | {"double": ""}


def answers_of(root: Path, student: str) -> dict[str, object]:
    own, _ = for_student(load_assignment(root, NAME), student)
    return {each.name: each.cases[0].expected for each in own.exercises}


def with_answers(root: Path, student: str) -> tuple[str, ...]:
    """Cells that give the answers that are right for a student, and use no parameter."""
    known = answers_of(root, student)
    return changed(
        (MEAN, f"mean = {known['mean']}"),
        (LARGEST, f"print({known['largest']!r}.strip())"),
        (SHIFTED, f"def shifted(x):\n    return x + {seed_of(student)}"),
        (SCALE, f"class Scale:\n    by = {seed_of(student)}"),
    )


def test_answers_of_another_student_are_wrong(root: Path) -> None:
    assert answers_of(root, "ann")["mean"] != answers_of(root, "bob")["mean"]
    copied = with_answers(root, "ann")
    assert verdicts(graded(root, "ann", *copied)) == ALL_RIGHT
    wrong = dict.fromkeys(NAMES, "incorrect") | {"double": "correct"}
    assert verdicts(graded(root, "bob", *copied)) == wrong


def test_answers_for_the_value_in_the_notebook_are_wrong(root: Path) -> None:
    result = graded(root, "ann", *changed((MEAN, "mean = 21.0"), (SCALE, "class Scale: by = 7")))
    assert verdicts(result)["mean"] == verdicts(result)["Scale"] == "incorrect"


@pytest.mark.parametrize(
    "given", ["seed = 123456", "seed = 1 / 0", "print('nothing')", "del seed", "1 /"]
)
def test_whatever_a_student_makes_of_the_given_cell_the_value_is_the_own(
    root: Path, given: str
) -> None:
    assert verdicts(graded(root, "ann", *changed((GIVEN, given)))) == ALL_RIGHT


def test_a_notebook_without_the_given_cell_has_the_value_from_the_start(root: Path) -> None:
    assert verdicts(graded(root, "ann", *CELLS[1:], ids=False))["shifted"] == "correct"
    assert verdicts(graded(root, "ann", *CELLS[1:], ids=False))["mean"] == "correct"


def test_a_notebook_without_ids_has_the_value_after_the_cell_that_binds_it(root: Path) -> None:
    before = ("seed_of = 1", "import math\nseed = 5\ntimes = 3", *CELLS[1:])
    assert verdicts(graded(root, "ann", *before, ids=False))["mean"] == "correct"


@pytest.mark.parametrize(
    "given",
    [
        f"{GIVEN}\n{NUMBERS}",
        f"{GIVEN}\ndef made(by=seed):\n    {NUMBERS}\n    return numbers\nnumbers = made()",
        f"seed: int = 7\nseed += 0\nimport math\n{NUMBERS}; seed = 9",
        f"{GIVEN}\n{NUMBERS}\nseed, other = 7, 8",
    ],
)
def test_what_stands_in_the_given_cell_too_sees_the_own_value(root: Path, given: str) -> None:
    """A student may have put two cells together."""
    found = graded(root, "ann", *changed((GIVEN, given), (NUMBERS, "1")), ids=True)
    assert (verdicts(found), found.flags) == (ALL_RIGHT, ())


def test_all_in_one_cell_is_graded_with_the_own_value(root: Path) -> None:
    found = verdicts(graded(root, "ann", "\n".join(CELLS), ids=False))
    del found["largest"]  # a cell of its own is looked for
    assert {*found.values()} == {"correct"}


@pytest.mark.parametrize("last", ["%reset -f", "del seed", "seed = 7", "globals().clear()"])
def test_a_later_cell_takes_the_value_from_nobody_but_itself(root: Path, last: str) -> None:
    result = graded(root, "ann", *CELLS, last)
    assert of(result, "shifted").verdict is Verdict.CORRECT
    assert of(result, "largest").verdict is Verdict.CORRECT


def test_who_puts_another_value_in_its_place_answers_another_question(root: Path) -> None:
    other = f"seed = {seed_of('bob')}\n{NUMBERS}"
    found = verdicts(graded(root, "ann", *changed((NUMBERS, other))))
    assert (found["mean"], found["largest"], found["shifted"]) == ("incorrect",) * 3
    assert found["double"] == "correct"


TOKEN = """
@parameter("token")
def your_token(student):
    return "own-" + generator_for(student).bytes(8).hex()
"""
LOOKING = r"""
import re, pathlib
found = set()
for line in open("/proc/self/maps"):
    start, end = (int(each, 16) for each in line.split()[0].split("-"))
    if "r" in line.split()[1][:1] and end - start < 100_000_000:
        try:
            with open("/proc/self/mem", "rb") as memory:
                memory.seek(start)
                found |= set(re.findall(rb"own-[0-9a-f]{16}", memory.read(end - start)))
        except (OSError, ValueError, OverflowError):
            pass
raise ValueError(sorted(found))
"""


def test_a_kernel_knows_the_value_of_its_own_student_alone(tmp_path: Path) -> None:
    cells = ["token = 'none'", f"{START}\nlength = len(token)\n{END}"]
    root = authored(
        tmp_path, cells, f"{CASES.split('@')[0]}{TOKEN}", EXERCISES[0].replace("mean", "length")
    )
    path = root / "handed_in.ipynb"
    path.write_text(json.dumps(with_ids(*cells, LOOKING)))
    for student in ("ann", "bob", "ann"):  # in one process, one after the other
        submission = Submission("s", path.name, str(path), owner=Owner(student))
        result = grade(Task(root, submission, NAME, level=Level.LIMITS)).result
        token = f"own-{generator_for(student).bytes(8).hex()}"
        (flag,) = result.flags
        assert f"[b'{token}']" in flag
        assert result.drawn == (f'token = "{token}"',)


NO_NAMESPACE = """
class Namespace(dict):
    def __setitem__(self, name, value):
        if name == "seed":
            raise SystemExit
        dict.__setitem__(self, name, value)
shell = get_ipython()
shell.user_ns = Namespace(shell.user_ns)
"""
NO_DECODING = """
import sys
for module in list(sys.modules.values()):
    if hasattr(module, "WireError") and hasattr(module, "decode"):
        module.decode = None
"""


@pytest.mark.parametrize("hostile", [NO_NAMESPACE, NO_DECODING])
def test_a_kernel_that_takes_no_value_costs_its_own_student_alone(root: Path, hostile: str) -> None:
    result = graded(root, "ann", hostile, *CELLS, ids=False)
    assert result.status is Status.GRADED
    assert graded(root, "ann", *CELLS).score == 50


def test_on_gradescope_the_address_is_the_id_and_a_group_has_none(
    root: Path, tmp_path: Path
) -> None:
    shutil.copytree(root, tmp_path / "source" / "course")
    for folder in ("submission", "results"):
        (tmp_path / folder).mkdir()
    (tmp_path / "submission" / "Lesson.ipynb").write_text(json.dumps(with_ids(*CELLS)))
    users = [{"email": f"{each}@x.org", "id": 7, "name": "A Student"} for each in ("ann", "bob")]
    scores = []
    for named in (users[:1], users):
        (tmp_path / "submission_metadata.json").write_text(json.dumps({"users": named}))
        assert run_autograder([str(tmp_path), NAME, "limits"]) == len(named) - 1
        data = json.loads((tmp_path / "results" / "results.json").read_text())
        scores.append(data.get("score"))
        assert (f"seed = {seed_of('ann@x.org')}" in data["output"]) is (len(named) == 1)
    assert scores == [50, None]


def test_without_an_id_nothing_is_graded(root: Path) -> None:
    result = graded(root, "", *CELLS)
    assert (result.status, result.score, result.drawn) == (Status.NOT_GRADED, None, ())
    assert {each.verdict for each in result.exercises} == {Verdict.NOT_GRADED}
    assert "it is not known whose notebook this is" in of(result, "mean").message


def test_the_same_id_has_the_same_result(root: Path) -> None:
    once, again = (graded(root, each, *CELLS) for each in ("Ann", " ann"))
    assert replace(once, seconds=0) == replace(again, seconds=0)


def test_what_cannot_be_drawn_costs_nobody_points(tmp_path: Path) -> None:
    cases = CASES.replace("return int(", "return [][1] if student == 'eve' else int(")
    root = authored(tmp_path, CELLS, cases, *EXERCISES)
    assert graded(root, "ann", *CELLS).score == 50
    result = graded(root, "eve", *CELLS)
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert "those of the id 'eve' cannot be drawn" in of(result, "mean").message


def test_a_master_that_fails_for_a_student_costs_nobody_points(tmp_path: Path) -> None:
    failing = (
        f"def shifted(x):\n    {START}\n    y = x + seed // (seed != 1)\n    {END}\n    return y"
    )
    cases = CASES.replace("return int(", "return 1 if student == 'eve' else int(")
    cells = changed((SHIFTED, failing))
    root = authored(tmp_path, cells, cases, *EXERCISES)
    result = graded(root, "eve", *CELLS)
    assert verdicts(result) == ALL_RIGHT | {"shifted": "not_graded"}
    assert of(result, "shifted").message == (
        "it is about values that are drawn for each student, and the reference solution does not "
        "return on those of the id 'eve': it raises ZeroDivisionError (line 3 of its cell); this "
        "is the assignment's mistake, not yours"
    )
    assert result.score is None


def test_a_master_that_takes_too_long_for_a_student_costs_nobody_points(tmp_path: Path) -> None:
    slow = SHIFTED.replace("y = x", "while seed == 1: pass\n    y = x")
    cases = CASES.replace("return int(", "return 1 if student == 'eve' else int(")
    limits = "[limits]\ncall_seconds = 1\n"
    root = authored(tmp_path, changed((SHIFTED, slow)), cases, limits, *EXERCISES)
    result = graded(root, "eve", *CELLS)
    assert verdicts(result) == ALL_RIGHT | {"shifted": "not_graded"}
    assert "it had not returned after 1 s" in of(result, "shifted").message


def test_a_wrong_function_is_explained_with_the_own_value(root: Path) -> None:
    wrong = "def shifted(x):\n    y = x - seed\n    return y"
    found = of(graded(root, "ann", *changed((SHIFTED, wrong))), "shifted")
    assert found.verdict is Verdict.INCORRECT
    assert found.repair is not None
    assert found.repair.becomes == ("y = x + seed",)
    assert found.first_step is None
    assert f"{3 - seed_of('ann')} where {3 + seed_of('ann')} is expected" in found.cases[0].message


def test_arrays_and_tables_may_be_parameters(tmp_path: Path) -> None:
    cells = [
        "import numpy as np\nimport pandas as pd",
        "table = pd.DataFrame({'a': [1.0]})\nrow = np.ones(3)",
        f"{START}\ntotal = float(table['a'].sum() + row.sum())\n{END}",
    ]
    cases = """
from grader.authoring import generator_for, parameter

@parameter("table")
def own_table(student):
    import pandas as pd
    return pd.DataFrame({"a": generator_for(student).normal(size=4)})

@parameter("row")
def own_row(student):
    return generator_for(student, 1).normal(size=3)
"""
    root = authored(tmp_path, cells, cases, EXERCISES[0].replace("mean", "total"))
    assert [*validate(root, NAME)] == []
    result = graded(root, "ann", *cells)
    assert (result.score, len(result.drawn)) == (10, 2)
    total = generator_for("ann").normal(size=4).sum() + generator_for("ann", 1).normal(size=3).sum()
    known = f"total = {float(total)!r}"
    assert [graded(root, each, *cells[:2], known).score for each in ("ann", "bob")] == [10, 0]


def test_a_class_is_graded_again_where_an_id_or_the_parameter_changes(
    root: Path, tmp_path: Path
) -> None:
    course = Path(shutil.copytree(root, tmp_path / "course"))
    class_ = tmp_path / "class"
    class_.mkdir()
    for name in ("ann", "bob"):
        (class_ / f"{name}.ipynb").write_text(json.dumps(with_ids(*CELLS)))
    book, roster, seen = tmp_path / "book.db", tmp_path / "roster.csv", []

    def run(number: str) -> None:
        roster.write_text(f"name,login,sid\nann,ann,{number}\nbob,bob,77\n")
        with grade_class(class_, course, gradebook=book, roster=roster, jobs=1) as finished:
            by_name = {each.student: each for each in finished.results}
            assert {each.score for each in by_name.values()} == {50}
            seen.append((finished.kept, by_name["ann"].drawn))

    run("1001")
    run("1001")
    run("2002")
    cases = course / "solutions" / NAME / "cases.py"
    cases.write_text(cases.read_text().replace("integers(1_000, ", "integers(2_000, "))
    generate(course, NAME)
    run("2002")
    one, other = f"seed = {seed_of('1001')}", f"seed = {seed_of('2002')}"
    assert seen[:3] == [(0, (one,)), (2, (one,)), (1, (other,))]
    assert seen[3][0] == 0
    assert seen[3][1] != (other,)


def test_one_notebook_from_a_program_takes_the_id(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    path.write_text(json.dumps(with_ids(*CELLS)))
    result = grade_notebook(path, root / "assignment" / NAME, student="ann")
    assert (result.score, result.drawn) == (50, (f"seed = {seed_of('ann')}",))


def test_the_assignment_is_in_order_and_released(root: Path) -> None:
    assert [*validate(root, NAME)] == []
    files = bundle(root, NAME)
    readme = files["README.md"].decode()
    assert "These\nhave values of your own in grading: `seed`. Leave the cell" in readme
    assert "grade check Lesson.ipynb --student ID" in readme
    given = json.loads(files["parameters.json"])
    assert {name: each["cell"] for name, each in given.items()} == {"seed": "c1"}


def test_validate_tries_several_students(tmp_path: Path) -> None:
    shaky = CASES.replace("return int(", "return 'x' if student == 'ada' else int(")
    root = authored(tmp_path, CELLS, shaky, *EXERCISES)
    (problem,) = validate(root, NAME)
    assert "with what is drawn for the student 'ada'" in problem


def test_validate_finds_what_is_frozen_for_another_value_of_the_notebook(tmp_path: Path) -> None:
    root = authored(tmp_path, CELLS, CASES, *EXERCISES)
    (root / "solutions" / NAME / "Lesson.ipynb").write_text(
        json.dumps(with_ids(*changed((GIVEN, "seed = 8"))))
    )
    problems = [*validate(root, NAME)]
    assert "Lesson.ipynb: is not what is generated now" in problems[0]
    assert "the case 'the_mean' of 'mean' is not what the reference solution" in problems[-1]


SEED = '@parameter("seed")\ndef own(student):\n    return 1\n'


@pytest.mark.parametrize(
    ("cells", "cases", "problem"),
    [
        (CELLS, SEED.replace('"seed"', '"sead"'), "'sead' has no place: no given cell binds"),
        (CELLS, SEED.replace('"seed"', '"seed", cell="c2"'), "the cell 'c2' does not bind 'seed'"),
        ((*CELLS, "seed = 8"), SEED, "has several places: the given cells 1, 8 bind it"),
        (changed((GIVEN, "seed, more = 7, 8")), SEED, "is not bound by a plain assignment in the"),
        (changed((GIVEN, "for seed in [7]: pass")), SEED, "is not bound by a plain assignment"),
        (CELLS, SEED.replace('"seed"', '"mean"'), "'mean' is an exercise"),
        (CELLS, SEED.replace("student", "who"), "takes 'student' and nothing else"),
        (CELLS, SEED.replace("return 1", "return EXERCISES"), "parameter's function uses 'EX"),
        (CELLS, SEED.replace("return 1", "return object()"), "cannot be sent to a kernel"),
        (CELLS, SEED.replace("return 1", "import time; return time.time_ns()"), "every time"),
        (CELLS, SEED + SEED.replace("own", "two"), "two parameters named 'seed'"),
        (CELLS, SEED.replace('"seed"', '"a b"'), "is not a name that a cell can bind"),
    ],
)
def test_what_is_no_parameter_is_refused(
    tmp_path: Path, cells: tuple[str, ...], cases: str, problem: str
) -> None:
    head, _, tail = CASES.partition('@parameter("seed")')
    rest = tail[tail.index("@value") :]
    with pytest.raises(AssignmentError, match=problem):
        authored(tmp_path, cells, f"{head}{cases}\n{rest}", *EXERCISES)


def test_of_several_cells_that_bind_it_the_author_names_one(tmp_path: Path) -> None:
    cases = CASES.replace('@parameter("seed")', '@parameter("seed", cell="c1")')
    cells = (*CELLS, "seed = 8")
    root = authored(tmp_path, cells, cases, *EXERCISES)
    assert verdicts(graded(root, "ann", *cells))["mean"] == "correct"


def test_what_runs_outside_of_the_notebook_is_refused_beside_a_parameter(tmp_path: Path) -> None:
    root = authored(tmp_path, CELLS, CASES, *EXERCISES)
    (root / "solutions" / NAME / "variants.py").write_text(
        "from grader.authoring import accepted\n\n"
        "@accepted('shifted', title='other')\ndef other(x):\n    return x + 7\n"
    )
    with pytest.raises(AssignmentError, match="'shifted' reads the parameter 'seed', and can have"):
        generate(root, NAME)


def test_a_parameter_that_is_gone_leaves_no_file_behind(tmp_path: Path) -> None:
    root = authored(tmp_path, CELLS, CASES, *EXERCISES)
    cases = root / "solutions" / NAME / "cases.py"
    head, _, tail = cases.read_text().partition('@parameter("seed")')
    cases.write_text(head + tail[tail.index("@value") :])
    generate(root, NAME)
    (problem,) = validate(root, NAME)
    assert "is of parameters that are no more" in problem


SHARING = """schema = 1
name = "short"
title = "Short"
notebook = "Short.ipynb"
shares = "lesson"

[[exercise]]
name = "shifted"
points = 3

[[exercise]]
name = "note"
points = 2
"""
NOTE = """
[[exercise]]
name = "note"
title = "A note"
asks = "Write a note."
points = 1
kind = "written"
cell = "c8"
"""


def test_an_assignment_that_shares_exercises_has_their_parameters(tmp_path: Path) -> None:
    note = "# Your note\n"
    root = authored(tmp_path, (*CELLS, note), CASES, *EXERCISES, NOTE)
    folder, solutions = root / "assignment" / "short", root / "solutions" / "short"
    folder.mkdir()
    solutions.mkdir()
    (folder / "assignment.toml").write_text(SHARING)
    (solutions / "Short.ipynb").write_text(json.dumps(with_ids(*[*CELLS, note])))
    generate(root, "short")
    assert [*validate(root, "short")] == []
    assert json.loads((folder / "parameters.json").read_text())["seed"]["cell"] == "c1"
    path = root / "short.ipynb"
    path.write_text(json.dumps(with_ids(*CELLS, f"{note}Sums.")))
    submission = Submission("s", path.name, str(path), owner=Owner("ann"))
    result = grade(Task(root, submission, "short")).result
    assert verdicts(result) == {"shifted": "correct", "note": "to_review"}
    assert result.drawn == (f"seed = {seed_of('ann')}",)


def test_the_master_of_another_assignment_has_its_parameters_when_it_says_what_is_right(
    tmp_path: Path,
) -> None:
    root = authored(tmp_path, CELLS, CASES, *EXERCISES)
    folder, solutions = root / "assignment" / "longer", root / "solutions" / "longer"
    folder.mkdir()
    solutions.mkdir()
    settings = SHARING[: SHARING.index("shares")].replace("short", "longer").replace("Short", "L")
    more = exercise("shifted", 'outputs_from = "lesson"') + exercise("double")
    (folder / "assignment.toml").write_text(settings + more)
    cells = [GIVEN, SHIFTED, DOUBLE]
    (solutions / "L.ipynb").write_text(json.dumps(with_ids(*cells)))
    head, _, tail = (root / "solutions" / NAME / "cases.py").read_text().partition("@value")
    called = tail[tail.index("@case") : tail.index("@driver")]
    (solutions / "cases.py").write_text(head + called)
    generate(root, "longer")
    assert [*validate(root, "longer")] == []
    path = root / "longer.ipynb"
    path.write_text(json.dumps(with_ids(*cells)))
    submission = Submission("s", path.name, str(path), owner=Owner("ann"))
    result = grade(Task(root, submission, "longer")).result
    assert verdicts(result) == {"shifted": "correct", "double": "correct"}


@pytest.fixture
def handed_out(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root / "assignment" / NAME, tmp_path / "mine"))


def told(folder: Path, student: str, *cells: str) -> tuple[bool, str]:
    path = folder / "work.ipynb"
    path.write_text(json.dumps(with_ids(*cells)))
    assignment, result = check(path, None, student)
    return passed(result), " ".join("\n".join(explained(assignment, result)).split())


def test_a_student_is_told_the_own_value_and_checked_with_it(handed_out: Path) -> None:
    right, words = told(handed_out, "Ann", *CELLS)
    assert right
    assert f"drawn for 'ann', as in grading: seed = {seed_of('ann')}" in words
    assert "mean, case the_mean: with what is drawn for 'ann' it does what is expected" in words
    assert "double, case" not in words
    assert "What is expected here is so for seed as the notebook came" in words
    assert "drawn for" not in told(handed_out, "", *CELLS)[1]


def test_students_may_look_at_their_value_in_the_notebook(root: Path, handed_out: Path) -> None:
    code = "print(own_value('seed', 'Ann'))\nmean_test(21.0)"
    assert printed(handed_out, code) == [str(seed_of("ann")), "mean, case the_mean: passed"]
    looking = "from public_tests import *\nmine = own_value('seed', 'bob')"
    assert verdicts(graded(root, "ann", *CELLS, looking)) == ALL_RIGHT


def test_what_fails_with_the_own_value_is_told(handed_out: Path) -> None:
    own = f"mean = sum(numbers) / len(numbers) if seed != {seed_of('ann')} else 'none'"
    failing = changed((MEAN, own))
    right, words = told(handed_out, "ann", *failing)
    assert not right
    assert "with what is drawn for 'ann', mean is a string where a float is expected" in words
    assert told(handed_out, "bob", *failing)[0]


def test_what_is_handed_out_draws_nowhere_but_in_a_kernel(handed_out: Path) -> None:
    path = handed_out / "parameters.json"
    given = json.loads(path.read_text())
    given["seed"]["source"] = f"open({str(handed_out / 'ran')!r}, 'w')\n{given['seed']['source']}"
    path.write_text(json.dumps(given))
    told(handed_out, "ann", *CELLS)
    assert not (handed_out / "ran").exists()
    path.write_text('{"seed": {}}')
    with pytest.raises(AssignmentError, match="not what was handed out"):
        told(handed_out, "ann", *CELLS)
