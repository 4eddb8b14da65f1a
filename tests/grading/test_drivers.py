"""Exercises of the kind "driver": what an author's generator sees of the notebook's objects."""

import importlib.util
import json
from pathlib import Path

import pytest

from grader.api import grade_notebook
from grader.authors.validate import validate
from grader.encoding import to_json
from grader.errors import AssignmentError
from grader.model import ExerciseResult, Verdict
from tests.authored import NAME, authored, exercise, handed_in
from tests.conftest import missing, notebook

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
DRIVER = 'kind = "driver"'
MASTER = f"""class Stack:
    {START}
    def __init__(self):
        self.items = []
    def push(self, item):
        self.items.append(item)
    def pop(self):
        return self.items.pop()
    {END}"""
CASES = """
from grader.authoring import driver
from grader.drivers import calls_of_methods, recorder

@driver("Stack", public=True)
def last_in_first_out(Stack):
    \"\"\"What was pushed last is popped first.\"\"\"
    stack = Stack()
    stack.push(1)
    stack.push(2)
    yield stack.pop()
    yield stack.pop()

@driver("Stack", public=True, raises=IndexError)
def pop_of_nothing(Stack):
    \"\"\"An empty stack has nothing to pop.\"\"\"
    yield Stack().pop()

@driver("Stack")
def two_stacks(Stack):
    \"\"\"Two stacks.\"\"\"
    one, other = Stack(), Stack()
    one.push("the hidden seven seas")
    yield calls_of_methods(other, ("push", 5), ("pop",), ("pop",))
    yield one.pop()
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authored(tmp_path_factory.mktemp("driven"), [MASTER], CASES, exercise("Stack", DRIVER))


def answer(root: Path, *cells: str) -> ExerciseResult:
    (found,) = handed_in(root, *cells).exercises
    return found


def messages(found: ExerciseResult) -> list[str]:
    return [case.message for case in found.cases]


RIGHT = """class Stack:
    def __init__(self): self.all = ()
    def push(self, x): self.all = (x, self.all)
    def pop(self):
        if not self.all: raise IndexError("empty")
        x, self.all = self.all
        return x"""


def test_a_class_that_behaves_as_expected_is_right(root: Path) -> None:
    found = answer(root, RIGHT)
    assert (found.verdict, found.score, found.code) == (Verdict.CORRECT, 10.0, RIGHT)


def test_what_is_seen_is_named_for_public_cases_and_numbered_for_hidden_ones(root: Path) -> None:
    queue = RIGHT.replace("(x, self.all)", "self.all + (x,)").replace(
        "x, self.all = self.all", "x, *rest = self.all; self.all = tuple(rest)"
    )
    assert messages(answer(root, queue)) == [
        "stack.pop() is 1 where 2 is expected",
        "",
        "",
    ]
    found = answer(root, RIGHT.replace('raise IndexError("empty")', "return None"))
    assert messages(found) == [
        "",
        "raises nothing where IndexError is expected",
        "observations[0][2][0] differs from what is expected",
    ]
    assert "seven" not in to_json(found).decode()


def test_an_exception_is_told_with_its_line(root: Path) -> None:
    found = answer(root, RIGHT.replace("return x", "return x.y"))
    assert found.cases[0].message.startswith(
        "raises AttributeError: 'int' object has no attribute 'y' (line 7 of the cell: return x.y)"
    )
    assert found.cases[2].message == "raises AttributeError"


def test_nothing_is_said_of_parameters_that_nobody_knows(root: Path) -> None:
    """A driver calls methods, and not the exercise, so its TypeError says nothing of a call."""
    found = answer(root, RIGHT.replace("return x", "return x + None"))
    assert messages(found)[2] == "raises TypeError"
    found = answer(root, "def Stack(size):\n    return [0] * size")
    assert messages(found)[0].startswith("raises TypeError: Stack() missing 1 required")
    assert "leave that line as it was given" not in "".join(messages(found))


def test_stubs_and_missing_classes_are_told_apart(root: Path) -> None:
    template = json.loads((root / "assignment" / NAME / "Lesson.ipynb").read_text())
    stub = "".join(template["cells"][0]["source"])
    assert answer(root, stub).verdict is Verdict.UNANSWERED
    found = answer(root, "class Stak: pass")
    assert found.verdict is Verdict.MISSING
    assert found.message == (
        "Stack is not there once the notebook has run. There is `Stak`: if that is it, it needs "
        "the name `Stack`"
    )


def test_a_list_that_changes_later_is_seen_as_it_was(tmp_path: Path) -> None:
    cases = """
