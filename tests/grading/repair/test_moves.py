"""Edits that move statements into another block: a `return` out of a loop, first of all."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from grader.model import Verdict
from grader.report.next_steps import next_step
from tests.forms import adam, adam_start, gd, mini_batches, momentum, velocity
from tests.forms.table import diagnosed
from tests.grading.repair.test_edits import edits_of

MODULES = (gd, mini_batches, velocity, momentum, adam_start, adam)


def moved(source: str) -> list[str]:
    """What comes of each move in the function."""
    found = [each for each in edits_of(source) if any("  # " in new for _, new in each.shown)]
    for each in found:
        ast.parse(each.source)
        assert set(each.lines) <= set(range(1, len(source.splitlines()) + 1))
    # An empty line and a `pass` stand where the statement was.
    texts = (each.source.splitlines() for each in found)
    return ["\n".join(line for line in text if line.strip() not in ("", "pass")) for text in texts]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (
            "def f(a):\n    for i in a:\n        b = i\n        return b",
            "def f(a):\n    for i in a:\n        b = i\n    return b",
        ),
        (
            "def f(a):\n  while a:\n    a = g(a); return a",
            "def f(a):\n  while a:\n    a = g(a); pass\n  return a",
        ),
        (
            "def f(a):\n\tfor i in a:\n\t\tfor j in i:\n\t\t\tb = j\n\t\t\treturn (b,\n\ta)  # ä",
            "def f(a):\n\tfor i in a:\n\t\tfor j in i:\n\t\t\tb = j\n"
            "\t\t\tpass  # ä\n\t\treturn (b, a)",
        ),
        ("def f(a):\n    for i in a: return i", "def f(a):\n    for i in a: pass\n    return i"),
        (
            "def f(a):\n    if a:\n        a = 1\n        return a",
            "def f(a):\n    if a:\n        a = 1\n    return a",
        ),
    ],
)
def test_a_return_that_ends_a_block_is_moved_behind_it_first_of_all(
    source: str, written: str
) -> None:
    assert moved(source)[0] == written
    assert edits_of(source, 1)[0].source.count("return") == 1


def test_a_return_is_put_behind_every_block_around_it_and_at_the_end() -> None:
    source = "def f(a):\n    for i in a:\n        if i:\n            return i\n    b = 1"

    assert [text.splitlines()[-2:] for text in moved(source)[:3]] == [
        ["        return i", "    b = 1"],
        ["    return i", "    b = 1"],
        ["    b = 1", "    return i"],
    ]


def test_a_line_that_was_indented_too_little_or_too_much_is_moved() -> None:
    little = "def f(a):\n    for i in a:\n        b = i\n    c.append(b)\n    return c"
    much = "def f(a):\n    for i in a:\n        b = i\n        c.append(b)\n    return c"

    assert much in moved(little)
    assert little in moved(much)


def test_nothing_is_put_between_the_parts_of_an_if() -> None:
    source = dedent("""\
        def f(a):
            if a:
                return 1
            elif b:
                c = 1
                return 2
            else:
                return 3
    """)

    for text in moved(source):
        assert text.index("elif") < text.index("else")


def inside(source: str, spaces: int) -> str:
    """The source whose last line has so many spaces before it."""
    *lines, last = source.rstrip().split("\n")
    return "\n".join([*lines, " " * spaces + last.strip()])


def lines_of(source: str) -> list[str]:
    return source.strip("\n").split("\n")


_PLAIN = mini_batches.PLAIN
_FIRST = "        mini_batches.append((mini_batch_X, mini_batch_Y))\n    if"
_LAST = "        mini_batches.append((mini_batch_X, mini_batch_Y))\n    return"
_BIASES = '        parameters["b'
# What was moved -> the exercise, its source, and the line that stands in the wrong block.
FORMS = {
    **{f"return_in_{each.EXERCISE}": (each.EXERCISE, inside(each.PLAIN, 8)) for each in MODULES},
    "return_in_the_first_loop": (
        mini_batches.EXERCISE,
        _PLAIN.replace("\n    if", "\n        return mini_batches\n    if", 1),
    ),
    "append_after_the_loop": (mini_batches.EXERCISE, _PLAIN.replace(_FIRST, _FIRST[4:])),
    "append_after_the_end_case": (mini_batches.EXERCISE, _PLAIN.replace(_LAST, _LAST[4:])),
    "biases_after_the_loop": (
        gd.EXERCISE,
        gd.PLAIN.replace('        parameters["b', '    parameters["b'),
    ),
}


def wrong_line(exercise: str, source: str) -> int:
    """The only line that is not where it is in the plain form."""
    plain = next(lines_of(each.PLAIN) for each in MODULES if exercise == each.EXERCISE)
    (line,) = [n for n, each in enumerate(lines_of(source), 1) if each not in plain]
    return line


@pytest.mark.parametrize("name", FORMS)
def test_the_line_in_the_wrong_block_is_marked_and_the_next_step_sends_to_it(
    name: str, tmp_path: Path
) -> None:
    exercise, source = FORMS[name]
    result = diagnosed(exercise, source, tmp_path)

    line = wrong_line(exercise, source)
    assert result.verdict in (Verdict.INCORRECT, Verdict.PARTIAL, Verdict.ERROR)
    assert {mark.line for mark in result.marks} == {line}
    assert next_step(result).endswith(f" Look again at line {line} of your code.")
