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
    """The paths of a table's notebooks below `root`, without their first `depth` folders."""

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
    """How a platform arranges submissions in folders; `notebooks` are paths relative to `root`.

    `name` is the word to choose the layout by, `title` what people read of it.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, root: Path, notebooks: Collection[PurePath]) -> None:
        self.root = root
        self.notebooks = notebooks

    @abstractmethod
    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        """The students who handed in this notebook; empty if its path does not fit the layout."""

    def fits(self) -> bool:
        """Whether the paths of more than half of the notebooks fit this layout."""
        understood = sum(bool(self.owners(notebook)) for notebook in self.notebooks)
        return 2 * understood > len(self.notebooks)
