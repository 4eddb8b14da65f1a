"""Read the cells of a notebook file, whatever students may hand in.

Most of a large file is what its cells have printed and drawn, which is not needed. So only the
parts that are needed are decoded: then a file of outputs takes no more memory than its bytes. A
file in an older format, or with something in it that JSON has not, such as `NaN`, is decoded as a
whole, in which each byte may take thirty, and may be less large.
"""

from __future__ import annotations

import json
import re
import warnings
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from grader.errors import SubmissionError
from grader.notebooks.any_cell import MAX_TEXT, AnyCell, cell_of, mapping
from grader.notebooks.cells import defines
from grader.notebooks.scripts import is_script, read_script
from grader.text import plain

# The format that is read here; nbformat converts files of others to it.
FORMAT = 4
MAX_NOTEBOOK_BYTES = 150_000_000
MAX_CELLS = 10_000
# Of a file that is decoded as a whole: its bytes, and its brackets, braces and commas.
MAX_WHOLE_BYTES, MAX_VALUES = 50_000_000, 5_000_000
# The source of one cell as it stands in the file, with quotes and escapes.
MAX_SOURCE_BYTES = 5_000_000
# More of a cell's metadata is not looked at.
MAX_METADATA_BYTES = 100_000

_MERGE_MARK = re.compile(r"^(<{7}|={7}|>{7})", re.MULTILINE)
_PYTHON = re.compile(r"i?python\d*+(\.\d++)?+")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell. `number` counts all cells of the notebook from 1, as a person would."""

    number: int
    source: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code cells of a notebook, and all of its cells, in which written answers are.

    `assignment` is the name in its metadata, if any; `flags` are remarks for people. The cells of a
    notebook that jupytext wrote as text have no ids.
    """

    cells: tuple[Cell, ...]
    assignment: str = ""
    flags: tuple[str, ...] = ()
    every: tuple[AnyCell, ...] = ()

    def cells_defining(self, names: tuple[str, ...]) -> list[Cell]:
        """The cells that define a function of one of `names`, whether they can be parsed or not."""
        return [cell for cell in self.cells if any(defines(cell.source, name) for name in names)]


def read_notebook(path: Path) -> Notebook:
    """The notebook at `path`, in any version of the notebook format.

    Raises SubmissionError, with the reason in words, for everything that cannot be graded.
    """
    return parse_notebook(notebook_bytes(path))


def parse_notebook(content: bytes) -> Notebook:
    """The notebook in the bytes of a file; raises what `read_notebook` does."""
    data = _needed(content)
    if data is None:
        text = _whole(content)
        if is_script(text):
            return _script_notebook(text)
        data = _json(text)
    _check_language(_language(data))
    flags: tuple[str, ...] = ()
    if data["nbformat"] != FORMAT:
        flags = (f"converted from notebook format {data['nbformat']}",)
    every = tuple(_cells(_converted(data)))
    cells = tuple(Cell(each.number, each.source) for each in every if each.kind == "code")
    if not any(cell.source.strip() for cell in cells):
        raise SubmissionError("has no code in it")
    named = mapping(mapping(data.get("metadata")).get("fairgrade")).get("assignment")
    return Notebook(cells, named if isinstance(named, str) else "", flags, every)


def notebook_data(content: bytes) -> dict[str, Any]:
    """The JSON in the bytes of a notebook; raises SubmissionError where it is no notebook's."""
    return _needed(content) or _json(_whole(content))


def whole_notebook(content: bytes) -> dict[str, Any]:
    """The JSON in the bytes of a notebook, with its texts and outputs; raises SubmissionError."""
    return _json(_whole(content))


def is_script_notebook(begin: bytes) -> bool:
    """Whether a file that begins with these bytes is a notebook that jupytext wrote as text."""
    return is_script(begin.decode("utf-8", "replace"))


def _script_notebook(text: str) -> Notebook:
    script = read_script(text)
    _check_language(script.language)
    _check_count(len(script.cells))
    every = tuple(
        AnyCell(
            number,
            each.kind,
            each.source if each.kind == "code" else each.source[:MAX_TEXT],
            cut=each.kind != "code" and len(each.source) > MAX_TEXT,
        )
        for number, each in enumerate(script.cells, start=1)
    )
    cells = tuple(
        Cell(each.number, each.source) for each in every if each.kind == "code" and each.source
    )
    if not cells:
        raise SubmissionError("has no code in it")
    flags = ("read from the text that jupytext made of the notebook",)
    return Notebook(cells, flags=flags, every=every)


def _check_language(language: str) -> None:
    if language and not _PYTHON.fullmatch(language):
        raise SubmissionError(f"is a notebook in {plain(language[:40])}, where Python is expected")


def notebook_bytes(path: Path) -> bytes:
    """A notebook's content; raises SubmissionError where it is too large or cannot be read."""
    try:
        size = path.stat().st_size
        if size > MAX_NOTEBOOK_BYTES:
            raise SubmissionError(
                f"is {size // 1_000_000} MB large, where at most {MAX_NOTEBOOK_BYTES // 1_000_000} "
                "are read; clearing the outputs makes it small"
            )
        return path.read_bytes()
    except OSError as error:
        raise SubmissionError(f"cannot be read: {error.strerror or error}") from None


class _Language(msgspec.Struct):
    name: str = ""


class _KernelSpec(msgspec.Struct):
    language: str = ""


class _Fairgrade(msgspec.Struct):
    assignment: str = ""


class _Metadata(msgspec.Struct):
    language_info: _Language = msgspec.field(default_factory=_Language)
    kernelspec: _KernelSpec = msgspec.field(default_factory=_KernelSpec)
    fairgrade: _Fairgrade = msgspec.field(default_factory=_Fairgrade)


