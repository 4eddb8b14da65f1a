"""mutants, rewritings, trials: what is made of a function, and how it is tried."""

from __future__ import annotations

import ast
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignments.records import Case
from grader.authoring import Arguments
from grader.authors.adequacy.mutants import mutants
from grader.authors.adequacy.rewritings import rewritten
from grader.authors.adequacy.trials import APART, NEAR, SAME, tried
from grader.model import Visibility
from grader.notebooks.cells import Function, functions
from grader.values.difference import Returns, Tolerance

SOURCE = '''
def grade(points, weights, best=10):
    """Not a word of this is changed."""
    total = 0
    labels = {}
    for index in range(1, len(points)):
        labels["p" + str(index)] = points[index] * weights[index]
        labels["q" + str(index)] = points[index] - weights[index]
        total = total - points[index] ** 2 * 0.5
        if total >= best and index != 3:
            total -= weights[0]
    return total, labels
'''


def function(source: str) -> Function:
    (found,) = functions(source).values()
    return found


def made(tree: Function) -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(ast.Module([tree], []), "made", "exec"), namespace)
    return namespace[tree.name]


def case(expected: Any, rtol: float = 1e-9) -> Case:
    return Case(
        "c", "", Visibility.HIDDEN, Tolerance(rtol, 0), 1, lambda: Arguments((), {}), expected
    )


def said(what: Any, *expected: Any) -> str:
    cases = [case(each) for each in expected]
    return tried(what, cases, [Arguments((n,), {}) for n in range(len(cases))], Returns())


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("def grade(points, weights, best=10): ...", "def grade(points, weights, best=11): ..."),
        ("total = 0", "pass"),
        ("for index in range(1, len(points)): ...", "for index in range(2, len(points)): ..."),
        ("for index in range(1, len(points)): ...", "for index in range(len(points), 1): ..."),
        ("for index in range(1, len(points)): ...", "for index in range(len(points)): ..."),
        (
            "for index in range(1, len(points)): ...",
            "for index in range(1, len(points)): ... break",
        ),
        (
            "labels['p' + str(index)] = points[index] * weights[index]",
            "labels['q' + str(index)] = points[index] * weights[index]",
        ),
        (
            "labels['p' + str(index)] = points[index] * weights[index]",
            "labels['p' + str(index)] = points[index] * points[index]",
        ),
        (
            "labels['p' + str(index)] = points[index] * weights[index]",
            "labels['p' + str(index)] = points[total] * weights[index]",
        ),
        (
            "labels['p' + str(index)] = points[index] * weights[index]",
            "labels['p' + str(index)] = points[index] / weights[index]",
        ),
        (
            "labels['p' + str(index)] = points[index] * weights[index]",
            "labels['p' + str(index)] = points[index]",
        ),
        ("if total >= best and index != 3: ...", "if total > best and index != 3: ..."),
        ("if total >= best and index != 3: ...", "if total >= best or index != 3: ..."),
        ("if total >= best and index != 3: ...", "if total >= best: ..."),
        ("if total >= best and index != 3: ...", "if True: ..."),
        ("total -= weights[0]", "total = weights[0]"),
        ("total -= weights[0]", "total += weights[0]"),
        ("return (total, labels)", "return (labels, total)"),
        ("return (total, labels)", "return total"),
    ],
)
def test_a_mutant_differs_in_one_statement(was: str, becomes: str) -> None:
    (mutant,) = [m for m in mutants(function(SOURCE)) if (m.was, m.becomes) == (was, becomes)]
    ours, theirs = (ast.unparse(each).splitlines() for each in (mutant.function, function(SOURCE)))
    assert ours != theirs
    assert SOURCE.splitlines()[mutant.line - 1].split()[0].startswith(was.split()[0][:5])


def test_no_mutant_is_made_twice_or_is_the_function_itself() -> None:
    original = function(SOURCE)
    text = ast.unparse(original)
    texts = [ast.unparse(mutant.function) for mutant in mutants(original)]
    assert len(texts) == len(set(texts)) > 80
    assert text not in texts
    assert ast.unparse(original) == text
    assert all("Not a word of this is changed." in each for each in texts)


@settings(deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(st.integers(-9, 9), min_size=1, max_size=6),
    st.integers(-20, 20),
)
def test_a_rewriting_means_what_the_function_means(seed: int, points: list[int], best: int) -> None:
    original = function(SOURCE)
    weights = [3 - point for point in points]
    expected = made(original)(points, weights, best)
    assert made(rewritten(original, seed))(points, weights, best) == expected


def test_statements_change_places_where_neither_touches_the_other() -> None:
    source = "def f(r, a):\n    r['p' + a] = 1\n    r['q' + a] = 2\n    return r\n"
    orders = {tuple(made(rewritten(function(source), seed))({}, "x")) for seed in range(20)}
    assert orders == {("px", "qx"), ("qx", "px")}


def test_rewritings_are_many_and_the_same_for_a_seed() -> None:
    texts = [ast.unparse(rewritten(function(SOURCE), seed)) for seed in range(50)]
    assert len(set(texts)) == 50
    assert texts[7] == ast.unparse(rewritten(function(SOURCE), 7))


@pytest.mark.parametrize(
    "source",
    [
        "def f(a):\n    b = a\n    a = b + 'x'\n    b = a + 'y'\n    return a + b\n",
        "def f(a):\n    r = {}\n    r[a] = 1\n    r['x'] = 2\n    return list(r.values())\n",
        "def f(a):\n    x = [a] * 2 + [1]\n    y = x.pop()\n    z = x.pop()\n    return x, y, z\n",
        "def f(a):\n    r = {}\n    r['p' + a] = 1\n    r['p' + a] = 2\n    return r\n",
        "def f(a):\n    def g():\n        return n\n    n = 2\n    n = n - 1\n    return g()\n",
    ],
)
@pytest.mark.parametrize("seed", range(20))
def test_what_may_mean_something_else_is_left_as_it_is(source: str, seed: int) -> None:
    original = function(source)
    assert made(rewritten(original, seed))("x") == made(original)("x")


def test_a_trial_says_of_each_case_whether_it_is_told_apart() -> None:
    assert said(lambda n: 1.0 + n, 1.0, 2.0 * (1 + 1e-7), 4.0) == (SAME + NEAR + APART).decode()


def test_what_a_function_does_to_its_process_is_forgotten() -> None:
    seen: list[int] = []

    def count_calls(n: int) -> int:
        seen.append(n)
        return len(seen)

    assert said(count_calls, 1, 2) == "=="
    assert seen == []


def _forever(n: int) -> int:
    while n == 1:
        pass
    return n


def _ended(n: int) -> int:
    if n == 1:
        import os

        os._exit(0)
    return n


def _huge(n: int) -> int:
    return len(bytearray(8 * 1024**3)) if n == 1 else n


def _left(n: int) -> int:
    if n == 1:
        raise SystemExit
    return n


@pytest.mark.parametrize("what", [_forever, _ended, _huge, _left, lambda n: print if n == 1 else n])
def test_a_function_that_does_not_return_costs_that_case_only(what: Any) -> None:
    began = time.process_time()
    assert said(what, 0, 1, 2) == "=!="
    assert time.process_time() - began < 60  # of this process: the child's time is its own
