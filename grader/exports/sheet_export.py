"""Fill in a sheet that the platform exported: find each student's row, and write the points."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import ClassVar

from grader.errors import InputError, Mismatch, Remedy
from grader.exports.base import HELP, Export, Request, WithPoints
from grader.files import write_file
from grader.model import Owner, Result, Run
from grader.submissions.headings import kind_of
from grader.submissions.names import letters_of
from grader.submissions.people import Known, Student, alike, name_of, said
from grader.submissions.sheet import Sheet
from grader.submissions.student_rows import is_test_student, merged, student_in
from grader.text import counted, number

# A number, perhaps with a sign between its thousands.
_NUMBER = re.compile(r"\d+([.,]\d+)?|\d{1,3}(,\d{3})+(\.\d+)?|\d{1,3}(\.\d{3})+(,\d+)?")
# How many examples of each side are shown where a sheet does not fit.
_EXAMPLES = 2


@dataclass(frozen=True, kw_only=True)
class SheetExport(WithPoints, Export):
    """The sheet that the platform exported, with our points in one column of it.

    Students are found by number first, then by name. The cell of a student stays as it is (mostly
    blank) if the submission could not be graded, or if there is none, or more than one. `keeps` are
    contents of cells that are never overwritten.
    """

    keeps: ClassVar[frozenset[str]] = frozenset()

    sheet: Path = field(metadata={HELP: "Fill in the sheet that you exported from the platform."})
    column: str = field(
        default="", metadata={HELP: "Fill in this column of the sheet. Default: found out."}
    )
    scale: bool = field(default=False, metadata={HELP: "Convert points to those of the sheet."})
    partial: bool = field(
        default=False, metadata={HELP: "Go on if less than half are in the sheet."}
    )

    def write(self, request: Request) -> None:
        sheet = Sheet.read(self.sheet)
        request.notes.extend(sheet.notices)
        column = self.place(sheet, request.run)
        self.check(sheet)
        rows = _Rows(dict(self._students(sheet)))
        for result in request.run.results:
            rows.take(result, request)
        if not self.partial:
            rows.check_fit(sheet.name)
        for row, results in rows.results.items():
            self._fill(sheet, row, column, results, rows.unsure, request)
        if self.zero_missing and rows.unsure:
            request.notes.append(f"nobody gets 0 for handing in nothing: {rows.unsure[0]}")
        write_file(request.target, sheet.to_bytes())
        if sheet.rewritten:
            request.notes.append(f"{request.target}: is written {sheet.rewritten}")

    @abstractmethod
    def place(self, sheet: Sheet, run: Run) -> int:
        """The number of the column to fill in; raises InputError where that is unclear."""

    @abstractmethod
    def identity(self, sheet: Sheet) -> int:
        """How many columns, from the first, say who a row is about."""

    @abstractmethod
    def maximum(self, sheet: Sheet, row: int, column: int) -> str:
        """The platform's maximum of points as text of the sheet; empty if the sheet has none."""

    def check(self, sheet: Sheet) -> None:
        """Mend or refuse what the platform would take for somebody else; by default, nothing."""

    def handed_in(self, sheet: Sheet, row: int) -> str:
        """What the sheet says of a student who handed in something; by default, nothing."""
        return ""

    def fill_more(self, sheet: Sheet, row: int, result: Result, request: Request) -> None:
        """Fill in what the platform takes besides points; by default, nothing."""

    def _students(self, sheet: Sheet) -> Iterator[tuple[int, Student]]:
        columns = self.identity(sheet)
        groups = [name for name in sheet.header if kind_of(name) == "group"]
        for row in sheet.below:
            record = sheet.record(row, columns)
            everything = sheet.record(row) if groups else {}
            record |= {name: everything.get(name, "") for name in groups}
            if student := student_in(record):
                yield row, student

    def _fill(
        self,
        sheet: Sheet,
        row: int,
        column: int,
        results: list[Result],
        unsure: list[str],
        request: Request,
    ) -> None:
        found = [result for result in results if not result.absent]
        handed_in = [result for result in results if result.handed_in or result.score is not None]
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
        elif found:
            request.note(found[0], f"left blank: {found[0].reason}")
        elif self.zero_missing and not before and not unsure:
            if status := self.handed_in(sheet, row):
                who = ", ".join(filter(None, sheet.rows[row][:2]))
                request.notes.append(f"{who}: left blank: nothing was found, but it is {status!r}")
            else:
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

        Raises InputError where it is another, and `scale` does not ask to convert points, and where
        it is no number.
        """
        said = self.maximum(sheet, row, column)
        if not said or not result.max_score:
            return 1.0
        maxima = readings(said, decimal_comma=sheet.delimiter == ";")
        if result.max_score in maxima:
            return 1.0
        if not maxima or not maxima[0] > 0:
            raise InputError(
                f"{sheet.name}: the maximum of {sheet.header[column]!r} is {said!r}, which is no "
                "number of points; set the points on the platform and export the sheet once more"
            )
        if self.scale:
            return maxima[0] / result.max_score
        raise InputError(
            f"{sheet.name}: {sheet.header[column]!r} is out of {number(maxima[0])} points, and "
            f"{request.run.title} out of {number(result.max_score)}; set the same "
            "points on the platform and export the sheet once more",
            Remedy.SCALE_POINTS,
        )


class _Rows:
    """The rows of a sheet with the results of their students.

    A student with several rows, such as one for each section, has the results in each of them.
    `unsure` says why nobody can be certain that a student without a result handed in nothing.
    """

    def __init__(self, students: Mapping[int, Student]) -> None:
        together = merged(list(students.values()))
        self.results: dict[int, list[Result]] = {row: [] for row in students}
        self.unsure: list[str] = []
        self._students = together.students
        self._known = Known(together.students)
        self._rows: dict[Student, list[int]] = {}
        for row, place in zip(students, together.places, strict=True):
            self._rows.setdefault(together.students[place], []).append(row)
        self._found = 0
        self._strangers: list[str] = []

    def take(self, result: Result, request: Request) -> None:
        """Give a result to the rows of its student, or note why there are none."""
        owner = result.owner or Owner("")
        name = PurePath(result.source).stem or result.student
        match = self._known.match(owner, name)
        if match.student:
            self._found += result.handed_in
            self._give(match.student, result)
            if not alike(match.student, name_of(owner)):
                self.unsure.append(
                    f"{result.student}: {owner.name!r} has nothing in common with "
                    f"{match.student}, whose number it has; perhaps a group handed in"
                )
        elif members := [] if match.candidates else self._members(owner):
            self._found += result.handed_in
            for member in members:
                self._give(member, result)
        else:
            self._stranger(result, owner, bool(match.candidates), request)

    def check_fit(self, sheet: str) -> None:
        """Raise Mismatch where less than half of those who handed in are in the sheet."""
        compared = self._found + len(self._strangers)
        if 2 * self._found >= compared:
            return
        theirs = "; ".join(str(each) for each in self._students[:_EXAMPLES]) or "nobody"
        raise Mismatch(
            f"{sheet}: does not fit the results: of {counted(compared, 'submission')}, "
            f"{self._found} are of students in it; nothing was written. Compared were, of the "
            f"results: {'; '.join(self._strangers[:_EXAMPLES])}; of the sheet: {theirs}",
            Remedy.SHEET_PARTIAL,
        )

    def _give(self, student: Student, result: Result) -> None:
        for row in self._rows[student]:
            self.results[row].append(result)

    def _members(self, owner: Owner) -> list[Student]:
        """The students in the group of this name, in a sheet with a column of groups."""
        group = letters_of(owner.name)
        return [
            student
            for student in self._students
            if group and group in map(letters_of, student.groups)
        ]

    def _stranger(self, result: Result, owner: Owner, several: bool, request: Request) -> None:
        if "canvas" in owner.ids and is_test_student(owner.name):
            request.note(result, "is Canvas' Test Student, who gets no grade")
            return
        if not result.handed_in:
            return
        request.note(result, "is not in the sheet, or nobody can say who of several it is")
        if several:
            self._found += 1
        else:
            self._strangers.append(said(owner, result.student))
        if several or not self._known.rules_out(owner):
            self.unsure.append(f"{result.student} is nobody in the sheet who can be told")


def readings(said: str, decimal_comma: bool = False) -> list[float]:
    """The numbers that a cell may mean, the likeliest first; none if it is no number.

    "1,000.00" is a thousand, "10,00" is ten. "1,000" may be a thousand, or one with three decimals;
    `decimal_comma` says which is likelier.
    """
    text = re.sub(r"[\s'\u2019]", "", said)
    if not _NUMBER.fullmatch(text):
        return []
    signs = re.findall(r"[.,]", text)
    if len(signs) > 1 and len(set(signs)) == 1:
        return [float(re.sub(r"[.,]", "", text))]
    whole, _, last = text.rpartition(signs[-1]) if signs else (text, "", "0")
    as_decimals = float(f"{re.sub('[.,]', '', whole)}.{last}")
    if len(signs) != 1 or len(last) != 3 or len(whole) > 3:
        return [as_decimals]
    thousands = float(whole + last)
    likely = (signs[0] == ",") is not decimal_comma
    return [thousands, as_decimals] if likely else [as_decimals, thousands]
