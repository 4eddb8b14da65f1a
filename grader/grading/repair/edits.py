"""Edits of a student's function. Each undoes one slip; the search finds out which makes it right.

A slip is undone at one place, or at all places that are alike, since students write a line for the
weights, copy it for the biases, and change the key. Two places are alike if their syntax trees
differ in string constants only, or in string constants and names. An edit of one is then made in
the other, too, with the strings and names of the other: `W["dW"] * 2` and `b["db"] * 2`.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations

from grader.grading.repair.changes import body_of, header, with_field
from grader.grading.repair.places import (
    Place,
    difference,
    groups_of,
    like_the_other,
    neighbours,
    places,
    renamed,
    statements,
    translation,
    with_nodes,
    with_parents,
)
from grader.grading.repair.slips import Slips, Tier
from grader.notebooks.cells import Function

# Longer functions are not searched: what an edit costs grows with their length.
MAX_NODES = 3_000
# Edits that return other values choose them among so many of the function's names.
MAX_RETURNED = 7

_Changes = Mapping[Place, ast.AST]


@dataclass(frozen=True, slots=True)
class Edit:
    """A function's source after an edit, and the new syntax tree for each place that differs."""

    source: str
    changes: _Changes

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of the function's cell that differ, counted from 1."""
        return tuple(sorted({_line(place, new) for place, new in self.changes.items()}))

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """Each statement that differs: what it was, and what it becomes, in one line."""
        changed: dict[ast.stmt, dict[ast.AST, ast.AST]] = defaultdict(dict)
        for place in sorted(self.changes, key=lambda each: each.start):
            changed[place.statement][place.node] = self.changes[place]
        return tuple((header(old), header(with_nodes(old, new))) for old, new in changed.items())


def edits(function: Function, lines: Sequence[str]) -> Iterator[Edit]:
    """The function's edits, the likeliest first, none of them twice.

    `lines` are those of the cell in which it stands.
    """
    if sum(1 for _ in ast.walk(function)) > MAX_NODES:
        return
    editor = _Editor(function, lines)
    found = set[str]()
    for changes in editor.likely_changes():
        edit = editor.edit(changes)
        if edit.changes and edit.source not in found:
            found.add(edit.source)
            yield edit


