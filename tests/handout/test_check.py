"""check, public_tests: what a student finds out without the solutions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.assignments.load import load_assignment
from grader.assignments.paths import PUBLIC_VARIANTS
from grader.assignments.records import Assignment
from grader.assignments.student_copy import load_handed_out
from grader.authors.public_variants import in_step, variants_to_show
from grader.authors.validate import generate
from grader.errors import AssignmentError, InputError
from grader.handout.check import WIDTH, check, explained, passed
from grader.model import Status, Visibility
from grader.notebooks.read import read_notebook

LONGEST = "def longest(text):\n    return max(text.split(), key=len)"
COUNT = "def count(text):\n    words = text.split()\n    return {w: words.count(w) for w in words}"
WRONG_COUNT = "def count(text):\n    return {word: 2 for word in text.split()}"


@pytest.fixture
def handed_out(frozen_course: Path, tmp_path: Path) -> Path:
    """A student's copy of the small course's assignment, under a name of the student's own."""
    return Path(shutil.copytree(frozen_course / "assignment/words", tmp_path / "my homework"))


@pytest.fixture
def lesson(root: Path, tmp_path: Path) -> Path:
    """A student's copy of the full notebook's folder."""
    source = root / "assignment/optimization_methods"
    return Path(shutil.copytree(source, tmp_path / "lesson"))


def words_about(notebook: Path, folder: Path | None = None) -> str:
    return "\n".join(explained(*check(notebook, folder)))


def in_notebook(folder: Path, code: str) -> str:
    """What a notebook in the folder would print."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def solved(root: Path, name: str, exercise: str) -> str:
    """The source of the master's cell that solves the exercise."""
    master = load_assignment(root, name).master
    return read_notebook(master).cells_defining((exercise,))[-1].source


@pytest.mark.parametrize("width", [60, 80, 140])
def test_lines_break_at_words_at_every_width_of_a_terminal(
    width: int, handed_out: Path, write: Callable[..., Path]
) -> None:
    notebook = write("my homework/Words.ipynb", LONGEST.replace("max(", "min("), COUNT)
    lines = list(explained(*check(notebook, None), width))
    broken = [line for line in lines if line.startswith("    ")]
    assert max(map(len, broken)) <= min(width, WIDTH)
    assert max(map(len, broken)) > min(width, WIDTH) - 15  # and not sooner than it must
    assert " ".join(" ".join(lines).split()) == " ".join(words_about(notebook).split())


def test_right_functions_pass_and_exercises_without_public_case_are_named(
    handed_out: Path, write: Callable[..., Path]
) -> None:
    notebook = write("my homework/Words.ipynb", LONGEST, COUNT)
    assignment, result = check(notebook, None)
    assert passed(result)
    words = "\n".join(explained(assignment, result))
    assert "The longest word (longest): correct" in words
    assert "Count words (count): correct" in words
    assert "mean_and_spread: has no public case" in words
    assert "2 of 2 exercises pass their public cases" in words