from grader.authoring import driver

@driver("log")
def twice(log):
    \"\"\"Two entries.\"\"\"
    entries = []
    log(entries, "a")
    yield entries
    log(entries, "b")
    yield entries
"""
    master = f"def log(entries, x):\n    {START}\n    entries.append(x)\n    {END}"
    authored(tmp_path, [master], cases, exercise("log", DRIVER))
    late = "def log(e, x):\n    if x == 'b': e.extend('ab')"
    assert answer(tmp_path, master).verdict is Verdict.CORRECT
    assert not answer(tmp_path, late).verdict.solved


def test_callbacks_generators_and_fitted_models_are_seen(tmp_path: Path) -> None:
    cases = """
from grader.authoring import driver
from grader.drivers import predictions_of, recorder

@driver("q1.a")
def callback(train):
    \"\"\"The callback is called once a step.\"\"\"
    called = recorder(True, True, False)
    train(called)
    yield called.calls

@driver("q1.b")
def first_of_them(countdown):
    \"\"\"A generator that never ends.\"\"\"
    import itertools
    yield list(itertools.islice(countdown(3), 5))

@driver("q2")
def fitted(Mean):
    \"\"\"It predicts the mean.\"\"\"
    import numpy as np
    yield predictions_of(Mean().fit(np.array([1.0, 3.0])), np.zeros(2))
"""
    cells = [
        f"def train(callback):\n    {START}\n    n = 0\n    while callback(n):\n        n += 1\n"
        f"    {END}",
        f"def countdown(n):\n    {START}\n    while True:\n        yield n\n        n -= 1\n"
        f"    {END}",
        f"import numpy as np\nclass Mean:\n    {START}\n    def fit(self, x):\n"
        "        self.mean = x.mean()\n        return self\n    def predict(self, x):\n"
        f"        return np.full(len(x), self.mean)\n    {END}",
    ]
    names = [exercise(name, DRIVER) for name in ("q1.a", "q1.b", "q2")]
    authored(tmp_path, cells, cases, *names)
    assert list(validate(tmp_path, NAME)) == []
    assert [each.verdict.value for each in handed_in(tmp_path, *cells).exercises] == 3 * ["correct"]
    wrong = [cells[0].replace("n = 0", "n = 1"), cells[1].replace("n -= 1", "n -= 2"), cells[2]]
    found = handed_in(tmp_path, *wrong).exercises
    assert [each.verdict.value for each in found] == ["incorrect", "incorrect", "correct"]


def test_a_figure_is_seen_by_its_lines_labels_and_limits(tmp_path: Path) -> None:
    if importlib.util.find_spec("matplotlib") is None:
        missing("matplotlib is not installed")
    cases = """
from grader.authoring import driver
from grader.drivers import figure_of

@driver("plot", public=True)
def a_line(plot):
    \"\"\"A line with labels.\"\"\"
    yield figure_of(plot, [0.0, 1.0], [2.0, 3.0])
