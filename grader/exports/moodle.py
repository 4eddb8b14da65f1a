"""Moodle: the grading worksheet, for "Upload grading worksheet"."""

from __future__ import annotations

import html

from grader.errors import InputError, Remedy
from grader.exports.base import Request
from grader.exports.sheet_export import SheetExport
from grader.exports.summary import summary
from grader.model import Result, Run
from grader.submissions.sheet import Sheet

_SIGNED = "Graded by fairgrade. "
# What the status of whoever handed in something begins with: English, German, French, Spanish.
_SUBMITTED = ("Submitted", "Zur Bewertung abgegeben", "Remis pour", "Enviado para")


class Moodle(SheetExport):
    """The columns `Grade` and, if it is there and holds nobody's words, `Feedback comments`.

    They may be called as Moodle calls them in English, German, French or Spanish.
    """

    name = "moodle"
    title = "Moodle's grading worksheet"
    target = "moodle.csv"

    def identity(self, sheet: Sheet) -> int:
        status = sheet.column_of("status")
        return len(sheet.header) if status is None else status

    def place(self, sheet: Sheet, run: Run) -> int:
        column = sheet.column(self.column) if self.column else sheet.column_of("grade")
        has_numbers = sheet.column_of("moodle") is not None or any(
            kind == "moodle" for _, student in self._students(sheet) for kind, _ in student.ids
        )
        if column is None or not has_numbers:
            raise InputError(
                f"{sheet.name}: has no columns Identifier, with the participants' numbers, and "
                f"{self.column or 'Grade'}, as Moodle's grading worksheet has, which may also be "
                f"in German, French or Spanish; its columns are: {'; '.join(sheet.header)}",
                Remedy.NAME_COLUMN,
            )
        return column

    def maximum(self, sheet: Sheet, row: int, column: int) -> str:
        place = sheet.column_of("maximum")
        return "" if place is None else sheet.cell(row, place)

    def handed_in(self, sheet: Sheet, row: int) -> str:
        """Moodle has a status and a time where there is a submission, of whatever kind."""
        status, when = (
            "" if place is None else sheet.cell(row, place)
            for place in (sheet.column_of("status"), sheet.column_of("time"))
        )
        if status.startswith(_SUBMITTED) or when not in ("", "-"):
            return status or when
        return ""

    def fill_more(self, sheet: Sheet, row: int, result: Result, request: Request) -> None:
        column = sheet.column_of("feedback")
        if column is None:
            return
        if sheet.cell(row, column) and not sheet.cell(row, column).startswith(_SIGNED):
            request.note(result, "somebody wrote feedback comments, which stay")
            return
        text = "<br>".join(html.escape(line, quote=False) for line in summary(result, request.run))
        sheet.change(row, column, _SIGNED + text)
