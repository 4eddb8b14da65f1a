"""Part what an assert says into what is seen of the student's values, and what has to hold of it.

Of `assert 0 < x < 100`, x is seen in the kernel, and that it lies between 0 and 100 is judged
outside. So the bounds are in no kernel, and a student cannot forge what an assert says.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass

from grader.authors.importing.checks import Check, Form
from grader.authors.importing.names import Names, loaded
from grader.authors.importing.tests_of import ParsedTest

# Functions of Python's that are called outside, with values that were seen.
_PURE = {
    *("abs", "all", "any", "bool", "float", "int", "isinstance", "len", "list", "max", "min"),
    *("range", "round", "set", "sorted", "str", "sum", "tuple", "zip"),
}
# Modules whose functions may be, and methods of arrays.
_MODULES = {"np": "import numpy as np", "numpy": "import numpy", "math": "import math"}
_METHODS = {"all", "any", "sum", "max", "min", "mean"}
_TYPES = {"int", "float", "str", "bool", "list", "tuple", "dict", "set", "complex", "bytes"}


@dataclass(frozen=True, slots=True)
class Condition:
    """What is seen, as expressions of the test, and what has to hold of it.

    `holds` is the expression, with `_0`, `_1` and so on for what is seen.
    """

    seen: tuple[ast.expr, ...]
    holds: ast.expr
    imports: tuple[str, ...]

    def checker(self, name: str) -> str:
        """The source of the checker, a function of this name."""
        names = ", ".join(f"_{number}" for number in range(len(self.seen)))
        lines = [
            f"def {name}(answer):",
            '    """What the test asserts, of what was seen."""',
            *(f"    {each}" for each in self.imports),
            "    try:",
            f"        return len(answer) > 0 and all(bool({ast.unparse(self.holds)})"
            f" for ({names},) in answer)",
            "    except Exception:  # a value of another kind",
            "        return False",
        ]
        return "\n".join(lines) + "\n"


class _Inseparable(Exception):
    """What has to hold depends on something that is not seen."""


def condition_of(check: Check, parsed: ParsedTest, names: Names) -> Condition | None:
    """The parts of a check that is more than a comparison with the master; None where it has none.

    These are asserts that something is true, or raised, and comparisons of two values of the
    student's. Of what raises, the names of the exception's type and its bases are seen.
    """
    if check.form is Form.RAISES:
        named = ast.Constant(check.raises)
        among = ast.Compare(named, [ast.In()], [ast.Name("_0", ast.Load())])
        return Condition(check.values, among, ())
    if check.shown:
        return None
    if check.form is Form.SAME and len(check.values) == 1:
        return None
    stated = check.values[0] if check.form is Form.TRUE else _agreement(check)
    parting = _Parting(parsed, names)
    try:
        holds = parting.part(stated)
    except _Inseparable:
        return None
    if not parting.seen:
        return None
    used = sorted({_MODULES[each] for each in loaded(holds) if each in _MODULES})
    return Condition(tuple(parting.seen), holds, tuple(used))


def _agreement(check: Check) -> ast.expr:
    """The expression that two values of the student's are the same, within the tolerances.

    What has not been written yet is None on both sides, and that does not agree.
    """
    there = ast.Compare(check.values[0], [ast.IsNot()], [ast.Constant(None)])
    return ast.BoolOp(ast.And(), [there, _sameness(check)])


def _sameness(check: Check) -> ast.expr:
    one, other = check.values
    numpy = ast.Name("np", ast.Load())
    if check.rtol is None and check.atol is None:
        return ast.Call(ast.Attribute(numpy, "array_equal", ast.Load()), [one, other], [])
    tolerances = {"rtol": check.rtol or 0.0, "atol": check.atol or 0.0}
    keywords = [ast.keyword(name, ast.Constant(each)) for name, each in tolerances.items()]
    return ast.Call(ast.Attribute(numpy, "allclose", ast.Load()), [one, other], keywords)


class _Parting:
    def __init__(self, parsed: ParsedTest, names: Names) -> None:
        self.parsed, self.names = parsed, names
        self.seen: list[ast.expr] = []

    def part(self, node: ast.expr) -> ast.expr:
        """The expression, with names for what is seen."""
        if not self.parsed.depends(node):
            return self._apart(node)
        match node:
            case ast.BoolOp(operator, values):
                return ast.BoolOp(operator, [self.part(each) for each in values])
            case ast.UnaryOp(operator, operand):
                return ast.UnaryOp(operator, self.part(operand))
            case ast.BinOp(left, operator, right):
                return ast.BinOp(self.part(left), operator, self.part(right))
            case ast.Compare(left, operators, others):
                parts = [self.part(each) for each in others]
                return ast.Compare(self.part(left), operators, parts)
            case ast.Tuple(items) | ast.List(items):
                return ast.List([self.part(each) for each in items], ast.Load())
            case ast.Call(function, args, keywords) if self._is_pure(function):
                parts = [self._type_or_part(function, n, each) for n, each in enumerate(args)]
                named = [ast.keyword(each.arg, self.part(each.value)) for each in keywords]
                return ast.Call(function, parts, named)
            case ast.Call(ast.Attribute(value, method), args, keywords) if method in _METHODS and (
                isinstance(value, (ast.Compare, ast.BinOp, ast.UnaryOp, ast.Call))
            ):
                made = ast.Attribute(self.part(value), method, ast.Load())
                named = [ast.keyword(each.arg, self.part(each.value)) for each in keywords]
                return ast.Call(made, [self.part(each) for each in args], named)
            case ast.GeneratorExp(
                element, [ast.comprehension(target, values, [], 0)]
            ) | ast.ListComp(element, [ast.comprehension(target, values, [], 0)]) if (
                not self.parsed.depends(element)
            ):
                return self._comprehension(element, target, values)
        return self._see(node)

    def _comprehension(self, element: ast.expr, target: ast.expr, values: ast.expr) -> ast.expr:
        own = {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
        if not loaded(element) <= own | _PURE | _TYPES | _MODULES.keys():
            raise _Inseparable
        made = ast.comprehension(target, self.part(values), [], 0)
        return ast.ListComp(element, [made])

    def _is_pure(self, function: ast.expr) -> bool:
        match function:
            case ast.Name(name):
                return name in _PURE and name not in self.parsed.own
            case ast.Attribute(ast.Name(module)):
                return module in _MODULES
        return False

    def _type_or_part(self, function: ast.expr, place: int, node: ast.expr) -> ast.expr:
        if place == 1 and isinstance(function, ast.Name) and function.id == "isinstance":
            if not _is_type(node):
                raise _Inseparable
            return node
        return self.part(node)

    def _apart(self, node: ast.expr) -> ast.expr:
        """What does not depend on the student: constants, or what the notebook gives."""
        read = loaded(node) - _PURE - _TYPES - _MODULES.keys()
        if not read:
            return node
        if read & self.parsed.own or not read <= self.names.bound_in.keys():
            raise _Inseparable  # the test's own values may be what is expected
        return self._see(node)

    def _see(self, node: ast.expr) -> ast.expr:
        for number, each in enumerate(self.seen):
            if ast.dump(each) == ast.dump(node):
                return ast.Name(f"_{number}", ast.Load())
        self.seen.append(copy.deepcopy(node))
        return ast.Name(f"_{len(self.seen) - 1}", ast.Load())


def _is_type(node: ast.expr) -> bool:
    match node:
        case ast.Name(name):
            return name in _TYPES
        case ast.Attribute(ast.Name(module)):
            return module in _MODULES
        case ast.Tuple(items):
            return all(map(_is_type, items))
    return False
