"""Files, folders and zips that are written whole or not at all, and folders for temporary files
that go with their process, however it ends."""

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

# What `mkdtemp` puts behind a prefix.
_RANDOM = "[a-z0-9_]{8}"
# A file that is locked for as long as the folder is in use: the system frees it for the dead.
_LOCK = ".lock"
# The earliest time that a zip can hold: so its bytes do not depend on when it is written.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX, _FILE, _PROGRAM = 3, 0o100644, 0o100755


@contextmanager
def written_whole(target: Path, parents: bool = False) -> Iterator[Path]:
    """A path to write a file or a folder to, which is put in the target's place at the end.

    After an error the target is what it was before. Missing folders above it are made only with
    `parents`. Raises OSError where nothing can be written beside the target.
    """
    if parents:
        target.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(".writing-", target.parent) as folder:
        new = Path(folder, "new")
        yield new
        put_in_place(new, target)


def put_in_place(new: Path, target: Path) -> None:
    """Rename `new` to `target`, on the same disk; a folder there becomes `old` beside `new`."""
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
    """Write all of the file, or leave what is there."""
    with written_whole(path, parents) as new:
        new.write_bytes(content)


def write_folder(path: Path, files: Iterable[tuple[str, bytes]], parents: bool = False) -> None:
    """Write a folder that holds these files, by their paths in it, and nothing else."""
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
    """Write a zip of the files, of which `programs` can be run; the same bytes every time."""
    with written_whole(path, parents) as new, new.open("wb") as file:
        pack(file, files, programs, compressed)


def pack(
    file: IO[bytes],
    files: Iterable[tuple[str, bytes]],
    programs: frozenset[str] = frozenset(),
    compressed: bool = True,
) -> None:
    """Write a zip to an open file. What compression makes of a file depends on the library's
    version: without it the bytes are the same on every machine."""
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, _LONG_AGO)
            # Permissions are told in Unix' way, wherever this runs.
            info.create_system = _UNIX
            info.external_attr = (_PROGRAM if name in programs else _FILE) << 16
            archive.writestr(info, content, kind)


@contextmanager
def scratch_folder(prefix: str, parent: str | Path | None = None) -> Iterator[str]:
    """A new folder below `parent` (None: where temporary files go), which is removed at the end.

    Those with the same prefix whose processes were killed are removed first. Raises OSError where
    none can be made.
    """
    parent = parent or tempfile.gettempdir()
    _remove_abandoned(prefix, parent)
    folder = tempfile.mkdtemp(prefix=prefix, dir=parent)
    try:
        with open(os.path.join(folder, f"{_LOCK}-new"), "w") as lock:
            with suppress(OSError):  # a disk without locks: then nobody finds the folder abandoned
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
    """Remove an abandoned folder; raises OSError where it is not, or not ours."""
    with open(os.path.join(folder, _LOCK), "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
