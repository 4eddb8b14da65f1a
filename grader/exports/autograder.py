"""The zip from which Gradescope makes an autograder.

It holds fairgrade itself, one assignment with its solutions, and the two scripts that Gradescope
runs (https://gradescope-autograders.readthedocs.io/en/latest/specs/).
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import shlex
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

import fairgrade
from grader.assignments.load import load_assignment
from grader.assignments.paths import files_below
from grader.files import pack, write_zip
from grader.grading.in_step import check_in_step
from grader.runs.processes import ALLOWANCE_SECONDS

SCRIPTS = ("setup.sh", "run_autograder")
# What students write notebooks in. No notebook imports it, and nobody writes one on Gradescope.
EDITORS = re.compile(r"(jupyter|jupyterlab|notebook)\b(?!-)", re.IGNORECASE)
_HERE = Path(__file__).parent
_WHEEL = b"Wheel-Version: 1.0\nGenerator: fairgrade\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_autograder(root: Path, name: str, require: str, target: Path) -> None:
    """Write the zip for the assignment `name` of the course at `root`.

    `require` names the level of protection without which nothing is graded on Gradescope. Raises
    AssignmentError where the assignment cannot be loaded or is out of step, and OSError where
    nothing can be written.
    """
    write_zip(target, _files(root, name, require), frozenset(SCRIPTS))


def _files(root: Path, name: str, require: str) -> Iterator[tuple[str, bytes]]:
    assignment = load_assignment(root, name)
    check_in_step(assignment, root)
    for script in SCRIPTS:
        yield script, (_HERE / "on_gradescope" / script).read_bytes()
    seconds = math.ceil(assignment.most_seconds + ALLOWANCE_SECONDS)
    settings = f"assignment={shlex.quote(name)}\nrequire={require}\nseconds={seconds}\n"
    yield "settings", settings.encode()
    needed = [line for line in assignment.requirements if not EDITORS.match(line)]
    yield "requirements.txt", "".join(f"{line}\n" for line in needed).encode()
    yield _wheel()
    for folder in assignment.folders:
        for path in files_below(folder):
            yield f"course/{path.relative_to(root).as_posix()}", path.read_bytes()


def _wheel() -> tuple[str, bytes]:
    """A wheel of the installed fairgrade, as name and content.

    It is made here because the version that is installed may be in no registry.
    """
    installed = distribution("fairgrade")
    stem = f"fairgrade-{installed.version}"
    content = {
        f"grader/{path.relative_to(_HERE.parent).as_posix()}": path.read_bytes()
        for path in files_below(_HERE.parent)
    }
    # Where the command `grade` begins.
    content["fairgrade.py"] = Path(fairgrade.__file__).read_bytes()
    for name in ("METADATA", "entry_points.txt"):
        content[f"{stem}.dist-info/{name}"] = (installed.read_text(name) or "").encode()
    content[f"{stem}.dist-info/WHEEL"] = _WHEEL
    record = f"{stem}.dist-info/RECORD"
    content[record] = _record(content.items(), record)
    file = io.BytesIO()
    pack(file, content.items())
    return f"{stem}-py3-none-any.whl", file.getvalue()


def _record(files: Iterable[tuple[str, bytes]], own: str) -> bytes:
    """The content of the wheel's RECORD: each file with its hash and size, as pip requires."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for path, content in files:
        digest = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        writer.writerow([path, f"sha256={digest}", len(content)])
    writer.writerow([own, "", ""])
    return text.getvalue().encode()
