"""What every layout has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Owner:
    """Who handed in a notebook, as far as its layout says.

    `ids` are pairs of a kind (`canvas`, `moodle`, `sid`, `login`, ...) and an id. `late` is None
    and `submitted_at` (ISO 8601) empty where the platform does not say. Notebooks with the same
    `attempts_of`, if any, are attempts at the same thing, numbered by `attempt` from 1.
    """

    name: str
    ids: tuple[tuple[str, str], ...] = ()
    email: str = ""
    late: bool | None = None
    submitted_at: str = ""
    attempt: int = 1
    attempts_of: str = ""


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
