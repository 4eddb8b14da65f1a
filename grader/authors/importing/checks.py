"""Say of each assert of a test what it compares, and how near the two have to be.

What is compared for equality, or within a tolerance, can be graded by comparing what the student
has with what the master has. Of anything else only the truth of the assert is known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from grader.authors.importing.opposites import opposite


class Form(StrEnum):
    """What an assert says of the student's value."""

    SAME = "same"
    TRUE = "true"
    RAISES = "raises"


@dataclass(frozen=True, slots=True)
class Check:
    """An assert, or a statement that does the same, from line `first` to `last` of its test.

    `values` are the expressions in it that depend on the student. With SAME these are to be what
    they are in the master, within the tolerances, if it has any; with TRUE the one expression is to
    be true; with RAISES its evaluation is to raise an exception of the type named `raises`. `shown`
    says that the text is compared by which the value is shown.
    """

    form: Form
    values: tuple[ast.expr, ...]
    first: int
    last: int
    rtol: float | None = None
    atol: float | None = None
    raises: str = ""
    says: str = ""
    shown: bool = False


# How far an expression depends on the student: 2 surely, 1 perhaps, 0 not.
Depends = Callable[[ast.AST], int]


def checks_in(statement: ast.stmt, depends: Depends) -> list[Check] | None:
    """The checks that a statement makes by itself; None where it is no check.

    `depends` tells whether an expression depends on the student. A check that does not depend on
    the student is left out.
    """
    found = _of(statement, depends)
    if found is None:
        return None
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    return [replace(each, first=first, last=last) for each in found]


def shown_value(value: ast.expr, depends: Depends) -> list[Check]:
    """The checks of an expression whose printed value is compared.

    A comparison is true there, as a test's is; of anything else the value is to be the same.
    """
    first, last = value.lineno, value.end_lineno or value.lineno
    if is_truth(value):
        found = _true(value, depends)
    elif isinstance(value, ast.Call) and _name(value) in ("print", "str") and value.args:
        found = [each for argument in value.args for each in shown_value(argument, depends)]
    else:
        found = [replace(each, shown=True) for each in _same([value], depends)]
    return [replace(each, first=first, last=last) for each in found]


def is_truth(value: ast.expr) -> bool:
    """Whether an expression is a comparison, or another that is only true or false."""
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not)
    return isinstance(value, (ast.Compare, ast.BoolOp)) or _name(value) in _TRUTHS


def _of(node: ast.stmt, depends: Depends) -> list[Check] | None:
    match node:
        case ast.Assert(test=test):
            return _true(test, depends)
        case ast.Expr(ast.Call() as call):
            return _call(call, depends)
        case ast.If(test=test, body=[*_, ast.Raise()], orelse=[]):
            return _true(opposite(test), depends)
        case ast.With(items=[ast.withitem(ast.Call() as call)], body=body):
            if _name(call) in ("raises", "assertRaises", "assert_raises", "assertRaisesRegex"):
                return _raises(call.args[0] if call.args else None, body, depends)
        case ast.Try():
            return _tried(node, depends)
    return None


# name -> whether the two are compared with tolerances, and those: rtol, atol.
_PAIRS: dict[str, tuple[float | None, float | None]] = {
    "assert_equal": (None, None),
    "assertEqual": (None, None),
    "assertEquals": (None, None),
    "eq_": (None, None),
    "assert_array_equal": (None, None),
    "assertListEqual": (None, None),
    "assertDictEqual": (None, None),
    "assertTupleEqual": (None, None),
    "assertSetEqual": (None, None),
    "assertSequenceEqual": (None, None),
    "assert_list_equal": (None, None),
    "assert_dict_equal": (None, None),
    "assert_tuple_equal": (None, None),
    "assert_is": (None, None),
    "assertIs": (None, None),
    "assert_string_equal": (None, None),
    "assert_frame_equal": (1e-5, 1e-8),
    "assert_series_equal": (1e-5, 1e-8),
    "assert_index_equal": (1e-5, 1e-8),
    "assert_allclose": (1e-7, 0.0),
    "assert_almost_equal": (0.0, 1.5e-7),
    "assert_array_almost_equal": (0.0, 1.5e-6),
    "assertAlmostEqual": (0.0, 5e-8),
    "assertAlmostEquals": (0.0, 5e-8),
    "assert_approx_equal": (5e-7, 0.0),
}
_TRUE_NAMES = {"assert_true", "assertTrue", "ok_", "assert_"}
_FALSE_NAMES = {"assert_false", "assertFalse"}
# Expressions that are true where two values are the same: name -> tolerances.
_CLOSE = {"allclose": (1e-5, 1e-8), "isclose": (1e-5, 1e-8)}
_EQUAL = {"array_equal", "array_equiv", "equals"}
_TRUTHS = {*_CLOSE, *_EQUAL, "all", "any", "isinstance", "issubclass", "hasattr", "callable"}
# How the names of functions begin that raise an exception where what they are given is wrong.
_TESTERS = ("assert", "check_", "test_", "verify_")
_ABSOLUTE = {"abs", "fabs", "absolute"}
_PLACES = {
    "assert_almost_equal": 1.5,
    "assert_array_almost_equal": 1.5,
    "assertAlmostEqual": 0.5,
    "assertAlmostEquals": 0.5,
}