"""
    master = (
        f"import matplotlib.pyplot as plt\ndef plot(x, y):\n    {START}\n"
        f"    plt.plot(x, y, label='rate')\n    plt.xlabel('time')\n    plt.legend()\n    {END}"
    )
    authored(tmp_path, [master], cases, exercise("plot", DRIVER))
    other = master.replace("plt.plot(x, y", "ax = plt.gca(); ax.plot(x, y")
    assert answer(tmp_path, other).verdict is Verdict.CORRECT
    found = answer(tmp_path, master.replace("'time'", "'hour'"))
    assert found.cases[0].message == 'axes[0]["xlabel"] is "hour" where "time" is expected'


def test_students_check_public_drivers(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.ipynb"
    for cell, verdict in ((RIGHT, "correct"), (RIGHT.replace("return x", "return 1"), "incorrect")):
        own.write_text(json.dumps(notebook(cell)))
        (found,) = grade_notebook(own, root / "assignment" / NAME, public_only=True).exercises
        assert found.verdict.value == verdict


def test_the_assignment_is_in_order(root: Path) -> None:
    assert list(validate(root, NAME)) == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("def d(Stack):\n    return 1", "a driver is a generator function"),
        ("def d():\n    yield 1", "takes names of the notebook, one or more"),
        ("def d(Stack):\n    yield np.sum(Stack)", "the driver uses 'np'"),
        ("def d(Stack):\n    import grader.api as g\n    yield g", "it imports 'grader.api'"),
        ("def d(Stack):\n    from grader.drivers import x\n    yield x", "it imports 'x'"),
        ("def d(Stak):\n    yield 1", "no cell defines 'Stak'"),
    ],
)
def test_what_is_no_driver_is_refused(tmp_path: Path, written: str, problem: str) -> None:
    cases = f'from grader.authoring import driver\n@driver("Stack")\n{written}'
    with pytest.raises(AssignmentError, match=problem):
        authored(tmp_path, [MASTER], cases, exercise("Stack", DRIVER))


TABLES = """
from grader.authoring import driver
from grader.drivers import calls_of_methods, figure_of, outcome_of, recorder

@driver("Ledger", public=True)
def three_entries(Ledger):
    \"\"\"What a ledger of three entries shows.\"\"\"
    ledger = Ledger()
    yield calls_of_methods(ledger, ("add", "ann", 2.5), ("add", "bo", 1.0), ("table",))
    table = ledger.table()
    yield table
    yield table["amount"]
    ledger.add("ann", 0.5)
    yield {"sums": ledger.sums(), "names": ledger.table().index}

@driver("Ledger", compare="rows")
def rows_in_any_order(Ledger):
    \"\"\"The rows of a table.\"\"\"
    import pandas as pd
    ledger = Ledger()
    for name, amount in (("cy", 1.0), ("ann", 3.0)):
        ledger.add(name, amount)
    yield ledger.table().reset_index()
    yield outcome_of(ledger.last)
    called = recorder()
    ledger.each(called)
    yield called.calls
"""
LEDGER = f"""import pandas as pd
from dataclasses import dataclass
from enum import Enum

Side = Enum("Side", "IN OUT")

@dataclass
class Entry:
    side: Side
    amount: float

