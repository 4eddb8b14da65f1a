"""public_tests: what students can check by themselves of exceptions, values and checkers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.authored import NAME, authored, exercise

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
ROOT = f"""def root(x):
    {START}
    if x < 0:
        raise ValueError("negative")
    y = x**0.5
    {END}
    return y"""
TOTAL = f"{START}\ntotal = 6.0\n{END}"
STACK = f"""class Stack:
    {START}
    def __init__(self):
        self.items = []
    def push(self, item):
        self.items.append(item)
        return self.items
    {END}"""
GREETING = f"{START}\nfor n in range(2):\n    print('hello', n)\n2 ** 5\n{END}"
CASES = """
from grader.authoring import driver, printed, value

@driver("Stack", public=True)
def pushes(Stack):
    \"\"\"What is pushed stays there.\"\"\"
    stack = Stack()
    yield stack.push(1)
    yield stack.push(2)

@driver("Stack", public=True)
def a_stack_and_a_root(Stack, root):
    \"\"\"A root is pushed.\"\"\"
    yield Stack().push(root(9.0))

@printed("greeting", public=True)
def lines():
    \"\"\"Two lines, and a number.\"\"\"

@printed("greeting", public=True, compare="numbers")
def numbers():
    \"\"\"Its numbers.\"\"\"

@case("root", raises=ValueError, says="negative", public=True)
def of_minus_one():
    \"\"\"A number that has no root.\"\"\"
    return arguments(-1.0)

@case("root", check=lambda answer: abs(answer) == 2, public=True)
def of_four():
    \"\"\"Either root.\"\"\"
    return arguments(4.0)

@value("total", public=True)
def all_of_them():
    \"\"\"The sum.\"\"\"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("handed_out")
    authored(
        root,
        [ROOT, TOTAL, STACK, GREETING],
        CASES,
        exercise("root"),
        exercise("total", 'kind = "value"'),
        exercise("Stack", 'kind = "driver"'),
        exercise("greeting", 'kind = "print"\ncell = "c4"'),
        settings='helpers = ["public_tests.py", "difference.py"]\n',
    )
    return root / "assignment" / NAME


def printed(folder: Path, code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"from public_tests import *\n{code}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_right_answers_pass(folder: Path) -> None:
    code = f"{ROOT}\nroot_test(root)\ntotal_test(6)"
    assert printed(folder, code) == [
        "root, case of_minus_one: passed",
        "root, case of_four: passed",
        "total, case all_of_them: passed",
    ]


def test_other_answers_are_told_and_may_be_right_where_a_checker_decides(folder: Path) -> None:
    code = "root_test(lambda x: -(abs(x) ** 0.5))\ntotal_test(7.0)"
    assert printed(folder, code) == [
        "root, case of_minus_one: NOT YET, it raises nothing where ValueError is expected",
        "root, case of_four: cannot be decided here: other answers than the reference's may be "
        "right",
        "total, case all_of_them: NOT YET, total is 7 where 6 is expected: 1 apart, tolerance "
        "6e-09",
    ]


def test_another_exception_is_told(folder: Path) -> None:
    code = "def root(x):\n    if x < 0: raise KeyError(x)\n    return x ** 0.5\nroot_test(root)"
    assert printed(folder, code)[0] == (
        "root, case of_minus_one: NOT YET, it raises KeyError where ValueError is expected"
    )


RIGHT_STACK = STACK.replace(START, "").replace(END, "")


def test_a_driver_sees_each_thing_as_it_is_then(folder: Path) -> None:
    code = f"{ROOT}\n{RIGHT_STACK}\nStack_test(Stack, root)"
    assert printed(folder, code) == [
        "Stack, case pushes: passed",
        "Stack, case a_stack_and_a_root: passed",
    ]


def test_what_a_driver_sees_wrong_is_told(folder: Path) -> None:
    wrong = "class Stack:\n    def push(self, item):\n        return [item]"
    code = f"{ROOT}\n{wrong}\nStack_test(Stack, root)"
    assert printed(folder, code) == [
        "Stack, case pushes: NOT YET, stack.push(2)[0] is 2 where 1 is expected",
        "Stack, case a_stack_and_a_root: passed",
    ]
    failing = "class Stack:\n    def push(self, item):\n        raise OSError('full')"
    assert printed(folder, f"{ROOT}\n{failing}\nStack_test(Stack, root)") == [
        "Stack, case pushes: NOT YET, it raises OSError: full",
        "Stack, case a_stack_and_a_root: NOT YET, it raises OSError: full",
    ]


def test_a_driver_without_what_it_takes_says_what_that_is(folder: Path) -> None:
    (told,) = printed(folder, "Stack_test(list)")
    assert told == (
        "Stack: Stack_test(Stack, root) is how to check it, with your own Stack and root"
    )


def in_a_notebook(folder: Path, *cells: str) -> list[list[str]]:
    """What is printed by each cell of a notebook that is run in the folder."""
    made = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
    client = nbclient.NotebookClient(made, resources={"metadata": {"path": folder}})
    done = client.execute()
    return [
        "".join(each.get("text", "") for each in cell.outputs).splitlines() for cell in done.cells
    ]


PASSED = ["greeting, case lines: passed", "greeting, case numbers: passed"]


def test_what_the_cell_above_prints_is_compared_however_often(folder: Path) -> None:
    cells = ["from public_tests import *", GREETING, "greeting_test()", "greeting_test()"]
    said = in_a_notebook(folder, *cells)
    assert said[2:] == [PASSED, PASSED]


def test_what_is_displayed_by_a_call_is_not_printed(folder: Path) -> None:
    shown = GREETING.replace(START, "display('no text')")
    assert (
        in_a_notebook(folder, "from public_tests import *", shown, "greeting_test()")[2] == PASSED
    )


def test_wrong_lines_and_numbers_are_told_and_so_is_a_cell_that_raises(folder: Path) -> None:
    cells = [
        "from public_tests import *\ntimes = 0",
        "times += 1\nprint('hello', 0)\nprint('hello', 2)\n32",
        "greeting_test()",
        "assert times == 1",
    ]
    said = in_a_notebook(folder, *cells)[2]
    assert said == [
        "greeting, case lines: NOT YET, line 2 of the text is 'hello 2' where 'hello 1' is "
        "expected",
        "greeting, case numbers: NOT YET, numbers[1] is 2 where 1 is expected: 1 apart, tolerance "
        "1e-09",
    ]
    raising = "print('hello', 0)\nraise OSError('full')"
    client = nbclient.NotebookClient(
        nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(each)
                for each in ("from public_tests import *", raising, "greeting_test()")
            ]
        ),
        resources={"metadata": {"path": folder}},
        allow_errors=True,
    )
    text = "".join(each.get("text", "") for each in client.execute().cells[2].outputs)
    assert "greeting, case lines: NOT YET, the cell raises OSError: full" in text


def test_outside_of_a_notebook_it_says_where_to_run_it(folder: Path) -> None:
    assert printed(folder, "greeting_test()") == [
        "greeting: write greeting_test() into the cell below it, and run both again"
    ]
