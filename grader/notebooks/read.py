"""Read the code cells of a notebook file, whatever students may hand in."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from grader.errors import SubmissionError
from grader.notebooks.cells import defines
from grader.text import plain

MAX_NOTEBOOK_BYTES = 50_000_000

_MERGE_MARK = re.compile(r"^(<{7}|={7}|>{7})", re.MULTILINE)
_PYTHON = re.compile(r"i?python\d*(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell. `number` counts all cells of the notebook from 1, as a person would."""

    number: int
    source: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code cells of a notebook.

    `assignment` is the name in its metadata, if any; `flags` are remarks for people.
    """

    cells: tuple[Cell, ...]
    assignment: str = ""
    flags: tuple[str, ...] = ()

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
    data = _json(_text(content))
    language = _language(data)
    if language and not _PYTHON.fullmatch(language):
        raise SubmissionError(f"is a notebook in {plain(language[:40])}, where Python is expected")
    flags: tuple[str, ...] = ()
    if data["nbformat"] != nbformat.current_nbformat:
        flags = (f"converted from notebook format {data['nbformat']}",)
    cells = tuple(_code_cells(_converted(data)))
    if not any(cell.source.strip() for cell in cells):
        raise SubmissionError("has no code in it")
    named = _dict(_dict(data.get("metadata")).get("fairgrade")).get("assignment")
    return Notebook(cells, named if isinstance(named, str) else "", flags)


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


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
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
    metadata = _dict(data.get("metadata"))
    language = _dict(metadata.get("language_info")).get("name")
    language = language or _dict(metadata.get("kernelspec")).get("language")
    return language.lower() if isinstance(language, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _converted(data: dict[str, Any]) -> dict[str, Any]:
    """The notebook in the current version of the format; nbformat converts others."""
    if data["nbformat"] == nbformat.current_nbformat:
        return data
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            converted: dict[str, Any] = nbformat.convert(
                nbformat.from_dict(data), nbformat.current_nbformat
            )
    except Exception:  # nbformat expects a valid notebook, and may raise anything at a student's
        raise SubmissionError(
            f"is in notebook format {data['nbformat']}, and could not be converted"
        ) from None
    return converted


def _code_cells(data: dict[str, Any]) -> Iterator[Cell]:
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("is JSON, but not a notebook: it has no list of cells")
    for number, cell in enumerate(cells, start=1):
        if _dict(cell).get("cell_type") == "code":
            source = cell.get("source", "")
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            if isinstance(source, str):
                # Halves of surrogate pairs, which JSON can hold, cannot be encoded as UTF-8.
                yield Cell(number, source.encode("utf-8", "replace").decode())
