"""student_lines, survivors: what --strict tells an author is about students' lines, and grouped."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authors.adequacy.mutants import mutants
from grader.authors.adequacy.proof import prove
from grader.authors.adequacy.student_lines import student_lines
from grader.notebooks.cells import functions
from tests.authored import authored, exercise

GIVEN_AND_OWN = """def norm(x):
    scale = 1.0
    ### START CODE HERE ###
    total = sum(each * each for each in x)
    ### END CODE HERE ###
    return total * scale
"""


def lines(source: str) -> set[int]:
    (function,) = functions(source).values()
    return set(student_lines(source, function))


def messages(root: Path, cells: list[str], cases: str) -> list[str]:
    authored(root, cells, cases, *(exercise(name) for name in ("f",)))
    return [line for proof in prove(root, "lesson", 1) for line in proof.problems()]


def test_mutants_are_made_between_the_markers_only() -> None:
    (function,) = functions(GIVEN_AND_OWN).values()
    assert lines(GIVEN_AND_OWN) == {4}
    assert {each.line for each in mutants(function, lines(GIVEN_AND_OWN))} == {4}
    assert {each.line for each in mutants(function)} == {2, 4, 6}


def test_a_function_without_markers_is_a_students_as_a_whole() -> None:
    assert lines("def f(x):\n    y = x + 1\n    return y") == {1, 2, 3}


def test_a_function_between_markers_of_its_cell_is_a_students_as_a_whole() -> None:
    assert lines("# START CODE HERE\ndef f(x):\n    return x\n# END CODE HERE") == {2, 3}


@pytest.mark.parametrize(
    "printing",
    [
        'print("x is", x)',
        "display(x)",
        'shown = x * 2; print(f"twice: {shown}")',
        "half = x / 2\n    quarter = half / 2\n    print(quarter)",
        "low, high = x, x + 1\n    print(low, high)",
        "rounds = 0\n    rounds += 1\n    print(rounds)",
        "if x > 3:\n        print(1)\n    else:\n        print(2)",
        "for n in range(3):\n        print(n)",
        '"a remark"',
        "later: int",
    ],
)
def test_what_is_only_printed_is_left_out(printing: str) -> None:
    assert lines(f"def f(x):\n    {printing}\n    return x") == {1, printing.count("\n") + 3}


@pytest.mark.parametrize(
    "statement",
    [
        "total = x + 1\n    print(total)\n    x = total",  # used after all
        "print(x, file=log)",
        "last = seen.pop()\n    print(last)",
        "_ = next(seen)",  # read by nothing, but taken from what is used
        "global count\n    count = x\n    print(count)",
        "print(seen.pop())",
        "seen[0] = x\n    print(seen)",
        "if x > 3:\n        print(1)\n    else:\n        x = 2",
        "x = 1; print(x)",
    ],
)
def test_what_may_matter_stays(statement: str) -> None:
    source = f"def f(x, seen=[1]):\n    {statement}\n    return x"
    assert 2 in lines(source)


ABOVE_AND_BELOW = """def f(x):
    ### START CODE HERE ###
    y = x + 1
    print("y:", y * 2 + 3 - 4)
    if x > 100:
        y = y - 50
        y = y * 3
    return y
    ### END CODE HERE ###
"""
SMALL = '@case("f")\ndef small():\n    """A small number."""\n    return arguments(3)\n'


def test_lines_that_no_hidden_case_reaches_are_one_message(tmp_path: Path) -> None:
    found = messages(tmp_path, [ABOVE_AND_BELOW], SMALL)
    (unreached,) = [line for line in found if "comes there" in line]
    assert "'f', lines 6, 7 of its cell: no hidden case comes there" in unreached
    assert not [line for line in found if "line 4" in line]  # what is printed


def test_what_one_statement_may_be_is_one_message(tmp_path: Path) -> None:
    found = messages(tmp_path, [ABOVE_AND_BELOW], SMALL)
    (bound,) = [line for line in found if "line 5 of its cell" in line]
    for other in ("if x >= 100: ...", "if x > 101: ...", "if x > 99: ..."):
        assert f"`{other}`" in bound
    assert "from `if x > 100: ...`" in bound
    assert "list them as equivalent" in bound
    assert len(found) == 2


def test_what_a_public_case_settles_is_one_message_that_names_it(tmp_path: Path) -> None:
    large = '@case("f", public=True)\ndef large():\n    """A large number."""\n'
    found = messages(tmp_path, [ABOVE_AND_BELOW], f"{SMALL}{large}    return arguments(101)\n")
    (told,) = [line for line in found if "the public case 'large' tells" in line]
    assert "add a hidden case like it:" in told
    assert "\n  line 5: `if False: ...`" in told
    assert "instead of `if x > 100: ...`" in told
