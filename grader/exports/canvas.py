"""Canvas: the gradebook's CSV file, for "Import"."""

from __future__ import annotations

import re
from typing import ClassVar

from grader.errors import InputError, Remedy
from grader.exports.sheet_export import SheetExport
from grader.model import Run
from grader.submissions.people import plain_id
from grader.submissions.sheet import Sheet

_ASSIGNMENT = re.compile(r"(?P<title>.+?) \((?P<id>\d+)\)")
_POINTS, _READ_ONLY = "Points Possible", "read only"
# Canvas computes these columns. On import it passes over every column that has one of these words
# in its title, also an assignment's (`lib/gradebook_importer.rb`).
_COMPUTED = re.compile(r"(?:Current|Final|Override) (?:Score|Points|Grade)|Override Status")


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
        ]
        wanted = self.column or run.title
        every = range(len(sheet.header))
        meant = [column for column in every if _is(sheet.header[column], wanted)]
        computed = [column for column in candidates if self._is_computed(sheet, column)]
        candidates = [column for column in candidates if column not in computed]
        self._refuse(sheet, [*meant, *([] if candidates else computed)])
        found = [column for column in candidates if column in meant]
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
        points = (each for each in sheet.below if sheet.cell(each, 0).startswith(_POINTS))
        return next((sheet.cell(each, column) for each in points), "")

    def check(self, sheet: Sheet) -> None:
        """Write ids as Canvas has them, where a spreadsheet made 1.001E+03 of 1001.

        Canvas reads that as user 1. Raises InputError where digits are lost.
        """
        column = sheet.header.index("ID")
        for row in sheet.below:
            text = sheet.cell(row, column)
            if text and not (plain := plain_id(text)):
                raise InputError(
                    f"{sheet.name}: row {row + 1} has the ID {text}, of which a spreadsheet cut "
                    "off digits; export the gradebook once more, and do not save it in Excel"
                )
            if text and plain != text:
                sheet.change(row, column, plain)

    def _is_computed(self, sheet: Sheet, column: int) -> bool:
        computed = _COMPUTED.search(sheet.header[column])
        return bool(computed) or _READ_ONLY in self.maximum(sheet, 0, column).lower()

    def _refuse(self, sheet: Sheet, columns: list[int]) -> None:
        """Raise InputError where one of the columns is of those that Canvas passes over."""
        for column in columns:
            if self._is_computed(sheet, column):
                raise InputError(
                    f"{sheet.name}: Canvas passes over the column {sheet.header[column]!r} when "
                    "the sheet is imported, as it does with everything that is called Current "
                    "Score, Final Grade and the like, or is read only, so no grade would arrive; "
                    "give the assignment another name in Canvas and export the gradebook once more"
                )


def _is(header: str, wanted: str) -> bool:
    match = _ASSIGNMENT.fullmatch(header)
    names = {header, match["title"], match["id"]} if match else {header}
    return wanted.casefold() in {name.casefold() for name in names}