class _CellOfFile(msgspec.Struct):
    cell_type: str
    source: msgspec.Raw = msgspec.Raw(b'""')
    metadata: msgspec.Raw = msgspec.Raw(b"{}")
    id: msgspec.Raw = msgspec.Raw(b'""')


class _File(msgspec.Struct):
    """What is needed of a notebook in the current format. All else is passed over undecoded."""

    nbformat: Literal[4]
    cells: list[_CellOfFile]
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def _needed(content: bytes) -> dict[str, Any] | None:
    """What is needed of the file; None where it has another form, such as an older format."""
    try:
        file = msgspec.json.decode(content.removeprefix(BOM_UTF8), type=_File)
        return {
            "nbformat": file.nbformat,
            "metadata": msgspec.to_builtins(file.metadata),
            "cells": [_decoded(cell) for cell in file.cells],
        }
    except (ValueError, RecursionError):  # both of msgspec's own errors are ValueErrors
        return None


def _decoded(cell: _CellOfFile) -> dict[str, Any]:
    found = {"cell_type": cell.cell_type, **_id_and_metadata(cell)}
    if len(cell.source) <= MAX_SOURCE_BYTES:
        return {**found, "source": msgspec.json.decode(cell.source)}
    if cell.cell_type != "code":
        return {**found, "source": None}
    raise SubmissionError(
        f"has a cell with {len(cell.source) // 1_000_000} MB of code, where at most "
        f"{MAX_SOURCE_BYTES // 1_000_000} are read"
    )


def _id_and_metadata(cell: _CellOfFile) -> dict[str, Any]:
    """What a cell is found by; without what is longer than it should be."""
    found = {"id": cell.id, "metadata": cell.metadata}
    return {
        key: msgspec.json.decode(raw)
        for key, raw in found.items()
        if len(raw) <= MAX_METADATA_BYTES
    }


def _whole(content: bytes) -> str:
    """The text of the whole file; raises SubmissionError where it is no text, or too large."""
    if len(content) > MAX_WHOLE_BYTES or sum(map(content.count, b"{[,")) > MAX_VALUES:
        raise SubmissionError(
            f"is too large to be read, with {len(content) // 1_000_000} MB; clearing the outputs "
            "makes it small"
        )
    return _text(content)


def _text(content: bytes) -> str:
    """The text of a notebook: UTF-8, or UTF-16 with its mark, as Windows' editor may save it."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise SubmissionError("is not a notebook: its bytes are not UTF-8 text") from None


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        if _MERGE_MARK.search(text):
            raise SubmissionError(
                "is not valid JSON: it holds the marks of an unresolved merge (<<<<<<<)"
            ) from None
        what = "is empty" if not text.strip() else f"is not valid JSON (line {error.lineno})"
        raise SubmissionError(what) from None
    except RecursionError:
        raise SubmissionError("is not a notebook: its JSON is nested too deeply") from None
    except ValueError:  # a number of thousands of digits
        raise SubmissionError("is not a notebook: its JSON holds an absurd number") from None
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise SubmissionError("is JSON, but not a notebook")
    return data


def _language(data: dict[str, Any]) -> str:
    metadata = mapping(data.get("metadata"))
    language = mapping(metadata.get("language_info")).get("name")
    language = language or mapping(metadata.get("kernelspec")).get("language")
    return language.lower() if isinstance(language, str) else ""


def _converted(data: dict[str, Any]) -> dict[str, Any]:
    """The notebook in the current version of the format; nbformat converts others."""
    if data["nbformat"] == FORMAT:
        return data
    # Few notebooks need it, and it takes longer to import than most notebooks to read.
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            converted: dict[str, Any] = nbformat.convert(
                nbformat.from_dict(_without_outputs(data)), FORMAT
            )
    except SubmissionError:
        raise
    except Exception:  # nbformat expects a valid notebook, and may raise anything at a student's
        raise SubmissionError(
            f"is in notebook format {data['nbformat']}, and could not be converted"
        ) from None
    return converted


def _without_outputs(data: dict[str, Any]) -> dict[str, Any]:
    """The notebook in its old format, with nothing in its cells but text."""
    minor = data.get("nbformat_minor", 0)
    slim: dict[str, Any] = {"nbformat": data["nbformat"], "nbformat_minor": minor, "metadata": {}}
    sheets = data.get("worksheets", [])
    cells = [*data.get("cells", []), *(cell for sheet in sheets for cell in sheet["cells"])]
    _check_count(len(cells) + len(sheets))
    if "cells" in data:
        slim["cells"] = [_only_text(cell) for cell in data["cells"]]
    if "worksheets" in data:
        slim["worksheets"] = [
            {"cells": [_only_text(cell) for cell in sheet["cells"]], "metadata": {}}
            for sheet in sheets
        ]
    return slim


def _only_text(cell: dict[str, Any]) -> dict[str, Any]:
    text = {name: value for name, value in cell.items() if _is_text(value)}
    return {**text, "outputs": [], "metadata": {}}


def _is_text(value: Any) -> bool:
    lines = value if isinstance(value, list) else [value]
    return all(isinstance(line, str) for line in lines)


def _check_count(cells: int) -> None:
    if cells > MAX_CELLS:
        raise SubmissionError(f"has {cells:,} cells, where at most {MAX_CELLS:,} are read")


def _cells(data: dict[str, Any]) -> Iterator[AnyCell]:
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("is JSON, but not a notebook: it has no list of cells")
    _check_count(len(cells))
    for number, cell in enumerate(cells, start=1):
        if found := cell_of(number, cell):
            yield found
