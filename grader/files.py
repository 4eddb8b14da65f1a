"""Write files, folders and zips so that they are there whole or not at all.

Also temporary folders, which are removed even if their process is killed: the next process that
makes one removes those that were left behind.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

# The random part of a name that `mkdtemp` appends to the prefix.
_RANDOM = "[a-z0-9_]{8}"
# A file in the folder that is locked for as long as the folder is in use. The system releases the
# lock when the process ends, however it ends, so a folder whose file is not locked is abandoned.
_LOCK = ".lock"
# The earliest time that a zip can hold. All files get it, so that the zip's bytes do not depend on
# when it is written.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX, _FILE, _PROGRAM = 3, 0o100644, 0o100755


@contextmanager
def written_whole(target: Path, parents: bool = False) -> Iterator[Path]:
    """Yield a path to write a file or a folder to, which replaces the target at the end.

    If the block raises, the target stays what it was. Missing folders above the target are made
    only with `parents`. Raises OSError where nothing can be written beside the target.
    """
    if parents:
        target.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(".writing-", target.parent) as folder:
        new = Path(folder, "new")
        yield new
        put_in_place(new, target)


def put_in_place(new: Path, target: Path) -> None:
    """Rename `new` to `target`, which must be on the same disk.

    A folder cannot replace what is there, so that is renamed first, to `old` beside `new`, and back
    again if the second step fails.
    """
    old = new.with_name("old")
    if replaces_folder := new.is_dir() and os.path.lexists(target):
        target.rename(old)
    try:
        new.replace(target)
    except OSError:
        if replaces_folder:
            old.rename(target)
        raise


def write_file(path: Path, content: bytes, parents: bool = False) -> None:
    """Write the whole file, or raise OSError and leave what is there."""
    with written_whole(path, parents) as new:
        new.write_bytes(content)


def write_folder(path: Path, files: Iterable[tuple[str, bytes]], parents: bool = False) -> None:
    """Write a folder that holds these files, given as (path in it, content), and nothing else."""
    with written_whole(path, parents) as folder:
        folder.mkdir()
        for name, content in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def write_zip(
    path: Path,
    files: Iterable[tuple[str, bytes]],
    programs: frozenset[str] = frozenset(),
    compressed: bool = True,
    parents: bool = False,
) -> None:
    """Write a zip of the files, given as (path in it, content); for its bytes see `pack`.

    `programs` are the paths of the files that may be executed once they are unpacked.
    """
    with written_whole(path, parents) as new, new.open("wb") as file:
        pack(file, files, programs, compressed)


def pack(
    file: IO[bytes],
    files: Iterable[tuple[str, bytes]],
    programs: frozenset[str] = frozenset(),
    compressed: bool = True,
) -> None:
    """Write a zip of the files to an open file: the same files give the same bytes every time.

    What compression makes of a file depends on the version of zlib, so only a zip that is not
    compressed has the same bytes on every machine.
    """
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, _LONG_AGO)
            # Permissions are stored as Unix has them, whatever system this runs on.
            info.create_system = _UNIX
            info.external_attr = (_PROGRAM if name in programs else _FILE) << 16
            archive.writestr(info, content, kind)


@contextmanager
def scratch_folder(prefix: str, parent: str | Path | None = None) -> Iterator[str]:
    """Make a folder below `parent` (None: where temporary files go), and remove it at the end.

    Folders with the same prefix that killed processes left there are removed first. Raises OSError
    where no folder can be made.
    """
    parent = parent or tempfile.gettempdir()
    _remove_abandoned(prefix, parent)
    folder = tempfile.mkdtemp(prefix=prefix, dir=parent)
    try:
        with open(os.path.join(folder, f"{_LOCK}-new"), "w") as lock:
            with suppress(OSError):  # a disk without locks: the folder never counts as abandoned
                fcntl.flock(lock, fcntl.LOCK_EX)
                os.rename(lock.name, os.path.join(folder, _LOCK))
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(prefix: str, parent: str | Path) -> None:
    named = re.compile(re.escape(prefix) + _RANDOM)
    with suppress(PermissionError):  # a folder that may be written to, and not listed
        for entry in os.scandir(parent):
            if named.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):  # in use, somebody else's, or gone meanwhile
                    _remove(entry.path)


def _remove(folder: str) -> None:
    """Remove an abandoned folder; raises OSError where it is in use, or somebody else's."""
    with open(os.path.join(folder, _LOCK), "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
