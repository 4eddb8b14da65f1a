"""What every layout has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from grader.model import Owner

__all__ = ["Layout", "Owner"]


class Layout(ABC):
    """How a platform arranges what was handed in; `notebooks` are paths relative to `root`.

    `name` is what `--layout` takes, `title` what is printed.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, root: Path, notebooks: Sequence[PurePath]) -> None:
        self.root = root
        self.notebooks = notebooks

    @abstractmethod
    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        """The students who handed in this notebook; none if its place says nothing here."""

    def fits(self) -> bool:
        """Whether most notebooks lie as they do in this layout."""
        understood = sum(bool(self.owners(notebook)) for notebook in self.notebooks)
        return 2 * understood > len(self.notebooks)