def test_no_code_of_the_folder_runs_as_the_one_who_checks(
    lesson: Path, root: Path, namespaces: None, tmp_path: Path
) -> None:
    """An assistant checks in a student's clone: its modules run shut in, as its notebook does."""
    trace = tmp_path / "ran-outside"
    mark = f"try: open({str(trace)!r}, 'a').write('x')\nexcept OSError: pass\n"
    cases = lesson / "testCases.py"
    cases.write_text(f"{cases.read_text()}\n{mark}")
    for name in ("sitecustomize", "usercustomize", "jupyter_config", "ipython_config", "numpy"):
        (lesson / f"{name}.py").write_text(mark)
    (lesson / "added.pth").write_text(f"import os; open({str(trace)!r}, 'a').write('x')\n")
    notebook = lesson / load_assignment(root, "optimization_methods").notebook
    # As the command `grade` does, this leaves the current folder out of the search for modules.
    command = [sys.executable, "-P", "-c", "from grader.cli import main; main()"]
    done = subprocess.run(
        [*command, "check", str(notebook)],
        cwd=lesson,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "exercises pass their public cases" in done.stdout, done.stderr
    assert not trace.exists()


def test_only_installed_packages_are_imported_before_a_kernel_is_shut_in(handed_out: Path) -> None:
    """An import ahead runs as the one who checks, at level landlock with all that they may do."""
    (handed_out / "of_my_own.py").touch()
    settings = handed_out / "assignment.toml"
    harmless = ("numpy", "matplotlib.pyplot")
    acting = ("antigravity", "idlelib.idle", "os", "pytest.__main__", "of_my_own", "..numpy", "")
    imports = f"warm_imports = {json.dumps([*harmless, *acting])}"
    settings.write_text(f"{imports}\n{settings.read_text()}")
    assert load_handed_out(handed_out).warm_imports == harmless


def test_no_others_are_where_the_module_that_lists_the_cases_is_run(lesson: Path) -> None:
    settings = lesson / "assignment.toml"
    lines = settings.read_text().splitlines()
    others = [line for line in lines if not line.startswith("warm_imports")]
    settings.write_text("\n".join(['warm_imports = ["numpy", "antigravity"]', *others]))
    seen = []

    def inputs(
        assignment: Assignment, module: str, names: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], Callable[[], Any]]:
        seen.append(assignment.warm_imports)
        return {name: lambda: ((), {}) for name in names}

    load_handed_out(lesson, inputs)
    assert seen == [("numpy",)]


def test_a_module_of_cases_that_does_not_run_is_the_students_to_unpack_again(lesson: Path) -> None:
    (lesson / "testCases.py").write_text("PUBLIC_CASES = {}\n")
    with pytest.raises(AssignmentError, match=r"testCases\.py: the inputs of case .*KeyError"):
        check(next(lesson.glob("*.ipynb")), lesson)


def test_a_wrong_function_is_explained_with_its_values(
    handed_out: Path, write: Callable[..., Path]
) -> None:
    notebook = write("elsewhere/Words.ipynb", LONGEST, WRONG_COUNT)
    assignment, result = check(notebook, handed_out)
    assert not passed(result)
    words = "\n".join(explained(assignment, result))
    assert "Count words (count): incorrect" in words
    assert "case once_each: b is 2 where 1 is expected" in words


def test_the_students_own_notebook_is_not_taken_for_the_template(
    handed_out: Path, write: Callable[..., Path]
) -> None:
    stub = (
        "def count(text):\n    counts = {}\n    ### START CODE HERE ###\n    counts = None\n"
        "    ### END CODE HERE ###\n    return counts"
    )
    notebook = write("my homework/Words.ipynb", WRONG_COUNT, stub.replace("count(", "longest("))
    words = words_about(notebook)
    assert "(count): incorrect" in words
    assert "(longest): unanswered" in words


def test_only_public_cases_are_known_there(root: Path, lesson: Path) -> None:
    assignment = load_handed_out(lesson)
    cases = [case for exercise in assignment.exercises for case in exercise.cases]
    assert {case.visibility for case in cases} == {Visibility.PUBLIC}
    assert [exercise.name for exercise in assignment.exercises] == [
        exercise.name for exercise in load_assignment(root, "optimization_methods").exercises
    ]


def test_an_accepted_form_is_named_without_its_code(
    root: Path, lesson: Path, write: Callable[..., Path]
) -> None:
    form = solved(root, "adam", "update_parameters_with_adam").replace(
        "(np.sqrt(s_corrected[", "np.sqrt((s_corrected["
    )
    assert "np.sqrt((" in form
    notebook = write("lesson/mine.ipynb", "import numpy as np", form)
    words = words_about(notebook)
    assert "Adam (update_parameters_with_adam): accepted" in words
    assert "epsilon inside the square root: You divide by" in words
    assert "epsilon_inside_root" not in words


