"""`grade examples`: a small class and two assignments with their solutions, to try grading with.

They are the repository's own `assignment/`, `solutions/` and `examples/`. A wheel carries them as
data, which is installed to `share/fairgrade` of the environment and not among Python's packages:
kernels may read packages, and no notebook is to find solutions there.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from grader.assignments.load import assignment_names, read_settings
from grader.assignments.paths import files_below
from grader.errors import InputError, SystemFailure
from grader.execution.environment import needs_of, unmet
from grader.files import write_file

# Where they lie in the repository and in the installed data -> where they are written.
FOLDERS = {
    "assignment": "assignment",
    "solutions": "solutions",
    "examples/submissions": "submissions",
}
README = "examples/README.md"


def write_examples(target: Path) -> list[Path]:
    """Write the examples to the folder, which is made, and return its files.

    Raises InputError where something is in that folder already, or where it cannot be written, and
    SystemFailure where the examples were not installed.
    """
    base = source()
    copies = {target / "README.md": base / README}
    for name, written in FOLDERS.items():
        for path in files_below(base / name):
            copies[target / written / path.relative_to(base / name)] = path
    try:
        if target.exists() and any(target.iterdir()):
            raise InputError(f"{target}: something is in it already; name another folder")
        for path, original in copies.items():
            write_file(path, original.read_bytes(), parents=True)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from None
    return sorted(copies)


def missing_packages(course: Path) -> list[str]:
    """The modules that the notebooks of the course import and that are not installed here."""
    settings = (
        read_settings(course / "assignment" / name, course / "solutions" / name)
        for name in assignment_names(course)
    )
    lacking = unmet(need for assignment in settings for need in needs_of(assignment))
    return [need.module for need in lacking if not need.found]


def source() -> Path:
    """The folder with the examples: the clone that this code lies in, or what was installed.

    An editable install has both, and what was installed there is as old as the install.
    """
    for folder in (Path(str(files("grader"))).parent, _installed()):
        if folder and all((folder / name).exists() for name in (*FOLDERS, README)):
            return folder
    raise SystemFailure(
        "the examples are missing: a wheel of fairgrade brings them to share/fairgrade of its "
        "environment; install fairgrade anew"
    )


def _installed() -> Path | None:
    """The folder to which the installer, as it has written down, put the data of the wheel."""
    try:
        every = distribution("fairgrade").files or ()
    except PackageNotFoundError:
        return None
    for path in every:
        if path.as_posix().endswith(f"share/fairgrade/{README}"):
            return Path(str(path.locate())).resolve().parents[1]
    return None
