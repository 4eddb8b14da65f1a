"""template, expected_outputs, frozen, generate: what is generated, and that it stays in step."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.assignments.load import load_assignment, read_assignment
from grader.authors.template import emptied, generated_files, template_of, without_answer
from grader.authors.validate import generate, validate
from grader.errors import AssignmentError
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.handout.check import check
from grader.model import Submission, Verdict
from grader.notebooks.cells import functions, syntax_error
from grader.notebooks.read import read_notebook
from grader.notebooks.stubs import is_untouched
from grader.values.frozen import pretty

MASTER = "solutions/words/Words.ipynb"
HIDDEN = "solutions/words/expected_outputs.json"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.thorough  # `.ci/run` does the same by `grade validate --strict`
@pytest.mark.parametrize("name", ["optimization_methods", "adam"])
def test_the_repositorys_assignments_are_in_order(root: Path, name: str) -> None:
    assert list(validate(root, name)) == []


def test_emptying_turns_assignments_into_none_and_keeps_comments() -> None:
    source = (
        "def f(x):\n    a = 1\n    ### START CODE HERE ### (approx. 2 lines)\n    # hint\n"
        "    b[str(x)] = (x\n        + 1)\n    print(b)\n    ### END CODE HERE ###\n    return a"
    )
    assert emptied(source) == (
        "def f(x):\n    a = 1\n    ### START CODE HERE ### (approx. 2 lines)\n    # hint\n"
        "    b[str(x)] = None\n    ### END CODE HERE ###\n    return a"
    )


@pytest.mark.parametrize(
    ("line", "stub"),
    [
        ("a, b = 1, 2", "a, b = None, None"),
        ("(a, b), c = make()", "(a, b), c = (None, None), None"),
        ("[a] = make()", "[a] = None,"),
        ("first, *rest = make()", "first, *rest = None, None"),
        ("x.name = 1", "x.name = None"),
        ("@cached\ndef help_me(): return 1\na = 2", "a = None"),
    ],
)
def test_what_is_emptied_can_be_run_and_is_untouched(line: str, stub: str) -> None:
    source = emptied(f"# START CODE HERE\n{line}\n# END CODE HERE\n")
    assert source.splitlines()[1:-1] == [stub]
    exec(source, {"x": SimpleNamespace()})  # a template whose cells fail helps nobody
    assert is_untouched(source, "a")


def test_a_stub_without_assignments_gets_a_pass() -> None:
    source = "for l in x:\n    ### START CODE HERE ###\n    print(l)\n    ### END CODE HERE ###"
    assert "\n    pass\n" in emptied(source)
    assert syntax_error(emptied(source)) is None


def test_lines_of_magic_are_part_of_the_answer() -> None:
    marks = "### START CODE HERE ###\n{}\n### END CODE HERE ###"
    assert "head" not in emptied(marks.format("!head data.csv"))
    assert emptied(marks.format("rows = !wc data.csv\nn = 2")).count("\n") >= 2
    assert "wc" not in emptied(marks.format("rows = !wc data.csv\nn = 2"))
    for source in ("%%bash\nhead data.csv", "head data.csv"):
        with pytest.raises(AssignmentError, match="is not Python by itself"):
            emptied(marks.format(source))


def test_a_stub_without_end_is_the_authors_mistake() -> None:
    with pytest.raises(AssignmentError, match="without END CODE HERE"):
        emptied("### START CODE HERE ###\nx = 1")


def test_a_models_answer_in_a_text_cell_stays_out_of_the_template() -> None:
    source = "Say why.\n<!-- START ANSWER HERE -->\nIt is.\n<!-- END ANSWER HERE -->\nThanks."
    assert without_answer(source) == (
        "Say why.\n<!-- START ANSWER HERE -->\n<!-- END ANSWER HERE -->\nThanks."
    )
    assert without_answer("# A heading\n") == "# A heading\n"


@pytest.mark.parametrize(
    "source",
    [
        "<!-- START ANSWER HERE -->\nx",
        "x\n<!-- END ANSWER HERE -->",
        "<!-- START ANSWER HERE -->\n<!-- START ANSWER HERE -->\n<!-- END ANSWER HERE -->",
    ],
)
def test_a_marker_of_an_answer_without_the_other_is_the_authors_mistake(source: str) -> None:
    with pytest.raises(AssignmentError, match="ANSWER HERE"):
        without_answer(source)


def test_the_templates_cells_name_the_exercises_that_belong_to_them() -> None:
    cell = {"cell_type": "markdown", "metadata": {"tags": []}, "source": ["Why?"], "id": "why"}
    template = template_of(
        {"cells": [cell, {**cell, "id": "b", "metadata": {}}]}, {"why": ["trend"]}
    )
    assert [each["metadata"] for each in template["cells"]] == [
        {"tags": [], "fairgrade": {"exercise": "trend"}},
        {},
    ]
    several = template_of({"cells": [cell]}, {"why": ["trend", "mean"]})
    assert several["cells"][0]["metadata"]["fairgrade"] == {"exercise": ["trend", "mean"]}


def test_an_exercise_whose_cell_the_master_has_not_is_named(course: Path) -> None:
    settings = course / "assignment/words/assignment.toml"
    edit(settings, 'name = "count"\n', 'name = "count"\ncell = "no-such-cell"\n')
    with pytest.raises(AssignmentError, match="count belongs to the cell 'no-such-cell', and 0 ce"):
        generated_files(read_assignment(course, "words"), course)


@pytest.mark.parametrize("name", ["optimization_methods", "adam"])
def test_the_template_has_every_stub_and_nothing_of_the_solution(root: Path, name: str) -> None:
    assignment = load_assignment(root, name)
    template, master = assignment.template.read_text(), assignment.master.read_text()
    assert template.count("START CODE HERE") == master.count("START CODE HERE")
    assert '"fairgrade": {' in template  # the notebook says which assignment it is
    assert '"from":' not in template
    for exercise in assignment.exercises:
        (cell,) = read_notebook(assignment.template).cells_defining((exercise.name,))
        (solved,) = read_notebook(assignment.master).cells_defining((exercise.name,))
        assert exercise.name in functions(cell.source)
        answers = set(solved.source.splitlines()) - set(cell.source.splitlines())
        assignments = [line.strip() for line in answers if " = " in line]
        assert assignments
        assert not [line for line in assignments if line in template]


@pytest.mark.parametrize("name", ["optimization_methods", "adam"])
def test_expected_outputs_in_the_notebook_are_the_frozen_ones(root: Path, name: str) -> None:
    assignment = load_assignment(root, name)
    cells = json.loads(assignment.template.read_text())["cells"]
    shown = "".join("".join(c["source"]) for c in cells if c["id"].endswith("-expected"))
    assert "-1.09244991" in shown  # W2[2, 1] after Adam's step, as published
    assert shown.count("**Expected output**") == len(assignment.exercises)


def test_a_cell_of_another_master_is_included_with_its_replacements(root: Path) -> None:
    lesson = "".join(
        cell.source for cell in read_notebook(root / "assignment/adam/Adam.ipynb").cells
    )
    full = read_notebook(root / "assignment/optimization_methods/Optimization_methods.ipynb")
    assert "return parameters, v, s, v_corrected, s_corrected" in lesson
    assert "v_corrected, s_corrected" not in "".join(cell.source for cell in full.cells)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"longest/one_longest"', '"longest/two_longest"', "which is not a public case"),
        ('"expected": "longest/one_longest"', '"from": "words#gone"', "has no cell of that id"),
        (
            '"expected": "longest/one_longest"',
            '"from": "words#c1", "replace": [["no such text", ""]]',
            "stands 0 times and not once",
        ),
    ],
)
def test_notes_in_a_master_that_lead_nowhere_are_named(
    course: Path, old: str, new: str, words: str
) -> None:
    edit(course / MASTER, old, new)
    with pytest.raises(AssignmentError, match=words):
        generated_files(load_assignment(course, "words"), course)


def test_generating_twice_changes_nothing(course: Path) -> None:
    assert generate(course, "words") == []
    assert list(validate(course, "words")) == []


def test_rounding_does_not_change_frozen_outputs_but_a_difference_does(course: Path) -> None:
    path = course / HIDDEN
    before = path.read_text()
    number = json.loads(before)["mean_and_spread"]["cases"]["lengths"]["expected"]["tuple"][1]
    path.write_text(before.replace(repr(number), repr(number * (1 + 1e-12))))
    assert generate(course, "words") == []
    path.write_text(before.replace(repr(number), repr(number * (1 + 1e-6))))
    assert generate(course, "words") == [path]
    assert path.read_text() == before


def test_a_new_case_is_frozen(course: Path) -> None:
    edit(course / "solutions/words/cases.py", "def two_longest", "def three_longest")
    assert generate(course, "words") == [course / HIDDEN]


def test_an_edited_template_is_out_of_step(course: Path) -> None:
    edit(course / "assignment/words/Words.ipynb", "word = None", "word = 1")
    (line,) = validate(course, "words")
    assert line.endswith("Words.ipynb: is not what is generated now; generate it again")


def test_a_reference_that_is_wrong_is_named_by_exercise_and_case(course: Path) -> None:
    edit(course / MASTER, "key=len", "key=str")
    lines = "\n".join(validate(course, "words"))
    assert "longest is incorrect" in lines
    assert "two_longest" in lines
    assert "scores 16 where 20 is expected" in lines


def test_a_reference_that_does_not_return_cannot_be_frozen(course: Path) -> None:
    edit(course / MASTER, "return word", "return word.nothing")
    with pytest.raises(AssignmentError, match="reference solution of 'longest' does not pass"):
        generate(course, "words")


def test_lines_of_frozen_numbers_can_be_reviewed() -> None:
    text = pretty({"a": [[1.5, 2.5], [3.5, 4.5]], "b": {"c": None}, "d": []})
    assert text.splitlines() == [
        "{",
        ' "a": [',
        "  [1.5, 2.5],",
        "  [3.5, 4.5]",
        " ],",
        ' "b": {',
        '  "c": null',
        " },",
        ' "d": []',
        "}",
    ]
    assert json.loads(text)["a"] == [[1.5, 2.5], [3.5, 4.5]]


def test_reading_without_expected_outputs_needs_none(course: Path) -> None:
    (course / HIDDEN).unlink()
    assert read_assignment(course, "words").exercises[0].cases


COMPARED_BY_SIGN = '@case("mean_and_spread", public=True, compare="sign")'


def test_a_case_is_compared_everywhere_as_its_author_chose(
    course: Path, write: Callable[..., Path]
) -> None:
    edit(course / "solutions/words/cases.py", '@case("mean_and_spread")', COMPARED_BY_SIGN)
    settings = course / "assignment/words/assignment.toml"
    helpers = '["texts.py", "public_tests.py", "difference.py", "expected_outputs.json"]'
    edit(settings, 'helpers = ["texts.py"]', f"helpers = {helpers}")
    generate(course, "words")
    assert list(validate(course, "words")) == []
    source = read_notebook(course / MASTER).cells_defining(("mean_and_spread",))[-1].source
    negative = f"{source}\n_right = mean_and_spread\ndef mean_and_spread(text):\n" + (
        "    mean, spread = _right(text)\n    return -mean, {sign}spread"
    )
    verdicts = {}
    for name, sign in (("turned", "-"), ("torn", "")):
        path = write(f"{name}.ipynb", negative.format(sign=sign))
        graded = grade(Task(course, Submission(name, path.name, str(path)), "words")).result
        _, checked = check(path, course / "assignment/words")
        verdicts[name] = [
            each.verdict
            for result in (graded, checked)
            for each in result.exercises
            if each.name == "mean_and_spread"
        ]
    assert verdicts["turned"] == [Verdict.CORRECT, Verdict.CORRECT]
    # Words of one length spread by 0, so there both signs are turned.
    assert verdicts["torn"] == [Verdict.PARTIAL, Verdict.PARTIAL]
    said = in_folder(
        course / "assignment/words",
        "from public_tests import mean_and_spread_test as test\n"
        "lengths = [3, 5, 8]\n"
        "mean = sum(lengths) / 3\n"
        "spread = (sum((each - mean) ** 2 for each in lengths) / 3) ** 0.5\n"
        "test(lambda text: (-mean, -spread))\n"
        "test(lambda text: (-mean, spread))\n",
    )
    lines = [line.split(", ")[1] for line in said.splitlines() if line.startswith("mean_and")]
    assert [line for line in lines if line.startswith("case lengths")] == [
        "case lengths: passed",
        "case lengths: NOT YET",
    ]


def in_folder(folder: Path, code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_large_array_is_frozen_only_for_a_case_that_compares_it_as_it_is(course: Path) -> None:
    cases = course / "solutions/words/cases.py"
    edit(cases, '@case("count", weight=2)', '@case("count", weight=2, compare="order")')
    assert generate(course, "words") == [course / HIDDEN]
    case = load_assignment(course, "words").exercise("count").cases[1]
    assert (case.name, case.compare) == ("again", "order")
    edit(
        course / MASTER,
        "def count(text):",
        "def count(text):\\n    import numpy\\n    return numpy.arange(3000)",
    )
    with pytest.raises(AssignmentError, match="'again' has an array of more than 2,000 numbers"):
        generate(course, "words")
