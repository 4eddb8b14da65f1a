"""The tests of a unit, parsed: their statements, and what each assert compares."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.authors.importing.checks import Check, Form, checks_in, shown_value
from grader.authors.importing.foreign import Step, Test
from grader.authors.importing.names import (
    Names,
    blocks,
    bound_by,
    changes,
    dependent,
    loaded,
    read_first,
    statements,
)
from grader.notebooks.cells import anchored
from grader.notebooks.parsing import parsed_cell

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(slots=True)
class ParsedTest:
    """A test: its statements, the checks by the statement that makes them, and what is not read.

    `student` are the names that depend on the student here, `surely` those of them that were not
    only passed to a function of the student's. `own` are those that the test binds. `left_out` are
    the lines where it raises an exception for a reason that is not understood.
    """

    test: Test
    body: list[ast.stmt]
    student: set[str]
    surely: set[str]
    own: set[str]
    checks: dict[int, list[Check]] = field(default_factory=dict)
    unread: str = ""
    left_out: list[int] = field(default_factory=list)

    @property
    def all_checks(self) -> list[Check]:
        return [each for found in self.checks.values() for each in found]

    def depends(self, node: ast.AST) -> int:
        """How an expression depends on what the student wrote: 2 surely, 1 perhaps, 0 not."""
        read = loaded(node)
        return 2 if read & self.surely else int(bool(read & self.student))

    def hides(self, check: Check) -> bool:
        return check.first in self.test.hidden


def parsed_test(
    test: Test, steps: Sequence[Step], names: Names, before: Sequence[ParsedTest] = ()
) -> ParsedTest:
    """The test with its checks. `before` are those that ran earlier, which may bind names."""
    step = steps[test.step]
    read = parsed_cell(anchored(step.source))
    body = _flat(_inlined(copy.deepcopy(read.tree.body)))
    every = [each for node in body for each in _walk(node)]
    own = {name for node in every for name in bound_by(node)}
    first_bound = own - set(read_first(body))
    known = {name for each in before for name in each.student} | names.student
    first = frozenset(known - first_bound)
    surely = dependent(body, first, passed=False)
    parsed = ParsedTest(test, body, dependent(body, first), surely, own)
    if read.error:
        parsed.unread = f"line {read.error.lineno} is not Python: {read.error.msg}"
        return parsed
    _find(parsed, body)
    parsed.left_out = [each.lineno for each in _raises(parsed, body)]
    last = body[-1] if body and step.shown else None
    if isinstance(last, ast.Expr) and id(last) not in parsed.checks and not _is_none(last.value):
        parsed.checks[id(last)] = shown_value(last.value, parsed.depends)
    inside = [
        each for node in statements(body) if isinstance(node, _DEFINITIONS) for each in _walk(node)
    ]
    if any(checks_in(each, parsed.depends) for each in inside):
        parsed.unread = "it has asserts in a function or class of its own"
    return parsed


def _walk(node: ast.stmt) -> list[ast.stmt]:
    return [each for each in ast.walk(node) if isinstance(each, ast.stmt)]


def _find(parsed: ParsedTest, body: list[ast.stmt]) -> None:
    for node in body:
        found = checks_in(node, parsed.depends)
        if found is not None:
            parsed.checks[id(node)] = found
        elif not isinstance(node, _DEFINITIONS):
            for block in blocks(node):
                _find(parsed, block)


def _raises(parsed: ParsedTest, body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that raise and belong to no check.

    What handles an exception may raise another one, which says nothing new of the student.
    """
    for node in body:
        if isinstance(node, ast.Raise):
            yield node
        elif id(node) not in parsed.checks and not isinstance(node, _DEFINITIONS):
            handlers = [each.body for each in getattr(node, "handlers", ())]
            for block in blocks(node):
                if block not in handlers:
                    yield from _raises(parsed, block)


def raised_in(source: str) -> set[str]:
    """The names of the types of the exceptions that a test raises itself."""
    nodes = [each for each in ast.walk(parsed_cell(source).tree) if isinstance(each, ast.Raise)]
    return {name for each in nodes if each.exc for name in loaded(each.exc)}