def test_the_recorded_variants_hold_no_code_and_stay_out_of_the_kernel(root: Path) -> None:
    for name in ("optimization_methods", "adam"):
        assignment = load_assignment(root, name)
        text = (assignment.folder / PUBLIC_VARIANTS).read_text()
        assert "def " not in text
        assert "np." not in text
        assert PUBLIC_VARIANTS not in assignment.helper_files()


def test_variants_that_public_cases_cannot_tell_apart_are_not_shown(course: Path) -> None:
    cases, variants = course / "solutions/words/cases.py", course / "solutions/words/variants.py"
    cases.write_text(
        cases.read_text().replace(
            '@case("mean_and_spread")', '@case("mean_and_spread", public=True)'
        )
    )
    generate(course, "words")
    exercise = load_assignment(course, "words").exercise("mean_and_spread")
    shown = [variant.name for variant in variants_to_show(exercise)]
    assert shown == ["of_a_sample", "squared", "total"]
    twin = (
        variants.read_text()
        .split("@accepted")[1]
        .split("\n\n\n")[0]
        .replace("of_a_sample", "again")
    )
    as_right = '''

@accepted("mean_and_spread", title="the same as the reference here")
def as_right(text):
    """The reference, written in other words."""
    sizes = [len(word) for word in text.split()]
    mean = fmean(sizes)
    return mean, (sum((size - mean) ** 2 for size in sizes) / len(sizes)) ** 0.5
'''
    variants.write_text(f"{variants.read_text()}\n\n@accepted{twin}{as_right}")
    exercise = load_assignment(course, "words").exercise("mean_and_spread")
    assert len(exercise.accepted) == 3
    assert [variant.name for variant in variants_to_show(exercise)] == ["squared", "total"]


@pytest.mark.thorough
def test_recorded_variants_are_in_step_but_for_rounding(course: Path, root: Path) -> None:
    assert in_step(load_assignment(root, "adam"))
    folder = course.parent / "repository"
    for part in ("assignment", "solutions"):
        shutil.copytree(root / part, folder / part)
    path = folder / "assignment/adam" / PUBLIC_VARIANTS
    before = path.read_text()
    number = json.loads(before)["update_parameters_with_adam"][0]["outputs"]["published"]["tuple"][
        0
    ]["named"]["W1"]["array"][0][0]
    for factor, right in ((1 + 1e-13, True), (1 + 1e-6, False)):
        path.write_text(before.replace(repr(number), repr(number * factor)))
        assert in_step(load_assignment(folder, "adam")) is right


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("expected_outputs.json", None, "expected_outputs.json: cannot be read"),
        ("expected_outputs.json", "{}", "is not what was handed out"),
        ("expected_outputs.json", "[1, 2", "unpack the assignment's files again"),
        ("public_variants.json", '{"count": [{}]}', "is not what was handed out"),
    ],
)
def test_a_broken_folder_is_the_students_to_unpack_again(
    handed_out: Path, name: str, content: str | None, words: str
) -> None:
    (handed_out / name).unlink()
    if content is not None:
        (handed_out / name).write_text(content)
    with pytest.raises(AssignmentError, match=words):
        load_handed_out(handed_out)


