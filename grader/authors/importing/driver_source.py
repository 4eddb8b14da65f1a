"""Make the driver that observes what the tests of a unit compare.

It has those statements of a test that its observations need. What the test compares them with, and
what that is worked out from, is left out: a driver runs where the student's code does.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.authors.importing.checks import Check, Form, is_truth
from grader.authors.importing.conditions import Condition
from grader.authors.importing.names import (
    Names,
    blocks,
    bound_by,
    changes,
    loaded,
    read_first,
    statements,
)
from grader.authors.importing.tests_of import ParsedTest

LOOK = "For the author:"
NOTHING_SEEN = "it takes nothing of the notebook that students write"
_BLOCKS = ("body", "orelse", "finalbody")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(slots=True)
class DriverSource:
    """A driver's source from its `def` on, without a decorator, and what it needs of the notebook.

    `look` says what the author has to look at. `lines` has the check of each line that yields.
    """

    name: str
    source: str
    needs: list[str]
    look: list[str] = field(default_factory=list)
    checker: str = ""
    lines: dict[int, Check] = field(default_factory=dict)


def driver_source(
    name: str,
    title: str,
    parsed: ParsedTest,
    before: Sequence[ParsedTest],
    names: Names,
    chosen: Callable[[Check], bool],
    as_truth: Iterable[Check] = (),
    condition: Condition | None = None,
    constants: Mapping[str, str] | None = None,
) -> DriverSource | None:
    """The driver of a test's chosen checks; None where none of them is left.

    `before` are the tests of the notebook that ran earlier, which may have bound names that this
    one reads. Checks in `as_truth` yield whether they hold, as their values cannot be sent. With a
    `condition`, the one chosen check yields what is seen, and a checker says what has to hold.
    `constants` are names of the notebook that the driver is to bind itself, with their values.
    """
    made = _Maker(parsed, names, chosen, [id(each) for each in as_truth], condition)
    body = made.block(parsed.body)
    if not made.yields:
        return None
    body = _needed(body)
    _narrow_loops(body)
    lacking = {each for each in read_first(body) if each not in names.bound_in}
    body = [*_needed(_earlier(before), lacking), *_needed(body)]
    needs = read_first(body)
    imports = sorted({names.imports[each] for each in needs if each in names.imports})
    unknown = [each for each in needs if each not in names.bound_in and each not in names.imports]
    needs = [each for each in needs if each not in names.imports and each not in unknown]
    if unknown:
        made.look.append(f"it reads {', '.join(unknown)}, which nothing in the notebook binds")
    fixed = [f"{each} = {constants[each]}" for each in needs if constants and each in constants]
    needs = [each for each in needs if not constants or each not in constants]
    if not names.student & set(needs):
        made.look.append(NOTHING_SEEN)
    made.look += _leaks(body, parsed, made.kept)
    made.look += _judged_inside(body, parsed, made)
    return _written(name, title, needs, [*imports, *fixed], body, made)


def _earlier(before: Sequence[ParsedTest]) -> list[ast.stmt]:
    """What earlier tests bind, as a test's imports and functions are used by later ones."""
    return [
        node
        for each in before
        for node in each.body
        if bound_by(node) and id(node) not in each.checks and not each.unread
    ]


