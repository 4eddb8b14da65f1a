"""Which names of a notebook depend on what the student writes."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.authors.importing.foreign import Role, Step
from grader.notebooks.cells import bindings, names_read
from grader.notebooks.parsing import parsed_cell

_BUILTINS = frozenset(dir(builtins))
# Functions that change nothing of what they are given.
_LOOKING = {"isinstance", "len", "type", "all", "any", "allclose", "isclose", "array_equal"}
# Methods that change the object that they are called of.
_CHANGING = {
    *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "add"),
    *("discard", "setdefault", "popitem", "fill"),
}
_IMPORTS = (ast.Import, ast.ImportFrom)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a master's cells, without its tests, bind.

    `functions` and `classes` are defined in cells that are answered; `student` are all names that
    depend on these cells. `imports` has the statement that imports a name. `bound_in` has the
    numbers of the steps that bind a name.
    """

    functions: frozenset[str]
    classes: frozenset[str]
    student: frozenset[str]
    imports: dict[str, str]
    bound_in: dict[str, list[int]]

    @property
    def values(self) -> list[str]:
        """The names that may stand for a value, with those of given cells."""
        others = self.functions | self.classes | self.imports.keys() | {"*"}
        return sorted(set(self.bound_in) - others)


def names_of(steps: Iterable[Step]) -> Names:
    """What the steps of a master bind."""
    functions, classes, student = set[str](), set[str](), set[str]()
    imports: dict[str, str] = {}
    bound_in: dict[str, list[int]] = {}
    for number, step in enumerate(steps):
        if step.role is Role.TEST:
            continue
        for node, bound in bindings(step.source):
            for name in bound:
                bound_in.setdefault(name, []).append(number)
            if isinstance(node, _IMPORTS):
                imports |= dict.fromkeys(bound, ast.unparse(node))
            elif step.role is Role.ANSWER or names_read(node) & student:
                student |= bound
                if step.role is Role.ANSWER and isinstance(node, ast.FunctionDef):
                    functions |= bound
                elif step.role is Role.ANSWER and isinstance(node, ast.ClassDef):
                    classes |= bound
        body = parsed_cell(step.source).tree.body
        if step.role is Role.ANSWER:
            student |= _altered(body) - imports.keys()
        student |= _changed(body, student)
    return Names(frozenset(functions), frozenset(classes), frozenset(student), imports, bound_in)


def dependent(body: list[ast.stmt], student: frozenset[str], *, passed: bool = True) -> set[str]:
    """The names that depend on the student after the statements of a test have run.

    With `passed`, also those of what was passed to a function of the student's by itself, as in
    `sort(x)`, which may have changed it.
    """
    found = set(student)
    while True:
        more = _changed(body, found, passed=passed) - found
        if not more:
            return found
        found |= more


def _changed(body: list[ast.stmt], student: set[str], *, passed: bool = True) -> set[str]:
    """The names that statements bind, or change, with what depends on the student."""
    changed = set[str]()
    for node in statements(body):
        if isinstance(node, _IMPORTS):
            continue
        head = head_of(node)
        read = {name for part in head for name in loaded(part)}
        if isinstance(node, _SCOPES):
            read = names_read(node)
        if read & student:
            changed |= bound_by(node) | _stored(head)
            changed |= _given_to_calls(head) if passed and not _asserts(node) else set()
    return changed


def _asserts(node: ast.stmt) -> bool:
    """Whether a statement is a call that only looks at its arguments."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    function = node.value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _LOOKING or name.startswith(("assert", "check_", "eq_", "ok_", "print"))


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, and those in their loops, conditions and contexts; not in functions."""
    for node in body:
        yield node
        if not isinstance(node, _SCOPES):
            for block in blocks(node):
                yield from statements(block)


def blocks(node: ast.AST) -> list[list[ast.stmt]]:
    """The lists of statements inside of a statement."""
    found = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    found += [each.body for each in (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))]
    return [each for each in found if isinstance(each, list) and each]


def head_of(node: ast.stmt) -> list[ast.AST]:
    """A statement's own expressions, without the statements inside of it."""
    inner = {id(each) for block in blocks(node) for each in block}
    if not inner or isinstance(node, _SCOPES):
        return [node] if not inner else []
    children = ast.iter_child_nodes(node)
    return [
        each
        for each in children
        if id(each) not in inner and not isinstance(each, ast.ExceptHandler)
    ]


def loaded(node: ast.AST) -> set[str]:
    """The names that an expression or statement reads."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def bound_by(node: ast.stmt) -> set[str]:
    """The names that a statement itself binds, without those that statements inside of it bind."""
    if isinstance(node, _SCOPES):
        return {node.name}
    if isinstance(node, _IMPORTS):
        return {(each.asname or each.name).split(".")[0] for each in node.names}
    nodes = [each for part in head_of(node) for each in ast.walk(part)]
    # The names of a comprehension are its own.
    inside = {
        id(name)
        for each in nodes
        if isinstance(each, ast.comprehension)
        for name in ast.walk(each.target)
    }
    stored = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return {n.id for n in stored if id(n) not in inside}


def _stored(parts: list[ast.AST]) -> set[str]:
    """The names of objects of which a part is assigned, as `a` in `a[0] = x`."""
    found = set[str]()
    for each in (node for part in parts for node in ast.walk(part)):
        if isinstance(each, (ast.Subscript, ast.Attribute)) and isinstance(each.ctx, ast.Store):
            found |= loaded(each.value)
    return found


def _altered(body: list[ast.stmt]) -> set[str]:
    """The names of objects that statements alter: `a` in `a[0] = x` and `a.append(x)`."""
    found = set[str]()
    for node in statements(body):
        found |= _stored(head_of(node))
        match node:
            case ast.Expr(ast.Call(ast.Attribute(value, method))) if method in _CHANGING:
                found |= loaded(value)
    return found


def _given_to_calls(parts: list[ast.AST]) -> set[str]:
    """The names of objects that a call by itself may change: `a` in `f(a)` and `a.append(x)`."""
    found = set[str]()
    for part in parts:
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            found |= {a.id for a in part.value.args if isinstance(a, ast.Name)}
            if isinstance(part.value.func, ast.Attribute):
                found |= loaded(part.value.func.value)
    return found


def changes(node: ast.stmt) -> set[str]:
    """The names that a statement binds, and those of objects that it may change."""
    head = head_of(node)
    return bound_by(node) | _stored(head) | _given_to_calls(head)


def read_first(body: list[ast.stmt]) -> list[str]:
    """The names that statements read before they bind them, in the order in which they do."""
    bound, needs = set[str](), list[str]()
    for node in body:
        inner = {
            a.arg for each in ast.walk(node) for a in ([each] if isinstance(each, ast.arg) else [])
        }
        comprehended = {
            n.id
            for each in ast.walk(node)
            if isinstance(each, ast.comprehension)
            for n in ast.walk(each.target)
            if isinstance(n, ast.Name)
        }
        own = inner | comprehended | (_bound_inside(node) if blocks(node) else set())
        for name in sorted(loaded(node)):
            if name not in bound | own | _BUILTINS and name not in needs:
                needs.append(name)
        bound |= _bound_inside(node)
    return needs


def _bound_inside(node: ast.stmt) -> set[str]:
    found = {name for each in statements([node]) for name in bound_by(each)} | bound_by(node)
    handlers = [each for each in ast.walk(node) if isinstance(each, ast.ExceptHandler)]
    return found | {each.name for each in handlers if each.name}
