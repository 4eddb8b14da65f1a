"""Where the mistake is: edits of a student's function, tried in a real kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.encoding import from_json, to_json
from grader.grading.grade import grade
from grader.grading.repair.budget import SearchLimits
from grader.grading.repair.search import WORDS
from grader.grading.task import Task
from grader.model import ExerciseResult, Graded, Mark, Repair, Result, Submission, Verdict
from tests.forms import adam
from tests.forms.table import diagnosed

GradeCells = Callable[..., Graded]
COUNT = """def count(text):
    words = text.split()
    return {w: words.count(w) + 1 for w in words}"""
REPAIR = Repair(
    function="count",
    cell=1,
    lines=(3,),
    was=("return {w: words.count(w) + 1 for w in words}",),
    becomes=("return {w: words.count(w) for w in words}",),
)


def result_of(graded: Graded, name: str = "count") -> ExerciseResult:
    return next(each for each in graded.result.exercises if each.name == name)


def marked(result: ExerciseResult) -> list[int]:
    return [mark.line for mark in result.marks if mark.words == WORDS]


def test_line_is_marked_and_the_edit_kept_for_the_instructor(grade_cells: GradeCells) -> None:
    result = result_of(grade_cells(COUNT))

    assert result.repair == REPAIR
    assert result.marks == (Mark(3, WORDS),)


def test_no_points_depend_on_it(grade_cells: GradeCells) -> None:
    result = result_of(grade_cells(COUNT))

    assert (result.verdict, result.score) == (Verdict.INCORRECT, 0)
    assert result.message == "0 of 2 cases pass"


def test_where_no_edit_passes_every_case_nothing_is_said(grade_cells: GradeCells) -> None:
    """The public text has no word twice."""
    graded = grade_cells("def count(text):\n    return {'the': 1, text: 2}")

    assert (result_of(graded).repair, result_of(graded).marks) == (None, ())
    assert not graded.result.flags


@pytest.mark.parametrize(
    "cell",
    [
        COUNT.replace(" + 1", ""),
        "pass",
        "def count(text):\n    ### START CODE HERE ###\n    x = None\n    ### END CODE HERE ###",
        "def count(text):\n    while True: pass",
        "def count(text:\n    return 1",
        "count = 7",
    ],
)
def test_only_what_came_to_an_end_and_is_wrong_is_searched(
    grade_cells: GradeCells, cell: str
) -> None:
    """A search that had begun would say that its time was over."""
    graded = grade_cells(cell, search=SearchLimits(seconds=0))

    assert result_of(graded).repair is None
    assert not [flag for flag in graded.result.flags if "the search" in flag]


def test_error_is_searched_too(grade_cells: GradeCells) -> None:
    result = result_of(grade_cells(COUNT.replace("words.count(w) + 1", "words.count(w)()")))

    assert result.verdict is Verdict.ERROR
    assert marked(result) == [3]


def test_line_that_makes_it_an_accepted_variant_is_marked(grade_cells: GradeCells) -> None:
    """The spread of a sample is accepted, and the reference's one edit further away."""
    graded = grade_cells(
        "from statistics import fmean, stdev",
        "def mean_and_spread(text):\n"
        "    sizes = [len(word) for word in text.split()]\n"
        "    return fmean(sizes) + 1, stdev(sizes)",
    )

    assert marked(result_of(graded, "mean_and_spread")) == [3]


def test_helper_in_the_same_cell_is_searched(grade_cells: GradeCells) -> None:
    helper = "def of(words, w):\n    return words.count(w) + 1\n\n"
    graded = grade_cells(helper + COUNT.replace("words.count(w) + 1", "of(words, w)"))
    repair = result_of(graded).repair

    assert repair is not None
    assert (repair.function, repair.lines) == ("of", (2,))
    assert marked(result_of(graded)) == [2]


