"""The errors of fairgrade, told apart by who can mend them.

FairgradeError
├── SubmissionError      the student: this file cannot be graded as it was handed in
├── AssignmentError      the author: an assignment's files are not as they should be
├── InputError           whoever runs fairgrade: what they named is missing, or does not fit
│   └── Mismatch         two lists of people are those of different classes
├── WeakProtection       the machine protects less from student code than was required
├── SystemFailure        the machine or this program: nobody's grade may suffer from it
│   ├── KernelFailure    a kernel could not be started or spoken to
│   └── SchedulerLost    the connection to a cluster's scheduler is gone
└── WireError            bytes from a kernel, or a value for one, that the wire does not allow

Every message says what is wrong, where, what was expected and what to do, in words that need no
stack trace. Where a setting of the caller's would help, `remedy` says which: a program that calls
fairgrade knows how the setting is called there, as `grader.cli.remedies` does for the command line.
"""

from __future__ import annotations

from enum import Enum, auto


class Remedy(Enum):
    """What whoever runs fairgrade can do about an error."""

    OTHER_GRADEBOOK = auto()
    OTHER_OUTPUT_FOLDER = auto()
    OTHER_EXPORT_TARGET = auto()
    OTHER_RESULTS = auto()
    OTHER_BUNDLE_TARGET = auto()
    LAYOUT_OF_FOLDERS = auto()
    NAME_COLUMN = auto()
    SCALE_POINTS = auto()
    EXPORT_CSV = auto()
    NAME_ASSIGNMENT_FOLDER = auto()
    GENERATE = auto()
    GRADE_AGAIN = auto()
    LIST_BEHAVIOURS = auto()
    ROSTER_PARTIAL = auto()
    SHEET_PARTIAL = auto()


class FairgradeError(Exception):
    """Base of all errors raised by fairgrade on purpose.

    >>> try:
    ...     grade_notebook("ann.ipynb", "course")
    ... except FairgradeError as error:
    ...     type(error).__name__
    'AssignmentError'
    """

    def __init__(self, message: str = "", remedy: Remedy | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy


class SubmissionError(FairgradeError):
    """A submission cannot be graded; the message is the reason shown with it."""


class AssignmentError(FairgradeError):
    """An assignment's files are malformed; the message names file, place and expectation.

    >>> grade_notebook("ann.ipynb", "submissions")
    Traceback (most recent call last):
        ...
    grader.errors.AssignmentError: ...submissions: is no assignment's folder: ...
    """


class InputError(FairgradeError):
    """Something that whoever runs fairgrade named is not there, or is not what it should be.

    >>> grade_class("nowhere", "course")
    Traceback (most recent call last):
        ...
    grader.errors.InputError: nowhere: there is no such file or folder
    """


class Mismatch(InputError):
    """Less than half of those who handed in are in a roster or a sheet: it is another class's.

    >>> with open("other.csv", "w") as file:
    ...     _ = file.write("name\\nDora Doe\\n")
    >>> grade_class("submissions", "course", roster="other.csv")
    Traceback (most recent call last):
        ...
    grader.errors.Mismatch: the roster does not fit what was handed in: ...
    """


class WeakProtection(FairgradeError):
    """Student code would be shut in less well than is required.

    >>> try:
    ...     grade_notebook("ann.ipynb", "course/assignment/averages", require="namespaces").score
    ... except WeakProtection:
    ...     10.0
    10.0
    """


class SystemFailure(FairgradeError):
    """The machine or fairgrade itself failed: what it touches becomes `not_graded`.

    >>> try:
    ...     grade_class("submissions", "course", output="grades").close()
    ... except SystemFailure as error:
    ...     print("the machine's trouble, nobody's zero:", error)
    """


class KernelFailure(SystemFailure):
    """A kernel could not be started, or could not be reached once started."""


class SchedulerLost(SystemFailure):
    """The connection to a cluster's scheduler is gone; what was under way is to be sent again."""


class WireError(FairgradeError):
    """Bytes or a value outside of what `grader.values.wire` carries."""
