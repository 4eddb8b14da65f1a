"""What a student may have meant, and how likely that is."""

from __future__ import annotations

import ast

from grader.grading.repair.slips import Slips, Tier
from grader.notebooks.cells import Function, functions


def function(source: str) -> Function:
    (found,) = functions(source).values()
    return found


def meant(source: str, expression: str) -> dict[str, Tier]:
    """For the first place where the expression stands: what may stand there, in its best tier."""
    tree = function(source)
    wanted = ast.unparse(ast.parse(expression, mode="eval"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    node = next(n for n in ast.walk(tree) if isinstance(n, ast.expr) and ast.unparse(n) == wanted)
    found = sorted(Slips(tree).of(node, parents[node]), key=lambda slip: slip[0], reverse=True)
    return {ast.unparse(new): tier for tier, new in found}


def test_unused_arguments_come_first() -> None:
    slips = meant("def f(a, b, c):\n    return a * c", "a")

    assert slips["b"] is Tier.UNUSED
    assert slips["a * b"] is Tier.UNUSED
    assert slips["c"] is Tier.WORD


def test_keys_are_those_of_code_and_docstring() -> None:
    slips = meant("def f(v):\n    '''Makes \"dW\" of 'W'.'''\n    return v['W'] + v['b']", "'W'")

    assert {"'dW'", "'b'"} <= slips.keys()


def test_names_in_a_key_are_less_likely_wrong_than_its_text() -> None:
    source = "def f(v, l, t):\n    return v['W' + str(l)] * v['b' + str(l)] * t"

    assert meant(source, "l")["t"] is Tier.PART
    assert meant(source, "'W'")["'b'"] is Tier.WORD


def test_number_in_a_key_may_have_been_meant_to_count() -> None:
    slips = meant("def f(v):\n    for l in range(9): v['W' + str(1)] = l\n    return v", "1")

    assert slips["l"] is Tier.WORD


def test_containers_are_taken_for_containers_only() -> None:
    slips = meant("def f(v, s, t):\n    return v['a'] + s['a'] + t", "v")

    assert "s" in slips
    assert "t" not in slips


def test_what_is_made_and_never_read_is_known_by_what_it_was_made_of() -> None:
    source = "def f(v, t):\n    c = {}\n    c['x'] = v['x'] / t\n    u = t\n    return v['x'] + u"

    assert Slips(function(source)).unread == [("v", "c")]


def test_a_sum_in_an_index_gets_no_power() -> None:
    assert "i ** 2" not in meant("def f(a, i):\n    return a[i]", "i")


def test_a_fixed_exponent_may_have_been_meant_to_count() -> None:
    source = "def f(b, t):\n    return 2 / (1 - b ** 2)"

    assert meant(source, "b ** 2")["b"] is Tier.PART
    exponents = meant(source.replace("2 / ", "t / "), "2")
    assert exponents["t"] is Tier.WORD
    assert meant("def f(b, t):\n    return t + b * 3", "3")["t"] is Tier.PART


def test_a_factor_may_be_missing_before_an_item_or_a_power_of_it() -> None:
    source = "def f(v, b):\n    v['x'] = b * v['x'] + v['g'] ** 2\n    return v"

    assert {"v['g'] ** 2 * b", "(1 - b) * v['g'] ** 2"} <= meant(source, "v['g'] ** 2").keys()
    assert {"v['x'] * b", "(1 - b) * v['x']"} <= meant(source, "v['x']").keys()


def test_a_root_may_be_missing_or_taken_twice() -> None:
    source = "def f(s, e):\n    return s['x'] / (sqrt(sqrt(s['y'])) + e)"

    assert "s['x'] ** 0.5" in meant(source, "s['x']")
    assert "sqrt(s['y'])" in meant(source, "sqrt(sqrt(s['y']))")


def test_a_sum_may_have_been_meant_to_be_halved() -> None:
    assert "(a + b) // 2" in meant("def f(a, b):\n    return (a + b) * 3", "a + b")


def test_bounds_of_a_slice_may_have_the_wrong_sign() -> None:
    """A slice is no expression by itself."""
    tree = function("def f(x, a, b):\n    return x[a:-b]")
    found = next(node for node in ast.walk(tree) if isinstance(node, ast.Slice))
    slips = {ast.unparse(new) for _, new in Slips(tree).of(found, None)}

    assert {"a:b", "-a:-b"} <= slips
