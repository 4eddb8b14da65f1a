"""validation: a broken assignment is told in its author's words: file, place, what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import load_assignment
from grader.errors import AssignmentError
from grader.validation import validate

TOML, CASES = "assignment/words/assignment.toml", "solutions/words/cases.py"
MASTER, TEMPLATE = "solutions/words/Words.ipynb", "assignment/words/Words.ipynb"


def said(root: Path) -> list[str]:
    """The problems, or the error that ends the check."""
    load_assignment.cache_clear()
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


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (MASTER, "there is no such file; the notebook with the solutions belongs there"),
        (TEMPLATE, "there is no such file; `grade generate` writes it"),
        (CASES, "there is no such file; it holds the cases"),
        (TOML, "there is no assignment 'words' here"),
        ("solutions/words/expected_outputs.json", "`grade generate` writes it from the master"),
    ],
)
def test_a_missing_file_is_named(course: Path, file: str, words: str) -> None:
    (course / file).unlink()
    (line,) = said(course)
    assert words in line
    assert str(course if file == TOML else course / file) in line
