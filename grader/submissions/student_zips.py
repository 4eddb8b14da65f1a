"""Open the zips that students handed in, within limits that hold for each student."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import InputError, SystemFailure
from grader.submissions.archives import INNER_LIMITS, LEFT_OUT, unpack
from grader.submissions.entries import Entry, readable, unpacked
from grader.submissions.kinds import lists_notebook

# How many zips of each student are opened, and how many bytes are unpacked of them in all.
MOST_ZIPS = 10
INNER_BYTES = 1_000_000_000


@dataclass(slots=True)
class StudentZips:
    """The zips of one student after the other, which are unpacked below `scratch`.

    `remarks` are lines about files in them that have no place and were left out.
    """

    scratch: Path | None
    remarks: list[str] = field(default_factory=list)
    _room: int = INNER_BYTES
    _zips: int = MOST_ZIPS
    _opened: dict[str, list[Entry]] = field(default_factory=dict)
    _unread: dict[str, str] = field(default_factory=dict)

    def begin_student(self) -> None:
        """Let the limits apply to another student from now on."""
        self._room, self._zips = INNER_BYTES, MOST_ZIPS
        self._opened.clear()

    def entries(self, entry: Entry, only_with_notebook: bool = False) -> list[Entry]:
        """The files in a zip, without what programs left behind; none if it cannot be read.

        Zips in it are not opened.
        """
        if entry.path in self._opened:
            return self._opened[entry.path]
        path = Path(entry.path)
        if not _reads_as_zip(path) or (only_with_notebook and not lists_notebook(path)):
            return []
        if self._zips == 0:
            self._unread[entry.path] = f"is not opened: of one student, {MOST_ZIPS} zips are"
            return []
        self._zips -= 1
        self._opened[entry.path] = list(self._unpacked(entry, self.scratch)) if self.scratch else []
        return self._opened[entry.path]

    def _unpacked(self, entry: Entry, scratch: Path) -> Iterator[Entry]:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        limits = replace(INNER_LIMITS, size=min(INNER_LIMITS.size, self._room))
        try:
            archive = unpack(Path(entry.path), folder / "files", limits)
        except InputError:
            return
        except SystemFailure as error:  # no room, of which the other students have enough
            shutil.rmtree(folder, ignore_errors=True)
            self._unread[entry.path] = f"could not be unpacked here: {error}"
            return
        self.remarks += (f"{readable(entry.place)}: {line}" for line in archive.remarks)
        if left_out := [line for line in archive.remarks if line.endswith(LEFT_OUT)]:
            self._unread[entry.path] = f"is a zip of which this cannot be read: {left_out[0]}"
        for each in unpacked(archive):
            with suppress(OSError):
                self._room -= Path(each.path).stat().st_size
            if not each.is_clutter:
                yield replace(each, place=f"{entry.place}/{each.place}")

    def what_is(self, entry: Entry) -> str:
        """What a zip is in which no notebook was found, in words that go on after "which"."""
        if entry.path in self._unread:
            return self._unread[entry.path]
        return _what_is(Path(entry.path)) if self.scratch else "is a zip that is not opened"


def _reads_as_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


def _what_is(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [each for each in archive.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "is a zip that cannot be read"
    if len(infos) > INNER_LIMITS.listed:
        return f"is a zip of more than {INNER_LIMITS.listed:,} files"
    if any(each.flag_bits & 1 for each in infos):
        return "is a zip with a password"
    if any(each.filename.lower().endswith(".zip") for each in infos):
        return "is a zip with a zip in it, which is not opened"
    return "is a zip without a notebook" if infos else "is an empty zip"
