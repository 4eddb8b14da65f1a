"""Whatever a student's function looks like, making edits of it costs what its budget says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.grading.repair.budget import Budget, OutOfSteps
from grader.grading.repair.edits import Edit, edits
from grader.grading.repair.search import MAX_EDITS, MAX_STEPS
from grader.notebooks.cells import functions
from tests.counting import calls_made
from tests.forms import adam, gd, mini_batches, momentum, velocity

STEPS = 20_000
# So many calls a step may stand for, on the average, and so many come before the first edit: the
# function, of 3,000 nodes at most, is gone through some ten times, with up to twenty calls a node:
# lists of constants take 190 calls for each of their nodes, however many there are.
CALLS_OF_A_STEP, CALLS_BEFORE = 25, 3_000 * 200


def listed(form: str, count: int) -> str:
    return ", ".join(form.format(n=n) for n in range(count))


GROWN = {
    "keys": "def f(a):\n    return {" + listed("'k{n}': {n}", 600) + "}",
    "long keys": "def f(a):\n    return {" + listed("'" + "k" * 50 + "{n}': a", 150) + "}",
    "names": "def f(" + listed("x{n}", 280) + "):\n    return {" + listed("'{n}': x{n}", 280) + "}",
    "pairs": "def f(a):\n" + "".join(f"    x{n} = a\n" for n in range(300)) + "    return a",
    "items": "def f(a):\n" + "".join(f"    a['{n}'] = a[{n}]\n" for n in range(150)),
    "calls": "def f(a):\n    return [" + listed("g(a)", 400) + "]",
    "arguments": "def f(a, b):\n    return g(" + listed("a, b", 300) + ")",
    "equal": "def f(a, b):\n" + "    a = a + b * a[0]\n" * 150 + "    return a",
    "sum": "def f(a):\n    return a" + " + a" * 45,
    "subscripts": "def f(a, b):\n    return " + "a[" * 45 + "b" + "]" * 45,
    "indices": "def f(a):\n    return a" + "[0]" * 45,
    "docstring": 'def f(a):\n    """' + listed("'k{n}'", 5_000) + '"""\n    return a["x"] + a["y"]',
    "loops": "def f(a):\n    " + "for i in range(a): " + "a[i] = a[i + 1]; " * 120,
    "unused": "def f(" + listed("x{n}", 500) + "):\n    return x1 * x2 + x3[0]",
    "texts": "def f(a):\n    a = '" + "s" * 20_000 + "'\n    return a + a + a",
}


def some(source: str, budget: Budget) -> list[Edit]:
    """The edits that there are before the budget is used up."""
    found: list[Edit] = []
    lines = source.split("\n")
    try:
        for function in functions(source).values():
            found.extend(edits(function, lines, budget))
    except OutOfSteps:
        pass
    return found


@pytest.mark.parametrize("name", GROWN)
def test_no_work_is_done_that_is_not_counted(name: str) -> None:
    source = GROWN[name]
    assert functions(source)

    calls = calls_made(lambda: some(source, Budget(STEPS)))

    assert calls < CALLS_OF_A_STEP * STEPS + CALLS_BEFORE


@pytest.mark.parametrize("module", [gd, mini_batches, velocity, momentum, adam])
def test_functions_of_usual_length_are_searched_to_the_end(module: object) -> None:
    budget = Budget(MAX_STEPS // 2)

    found = some(str(vars(module)["PLAIN"]).strip(), budget)

    assert budget.steps > 0 or len(found) > MAX_EDITS


def test_clock_is_read_while_edits_are_made() -> None:
    asked: list[int] = []

    def is_over() -> bool:
        asked.append(1)
        return len(asked) == 3

    budget = Budget(MAX_STEPS, is_over)
    found = some(GROWN["names"], budget)

    assert len(asked) == 3
    assert budget.steps > MAX_STEPS * 0.9
    assert len(found) < 10


@pytest.mark.parametrize(
    "value",
    [
        "a" + " + a" * 450,
        "a" + ".b()" * 400,
        "a" + "[0]" * 300,
        "not " * 900 + "a",
        "0x" + "f" * 5_000,
        "f'''{\"\"\"\n\"\"\"}'''",
        '"\\ud800"',
        "f'{a:{a}}' '\\n'",
    ],
)
def test_what_cannot_be_printed_is_left_as_it_is(value: str) -> None:
    source = f"def f(a, b):\n    x = {value}\n    return a + b"

    assert any("a - b" in edit.source for edit in some(source, Budget(MAX_STEPS)))


def test_deeply_nested_statements_are_not_edited() -> None:
    branches = "".join(f"    elif a == {n}: b = {n}\n" for n in range(300))

    assert some(f"def f(a, b):\n    if a: pass\n{branches}    return b", Budget(MAX_STEPS)) == []


NAMES = st.sampled_from(["a", "b", "cc", "W1", "dW1", "x" * 40])
EXPRESSIONS = st.recursive(
    NAMES | st.integers(0, 9).map(str) | st.text(max_size=30).map(repr),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} + {two[1]})"),
        st.tuples(NAMES, inner).map(lambda two: f"{two[0]}[{two[1]}]"),
        st.lists(inner, max_size=5).map(lambda all_: f"f({', '.join(all_)})"),
        st.tuples(inner, st.integers(1, 60)).map(lambda two: f"[{', '.join([two[0]] * two[1])}]"),
        st.tuples(inner, st.integers(1, 30)).map(lambda two: " * ".join([two[0]] * two[1])),
        inner.map(lambda one: f"f'{{{one}}}'" if "'" not in one and "\\" not in one else one),
    ),
    max_leaves=12,
)
LINES = st.lists(st.tuples(NAMES, EXPRESSIONS), min_size=1, max_size=6)


@given(LINES, st.integers(1, 10))
@settings(deadline=None, max_examples=10)
def test_whatever_is_repeated_and_nested_costs_what_is_counted(
    lines: list[tuple[str, str]], times: int
) -> None:
    body = "".join(f"    {name} = {value}\n" for name, value in lines) * times
    source = f"def f(a, b, W1):\n{body}    return a"

    calls = calls_made(lambda: some(source, Budget(2_000)))

    assert calls < CALLS_OF_A_STEP * 2_000 + CALLS_BEFORE