class Ledger:
    {START}
    def __init__(self):
        self.rows = pd.DataFrame(columns=["amount"], dtype=float)
        self.names = []
    def add(self, name, amount):
        self.names.append(name)
        self.rows.loc[len(self.rows)] = [amount]
    def table(self):
        self.rows.index = pd.Index(self.names, name="who")
        return self.rows
    def sums(self):
        return self.table().groupby("who")["amount"].sum()
    def last(self):
        return Entry(Side.IN, float(self.rows["amount"].iloc[-1]))
    def each(self, callback):
        for _, row in self.table().sort_index().iterrows():
            callback(row)
    {END}"""


def test_tables_are_seen_as_they_are_when_they_are_yielded(tmp_path: Path) -> None:
    if importlib.util.find_spec("pandas") is None:
        missing("pandas is not installed")
    authored(tmp_path, [LEDGER], TABLES, exercise("Ledger", DRIVER))
    assert list(validate(tmp_path, NAME)) == []
    assert answer(tmp_path, LEDGER).verdict is Verdict.CORRECT
    other = LEDGER.replace("return self.rows\n", "return self.rows[::-1]\n")
    found = answer(tmp_path, other)
    assert [case.passed for case in found.cases] == [False, True]
    rounded = answer(tmp_path, LEDGER.replace("[amount]", "[float(round(amount))]"))
    assert [case.passed for case in rounded.cases] == [False, True]
    assert rounded.cases[0].message == (
        "calls_of_methods(…)[2][1], row 'ann', column 'amount' is 2 where 2.5 is expected: 0.5 "
        "apart, tolerance 3e-09"
    )
    sides = answer(tmp_path, LEDGER.replace("Entry(Side.IN", "Entry(Side.OUT"))
    assert [case.passed for case in sides.cases] == [True, False]
    assert sides.cases[1].message == "observations[1][1].side differs from what is expected"


def test_each_thing_that_is_seen_may_be_in_any_order_and_they_themselves_may_not(
    tmp_path: Path,
) -> None:
    """So it is for public cases and for hidden ones."""
    body = "    yield names('b a')\n    yield names('d c')\n"
    cases = "from grader.authoring import driver\n" + "".join(
        f"@driver('names', public={public}, compare='order')\ndef case_{public}(names):\n"
        f'    """Names."""\n{body}'
        for public in (True, False)
    )
    master = f"def names(text):\n    {START}\n    return text.split()\n    {END}"
    authored(tmp_path, [master], cases, exercise("names", DRIVER))
    assert answer(tmp_path, master.replace("text.split()", "sorted(text.split())")).score == 10
    swapped = master.replace("text.split()", "['d', 'c'] if 'a' in text else ['b', 'a']")
    found = answer(tmp_path, swapped)
    assert [case.passed for case in found.cases] == [False, False]
    assert messages(found)[1] == (
        "observations[0] lacks an item that is expected (in whatever order)"
    )


def test_a_driver_may_import_what_is_ready_for_it_inside(tmp_path: Path) -> None:
    cases = """
from grader.authoring import driver

@driver("Stack")
def seen(Stack):
    \"\"\"What a stack does.\"\"\"
    if True:
        from grader.drivers import calls_of_methods
    from grader.drivers import outcome_of as told
    yield calls_of_methods(Stack(), ("push", 1), ("pop",))
    yield told(Stack().pop)
"""
    authored(tmp_path, [MASTER], cases, exercise("Stack", DRIVER))
    assert answer(tmp_path, RIGHT).verdict is Verdict.CORRECT
    wrong = answer(tmp_path, RIGHT.replace("IndexError", "ValueError"))
    assert wrong.verdict is Verdict.INCORRECT


def test_a_function_is_given_objects_of_the_notebooks_own_classes(tmp_path: Path) -> None:
    given = (
        "from dataclasses import dataclass\nfrom enum import Enum\n"
        "Color = Enum('Color', 'RED BLUE')\n"
        "@dataclass\nclass Shape:\n    width: float\n    color: Color"
    )
    master = (
        f"def painted(shape):\n    {START}\n    assert isinstance(shape, Shape)\n"
        f"    cost = 2 if shape.color is Color.RED else 1\n    {END}\n    return cost * shape.width"
    )
    cases = """
from grader.authoring import driver

@driver("painted")
def red_and_blue(painted, Shape, Color):
    \"\"\"A red shape and a blue one.\"\"\"
    yield painted(Shape(2.0, Color.RED))
    yield painted(Shape(3.0, Color.BLUE))
"""
    authored(tmp_path, [given, master], cases, exercise("painted", DRIVER))
    right = master.replace("2 if", "1 + 1 if")
    wrong = master.replace("is Color.RED", "is Color.BLUE")
    answers = [handed_in(tmp_path, given, each).exercises[0].verdict for each in (right, wrong)]
    assert answers == [Verdict.CORRECT, Verdict.INCORRECT]