class _Maker:
    def __init__(
        self,
        parsed: ParsedTest,
        names: Names,
        chosen: Callable[[Check], bool],
        as_truth: list[int],
        condition: Condition | None,
    ) -> None:
        self.condition = condition
        self.parsed, self.names, self.chosen, self.as_truth = parsed, names, chosen, as_truth
        self.yields: list[tuple[ast.expr, Check]] = []
        self.kept: list[Check] = []
        self.look: list[str] = []

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [made for node in body for made in self._statement(node)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        checks = self.parsed.checks.get(id(node))
        if checks is not None:
            return [
                made for each in checks if self.chosen(each) for made in self._check(each, node)
            ]
        made = copy.copy(node)
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for name in _BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list) and block:
                    rest = self.block(block)
                    setattr(made, name, rest or ([ast.Pass()] if name == "body" else []))
        return [made]

    def _check(self, check: Check, node: ast.stmt) -> list[ast.stmt]:
        self.kept.append(check)
        if check.form is Form.RAISES:
            return [self._raising(check)]
        if self.condition:
            return [self._seen(list(self.condition.seen), check)]
        if check.shown and id(check) in self.as_truth:
            # The value cannot be sent; its text is what the other program compares.
            text_of = ast.Name("str", ast.Load())
            return [self._yield(ast.Call(text_of, [check.values[0]], []), check)]
        if check.form is Form.TRUE or len(check.values) > 1 or id(check) in self.as_truth:
            text = ast.unparse(node).split("\n")[0]
            self.look.append(f"of `{text}` only the truth is observed, which a student can forge")
            if check.form is not Form.TRUE and not isinstance(node, ast.Assert):
                return [self._passing(node, check)]
            value = check.values[0]
            if check.form is not Form.TRUE and isinstance(node, ast.Assert):
                value = node.test
            return [self._yield(ast.Call(ast.Name("bool", ast.Load()), [value], []), check)]
        return [self._yield(_observable(value), check) for value in check.values]

    def _yield(self, value: ast.expr, check: Check) -> ast.stmt:
        made = ast.Yield(copy.deepcopy(value))
        self.yields.append((made, check))
        return ast.Expr(made)

    def _passing(self, node: ast.stmt, check: Check) -> ast.stmt:
        failed = ast.ExceptHandler(
            ast.Name("Exception", ast.Load()), None, [self._yield(ast.Constant(False), check)]
        )
        return _whole(ast.Try([node], [failed], [self._yield(ast.Constant(True), check)], []))

    def _raising(self, check: Check) -> ast.stmt:
        """What raises, and the names of the exception's type and its bases; none if nothing did."""
        names = ast.parse("[each.__name__ for each in type(error).__mro__]", mode="eval").body
        handler = ast.ExceptHandler(
            ast.Name("Exception", ast.Load()), "error", [self._seen([names], check)]
        )
        nothing = self._seen([ast.List([], ast.Load())], check)
        return _whole(ast.Try([ast.Expr(check.values[0])], [handler], [nothing], []))

    def _seen(self, values: list[ast.expr], check: Check) -> ast.stmt:
        return self._yield(ast.Tuple(values, ast.Load()), check)


def _whole(node: ast.Try) -> ast.Try:
    """The statement, of which nothing is to be left out."""
    node.whole = True  # type: ignore[attr-defined]
    return node


def _observable(value: ast.expr) -> ast.expr:
    """The value, or what stands for it where it cannot be sent: the name of a type."""
    match value:
        case ast.Call(ast.Name("type"), [_], []):
            return ast.Attribute(value, "__name__", ast.Load())
        case ast.Attribute(attr="dtype"):
            return ast.Call(ast.Name("str", ast.Load()), [value], [])
    return value


def _has_yield(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Yield) for each in ast.walk(node))


def _needed(body: list[ast.stmt], after: set[str] | None = None) -> list[ast.stmt]:
    """The statements that yield, and those before them that these depend on.

    `after` are names that are read after the statements.
    """
    live, kept = set(after or ()), list[ast.stmt]()
    for node in reversed(body):
        if isinstance(node, _SCOPES) or not blocks(node):
            if _has_yield(node) or changes(node) & live:
                kept.append(node)
                live -= _bound_anew(node)
                live |= loaded(node)
        elif part := _needed_inside(node, live):
            kept.append(part)
            live |= loaded(part)
    return kept[::-1]


def _bound_anew(node: ast.stmt) -> set[str]:
    """The names whose values before the statement do not matter after it."""
    match node:
        case ast.Assign(targets=targets):
            flat = [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]
            return {each.id for each in flat if isinstance(each, ast.Name)}
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef():
            return bound_by(node)
    return set()


def _needed_inside(node: ast.stmt, live: set[str]) -> ast.stmt | None:
    """A loop, condition or context with what is needed of it; None where nothing is."""
    needed = set(live)
    while True:
        kept = _kept([node], needed)
        read = {name for each in kept for name in loaded(each)}
        if read <= needed:
            return kept[0] if kept else None
        needed |= read


