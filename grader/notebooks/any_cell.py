"""A cell of any kind: its text, and what it is found by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# What is kept of a text cell, in characters.
MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class AnyCell:
    """A cell of any `kind`, such as "code" or "markdown", numbered as code cells are.

    `id` is empty where the file gives it none. `exercises` are the names that the template's cell
    has in its metadata, by which it is found again. If `cut`, only the beginning of the text is
    there, or nothing of it.
    """

    number: int
    kind: str
    source: str
    id: str = ""
    exercises: tuple[str, ...] = ()
    cut: bool = False


def mapping(value: Any) -> dict[str, Any]:
    """The value, if it is a JSON object; an empty one if it is anything else."""
    return value if isinstance(value, dict) else {}


def cell_of(number: int, data: Any) -> AnyCell | None:
    """The cell that the JSON of a notebook describes; None where it describes none."""
    cell = mapping(data)
    kind, source = cell.get("cell_type"), cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(kind, str) or not isinstance(source, str | None):
        return None
    # Halves of surrogate pairs, which JSON can hold, cannot be encoded as UTF-8.
    text = (source or "").encode("utf-8", "replace").decode()
    shown = text if kind == "code" else text[:MAX_TEXT]
    cut = source is None or len(shown) < len(text)
    metadata = mapping(cell.get("metadata"))
    return AnyCell(number, kind, shown, _id(cell, metadata), _exercises(metadata), cut)


def _id(cell: dict[str, Any], metadata: dict[str, Any]) -> str:
    """The cell's id, which Colab writes into the metadata; empty if it has none."""
    found = (cell.get("id"), metadata.get("id"))
    return next((each for each in found if isinstance(each, str) and each), "")


def _exercises(metadata: dict[str, Any]) -> tuple[str, ...]:
    """The names under the key `exercise` of "fairgrade": a name, or a list of them."""
    named = mapping(metadata.get("fairgrade")).get("exercise")
    names = named if isinstance(named, list) else [named]
    return tuple(name for name in names if isinstance(name, str))
