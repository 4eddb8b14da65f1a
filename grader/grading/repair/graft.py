"""A function in which statements were replaced by those of a right answer."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.grading.repair.changes import header, with_field
from grader.grading.repair.outline import BLOCKS, HEADERS
from grader.notebooks.cells import Function

# What replaces one run of statements has so many, those inside them counted, and replaces so many.
MAX_STATEMENTS = 4
_ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_Blocks = Mapping[tuple[ast.stmt, str], Sequence["Difference"]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Lines of a wrong function, and what a donor has in their place, with names of the function.

    `owner` is the statement, or the function, in whose block `field` the lines `start` to `stop`
    stand; with an empty `field`, it is a statement whose header differs, and `new` has the donor's.
    """

    owner: ast.stmt
    field: str
    start: int
    stop: int
    new: tuple[ast.stmt, ...]

    @property
    def old(self) -> list[ast.stmt]:
        block: list[ast.stmt] = getattr(self.owner, self.field) if self.field else [self.owner]
        return block[self.start : self.stop] if self.field else block

    @property
    def is_small(self) -> bool:
        return not self.field or max(count(self.old), count(self.new)) <= MAX_STATEMENTS

    @property
    def cuts_off(self) -> bool:
        """Whether statements behind it would never be run."""
        if not self.field:
            return False
        behind = getattr(self.owner, self.field)[self.stop :]
        ends = [isinstance(each, _ENDS) for each in self.new]
        return any(ends[:-1]) or (any(ends) and bool(behind))

    @property
    def key(self) -> tuple[object, ...]:
        text = [header(each) if not self.field else ast.unparse(each) for each in self.new]
        return self.owner, self.field, self.start, self.stop, *text

    @property
    def lines(self) -> list[int]:
        """The lines of the cell to look at; where lines are missing, the one before them."""
        if self.old:
            return [each.lineno for each in self.old]
        if self.start:
            before: ast.stmt = getattr(self.owner, self.field)[self.start - 1]
            return [before.end_lineno or before.lineno]
        return [self.owner.lineno]

    @property
    def shown(self) -> Iterator[tuple[str, str]]:
        becomes = list(map(header, self.new))
        if not self.old:
            block = getattr(self.owner, self.field)
            before = header(block[self.start - 1] if self.start else self.owner)
            yield before, f"{before}  # and then: {'; '.join(becomes)}"
            return
        was = list(map(header, self.old))
        becomes += ["pass"] * (len(was) - len(becomes))
        becomes[len(was) - 1 :] = ["; ".join(becomes[len(was) - 1 :])]
        yield from zip(was, becomes, strict=True)


@dataclass(frozen=True, slots=True)
class Graft:
    """A function after some of its lines were replaced by those of a donor."""

    function: Function
    differences: tuple[Difference, ...]

    @property
    def source(self) -> str:
        new = rebuilt(self.function, self.differences)
        return ast.unparse(ast.fix_missing_locations(new))

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(sorted({line for each in self.differences for line in each.lines}))

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        return tuple(pair for each in self.differences for pair in each.shown)


def count(block: Sequence[ast.stmt]) -> int:
    """How many statements a block has, with those inside them."""
    return sum(isinstance(node, ast.stmt) for each in block for node in ast.walk(each))


def leaves_half(differences: Sequence[Difference], most: int) -> bool:
    """Whether at least half of the function's statements stay, and are still come to.

    Else the function would be another one, and its lines said nothing of the mistake. `most` is how
    many statements may be replaced and added.
    """
    replaced = sum(count(each.old) if each.field else 1 for each in differences)
    added = sum(count(each.new) if each.field else 1 for each in differences)
    return replaced <= most and added <= most and not any(each.cuts_off for each in differences)


def rebuilt(function: Function, differences: Sequence[Difference]) -> ast.stmt:
    """The function with the differences put in the place of its own statements."""
    headers = {each.owner: each.new[0] for each in differences if not each.field}
    blocks: dict[tuple[ast.stmt, str], list[Difference]] = defaultdict(list)
    for each in sorted(differences, key=lambda each: each.start):
        if each.field:
            blocks[each.owner, each.field].append(each)
    return _statement(function, headers, blocks)


def _statement(old: ast.stmt, headers: Mapping[ast.stmt, ast.stmt], blocks: _Blocks) -> ast.stmt:
    new: ast.AST = old
    for part in HEADERS[type(old)] if old in headers else ():
        new = with_field(new, part, getattr(headers[old], part))
    if isinstance(old, (*HEADERS, Function)):
        for field in BLOCKS:
            if hasattr(old, field):
                new = with_field(new, field, _block(old, field, headers, blocks))
    assert isinstance(new, ast.stmt)
    return new


def _block(
    owner: ast.stmt, field: str, headers: Mapping[ast.stmt, ast.stmt], blocks: _Blocks
) -> list[ast.stmt]:
    old: list[ast.stmt] = getattr(owner, field)
    new: list[ast.stmt] = []
    end = 0
    for each in blocks.get((owner, field), ()):
        new += [_statement(kept, headers, blocks) for kept in old[end : each.start]]
        new += each.new
        end = each.stop
    new += [_statement(kept, headers, blocks) for kept in old[end:]]
    return new if new or field == "orelse" else [ast.Pass()]
