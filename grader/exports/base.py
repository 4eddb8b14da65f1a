"""What every export has in common: its options, the request that it answers, and its points."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import ClassVar

from grader.errors import InputError, Remedy
from grader.files import write_folder, write_zip
from grader.model import Result, Run, Status
from grader.report.entries import Entry, entries

# An empty file in the folders that exports make: a folder with it may be replaced.
MARK = ".fairgrade-export"
# The key under which the metadata of an option's field has its help text.
HELP = "help"
# The key under which it has True if a path may be a folder, too.
OR_FOLDER = "or folder"


@dataclass(frozen=True, slots=True)
class Request:
    """What an export is asked for.

    `run` is what to export, `folder` the run's output folder (with `report/` in it), and `target`
    the file or folder to write. The export adds to `notes` a line for everything it leaves out.
    """

    run: Run
    folder: Path
    target: Path
    notes: list[str] = field(default_factory=list)

    def note(self, result: Result, line: str) -> None:
        self.notes.append(f"{result.student}: {line}")


@dataclass(frozen=True, kw_only=True)
class Export(ABC):
    """A format of export, with the values of its options.

    `name` is the format's name, such as "canvas"; `title` says what it is; and `target` is the file
    or folder that it makes by default. A subclass with options is a frozen dataclass too, and its
    fields are the options. They are of type bool, str, int, float, Path or Path | None (a file that
    exists, or with OR_FOLDER in the metadata a folder). The metadata has their help text under
    HELP.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    target: ClassVar[str]

    @abstractmethod
    def write(self, request: Request) -> None:
        """Write the target.

        Raises InputError where the request and the options do not fit together, and OSError where
        the target cannot be written.
        """


@dataclass(frozen=True, kw_only=True)
class WithPoints:
    """The options of an export that hands in points.

    It stands before `Export` among the bases, as in `class Csv(WithPoints, Export)`.
    """

    zero_missing: bool = field(
        default=False, metadata={HELP: "Write 0 for who certainly handed in nothing."}
    )
    zero_ungraded: bool = field(
        default=False, metadata={HELP: "Write 0 for what could not be graded."}
    )

    def points(self, result: Result) -> float | None:
        """The points to hand in; None where nothing was graded, unless an option asks for 0.

        Of whom it is not certain that they handed in nothing, none are handed in, and none of what
        a person has still to review.
        """
        if result.status is Status.NOT_GRADED and (
            (self.zero_ungraded and result.handed_in) or (self.zero_missing and result.absent)
        ):
            return 0.0
        return result.score

    def with_points(self, request: Request) -> Iterator[tuple[Entry, float]]:
        """Who has points to hand in, with these; of all others a note says why they get no file."""
        for entry in entries(request.run):
            points = self.points(entry.result)
            if points is None:
                request.note(entry.result, f"no file: {entry.result.reason}")
            else:
                yield entry, points


class Files(Export):
    """An export of many files: a zip if the target's name ends in `.zip`, otherwise a folder."""

    @abstractmethod
    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        """Yield each file, as its path in the folder and its content."""

    def write(self, request: Request) -> None:
        target, files = request.target, _some(self._once(request), request)
        if target.suffix.lower() == ".zip":
            write_zip(target, files)
        else:
            _refuse_foreign(target)
            write_folder(target, _marked(files))

    def _once(self, request: Request) -> Iterator[tuple[str, bytes]]:
        """Yield each path once: the members of a group that handed in together have the same file.

        Where a path comes again with another content, the first one stays and a note says so.
        """
        seen: dict[str, bytes] = {}
        for name, content in self.files(request):
            digest = sha256(content).digest()
            if name not in seen:
                yield name, content
            elif seen[name] != digest:
                request.notes.append(
                    f"{name}: comes twice with different contents; the first is kept"
                )
            seen.setdefault(name, digest)


def _some(files: Iterator[tuple[str, bytes]], request: Request) -> Iterator[tuple[str, bytes]]:
    """The same files; raises InputError where there are none, so that nothing empty is written."""
    first = next(files, None)
    if first is None:
        notes = "; ".join(request.notes[:3])
        more = f", and {len(request.notes) - 3} more" if len(request.notes) > 3 else ""
        raise InputError(
            f"{request.target}: is not written, since there is nothing to put into it"
            + (f" ({notes}{more})" if notes else "")
        )
    return chain([first], files)


def _marked(files: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The files, and before them the mark by which a later export may replace the folder."""
    yield MARK, b""
    yield from files


def _refuse_foreign(path: Path) -> None:
    """Raise InputError where `path` exists and is neither an empty folder nor an export of ours."""
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(
            f"{path}: exists and is no export of fairgrade's, so it is not replaced",
            Remedy.OTHER_EXPORT_TARGET,
        )
