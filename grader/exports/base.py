"""What every export has in common: what is asked for, whose points count, how files are written."""

from __future__ import annotations

import os
import shutil
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, ClassVar

from grader.errors import CommandError
from grader.files import scratch_folder
from grader.model import Result, Run

MARK = ".fairgrade-export"
# A zip is the same whenever it is made.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_FILE, _PROGRAM = 0o100644, 0o100755


@dataclass(slots=True)
class Request:
    """One export: of which run, with the folder it lies in, and where to.

    `sheet` is the platform's own, `column` the one of it to be filled in (empty: found out), and
    `scale` says that points may be scaled to the sheet's. `notes` gets a line for everything that
    the export leaves out.
    """

    run: Run
    folder: Path
    target: Path
    sheet: Path | None = None
    column: str = ""
    scale: bool = False
    zero_missing: bool = False
    zero_ungraded: bool = False
    notes: list[str] = field(default_factory=list)

    def points(self, result: Result) -> float | None:
        """The points to hand in; None where there are none, which is never 0 unless asked for."""
        if result.score is None and (self.zero_ungraded if result.handed_in else self.zero_missing):
            return 0.0
        return result.score

    def note(self, result: Result, line: str) -> None:
        self.notes.append(f"{result.student}: {line}")


class Export(ABC):
    """A format; `name` is what `grade export` takes, `target` the file or folder it makes."""

    name: ClassVar[str]
    title: ClassVar[str]
    target: ClassVar[str]
    needs_sheet: ClassVar[bool] = False

    @abstractmethod
    def write(self, request: Request) -> None:
        """Write the target; raises CommandError where that makes no sense."""


class Files(Export):
    """An export of many files: a folder, or a zip if the target's name ends so."""

    @abstractmethod
    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        """The files by their path in the folder."""

    def write(self, request: Request) -> None:
        write = write_zip if request.target.suffix.lower() == ".zip" else write_folder
        write(request.target, self._once(request))

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


def write_file(path: Path, content: bytes) -> None:
    """Write all of the file, or leave what is there."""
    with scratch_folder(".writing-", path.parent) as staged:
        new = Path(staged, "new")
        new.write_bytes(content)
        new.replace(path)


def write_zip(
    path: Path, files: Iterable[tuple[str, bytes]], programs: frozenset[str] = frozenset()
) -> None:
    """Write a zip of the files, of which `programs` can be run; the same bytes every time."""
    with scratch_folder(".writing-", path.parent) as staged:
        new = Path(staged, "new")
        with new.open("wb") as file:
            pack(file, files, programs)
        new.replace(path)


def pack(
    file: IO[bytes], files: Iterable[tuple[str, bytes]], programs: frozenset[str] = frozenset()
) -> None:
    """Write a zip to an open file."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.external_attr = (_PROGRAM if name in programs else _FILE) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)


def write_folder(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write the files below a folder, which is replaced if it is an earlier export."""
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise CommandError(
            f"{path}: exists and is no export of fairgrade's, so it is not replaced; "
            "--to names another place"
        )
    with scratch_folder(".writing-", path.parent) as staged:
        new = Path(staged, "new")
        new.mkdir()
        (new / MARK).touch()
        for name, content in files:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(content)
        if path.exists():
            shutil.move(path, Path(staged, "old"))
        os.replace(new, path)
