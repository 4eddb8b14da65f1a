"""Of edits that pass, the plain one is shown: nobody writes `l * 1`."""

from __future__ import annotations

import ast

import pytest

from grader.grading.repair.plainer import plainer
from tests.grading.repair.test_edits import edits_of


def tree(text: str) -> ast.AST:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("new", "becomes"),
    [
        ("a * 1", "a"),
        ("1 * a", "a"),
        ("a / 1 + b", "a + b"),
        ("a ** 1", "a"),
        ("f(a + 0, 0 + b)", "f(a, b)"),
        ("a[l * 1]", "a[l]"),
        ("- -a", "a"),
        ("not (not a)", "a"),
        ("a * 2", "a * 2"),
        ("1 / a", "1 / a"),
        ("0 - a", "0 - a"),
    ],
)
def test_operations_that_change_nothing_are_left_out(new: str, becomes: str) -> None:
    assert ast.unparse(plainer(tree("x"), tree(new))) == becomes


def test_what_a_student_wrote_stays() -> None:
    old = tree("a * 1 + b")

    assert plainer(old, old) is old


def test_the_plain_edit_is_tried_before_the_other() -> None:
    sources = [each.source for each in edits_of("def f(a, l):\n    return a[l + 1]")]
    plain, other = "def f(a, l):\n    return (a[l])", "def f(a, l):\n    return (a[l * 1])"

    assert sources.index(plain) < sources.index(other)
    assert sources.count(plain) == 1
