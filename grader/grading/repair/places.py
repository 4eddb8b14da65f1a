"""The places of a function's syntax tree that an edit may replace, and which of them are alike."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from grader.grading.repair.budget import weight
from grader.grading.repair.changes import with_field

_BLOCKS = ("body", "orelse", "finalbody")
# The words that distinguish the two lines of a pair are no longer: X and Y, W and b, v and s.
LONGEST_WORD = 3


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """What an edit may replace: a whole statement, or one of its outermost expressions."""

    statement: ast.stmt
    node: ast.expr | ast.stmt

    @property
    def start(self) -> tuple[int, int]:
        return self.node.lineno, self.node.col_offset

    @property
    def is_target(self) -> bool:
        """Whether it is the target of an assignment."""
        return isinstance(getattr(self.node, "ctx", None), ast.Store)


def statements(block: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and, in depth first order, of the blocks inside them."""
    for statement in block:
        yield statement
        for name in _BLOCKS:
            yield from statements(getattr(statement, name, ()))


def neighbours(statement: ast.stmt) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Pairs of statements that follow each other in a block, at any depth."""
    for block in (getattr(statement, name, []) for name in _BLOCKS):
        yield from pairwise(block)
        for each in block:
            yield from neighbours(each)


def places(statement: ast.stmt) -> Iterator[Place]:
    """The places of a statement, without those of statements in it."""
    match statement:
        case ast.For(iter=node) | ast.While(test=node) | ast.If(test=node):
            yield Place(statement, node)
            return
        case ast.Assign(targets=[ast.Subscript() as target]):
            yield Place(statement, target)
        case ast.AugAssign(target=ast.Subscript() as target):
            yield Place(statement, target)
    if not any(getattr(statement, name, None) for name in _BLOCKS):
        yield Place(statement, statement)
        value = getattr(statement, "value", None)
        if isinstance(value, ast.expr):
            yield Place(statement, value)


def nesting(statement: ast.stmt) -> int:
    """How many statements stand inside each other at the deepest place."""
    depth, inside = 0, [statement]
    while inside:
        depth += 1
        blocks = (getattr(each, name, ()) for each in inside for name in _BLOCKS)
        inside = [each for block in blocks for each in block]
    return depth


@dataclass(frozen=True, slots=True)
class Measure:
    """The size of a node with all that is in it, its depth, and the bits of its longest number."""

    size: int
    depth: int
    bits: int


def measured(tree: ast.AST) -> dict[ast.AST, Measure]:
    """The measure of each node of the tree."""
    found: dict[ast.AST, Measure] = {}
    # Those inside come after those around them, so the other way round each is ready when needed.
    for node in reversed(list(ast.walk(tree))):
        inside = [found[child] for child in ast.iter_child_nodes(node)]
        found[node] = Measure(
            weight(node) + sum(each.size for each in inside),
            1 + max((each.depth for each in inside), default=0),
            max((each.bits for each in inside), default=_bits(node)),
        )
    return found


def _bits(node: ast.AST) -> int:
    match node:
        case ast.Constant(int() as number):
            return number.bit_length()
    return 0


def with_parents(
    node: ast.AST, parent: ast.AST | None = None
) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """A node and its descendants, each with its parent; operators and contexts are left out."""
    if not isinstance(node, (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.stmt)):
        yield node, parent
        for child in ast.iter_child_nodes(node):
            yield from with_parents(child, node)


def mapped(tree: ast.AST, other: Callable[[ast.AST], ast.AST]) -> ast.AST:
    """The tree with every node replaced by `other(node)`.

    What `other` returns unchanged is shared with the original tree, which is not modified.
    """
    new = other(tree)
    if new is not tree:
        return new
    for name in tree._fields:
        value = getattr(tree, name, None)
        changed: object = value
        if isinstance(value, ast.AST):
            changed = mapped(value, other)
        elif isinstance(value, list):
            items = [mapped(each, other) if isinstance(each, ast.AST) else each for each in value]
            if any(a is not b for a, b in zip(items, value, strict=True)):
                changed = items
        if changed is not value:
            tree = with_field(tree, name, changed)
    return tree


def with_nodes(tree: ast.AST, new: Mapping[ast.AST, ast.AST]) -> ast.AST:
    """The tree with the nodes that are keys of `new` replaced by its values."""
    return mapped(tree, lambda node: new.get(node, node))


def respelled(
    tree: ast.AST, name: Callable[[str], str], text: Callable[[str], str] = str
) -> ast.AST:
    """The tree with each name replaced by `name(it)`, and each string constant by `text(it)`."""

    def spelled(node: ast.AST) -> ast.AST:
        match node:
            case ast.Name(was) if (becomes := name(was)) != was:
                return with_field(node, "id", becomes)
            case ast.Constant(str() as was) if (becomes := text(was)) != was:
                return with_field(node, "value", becomes)
        return node

    return mapped(tree, spelled)


def renamed(tree: ast.AST, names: Mapping[str, str]) -> ast.AST:
    return respelled(tree, lambda name: names.get(name, name))


def groups_of(found: Sequence[Place], names: bool) -> dict[Place, list[Place]]:
    """For each place the places that are alike, itself included, in the order of `found`.

    Places are alike that differ in string constants only; with `names`, also in names.
    """
    groups: dict[object, list[Place]] = defaultdict(list)
    for place in found:
        shape = tuple(_kind(each, names) for each in ast.walk(place.node))
        groups[place.is_target, shape].append(place)
    return {place: group for group in groups.values() for place in group}


def _kind(node: ast.AST, names: bool) -> tuple[object, ...]:
    children = sum(1 for _ in ast.iter_child_nodes(node))
    match node:
        case ast.Constant(value) if not isinstance(value, str):
            return ast.Constant, repr(value)
        case ast.Name(name) if not names:
            return ast.Name, name
        case ast.Attribute(_, name):
            return ast.Attribute, name
    return type(node), children


@dataclass(frozen=True, slots=True)
class Translation:
    """How the names and string constants of one place are spelled in another that is alike."""

    names: Mapping[str, str]
    texts: Mapping[str, str]

    def of(self, tree: ast.AST) -> ast.AST:
        names, texts = self.names, self.texts
        return respelled(tree, lambda each: names.get(each, each), lambda t: texts.get(t, t))


def translation(one: Place, other: Place) -> Translation:
    names: dict[str, str] = {}
    texts: dict[str, str] = {}
    for mine, its in zip(ast.walk(one.node), ast.walk(other.node), strict=True):
        match mine, its:
            case ast.Name(a), ast.Name(b):
                names.setdefault(a, b)
            case ast.Constant(str() as a), ast.Constant(str() as b):
                texts.setdefault(a, b)
                texts.setdefault(a[1:], b[1:])
    return Translation(names, texts)


def like_the_other(one: ast.AST, was: str, becomes: str) -> ast.AST:
    """The tree with a word replaced in its names and strings: the line for X becomes that for Y."""
    inside = "" if was.isdigit() else "(?<![a-z]{2})"
    word = re.compile(f"{inside}{re.escape(was)}(?![a-z])")
    return respelled(one, *2 * (lambda text: word.sub(becomes, text),))


def difference(one: str, other: str) -> tuple[str, str]:
    """The word of each text by which the two differ, if both are short; else two empty strings."""
    start = _same(one, other)
    rest, other_rest = one[start:], other[start:]
    end = _same(rest[::-1], other_rest[::-1])
    words = rest[: len(rest) - end], other_rest[: len(other_rest) - end]
    short = all(word.isalnum() and len(word) <= LONGEST_WORD for word in words)
    return words if short else ("", "")


def _same(one: str, other: str) -> int:
    """The length of the longest common prefix of two texts."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
