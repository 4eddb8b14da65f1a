"""Edits of a wrong function: among them the one that undoes the slip, and the line it stands in."""

from __future__ import annotations

import ast
from itertools import islice
from textwrap import dedent

import pytest

from grader.grading.repair.budget import Budget
from grader.grading.repair.edits import MAX_NODES, Edit, edits
from grader.grading.repair.search import MAX_STEPS
from grader.notebooks.cells import functions
from tests.forms import adam, gd, mini_batches, momentum, velocity

MODULES = (gd, mini_batches, velocity, momentum, adam)


def edits_of(source: str, limit: int = 1000) -> list[Edit]:
    """The first edits of the only function in the source."""
    (function,) = functions(source).values()
    return list(islice(edits(function, source.splitlines(), Budget(MAX_STEPS)), limit))


def becoming(source: str, statement: str) -> Edit:
    """The first edit by which a statement of the function becomes this one."""
    wanted = " ".join(ast.unparse(ast.parse(statement)).split())
    found = [e for e in edits_of(source) if wanted in [new for _, new in e.shown]]
    assert found, statement
    return found[0]


@pytest.mark.parametrize(
    ("body", "line", "statement"),
    [
        ("return a + b", 2, "return a - b"),
        ("return a * b", 2, "return a / b"),
        ("return a ^ b", 2, "return a ** b"),
        ("return 1 - a^b", 2, "return 1 - a ** b"),
        ("return a + b / c", 2, "return (a + b) / c"),
        ("return (a + b) / c", 2, "return a + b / c"),
        ("return a < b", 2, "return a <= b"),
        ("return a + a", 2, "return b + a"),
        ("return a - (1 - b) * c", 2, "return a - b * c"),
        ("return c * a", 2, "return c * a ** b"),
        ("a[0] = b[0]\nreturn a", 3, "return (a, b)"),
        ("b = 1\nreturn a + b", 2, "pass"),
        ("c['k'] = a\nreturn c", 2, "c['k'] = c['k'] + a"),
        ("c['k'] = a\nreturn c", 2, "c['k'] = b * c['k'] + a"),
        ("for i in range(a): c[i] = 0\nreturn c", 2, "for i in range(1, a + 1): ..."),
        ("for i in range(1, a): c[i] = 0\nreturn c", 2, "for i in range(1, a + 1): ..."),
        ("return c['one'], c['two']", 2, "return (c['two'], c['two'])"),
        ("return c['ones'], c['nes']", 2, "return (c['nes'], c['nes'])"),
        ("return c[:, a:]", 2, "return c[:, :a]"),
        ("return c[:, -(a % b)]", 2, "return c[:, -(a % b):]"),
        ("return c[:, a]", 2, "return c[:, :a]"),
        ("return c[:, a:-b]", 2, "return c[:, -b:]"),
        ("return c[:, a:b]", 2, "return c[:, b:a]"),
        ("n = len(c)\nreturn n", 2, "n = len(c) // 2"),
        ("return c[:, a:b]", 2, "return c[:, a:]"),
        ("return c[a]", 2, "return c[a + 1]"),
        ("return f(a, b)", 2, "return f(b, a)"),
        ("return f(a, b)", 2, "return f(a)"),
        ("return f(g(c[0]) + a)", 2, "return f(g(c[0])) + a"),
        ("return c[0] / (c[1] + a)", 2, "return c[0] / (c[1] ** 0.5 + a)"),
        ("return c[0]", 2, "return c[0] ** 2"),
        ("return c.shape()", 2, "return c.shape"),
        ("return c.T.shape", 2, "return c.shape"),
        ("return m.ones(a)", 2, "return m.zeros(a)"),
        ("return m.floor(a)", 2, "return m.ceil(a)"),
        ("x = []\nx.insert(0, a)\nreturn x", 3, "x.append(a)"),
        ("x = 1\nx += a\nreturn x", 3, "x -= a"),
        ("if a % b:\n    return c\nreturn b", 2, "if a // b: ..."),
    ],
)
def test_slip_is_undone(body: str, line: int, statement: str) -> None:
    source = "def f(a, b, c):\n" + "".join(f"    {each}\n" for each in body.splitlines())

    assert becoming(source, statement).lines == (line,)


def test_unused_argument_is_used() -> None:
    edit = becoming("def f(a, rate):\n    x = a * 2\n    return 1 - x", "return 1 - x * rate")

    assert edit.lines == (3,)


def test_lines_of_a_pair_are_made_alike() -> None:
    source = dedent("""\
        def f(batch_X, batch_Y, order):
            new_X = batch_X[:, order]
            new_Y = batch_Y[order]
            return new_X, new_Y
    """)

    first, *_ = edits_of(source)

    assert first.shown in [
        (("new_Y = batch_Y[order]", "new_Y = batch_Y[:, order]"),),
        (("new_X = batch_X[:, order]", "new_X = batch_X[order]"),),
    ]


