"""fairgrade: an autograder for Jupyter notebooks.

    >>> from grader import grade_notebook
    >>> grade_notebook("ann.ipynb", "course/assignment/averages").score
    10.0

The names below are all that other programs need; what they stand for is imported when it is first
used.
"""

from __future__ import annotations

# Importing `typing` takes as long as all else here, and nobody can say yet what Ctrl-C is to do.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from grader.api import (
        grade_class,
        grade_class_async,
        grade_notebook,
        grade_notebook_async,
    )
    from grader.api.finished import Finished
    from grader.api.grader import Grader, Listener
    from grader.errors import (
        AssignmentError,
        FairgradeError,
        InputError,
        SystemFailure,
        WeakProtection,
    )
    from grader.model import Result, Status, Verdict

    __version__: str

_HOMES = {
    "AssignmentError": "grader.errors",
    "FairgradeError": "grader.errors",
    "Finished": "grader.api.finished",
    "Grader": "grader.api.grader",
    "InputError": "grader.errors",
    "Listener": "grader.api.grader",
    "Result": "grader.model",
    "Status": "grader.model",
    "SystemFailure": "grader.errors",
    "Verdict": "grader.model",
    "WeakProtection": "grader.errors",
    "grade_class": "grader.api",
    "grade_class_async": "grader.api",
    "grade_notebook": "grader.api",
    "grade_notebook_async": "grader.api",
}

__all__ = [
    "AssignmentError",
    "FairgradeError",
    "Finished",
    "Grader",
    "InputError",
    "Listener",
    "Result",
    "Status",
    "SystemFailure",
    "Verdict",
    "WeakProtection",
    "grade_class",
    "grade_class_async",
    "grade_notebook",
    "grade_notebook_async",
]


def __getattr__(name: str) -> Any:
    """Import a public name, or work out the version, when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("fairgrade")
    elif name in _HOMES:
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
