"""Keep the templates that Jinja has compiled, for later runs: to compile them takes longer than to
fill them for one student.

They are kept in the user's cache folder, and used only if the user alone can write to them: they
are code of our process. Where nothing can be kept there, templates are compiled as if for the first
time.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from grader.files import ours_alone, user_cache

# One folder for each state of the code, of which one comes back to a few.
MOST_FOLDERS = 4


def compiled(state: str) -> FileSystemBytecodeCache | None:
    """Where templates compiled in this `state` are kept: a hash of all that decides what becomes of
    a template, beside its text and Python's version. None where nothing can be kept."""
    folder = user_cache("templates") / state
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            _remove_oldest(folder.parent)
        return _Compiled(str(folder)) if _ours(folder.parent) and _ours(folder) else None
    except OSError:
        return None


class _Compiled(FileSystemBytecodeCache):
    """Jinja's cache, for which a damaged file and a full disk are no reason to stop."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            if ours_alone(Path(self._get_cache_filename(bucket))):
                super().load_bytecode(bucket)
        except FileNotFoundError:
            pass
        except Exception:  # whatever pickle makes of a damaged file
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _ours(folder: Path) -> bool:
    return ours_alone(folder) and folder.is_dir()


def _remove_oldest(folder: Path) -> None:
    oldest_first = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in oldest_first[:-MOST_FOLDERS]:
        shutil.rmtree(path, ignore_errors=True)
