"""What a student's code can find out and forge where drivers, values and checkers judge it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.encoding import to_json
from grader.model import ExerciseResult, Verdict
from tests.authored import authored, exercise, handed_in
from tests.grading.test_drivers import CASES, DRIVER, MASTER

VALUE = """
### START CODE HERE ###
secret = "the expected " + "answer"
### END CODE HERE ###"""
CHECKED = """
from grader.authoring import value

@value("secret", check=lambda answer, expected: answer == expected)
def known():
    \"\"\"It is the secret.\"\"\"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    exercises = exercise("Stack", DRIVER), exercise("secret", 'kind = "value"')
    folder = tmp_path_factory.mktemp("attacked")
    return authored(folder, [MASTER, VALUE], CASES + CHECKED, *exercises)


def answer(root: Path, *cells: str) -> ExerciseResult:
    return handed_in(root, *cells).exercises[0]


LOOK = """
import gc, sys
def look():
    found, words = [], " ".join(("hidden", "seven"))
    for each in gc.get_objects():
        found += [each] if isinstance(each, str) and words in each else []
        if isinstance(each, dict):
            found += [v for v in each.values() if isinstance(v, str) and words in v]
    frame = sys._getframe()
    while frame:
        consts = frame.f_code.co_consts
        found += [v for v in consts if isinstance(v, str) and v.startswith("the hidden")]
        frame = frame.f_back
    return found
"""


def test_hidden_drivers_are_not_in_the_kernel_before_public_ones_were_judged(root: Path) -> None:
    """A class that tells all it finds: in public cases it is shown, and there is nothing yet."""
    tells = "class Stack(Exception):\n    def push(self, x): raise KeyError(*look())\n"
    tells += "    def pop(self): raise KeyError(*look())"
    found = answer(root, LOOK, tells)
    assert "seven" not in to_json(found).decode()
    assert found.cases[0].message.startswith("raises KeyError")
    assert found.cases[2].message == "raises KeyError"


@pytest.mark.parametrize(
    "hostile",
    [
        # Everything is equal to this one, on its side.
        "class Any:\n    __eq__ = lambda *_: True\n    __hash__ = None\n"
        "class Stack:\n    def push(self, x): pass\n    def pop(self): return Any()",
        "class Stack:\n    def push(self, x): pass\n    def pop(self): return iter(int, 1)",
        "import driving\ndriving.drive = lambda *_: driving.returned([2, 1])\n"
        "import agent\nagent.drive = driving.drive\nclass Stack: pass",
        "class Stack:\n    def push(self, x): pass\n    def pop(self): raise SystemExit",
        "class Stack:\n    def push(self, x): pass\n"
        "    def pop(self):\n        import os; os._exit(0)",
        "class Stack:\n    def push(self, x): pass\n    def pop(self): raise StopIteration",
    ],
)
def test_what_is_forged_is_judged_as_what_it_says(root: Path, hostile: str) -> None:
    found = answer(root, hostile)
    assert not found.verdict.solved
    assert found.verdict is not Verdict.NOT_GRADED
    assert found.cases[2].passed is not True


EVERYWHERE = """
import gc, sys
found = [each for each in gc.get_objects() if isinstance(each, str)]
for module in list(sys.modules.values()):
    found += [v for v in vars(module).values() if isinstance(v, str)]
secret = next((each for each in found if each == "the expected " + "answer"), "not found")
"""


@pytest.mark.parametrize(
    "cell",
    [
        EVERYWHERE,
        "class S(str):\n    __eq__ = lambda *_: True\n    __hash__ = str.__hash__\nsecret = S('x')",
        "import agent\nagent.returned = lambda *_: (b'', b'')\nsecret = 'x'",
        "import calls\ncalls.wire.encode = lambda *_: b'T'\nsecret = 'x'",
    ],
)
def test_what_is_expected_of_a_value_is_not_in_the_kernel(root: Path, cell: str) -> None:
    found = handed_in(root, cell).exercises[1]
    assert not found.verdict.solved
    assert found.verdict is not Verdict.NOT_GRADED
