"""load, cases, toml: an assignment is read whole, and its author's mistakes are named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.assignments.load import assignment_names, load_assignment, read_assignment
from grader.errors import AssignmentError
from grader.model import Visibility
from grader.values.difference import Returns, Tolerance
from tests.conftest import COURSE

TOML = "assignment/words/assignment.toml"
CASES = "solutions/words/cases.py"


def edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


# Both cases of an exercise.
_WORDS = (COURSE / "solutions/words/cases.py").read_text()
SPREAD = _WORDS[_WORDS.index('@case("mean_and_spread")') :]


def problem(root: Path) -> str:
    with pytest.raises(AssignmentError) as caught:
        load_assignment(root, "words")
    return str(caught.value)


def test_exercises_cases_and_variants_are_read(frozen_course: Path) -> None:
    assignment = load_assignment(frozen_course, "words")
    longest, count, spread = assignment.exercises
    assert (assignment.max_score, assignment.limits.call_seconds) == (20, 2)
    assert count.names == ("count", "count_words")
    assert spread.returns == Returns(("mean", "spread"))
    assert [case.visibility for case in longest.cases] == [Visibility.PUBLIC, Visibility.HIDDEN]
    assert longest.cases[1].title == "Two words are equally long."
    assert longest.cases[1].expected == "quattro"
    assert count.cases[1].weight == 2
    assert longest.cases[0].tolerance == Tolerance(1e-9, 1e-12)
    assert [variant.title for variant in spread.accepted] == ["spread of a sample"]


def test_a_case_gives_fresh_arguments_each_time(root: Path) -> None:
    case = load_assignment(root, "optimization_methods").exercises[0].cases[0]
    first, second = case.arguments(), case.arguments()
    assert first.args[0]["W1"] is not second.args[0]["W1"]


def test_helpers_are_there_under_their_other_names_too(frozen_course: Path) -> None:
    files = load_assignment(frozen_course, "words").helper_files()
    assert set(files) == {"texts.py", "texts_v2.py"}
    assert files["texts.py"] == files["texts_v2.py"]


def test_the_lesson_shares_cases_with_the_full_notebook(root: Path) -> None:
    lesson, full = (load_assignment(root, name) for name in ("adam", "optimization_methods"))
    for exercise in lesson.exercises:
        names = [case.name for case in full.exercise(exercise.name).cases]
        assert [case.name for case in exercise.cases] == names
    assert not (root / "solutions" / "adam" / "cases.py").exists()


def test_the_authors_modules_do_not_stay_imported(root: Path) -> None:
    read_assignment(root, "optimization_methods")
    assert not {"cases", "testCases", "public_tests", "variants"} & set(sys.modules)


def test_assignments_are_listed_by_name(root: Path, tmp_path: Path) -> None:
    assert assignment_names(root) == ["adam", "optimization_methods"]
    assert assignment_names(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Words"', "title = 3", "title: is 3 where a string is expected"),
        ('title = "Words"\n', "", "title: is missing; a string is expected"),
        ('title = "Words"', "title = ", "not valid TOML: Invalid value (at line 5"),
        ("schema = 1", "schema = 2", "schema: is not 1"),
        ('name = "words"', 'name = "verbs"', "name: is not 'words', the name of its folder"),
        ('"Words.ipynb"', '"../Words.ipynb"', "the name of an .ipynb file is expected"),
        ("points = 4", "point = 4", "exercise 1: point: is not a key that is known here"),
        ("points = 4\n", "", "exercise 1: points: is missing; a number above 0"),
        ("points = 4", "points = 0", "exercise 1: points: is 0 where a number above 0"),
        ("points = 4", "points = nan", "exercise 1: points: is nan where a number above 0"),
        ("points = 4", "points = inf", "exercise 1: points: is inf where a number above 0"),
        ("points = 4", "points = 4\nanswer = 1", "exercise 1: answer: is not a key"),
        ('"weights"', '"weight"', "exercise 2: scoring: is 'weight' where one of all, variants"),
        (
            "points = 4",
            'points = 4\ncompare = "no"',
            "is 'no' where one of numbers, text is",
        ),
        ('name = "count"', 'name = "co unt"', "'co unt' is not the name of a function"),
        ('["count_words"]', '["longest"]', "'longest' is the name of two exercises"),
        ('["count_words"]', "[1]", "exercise 2: other_names 1: is 1 where a string is expected"),
        ("call_seconds = 2", 'call_seconds = "2"', "limits.call_seconds: is '2' where a number"),
        ("call_seconds = 2", "processes = 2.5", "limits.processes: is 2.5 where a whole number"),
        ('["texts_v2.py"]', '["x", 3]', "other_names.texts.py 2: is 3 where a string is expected"),
        ('helpers = ["texts.py"]', 'helpers = "x"', "helpers: is 'x' where a list of strings is"),
        ("call_seconds", "call_second", "call_second: is not a key that is known here"),
        ('"texts.py" = ', '"text.py" = ', "other_names.text.py: is not one of the helpers"),
    ],
)
def test_a_malformed_toml_is_named_by_file_key_and_expectation(
    course: Path, old: str, new: str, words: str
) -> None:
    edit(course, TOML, old, new)
    message = problem(course)
    assert message.startswith(str(course / TOML))
    assert words in message


def test_a_misspelt_key_gets_a_suggestion(course: Path) -> None:
    edit(course, TOML, "cell_seconds", "cell_second")
    assert "did you mean cell_seconds?" in problem(course)


def test_bytes_may_be_written_with_an_exponent_or_underscores(course: Path) -> None:
    edit(course, TOML, "output_bytes = 5000", "output_bytes = 5e3\nmemory_bytes = 4_000_000_000")
    limits = read_assignment(course, "words").limits
    assert (limits.output_bytes, limits.memory_bytes) == (5000, 4_000_000_000)
    assert type(limits.output_bytes) is int


def test_a_toml_without_exercises_is_refused(course: Path) -> None:
    path = course / TOML
    path.write_text(path.read_text().split("[[exercise]]")[0])
    assert "at least one [[exercise]] is expected" in problem(course)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            '@case("longest")',
            '@case("shortest")',
            "line 12: 'shortest' is not one of the exercises",
        ),
        (
            "def two_longest",
            "def one_longest",
            "line 13: there are two functions named 'one_longest'",
        ),
        ("import arguments, case", "import argument, case", "line 3: ImportError"),
        ("def two_longest()", "def two_longest(", "cases.py, line 13: SyntaxError"),
        ("weight=2", "weight=0", "weight is 0 where a number above 0 is expected"),
        ("weight=2", "weight=2, rtol=-1", "rtol is -1 where a number of 0 or more is expected"),
        (
            "weight=2",
            'compare="oder"',
            "'text', 'numbers' is expected; did you mean 'order'?",
        ),
        ("weight=2", "compare=None", "compare is None where one of 'equal', 'order', "),
        (SPREAD, "", "there is no case for 'mean_and_spread'"),
        ("def two_longest", "def three_longest", "no expected output for the case 'three_longest'"),
    ],
)
def test_a_malformed_cases_file_is_named_by_file_line_and_expectation(
    course: Path, old: str, new: str, words: str
) -> None:
    edit(course, CASES, old, new)
    assert words in problem(course)


def test_a_case_that_raises_or_returns_no_arguments_is_named(course: Path) -> None:
    edit(course, CASES, 'arguments("a secret word")', "1 / 0")
    edit(course, CASES, 'arguments("b a")', '"b a"')
    longest, count, _ = load_assignment(course, "words").exercises
    with pytest.raises(AssignmentError, match=r"line 6: the case raises ZeroDivisionError"):
        longest.cases[0].arguments()
    with pytest.raises(AssignmentError, match=r"line 18: a case returns `arguments"):
        count.cases[0].arguments()


def test_missing_folders_and_names_are_told(course: Path) -> None:
    with pytest.raises(AssignmentError, match=r"no assignment 'verbs' here \(there are: words\)"):
        read_assignment(course, "verbs")
    (course / "solutions").rename(course / "gone")
    assert "there is no such folder; the cases of 'words' belong there" in problem(course)


def test_damaged_expected_outputs_are_told(course: Path) -> None:
    (course / "solutions/words/expected_outputs.json").write_text("{")
    assert "not what is generated" in problem(course)
    (course / "solutions/words/expected_outputs.json").write_text("[]")
    assert "there is no expected output for the case" in problem(course)
