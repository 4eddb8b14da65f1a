"""A CSV sheet that a platform exported: single cells are changed, every other byte is kept."""

from __future__ import annotations

import re
from pathlib import Path

from grader.errors import InputError
from grader.submissions.roster import delimiter

_BOM = "\ufeff"
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_ENDING = re.compile(r"\r\n|\r|\n")


class Sheet:
    """Rows of cells; the first row holds the columns' names. Rows and columns count from 0."""

    def __init__(self, text: str, name: str = "sheet") -> None:
        """Parse the text; raises InputError where a quote is not closed."""
        self.name = name
        self._text = text
        self._delimiter = delimiter(text)
        self._changes: dict[tuple[int, int], str] = {}
        self._spans = self._split()
        self.rows = [[self._value(span) for span in row] for row in self._spans]
        self.header = [cell.strip() for cell in self.rows[0]] if self.rows else []

    @classmethod
    def read(cls, path: Path) -> Sheet:
        try:
            # Bytes that are not UTF-8 become lone surrogates, and in `to_bytes` themselves again.
            return cls(path.read_bytes().decode("utf-8", "surrogateescape"), str(path))
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None

    def column(self, name: str) -> int | None:
        """The column's number; None where there is none of this name."""
        return self.header.index(name) if name in self.header else None

    def cell(self, row: int, column: int) -> str:
        cells = self.rows[row]
        return cells[column].strip() if column < len(cells) else ""

    def change(self, row: int, column: int, value: str) -> None:
        """Give a cell a new value; raises InputError where the row does not reach that far."""
        if column >= len(self.rows[row]):
            raise InputError(
                f"{self.name}: row {row + 1} has {len(self.rows[row])} columns where the first row "
                f"has {len(self.header)}; export it from the platform once more"
            )
        self._changes[row, column] = value

    def to_bytes(self) -> bytes:
        """The sheet with the changes; whatever was not changed has its old bytes."""
        pieces, end = [], 0
        for (row, column), value in sorted(self._changes.items()):
            start, stop = self._spans[row][column]
            pieces += [self._text[end:start], self._quoted(value, self._text[start:stop])]
            end = stop
        return "".join([*pieces, self._text[end:]]).encode("utf-8", "surrogateescape")

    def _split(self) -> list[list[tuple[int, int]]]:
        rest = re.compile(rf"[^{self._delimiter}\r\n]*")
        rows: list[list[tuple[int, int]]] = []
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

    def _quoted(self, value: str, before: str) -> str:
        if before.startswith('"') or re.search(rf'["\r\n{self._delimiter}]', value):
            return '"' + value.replace('"', '""') + '"'
        return value