def test_pairs_do_not_change_words_in_which_their_letter_stands() -> None:
    """The b of beta is not that of the weights' b."""
    edit = becoming(
        "def f(p, beta):\n    p['W'] = beta * p['W']\n    p['b'] = beta - p['b']\n    return p",
        "p['W'] = beta - p['W']",
    )

    assert edit.lines == (2,)


def test_lines_that_are_alike_are_edited_together() -> None:
    source = dedent("""\
        def f(p, g, rate):
            p["W"] = p["W"] + rate * g["dW"]
            p["b"] = p["b"] + rate * g["db"]
            return p
    """)

    edit = becoming(source, "p['b'] = p['b'] - rate * g['db']")

    assert edit.lines == (2, 3)
    assert edit.shown[0][1] == "p['W'] = p['W'] - rate * g['dW']"


def test_what_was_made_and_never_used_is_used() -> None:
    source = dedent("""\
        def f(v, s, t):
            v_corrected = v / t
            s_corrected = s / t
            return v / s
    """)

    assert becoming(source, "return v_corrected / s_corrected").lines == (4,)


def test_values_are_swapped_throughout() -> None:
    source = "def f(a, b):\n    x = a - 1\n    return x * b"

    assert becoming(source, "x = b - 1").shown == (
        ("x = a - 1", "x = b - 1"),
        ("return x * b", "return x * a"),
    )


def test_defaults_are_swapped() -> None:
    edit = becoming("def f(a=1,\n      b=2):\n    return a", "def f(a=2, b=1): ...")

    assert "(2)" in edit.source.splitlines()[0]
    assert edit.lines == (1, 2)


def test_forgotten_return_is_marked_at_the_end() -> None:
    source = "def f(p):\n    for k in p:\n        p[k] = 0"

    edit = next(e for e in edits_of(source) if e.source.endswith("return p"))

    assert edit.lines == (3,)


def test_line_is_that_of_the_change_in_a_long_statement() -> None:
    source = "def f(a, b):\n    return (a *\n            (1 + b))"

    assert becoming(source, "return a * (1 - b)").lines == (3,)


def test_everything_else_stays_as_it_was_written() -> None:
    """Comments, quotes and letters of other alphabets, of which columns count the bytes."""
    source = dedent("""\
        @ decorated
        def f(a,b):  # ä
            'Doc.'
            ü = 'λ' ; x = a+b ; y = "…"   # β
            return(x, ü,   y)
    """)

    edit = becoming("import m\n\n" + source, "x = a - b")

    assert edit.source == source.rstrip().replace("a+b", "(a - b)")
    assert edit.lines == (6,)


@pytest.mark.parametrize("form", [module.PLAIN.strip() for module in MODULES])
def test_edits_can_be_read_and_differ(form: str) -> None:
    found = edits_of(form)
    lines = range(1, len(form.splitlines()) + 1)

    assert found
    assert len({edit.source for edit in found}) == len(found)
    for edit in found[::25]:
        assert ast.dump(ast.parse(edit.source)) != ast.dump(ast.parse(form))
        assert edit.lines
        assert set(edit.lines) <= set(lines)
        assert all(old != new for old, new in edit.shown)


def test_edits_are_the_same_every_time() -> None:
    first, second = ([each.source for each in edits_of(gd.PLAIN.strip())] for _ in range(2))

    assert first == second


def test_very_long_function_is_not_edited() -> None:
    source = "def f(a):\n    return [" + "a + 1, " * MAX_NODES + "]"

    assert edits_of(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(): pass",
        "def f():\n    'Only a docstring.'",
        "async def f(a):\n    await a\n    return [x async for x in a]",
        "def f(*a, **k):\n    def g(x): return x\n    return lambda y: f'{y!r:>{a}}' + g(a)",
        "def f(a):\n    try:\n        return a[0]\n    except KeyError:\n        raise",
        "def f(a):\n    match a:\n        case [x, *_]: return x\n        case {'k': y}: return y",
        "def f(a):\n    with a as b, b: yield b\n    global z; z = 1; del a[0]; assert z, a",
        "class C: pass\ndef f(a): x: int = 1; (y := a); a.b.c = x; return a @ y if a else not y",
    ],
)
def test_whatever_can_be_written_can_be_edited(source: str) -> None:
    """What comes of it need not be sensible; the kernel says what cannot be compiled."""
    for edit in edits_of(source)[::10]:
        assert edit.source
        assert edit.lines
        assert edit.shown