def _flat(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, where what follows `if ...: raise` as its `else` stands after it.

    So does what is done before a `raise` that is the `else`, with the condition turned around.
    """
    found: list[ast.stmt] = []
    for node in body:
        if isinstance(node, _DEFINITIONS):
            found.append(node)
            continue
        for block in blocks(node):
            block[:] = _flat(block)
        if not isinstance(node, ast.If) or not node.orelse:
            found.append(node)
            continue
        condition, rest = node.test, node.orelse
        if isinstance(node.orelse[-1], ast.Raise) and not isinstance(node.body[-1], ast.Raise):
            condition, rest = ast.UnaryOp(ast.Not(), node.test), node.body
            node.body = node.orelse
        elif not isinstance(node.body[-1], ast.Raise):
            found.append(node)
            continue
        # Its lines are those of its condition, as calls in the other lines are not its own.
        node.end_lineno = node.test.end_lineno
        node.test, node.orelse = condition, []
        found += [node, *rest]
    return found


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (None, Ellipsis)


def _inlined(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, where the body of `def test(f): ...` stands for it and `test(f)` after it."""
    found: list[ast.stmt] = []
    called = {each.value.func.id: each for each in body if _calls_plainly(each)}  # type: ignore[attr-defined]
    for node in body:
        if isinstance(node, ast.FunctionDef) and _is_test(node, called.get(node.name), body):
            found += node.body[1:] if ast.get_docstring(node) is not None else node.body
        elif not (_calls_plainly(node) and any(_defines(each, node) for each in body)):
            found.append(node)
    return found


def _calls_plainly(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Call(ast.Name(), args, [])):
            return all(isinstance(each, ast.Name) for each in args)
    return False


def _defines(node: ast.stmt, call: ast.stmt) -> bool:
    name = call.value.func.id  # type: ignore[attr-defined]
    return isinstance(node, ast.FunctionDef) and node.name == name and _same_names(node, call)


def _is_test(node: ast.FunctionDef, call: ast.stmt | None, body: list[ast.stmt]) -> bool:
    if call is None or not _same_names(node, call):
        return False
    used = [
        n for each in body for n in ast.walk(each) if isinstance(n, ast.Name) and n.id == node.name
    ]
    returns = any(isinstance(each, (ast.Return, ast.Yield)) for each in ast.walk(node))
    return len(used) == 1 and not returns


def _same_names(node: ast.FunctionDef, call: ast.stmt) -> bool:
    names = [each.arg for each in node.args.args]
    others = (node.args.vararg, node.args.kwarg, *node.args.kwonlyargs, *node.args.defaults)
    given = [each.id for each in call.value.args]  # type: ignore[attr-defined]
    return names == given and not any(others)


@dataclass(frozen=True, slots=True)
class Pin:
    """A value of the student's that a check compares as a whole, or that is to be an exception.

    `function` is called for it at one of the lines from `first` to `last`; or it is the variable
    `name` of the notebook.
    """

    check: Check
    function: str = ""
    name: str = ""
    first: int = 0
    last: int = 0


def pins_of(
    tests: Sequence[ParsedTest], names: Names
) -> tuple[list[tuple[ParsedTest, Pin]], list[tuple[ParsedTest, Check]]]:
    """The checks of a unit's tests that compare a whole value, and those of something else.

    What follows from the values that are compared is left out of both, such as `len(x) == 3` where
    another test compares all of x.
    """
    pins: list[tuple[ParsedTest, Pin]] = []
    others: list[tuple[ParsedTest, Check]] = []
    for parsed in tests:
        for check in parsed.all_checks:
            pin = _pin(check, parsed, names)
            if pin:
                pins.append((parsed, pin))
            else:
                others.append((parsed, check))
    found = []
    for parsed, check in others:
        covers = _covers(parsed, pins)
        if not all(covers(value) for value in check.values):
            found.append((parsed, check))
    return pins, found


def _pin(check: Check, parsed: ParsedTest, names: Names) -> Pin | None:
    if check.form is Form.TRUE or len(check.values) != 1:
        return None
    value = check.values[0]
    match value:
        case ast.Call(ast.Name(function)) if function in names.functions - parsed.own:
            return Pin(check, function=function, first=check.first, last=check.last)
        case ast.Name(name) if check.form is Form.SAME:
            if name not in parsed.own:
                known = name in names.student - names.functions - names.classes
                return Pin(check, name=name) if known else None
            made = _made_by(name, parsed)
            match made:
                case ast.Assign([ast.Name()], ast.Call(ast.Name(function))) if (
                    function in names.functions - parsed.own
                ):
                    last = made.end_lineno or made.lineno
                    return Pin(check, function, name, made.lineno, last)
    return None


def _made_by(name: str, parsed: ParsedTest) -> ast.stmt | None:
    """The one statement that binds a name of a test's and that is all that changes it."""
    found = [each for each in statements(parsed.body) if name in changes(each)]
    return found[0] if len(found) == 1 else None


def _covers(
    parsed: ParsedTest, pins: Sequence[tuple[ParsedTest, Pin]]
) -> Callable[[ast.AST], bool]:
    """Whether an expression of a test depends on the student through pinned values alone.

    What such an expression says then follows from what the pinned values are.
    """
    here = [pin for each, pin in pins if each is parsed]
    texts = {ast.dump(value) for pin in here for value in pin.check.values}
    texts |= {ast.dump(value) for _, pin in pins if not pin.function for value in pin.check.values}
    names = {pin.name for pin in here} | {pin.name for _, pin in pins if not pin.function}
    names -= {""}

    def covers(node: ast.AST) -> bool:
        if ast.dump(node) in texts:
            return True
        if isinstance(node, ast.Name):
            return node.id in names or node.id not in parsed.student
        return all(covers(each) for each in ast.iter_child_nodes(node))

    return covers
