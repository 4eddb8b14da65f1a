"""A function as an outline of lines, and how the outlines of two functions are aligned.

A line is a statement; one with blocks, such as a loop, is its header, with the lines inside it. An
alignment says which lines of one function stand for which of the other, at the least cost: that is
how many lines would have to be changed, removed or added.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.grading.repair.budget import Budget
from grader.grading.repair.changes import body_of
from grader.grading.repair.spelling import Names, spelled
from grader.notebooks.cells import Function

# Of another statement in a line's place: less than to remove the line and to add another one, and
# less where both are of the same kind.
OTHER, OTHER_KIND = 1.0, 1.3
IMPOSSIBLE = 1e9
# What stands in the header of a statement with blocks. All others are compared as a whole.
HEADERS: dict[type[ast.stmt], tuple[str, ...]] = {
    ast.If: ("test",),
    ast.While: ("test",),
    ast.For: ("target", "iter"),
}
BLOCKS = ("body", "orelse")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A statement: its `text` as spelled, of its header where it has blocks, and those blocks.

    `size` counts the statement and those inside it.
    """

    statement: ast.stmt
    text: str
    body: tuple[Line, ...] = ()
    orelse: tuple[Line, ...] = ()

    @property
    def size(self) -> int:
        return 1 + sum(each.size for each in (*self.body, *self.orelse))

    @property
    def has_blocks(self) -> bool:
        return type(self.statement) in HEADERS


def outline(function: Function, names: Names) -> tuple[Line, ...]:
    """The lines of a function, with names spelled like that."""
    return _lines(body_of(function), names)


def _lines(block: Sequence[ast.stmt], names: Names) -> tuple[Line, ...]:
    return tuple(_line(each, names) for each in block)


def _line(statement: ast.stmt, names: Names) -> Line:
    header = HEADERS.get(type(statement))
    if header is None:
        return Line(statement, spelled(statement, names))
    parts = (spelled(getattr(statement, each), names) for each in header)
    body, orelse = (_lines(getattr(statement, each), names) for each in BLOCKS)
    return Line(statement, f"{type(statement).__name__} {' '.join(parts)}", body, orelse)


def all_lines(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines and those inside them."""
    for each in lines:
        yield each
        yield from all_lines((*each.body, *each.orelse))


Pair = tuple[Line | None, Line | None]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The lines of two blocks side by side, None where one of them has no such line."""

    cost: float
    pairs: tuple[Pair, ...]


@dataclass(slots=True)
class Aligner:
    """Aligns blocks of two functions; what is known of two lines is not found out again."""

    budget: Budget
    _costs: dict[tuple[Line, Line], float] = field(default_factory=dict)

    def of(self, one: Sequence[Line], other: Sequence[Line]) -> Alignment:
        """The cheapest alignment of two blocks (as the edit distance of two texts is computed)."""
        self.budget.spend(1 + len(one) * len(other))
        rows = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
        for i in range(len(one) - 1, -1, -1):
            rows[i][-1] = rows[i + 1][-1] + one[i].size
        for j in range(len(other) - 1, -1, -1):
            rows[-1][j] = rows[-1][j + 1] + other[j].size
        for i in range(len(one) - 1, -1, -1):
            for j in range(len(other) - 1, -1, -1):
                rows[i][j] = min(
                    rows[i + 1][j + 1] + self._cost(one[i], other[j]),
                    rows[i + 1][j] + one[i].size,
                    rows[i][j + 1] + other[j].size,
                )
        return Alignment(rows[0][0], tuple(self._pairs(one, other, rows)))

    def _pairs(
        self, one: Sequence[Line], other: Sequence[Line], rows: list[list[float]]
    ) -> Iterator[Pair]:
        i = j = 0
        while i < len(one) or j < len(other):
            both = i < len(one) and j < len(other)
            if both and rows[i][j] == rows[i + 1][j + 1] + self._cost(one[i], other[j]):
                yield one[i], other[j]
                i, j = i + 1, j + 1
            elif i < len(one) and rows[i][j] == rows[i + 1][j] + one[i].size:
                yield one[i], None
                i += 1
            else:
                yield None, other[j]
                j += 1

    def _cost(self, one: Line, other: Line) -> float:
        if (one, other) not in self._costs:
            self._costs[one, other] = self._new_cost(one, other)
        return self._costs[one, other]

    def _new_cost(self, one: Line, other: Line) -> float:
        if type(one.statement) is not type(other.statement):
            return IMPOSSIBLE if one.has_blocks or other.has_blocks else OTHER_KIND
        own = 0.0 if one.text == other.text else OTHER
        if not one.has_blocks:
            return own
        return own + self.of(one.body, other.body).cost + self.of(one.orelse, other.orelse).cost
