"""Fill in a sheet that the platform exported: find each student's row, and write the points."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import ClassVar

from grader.errors import InputError, Remedy
from grader.exports.base import HELP, Export, Request, WithPoints
from grader.exports.csv_sheet import Sheet
from grader.files import write_file
from grader.model import Owner, Result, Run
from grader.submissions.roster import Known, Student, student_in
from grader.text import number


@dataclass(frozen=True, kw_only=True)
class SheetExport(WithPoints, Export):
    """The sheet that the platform exported, with our points in one column of it.

    Students are found by number first, then by name. The cell of a student stays as it is (mostly
    blank) if the submission could not be graded, or if there is none, or more than one. `keeps` are
    contents of cells that are never overwritten.
    """

    keeps: ClassVar[frozenset[str]] = frozenset()

    sheet: Path = field(metadata={HELP: "the sheet that you exported from the platform."})
    column: str = field(
        default="", metadata={HELP: "Column of the sheet to fill in. Default: found out."}
    )
    scale: bool = field(default=False, metadata={HELP: "Convert points to those of the sheet."})

    def write(self, request: Request) -> None:
        sheet = Sheet.read(self.sheet)
        column = self.place(sheet, request.run)
        owners = self._owners(sheet, column, request)
        for row, results in owners.items():
            self._fill(sheet, row, column, results, request)
        write_file(request.target, sheet.to_bytes())

    @abstractmethod
    def place(self, sheet: Sheet, run: Run) -> int:
        """The number of the column to fill in; raises InputError where that is unclear."""

    @abstractmethod
    def identity(self, sheet: Sheet) -> int:
        """How many columns, from the first, say who a row is about."""

    @abstractmethod
    def maximum(self, sheet: Sheet, row: int, column: int) -> str:
        """The platform's maximum of points as text of the sheet; empty if the sheet has none."""

    def fill_more(self, sheet: Sheet, row: int, result: Result, request: Request) -> None:
        """Fill in what the platform takes besides points; by default, nothing."""

    def _owners(self, sheet: Sheet, column: int, request: Request) -> dict[int, list[Result]]:
        """The results by the row of their student; rows without a result have an empty list."""
        rows = dict(self._students(sheet))
        known = Known(rows.values())
        row_of = {student: row for row, student in rows.items()}
        owners: dict[int, list[Result]] = {row: [] for row in rows}
        for result in request.run.results:
            owner = result.owner or Owner("")
            student = known.find(owner, PurePath(result.source).stem or result.student)
            if student:
                owners[row_of[student]].append(result)
            else:
                request.note(result, "is not in the sheet, or nobody can say who of several it is")
        return owners

    def _students(self, sheet: Sheet) -> Iterator[tuple[int, Student]]:
        names = sheet.header[: self.identity(sheet)]
        for row in range(1, len(sheet.rows)):
            student = student_in(dict(zip(names, sheet.rows[row], strict=False)))
            if student:
                yield row, student

    def _fill(
        self, sheet: Sheet, row: int, column: int, results: list[Result], request: Request
    ) -> None:
        handed_in = [result for result in results if result.handed_in]
        before = sheet.cell(row, column)
        if len(handed_in) > 1:
            request.note(
                handed_in[0],
                f"has {len(handed_in)} notebooks; the cell stays as it is, for a person to decide",
            )
        elif before in self.keeps:
            for result in handed_in:
                request.note(result, f"the sheet says {before}, which stays")
        elif handed_in:
            (result,) = handed_in
            self._fill_points(sheet, row, column, result, request)
            self.fill_more(sheet, row, result, request)
        elif self.zero_missing and not before:
            sheet.change(row, column, "0")

    def _fill_points(
        self, sheet: Sheet, row: int, column: int, result: Result, request: Request
    ) -> None:
        points = self.points(result)
        before = sheet.cell(row, column)
        if points is not None:
            factor = self._factor(sheet, row, column, result, request)
            sheet.change(row, column, number(points * factor))
        elif before:
            # Perhaps a person's grade; platforms take it away where its cell comes back empty.
            request.note(result, f"not graded ({result.reason}); the sheet's {before} stays")
        else:
            request.note(result, f"left blank: {result.reason}")

    def _factor(
        self, sheet: Sheet, row: int, column: int, result: Result, request: Request
    ) -> float:
        """What to multiply our points by: 1 unless the platform's maximum is another than ours.

        Raises InputError where it is another, and `scale` does not ask to convert points.
        """
        said = self.maximum(sheet, row, column)
        theirs = _points(said)
        if theirs is None or not result.max_score or theirs == result.max_score:
            return 1.0
        if self.scale:
            return theirs / result.max_score
        raise InputError(
            f"{sheet.name}: {sheet.header[column]!r} is out of {number(theirs)} points, and "
            f"{request.run.title} out of {number(result.max_score)}; set the same "
            "points on the platform and export the sheet once more",
            Remedy.SCALE_POINTS,
        )


def _points(said: str) -> float | None:
    """The number in a cell, with a point or a comma before its decimals; None if there is none."""
    try:
        return float(said.replace(",", "."))
    except ValueError:
        return None
