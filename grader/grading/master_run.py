"""Files in the solutions folder with what a run of the whole master gave, which takes minutes.

Beside it stands a hash of what it was made of, by which one knows when to generate it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignments.paths import HANDED_OUT
from grader.assignments.records import Assignment
from grader.errors import AssignmentError, Remedy
from grader.notebooks.read import read_notebook
from grader.values.frozen import pretty


@dataclass(frozen=True, slots=True)
class MasterRun:
    """The file `name`, which has what the master gave under the key `key`."""

    name: str
    key: str

    def path(self, assignment: Assignment) -> Path:
        return assignment.solutions / self.name

    def read(self, assignment: Assignment) -> tuple[str, dict[str, Any]]:
        """The hash and what the master gave; both empty where nothing has been generated.

        Raises AssignmentError where the file has another form.
        """
        try:
            data = json.loads(self.path(assignment).read_text(encoding="utf-8"))
            return data["made_of"], data[self.key]
        except FileNotFoundError:
            return "", {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self.not_generated(assignment, error) from None

    def not_generated(self, assignment: Assignment, error: Exception) -> AssignmentError:
        """The error that the file holds something else than what is generated."""
        return AssignmentError(
            f"{self.path(assignment)}: not what is generated ({error}); generate it again",
            Remedy.GENERATE,
        )

    def written(
        self, assignment: Assignment, made_of: str, given: dict[str, Any]
    ) -> dict[Path, bytes]:
        """Path -> content of the file."""
        content = {"made_of": made_of, self.key: given}
        return {self.path(assignment): f"{pretty(content)}\n".encode()}


def made_of(assignment: Assignment, suffix: str = "", more: Sequence[bytes] = ()) -> str:
    """A hash of the master's code, of `more`, and of the author's files with that suffix."""
    own = (path for path in assignment.helper_files().values() if path.name not in HANDED_OUT)
    parts = [cell.source.encode() for cell in read_notebook(assignment.master).cells]
    parts += [path.read_bytes() for path in own if path.name.endswith(suffix)]
    return hashlib.sha256(b"\0".join([*parts, *more])).hexdigest()