class _Editor:
    def __init__(self, function: Function, lines: Sequence[str]) -> None:
        decorators = [each.lineno for each in function.decorator_list]
        self.first = min([function.lineno, *decorators])
        self.lines = [line.encode() for line in lines[self.first - 1 : function.end_lineno]]
        self.function = function
        self.slips = Slips(function)
        self.statements = list(statements(body_of(function)))
        self.places = [place for each in self.statements for place in places(each)]
        self.texts = {place: ast.unparse(place.node) for place in self.places}
        self.translations = cache(translation)
        self.alike = [groups_of(self.places, names) for names in (False, True)]
        equal: dict[str, list[tuple[Place, ast.AST]]] = defaultdict(list)
        self.equal: dict[ast.AST, list[tuple[Place, ast.AST]]] = {}
        for place in self.places:
            for node, _ in with_parents(place.node):
                self.equal[node] = equal[ast.dump(node)]
                self.equal[node].append((place, node))

    def likely_changes(self) -> Iterator[_Changes]:
        """The changes of every edit worth a try, the likeliest first."""
        yield from self._like_the_other_of_a_pair()
        yield from self._what_was_made_used()
        yield from self._swapped()
        yield from self._otherwise_returned()
        for alone in (False, True):
            yield from self._statements(alone)
            yield from self._moved(alone)
            for tier in Tier:
                yield from self._expressions(tier, alone)

    def edit(self, changes: _Changes) -> Edit:
        """The edit that makes these changes, without those that leave a place's source as it is."""
        real: dict[Place, ast.AST] = {}
        lines = list(self.lines)
        for place in sorted(changes, key=lambda each: each.start, reverse=True):
            node, text = place.node, ast.unparse(changes[place])
            if text == self.texts.get(place):
                continue
            real[place] = changes[place]
            first, last = node.lineno - self.first, (node.end_lineno or 0) - self.first
            head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
            lines[first : last + 1] = [head + _written(place, text, head).encode() + tail]
        return Edit(b"\n".join(lines).decode(), real)

    def _together(self, place: Place, new: ast.AST, alone: bool) -> Iterator[_Changes]:
        """The change of one place to `new`, made at the places that are alike, too.

        With `alone`, the change of that one place only, if there are places that are alike: the
        same change would otherwise be tried twice.
        """
        alike = [groups[place] for groups in self.alike]
        if alone or max(map(len, alike)) == 1:
            if alone == (max(map(len, alike)) > 1):
                yield {place: new}
            return
        if len(alike[0]) == 1:
            yield {place: new}
        for group in alike:
            if len(group) > 1 and group[0] is place:
                yield {each: self.translations(place, each).of(new) for each in group}

    def _expressions(self, tier: Tier, alone: bool) -> Iterator[_Changes]:
        # What was left unused is mostly missing where the function ends.
        for place in reversed(self.places) if tier is Tier.UNUSED else self.places:
            if place.node is place.statement:
                continue
            for node, parent in with_parents(place.node):
                for of, new in self.slips.of(node, parent):
                    changed = with_nodes(place.node, {node: new})
                    if of is tier and not (place.is_target and node is place.node):
                        yield from self._together(place, changed, alone)
                        if not alone:
                            yield from self._wherever(place, node, parent, new)

    def _wherever(
        self, place: Place, node: ast.AST, parent: ast.AST | None, new: ast.AST
    ) -> Iterator[_Changes]:
        """The change made several times: to all uses of a name in the place, and to all expressions
        of the function that are equal to the parent of the changed one."""
        same = [each for where, each in self.equal[node] if where is place]
        if isinstance(node, ast.Name) and len(same) > 1 and same[0] is node:
            changed = with_nodes(place.node, dict.fromkeys(same, new))
            yield from self._together(place, changed, alone=False)
        if parent is None:
            return
        everywhere = self.equal[parent]
        if len(everywhere) > 1 and everywhere[0][1] is parent:
            other = with_nodes(parent, {node: new})
            by_place: dict[Place, dict[ast.AST, ast.AST]] = defaultdict(dict)
            for where, each in everywhere:
                by_place[where][each] = other
            yield {where: with_nodes(where.node, nodes) for where, nodes in by_place.items()}

    def _like_the_other_of_a_pair(self) -> Iterator[_Changes]:
        """Assignments to two targets that go together, such as X and Y: one is made like the other.

        The targets differ by a short word; that word is replaced in the copied line.
        """
        together: dict[tuple[str, str], dict[Place, ast.AST]] = defaultdict(dict)
        values = [
            place
            for place in self.places
            if isinstance(place.statement, ast.Assign) and place.node is place.statement.value
        ]
        pairs = combinations(values, 2)
        for one, other in sorted(pairs, key=lambda pair: pair[1].start[0] - pair[0].start[0]):
            letters = difference(*(_target(each.statement) for each in (one, other)))
            for source, place, words in ((one, other, letters), (other, one, letters[::-1])):
                new = like_the_other(source.node, *words) if all(words) else place.node
                if ast.dump(new) != ast.dump(place.node):
                    yield {place: new}
                    together[words].setdefault(place, new)
        yield from (changes for changes in together.values() if len(changes) > 1)

    def _what_was_made_used(self) -> Iterator[_Changes]:
        """Uses of a variable replaced by one that was computed from it and is never read.

        For example, after `corrected = v / (1 - beta)`, `v` is replaced by `corrected`.
        """
        for made in (*combinations(self.slips.unread, 1), self.slips.unread):
            names = dict(made)
            for place in self.places:
                if isinstance(place.node, ast.expr) and not place.is_target:
                    new = renamed(place.node, names)
                    if new is not place.node:
                        yield from self._together(place, new, alone=False)

    def _swapped(self) -> Iterator[_Changes]:
        """Two variables swapped in the whole function, and the defaults of two parameters."""
        outer = [each for each in self.places if isinstance(each.node, ast.expr)]
        for one, other in combinations(self.slips.values, 2):
            yield {each: renamed(each.node, {one: other, other: one}) for each in outer}
        defaults = [Place(self.function, each) for each in self.function.args.defaults]
        for first, second in combinations(defaults, 2):
            yield {first: second.node, second: first.node}

    def _otherwise_returned(self) -> Iterator[_Changes]:
        """Each `return` with other variables; where there is none, one is added at the end."""
        found = [each for each in self.places if isinstance(each.node, ast.Return)]
        for place in found:
            yield from ({place: each} for each in self._returns())
        if not found:
            last = self.function.body[-1]
            for each in self._returns():
                yield {Place(last, last): ast.Module([last, each], [])}

    def _returns(self) -> Iterator[ast.stmt]:
        """`return` statements of one to three parameters or variables that hold containers."""
        given = [each.arg for each in ast.walk(self.function.args) if isinstance(each, ast.arg)]
        made = [_target(each) for each in self.function.body if isinstance(each, ast.Assign)]
        names = [each for each in dict.fromkeys(given + made) if each in self.slips.containers]
        sizes = (combinations(names[:MAX_RETURNED], size) for size in (1, 2, 3))
        for chosen in chain.from_iterable(sizes):
            values: list[ast.expr] = [ast.Name(name, ast.Load()) for name in chosen]
            yield ast.Return(ast.Tuple(values, ast.Load()) if len(values) > 1 else values[0])

    def _statements(self, alone: bool) -> Iterator[_Changes]:
        """A statement removed, swapped with the next one, or assigning something else."""
        whole = {each.statement: each for each in self.places if each.node is each.statement}
        for statement, place in whole.items():
            yield from self._together(place, ast.Pass(), alone)
            for other in _other_assignments(statement, self.slips.values):
                yield from self._together(place, other, alone)
        for one, other in neighbours(self.function):
            if one in whole and other in whole:
                yield {whole[one]: other, whole[other]: one}

    def _moved(self, alone: bool) -> Iterator[_Changes]:
        """An added name moved: `a / b + epsilon` becomes `a / (b + epsilon)`, for example."""
        for place in self.places:
            for node, _ in with_parents(place.node):
                match node:
                    case ast.BinOp(left, ast.Add() | ast.Sub(), ast.Name() as name):
                        if not place.is_target and not isinstance(left, ast.Constant):
                            without = with_nodes(place.node, {node: left})
                            for new in _with_added(without, name):
                                yield from self._together(place, new, alone)