def test_a_folder_without_assignment_or_notebook_is_told_in_a_sentence(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    with pytest.raises(InputError, match="there is no such notebook"):
        check(tmp_path / "gone.ipynb", None)
    with pytest.raises(InputError, match=r"there is no assignment\.toml here"):
        check(write("lonely/mine.ipynb", LONGEST), None)


def test_a_notebook_that_cannot_be_read_is_not_checked(handed_out: Path) -> None:
    path = handed_out / "Words.ipynb"
    path.write_text("{")
    assignment, result = check(path, None)
    assert result.status is Status.NOT_GRADED
    assert not passed(result)
    assert next(explained(assignment, result)).startswith("could not be checked: is not valid JSON")


def test_what_a_student_wrote_cannot_steer_the_terminal(
    handed_out: Path, write: Callable[..., Path]
) -> None:
    cell = "def count(text):\n    raise ValueError('\\x1b[2J\\u202eevil\\r[red]')"
    words = words_about(write("my homework/Words.ipynb", cell))
    assert "\x1b" not in words
    assert "\r" not in words
    assert "[U+202E]evil" in words


@pytest.mark.parametrize(
    ("form", "code"), [(LONGEST + "\n" + COUNT, 0), (LONGEST + "\n" + WRONG_COUNT, 3)]
)
def test_the_exit_code_says_whether_all_is_right(
    handed_out: Path, write: Callable[..., Path], form: str, code: int
) -> None:
    notebook = write("my homework/Words.ipynb", form)
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "check", notebook],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Grading uses hidden cases too" in done.stdout


def test_the_notebooks_own_tests_pass_the_reference_and_explain_what_is_wrong(
    root: Path, lesson: Path
) -> None:
    right = solved(root, "optimization_methods", "update_parameters_with_gd")
    start = "import numpy as np\nfrom public_tests import *\n"
    test = "\nupdate_parameters_with_gd_test(update_parameters_with_gd)"
    assert in_notebook(lesson, start + right + test) == (
        "update_parameters_with_gd, case published: passed\n"
    )
    wrong = right.replace(" - learning_rate", " + learning_rate")
    assert "NOT YET, W1[0, 0] is 1.6" in in_notebook(lesson, start + wrong + test)
    raising = "def update_parameters_with_gd(p, g, r): raise KeyError('dw1')"
    assert "NOT YET, it raises KeyError: 'dw1'" in in_notebook(lesson, start + raising + test)


def test_the_notebooks_own_tests_name_variants_where_their_file_is_there(
    root: Path, lesson: Path
) -> None:
    form = solved(root, "adam", "update_parameters_with_adam").replace(
        "(np.sqrt(s_corrected[", "np.sqrt((s_corrected["
    )
    code = (
        f"import numpy as np\nfrom public_tests import *\n{form}\n"
        "update_parameters_with_adam_test(update_parameters_with_adam)"
    )
    printed = in_notebook(lesson, code)
    assert "case published: passed\nepsilon inside the square root: You divide by" in printed
    (lesson / PUBLIC_VARIANTS).unlink()
    assert "NOT YET" in in_notebook(lesson, code)


def test_public_cases_without_a_module_have_their_inputs_beside_the_expected_output(
    course: Path, handed_out: Path
) -> None:
    frozen = json.loads((handed_out / "expected_outputs.json").read_text())
    case = frozen["count"]["cases"]["once_each"]
    assert case["inputs"] == {"args": ["b a"], "kwargs": {}}
    assert case["title"] == "Every word stands once."
    hidden = json.loads((course / "solutions/words/expected_outputs.json").read_text())
    assert "inputs" not in hidden["count"]["cases"]["again"]


def test_a_mistake_that_public_cases_show_is_named_in_the_terminal_and_in_the_notebook(
    root: Path, lesson: Path, write: Callable[..., Path]
) -> None:
    ascent = solved(root, "optimization_methods", "update_parameters_with_gd").replace(
        " - learning_rate", " + learning_rate"
    )
    start = "import numpy as np\nfrom public_tests import *\n"
    test = "\nupdate_parameters_with_gd_test(update_parameters_with_gd)"
    recorded = json.loads((lesson / PUBLIC_VARIANTS).read_text())["update_parameters_with_gd"]
    titles = [each["title"] for each in recorded if not each["accepted"]]
    printed = in_notebook(lesson, start + ascent + test)
    named = [title for title in titles if title in printed]
    assert len(named) == 1
    assert "NOT YET" in printed
    words = words_about(write("my homework/Mine.ipynb", "import numpy as np\n" + ascent), lesson)
    assert named[0] in words.replace("\n", " ")