def _name(node: ast.AST) -> str:
    """The last part of what is called: `allclose` of `np.allclose(...)`."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _call(call: ast.Call, depends: Depends) -> list[Check] | None:
    name = _name(call)
    if name in _TRUE_NAMES and call.args:
        return _true(call.args[0], depends)
    if name in _FALSE_NAMES and call.args:
        return _true(ast.UnaryOp(ast.Not(), call.args[0]), depends)
    if name in ("assertRaises", "assert_raises", "raises") and len(call.args) > 1:
        called = ast.Call(call.args[1], call.args[2:], call.keywords)
        return _raises(call.args[0], [ast.Expr(ast.copy_location(called, call))], depends)
    if name in _PAIRS and len(call.args) >= 2:
        rtol, atol = _given(call, *_PAIRS[name])
        return _same(call.args[:2], depends, rtol, atol)
    if name.lstrip("_").startswith(_TESTERS) and depends(call) and not depends(call.func):
        return _truth(call, depends)
    return None


def _given(
    call: ast.Call, rtol: float | None, atol: float | None
) -> tuple[float | None, float | None]:
    """The tolerances that a call gives, in place of the usual ones."""
    names = {"rtol": "rtol", "atol": "atol", "rel_tol": "rtol", "abs_tol": "atol", "delta": "atol"}
    found: dict[str, float | None] = {"rtol": rtol, "atol": atol}
    for keyword in call.keywords:
        number = _number(keyword.value)
        if number is not None and keyword.arg in names:
            found[names[keyword.arg]] = number
        elif number is not None and keyword.arg in ("decimal", "places"):
            found["atol"] = _PLACES.get(_name(call), 1.0) * 10.0**-number
    place = call.args[2] if len(call.args) > 2 else None
    number = _number(place) if place else None
    if number is not None and _name(call) in _PLACES:
        found["atol"] = _PLACES[_name(call)] * 10.0**-number
    elif number is not None and rtol is not None:
        found["rtol"] = number
        more = _number(call.args[3]) if len(call.args) > 3 else None
        found["atol"] = found["atol"] if more is None else more
    return found["rtol"], found["atol"]


def _number(node: ast.expr) -> float | None:
    try:
        value = eval(compile(ast.Expression(_arithmetic(node)), "", "eval"), {"__builtins__": {}})
        return float(value)
    except Exception:  # no arithmetic of numbers
        return None


def _arithmetic(node: ast.expr) -> ast.expr:
    """The expression; ValueError where it is anything but arithmetic of numbers."""
    allowed = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
    for each in ast.walk(node):
        if not isinstance(each, allowed) or isinstance(getattr(each, "value", 0), (str, bytes)):
            raise ValueError
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Pow):
            exponent = each.right
            size = exponent.operand if isinstance(exponent, ast.UnaryOp) else exponent
            if (
                not isinstance(size, ast.Constant)
                or not isinstance(size.value, int)
                or size.value > 99
            ):
                raise ValueError
    return node


def _same(
    values: list[ast.expr], depends: Depends, rtol: float | None = None, atol: float | None = None
) -> list[Check]:
    most = max(map(depends, values), default=0)
    own = {ast.dump(each): each for each in values if most and depends(each) == most}
    return [Check(Form.SAME, tuple(own.values()), 0, 0, rtol, atol)] if own else []


def _truth(value: ast.expr, depends: Depends) -> list[Check]:
    return [Check(Form.TRUE, (value,), 0, 0)] if depends(value) else []


def _true(test: ast.expr, depends: Depends) -> list[Check]:
    """The checks of an expression that is to be true."""
    match test:
        case ast.BoolOp(ast.And(), values):
            return [each for value in values for each in _true(value, depends)]
        case ast.Tuple([value, _]):  # assert (x == 1, "message"), which is always true
            return _true(value, depends)
        case ast.Compare(ast.Call() as left, [ast.Eq() | ast.Is()], [ast.Constant(True)]) if (
            _name(left) in _TRUTHS
        ):
            return _true(left, depends)
        case ast.Compare(left, [ast.Eq() | ast.Is()], [right]):
            return _same([left, right], depends)
        case ast.Compare(left, [ast.Lt() | ast.LtE()], [right]):
            return _near(left, right, depends) or _truth(test, depends)
        case ast.Compare(left, [ast.Gt() | ast.GtE()], [right]):
            return _near(right, left, depends) or _truth(test, depends)
        case ast.Call():
            return _true_call(test, depends)
    return _truth(test, depends)


def _true_call(call: ast.Call, depends: Depends) -> list[Check]:
    name = _name(call)
    if name in _CLOSE and len(call.args) >= 2:
        usual = (1e-9, 0.0) if ast.unparse(call.func) == "math.isclose" else _CLOSE[name]
        return _same(call.args[:2], depends, *_given(call, *usual))
    if name in _EQUAL:
        pair = (
            [call.func.value, *call.args]
            if name == "equals" and isinstance(call.func, ast.Attribute)
            else call.args[:2]
        )
        return _same(pair, depends)
    if name in ("all", "bool"):
        own = call.func.value if isinstance(call.func, ast.Attribute) else call
        inner = call.args[0] if call.args else own
        if isinstance(inner, (ast.Compare, ast.Call)) and inner is not call:
            found = _true(inner, depends)
            # Of `(x < 5).all()` the comparison alone is no truth, but an array of them.
            if all(each.form is Form.SAME for each in found):
                return found
    return _truth(call, depends)


def _near(small: ast.expr, bound: ast.expr, depends: Depends) -> list[Check]:
    """The check of `abs(a - b) < bound`, or of the largest of these; none if it is another."""
    limit = _number(bound)
    if limit is None or limit < 0 or not isinstance(small, ast.Call):
        return []
    if _name(small) in ("max", "amax"):
        own = small.func.value if isinstance(small.func, ast.Attribute) and not small.args else None
        inner = small.args[0] if small.args else own
        return _near(inner, bound, depends) if isinstance(inner, ast.Call) else []
    match small:
        case ast.Call(args=[ast.BinOp(left, ast.Sub(), right)]) if _name(small) in _ABSOLUTE:
            return _same([left, right], depends, 0.0, limit)
    return []


def _raises(error: ast.expr | None, body: list[ast.stmt], depends: Depends) -> list[Check] | None:
    calls = [each.value for each in body if isinstance(each, ast.Expr | ast.Assign)]
    named = _name(error) if error else ""
    if not calls or not named:
        return None
    last = calls[-1]
    return [Check(Form.RAISES, (last,), 0, 0, raises=named)] if depends(last) else []


def _tried(node: ast.Try, depends: Depends) -> list[Check] | None:
    """`try: f(-1)`, with something that fails after it, `except ValueError: pass`."""
    if len(node.handlers) != 1 or node.finalbody or not node.handlers[0].type:
        return None
    body = list(node.body)
    fails = bool(node.orelse) and _fails(node.orelse[-1])
    if len(body) > 1 and _fails(body[-1]):
        body, fails = body[:-1], True
    passes = all(isinstance(each, (ast.Pass, ast.Expr)) for each in node.handlers[0].body)
    if not fails or not passes or not _name(node.handlers[0].type):
        return None
    return _raises(node.handlers[0].type, body, depends)


def _fails(node: ast.stmt) -> bool:
    match node:
        case ast.Raise():
            return True
        case ast.Assert(ast.Constant(value)):
            return not value
        case ast.Expr(ast.Call() as call):
            return _name(call) == "fail"
    return False


def walk_checks(body: list[ast.stmt], depends: Depends) -> Iterator[tuple[ast.stmt, list[Check]]]:
    """The statements that are checks, also inside of loops, conditions and contexts."""
    for node in body:
        found = checks_in(node, depends)
        if found is not None:
            yield node, found
            continue
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield from walk_checks(block, depends)
