"""A table as a spreadsheet (`.xlsx`), in which numbers are numbers and no text is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grader.files import written_whole
from grader.text import on_one_line

TableValue = str | float | None


def can_write_spreadsheets() -> bool:
    """Whether openpyxl is installed, of the extra `spreadsheet`."""
    return find_spec("openpyxl") is not None


def write_spreadsheet(rows: Iterable[Sequence[TableValue]], path: Path) -> None:
    """Write the rows, of which the first has the columns' names; openpyxl has to be installed."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("grades")
    sheet.freeze_panes = "B2"
    for row in rows:
        sheet.append([_typed(sheet, value) for value in row])
    with written_whole(path) as new:
        book.save(new)


def _typed(sheet: Any, value: TableValue) -> Any:
    """A cell of the spreadsheet; text is marked as text, or `=1+1` would be a formula."""
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, on_one_line(value))
    cell.data_type, cell.quotePrefix = "s", True
    return cell