def test_call_of_a_helper_in_another_cell_is_marked(grade_cells: GradeCells) -> None:
    helper = "def of(words, w):\n    return words.count(w) + 1"
    graded = grade_cells(helper, COUNT.replace("words.count(w) + 1", "of(words, w)"))
    repair = result_of(graded).repair

    assert repair is not None
    assert (repair.function, repair.cell, repair.lines) == ("of", 1, (2,))
    assert result_of(graded).marks == (Mark(3, "look again at of, which is called here"),)


def test_constants_of_the_notebook_are_there(grade_cells: GradeCells) -> None:
    source = COUNT.replace("split()", "split(BETWEEN)")

    result = result_of(grade_cells("BETWEEN = None", source))

    assert result.marks == (Mark(3, WORDS),)


def test_function_under_another_name_in_a_timed_cell_is_searched(grade_cells: GradeCells) -> None:
    cell = "%%time\n# mine\n" + COUNT.replace("def count", "def count_words")

    assert marked(result_of(grade_cells(cell))) == [5]


def test_edits_that_never_end_do_not_end_the_search(grade_cells: GradeCells) -> None:
    graded = grade_cells(
        "def count(text):\n"
        "    words, counts, n = text.split(), {}, 0\n"
        "    while n < len(words):\n"
        "        counts[words[n]] = counts.get(words[n], 1) + 1\n"
        "        n = n + 1\n"
        "    return counts"
    )

    assert marked(result_of(graded)) == [4]
    assert not graded.result.flags


def test_results_are_equal_every_time(grade_cells: GradeCells) -> None:
    first, second = (result_of(grade_cells(COUNT)) for _ in range(2))

    assert first == second


# What a hostile notebook may do where its edited function is called: know it by its code's name.
HOSTILE = {
    "ends_its_kernel": "import os; os._exit(1)",
    "never_returns": "import signal; signal.signal(signal.SIGPROF, signal.SIG_IGN)\n"
    "        signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "        while True: pass",
    "answers_nonsense": "sys._getframe(3).f_globals['wire'].encode = lambda value: b'nonsense'",
}


@pytest.mark.parametrize("does", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_code_ends_its_own_search_only(does: str, grade_cells: GradeCells) -> None:
    graded = grade_cells(
        "def of(words, w):\n"
        "    import sys\n"
        "    if sys._getframe(1).f_code.co_filename == '<edited>':\n"
        f"        {does}\n"
        "    return words.count(w) + 1",
        "def count(text):\n"
        "    words = text.split()\n"
        "    return dict([(w, of(words, w) + 1) for w in words])",
        search=SearchLimits(seconds=60, clock_seconds=5),
    )
    result = result_of(graded)

    assert (result.verdict, result.score, result.repair) == (Verdict.INCORRECT, 0, None)
    assert graded.result.flags == ("count: the search for the mistake was cut short",)


def test_time_that_is_over_is_told(grade_cells: GradeCells) -> None:
    graded = grade_cells(COUNT, search=SearchLimits(seconds=0))

    assert result_of(graded).repair is None
    assert graded.result.flags == ("count: the search for the mistake was cut short",)


def test_assignment_can_do_without(course: Path, write: Callable[..., Path]) -> None:
    settings = course / "assignment" / "words" / "assignment.toml"
    settings.write_text("search = false\n" + settings.read_text())
    path = write("student.ipynb", COUNT)
    graded = grade(Task(course, Submission("student", path.name, str(path)), "words"))

    assert (result_of(graded).repair, result_of(graded).marks) == (None, ())


def test_repair_is_kept_in_a_result(grade_cells: GradeCells) -> None:
    result = grade_cells(COUNT).result

    assert from_json(to_json(result), Result) == result


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("uncorrected_s", [14, 15]),
        ("s_decays_with_beta1", [10, 11]),
        ("betas_swapped_in_defaults", [1]),
        ("epsilon_added_to_the_step", [14, 15]),
        ("no_bias_correction_epsilon_inside", [14, 15]),
    ],
)
def test_place_in_adam_is_found(form: str, lines: list[int], tmp_path: Path) -> None:
    result = diagnosed(adam.EXERCISE, adam.FORMS[form].source, tmp_path)

    assert marked(result) == lines
    assert result.diagnosis
