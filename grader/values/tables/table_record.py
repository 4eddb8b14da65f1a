"""What is kept of a table: labels of rows, labels of columns, and a column of values for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.array import Digest
from ..arrays.time_array import moment_text
from .column_record import Column
from .labels import Labels

# Rows of a table that are shown, half of them from its end.
_SHOWN_ROWS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with the labels of its rows, and a column of values for each label in `columns`.

    Of a Series, which has one column, `columns` is the name.
    """

    index: Labels
    columns: Any
    data: tuple[Column, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        several = isinstance(self.columns, Labels)
        return (len(self.index), len(self.data)) if several else (len(self.index),)

    @property
    def is_whole(self) -> bool:
        """Whether all values are there, and no digests."""
        return not any(isinstance(column.values, Digest) for column in self.data)

    def labels(self) -> list[Any]:
        """The labels of the columns."""
        return self.columns.all() if isinstance(self.columns, Labels) else []

    def rows(self, labelled: bool) -> list[tuple[Any, ...]]:
        """The values of each row, after its label if that counts."""
        return [
            (*([self.index.at(row)] if labelled else []), *(each.at(row) for each in self.data))
            for row in range(len(self.index))
        ]


def as_text(table: Table) -> str:
    """The table as people read it, with the rows in the middle left out if there are many."""
    rows: list[int | None] = [*range(len(table.index))]
    if len(rows) > _SHOWN_ROWS:
        half = _SHOWN_ROWS // 2
        rows = [*rows[:half], None, *rows[-half:]]
    heading = ["", *map(str, table.labels())] if table.labels() else []
    lines = [heading] if heading else []
    lines += [_cells(table, row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines)


def _cells(table: Table, row: int | None) -> list[str]:
    if row is None:
        return ["..."] * (len(table.data) + 1)
    return [_shown(table.index.at(row)), *(_shown(column.at(row)) for column in table.data)]


def _shown(value: Any) -> str:
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return moment_text(value)
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _aligned(line: list[str], widths: list[int]) -> Iterator[str]:
    yield line[0].ljust(widths[0])
    for text, width in zip(line[1:], widths[1:], strict=True):
        yield text.rjust(width)
