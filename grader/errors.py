"""The errors of fairgrade, told apart by who can mend them.

FairgradeError
├── SubmissionError      the student: this file cannot be graded as it was handed in
├── AssignmentError      the author: an assignment's files are not as they should be
├── CommandError         the person at the terminal: the command line asks for something impossible
├── WeakProtection       the machine protects less from student code than was required
├── SystemFailure        the machine or this program: nobody's grade may suffer from it
│   ├── KernelFailure    a kernel could not be started or spoken to
│   └── SchedulerLost    the connection to a cluster's scheduler is gone
└── WireError            bytes from a kernel, or a value for one, that the wire does not allow

Every message says what is wrong, where, what was expected and what to do, in words that need no
stack trace.
"""


class FairgradeError(Exception):
    """Base of all errors raised by fairgrade on purpose.

    >>> try:
    ...     grade_notebook("ann.ipynb", "course")
    ... except FairgradeError as error:
    ...     type(error).__name__
    'AssignmentError'
    """


class SubmissionError(FairgradeError):
    """A submission cannot be graded; the message is the reason shown with it."""


class AssignmentError(FairgradeError):
    """An assignment's files are malformed; the message names file, place and expectation.

    >>> grade_notebook("ann.ipynb", "submissions")
    Traceback (most recent call last):
        ...
    grader.errors.AssignmentError: ...submissions: is no assignment's folder: ...
    """


class CommandError(FairgradeError):
    """The command line asks for something that cannot be done."""


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
