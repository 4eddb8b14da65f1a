"""The helper files that are put beside the notebook in a kernel's folder."""

from __future__ import annotations

import py_compile
import tempfile
from importlib.util import cache_from_source
from pathlib import Path

from grader.assignments.records import Assignment
from grader.caches import cached
from grader.errors import AssignmentError

# Larger files are given by their path: their content is not kept in memory.
LARGE_BYTES = 1024 * 1024


@cached()
def files_beside(assignment: Assignment) -> dict[str, bytes | Path]:
    """The helpers' content by file name, with the compiled form (.pyc) of each module.

    Without it, every kernel would compile the modules again. Of a large file it is the path.

    Raises AssignmentError where a helper cannot be read.
    """
    try:
        files = {name: _content(path) for name, path in assignment.helper_files().items()}
    except OSError as error:
        raise AssignmentError(
            f"{error.filename}: a helper of {assignment.name!r} cannot be read: {error.strerror}"
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        return files | _compiled(files, Path(folder))


def _content(path: Path) -> bytes | Path:
    large = path.suffix != ".py" and path.stat().st_size > LARGE_BYTES
    return path if large else path.read_bytes()


def _compiled(files: dict[str, bytes | Path], folder: Path) -> dict[str, bytes]:
    """The .pyc files of the modules, by the names under which Python looks for them.

    Each has the hash of its source in it (PEP 552). So where a student's cell overwrites a module,
    Python compiles and imports what the student wrote.
    """
    compiled = {}
    for name, content in files.items():
        if name.endswith(".py") and isinstance(content, bytes):
            source, target = folder / "source.py", folder / "compiled"
            source.write_bytes(content)
            mode = py_compile.PycInvalidationMode.CHECKED_HASH
            # A module with a syntax error is not compiled here; it fails when it is imported.
            if py_compile.compile(
                str(source), str(target), dfile=name, quiet=2, invalidation_mode=mode
            ):
                compiled[cache_from_source(name)] = target.read_bytes()
    return compiled
