"""The changes of a student's function that are worth a try, the likeliest first.

A slip is undone at one place, or at all places that are alike, since students write a line for the
weights, copy it for the biases, and change the key. Two places are alike if their syntax trees
differ in string constants only, or in string constants and names. An edit of one is then made in
the other, too, with the strings and names of the other: `W["dW"] * 2` and `b["db"] * 2`.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, combinations

from grader.grading.repair.budget import CHARACTERS, Budget
from grader.grading.repair.changes import body_of, with_field
from grader.grading.repair.moves import Move, Way, moved, others_to_move, returns_to_move
from grader.grading.repair.places import (
    Place,
    difference,
    groups_of,
    like_the_other,
    measured,
    neighbours,
    nesting,
    places,
    renamed,
    statements,
    translation,
    with_nodes,
    with_parents,
)
from grader.grading.repair.replacement import Changes, Replacement, written
from grader.grading.repair.slips import Slips, Tier
from grader.notebooks.cells import Function

# Deeper statements are not edited, nor are functions in which statements are nested more deeply:
# the functions that print and change syntax trees are recursive.
MAX_DEPTH = 50
# Python does not print whole numbers of more than 4,300 digits.
MAX_BITS = 14_000
# Edits that return other values choose them among so many of the function's names.
MAX_RETURNED = 7


class Editor:
    """The changes of one function, and the edits that make them."""

    def __init__(self, function: Function, lines: Sequence[str], budget: Budget) -> None:
        self.budget = budget
        self.first = first_line(function)
        self.lines = [line.encode() for line in lines[self.first - 1 : function.end_lineno]]
        self.function = function
        self.measures = measured(function)
        # Of every subscript, Slips goes through the index.
        subscripts = (node for node in ast.walk(function) if isinstance(node, ast.Subscript))
        self._spend(*(node.slice for node in subscripts))
        self.slips = Slips(function)
        self.texts: dict[Place, str] = {}
        if nesting(function) <= MAX_DEPTH:
            for statement in statements(body_of(function)):
                self._add_places(statement)
        self.places = list(self.texts)
        self.translations = cache(translation)
        self.alike = [groups_of(self.places, names) for names in (False, True)]
        equal: dict[str, list[tuple[Place, ast.AST]]] = defaultdict(list)
        self.equal: dict[ast.AST, list[tuple[Place, ast.AST]]] = {}
        for place in self.places:
            for node, _ in with_parents(place.node):
                self._spend(node)
                self.equal[node] = equal[ast.dump(node)]
                self.equal[node].append((place, node))

    def _add_places(self, statement: ast.stmt) -> None:
        """Add the places of a statement with their text, unless one of them cannot be printed."""
        found = list(places(statement))
        if not all(map(self._can_be_printed, (each.node for each in found))):
            return
        for place in found:
            self._spend(place.node)
        try:
            self.texts |= {place: ast.unparse(place.node) for place in found}
        except ValueError:
            return

    def _can_be_printed(self, node: ast.AST) -> bool:
        """Whether it is neither nested too deeply nor has a number that is too long."""
        measure = self.measures[node]
        return measure.depth <= MAX_DEPTH and measure.bits <= MAX_BITS

    def _spend(self, *nodes: ast.AST) -> None:
        """Take off the budget what it costs to go through these nodes of the function."""
        self.budget.spend(sum(self.measures[node].size for node in nodes))

    def likely_changes(self) -> Iterator[Changes | Move]:
        """The changes of every edit worth a try, and the moves, the likeliest first."""
        yield from self._moves(returns_to_move(self.function))
        yield from self._like_the_other_of_a_pair()
        yield from self._what_was_made_used()
        yield from self._swapped()
        yield from self._otherwise_returned()
        yield from self._moves(others_to_move(self.function))
        for alone in (False, True):
            yield from self._statements(alone)
            yield from self._moved(alone)
            for tier in Tier:
                yield from self._expressions(tier, alone)

    def replaced(self, changes: Changes) -> Replacement | None:
        """The edit that makes these changes, without those that leave a place's source as it is.

        None where that is so of all of them.
        """
        self._spend(*(place.node for place in changes))
        real: dict[Place, ast.AST] = {}
        lines = list(self.lines)
        for place in sorted(changes, key=lambda each: each.start, reverse=True):
            node, text = place.node, ast.unparse(changes[place])
            if text == self.texts.get(place):
                continue
            real[place] = changes[place]
            first, last = node.lineno - self.first, (node.end_lineno or 0) - self.first
            head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
            lines[first : last + 1] = [head + written(place, text, head).encode() + tail]
        return Replacement(b"\n".join(lines).decode(), real) if real else None

    def _moves(self, ways: Iterator[Way]) -> Iterator[Move]:
        if nesting(self.function) > MAX_DEPTH:
            return
        for way in ways:
            self._spend(*way.statements)
            if all(map(self._can_be_printed, (*way.statements, way.block))):
                try:
                    move = moved(way, self.lines, self.first)
                except ValueError:  # it cannot be printed
                    continue
                if move:
                    yield move

    def _together(self, place: Place, new: ast.AST, alone: bool) -> Iterator[Changes]:
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
                self._spend(*(each.node for each in group))
                yield {each: self.translations(place, each).of(new) for each in group}

    def _expressions(self, tier: Tier, alone: bool) -> Iterator[Changes]:
        # What was left unused is mostly missing where the function ends.
        for place in reversed(self.places) if tier is Tier.UNUSED else self.places:
            if place.node is place.statement:
                continue
            for node, parent in with_parents(place.node):
                for of, new in self.slips.of(node, parent):
                    self.budget.spend()
                    if of is tier and not (place.is_target and node is place.node):
                        self._spend(place.node)
                        changed = with_nodes(place.node, {node: new})
                        yield from self._together(place, changed, alone)
                        if not alone:
                            yield from self._wherever(place, node, parent, new)

    def _wherever(
        self, place: Place, node: ast.AST, parent: ast.AST | None, new: ast.AST
    ) -> Iterator[Changes]:
        """The change made several times: to all uses of a name in the place, and to all expressions
        of the function that are equal to the parent of the changed one."""
        self.budget.spend(len(self.equal[node]))
        same = [each for where, each in self.equal[node] if where is place]
        if isinstance(node, ast.Name) and len(same) > 1 and same[0] is node:
            self._spend(place.node)
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
            self._spend(parent, *(where.node for where in by_place))
            yield {where: with_nodes(where.node, nodes) for where, nodes in by_place.items()}

    def _like_the_other_of_a_pair(self) -> Iterator[Changes]:
        """Assignments to two targets that go together, such as X and Y: one is made like the other.

        The targets differ by a short word; that word is replaced in the copied line.
        """
        together: dict[tuple[str, str], dict[Place, ast.AST]] = defaultdict(dict)
        values = [
            place
            for place in self.places
            if isinstance(place.statement, ast.Assign) and place.node is place.statement.value
        ]
        self.budget.spend(len(values) ** 2)
        targets = {place: _target(place.statement) for place in values}
        pairs = combinations(values, 2)
        for one, other in sorted(pairs, key=lambda pair: pair[1].start[0] - pair[0].start[0]):
            self.budget.spend(1 + (len(targets[one]) + len(targets[other])) // CHARACTERS)
            letters = difference(targets[one], targets[other])
            for source, place, words in ((one, other, letters), (other, one, letters[::-1])):
                self._spend(*((source.node, place.node) if all(words) else ()))
                new = like_the_other(source.node, *words) if all(words) else place.node
                if new is not place.node and ast.dump(new) != ast.dump(place.node):
                    yield {place: new}
                    together[words].setdefault(place, new)
        yield from (changes for changes in together.values() if len(changes) > 1)

    def _what_was_made_used(self) -> Iterator[Changes]:
        """Uses of a variable replaced by one that was computed from it and is never read.

        For example, after `corrected = v / (1 - beta)`, `v` is replaced by `corrected`.
        """
        for made in (*combinations(self.slips.unread, 1), self.slips.unread):
            names = dict(made)
            for place in self.places:
                if isinstance(place.node, ast.expr) and not place.is_target:
                    self._spend(place.node)
                    new = renamed(place.node, names)
                    if new is not place.node:
                        yield from self._together(place, new, alone=False)

    def _swapped(self) -> Iterator[Changes]:
        """Two variables swapped in the whole function, and the defaults of two parameters."""
        outer = [each for each in self.places if isinstance(each.node, ast.expr)]
        for one, other in combinations(self.slips.values, 2):
            self._spend(*(each.node for each in outer))
            yield {each: renamed(each.node, {one: other, other: one}) for each in outer}
        defaults = filter(self._can_be_printed, self.function.args.defaults)
        places_of_defaults = [Place(self.function, each) for each in defaults]
        for first, second in combinations(places_of_defaults, 2):
            yield {first: second.node, second: first.node}

    def _otherwise_returned(self) -> Iterator[Changes]:
        """Each `return` with other variables; where there is none, one is added at the end."""
        found = [each for each in self.places if isinstance(each.node, ast.Return)]
        for place in found:
            yield from ({place: each} for each in self._returns())
        last = self.function.body[-1]
        if not found and self._can_be_printed(last):
            for each in self._returns():
                yield {Place(last, last): ast.Module([last, each], [])}

    def _returns(self) -> Iterator[ast.stmt]:
        """`return` statements of one to three parameters or variables that hold containers."""
        given = [each.arg for each in ast.walk(self.function.args) if isinstance(each, ast.arg)]
        made = [name for each in self.function.body for name in _assigned_name(each)]
        names = [each for each in dict.fromkeys(given + made) if each in self.slips.containers]
        sizes = (combinations(names[:MAX_RETURNED], size) for size in (1, 2, 3))
        for chosen in chain.from_iterable(sizes):
            values: list[ast.expr] = [ast.Name(name, ast.Load()) for name in chosen]
            yield ast.Return(ast.Tuple(values, ast.Load()) if len(values) > 1 else values[0])

    def _statements(self, alone: bool) -> Iterator[Changes]:
        """A statement removed, swapped with the next one, or assigning something else."""
        whole = {each.statement: each for each in self.places if each.node is each.statement}
        for statement, place in whole.items():
            yield from self._together(place, ast.Pass(), alone)
            self.budget.spend(len(self.slips.values))
            for other in _other_assignments(statement, self.slips.values):
                yield from self._together(place, other, alone)
        for one, other in neighbours(self.function):
            if one in whole and other in whole:
                yield {whole[one]: other, whole[other]: one}

    def _moved(self, alone: bool) -> Iterator[Changes]:
        """An added name moved: `a / b + epsilon` becomes `a / (b + epsilon)`, for example."""
        for place in self.places:
            for node, _ in with_parents(place.node):
                match node:
                    case ast.BinOp(left, ast.Add() | ast.Sub(), ast.Name() as name):
                        if not place.is_target and not isinstance(left, ast.Constant):
                            self._spend(place.node)
                            without = with_nodes(place.node, {node: left})
                            for new in _with_added(without, name):
                                self._spend(place.node)
                                yield from self._together(place, new, alone)


def first_line(function: Function) -> int:
    """The line in which the function begins, or the first of its decorators."""
    return min([function.lineno, *(each.lineno for each in function.decorator_list)])


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


def _assigned_name(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign([ast.Name(name), *_]):
            yield name


def _target(statement: ast.stmt) -> str:
    assert isinstance(statement, ast.Assign)
    return ast.unparse(statement.targets[0])
