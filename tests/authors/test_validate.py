"""validate: a broken assignment is told in its author's words: file, place, what was expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.authors.validate import generate, validate
from grader.errors import AssignmentError

TOML, CASES = "assignment/words/assignment.toml", "solutions/words/cases.py"
VARIANTS = "solutions/words/variants.py"
MASTER, TEMPLATE = "solutions/words/Words.ipynb", "assignment/words/Words.ipynb"


def said(root: Path) -> list[str]:
    """The problems, or the error that ends the check."""
    try:
        return list(validate(root, "words"))
    except AssignmentError as error:
        return [str(error)]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (CASES, '@case("longest")', "def (", "line 12: SyntaxError"),
        (CASES, "from grader", "import nothere\nfrom grader", "line 3: ModuleNotFoundError"),
        (CASES, 'arguments("b a")', "1 / 0", "line 18: the case raises ZeroDivisionError"),
        (CASES, 'return arguments("b a")', "pass", "line 18: a case returns `arguments(...)`"),
        (CASES, "once_each()", "once_each(x)", "line 18: the case raises TypeError"),
        (CASES, "weight=2", "wieght=2", "unexpected keyword argument 'wieght'"),
        (CASES, 'arguments("b a")', "arguments(print)", "'once_each' of 'count' cannot be sent"),
        (MASTER, "def longest", "def longes", "no cell defines the exercise 'longest' (it defines"),
        (MASTER, "### END CODE HERE ###", "# end", "a cell has START CODE HERE without END"),
        (MASTER, '"cells": [', '"cells": ', "is not valid JSON (line "),
        (
            TOML,
            "schema = 1",
            'schema = 1\nshares = "verbs"',
            "shares: is 'verbs' where one of words",
        ),
        (
            TOML,
            'returns = ["word"]',
            'outputs_from = "verbs"',
            "outputs_from of 'longest' is 'verbs'",
        ),
        (TOML, 'title = "Words"', 'tilte = "Words"', "tilte: is not a key that is known here"),
        (TOML, 'name = "count"', 'name = "longest"', "'longest' is the name of two exercises"),
        (
            CASES,
            '@case("count", weight=2)',
            "@case",
            "line 24: TypeError: the exercise is missing: @",
        ),
        (
            CASES,
            '@case("count", w',
            '@case("cuont", w',
            "line 24: 'cuont' is not one of the exercises",
        ),
        (
            CASES,
            "weight=2",
            "rtol=-1",
            "line 24: rtol is -1 where a number of 0 or more is expected",
        ),
        (CASES, "weight=2", 'rtol="1"', "line 24: rtol is '1' where a number of 0 or more is"),
        (CASES, "weight=2", "weight=0", "line 24: weight is 0 where a number above 0 is expected"),
        (CASES, "def again", "def once_each", "line 25: there are two functions named 'once_each'"),
        (
            CASES,
            '"b a"',
            "str(__import__('time').time_ns())",
            "'count' are others every time; draw",
        ),
        (
            VARIANTS,
            "share=0.5",
            "share=50",
            "line 15: share is 50 where a number from 0 to below 1",
        ),
        (VARIANTS, "share=0.5", "share='half'", "line 15: share is 'half' where a number from 0"),
        (VARIANTS, "def squared(text)", "def squared(text", "line 16: SyntaxError: '(' was never"),
        (
            VARIANTS,
            "def squared(text)",
            "def squared()",
            "line 15: the variant 'squared' raises TypeEr",
        ),
        (
            VARIANTS,
            "pvariance(sizes)",
            "pvariance(size)",
            "line 15: the variant 'squared' raises NameE",
        ),
        (
            VARIANTS,
            "stdev(sizes)",
            "stdev([])",
            "line 8: the variant 'of_a_sample' raises Statistics",
        ),
        (VARIANTS, "pvariance(sizes)", "iter(sizes)", "line 15: this variant returns for the case"),
        (MASTER, "### START CODE HERE ###", "# start", "cell 2: a cell has END CODE HERE without"),
        (MASTER, "max(text", "= max(text", "cell 2: line 4: this is not Python: invalid syntax"),
        (
            MASTER,
            "longest/one_longest",
            "longest/two",
            "is not a public case (there are: longest/one_",
        ),
    ],
)
def test_what_is_broken_is_named_with_its_file(
    course: Path, file: str, old: str, new: str, words: str
) -> None:
    path = course / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    lines = said(course)
    assert lines[0].startswith(str(path))
    assert words in lines[0]
    assert len(lines) == 1


def test_a_solution_that_students_would_get_is_named_with_its_cell(course: Path) -> None:
    path = course / MASTER
    notebook = json.loads(path.read_text())
    cell = notebook["cells"][1]
    cell["source"] = [line for line in cell["source"] if "CODE HERE" not in line]
    path.write_text(json.dumps(notebook))
    (line,) = said(course)
    assert line.startswith(f"{path}, cell 2: no line `### START CODE HERE ###` stands in 'longest'")


def test_single_brackets_around_an_exercise_are_named(course: Path) -> None:
    path = course / TOML
    first = path.read_text().split("[[exercise]]")[:2]
    path.write_text("[exercise]".join(first))
    (line,) = said(course)
    assert line == (
        f"{path}: exercise: stands in single brackets; [[exercise]] is expected, in double ones"
    )


def test_more_names_than_returned_values_are_counted(course: Path) -> None:
    path = course / TOML
    path.write_text(path.read_text().replace('["counts"]', '["counts", "total"]'))
    (line,) = said(course)
    assert line.startswith(str(course / MASTER))
    assert "'count' returns a single value on the case 'once_each', where `returns` in" in line
    assert line.endswith("names 2: counts, total")


def test_a_cell_of_the_master_that_fails_is_told(course: Path) -> None:
    path = course / MASTER
    path.write_text(path.read_text().replace("import EXAMPLE", "import EXAMPLES", 1))
    generate(course, "words")
    (line,) = said(course)
    assert line.startswith(f"{path}: cell 1 raised an error in its line 1, ")
    assert "ImportError: cannot import name" in line


def test_a_mark_in_a_file_where_nobody_reads_it_is_named(course: Path) -> None:
    path = course / CASES
    path.write_text(
        path.read_text().replace("import arguments, case", "import arguments, case, mistake")
        + '\n\n@mistake("count", title="none")\ndef none(text):\n    return {}\n'
    )
    (line,) = said(course)
    assert "@accepted and @mistake belong in variants.py; here it is not read" in line
    assert line.startswith(f"{path}, line ")


def test_a_master_that_differs_from_its_frozen_outputs_is_told_what_to_do(course: Path) -> None:
    path = course / MASTER
    path.write_text(path.read_text().replace("max(text", "min(text", 1))
    first, score = said(course)
    assert first.startswith(f"{path}: longest is incorrect where correct is expected; 0 of 2 cases")
    assert first.endswith("generate again, which freezes what it returns now")
    assert score == f"{path}: scores 16 where 20 is expected"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "max(text",
            "maxi(text",
            "'one_longest': it raises NameError: name 'maxi' is not defined (l",
        ),
        (
            "return word",
            "return iter(word)",
            "'one_longest': returns something that cannot be compared: the value is",
        ),
        (
            "= max(",
            "= __import__('os')._exit(1) or max(",
            "'one_longest': it ended the Python process it",
        ),
        ("return word", "return word\\ndel longest", "there is no such function once the notebook"),
        (
            "return mean, spread",
            "return mean",
            "returns a single value on the case 'lengths', where",
        ),
        ("### END CODE HERE ###", "# end", "cell 2: a cell has START CODE HERE without END CODE"),
    ],
)
def test_a_reference_that_cannot_be_frozen_is_told_in_words(
    course: Path, old: str, new: str, words: str
) -> None:
    path = course / MASTER
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(AssignmentError) as error:
        generate(course, "words")
    assert str(error.value).startswith(str(path))
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (MASTER, "there is no such file; the notebook with the solutions belongs there"),
        (TEMPLATE, "there is no such file; generate it"),
        (CASES, "there is no such file; it holds the cases"),
        (TOML, "there is no assignment 'words' here"),
        ("solutions/words/expected_outputs.json", "generate it from the master"),
    ],
)
def test_a_missing_file_is_named(course: Path, file: str, words: str) -> None:
    (course / file).unlink()
    (line,) = said(course)
    assert words in line
    assert str(course if file == TOML else course / file) in line