def _with_added(tree: ast.AST, name: ast.Name) -> Iterator[ast.AST]:
    """For each operand in the tree, the tree with `+ name` behind that operand."""
    for node, _ in with_parents(tree):
        if isinstance(node, (ast.BinOp, ast.Call, ast.Name, ast.Subscript)):
            yield with_nodes(tree, {node: ast.BinOp(node, ast.Add(), name)})


def _other_assignments(statement: ast.stmt, values: Sequence[str]) -> Iterator[ast.AST]:
    """The assignment with another operator (`+=` for `-=`), or with the item's old value, or the
    product of that and a variable, added to what is assigned to the item."""
    match statement:
        case ast.AugAssign():
            for kind in (ast.Add, ast.Sub, ast.Mult, ast.Div):
                yield with_field(statement, "op", kind())
        case ast.Assign([ast.Subscript(name, key)], value):
            old = ast.Subscript(name, key, ast.Load())
            shares = [ast.BinOp(ast.Name(each, ast.Load()), ast.Mult(), old) for each in values]
            for term in (old, *shares):
                yield with_field(statement, "value", ast.BinOp(term, ast.Add(), value))


def _target(statement: ast.stmt) -> str:
    assert isinstance(statement, ast.Assign)
    return ast.unparse(statement.targets[0])


def _line(place: Place, new: ast.AST) -> int:
    """The line in the cell of what was changed inside a place, or else the place's first line."""
    first, last = place.node.lineno, place.node.end_lineno or place.node.lineno
    if isinstance(new, ast.Module):  # something after the place
        return last
    line = getattr(_changed(place.node, new), "lineno", first)
    return line if first <= line <= last else first  # what stands in an f-string may lie


def _changed(old: ast.AST, new: ast.AST) -> ast.AST:
    """The innermost node of the old tree that contains every difference to the new one."""
    if type(old) is not type(new):
        return old
    differ: list[tuple[ast.AST, ast.AST]] = []
    for mine, its in zip(ast.iter_child_nodes(old), ast.iter_child_nodes(new), strict=False):
        if ast.dump(mine) != ast.dump(its):
            differ.append((mine, its))
    if len(differ) != 1 or not hasattr(differ[0][0], "lineno"):
        return old
    return _changed(*differ[0])


def _written(place: Place, text: str, head: bytes) -> str:
    """The source to insert at a place, indented or in parentheses as the place needs it.

    `head` is what stands before the place on its line.
    """
    if isinstance(place.node, ast.stmt):
        indent = head.decode()
        return text.replace("\n", "; " if indent.strip() else f"\n{indent}")
    return text if place.is_target else f"({text})"
