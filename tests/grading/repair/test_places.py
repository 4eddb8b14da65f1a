"""Places of a function, which of them are alike, and trees with something else in them."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.grading.repair.places import (
    Place,
    difference,
    groups_of,
    like_the_other,
    neighbours,
    places,
    renamed,
    statements,
    translation,
    with_nodes,
)


def places_in(source: str) -> list[Place]:
    return [place for each in statements(ast.parse(source).body) for place in places(each)]


def alike(source: str, names: bool) -> list[list[str]]:
    """The groups of more than one place, as they are written."""
    groups = {id(group): group for group in groups_of(places_in(source), names).values()}
    texts = [[ast.unparse(place.node) for place in group] for group in groups.values()]
    return [each for each in texts if len(each) > 1]


def test_places_are_statements_and_their_outermost_expressions() -> None:
    source = "for i in x:\n    v['a'] = i + 1\n    y = i\nreturn_ = (v)\nif y: pass"

    assert [ast.unparse(place.node) for place in places_in(source)] == [
        "x",
        *("v['a']", "v['a'] = i + 1", "i + 1"),
        *("y = i", "i"),
        *("return_ = v", "v"),
        "y",
        "pass",
    ]


def test_neighbours_stand_in_one_block() -> None:
    tree = ast.parse("def f():\n    a\n    while b:\n        c\n        d\n    e").body[0]

    found = [(ast.unparse(one)[:5], ast.unparse(other)[:5]) for one, other in neighbours(tree)]

    assert found == [("a", "while"), ("while", "e"), ("c", "d")]


def test_lines_are_alike_by_texts_or_by_names_too() -> None:
    source = "v['W'] = v['W'] / 2\nv['b'] = v['b'] / 2\ns['W'] = s['W'] / 2\nq['W'] = q['W'] / 3"

    assert ["v['W'] / 2", "v['b'] / 2"] in alike(source, names=False)
    assert ["v['W'] / 2", "v['b'] / 2", "s['W'] / 2"] in alike(source, names=True)


def test_what_was_made_of_one_is_made_of_the_other() -> None:
    found = places_in("f(v['dW'], a)\nf(s['db'], b)")
    one, other = (place for place in found if place.node is not place.statement)
    new = ast.parse("g(a, v['W'])").body[0]

    assert ast.unparse(translation(one, other).of(new)) == "g(b, s['b'])"


def test_trees_are_not_changed_but_made_anew() -> None:
    tree = ast.parse("x = a + b * a")
    before = ast.dump(tree)
    node = next(each for each in ast.walk(tree) if isinstance(each, ast.Mult))

    assert ast.unparse(with_nodes(tree, {node: ast.Div()})) == "x = a + b / a"
    assert ast.unparse(renamed(tree, {"a": "b", "b": "a"})) == "x = b + a * b"
    assert renamed(tree, {"z": "y"}) is tree
    assert ast.dump(tree) == before


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("shuffled_X", "shuffled_Y", ("X", "Y")),
        ("v['dW' + str(l)]", "v['db' + str(l)]", ("W", "b")),
        ("beta1", "beta2", ("1", "2")),
        ("same", "same", ("", "")),
        ("a", "abcde", ("", "")),
        ("train_set", "test_set", ("", "")),
        ("x + 1", "x - 1", ("", "")),
    ],
)
def test_pairs_differ_by_one_short_word(one: str, other: str, words: tuple[str, str]) -> None:
    assert difference(one, other) == words


@given(st.text(max_size=8), st.text(max_size=8))
def test_difference_is_what_both_do_not_share(one: str, other: str) -> None:
    mine, its = difference(one, other)

    assert difference(other, one) == (its, mine)
    if mine:
        assert any(one[:n] + its + one[n + len(mine) :] == other for n in range(len(one)))


@pytest.mark.parametrize(
    ("line", "was", "becomes", "expected"),
    [
        ("beta * v['db' + str(b)]", "b", "W", "beta * v['dW' + str(W)]"),
        ("X[:, max_X] + X_batch + maximum", "X", "Y", "Y[:, max_Y] + Y_batch + maximum"),
        ("beta1 * v1", "1", "2", "beta2 * v2"),
        ("params * s['x'] + s_hat", "s", "v", "params * v['x'] + v_hat"),
    ],
)
def test_line_of_a_pair_keeps_words_that_hold_its_letter(
    line: str, was: str, becomes: str, expected: str
) -> None:
    tree = ast.parse(line, mode="eval").body

    assert ast.unparse(like_the_other(tree, was, becomes)) == expected
