"""What every export has in common: its options, what it is asked for, and whose points count."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from grader.errors import InputError, Remedy
from grader.files import write_folder, write_zip
from grader.model import Result, Run

MARK = ".fairgrade-export"
# What the metadata of an option has, for those who choose.
HELP = "help"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an export: of which run, with the folder of its report, and where to write.

    `notes` gets a line for everything that the export leaves out.
    """

    run: Run
    folder: Path
    target: Path
    notes: list[str] = field(default_factory=list)

    def note(self, result: Result, line: str) -> None:
        self.notes.append(f"{result.student}: {line}")


@dataclass(frozen=True, kw_only=True)
class Export(ABC):
    """A format, with the options that it was asked for with.

    `name` is what one asks for it by, `title` what it is, and `target` the file or folder that it
    makes. A subclass with options of its own is such a dataclass too, and its fields are the
    options: bool, str, int, float, Path or Path | None (a file that exists), with HELP in their
    metadata.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    target: ClassVar[str]

    @abstractmethod
    def write(self, request: Request) -> None:
        """Write the target; raises InputError where that makes no sense."""


@dataclass(frozen=True, kw_only=True)
class WithPoints:
    """The options of an export that hands in points; named before `Export` among the bases."""

    zero_missing: bool = field(default=False, metadata={HELP: "0 for who handed in nothing."})
    zero_ungraded: bool = field(default=False, metadata={HELP: "0 for what could not be graded."})

    def points(self, result: Result) -> float | None:
        """The points to hand in; None where there are none, which is never 0 unless asked for."""
        if result.score is None and (self.zero_ungraded if result.handed_in else self.zero_missing):
            return 0.0
        return result.score


class Files(Export):
    """An export of many files: a folder, or a zip if the target's name ends so."""

    @abstractmethod
    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        """The files by their path in the folder."""

    def write(self, request: Request) -> None:
        target, files = request.target, self._once(request)
        if target.suffix.lower() == ".zip":
            write_zip(target, files)
        else:
            _refuse_foreign(target)
            write_folder(target, _marked(files))

    def _once(self, request: Request) -> Iterator[tuple[str, bytes]]:
        """The files without those of whom one of the same path came before, as of a group."""
        seen: dict[str, bytes] = {}
        for name, content in self.files(request):
            digest = sha256(content).digest()
            if name not in seen:
                yield name, content
            elif seen[name] != digest:
                request.notes.append(f"{name}: would be there twice, and differs; the first is")
            seen.setdefault(name, digest)


def _marked(files: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The files of a folder that a later export may replace."""
    yield MARK, b""
    yield from files


def _refuse_foreign(path: Path) -> None:
    """Raise InputError where there is something that is neither an empty folder nor an export."""
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(
            f"{path}: exists and is no export of fairgrade's, so it is not replaced",
            Remedy.OTHER_EXPORT_TARGET,
        )
