"""Moodle: the grading worksheet, for "Upload grading worksheet"."""

from __future__ import annotations

import html

from grader.errors import InputError
from grader.exports.base import Request
from grader.exports.csv_sheet import Sheet
from grader.exports.sheet_export import SheetExport
from grader.exports.summary import summary
from grader.model import Result, Run

_SIGNED = "Graded by fairgrade. "


class Moodle(SheetExport):
    """The columns `Grade` and, if it is there and holds nobody's words, `Feedback comments`."""

    name = "moodle"
    title = "Moodle's grading worksheet"
    target = "moodle.csv"

    def identity(self, sheet: Sheet) -> int:
        status = sheet.column("Status")
        return len(sheet.header) if status is None else status

    def place(self, sheet: Sheet, run: Run) -> int:
        name = self.column or "Grade"
        column = sheet.column(name)
        if column is None or sheet.column("Identifier") is None:
            raise InputError(
                f"{sheet.name}: has no columns Identifier and {name}, as Moodle's grading "
                "worksheet has where Moodle speaks English; its columns are: "
                f"{'; '.join(sheet.header)}"
            )
        return column

    def maximum(self, sheet: Sheet, row: int, column: int) -> str:
        place = sheet.column("Maximum Grade")
        return "" if place is None else sheet.cell(row, place)

    def fill_more(self, sheet: Sheet, row: int, result: Result, request: Request) -> None:
        column = sheet.column("Feedback comments")
        if column is None:
            return
        if sheet.cell(row, column) and not sheet.cell(row, column).startswith(_SIGNED):
            request.note(result, "somebody wrote feedback comments, which stay")
            return
        text = "<br>".join(html.escape(line, quote=False) for line in summary(result))
        sheet.change(row, column, _SIGNED + text)
