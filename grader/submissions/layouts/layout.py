"""What every layout has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar

from grader.model import Owner
from grader.submissions.table import SubmissionTable

__all__ = ["Layout", "NotebookPaths", "Owner"]


@dataclass(frozen=True, slots=True)
class NotebookPaths(Collection[PurePath]):
    """Where each notebook of a table lies, seen from `depth` folders below `root`."""

    table: SubmissionTable
    root: Path
    depth: int = 0

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[PurePath]:
        paths = (each.relative_to(self.root) for each in self.table.paths)
        return (PurePath(*path.parts[self.depth :]) for path in paths)

    def __contains__(self, place: object) -> bool:
        return any(each == place for each in self)


class Layout(ABC):
    """How a platform arranges what was handed in; `notebooks` are paths relative to `root`.

    `name` is what one asks for it by, `title` what is printed.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, root: Path, notebooks: Collection[PurePath]) -> None:
        self.root = root
        self.notebooks = notebooks

    @abstractmethod
    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        """The students who handed in this notebook; none if its place says nothing here."""

    def fits(self) -> bool:
        """Whether most notebooks lie as they do in this layout."""
        understood = sum(bool(self.owners(notebook)) for notebook in self.notebooks)
        return 2 * understood > len(self.notebooks)
