"""The files that a notebook finds beside it."""

from __future__ import annotations

import py_compile
import tempfile
from importlib.util import cache_from_source
from pathlib import Path

from grader.assignments.records import Assignment
from grader.caches import cached
from grader.errors import AssignmentError


@cached()
def files_beside(assignment: Assignment) -> dict[str, bytes]:
    """The helpers' content by name, modules compiled, too: each kernel would do it again.

    Raises AssignmentError where a helper cannot be read.
    """
    try:
        files = {name: path.read_bytes() for name, path in assignment.helper_files().items()}
    except OSError as error:
        raise AssignmentError(
            f"{error.filename}: a helper of {assignment.name!r} cannot be read: {error.strerror}"
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        return files | _compiled(files, Path(folder))


def _compiled(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """What Python would keep of the modules. Each knows its source's hash: where a student's cell
    writes the module anew, that is imported."""
    compiled = {}
    for name, content in files.items():
        if name.endswith(".py"):
            source, target = folder / "source.py", folder / "compiled"
            source.write_bytes(content)
            mode = py_compile.PycInvalidationMode.CHECKED_HASH
            # One that is not valid Python fails where it is imported.
            if py_compile.compile(
                str(source), str(target), dfile=name, quiet=2, invalidation_mode=mode
            ):
                compiled[cache_from_source(name)] = target.read_bytes()
    return compiled
