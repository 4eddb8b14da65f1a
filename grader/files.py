"""Write files, folders and zips so that they are there whole or not at all.

Also temporary folders, which are removed even if their process is killed: the next process that
makes one removes those that were left behind.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import stat
import tempfile
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, TypeAlias

# Path, size and times of files. It changes when a file is written, replaced, added or removed.
Stamp: TypeAlias = frozenset[tuple[str, int, int, int]]
# The path of a UNIX socket may have 107 bytes, on macOS 103; those of kernels end in
# "/sockets/12345678/k-5".
MAX_SOCKETS_BYTES = 80
# The random part of a name that `mkdtemp` appends to the prefix.
_RANDOM = "[a-z0-9_]{8}"
# The beginnings of the names of our temporary folders, where any program may have its own.
_OURS = ("fairgrade-", "fairgrade-zip-", "fairgrade-book-", "fg-", "fgw-", "bait-")
# A file in the folder that is locked for as long as the folder is in use. The system releases the
# lock when the process ends, however it ends, so a folder whose file is not locked is abandoned.
_LOCK = ".fairgrade-lock"
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


def short_folder(folder: str, below: str = "") -> str:
    """The folder, or /tmp where the sockets of kernels in it would have too long paths.

    `below` is the path of what is made in it before the folder of sockets.
    """
    return folder if len(os.fsencode(folder + below)) <= MAX_SOCKETS_BYTES else "/tmp"


def user_cache(name: str) -> Path:
    """Our folder of that name in the user's cache folder, which may not be there yet.

    Where that is: the XDG Base Directory Specification.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if os.path.isabs(base) else Path.home() / ".cache") / "fairgrade" / name


def ours_alone(path: Path) -> bool:
    """Whether this user alone can write to a file or folder; raises OSError where none is there."""
    status = path.lstat()
    return (
        not stat.S_ISLNK(status.st_mode)
        and status.st_uid == os.geteuid()
        and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a file or folder from all others on this machine; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def stamp_of(files: Iterable[os.DirEntry[str] | Path]) -> Stamp:
    """The files' paths, sizes, and times of the last change to content and metadata in nanoseconds.

    A file that does not exist, or is deleted meanwhile, is left out.

    >>> stamp_of([Path("gone.txt")])
    frozenset()
    """
    found = set()
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        path = os.fspath(file)
        found.add((path, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return frozenset(found)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM waiting until the context ends, for a few steps that belong together.

    Only the main thread can do that, and only it is interrupted by a signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    waiting = {int(number): handler for number, handler in before.items() if callable(handler)}
    for number in waiting:
        signal.signal(number, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        for number, handler in waiting.items():
            signal.signal(number, handler)
        for number, frame in came[:1]:
            waiting[number](number, frame)


@contextmanager
def scratch_folder(prefix: str, parent: str | Path | None = None) -> Iterator[str]:
    """Make a folder below `parent` (None: where temporary files go), and remove it at the end.

    Folders that killed processes of ours left there are removed first. Raises OSError where no
    folder can be made.
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
    """Remove folders of this user's that nobody uses any more, with this prefix or another of ours.

    The lock tells both: only our folders have such a file, and that it is not locked means that the
    process which made the folder has ended.
    """
    begins = "|".join(map(re.escape, (prefix, *_OURS)))
    named = re.compile(f"(?:{begins}){_RANDOM}")
    with suppress(PermissionError):  # a folder that may be written to, and not listed
        for entry in os.scandir(parent):
            if named.fullmatch(entry.name):
                with suppress(OSError):  # in use, somebody else's, or gone meanwhile
                    _remove(entry)


def _remove(folder: os.DirEntry[str]) -> None:
    """Remove an abandoned folder; raises OSError where it is in use, or is none of ours."""
    if not folder.is_dir(follow_symlinks=False):
        return
    if folder.stat(follow_symlinks=False).st_uid != os.geteuid():
        return
    # A link in its place could lead anywhere.
    descriptor = os.open(
        os.path.join(folder.path, _LOCK), os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder.path, ignore_errors=True)
    finally:
        os.close(descriptor)
