"""Tables as spreadsheets and platforms save them, to be read and to be filled in.

A table that Excel saved may be in an encoding of an old Windows or Mac, in UTF-16, with semicolons
or tabs between the columns, and with a title above the names of the columns. Whatever is read
otherwise than as CSV in UTF-8 with the column names in its first row is told in `Sheet.notices`.
What cannot be read without guessing wildly is refused.

A sheet is filled in cell by cell. If it is in UTF-8, every other byte stays as it is. Any other is
written in UTF-8 with commas or semicolons, since that is what Canvas and Moodle take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.errors import InputError
from grader.submissions.encodings import Unreadable, decoded
from grader.submissions.headings import kind_of, known

ADVICE = "save it as CSV UTF-8 (in Excel: File > Save As > CSV UTF-8)"
_BOM = "\ufeff"
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_ENDING = re.compile(r"\r\n|\r|\n")
# Excel writes and reads a first line that says what stands between the columns.
_SEP = re.compile(r'\ufeff?"?sep=([^\r\n"])"?[,;\t]*(?=\r|\n)', re.IGNORECASE)
_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {"\t": "tabs", "|": "vertical bars", ";": "semicolons", ",": "commas"}
# Platforms take these two.
_TAKEN = (",", ";")
# In how many rows the names of the columns are looked for.
_FIRST_ROWS = 40

_Spans = list[list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """The text taken apart with one delimiter; `top` is the row of the column names."""

    delimiter: str
    spans: _Spans
    rows: list[list[str]]
    top: int

    @property
    def score(self) -> tuple[int, int]:
        """How well the delimiter fits: by the known column names, then by their number."""
        header = self.rows[self.top] if self.rows else []
        return known(header), len(header)


class Sheet:
    """Rows of cells, one of which, `top`, holds the columns' names. Rows and columns count from 0.

    `encoding` is the name of the encoding if it is not UTF-8.
    """

    def __init__(self, text: str, name: str = "sheet", encoding: str = "") -> None:
        """Parse the text; raises InputError where a quote is not closed."""
        self.name = name
        self.encoding = encoding
        self._text = text
        self._changes: dict[tuple[int, int], str] = {}
        self._sep = _SEP.match(text)
        parsed = self._best()
        self._delimiter, self._spans, self.rows = parsed.delimiter, parsed.spans, parsed.rows
        self.top = parsed.top
        self.header = [cell.strip() for cell in self.rows[self.top]] if self.rows else []

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """Read a file; raises InputError where it is no table that can be read."""
        try:
            text, encoding = decoded(path.read_bytes())
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        except Unreadable as error:
            raise InputError(f"{path}: {error}; {ADVICE}") from None
        return cls(text, str(path), encoding)

    @property
    def delimiter(self) -> str:
        return self._delimiter

    @property
    def below(self) -> range:
        """The numbers of the rows below the column names."""
        return range(self.top + 1, len(self.rows))

    @property
    def notices(self) -> Iterator[str]:
        """A line for everything in which the sheet is not plain CSV in UTF-8."""
        if self.encoding:
            yield f"{self.name}: is not in UTF-8; it is read as {self.encoding}{self._example}"
        if self._delimiter not in _TAKEN:
            between = _NAMES.get(self._delimiter, repr(self._delimiter))
            yield f"{self.name}: has {between} between its columns"
        if self._sep:
            yield f"{self.name}: its first line, {self._sep[0].strip(_BOM)}, is left out"
        if self.top > bool(self._sep):
            above = "what stands above them is left out"
            yield f"{self.name}: the names of the columns are in row {self.top + 1}; {above}"

    @property
    def rewritten(self) -> str:
        """How the sheet is written if not with its own bytes; empty if it is."""
        return f"in UTF-8 with {_NAMES[self._written]} between the columns" if self._odd else ""

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row below the column names that is not blank, as its number and by column name."""
        for number in self.below:
            cells = self.rows[number]
            if any(cell.strip() for cell in cells):
                yield number, self.record(number)

    def record(self, row: int, columns: int | None = None) -> dict[str, str]:
        """A row by the column names, of the first `columns` only if that is given.

        Of two columns of the same name, the first that is not blank counts.
        """
        found: dict[str, str] = {}
        for name, cell in list(zip(self.header, self.rows[row], strict=False))[:columns]:
            if not found.get(name):
                found[name] = cell.strip()
        return found

    def column(self, name: str) -> int | None:
        """The column's number; None where there is none of this name."""
        return self.header.index(name) if name in self.header else None

    def column_of(self, kind: str) -> int | None:
        """The first column that holds this kind, in whatever language; see `headings.kind_of`."""
        return next((at for at, name in enumerate(self.header) if kind_of(name) == kind), None)

    def cell(self, row: int, column: int) -> str:
        cells = self.rows[row]
        return cells[column].strip() if column < len(cells) else ""

    def change(self, row: int, column: int, value: str) -> None:
        """Give a cell a new value; raises InputError where the row does not reach that far."""
        if column >= len(self.rows[row]):
            raise InputError(
                f"{self.name}: row {row + 1} has {len(self.rows[row])} columns where the row of "
                f"names has {len(self.header)}; export it from the platform once more"
            )
        self._changes[row, column] = value

    def to_bytes(self) -> bytes:
        """The sheet with the changes; in a sheet in UTF-8, all else has its old bytes."""
        if self._odd:
            return self._anew().encode("utf-8", "replace")
        pieces, end = [], 0
        for (row, column), value in sorted(self._changes.items()):
            start, stop = self._spans[row][column]
            pieces += [self._text[end:start], self._quoted(value, self._text[start:stop])]
            end = stop
        return "".join([*pieces, self._text[end:]]).encode()

    @cached_property
    def _odd(self) -> bool:
        """Whether platforms could not read the sheet if it were written as it came."""
        bare = "\r" in self._text and "\n" not in self._text
        return bool(self.encoding or self.top or self._sep or bare or self._delimiter not in _TAKEN)

    @property
    def _written(self) -> str:
        return self._delimiter if self._delimiter in _TAKEN else ","

    @property
    def _example(self) -> str:
        """The first cell that is not plain ASCII, by which people see if the guess is right."""
        cells = (cell for row in self.rows for cell in row)
        odd = next((each.strip() for each in cells if not each.isascii() and len(each) < 80), "")
        return f", so that it has {odd!r}; if that is wrong, {ADVICE}" if odd else ""

    def _anew(self) -> str:
        lines = []
        for number in range(self.top, len(self.rows)):
            cells = enumerate(self.rows[number])
            values = (self._changes.get((number, column), cell) for column, cell in cells)
            lines.append(self._written.join(self._quoted(each) for each in values))
        return "".join(f"{line}\r\n" for line in lines)

    def _best(self) -> _Parsed:
        """The text taken apart with the delimiter that fits best; the earlier of equals."""
        if self._sep:
            return self._parsed(self._sep[1])
        head = self._text[:100_000]
        found, errors = [], []
        for delimiter in [each for each in _DELIMITERS if each in head] or [","]:
            try:
                found.append(self._parsed(delimiter))
            except InputError as error:
                errors.append(error)
        if not found:
            raise errors[0]
        return max(found, key=lambda each: each.score)

    def _parsed(self, delimiter: str) -> _Parsed:
        spans = self._split(delimiter)
        rows = [[self._value(span) for span in row] for row in spans]
        first = 1 if self._sep else 0
        filled = [
            number
            for number in range(first, len(rows))
            if any(cell.strip() for cell in rows[number])
        ][:_FIRST_ROWS]
        # Where no name is known, the first row has the names, blank or not.
        top, best, above = min(first, max(len(rows) - 1, 0)), 0, 0
        for number in filled:
            cells = sum(bool(cell.strip()) for cell in rows[number])
            count = known(rows[number])
            # A title has fewer cells than the names of the columns below it, or those names are
            # all known. Otherwise a cell of a student, such as "user", might be taken for a name.
            if count > best and (cells > above or count == cells):
                top, best = number, count
            above = max(above, cells)
        return _Parsed(delimiter, spans, rows, top)

    def _split(self, delimiter: str) -> _Spans:
        rest = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
        rows: _Spans = []
        row: list[tuple[int, int]] = []
        place = len(_BOM) if self._text.startswith(_BOM) else 0
        while place < len(self._text) or row:
            quoted = _QUOTED.match(self._text, place)
            if not quoted and self._text.startswith('"', place):
                raise InputError(f"{self.name}: a quote in row {len(rows) + 1} is not closed")
            found = rest.match(self._text, quoted.end() if quoted else place)
            stop = found.end() if found else place
            row.append((place, stop))
            ending = _ENDING.match(self._text, stop)
            place = ending.end() if ending else stop + 1
            if ending or stop == len(self._text):
                rows.append(row)
                row = []
        return rows

    def _value(self, span: tuple[int, int]) -> str:
        text = self._text[slice(*span)]
        quoted = _QUOTED.match(text)
        return quoted[1].replace('""', '"') + text[quoted.end() :] if quoted else text

    def _quoted(self, value: str, before: str = "") -> str:
        if before.startswith('"') or re.search(rf'["\r\n{self._written}]', value):
            return '"' + value.replace('"', '""') + '"'
        return value
