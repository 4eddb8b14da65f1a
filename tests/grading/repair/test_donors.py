"""Lines of right answers in the place of a wrong function's own, tried in a real kernel."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from grader.grading.repair.right_answers import RightAnswers
from grader.grading.repair.search import WORDS
from grader.grading.task import Donors
from grader.model import ExerciseResult, Graded, Verdict

GradeCells = Callable[..., Graded]
RIGHT = """\
def count(text):
    counts = {}
    for word in text.split():
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts"""
# Two lines are wrong, so that no single edit helps: the start, and what is added.
WRONG = """\
def count(s):
    found = []
    for w in s.split():
        if w in found:
            found[w] = found[w] + 1
        else:
            found[w] = s
    return found"""


def donors(*sources: str, exercise: str = "count") -> Donors:
    pool = RightAnswers()
    for source in sources:
        pool.add("words", exercise, source)
    return pool.packed()


def result_of(graded: Graded, name: str = "count") -> ExerciseResult:
    return next(each for each in graded.result.exercises if each.name == name)


def marked(result: ExerciseResult) -> list[int]:
    return [mark.line for mark in result.marks if mark.words == WORDS]


def test_lines_that_a_right_answer_has_otherwise_are_marked(grade_cells: GradeCells) -> None:
    result = result_of(grade_cells(WRONG, donors=donors(RIGHT)))

    assert marked(result) == [2, 7]
    assert result.repair is not None
    assert result.repair.donated
    assert result.repair.was == ("found = []", "found[w] = s")
    # The donor's variables have the names that play their part here.
    assert result.repair.becomes == ("found = {}", "found[w] = 1")


def test_without_right_answers_nothing_is_said_of_it(grade_cells: GradeCells) -> None:
    assert result_of(grade_cells(WRONG)).repair is None


def test_points_and_verdict_are_the_same_with_and_without(grade_cells: GradeCells) -> None:
    with_them = result_of(grade_cells(WRONG, donors=donors(RIGHT)))
    without = result_of(grade_cells(WRONG))

    assert (with_them.verdict, with_them.score) == (without.verdict, without.score)
    assert (with_them.message, with_them.cases) == (without.message, without.cases)


def test_a_single_edit_is_found_first(grade_cells: GradeCells) -> None:
    """The right answer would change more lines."""
    wrong = RIGHT.replace("counts[word] = 1", "counts[word] = 2")
    other = RIGHT.replace("counts[word] = 1", "counts.update({word: 1})")
    result = result_of(grade_cells(wrong, donors=donors(other)))

    assert result.repair is not None
    assert not result.repair.donated


def test_a_missing_line_is_sought_behind_the_line_before_it(grade_cells: GradeCells) -> None:
    wrong = "def count(text):\n    counts = {}\n    words = text.split()\n    return counts"
    right = (
        "def count(t):\n    c = {}\n    ws = t.split()\n"
        "    c.update({w: ws.count(w) for w in ws})\n    return c"
    )
    result = result_of(grade_cells(wrong, donors=donors(right)))

    assert marked(result) == [3]
    assert result.repair is not None
    assert result.repair.becomes == (
        "words = text.split()  # and then: counts.update({w: words.count(w) for w in words})",
    )


def test_condition_of_a_loop_or_an_if_is_taken_over_by_itself(grade_cells: GradeCells) -> None:
    wrong = RIGHT.replace("if word in counts:", "if len(text) > 99 or word == text.upper():")
    result = result_of(grade_cells(wrong, donors=donors(RIGHT)))

    assert marked(result) == [4]
    assert result.repair is not None
    assert result.repair.becomes == ("if word in counts: ...",)


def test_what_another_exercise_gets_wrong_is_found_where_it_is_called(
    grade_cells: GradeCells,
) -> None:
    """Only `count` is called; its mistakes lie in `longest`, which is an exercise, too."""
    helper = """\
        def longest(text):
            best = 0
            for word in text.split():
                if len(word) > best:
                    best = word
            return best"""
    right = """\
        def longest(s):
            most = ""
            for w in s.split():
                if len(w) > len(most):
                    most = w
            return most"""
    graded = grade_cells(
        dedent(helper),
        "def count(text):\n"
        "    words = text.split()\n"
        "    return {longest(f'- {w}x')[:-1]: words.count(longest(f'{w}x -')[:-1]) for w in words}",
        donors=donors(dedent(right), exercise="longest"),
    )

    assert result_of(graded, "longest").repair is not None
    repair = result_of(graded).repair
    assert repair is not None
    assert (repair.function, repair.donated, repair.lines) == ("longest", True, (2, 4))


def test_an_answer_of_another_kind_changes_too_much_to_say_where(grade_cells: GradeCells) -> None:
    one_line = "def count(text):\n    return {w: text.split().count(w) for w in text.split()}"

    assert result_of(grade_cells(WRONG, donors=donors(one_line))).repair is None


# Right answers that do other things as well, in lines that WRONG would take over.
HOSTILE = {
    "ends_its_kernel": "__import__('os')._exit(1)",
    "never_returns": "[0 for _ in iter(int, 1)]",
    "raises_everything": "raise SystemExit",
    "takes_all_memory": "'x' * 10 ** 12",
    "reads_names": "print(globals(), open('/etc/passwd').read())",
}


@pytest.mark.parametrize("does", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_donor_costs_no_verdict_and_no_edit(does: str, grade_cells: GradeCells) -> None:
    """The mistake in `longest` is found by an edit, before any donor is tried."""
    hostile = RIGHT.replace("counts[word] = 1", f"counts[word] = 1 if [1] else {does}")
    hostile = hostile.replace("counts = {}", f"counts = {{}} if text else [{does}]")
    if does.startswith("raise"):
        hostile = RIGHT.replace("return counts", f"if not text:\n        {does}\n    return counts")
    active = RIGHT.replace("counts = {}", f"counts = [{{}}, {does}][0]")
    graded = grade_cells(
        WRONG,
        "def longest(text):\n    return min(text.split(), key=len)",
        donors=donors(hostile, active),
    )
    longest = result_of(graded, "longest")

    assert marked(longest) == [2]
    assert longest.repair is not None
    assert not longest.repair.donated
    assert result_of(graded).verdict is Verdict.ERROR
    assert result_of(graded).score == 0


def test_donor_shows_nothing_of_hidden_inputs_to_the_student(grade_cells: GradeCells) -> None:
    """What a donor's lines print or return is not kept: only which lines were changed is."""
    says = RIGHT.replace("counts[word] = 1", "counts[word] = 1 if print(text) is None else 0")
    result = result_of(grade_cells(WRONG, donors=donors(says)))

    assert marked(result) == [2, 7]
    assert result.printed == ""
    assert "hidden words" not in repr(result)
