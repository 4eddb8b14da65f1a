"""Canvas: the gradebook's CSV file, for "Import"."""

from __future__ import annotations

import re
from typing import ClassVar

from grader.errors import InputError, Remedy
from grader.exports.csv_sheet import Sheet
from grader.exports.sheet_export import SheetExport
from grader.model import Run

_ASSIGNMENT = re.compile(r"(?P<title>.+?) \((?P<id>\d+)\)")
_POINTS, _READ_ONLY = "Points Possible", "(read only)"


class Canvas(SheetExport):
    """The columns of assignments stand after `Section`, named `Title (number)`.

    Excused students (`EX`) and those who do not have the assignment (`N/A`) stay so.
    """

    name = "canvas"
    title = "Canvas' gradebook"
    target = "canvas.csv"
    keeps: ClassVar = frozenset({"EX", "N/A"})

    def identity(self, sheet: Sheet) -> int:
        section = sheet.column("Section")
        if section is None or sheet.column("ID") is None:
            raise InputError(
                f"{sheet.name}: has no columns ID and Section, as Canvas' gradebook has when it is "
                "exported with Export > Export Entire Gradebook"
            )
        return section

    def place(self, sheet: Sheet, run: Run) -> int:
        candidates = [
            column
            for column in range(self.identity(sheet) + 1, len(sheet.header))
            if _ASSIGNMENT.fullmatch(sheet.header[column])
            and self.maximum(sheet, 0, column) != _READ_ONLY
        ]
        wanted = self.column or run.title
        found = [column for column in candidates if _is(sheet.header[column], wanted)]
        if not found and not self.column:
            found = candidates
        if len(found) == 1:
            return found[0]
        names = "; ".join(sheet.header[column] for column in found or candidates) or "none"
        raise InputError(
            f"{sheet.name}: which column is meant is not clear; it may be one of: {names}",
            Remedy.NAME_COLUMN,
        )

    def maximum(self, sheet: Sheet, row: int, column: int) -> str:
        rows = range(1, len(sheet.rows))
        points = (each for each in rows if sheet.cell(each, 0) == _POINTS)
        return next((sheet.cell(each, column) for each in points), "")


def _is(header: str, wanted: str) -> bool:
    match = _ASSIGNMENT.fullmatch(header)
    names = {header, match["title"], match["id"]} if match else {header}
    return wanted.casefold() in {name.casefold() for name in names}
