"""Folders for temporary files that go with their process, however it ends."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# What `mkdtemp` puts behind a prefix.
_RANDOM = "[a-z0-9_]{8}"
# A file that is locked for as long as the folder is in use: the system frees it for the dead.
_LOCK = ".lock"


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