def _kept(body: list[ast.stmt], needed: set[str]) -> list[ast.stmt]:
    kept = []
    for node in body:
        if getattr(node, "whole", False):
            kept.append(node)
        elif isinstance(node, _SCOPES):
            if node.name in needed:
                kept.append(node)
        elif blocks(node):
            made = copy.copy(node)
            for name in _BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list) and block:
                    rest = _kept(block, needed)
                    setattr(made, name, rest or ([ast.Pass()] if name == "body" else []))
            alters = any(
                changes(each) & needed for part in blocks(node) for each in statements(part)
            )
            if _has_yield(node) or alters or changes(node) & needed:
                kept.append(made)
        elif _has_yield(node) or changes(node) & needed:
            kept.append(node)
    return kept


def _narrow_loops(body: list[ast.stmt]) -> None:
    """`for x, y in [(1, 2), (3, 4)]` as `for x in [1, 3]` where y is not read."""
    for node in statements(body):
        match node:
            case ast.For(ast.Tuple(targets), ast.List(items) | ast.Tuple(items), inside):
                read = {name for each in inside for name in loaded(each)}
                keep = [
                    n
                    for n, each in enumerate(targets)
                    if isinstance(each, ast.Name) and each.id in read
                ]
                plain = all(
                    isinstance(i, (ast.Tuple, ast.List)) and len(i.elts) == len(targets)
                    for i in items
                )
                if len(keep) == 1 and plain and all(isinstance(each, ast.Name) for each in targets):
                    node.target = targets[keep[0]]
                    node.iter = ast.List([i.elts[keep[0]] for i in items], ast.Load())  # type: ignore[attr-defined]


def _leaks(body: list[ast.stmt], parsed: ParsedTest, kept: list[Check]) -> list[str]:
    """Where what a test compares with may still stand in the driver."""
    found = []
    for node in statements(body):
        if not isinstance(node, ast.For):
            continue
        if isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range":
            continue
        inside = {name for each in node.body for name in loaded(each)}
        spare = bound_by(node) - inside
        if spare and not all(each.startswith("_") for each in spare):
            found.append(
                f"its loop goes over {', '.join(sorted(spare))} as well, which it does not "
                "observe; take expected values out, as the student's code could read them"
            )
    return found


def _judged_inside(body: list[ast.stmt], parsed: ParsedTest, made: _Maker) -> Iterator[str]:
    """Where the driver yields the truth of a comparison that is made in it: `ok = x == 4`."""
    seen = [each for value, _ in made.yields for each in ast.walk(value)]
    names = {each.id for each in seen if isinstance(each, ast.Name)}
    for node in statements(body):
        match node:
            case ast.Assign([ast.Name(name)], value) if name in names and parsed.depends(value):
                if is_truth(value):
                    text = ast.unparse(node).split("\n")[0]
                    yield (
                        f"`{text}` is worked out where the student's code runs, which can read "
                        "what is expected, and forge the outcome"
                    )


def _written(
    name: str, title: str, needs: list[str], imports: list[str], body: list[ast.stmt], made: _Maker
) -> DriverSource:
    look = list(dict.fromkeys(made.look))
    lines = [f"def {name}({', '.join(needs)}):", f'    """{title}"""']
    lines += [f"    # {LOOK} {each}." for each in look]
    lines += [f"    {each}" for each in imports]
    by_line: dict[int, Check] = {}
    for node in body:
        text = ast.unparse(ast.fix_missing_locations(node)).split("\n")
        lines += [f"    {each}" if each else "" for each in text]
    checks = iter(each for _, each in made.yields)
    for number, line in enumerate(lines, start=1):
        if line.strip().startswith("yield "):
            by_line[number] = next(checks, made.kept[-1])
    checker = made.condition.checker(f"{name}_holds") if made.condition else ""
    return DriverSource(name, "\n".join(lines) + "\n", needs, look, checker, by_line)
