"""What every layout has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar

from grader.model import Owner
from grader.submissions.kinds import is_notebook

__all__ = ["FilePaths", "Layout", "Owner", "is_notebook"]


@dataclass(frozen=True, slots=True)
class FilePaths(Collection[PurePath]):
    """Paths of files below a root, without their first `depth` folders."""

    paths: Sequence[str]
    depth: int = 0

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[PurePath]:
        return map(self.inner, self.paths)

    def __contains__(self, path: object) -> bool:
        return any(each == path for each in self)

    def inner(self, path: str) -> PurePath:
        """The path without its first folders; the whole path if it has no more than those."""
        parts = PurePath(path).parts
        return PurePath(*(parts[self.depth :] or parts))


class Layout(ABC):
    """How a platform arranges submissions in folders; `files` are paths relative to `root`.

    `files` are all files that were found, notebooks and others. `name` is the word to choose the
    layout by, `title` what people read of it. `own_files` are names of files that the platform
    itself writes beside those that students handed in. `is_known`, if there is a roster, says
    whether a student in it is called so, by name or by an id.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    own_files: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        root: Path,
        files: Collection[PurePath],
        is_known: Callable[[str], bool] | None = None,
    ) -> None:
        self.root = root
        self.files = files
        self.is_known = is_known

    @abstractmethod
    def owners(self, path: PurePath) -> Sequence[Owner]:
        """The students who handed in this file, whatever kind of file it is.

        Empty if its path does not fit the layout, so that nobody can be named.
        """

    def is_platforms(self, path: PurePath) -> bool:
        """Whether the platform wrote this file itself, so that no student handed it in."""
        return path.name in self.own_files

    def file_name(self, path: PurePath) -> str:
        """The file's name as its student chose it, without what the platform put before it."""
        return path.name

    def remarks(self) -> Sequence[str]:
        """What is said once for the whole class, such as that texts were entered as well."""
        return ()

    def fits(self) -> bool:
        """Whether the paths of more than half of what was handed in fit this layout.

        Each file and folder directly below the root has one vote, however many files a student
        puts into a folder. Loose files that fit nothing and are no notebooks, such as the task or
        a list of students, have none.
        """
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for path in self.files:
            if self.is_platforms(path):
                continue
            fits = bool(self.owners(path))
            if fits or is_notebook(path) or len(path.parts) > 1:
                counts[path.parts[0]][fits] += 1
        votes = sum(yes / (yes + no) for no, yes in counts.values())
        return 2 * votes > len(counts)
